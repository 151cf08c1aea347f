"""What shipping an order costs."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from patronage.commerce.models import FreightBasis, FreightRule, FreightZone, Merchant, Sku
from patronage.members.queries import prepared


def rule_of(merchant: Merchant) -> FreightRule | None:
    """Return a merchant's rule; who has none ships free."""
    return getattr(merchant, "freight_rule", None)


def zones_of(merchant_ids: Collection[int], province: str) -> dict[int, FreightZone]:
    """Return the zones for a province that merchants have, by the merchant's id.

    One query; none without a province.
    """
    if not merchant_ids or not province:
        return {}
    return {zone.rule.merchant_id: zone for zone in _zones(province, *merchant_ids)}


@prepared
def _zones(province: str, *merchant_ids: int) -> QuerySet[FreightZone]:
    found = FreightZone.objects.filter(province=province, rule__merchant__id__in=merchant_ids)
    return found.select_related("rule")


def freight_of(
    rule: FreightRule | None,
    zone: FreightZone | None,
    shipped: Iterable[tuple[Sku, int]],
    net_minor: int,
) -> int:
    """Return the freight, in minor units, of pieces to a zone, goods being worth so much.

    `shipped` are SKUs with quantities; nothing shipped is free, and so is a merchant without a
    rule. A block of further units that is begun counts as whole.
    """
    pieces = list(shipped)
    if rule is None or not pieces:
        return 0
    if rule.free_from_minor is not None and net_minor >= rule.free_from_minor:
        return 0
    is_weight = rule.basis == FreightBasis.WEIGHT
    units = sum(quantity * (sku.weight_gram if is_weight else 1) for sku, quantity in pieces)
    fees = zone or rule
    further = -(-max(0, units - rule.first_units) // rule.next_units)
    return fees.first_minor + further * fees.next_minor
