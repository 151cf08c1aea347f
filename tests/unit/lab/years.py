"""Scenarios and streams for the tests of simulations."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from patronage.economy import Charter, Event, is_well_formed, load_charter, parse_event
from patronage.economy.events import MONEY_MAX
from patronage.lab.scenario import Arrivals, Merchants, Scenario, Segment
from patronage.lab.stream import NOBODY, Day, Orders, Wish

ROOT = Path(__file__).resolve().parents[3]
VECTORS = [ROOT / "tests" / "vectors", ROOT.parent / "shared" / "vectors" / "economy"]
REDWINE = load_charter((ROOT / "examples" / "redwine.toml").read_bytes())
MALL = load_charter((ROOT / "examples" / "mall.toml").read_bytes())
OF_PROFIT = replace(REDWINE, reserve_of="profit", founding_minor=100_000)
SMALL = replace(REDWINE, authorised_nano=60 * 10**9)
"""So few points are authorised that they are soon all issued."""

NEWCOMERS = Segment(name="newcomers", share=1, basket=100, orders_a_year=0)
REGULARS = Segment(
    name="regulars",
    share=0.4,
    basket=150,
    spread=0.7,
    orders_a_year=20,
    lifetime_days=150,
    margin=0.4,
    redeem_a_year=1,
    convert_a_year=3,
    from_multiple=1.3,
    spend_a_year=20,
)
OTHERS = Segment(
    name="others", share=0.6, basket=60, spread=0.3, orders_a_year=2, margin=0.3, redeem_a_year=2
)


def scenario(charter: Charter, days: int = 200, a_day: float = 4, **more: Any) -> Scenario:
    """Make a scenario in which everything happens."""
    plain: dict[str, Any] = {
        "name": "everything",
        "charter": charter,
        "start": date(2026, 1, 15),
        "days": days,
        "arrivals": Arrivals(a_day=a_day, growth=0.5, referred=0.5, referrers="popular"),
        "segments": (REGULARS, OTHERS),
        "merchants": Merchants(count=2, redeem_days=10),
    }
    return Scenario(**{**plain, **more})


def one_by_one(charter: Charter, a_day: int, days: int, **more: Any) -> Scenario:
    """Make the rule book's table: every order 100.00, by a new member, without referrer."""
    arrivals = Arrivals(a_day=a_day, even=True)
    return scenario(charter, days, arrivals=arrivals, segments=(NEWCOMERS,), **more)


_PHASES = (
    "order.completed",
    "points.redeemed",
    "points.converted",
    "coins.spent",
    "coins.redeemed",
)


def streams() -> list[Path]:
    """Return the files of events that come with the rules."""
    return sorted(path for folder in VECTORS for path in folder.glob("*.events.jsonl"))


def charter_of(path: Path) -> Charter:
    """Return the charter that a file of events is for."""
    return load_charter((path.parent / f"{path.name.split('.')[1]}.toml").read_bytes())


def days_of(path: Path) -> tuple[int, list[Day]]:
    """Read what can happen in a simulation out of a file of events; return merchants and days.

    A redemption or conversion is of all points, spending of all coins; whatever has another place
    in a day's sequence than the event before begins a new day.
    """
    events = [event for line in path.read_bytes().splitlines() if (event := _event(line))]
    merchants = [e["merchant"] for e in events if e["type"] == "merchant.opened"]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(merchants))}
    count = len(numbers)
    made, today, phase = [], [], 0
    for event in events:
        kind = event["type"]
        if kind == "day.closed":
            made.append(today)
            today, phase = [], 0
        elif kind in _PHASES:
            if _PHASES.index(kind) < phase:
                made.append(today)
                today = []
            phase = _PHASES.index(kind)
            for name in (event.get("member"), event.get("referrer"), event.get("account")):
                if name is not None:
                    numbers.setdefault(name, len(numbers))
            today.append(event)
    return count, list(_days([*made, today], numbers, count))


def _event(line: bytes) -> Event | None:
    """Return a well-formed event whose order, if it is one, no rule would refuse."""
    try:
        event = parse_event(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or not is_well_formed(event):
        return None
    amount, profit = event.get("amount", 1), event.get("profit", 0)
    return event if 0 < amount <= MONEY_MAX and -MONEY_MAX <= profit <= amount else None


def _days(days: list[list[Event]], numbers: dict[str, int], merchants: int) -> Iterator[Day]:
    known = merchants
    for ordinal, events in enumerate(days):
        orders = [
            (
                numbers[e["member"]],
                numbers.get(e.get("referrer"), NOBODY),
                e["amount"],
                e.get("profit", 0),
            )
            for e in events
            if e["type"] == "order.completed" and numbers[e["member"]] >= merchants
        ]
        orders = [(m, NOBODY if r in range(merchants) else r, a, p) for m, r, a, p in orders]
        orders = [(m, NOBODY if r == m else r, a, p) for m, r, a, p in orders]
        named = [max(m, r) for m, r, _, _ in orders]
        newcomers = max(0, max(named, default=-1) + 1 - known)
        known += newcomers
        columns = (np.array(column, np.int64) for column in zip(*orders or [(0,) * 4], strict=True))

        redeem, convert, spend = (
            _acting(events, kind, numbers, range(merchants, known))
            for kind in ("points.redeemed", "points.converted", "coins.spent")
        )
        yield Day(
            date=date(2026, 1, 1) + timedelta(days=ordinal),
            newcomers=newcomers,
            orders=Orders(*(column[: len(orders)] for column in columns)),
            redeem=Wish(redeem, np.zeros(len(redeem))),
            convert=Wish(convert, np.zeros(len(convert))),
            spenders=spend if merchants else spend[:0],
            shops=np.arange(len(spend) if merchants else 0) % max(merchants, 1),
            merchants_redeem=any(e["type"] == "coins.redeemed" for e in events),
        )


def _acting(events: list[Event], kind: str, numbers: dict[str, int], known: range) -> np.ndarray:
    found = [numbers.get(e.get("account"), NOBODY) for e in events if e["type"] == kind]
    return np.array([n for n in dict.fromkeys(found) if n in known], np.int64)
