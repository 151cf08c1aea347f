"""Stated behaviour: what a share of the holders is assumed to do, and when.

Who does it is decided by a hash of the account's id under a seed, so the same orders, key and seed
give the same events. Nothing here is a forecast: it is what the reader of a backtest states.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from typing import Final, NamedTuple

from patronage.economy import Event, Order, Replay
from patronage.economy.events import MONEY_MAX

MERCHANT: Final = "merchant"
"""The account at which coins are spent. It redeems them for points the same evening."""

_PRICE_BITS = 128
_DRAW_BITS = 64


class Trigger(NamedTuple):
    """A share of the members, and the multiple of their first order's price that moves them."""

    share: Fraction
    multiple: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Who does what: those who redeem and those who convert are different members.

    A member of either group gives up all points on the evening of the first day on which the price
    is at least the multiple of the price just before their first order; the order after that counts
    as a first one again. `spend` is the share of those holding coins who, on the last day of each
    month that has one, spend all of them at the merchant.

    Raises ValueError for shares outside [0, 1] or above 1 together, and multiples below 1.
    """

    redeem: Trigger | None = None
    convert: Trigger | None = None
    spend: Fraction = Fraction(0)
    seed: int = 0

    def __post_init__(self) -> None:
        triggers = [trigger for trigger in (self.redeem, self.convert) if trigger is not None]
        if any(not 0 <= share <= 1 for share in (self.spend, *(t.share for t in triggers))):
            raise ValueError("a share must be between 0 and 1")
        if sum(trigger.share for trigger in triggers) > 1:
            raise ValueError("the shares who redeem and who convert must not exceed 1 together")
        if any(trigger.multiple < 1 for trigger in triggers):
            raise ValueError("a multiple must be at least 1: the price never falls")


class _Group:
    """The members waiting for one trigger, in the order of the prices that move them."""

    def __init__(self, trigger: Trigger) -> None:
        self._multiple = trigger.multiple
        self._waiting: set[str] = set()
        self._heap: list[tuple[int, str]] = []

    def wait(self, id: str, price: tuple[int, int]) -> None:
        """Let a member wait for the multiple of a price, unless they wait already."""
        if id not in self._waiting:
            self._waiting.add(id)
            numerator, denominator = price
            # Scaled by 2¹²⁸ × the multiple's denominator and floored, prices over points below 2⁶³
            # compare with this as exactly as the fractions do (see economy.state.CEILING_BITS).
            key = (numerator * self._multiple.numerator << _PRICE_BITS) // denominator
            heappush(self._heap, (key, id))

    def moved(self, economy: Replay) -> Iterator[str]:
        """Yield those whose price is reached; the price may change between two of them."""
        while self._heap:
            numerator, denominator = economy.state.price
            reached = (numerator * self._multiple.denominator << _PRICE_BITS) // denominator
            if self._heap[0][0] > reached:
                return
            _, id = heappop(self._heap)
            self._waiting.discard(id)
            yield id


class Conduct:
    """One run's behaviour. What it yields must be applied before the next event is asked for."""

    def __init__(self, behaviour: Behaviour, economy: Replay) -> None:
        self._behaviour = behaviour
        self._economy = economy
        self._redeem = _Group(behaviour.redeem) if behaviour.redeem else None
        self._convert = _Group(behaviour.convert) if behaviour.convert else None
        redeeming = behaviour.redeem.share if behaviour.redeem else Fraction(0)
        converting = behaviour.convert.share if behaviour.convert else Fraction(0)
        self._redeem_below = _threshold(redeeming)
        self._convert_below = _threshold(redeeming + converting)
        self._spend_below = _threshold(behaviour.spend)
        self._group_of: dict[str, _Group | None] = {}
        self._holds_coins: dict[str, None] = {}

    def morning(self, date: str) -> Iterator[Event]:
        """Open the merchant on the first day, if anyone is to spend coins."""
        if self._behaviour.spend and MERCHANT not in self._economy.book.accounts:
            yield {
                "id": f"opened:{MERCHANT}",
                "type": "merchant.opened",
                "at": f"{date}T00:00:00Z",
                "merchant": MERCHANT,
            }

    def note(self, order: Order, price: tuple[int, int]) -> None:
        """Take note of an applied order and of the price just before it."""
        try:
            group = self._group_of[order.member]
        except KeyError:
            group = self._group_of[order.member] = self._assign(order.member)
        if group is not None:
            group.wait(order.member, price)

    def evening(self, date: str) -> Iterator[Event]:
        """Yield what members do at the end of a day, before it is closed."""
        accounts = self._economy.book.accounts
        if self._redeem is not None:
            for id in self._redeem.moved(self._economy):
                if points := self._points_worth_something(id):
                    yield {
                        "id": f"redeemed:{date}:{id}",
                        "type": "points.redeemed",
                        "at": f"{date}T23:00:00Z",
                        "account": id,
                        "points": points,
                    }
        if self._convert is not None:
            for id in self._convert.moved(self._economy):
                if points := self._points_worth_something(id):
                    yield {
                        "id": f"converted:{date}:{id}",
                        "type": "points.converted",
                        "at": f"{date}T23:00:00Z",
                        "account": id,
                        "points": points,
                    }
                    if accounts[id].coins:
                        self._holds_coins[id] = None

    def month_end(self, date: str) -> Iterator[Event]:
        """Yield what is spent at the end of a month; then the merchant redeems its coins."""
        accounts, below = self._economy.book.accounts, self._spend_below
        for id in [id for id in self._holds_coins if self._draw(f"spend:{date}", id) < below]:
            del self._holds_coins[id]
            yield {
                "id": f"spent:{date}:{id}",
                "type": "coins.spent",
                "at": f"{date}T23:30:00Z",
                "account": id,
                "merchant": MERCHANT,
                "amount": min(accounts[id].coins, MONEY_MAX),
            }
        if MERCHANT in accounts and (coins := accounts[MERCHANT].coins):
            yield {
                "id": f"redeemed:{date}:{MERCHANT}",
                "type": "coins.redeemed",
                "at": f"{date}T23:30:00Z",
                "merchant": MERCHANT,
                "amount": min(coins, MONEY_MAX),
            }

    def _points_worth_something(self, id: str) -> int:
        """Return an account's points, 0 if they are worth less than a minor unit."""
        points = self._economy.book.accounts[id].points
        price, per = self._economy.state.price
        return points if points * price >= per else 0

    def _assign(self, id: str) -> _Group | None:
        draw = self._draw("group", id)
        if draw < self._redeem_below:
            return self._redeem
        return self._convert if draw < self._convert_below else None

    def _draw(self, purpose: str, id: str) -> int:
        """Return a number below 2⁶⁴ that depends on the seed, the purpose and the id alone."""
        text = f"{self._behaviour.seed}:{purpose}:{id}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[: _DRAW_BITS // 8])


def _threshold(share: Fraction) -> int:
    """Return below which number a draw falls with that probability."""
    return (share.numerator << _DRAW_BITS) // share.denominator
