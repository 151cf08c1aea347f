"""Fitting out the demonstration mall: its economy, sellers, wares, and who works there."""

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile

from patronage import ledger
from patronage.commerce import listing
from patronage.commerce.models import (
    Category,
    FreightBasis,
    FreightRule,
    Merchant,
    Picture,
    Product,
    Sku,
)
from patronage.economy.charter import NANO
from patronage.members.models import Level
from patronage.web.demo import art
from patronage.web.demo.catalogue import CATEGORIES, LEVELS, SELLERS, WARES, Ware

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
    for name, name_en, points, is_partner in LEVELS:
        Level.objects.create(
            name=name, name_en=name_en, from_nano=points * NANO, is_partner=is_partner
        )
    for ware in WARES:
        _put_up(ware, merchants[ware.seller], categories[ware.category])


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
