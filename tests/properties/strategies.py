"""Charters and streams of events, mostly valid, that reach every rule.

A stream is planned: each move is a kind and a few numbers, and the slow model's state says what
they mean, so that orders that exist are refunded and points that are held are sold. Numbers shrink
to the plainest event, moves to none.
"""

import copy
import datetime as dt
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from hypothesis import strategies as st

from tests.model import Model, charter_problem

SCALE = 10**24
MEMBERS = ("a", "B", "é", "aa")  # no dictionary's order is that of their bytes
MERCHANTS = ("s", "S")
NOBODY = "nobody"

Move = tuple[str, int, int, int, int]


class Stream(NamedTuple):
    """A parsed charter and events with valid ids (some of them repeated)."""

    charter: dict
    events: list[dict]


# Charters.


def _decimal(micro: int) -> str:
    return f"{micro // 10**6}.{micro % 10**6:06}"


_RATES = [300_000, 500_000, 0, 100_000, 500_000, 1_000_000, 300_000, 1, 333_333, 999_999]
# Money in minor units, worth of points and their number: from everyday to extreme.
_FOUNDINGS = [10_000, 1, 100, 3_000_000, 10**12, 997]
_PRICES = ["1", "1", "54", "0.01", "1.5", "0.000001", "1234.567891"]
_DECIMALS = {"CNY": 2, "JPY": 0, "KWD": 3, "CLF": 4}


@st.composite
def charters(draw, *, founded: bool = False) -> dict:
    """Sound charters; with `founded` those with which a real economy may be opened."""
    currency = draw(st.sampled_from(list(_DECIMALS)))
    grant = draw(st.sampled_from([500_000, 700_000, 900_000, 1_000_000, *_RATES]))
    referral = draw(st.sampled_from([None, 100_000, 0, 500_000, 1_000_000, 1]))
    if referral and grant * (10**6 + referral) > 10**12:
        referral = 10**12 // grant - 10**6 or None
    rate = draw(st.sampled_from([500_000, 300_000, 500_000, *_RATES]))
    least = rate * grant // 10**6 + 1  # what every buyer's quota must be above
    multiple = draw(
        st.sampled_from([2_000_000, least, least * 3 // 2, max(least, 1_000_000), 10_000_000])
    )
    multiple = max(min(multiple, 10_000_000), least)
    document: dict = {
        "economy": {"name": "x", "currency": currency},
        "points": {
            "authorised": "9000000000",
            "issue_price": draw(st.sampled_from(_PRICES)),
        },
        "reserve": {
            "rate": _decimal(rate),
            "of": draw(st.sampled_from(["revenue"] * 3 + ["profit"])),
        },
        "grant": {"rate": _decimal(grant), "mode": "value"},
        "quota": {"multiple": _decimal(multiple)},
        "redemption": {"fee": _decimal(draw(st.sampled_from([100_000, *_RATES])))},
    }
    if draw(st.integers(0, 2)) == 2:
        per = draw(st.sampled_from(["1", "200", "0.000001", "3.333333"]))
        document["grant"] |= {"mode": "units", "per": per}
    if referral is not None:
        document["referral"] = {"rate": _decimal(referral)}
    dividend = draw(st.sampled_from([300_000, *_RATES]))
    if dividend:
        document["dividend"] = {"rate": _decimal(dividend)}
    if draw(st.booleans()):
        fee = draw(st.sampled_from(_RATES))
        document["redemption"]["merchant_fee"] = _decimal(fee)
    founding = draw(st.sampled_from(_FOUNDINGS if founded else [10_000, 0, *_FOUNDINGS]))
    if founding:
        minor = 10 ** _DECIMALS[currency]
        price = Fraction(document["points"]["issue_price"]) * minor / 10**9
        # At least one point (10⁹ nano-points), where a real economy is to be opened.
        if founded and founding < price * 10**9:
            founding = ceil(price * 10**9)
        founding = min(founding, floor(price * 9 * 10**18))
        amount = f"{founding // minor}.{founding % minor:0{_DECIMALS[currency]}}"
        document["founding"] = {"amount": amount if minor > 1 else str(founding)}
    few = draw(st.sampled_from([None, None, 10**9, 10**12]))  # unissued nano-points
    if few is not None:
        issued = Model(document).issued
        nano = min(issued + few, 9 * 10**18)
        document["points"]["authorised"] = f"{nano // 10**9}.{nano % 10**9:09}"
    assert charter_problem(document) is None, (charter_problem(document), document)
    return document


# Streams.

_WEIGHTS = {
    "order": 10,
    "refund": 4,
    "redeem": 4,
    "convert": 4,
    "spend": 3,
    "coins_back": 2,
    "coins_redeem": 3,
    "open": 1,
    "withdraw": 2,
    "restore": 1,
    "credit": 1,
    "charge": 1,
    "fund": 2,
    "lift": 2,
    "burn": 2,
    "close": 5,
    "amend": 1,
    "again": 1,
}
ALL = tuple(_WEIGHTS)


def moves(kinds: tuple[str, ...] = ALL, least: int = 12, most: int = 36) -> st.SearchStrategy:
    """Lists of moves; each is drawn as eight bytes, which is fast and shrinks to none."""
    weighted = ["nothing", *(kind for kind in kinds for _ in range(_WEIGHTS[kind]))]

    def move(drawn: bytes) -> Move:
        kind = weighted[drawn[0] * len(weighted) // 256]
        return kind, drawn[1] // 8 % 4, drawn[1] % 8, drawn[2] % 16, int.from_bytes(drawn[3:])

    one = st.binary(min_size=8, max_size=8)
    return st.lists(one, min_size=least, max_size=most).map(lambda drawn: [*map(move, drawn)])


def streams(
    charter: st.SearchStrategy[dict] | None = None,
    kinds: tuple[str, ...] = ALL,
    least: int = 12,
    most: int = 36,
    openings: tuple[int, ...] = (8, 4, 8, 0),
) -> st.SearchStrategy[Stream]:
    """Streams under any charter, or under those given."""
    return st.builds(
        plan,
        charters() if charter is None else charter,
        moves(kinds, least, most),
        st.sampled_from(openings),
    )


# How most streams begin, so that there is something to sell, spend and take back.
OPENING: list[Move] = [
    ("order", 0, 0, 1, 0),
    ("order", 1, 1, 1, 0),
    ("order", 2, 0, 7, 0),
    ("open", 0, 0, 0, 0),
    ("convert", 0, 0, 1, 0),
    ("spend", 0, 0, 1, 0),
    ("close", 0, 1, 1, 0),
    ("withdraw", 0, 0, 1, 0),
]


def plan(charter: dict, moves: list[Move], opening: int = 0) -> Stream:
    """Turn moves into events."""
    planner = Planner(charter)
    for move in OPENING[:opening] + moves:
        planner.play(move)
    return Stream(charter, planner.events)


class Planner:
    """Writes events that fit the economy they come to."""

    def __init__(self, charter: dict) -> None:
        self.charter = charter
        self.model = Model(charter)
        self.events: list[dict] = []
        self.submit({"type": "merchant.opened", "merchant": MERCHANTS[0]})

    def submit(self, event: dict) -> None:
        event = {"id": str(len(self.events)), **event}
        self.events.append(event)
        self.model.apply(event)

    def play(self, move: Move) -> None:
        event = self.event(move)
        if event is not None:
            self.submit(event)

    def event(self, move: Move) -> dict | None:
        """Write one event, its id left to the caller; None for none."""
        kind, who, whom, pick, free = move
        return getattr(self, f"_{kind}")(who, whom, free, pick)

    def _points(self, id: str) -> int:
        return self.model.accounts[id].points if id in self.model.accounts else 0

    def _coins(self, id: str) -> int:
        return self.model.accounts[id].coins if id in self.model.accounts else 0

    def _cash(self, id: str) -> int:
        if id not in self.model.accounts:
            return 0
        account = self.model.accounts[id]
        return account.cash + min(account.owed // SCALE, account.quota)

    def _one_with(self, what: str, who: int, whom: int, kind: str = "") -> str:
        """Name an account that has some of it; under 7 any at all."""
        accounts = self.model.accounts.items()
        having = [
            id for id, account in accounts if getattr(account, what) and kind in ("", account.kind)
        ]
        if whom == 7 or (not having and not kind):
            return (*MEMBERS, *MERCHANTS)[who + whom % 3]
        if not having:
            return MERCHANTS[0] if kind == "merchant" else MEMBERS[who]
        return having[(who * 7 + whom) % len(having)]

    def _nothing(self, *_: int) -> None: ...

    def _order(self, who: int, whom: int, free: int, pick: int) -> dict:
        amount = _amount(free, pick)
        event = {
            "type": "order.completed",
            "order": f"o{len(self.model.orders)}" if pick < 15 or free % 8 else "o0",
            "member": MEMBERS[who] if free % 64 != 63 else MERCHANTS[0],
            "amount": amount,
        }
        profits = [amount // 3, None, amount, 0, -5, None, amount // 2, amount]
        profit = amount + 1 if free % 64 == 62 else profits[free // 2 % 8]
        if profit is not None:
            event["profit"] = profit
        bases = [None] * 6 + [amount // 2, amount, 0, amount + free % 2]
        base = bases[free // 16 % len(bases)]
        if base is not None:
            event["base"] = base
        if whom:
            event["referrer"] = (*MEMBERS, *MERCHANTS, NOBODY, MEMBERS[0])[whom]
        return event

    def _refund(self, who: int, whom: int, free: int, pick: int) -> dict:
        orders = list(self.model.orders)
        if not orders:
            return {"type": "order.refunded", "order": NOBODY, "amount": 1}
        order = orders[-1 - (who * 8 + whom) % len(orders)]
        record = self.model.orders[order]
        rest = record["amount"] - record["refunded"]
        return {
            "type": "order.refunded",
            "order": order,
            "amount": _part(rest, record["amount"], free, pick),
        }

    def _sold(self, id: str, free: int, pick: int) -> int:
        held, price = self._points(id), self.model.price
        one = ceil(1 / price) if price else 1  # the fewest points worth a whole minor unit
        parts = [
            held, held // 2, held // 3 + 1, held // 10, held, held * 2 // 3, held - 1,
            held + 1, one,
            one - 1, held - one, held - one + 1, held // 1000,
            (1, 9 * 10**18, 9 * 10**18 + 1, 0)[free % 4],
        ]  # fmt: skip
        return parts[pick] if pick < len(parts) else free % max(held, 1) + 1

    def _redeem(self, who: int, whom: int, free: int, pick: int) -> dict:
        id = self._one_with("points", who, whom)
        return {"type": "points.redeemed", "account": id, "points": self._sold(id, free, pick)}

    def _convert(self, who: int, whom: int, free: int, pick: int) -> dict:
        id = self._one_with("points", who, whom, "member")
        return {"type": "points.converted", "account": id, "points": self._sold(id, free, pick)}

    def _spend(self, who: int, whom: int, free: int, pick: int) -> dict:
        id = self._one_with("coins", who, whom, "member")
        return {
            "type": "coins.spent",
            "account": id,
            "merchant": MERCHANTS[whom == 6] if whom < 7 else MEMBERS[0],
            "amount": _part(self._coins(id), self._coins(id), free, pick),
        }

    def _coins_back(self, who: int, whom: int, free: int, pick: int) -> dict:
        payments = list(self.model.payments)
        if not payments:
            return {"type": "coins.refunded", "payment": NOBODY, "amount": 1}
        payment = payments[-1 - (who * 8 + whom) % len(payments)]
        record = self.model.payments[payment]
        rest = record["amount"] - record["refunded"]
        amount = _part(rest, record["amount"], free, pick)
        return {"type": "coins.refunded", "payment": payment, "amount": amount}

    def _coins_redeem(self, who: int, whom: int, free: int, pick: int) -> dict:
        id = self._one_with("coins", who, whom, "merchant")
        coins = self._coins(id)
        return {
            "type": "coins.redeemed",
            "merchant": id,
            "amount": _part(coins, coins, free, pick),
        }

    def _open(self, who: int, whom: int, *_: int) -> dict:
        id = MERCHANTS[1] if whom < 7 else (*MEMBERS, *MERCHANTS)[who]
        return {"type": "merchant.opened", "merchant": id}

    def _withdraw(self, who: int, whom: int, free: int, pick: int) -> dict:
        id = self._one_with("owed" if whom in (1, 2) else "cash", who, whom)
        amount = _part(self._cash(id), self._cash(id), free, pick)
        return {"type": "cash.withdrawn", "account": id, "amount": amount}

    def _restore(self, who: int, whom: int, free: int, pick: int) -> dict:
        withdrawals = list(self.model.withdrawals)
        if not withdrawals:
            return {"type": "cash.restored", "withdrawal": NOBODY, "amount": 1}
        withdrawal = withdrawals[-1 - (who * 8 + whom) % len(withdrawals)]
        record = self.model.withdrawals[withdrawal]
        rest = record["amount"] - record["restored"]
        return {
            "type": "cash.restored",
            "withdrawal": withdrawal,
            "amount": _part(rest, record["amount"], free, pick),
        }

    def _credit(self, who: int, whom: int, free: int, pick: int) -> dict:  # noqa: ARG002
        return {
            "type": "cash.credited",
            "account": (*MEMBERS, *MERCHANTS, NOBODY, MEMBERS[0])[whom],
            "amount": _amount(free, pick),
            "reason": "reward",
        }

    def _charge(self, who: int, whom: int, free: int, pick: int) -> dict:
        return {**self._withdraw(who, whom, free, pick), "type": "cash.charged", "reason": "bill"}

    def _fund(self, who: int, whom: int, free: int, pick: int) -> dict:  # noqa: ARG002
        if whom < 4:
            amount = _part(self.model.surplus, self.model.surplus, free, pick)
            return {"type": "reserve.funded", "amount": amount, "source": "surplus"}
        event = {"type": "reserve.funded", "amount": _amount(free, pick)}
        return {**event, "source": "operator"} if whom == 7 else event

    def _lift(self, who: int, whom: int, free: int, pick: int) -> dict:
        """Fund as much as takes a holder just to its ceiling, or one minor unit less."""
        points = self._points(id := self._one_with("points", who, whom % 7))
        if not points:
            return self._fund(who, whom, free, pick)
        account = self.model.accounts[id]
        ceiling = Fraction(account.quota * SCALE - account.owed, points * SCALE)
        amount = ceil(ceiling * self.model.circulating) - self.model.reserve - pick % 2
        return {"type": "reserve.funded", "amount": amount}

    def _burn(self, who: int, whom: int, free: int, pick: int) -> dict:  # noqa: ARG002
        treasury, price = self.model.treasury, self.model.price
        spare = floor(treasury - self.model.coins / price) if price else 0
        parts = [spare, spare + 1, 1, treasury, treasury + 1, spare // 2]
        points = parts[pick] if pick < len(parts) else free % max(spare, 1) + 1
        return {"type": "treasury.burned", "points": points}

    def _close(self, who: int, whom: int, free: int, pick: int) -> dict:
        day = dt.date(2026, 1, 1) + dt.timedelta(self.model.days_closed)
        if whom == 7 and who == 0:
            day -= dt.timedelta(1)
        event = {"type": "day.closed", "date": day.isoformat()}
        if whom in (1, 2, 3):
            event["profit"] = _amount(free, pick)
        if whom == 4:
            event["profit"] = (0, -5, 10**12, 10**12 + 1)[who]
        return event

    def _amend(self, who: int, whom: int, free: int, pick: int) -> dict:  # noqa: ARG002
        """A new charter: under small numbers one that is allowed."""
        document = copy.deepcopy(self.charter)
        rates = ("0", "0.1", "0.3", "0.5")
        match whom:
            case 0:
                document["redemption"]["fee"] = rates[who]
            case 1:
                document["dividend"] = {"rate": rates[who]}
            case 2:
                document["quota"]["multiple"] = ("10", "2", "1.000001", "3.5")[who]
            case 3:
                document["grant"] = {"rate": rates[who], "mode": "value"}
            case 4:
                document.pop("referral", None)
            case 5:
                document["reserve"] = {"rate": rates[who], "of": "revenue"}
            case 6:
                nano = self.model.issued - (pick == 1)
                document["points"]["authorised"] = f"{nano // 10**9}.{nano % 10**9:09}"
            case _:
                path = [("economy", "currency", "USD"), ("points", "issue_price", "2"),
                        ("founding", "amount", "1"), ("quota", "multiple", "0")][who]  # fmt: skip
                document.setdefault(path[0], {})[path[1]] = path[2]
        return {"type": "charter.amended", "charter": document}

    def _again(self, who: int, whom: int, free: int, pick: int) -> dict:  # noqa: ARG002
        """An event seen before, the same or not."""
        event = self.events[-1 - free % len(self.events)]
        return dict(event) if whom < 4 else {**event, "at": "2026"}


def _amount(free: int, pick: int) -> int:
    amounts = [
        1000, 4000, 100, 1, 2, 3, 7, 10_000, 999_999, 10**6, free % 1000 + 1, free % 10**6 + 1,
        free % 10**12 + 1, 10**12, 10**9,
        (4000, 0, 500, 10**12 + 1, 77, -1, 10**5, 10**12)[free % 8],
    ]  # fmt: skip
    return amounts[pick]


def _part(rest: int, whole: int, free: int, pick: int) -> int:
    parts = [
        rest, rest // 2, rest // 3, 1, rest // 2, max(rest // 10, 1), whole // 7, 2, rest,
        (rest - 1, rest + 1, whole, 3)[free % 4],
    ]  # fmt: skip
    return parts[pick] if pick < len(parts) else free % max(rest, 1) + 1
