"""A settlement statement as every audience has it: a period's, with the table of a file."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from patronage.commerce import counter, settlements
from patronage.commerce.debts import Holder
from patronage.commerce.models import Merchant
from patronage.commerce.settlements import Balances, Line, Statement
from patronage.web.shared.exports import Cell, Table, amount, points

_DAYS_MAX: Final = 366


def asked(request: HttpRequest, holder: Holder) -> Statement:
    """Return the statement of the period asked for, this month's unless another is."""
    today = counter.today()
    last = _day(request.GET.get("last", ""), today)
    first = min(_day(request.GET.get("first", ""), last.replace(day=1)), last)
    return settlements.statement(holder, max(first, last - timedelta(days=_DAYS_MAX)), last)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def table(found: Statement, holder: Holder) -> Table:
    """Return a statement as a file has it: line by line between its balances.

    After them what waits for a review or was cancelled, which moved nothing.
    """
    is_merchant = isinstance(holder, Merchant)
    parts = _of_a_merchant if is_merchant else _of_a_member
    names = (
        (_("of it freight"),)
        if is_merchant
        else (
            *(_("paid for the goods"), _("purchase price"), _("margin"), _("sales commission")),
            _("not paid"),
        )
    )
    header = (
        *(_("Record"), _("When"), _("What"), _("Number"), _("Cash"), *names),
        *(_("of it dividends"), _("Fee"), _("Coins"), _("Points")),
        *(_("Cash after"), _("Coins after"), _("Points after")),
    )
    return Table("settlement", header, _rows(found, parts, len(names)))


def sums(found: Statement) -> list[tuple[str, Balances]]:
    """Return what each kind of line came to, between the balances."""
    return [
        (_("opening balance"), found.opening),
        *((str(kind.label), of) for kind, of in found.sums()),
        (_("closing balance"), found.closing),
    ]


_Parts = Callable[[Line], Sequence[Cell]]


def _of_a_merchant(line: Line) -> Sequence[Cell]:
    return (amount(line.parts.freight_minor),)


def _of_a_member(line: Line) -> Sequence[Cell]:
    parts = line.parts
    earned = (parts.paid_minor, parts.purchase_minor, parts.margin_minor, parts.commission_minor)
    return [*(amount(one or None) for one in earned), None]


def _rows(found: Statement, parts: _Parts, width: int) -> Iterator[list[Cell]]:
    yield _balance(_("opening balance"), found.first, found.opening, width)
    for line in found.lines:
        yield _row(line, parts)
    yield _balance(_("closing balance"), found.last, found.closing, width)
    for reward in found.unpaid:
        told = f"{reward.get_kind_display()}: {reward.get_state_display()}"
        at, unpaid = reward.ended_at or reward.made_at, amount(reward.left_minor)
        yield [None, at, told, reward.order.number, *[None] * width, unpaid, *[None] * 7]


def _balance(what: str, day: date, held: Balances, width: int) -> list[Cell]:
    after = (amount(held.cash_minor), amount(held.coins_minor), points(held.points_nano))
    return [None, day, what, "", *[None] * (width + 5), *after]


def _row(line: Line, parts: _Parts) -> list[Cell]:
    change, after = line.change, line.after
    return [
        *(line.record, line.at, str(line.kind.label), line.subject),
        *(amount(change.cash_minor), *parts(line), amount(line.dividend_minor)),
        *(amount(line.fee_minor), amount(change.coins_minor), points(change.points_nano)),
        *(amount(after.cash_minor), amount(after.coins_minor), points(after.points_nano)),
    ]
