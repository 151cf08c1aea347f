"""Fitting out the demonstration mall: its economy, sellers, wares, and who works there."""

import tomllib
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile

from patronage import ledger
from patronage.commerce import listing
from patronage.commerce.models import (
    Announcement,
    Application,
    Category,
    FreightBasis,
    FreightRule,
    Merchant,
    Picture,
    Product,
    Sku,
)
from patronage.economy.charter import NANO
from patronage.members.models import Level, Person, Reward
from patronage.web.demo import art
from patronage.web.demo.catalogue import (
    APPLICANT,
    CATEGORIES,
    LEVELS,
    NEWS,
    REWARDS,
    SELLERS,
    WARES,
    Ware,
)

OPERATOR: Final = "operator@example.com"
FINANCE: Final = "finance@example.com"
CLERK: Final = "desk@example.com"
PASSWORD: Final = "demonstration"  # noqa: S105  (printed to whoever starts it)

_STOCK: Final = 5_000
_FREIGHT_MINOR: Final = 1_200
_FREE_FROM_MINOR: Final = 19_900


def open_economy(at: datetime) -> None:
    """Open the mall's economy under the demonstration's charter."""
    charter: dict[str, Any] = tomllib.loads(
        files(__package__).joinpath("charter.toml").read_text("utf-8")
    )
    ledger.open_economy(settings.ECONOMY, charter, clock=lambda: at)


def fit_out() -> None:
    """Make merchants, levels, categories and products, and list the products."""
    merchants = {}
    for seller in SELLERS:
        name, name_en = seller.name
        merchant = Merchant.objects.create(
            name=name,
            name_en=name_en,
            is_house=seller.concession_percent is None,
            concession_micro=(seller.concession_percent or 0) * 10_000,
        )
        listing.approve_merchant(merchant_id=merchant.id)
        merchant.refresh_from_db()
        FreightRule.objects.create(
            merchant=merchant,
            basis=FreightBasis.PIECE,
            first_minor=_FREIGHT_MINOR,
            free_from_minor=_FREE_FROM_MINOR,
        )
        merchants[seller.key] = merchant
    categories = {
        key: Category.objects.create(name=name, name_en=name_en, position=position)
        for position, (key, (name, name_en)) in enumerate(CATEGORIES.items())
    }
    for name, name_en, points, brings, brings_en in LEVELS:
        Level.objects.create(
            name=name,
            name_en=name_en,
            from_nano=points * NANO,
            is_partner=bool(brings),
            brings=brings,
            brings_en=brings_en,
        )
    _appoint(merchants)
    for ware in WARES:
        _put_up(ware, merchants[ware.seller], categories[ware.category])


def _appoint(merchants: dict[str, Merchant]) -> None:
    """Let two people run the mall, so that one sees what the other does, and one stand at desks."""
    operators = [
        Person.objects.create_superuser(email, PASSWORD, name=name)
        for email, name in ((OPERATOR, "运营"), (FINANCE, "财务"))
    ]
    clerk = Person(email=CLERK, name="收银", is_staff=True)
    clerk.set_password(PASSWORD)
    clerk.save()
    merchants["house"].staff.add(operators[0])
    for key, merchant in merchants.items():
        if key != "house":
            merchant.staff.add(clerk)


def bring_news() -> None:
    """Let there be an announcement, and a company that asks to sell."""
    (title, title_en), (text, text_en) = NEWS
    Announcement.objects.create(title=title, title_en=title_en, text=text, text_en=text_en)
    Application.objects.create(**APPLICANT)


def announce(day: date) -> None:
    """Announce rewards for the places at the end of a day."""
    for first, last, text, text_en in REWARDS:
        Reward.objects.create(
            first_place=first, last_place=last, text=text, text_en=text_en, decided_on=day
        )


def _put_up(ware: Ware, merchant: Merchant, category: Category) -> None:
    product = Product.objects.create(
        merchant=merchant,
        category=category,
        name=ware.name[0],
        name_en=ware.name[1],
        summary=ware.summary[0],
        summary_en=ware.summary[1],
        description=ware.summary[0],
        description_en=ware.summary[1],
        delivery=ware.delivery,
    )
    for position, ((name, name_en), price, cost) in enumerate(ware.kinds):
        Sku.objects.create(
            product=product,
            name=name,
            name_en=name_en,
            price_minor=price,
            cost_minor=cost or None,
            stock=_STOCK,
            position=position,
        )
    drawn = art.picture(ware.drawing, ware.palette)
    Picture(product=product).file.save(f"demo-{product.id}.svg", ContentFile(drawn.encode()))
    refusal = listing.list_product(product=product).refusal
    if refusal is not None:
        raise RuntimeError(f"{ware.name[1]} cannot be listed: {refusal}")
