"""`patronage close-day`: the days that have ended, closed in order."""

import re
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated

import typer

from patronage.cli import options, show
from patronage.cli.calendar import today
from patronage.cli.database import reached
from patronage.cli.inbox import settled_or_stopped
from patronage.cli.words import fail, say
from patronage.economy import Charter, Event
from patronage.economy.events import MONEY_MAX, is_date

_MONEY = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?", re.ASCII)


def close_day(
    economy: options.EconomyId,
    day: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATE]",
            help=say(
                "YYYY-MM-DD; without it the last day that has ended in the charter's time zone.",
                "YYYY-MM-DD；省略则为章程时区中最近结束的一天。",
            ),
        ),
    ] = None,
    profit: Annotated[
        str | None,
        typer.Option(
            help=say(
                "The day's income that came through no order, of which dividends are a part.",
                "当日不经订单而来的收入，按分红率计入分红。",
            )
        ),
    ] = None,
) -> None:
    """Close a day, and before it the days since the last close, in order."""
    from patronage import ledger

    if day is not None and not is_date(day):
        fail(f"{day} is no date; write it like 2026-01-31.", f"{day} 不是日期；请写成 2026-01-31。")
    with reached():
        told = ledger.summary(economy)
        charter = told.charter
        amount = None if profit is None else _read_profit(profit, charter)
        now = today(charter)
        last = now - timedelta(days=1) if day is None else date.fromisoformat(day)
        if last >= now:
            fail(
                f"{last} has not ended yet: a day is closed when it is over, and for good.",
                f"{last} 尚未结束：一日结束之后才能日结，且不可更改。",
            )
        event = _closed(last, amount)
        (known,) = ledger.recorded(economy, [event])
        if known is not None and known.refusal is not None:
            fail(
                f"an event day:{last} was refused before ({known.refusal}); close the next day.",
                f"事件 day:{last} 曾被拒绝（{known.refusal}）；请日结下一天。",
            )
        if known is not None:
            if profit is not None and not known.is_same:
                fail(
                    f"{last} is closed already, with another profit; give it with the next day.",
                    f"{last} 已经日结，利润不同；请计入下一日。",
                )
            show.console.print(say(f"{last} is closed already.", f"{last} 早已日结。"))
            return
        if told.last_closed and last.isoformat() <= told.last_closed:
            fail(
                f"{told.last_closed} is closed already, so {last} before it can be closed no more.",
                f"{told.last_closed} 已经日结，在它之前的 {last} 不能再日结。",
            )
        events = [*_late(told.last_closed, last), event]
        ledger.submit_many(economy, events)
        settled_or_stopped(economy)
        outcome = ledger.outcome_of(economy, event["id"])
        price = ledger.summary(economy).price
    if outcome is None or outcome.facts is None:
        fail(
            f"{last} was closed by another process meanwhile, otherwise than asked.",
            f"{last} 在此期间已由另一个进程以不同的内容日结。",
        )
    dividend = show.money(int(outcome.facts["dividend"]), charter)
    per_point = f"{show.price(price, charter)} {charter.currency}"
    late = len(events) - 1
    before = say(f", and {late:,} days before it", f"（连同此前 {late:,} 天）") if late else ""
    show.console.print(
        say(
            f"{last} is closed{before}: dividend {dividend}, price of a point {per_point}.",
            f"{last} 已日结{before}：分红 {dividend}，积分价格 {per_point}。",
        )
    )


def _read_profit(text: str, charter: Charter) -> int:
    minor = Fraction(text) * 10**charter.minor_unit_exponent if _MONEY.fullmatch(text) else None
    if minor is None or minor.denominator != 1 or minor > MONEY_MAX:
        example = show.money(123 * 10**charter.minor_unit_exponent, charter)
        fail(
            f'--profit "{text}" is no amount in {charter.currency}; write it like {example}.',
            f'--profit "{text}" 不是 {charter.currency} 金额；请写成 {example} 的样子。',
        )
    return int(minor)


def _closed(day: date, profit: int | None = None) -> Event:
    """Return the event that closes a day: without a time, so that closing twice is the same."""
    event: Event = {"id": f"day:{day}", "type": "day.closed", "date": day.isoformat()}
    return event if profit is None else {**event, "profit": profit}


def _late(last_closed: str, day: date) -> list[Event]:
    """Return the closes of the days between the last closed one and a day."""
    if not last_closed:
        return []
    first = date.fromisoformat(last_closed) + timedelta(days=1)
    return [_closed(first + timedelta(days=late)) for late in range((day - first).days)]
