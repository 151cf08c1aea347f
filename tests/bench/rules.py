"""Measure the speed of the rules, beside what was asked for.

Every figure is the median of several rounds of processor time; ratios compare rounds of the same
run, in turn, so that a machine whose speed drifts is the same for both sides.
"""

import gc
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from patronage.economy import Account, Event, MemoryBook, Replay, State, apply, load_charter

ROOT = Path(__file__).parent.parent.parent
CHARTER = load_charter((ROOT / "examples" / "redwine.toml").read_bytes())
CDNOW = ROOT.parent / "shared" / "data" / "cdnow" / "orders.csv"

Row = tuple[str, str, str]


def orders(count: int, members: int, start: int, rng: random.Random) -> list[Event]:
    """Make parsed order events, half of them with a referrer."""
    events = []
    for number in range(start, start + count):
        event: Event = {
            "id": f"order:{number}:completed",
            "type": "order.completed",
            "at": "2026-01-01T00:00:00Z",
            "order": str(number),
            "member": f"m{rng.randrange(members)}",
            "amount": rng.randrange(1_000, 30_000),
            "profit": 500,
        }
        if number % 2:
            event["referrer"] = f"m{rng.randrange(members)}"
        events.append(event)
    return events


def loops_per_second() -> float:
    """Return how fast this machine counts, to compare figures of different machines."""
    started = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return 1_000_000 / (time.process_time() - started)


def bench_orders(members: int = 100_000, batch: int = 20_000) -> list[Row]:
    """Orders a second with 100,000 members, collector on and off, against a counting loop."""
    rng = random.Random(1)
    economy = Replay(CHARTER)
    for event in orders(2 * members, members, 0, rng):
        economy.submit(event)
    rates: dict[bool, list[float]] = {True: [], False: []}
    loops = []
    for round_ in range(14):
        collecting = round_ % 2 == 0
        events = orders(batch, members, 2 * members + round_ * batch, rng)
        gc.collect()
        if not collecting:
            gc.disable()
        loops.append(loops_per_second())
        started = time.process_time()
        for event in events:
            economy.submit(event)
        rates[collecting].append(len(events) / (time.process_time() - started))
        gc.enable()
    return [
        (
            f"orders a second, 100,000 members, collector {'on' if on else 'off'}",
            f"{median(rates[on]):,.0f} (best {max(rates[on]):,.0f})",
            "100,000",
        )
        for on in (True, False)
    ] + [
        ("  the same machine's counting loop, steps a second", f"{median(loops):,.0f}", ""),
    ]


def holders(count: int) -> tuple[State, MemoryBook]:
    """Make an economy whose points are held by so many members, each with a ceiling of its own."""
    state, book = State(CHARTER), MemoryBook()
    numbers = list(range(count))
    random.Random(2).shuffle(numbers)
    for number in numbers:
        account = Account(f"m{number}", merchant=False, at=0)
        account.points = 10**9
        account.quota = 10_000 + number
        book.accounts[account.id] = account
        book.place(account)
    state.issued = count * 10**9
    state.reserve = state.paid_in = count * 200
    return state, book


def in_turn(one: Callable[[], float], other: Callable[[], float], rounds: int) -> float:
    """Return the median of the ratios one / other, measured in turn."""
    return median(one() / other() for _ in range(rounds))


def bench_dividend(many_holders: int = 1_000_000, few_holders: int = 10_000) -> list[Row]:
    """A day's dividend with 1,000,000 holders against 10,000."""

    def closer(count: int) -> Callable[[], float]:
        state, book = holders(count)
        state.dividend_pool = 10**9
        state.paid_in += 10**9
        day = 0

        def close() -> float:
            nonlocal day
            started = time.process_time()
            for _ in range(200):
                day += 1
                date = f"{2000 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"
                apply(
                    state,
                    book,
                    {"id": date, "type": "day.closed", "date": date, "profit": 1_000},
                )
            return time.process_time() - started

        return close

    many, few = closer(many_holders), closer(few_holders)
    many(), few()
    ratio = in_turn(many, few, 9)
    return [("a day's dividend, 1,000,000 holders ÷ 10,000", f"{ratio:.2f} ×", "≤ 1.5 ×")]


def bench_redemptions(
    many_holders: int = 1_000_000, few_holders: int = 10_000, batch: int = 500
) -> list[Row]:
    """The cost of a compulsory redemption with 1,000,000 holders against 10,000."""

    def redeemer(count: int) -> tuple[Callable[[], float], Callable[[], None]]:
        state, book = holders(count)
        done = 0

        def redeem() -> float:
            # Lift the price to just where the next `batch` members are due.
            nonlocal done
            target = (10_000 + done + batch - 1) * state.circulating
            lift = -(-target // 10**9) - state.reserve
            started = time.process_time()
            outcome = apply(
                state, book, {"id": str(done), "type": "reserve.funded", "amount": lift}
            )
            seconds = time.process_time() - started
            redeemed = len(outcome.movements)  # type: ignore[union-attr]
            done += redeemed
            return seconds / redeemed

        def check() -> None:
            if state.compulsory_redemptions != done or done < 10 * batch:
                raise AssertionError("the bench did not redeem what it says")

        return redeem, check

    many, many_check = redeemer(many_holders)
    few, few_check = redeemer(few_holders)
    pairs = [(many(), few()) for _ in range(15)]
    many_check()
    few_check()
    ratio = median(one / other for one, other in pairs)
    rate = 1 / median(one for one, _ in pairs)
    return [
        ("a compulsory redemption, 1,000,000 holders ÷ 10,000", f"{ratio:.2f} ×", "≤ 1.5 ×"),
        ("  redemptions a second with 1,000,000 holders", f"{rate:,.0f}", ""),
    ]


def bench_replay(events: int = 100_000) -> list[Row]:
    """Events a second from a file, parsing included, the collector off as in the command."""
    rng = random.Random(3)
    rates = []
    with tempfile.TemporaryFile() as file:
        for event in orders(events, 100_000, 0, rng):
            file.write(json.dumps(event).encode() + b"\n")
        for _ in range(5):
            file.seek(0)
            economy = Replay(CHARTER)
            gc.collect()
            gc.disable()
            started = time.process_time()
            for _ in economy.submit_lines(file):
                pass
            rates.append(events / (time.process_time() - started))
            gc.enable()
    return [
        (
            "events a second, replayed from a file",
            f"{median(rates):,.0f} (best {max(rates):,.0f})",
            "50,000",
        ),
    ]


def bench_backtest() -> list[Row]:
    """The CDNOW orders through the command, as a whole process."""
    name = "backtest of CDNOW (69,659 orders), whole command"
    if not CDNOW.exists():
        return [(name, "not measured: the orders are not here", "≤ 10 s")]
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(3):
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "patronage", "backtest",
                 str(ROOT / "examples" / "redwine.toml"), str(CDNOW), "--margin", "0.4"],
                cwd=folder, check=True, capture_output=True,
            )  # fmt: skip
            seconds.append(time.perf_counter() - started)
    return [(name, f"{median(seconds):.1f} s", "≤ 10 s")]
