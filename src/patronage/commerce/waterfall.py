"""The waterfall: whose what consumers paid is, part by part, and what returns took back of it.

Of one order, or of all of some days: what was completed in them, and what was settled in them of
refunds after completion. Read from the rows that split and refunds wrote; nothing is reckoned anew.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.db.models import Count, QuerySet, Sum

from patronage.commerce import figures
from patronage.commerce.figures import Span
from patronage.commerce.models import (
    AfterSaleShare,
    Bearer,
    Distributor,
    Merchant,
    Order,
    Party,
    ShareKind,
    Split,
    SplitKind,
)

TOP: Final = 20
ORDER: Final = (
    *(ShareKind.FREIGHT, ShareKind.COINS, ShareKind.MARGIN, ShareKind.COMMISSION),
    *(ShareKind.PROCEEDS, ShareKind.CONTRIBUTION, ShareKind.DIVIDEND, ShareKind.PLATFORM),
    *(ShareKind.NETTED, ShareKind.BORNE, ShareKind.FUNDED),
)
"""What is taken out of a payment first stands first; what refunds alone know, last."""

Key = tuple[str, str]
"""A party and what its part is, by their values."""


class Part(NamedTuple):
    """A party's part, in minor units: as the splits recorded it, and what refunds took back."""

    party: str
    kind: str
    recorded_minor: int
    taken_minor: int

    @property
    def left_minor(self) -> int:
        """What the party has of it in the end; less than nothing where it only bore."""
        return self.recorded_minor - self.taken_minor

    @property
    def party_label(self) -> str:
        """Who it is, in the active language."""
        return str(Bearer(self.party).label)

    @property
    def kind_label(self) -> str:
        """What it is, in the active language."""
        kinds = SplitKind if self.kind in SplitKind.values else ShareKind
        return str(kinds(self.kind).label)


class Waterfall(NamedTuple):
    """Parts in the order in which they are taken; they sum to what was divided."""

    parts: Sequence[Part]

    @property
    def divided_minor(self) -> int:
        """What completed orders were paid with, less what went back before."""
        return sum(part.recorded_minor for part in self.parts)

    @property
    def taken_minor(self) -> int:
        """What went back of it after completion."""
        return sum(part.taken_minor for part in self.parts)

    @property
    def left_minor(self) -> int:
        """What is left of it."""
        return self.divided_minor - self.taken_minor


class Ranked(NamedTuple):
    """A distributor or a supplier with its orders of a period and what they brought it."""

    who: Distributor | Merchant
    orders: int
    amount_minor: int


def of_order(order: Order) -> Waterfall:
    """Return the parts of an order; there are none before it is divided."""
    splits = order.splits.values_list("party", "kind", "amount_minor")
    shares = AfterSaleShare.objects.filter(aftersale__order=order)
    taken = shares.values_list("bearer", "kind", "amount_minor")
    return _waterfall(_summed(splits), _summed(taken))


def of_days(span: Span) -> Waterfall:
    """Return the parts of orders completed between two moments, and of refunds settled there."""
    splits = _completed(span).values_list("party", "kind").annotate(Sum("amount_minor"))
    shares = AfterSaleShare.objects.filter(**figures.within("aftersale__settled_at", span))
    taken = shares.values_list("bearer", "kind").annotate(Sum("amount_minor"))
    # Grouped by nothing else: `order_by` takes the rows' own order out.
    return _waterfall(_summed(splits.order_by()), _summed(taken.order_by()))


def distributors(span: Span) -> list[Ranked]:
    """Return who earned most by selling on behalf, of orders completed between two moments."""
    found = _completed(span).filter(party=Party.DISTRIBUTOR)
    rows = _ranked(found, "order__distributor")
    known = Distributor.objects.select_related("person").in_bulk([id for id, _n, _sum in rows])
    return [Ranked(known[id], orders, amount) for id, orders, amount in rows]


def suppliers(span: Span) -> list[Ranked]:
    """Return whose goods brought them most through distributors, of orders completed there."""
    found = _completed(span).filter(party=Party.MERCHANT, order__distributor__isnull=False)
    rows = _ranked(found, "order__merchant")
    known = Merchant.objects.in_bulk([id for id, _n, _sum in rows])
    return [Ranked(known[id], orders, amount) for id, orders, amount in rows]


def _completed(span: Span) -> QuerySet[Split]:
    return Split.objects.filter(**figures.within("order__completed_at", span))


def _ranked(found: QuerySet[Split], by: str) -> list[tuple[int, int, int]]:
    rows = found.values_list(by).annotate(
        orders=Count("order", distinct=True), amount=Sum("amount_minor")
    )
    return list(rows.order_by("-amount", by)[:TOP])


def _summed(rows: Iterable[tuple[str, str, int]]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for party, kind, amount in rows:
        found[party, kind] = found.get((party, kind), 0) + amount
    return found


def _waterfall(recorded: dict[Key, int], taken: dict[Key, int]) -> Waterfall:
    keys = sorted(recorded.keys() | taken.keys(), key=_place)
    return Waterfall([Part(*key, recorded.get(key, 0), taken.get(key, 0)) for key in keys])


def _place(key: Key) -> tuple[int, str]:
    party, kind = key
    return ORDER.index(ShareKind(kind)), party
