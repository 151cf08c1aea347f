"""What is sold."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.merchants import Merchant
from patronage.members import clock
from patronage.members.bilingual import shown


class Delivery(models.TextChoices):
    """How a line reaches its buyer."""

    SHIP = "ship", _("sent to an address")
    CODE = "code", _("code, redeemed at a counter")
    NONE = "none", _("nothing to deliver")


class Category(models.Model):
    """A shelf of the mall; it may stand inside another."""

    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("inside"),
    )
    picture = models.FileField(_("picture"), upload_to="categories", blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        """In the operator's order."""

        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return shown(self.name, self.name_en)


class Product(models.Model):
    """Something to buy, in one or more SKUs. Shown while `listed_at` is set.

    `price_minor` repeats the lowest of its SKUs' prices and `sold` counts units ordered and paid,
    both for ordering lists. `concession_micro` of None means the merchant's. `commission_micro` of
    what the merchant sells it for goes to its distributor, or to whose link led to the sale.
    `held_at` is set where it left the mall with its merchant, to come back with it.
    """

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="products", verbose_name=_("merchant")
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="products", verbose_name=_("category")
    )
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    summary_en = models.CharField(_("summary in English"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    delivery = models.CharField(
        _("delivery"), max_length=8, choices=Delivery.choices, default=Delivery.SHIP
    )
    concession_micro = models.PositiveIntegerField(_("concession"), null=True, blank=True)
    commission_micro = models.PositiveIntegerField(_("sales commission"), default=0)
    price_minor = models.BigIntegerField(_("price"), default=0, editable=False)
    sold = models.PositiveBigIntegerField(_("sold"), default=0, editable=False)
    created_at = models.DateTimeField(_("made at"), default=clock.now, editable=False)
    listed_at = models.DateTimeField(_("listed at"), null=True, blank=True, editable=False)
    held_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        """Lists read one index each, whatever the number of products."""

        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = (
            models.CheckConstraint(
                condition=Q(delivery__in=Delivery.values), name="commerce_product_delivery"
            ),
            models.CheckConstraint(
                condition=Q(concession_micro__isnull=True) | Q(concession_micro__lte=1_000_000),
                name="commerce_product_concession",
            ),
            models.CheckConstraint(
                condition=Q(commission_micro__lte=1_000_000), name="commerce_product_commission"
            ),
        )
        indexes = tuple(
            models.Index(
                fields=fields, name=f"commerce_product_{name}", condition=Q(listed_at__isnull=False)
            )
            for name, fields in (
                ("sold", ("-sold", "-id")),
                ("newest", ("-listed_at", "-id")),
                ("price", ("price_minor", "id")),
                ("shelf_sold", ("category", "-sold", "-id")),
            )
        )

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return shown(self.name, self.name_en)

    @property
    def shown_summary(self) -> str:
        """The summary in the active language."""
        return shown(self.summary, self.summary_en)

    @property
    def shown_description(self) -> str:
        """The description in the active language."""
        return shown(self.description, self.description_en)


class Picture(models.Model):
    """A picture of a product; the first stands in lists."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="pictures", verbose_name=_("product")
    )
    file = models.FileField(_("file"), upload_to="products")
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        """In the merchant's order."""

        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return str(self.file)


class Sku(models.Model):
    """One kind of a product that can be bought, with its price and stock.

    `stock` is what can still be ordered. `cost_minor` of None means unknown.
    """

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="skus", verbose_name=_("product")
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    price_minor = models.BigIntegerField(_("price"))
    cost_minor = models.BigIntegerField(_("cost"), null=True, blank=True)
    stock = models.BigIntegerField(_("stock"), default=0)
    weight_gram = models.PositiveIntegerField(_("weight in grams"), default=0)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        """Nothing is sold for nothing, and no more than there is."""

        verbose_name = _("SKU")
        verbose_name_plural = _("SKUs")
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(condition=Q(stock__gte=0), name="commerce_sku_stock"),
            models.CheckConstraint(
                condition=Q(price_minor__gte=1, price_minor__lte=10**10), name="commerce_sku_price"
            ),
            models.CheckConstraint(
                condition=Q(cost_minor__isnull=True) | Q(cost_minor__gte=0),
                name="commerce_sku_cost",
            ),
        )

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language; blank where the product has one SKU only."""
        return shown(self.name, self.name_en)


class SearchWord(models.Model):
    """One piece of a product's texts under which search finds it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="search_words")
    word = models.CharField(max_length=24)

    class Meta:
        """Found by word, once each."""

        constraints = (
            models.UniqueConstraint(fields=("word", "product"), name="commerce_search_word"),
        )

    def __str__(self) -> str:
        return self.word
