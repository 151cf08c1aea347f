"""`patronage import`: a shop's export into an economy, of which only what is new is added."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

from patronage.cli import options, show
from patronage.cli.behaviour import read_share
from patronage.cli.calendar import today
from patronage.cli.database import reached
from patronage.cli.files import forbid_overwriting
from patronage.cli.inbox import settled_or_stopped
from patronage.cli.intake import Source, notes, print_source, read_source, write_unusable
from patronage.cli.words import fail, say
from patronage.economy import Event
from patronage.intake import Day, day_closed

_AT_ONCE = 1000
_NAMED = 5


@dataclass(slots=True)
class _Imported:
    """What came of an export's events, by what they are."""

    new: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    known: int = 0
    late: int = 0
    changed: list[str] = field(default_factory=list)


def import_(
    economy: options.EconomyId,
    orders: options.OrdersFile,
    order: options.OrderColumn = None,
    customer: options.CustomerColumn = None,
    date: options.DateColumn = None,
    amount: options.AmountColumn = None,
    status: options.StatusColumn = None,
    profit: options.ProfitColumn = None,
    referrer: options.ReferrerColumn = None,
    returned_order: options.ReturnedOrderColumn = None,
    encoding: options.Encoding = None,
    margin: options.Margin = None,
    unusable: options.Unusable = None,
    key: options.Key = Path("patronage.key"),
    *,
    day_first: options.DayFirst = False,
) -> None:
    """Submit and settle a shop's orders and returns, and close the days that the export passes."""
    from patronage import ledger

    share = None if margin is None else read_share(margin, "--margin")
    unusable = unusable or Path(f"{orders.stem}.unusable.csv")
    forbid_overwriting([orders], [("--unusable", unusable), ("--key", key)])
    with reached():
        settled_or_stopped(economy)
        told = ledger.summary(economy)
        if told.members:
            _require_key(key, economy)
        source = read_source(
            orders,
            exponent=told.charter.minor_unit_exponent,
            named={
                "order": order,
                "customer": customer,
                "date": date,
                "amount": amount,
                "status": status,
                "profit": profit,
                "referrer": referrer,
                "returned_order": returned_order,
            },
            encoding=encoding,
            day_first=day_first,
            margin=share,
            key=key,
            until=today(told.charter).isoformat(),
            recorded=lambda ids: ledger.recorded_orders(economy, ids),
        )
        if source.unusable:
            write_unusable(unusable, source.unusable)
        if not source.days:
            fail(
                f"no row of {orders} can be used; {unusable} says why.",
                f"{orders} 中没有可用的行；理由见 {unusable}。",
            )
        _require_the_same_customers(economy, source.days, key)
        print_source(source)
        for note in notes(source, [told.charter], unusable, key):
            show.paragraph(note)
        imported = _import(economy, source.days, told.last_closed)
    _print_imported(economy, imported, source, told.last_closed)


def _require_key(key: Path, economy: str) -> None:
    """End with a sentence rather than make a second key for the same customers."""
    if not os.path.exists(key):  # noqa: PTH110  (Path.exists may raise)
        fail(
            f"{economy} has members, but their key {key} is not here: name it with --key, or, if "
            f"nothing was imported before, make one (openssl rand -hex 32 > {key}).",
            f"{economy} 已有会员，但这里没有他们的密钥 {key}：请用 --key 指明；"
            f"若从未导入过，请新建一个（openssl rand -hex 32 > {key}）。",
        )


def _require_the_same_customers(economy: str, days: Sequence[Day], key: Path) -> None:
    """End with a sentence if all orders known already are other members' under this key."""
    from patronage import ledger

    events = (event for day in days for event in day.events if "member" in event)
    while chunk := list(islice(events, _AT_ONCE)):
        members = {event["order"]: event["member"] for event in chunk}
        known = ledger.recorded_orders(economy, members)
        if known and all(members[id] != order.member for id, order in known.items()):
            fail(
                f"under the key {key} the customers of orders imported before are others: name the "
                "key that was used then with --key.",
                f"按密钥 {key}，先前导入的订单属于另外的顾客：请用 --key 指明当时所用的密钥。",
            )
        if known:
            return


def _import(economy: str, days: Sequence[Day], last_closed: str) -> _Imported:
    """Submit what the journal does not know, some at a time, and settle it."""
    from patronage import ledger

    imported = _Imported()
    events = _events(days, last_closed)
    while chunk := list(islice(events, _AT_ONCE)):
        known = ledger.recorded(economy, chunk)
        new = [event for event, one in zip(chunk, known, strict=True) if one is None]
        imported.known += len(chunk) - len(new)
        imported.changed += [
            event["id"]
            for event, one in zip(chunk, known, strict=True)
            if one is not None and not one.is_same
        ]
        if new:
            ledger.submit_many(economy, new)
            settled_or_stopped(economy)
            for event, one in zip(new, ledger.recorded(economy, new), strict=True):
                if one is not None and one.refusal is not None:
                    imported.refused[one.refusal.value] += 1
                    continue
                imported.new[event["type"]] += 1
                if event["type"] != "day.closed" and event["at"][:10] <= last_closed:
                    imported.late += 1
        if sys.stderr.isatty():
            sys.stderr.write(f"{chunk[-1]['at'][:10]}\r")
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    return imported


def _events(days: Sequence[Day], last_closed: str) -> Iterator[Event]:
    """Yield the events of days, and the close of each that a later one in the export shows over.

    So the same export always makes the same events, and an export drawn at noon does not end its
    last day.
    """
    for day, following in pairwise([*days, None]):
        if day is not None:
            yield from day.events
            if following is not None and day.date > last_closed:
                yield day_closed(day.date)


def _print_imported(economy: str, imported: _Imported, source: Source, last_closed: str) -> None:
    new = imported.new
    orders, returns = new["order.completed"], new["order.refunded"]
    show.paragraph(
        say(
            f"New: {orders:,} orders, {returns:,} returns, {new['day.closed']:,} days closed. "
            f"Recorded before: {imported.known:,}.",
            f"新增：{orders:,} 笔订单，{returns:,} 笔退货，日结 {new['day.closed']:,} 天。"
            f"先前已记录：{imported.known:,}。",
        )
    )
    if imported.refused:
        codes = ", ".join(f"{code} {count:,}" for code, count in imported.refused.most_common())
        show.paragraph(say(f"Refused: {codes}.", f"被拒绝：{codes}。"))
    if imported.late:
        show.paragraph(
            say(
                f"{imported.late:,} of them belong to days that were closed before, and count from "
                "now on.",
                f"其中 {imported.late:,} 个属于早已日结的日子，自现在起计入。",
            )
        )
    if changed := imported.changed:
        named = ", ".join(changed[:_NAMED]) + (" …" if len(changed) > _NAMED else "")
        show.paragraph(
            say(
                f"{len(changed):,} were recorded before with other content, and stay as they were: "
                f"{named}. Has the export changed, or --margin, or a column?",
                f"{len(changed):,} 个先前以不同的内容记录，保持原样：{named}。"
                "是导出内容、--margin 或列的指定变了吗？",
            )
        )
    last = source.days[-1].date
    if last > last_closed:
        show.paragraph(
            say(
                f"{last}, the last day of the export, is still open: a later export closes it, or "
                f"`patronage close-day {economy} {last}`.",
                f"导出的最后一天 {last} 仍未日结：由之后的导出日结，"
                f"或用 `patronage close-day {economy} {last}`。",
            )
        )
