"""Checkouts, and the orders they make."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.catalogue import Delivery, Sku
from patronage.commerce.models.distribution import Distributor
from patronage.commerce.models.merchants import Merchant
from patronage.members import clock
from patronage.members.bilingual import shown


class State(models.TextChoices):
    """Where an order stands."""

    UNPAID = "unpaid", _("to be paid")
    PAYING = "paying", _("payment under way")
    PAID = "paid", _("to be shipped")
    SHIPPED = "shipped", _("to be received")
    RECEIVED = "received", _("received")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")
    RETURNED = "returned", _("returned")


class Party(models.TextChoices):
    """Whose a part of an order's money is."""

    ECONOMY = "economy", _("the economy")
    MERCHANT = "merchant", _("the merchant")
    DISTRIBUTOR = "distributor", _("the distributor")
    PROMOTER = "promoter", _("whose link led to the sale")
    OPERATOR = "operator", _("the operator")


class SplitKind(models.TextChoices):
    """What a part of an order's money is."""

    CONTRIBUTION = "contribution", _("contribution to the reserve")
    DIVIDEND = "dividend", _("contribution to the dividend pool")
    PROCEEDS = "proceeds", _("the merchant's proceeds")
    FREIGHT = "freight", _("freight")
    COINS = "coins", _("coins paid to the merchant")
    MARGIN = "margin", _("retail price less supply price")
    COMMISSION = "commission", _("sales commission")
    PLATFORM = "platform", _("the operator's part")


class Checkout(models.Model):
    """One press of "submit order": an order for each merchant, paid together.

    The same `key` by the same person is the same press; `content` is the hash of what it asked for.
    """

    number = models.CharField(_("number"), max_length=24, unique=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="checkouts",
        verbose_name=_("member"),
    )
    key = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    placed_at = models.DateTimeField(_("placed at"), default=clock.now)

    class Meta:
        """Placed once."""

        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")
        constraints = (
            models.UniqueConstraint(fields=("person", "key"), name="commerce_checkout_once"),
        )

    def __str__(self) -> str:
        return self.number


class Order(models.Model):
    """What a member bought of one merchant at one time.

    total = goods − discount + freight, in minor units. `referrer_account` is the ledger account of
    the member's referrer when the order was placed, `referrer_points_nano` what its completion
    granted them. `distributor` is whose storefront sold it, `promoter` whose link led to it where
    lines carry a commission; never both. `device` is the digest of the buyer's device. The address
    is a copy: a later change of the member's does not move a parcel.
    `pay_by` is when an unpaid order is cancelled, `completes_at` when the hold is over, `split_at`
    when its money was divided and its merchant's part credited.
    """

    number = models.CharField(_("number"), max_length=24, unique=True)
    checkout = models.ForeignKey(
        Checkout, on_delete=models.PROTECT, related_name="orders", verbose_name=_("checkout")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("member"),
    )
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="orders", verbose_name=_("merchant")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.UNPAID, editable=False
    )
    referrer_account = models.CharField(max_length=40, blank=True)
    referrer_points_nano = models.BigIntegerField(default=0)
    distributor = models.ForeignKey(
        Distributor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("distributor"),
    )
    promoter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="promoted",
        verbose_name=_("whose link led to the sale"),
    )
    device = models.CharField(max_length=64, blank=True, editable=False)
    goods_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    freight_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()

    name = models.CharField(_("recipient"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=40, blank=True)
    district = models.CharField(_("district"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)

    placed_at = models.DateTimeField(_("placed at"), default=clock.now)
    pay_by = models.DateTimeField(_("to be paid by"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped at"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    completes_at = models.DateTimeField(_("to be completed at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    split_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    has_returns: bool
    has_cases: bool
    """Whether there are returns and after-sale cases, where `orders.order_of` read it."""

    class Meta:
        """Integers that agree; states there are; lists and jobs by index."""

        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="commerce_order_state"
            ),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("goods_minor") - F("discount_minor") + F("freight_minor"),
                    discount_minor__gte=0,
                    discount_minor__lte=F("goods_minor"),
                    freight_minor__gte=0,
                ),
                name="commerce_order_total",
            ),
            models.CheckConstraint(
                condition=Q(distributor__isnull=True) | Q(promoter__isnull=True),
                name="commerce_order_one_seller",
            ),
        )
        indexes = (
            models.Index(fields=("person", "-id"), name="commerce_order_person"),
            models.Index(fields=("merchant", "state", "-id"), name="commerce_order_merchant"),
            models.Index(fields=("state", "pay_by"), name="commerce_order_pay_by"),
            models.Index(fields=("phone",), name="commerce_order_phone"),
            models.Index(
                fields=("distributor", "-id"),
                name="commerce_order_distributor",
                condition=Q(distributor__isnull=False),
            ),
            models.Index(
                fields=("promoter", "-id"),
                name="commerce_order_promoter",
                condition=Q(promoter__isnull=False),
            ),
            models.Index(
                fields=("tracking",), name="commerce_order_tracking", condition=~Q(tracking="")
            ),
            models.Index(fields=("placed_at", "id"), name="commerce_order_placed"),
            models.Index(
                fields=("placed_at",), name="commerce_order_device", condition=~Q(device="")
            ),
            models.Index(
                fields=("referrer_account", "completed_at"),
                name="commerce_order_referrer",
                condition=Q(completed_at__isnull=False) & ~Q(referrer_account=""),
            ),
            models.Index(
                fields=("paid_at", "id"),
                name="commerce_order_paid",
                condition=Q(paid_at__isnull=False),
            ),
            models.Index(
                fields=("completed_at", "id"),
                name="commerce_order_completed",
                condition=Q(completed_at__isnull=False),
            ),
            models.Index(
                fields=("shipped_at",),
                name="commerce_order_shipped",
                condition=Q(state=State.SHIPPED),
            ),
            models.Index(
                fields=("completes_at",),
                name="commerce_order_received",
                condition=Q(state=State.RECEIVED),
            ),
            models.Index(
                fields=("completed_at",),
                name="commerce_order_unsplit",
                condition=Q(state=State.COMPLETED, split_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """A SKU of an order: what it was called, cost and agreed when the order was placed.

    `goods_minor` = price × quantity; `discount_minor` is its part of the order's discount.
    `cost_minor` is one piece's, None if unknown, and so is `supply_minor`: what a distributor's
    purchase order pays for it, None where the merchant sells itself. `commission_micro` is of what
    the merchant sells for. `title` is what a storefront called it. `returned` counts pieces given
    back.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="lines", verbose_name=_("order")
    )
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+", verbose_name=_("SKU"))
    product_name = models.CharField(_("product"), max_length=120)
    product_name_en = models.CharField(max_length=120, blank=True)
    sku_name = models.CharField(_("SKU"), max_length=60, blank=True)
    sku_name_en = models.CharField(max_length=60, blank=True)
    delivery = models.CharField(_("delivery"), max_length=8, choices=Delivery.choices)
    quantity = models.PositiveIntegerField(_("quantity"))
    returned = models.PositiveIntegerField(_("pieces returned"), default=0)
    price_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(null=True)
    concession_micro = models.PositiveIntegerField()
    supply_minor = models.BigIntegerField(null=True)
    commission_micro = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=120, blank=True)
    goods_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)

    class Meta:
        """Integers that agree."""

        ordering: ClassVar[tuple[str, ...]] = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=1,
                    returned__lte=F("quantity"),
                    goods_minor=F("price_minor") * F("quantity"),
                    discount_minor__gte=0,
                    discount_minor__lte=F("goods_minor"),
                ),
                name="commerce_line_amounts",
            ),
            models.CheckConstraint(
                condition=Q(supply_minor__isnull=True)
                | Q(supply_minor__gte=1, supply_minor__lte=F("price_minor"), discount_minor=0),
                name="commerce_line_supply",
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=Delivery.values), name="commerce_line_delivery"
            ),
        )

    def __str__(self) -> str:
        return f"{self.shown_name} × {self.quantity}"

    @property
    def shown_name(self) -> str:
        """The storefront's title, or the product's name in the active language."""
        return self.title or shown(self.product_name, self.product_name_en)

    @property
    def shown_sku_name(self) -> str:
        """The SKU's name in the active language."""
        return shown(self.sku_name, self.sku_name_en)

    @property
    def net_minor(self) -> int:
        """Goods less discount."""
        return self.goods_minor - self.discount_minor


class Transition(models.Model):
    """An order's move from one state to another; `who` of None is the system."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="transitions", verbose_name=_("order")
    )
    from_state = models.CharField(_("from state"), max_length=12, choices=State.choices)
    to_state = models.CharField(_("to state"), max_length=12, choices=State.choices)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by whom"),
    )
    at = models.DateTimeField(_("time"), default=clock.now)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        """In the order of time."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.order_id}: {self.from_state} → {self.to_state}"


class RedemptionCode(models.Model):
    """One piece of a line, to be had at the merchant's counter for its code."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=16, unique=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """What was returned is not redeemed."""

        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(redeemed_at__isnull=True) | Q(voided_at__isnull=True),
                name="commerce_code_one_end",
            ),
        )

    def __str__(self) -> str:
        return self.code


class Split(models.Model):
    """A part of a completed order's money: the rows of an order sum to what was paid for it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="splits")
    party = models.CharField(max_length=12, choices=Party.choices)
    kind = models.CharField(max_length=16, choices=SplitKind.choices)
    amount_minor = models.BigIntegerField()

    class Meta:
        """A kind once an order."""

        constraints = (
            models.UniqueConstraint(fields=("order", "kind"), name="commerce_split_once"),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}: {self.amount_minor}"
