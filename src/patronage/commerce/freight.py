"""What shipping an order costs."""

from collections.abc import Iterable

from patronage.commerce.models import FreightBasis, FreightRule, FreightZone, Merchant, Sku


def rule_of(merchant: Merchant) -> FreightRule | None:
    """Return a merchant's rule; who has none ships free."""
    return getattr(merchant, "freight_rule", None)


def zone_of(rule: FreightRule, province: str) -> FreightZone | None:
    """Return the rule's zone for a province, if it has one; without a province there is none."""
    if not province:
        return None
    return next((zone for zone in rule.zones.all() if zone.province == province), None)


def is_served(rule: FreightRule | None, province: str) -> bool:
    """Tell whether a merchant ships to a province."""
    zone = None if rule is None else zone_of(rule, province)
    return zone is None or zone.is_served


def freight_of(
    rule: FreightRule | None, province: str, shipped: Iterable[tuple[Sku, int]], net_minor: int
) -> int:
    """Return the freight, in minor units, of pieces to a province, goods being worth so much.

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
    fees = zone_of(rule, province) or rule
    further = -(-max(0, units - rule.first_units) // rule.next_units)
    return fees.first_minor + further * fees.next_minor
