"""Moves: small numbers, and the events that they become in an economy as it stands then.

A move says what kind of thing is done, by whom, how much in terms of what is there (all, half, one
more than there is, just enough to …); so a sequence keeps its sense when a move before it changes.
"""

import copy
import datetime as dt
from random import Random
from typing import Any, Final, NamedTuple

from patronage.economy import Account, Event, Replay
from patronage.economy.events import MONEY_MAX, POINTS_MAX
from patronage.economy.state import INDEX_SCALE, payable

MEMBERS: Final = ("m1", "m2", "m3", "m4")
MERCHANTS: Final = ("s1", "s2")
_NOBODY: Final = "nobody"
_SIZES: Final = 24
_FREE_BITS: Final = 40
_GIFT_MAX: Final = 10**9
_FIRST_DAY: Final = dt.date(2026, 1, 1)

_WEIGHTS: Final = {
    "order": 12,
    "refund": 4,
    "redeem": 6,
    "convert": 4,
    "spend": 3,
    "give_back": 2,
    "redeem_coins": 3,
    "open": 1,
    "withdraw": 2,
    "restore": 2,
    "credit": 1,
    "charge": 1,
    "fund": 1,
    "lift": 2,
    "burn": 2,
    "close": 6,
    "amend": 1,
    "again": 1,
}
_KINDS: Final = tuple(kind for kind, weight in _WEIGHTS.items() for _ in range(weight))


class Move(NamedTuple):
    """A kind and numbers below 8, 8, 24 and 2⁴⁰ that choose who, whom, how much and the rest."""

    kind: str
    who: int
    whom: int
    size: int
    free: int


def draw(random: Random) -> Move:
    """Draw a move."""
    return Move(
        random.choice(_KINDS), random.randrange(8), random.randrange(8), random.randrange(_SIZES),
        random.getrandbits(_FREE_BITS),
    )  # fmt: skip


def vary(move: Move, random: Random) -> Move:
    """Change one number of a move."""
    other = draw(random)
    field = random.choice(("who", "whom", "size", "free"))
    return move._replace(**{field: getattr(other, field)})


class Author:
    """Writes the event that a move becomes, in the economy as it stands."""

    def __init__(self, charter: dict[str, Any], economy: Replay) -> None:
        self._charter = charter
        self._economy = economy
        self._events: list[Event] = []
        self._days = 0

    def write(self, move: Move) -> Event:
        """Write one event, under an id of its own unless the move is to repeat one.

        Where there is nothing to sell, spend or give back, mostly an order is written instead.
        """
        kind = move.kind
        if move.free % 8 and not self._has_matter(kind, move):
            kind = "order"
        event: Event = getattr(self, f"_{kind}")(move)
        if "id" not in event:
            event = {"id": f"e{len(self._events) + 1}", **event}
        self._events.append(event)
        return event

    def _has_matter(self, kind: str, move: Move) -> bool:
        """Tell whether there is anything for a move of this kind."""
        book, state = self._economy.book, self._economy.state
        match kind:
            case "redeem" | "convert" | "lift":
                return state.circulating > state.treasury + state.founding
            case "spend":
                return state.coins > 0
            case "redeem_coins":
                return self._coins(MERCHANTS[move.who % 2]) > 0
            case "withdraw" | "charge":
                return any(_figure(account, "cash") for _, account in self._accounts())
            case "refund":
                return bool(book.orders)
            case "give_back":
                return bool(book.payments)
            case "restore":
                return bool(book.withdrawals)
            case "burn":
                return state.treasury > 0
        return True

    def _account(self, figure: str, who: int, whom: int) -> str:
        """Name an account that has some of a figure, if there is one."""
        having = [id for id, account in self._accounts() if _figure(account, figure)]
        if whom == 7 or not having:
            return (*MEMBERS, *MERCHANTS)[(who + whom) % 6]
        return having[who % len(having)]

    def _accounts(self) -> list[tuple[str, Account]]:
        return list(self._economy.book.accounts.items())

    def _held(self, id: str) -> Account | None:
        return self._economy.book.accounts.get(id)

    def _order(self, move: Move) -> Event:
        amount = _amount(move)
        event: Event = {
            "type": "order.completed",
            "order": f"o{len(self._events) + 1}",
            "member": MEMBERS[move.who % 4] if move.free % 64 else MERCHANTS[0],
            "amount": amount,
        }
        if move.free % 61 == 0 and self._economy.book.orders:
            event["order"] = next(iter(self._economy.book.orders))
        profits = (None, amount // 3, amount, None, amount // 2, 0, -5, amount)
        profit = amount + 1 if move.free % 59 == 0 else profits[move.free // 64 % 8]
        if profit is not None:
            event["profit"] = profit
        bases = (*(None,) * 8, amount // 2, 0, amount, amount + 1)
        base = bases[move.free // 512 % 12]
        if base is not None:
            event["base"] = base
        if move.whom:
            event["referrer"] = (*MEMBERS, *MEMBERS[:3], MERCHANTS[0])[move.whom]
        return event

    def _refund(self, move: Move) -> Event:
        orders = self._economy.book.orders
        if not orders:
            return {"type": "order.refunded", "order": _NOBODY, "amount": 1}
        id = list(orders)[-1 - (move.who * 8 + move.whom) % len(orders)]
        order = orders[id]
        amount = _part(order.amount - order.refunded, order.amount, move)
        return {"type": "order.refunded", "order": id, "amount": amount}

    def _sale(self, account: str, move: Move) -> int:
        holder = self._held(account)
        held = holder.points if holder else 0
        price, per = self._economy.state.price
        one = -(-per // price) if price else 1  # the fewest points worth a whole minor unit
        parts = (
            held, held, held - one, held - one, held - one + 1, held // 2, held // 3 + 1,
            held // 10, held * 2 // 3, held - 1, held + 1, one, one - 1, held - 2 * one,
            held // 1000, (1, POINTS_MAX, POINTS_MAX + 1, 0)[move.free % 4],
        )  # fmt: skip
        return parts[move.size] if move.size < len(parts) else move.free % max(held, 1) + 1

    def _redeem(self, move: Move) -> Event:
        id = self._account("points", move.who, move.whom)
        return {"type": "points.redeemed", "account": id, "points": self._sale(id, move)}

    def _convert(self, move: Move) -> Event:
        id = self._account("points", move.who, move.whom)
        return {"type": "points.converted", "account": id, "points": self._sale(id, move)}

    def _coins(self, id: str) -> int:
        holder = self._held(id)
        return holder.coins if holder else 0

    def _spend(self, move: Move) -> Event:
        id = self._account("coins", move.who, move.whom)
        payee = MERCHANTS[move.free % 2] if move.whom < 7 else MEMBERS[move.free % 4]
        coins = self._coins(id)
        amount = _part(coins, coins, move)
        return {"type": "coins.spent", "account": id, "merchant": payee, "amount": amount}

    def _give_back(self, move: Move) -> Event:
        payments = self._economy.book.payments
        if not payments:
            return {"type": "coins.refunded", "payment": _NOBODY, "amount": 1}
        id = list(payments)[-1 - (move.who * 8 + move.whom) % len(payments)]
        payment = payments[id]
        amount = _part(payment.amount - payment.refunded, payment.amount, move)
        return {"type": "coins.refunded", "payment": id, "amount": amount}

    def _redeem_coins(self, move: Move) -> Event:
        id = MERCHANTS[move.who % 2] if move.whom < 7 else MEMBERS[move.who % 4]
        coins = self._coins(id)
        return {"type": "coins.redeemed", "merchant": id, "amount": _part(coins, coins, move)}

    def _open(self, move: Move) -> Event:
        id = MERCHANTS[1] if move.whom < 7 else MEMBERS[move.who % 4]
        return {"type": "merchant.opened", "merchant": id}

    def _withdraw(self, move: Move) -> Event:
        id = self._account("cash", move.who, move.whom)
        holder = self._held(id)
        cash = holder.cash + payable(self._economy.state, holder)[2] if holder else 0
        return {"type": "cash.withdrawn", "account": id, "amount": _part(cash, cash, move)}

    def _restore(self, move: Move) -> Event:
        withdrawals = self._economy.book.withdrawals
        if not withdrawals:
            return {"type": "cash.restored", "withdrawal": _NOBODY, "amount": 1}
        id = list(withdrawals)[-1 - (move.who * 8 + move.whom) % len(withdrawals)]
        withdrawal = withdrawals[id]
        amount = _part(withdrawal.amount - withdrawal.restored, withdrawal.amount, move)
        return {"type": "cash.restored", "withdrawal": id, "amount": amount}

    def _credit(self, move: Move) -> Event:
        id = (*MEMBERS, *MERCHANTS, *MEMBERS[:2])[move.who]
        amount = min(_amount(move), _GIFT_MAX)
        return {"type": "cash.credited", "account": id, "amount": amount, "reason": "reward"}

    def _charge(self, move: Move) -> Event:
        return {**self._withdraw(move), "type": "cash.charged", "reason": "bill"}

    def _fund(self, move: Move) -> Event:
        if move.whom < 5:
            surplus = self._economy.state.surplus
            amount = _part(surplus, surplus, move)
            return {"type": "reserve.funded", "amount": amount, "source": "surplus"}
        return {"type": "reserve.funded", "amount": min(_amount(move), _GIFT_MAX)}

    def _lift(self, move: Move) -> Event:
        """Fund as much as takes a holder just to its ceiling, or one minor unit less."""
        holder = self._held(self._account("points", move.who, move.whom % 7))
        if holder is None or not holder.points:
            return self._fund(move)
        state = self._economy.state
        owed = holder.owed + holder.points * (state.index - holder.at)
        reach = holder.quota * INDEX_SCALE - owed
        needed = -(-reach * state.circulating // (holder.points * INDEX_SCALE)) - state.reserve
        return {"type": "reserve.funded", "amount": min(needed - move.size % 2, _GIFT_MAX)}

    def _burn(self, move: Move) -> Event:
        state = self._economy.state
        price, per = state.price
        spare = state.treasury - (-(-state.coins * per // price) if price else 0)
        parts = (spare, spare + 1, 1, state.treasury, state.treasury + 1, spare // 2)
        points = parts[move.size] if move.size < len(parts) else move.free % max(spare, 1) + 1
        return {"type": "treasury.burned", "points": points}

    def _close(self, move: Move) -> Event:
        if move.whom != 7 or move.who:
            self._days += 1
        date = _FIRST_DAY + dt.timedelta(self._days - 1)
        event: Event = {"type": "day.closed", "date": date.isoformat()}
        if move.whom in (1, 2, 3):
            event["profit"] = min(_amount(move), _GIFT_MAX)
        elif move.whom == 4:
            event["profit"] = (0, -5, 10**8, MONEY_MAX + 1)[move.who % 4]
        return event

    def _amend(self, move: Move) -> Event:
        document = copy.deepcopy(self._charter)
        rate = ("0", "0.1", "0.3", "0.5")[move.who % 4]
        match move.whom:
            case 0:
                document["redemption"]["fee"] = rate
            case 1:
                document["dividend"] = {"rate": rate}
            case 2:
                document["quota"]["multiple"] = ("10", "2", "1.000001", "3.5")[move.who % 4]
            case 3:
                document["grant"] = {"rate": rate, "mode": "value"}
            case 4:
                document.pop("referral", None)
            case 5:
                document["reserve"] = {"rate": rate, "of": "revenue"}
            case 6:  # as few as are issued, or one less
                nano = max(self._economy.state.issued - move.size % 2, 1)
                document["points"]["authorised"] = f"{nano // 10**9}.{nano % 10**9:09}"
            case _:
                document["points"]["issue_price"] = "2"
        return {"type": "charter.amended", "charter": document}

    def _again(self, move: Move) -> Event:
        """Send an event again: the same, or under its id a changed one."""
        if not self._events:
            return self._close(move)
        event = self._events[-1 - move.free % len(self._events)]
        return dict(event) if move.whom < 5 else {**event, "at": "later"}


def _figure(account: Account, figure: str) -> int:
    return account.points if figure == "points" else account.coins if figure == "coins" else (
        account.cash or account.owed or account.points
    )  # fmt: skip


def _amount(move: Move) -> int:
    """Choose an amount of money: everyday ones first, then the bounds and anything between."""
    free = move.free
    amounts = (
        10_000, 4_000, 100, 1, 2, 3, 7, 100_000, 999_999, 10**6, 20_000, free % 1000 + 1,
        free % 10**6 + 1, free % MONEY_MAX + 1, MONEY_MAX, 10**9, 10**8,
        (0, -1, MONEY_MAX + 1, 77)[free % 4],
    )  # fmt: skip
    return amounts[move.size] if move.size < len(amounts) else 10 ** (free % 9) * (free % 97 + 1)


def _part(rest: int, whole: int, move: Move) -> int:
    """Choose a part of what is there, sometimes more."""
    parts = (
        rest, rest, rest // 2, rest // 3, 1, rest // 2, max(rest // 10, 1), whole // 7, 2, rest,
        rest - 1, rest + 1, whole, 3, 7, 0,
    )  # fmt: skip
    return parts[move.size] if move.size < len(parts) else move.free % max(rest, 1) + 1
