"""A merchant's settlement statement: every movement of its account in a period, to the last line.

Read from the journal and told in commerce's words; opening balances and lines make the closing
ones, and what an order brought is compared with its split.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.commerce import debts
from patronage.commerce.models import AfterSale, Merchant, Party, Split, SplitKind
from patronage.economy import BrokenInvariantError

_PROCEEDS: Final = re.compile(r"order:(\d+):proceeds$")
_REFUND: Final = re.compile(r"aftersale:(\d+):charge:[^:]+:\d+$")
_ORDER_COINS: Final = re.compile(r"order:(\d+):coins:\d+$")
_COUNTER: Final = re.compile(r"counter:(\d+)")


class LineKind(models.TextChoices):
    """What a line of a statement is of."""

    PROCEEDS = "proceeds", _("proceeds of an order")
    REFUND = "refund", _("share of a refund")
    ORDER_COINS = "order_coins", _("coins of an order")
    ORDER_COINS_BACK = "order_coins_back", _("coins of an order given back")
    COUNTER = "counter", _("coins at the counter")
    COUNTER_BACK = "counter_back", _("coins at the counter given back")
    COINS_REDEEMED = "coins_redeemed", _("coins redeemed into points")
    POINTS_REDEEMED = "points_redeemed", _("points redeemed into cash")
    BOUGHT_OUT = "bought_out", _("points redeemed by the rules")
    CREDIT = "credit", _("credited by the operator")
    CHARGE = "charge", _("charged by the operator")
    PAID_OUT = "paid_out", _("cash paid out")
    OPENED = "opened", _("the account was opened")
    OTHER = "other", _("other")


class Balances(NamedTuple):
    """What an account holds: money and coins in minor units, points in nano-points."""

    cash_minor: int
    coins_minor: int
    points_nano: int


class Line(NamedTuple):
    """One movement: its record, moment, kind, the number of its order, case or receipt.

    Changes, the balances after it, and of the cash what dividends were paid with it. Of proceeds
    `freight_minor` is for freight; `fee_minor` was kept back from a redemption.
    """

    record: int
    at: datetime
    kind: LineKind
    subject: str
    change: Balances
    after: Balances
    dividend_minor: int
    fee_minor: int
    freight_minor: int


class Statement(NamedTuple):
    """A period's lines, the oldest first, between its opening and closing balances.

    `owed_minor` is what the merchant owes for refunds now.
    """

    first: date
    last: date
    opening: Balances
    closing: Balances
    lines: Sequence[Line]
    owed_minor: int

    def sums(self) -> list[tuple[LineKind, Balances]]:
        """Return what each kind of line came to, of those there are."""
        found: dict[LineKind, Balances] = {}
        for line in self.lines:
            so_far = found.get(line.kind, Balances(0, 0, 0))
            found[line.kind] = _plus(so_far, line.change)
        return [(kind, found[kind]) for kind in LineKind if kind in found]


def statement(merchant: Merchant, first: date, last: date) -> Statement:
    """Return a merchant's statement of the days from first to last.

    Raises BrokenInvariantError where the lines do not lead from balance to balance, or an order
    brought something else than its split says.
    """
    found = list(_within(merchant.account, first, last))
    after = found[0] if found else next(_within(merchant.account, date.min, last), None)
    closing = Balances(0, 0, 0) if after is None else _after(after)
    opening = _minus(_after(found[-1]), _change(found[-1])) if found else closing
    freight = _freight_of([subject for one in found if (subject := _order_of(one))])
    orders = _orders_of_cases([match[1] for one in found if (match := _match(_REFUND, one))])
    lines = [_told(one, freight, orders) for one in reversed(found)]
    balance = opening
    for line in lines:
        balance = _plus(balance, line.change)
        if balance != line.after:
            raise BrokenInvariantError(f"{merchant.account}: record {line.record} does not follow")
    return Statement(first, last, opening, closing, lines, debts.owed_by(merchant))


def _within(account: str, first: date, last: date) -> Iterator[ledger.Entry]:
    """Yield an account's movements of a period, the newest first."""
    place: tuple[int, int] | None = None
    while page := ledger.entries(settings.ECONOMY, account, before=place):
        for one in page:
            day = timezone.localtime(_moment(one)).date()
            if day < first:
                return
            if day <= last:
                yield one
        place = page[-1].line.place


def _moment(one: ledger.Entry) -> datetime:
    return datetime.fromisoformat(one.line.at)


def _match(pattern: re.Pattern[str], one: ledger.Entry) -> re.Match[str] | None:
    return pattern.match(one.line.event_id or "")


def _order_of(one: ledger.Entry) -> str:
    """Return the number of the order whose proceeds a movement brought, nothing for others."""
    match = _match(_PROCEEDS, one)
    return match[1] if match and one.line.cause == "credit" else ""


def _freight_of(numbers: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return of orders what their splits owe the merchant in all, and of it for freight."""
    kinds = (SplitKind.PROCEEDS, SplitKind.FREIGHT)
    rows = Split.objects.filter(order__number__in=numbers, party=Party.MERCHANT, kind__in=kinds)
    found: dict[str, tuple[int, int]] = {}
    for number, kind, amount in rows.values_list("order__number", "kind", "amount_minor"):
        owed, freight = found.get(number, (0, 0))
        is_freight = kind == SplitKind.FREIGHT
        found[number] = owed + amount, freight + (amount if is_freight else 0)
    return found


def _orders_of_cases(numbers: Sequence[str]) -> dict[str, str]:
    cases = AfterSale.objects.filter(number__in=numbers)
    return dict(cases.values_list("number", "order__number"))


def _told(one: ledger.Entry, freight: dict[str, tuple[int, int]], orders: dict[str, str]) -> Line:
    kind, subject = _kind_of(one, orders)
    change = _change(one)
    freight_minor = 0
    if kind is LineKind.PROCEEDS:
        owed, freight_minor = freight.get(subject, (0, 0))
        if owed != change.cash_minor - one.line.dividend:
            raise BrokenInvariantError(f"order {subject}: its proceeds are not its split's")
    return Line(
        one.line.place[0],
        _moment(one),
        kind,
        subject,
        change,
        _after(one),
        one.line.dividend,
        one.line.fee,
        freight_minor,
    )


_BY_CAUSE: Final = {
    "coin_redemption": LineKind.COINS_REDEEMED,
    "redemption": LineKind.POINTS_REDEEMED,
    "compulsory_redemption": LineKind.BOUGHT_OUT,
    "credit": LineKind.CREDIT,
    "charge": LineKind.CHARGE,
    "withdrawal": LineKind.PAID_OUT,
    "opening": LineKind.OPENED,
}


def _kind_of(one: ledger.Entry, orders: dict[str, str]) -> tuple[LineKind, str]:
    """Return what a movement is of, and the number it is known by."""
    cause = one.line.cause
    if number := _order_of(one):
        return LineKind.PROCEEDS, number
    if cause == "charge" and (match := _match(_REFUND, one)):
        return LineKind.REFUND, orders.get(match[1], match[1])
    if cause in ("payment", "payment_refund"):
        is_back = cause == "payment_refund"
        paid = str(one.event.get("payment", "")) if is_back else one.line.event_id or ""
        if match := _ORDER_COINS.match(paid):
            return (LineKind.ORDER_COINS_BACK if is_back else LineKind.ORDER_COINS), match[1]
        if match := _COUNTER.match(paid):
            return (LineKind.COUNTER_BACK if is_back else LineKind.COUNTER), match[1]
    return _BY_CAUSE.get(cause, LineKind.OTHER), ""


def _change(one: ledger.Entry) -> Balances:
    return Balances(one.line.cash, one.line.coins, one.line.points)


def _after(one: ledger.Entry) -> Balances:
    return Balances(one.line.cash_after, one.line.coins_after, one.line.points_after)


def _plus(one: Balances, other: Balances) -> Balances:
    return Balances(*(a + b for a, b in zip(one, other, strict=True)))


def _minus(one: Balances, other: Balances) -> Balances:
    return Balances(*(a - b for a, b in zip(one, other, strict=True)))
