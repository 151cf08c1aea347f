"""The exact gear: the rules themselves, account by account."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from patronage.economy import Charter, Event, MemoryBook, Movement, Refusal, State, apply_formed
from patronage.economy.events import MONEY_MAX
from patronage.economy.governance import DayClose
from patronage.economy.operations import Redemption
from patronage.economy.state import payable
from patronage.economy.value import Conversion
from patronage.lab.gear import Holdings, Totals, size_after
from patronage.lab.stream import NOBODY, Day, Floats, Orders, Wish

_DIGITS = 10


class Exact:
    """An economy in memory. Accounts' ids are their numbers, of one length, so that they sort."""

    def __init__(self, charter: Charter, merchants: int, members: int) -> None:
        self.state = State(charter)
        self.book = MemoryBook()
        self._merchants = merchants
        self._ids: list[str] = []
        self._entry: list[float] = []  # the price at which an account began to hold
        self._count: Counter[str] = Counter()
        room = merchants + members
        self._spent, self._redeemed, self._bought_out, self._coins_got, self._exits = (
            np.zeros(room) for _ in range(5)
        )
        self._name(merchants)
        for id in self._ids:
            self._submit({"id": id, "type": "merchant.opened", "merchant": id})

    def run(self, day: Day) -> None:
        """Apply what people do on a day, and close it."""
        state, count = self.state, self._count
        waiting = state.dividend_pool
        self._name(size_after(day.orders))
        self._order(day.orders)
        self._redeem(day.redeem)
        self._convert(day.convert)
        for member, shop in zip(day.spenders.tolist(), day.shops.tolist(), strict=True):
            self._spend(member, shop)
        for number in range(self._merchants if day.merchants_redeem else 0):
            self._redeem_merchant(number)
        count["dividend_contributions"] += state.dividend_pool - waiting
        closed = self._submit({"type": "day.closed", "date": day.date.isoformat()})
        if isinstance(closed, DayClose):
            count["dividends"] += closed.dividend
        self.book.orders.clear()  # nothing is returned here
        self.book.payments.clear()

    def totals(self) -> Totals:
        """Return the totals after the last day."""
        state, count = self.state, self._count
        price, per = state.price
        dividends = count["dividend_contributions"]
        return Totals(
            reserve=state.reserve,
            circulating=state.circulating,
            issued=state.issued,
            treasury=state.treasury,
            coins=state.coins,
            surplus=state.surplus,
            fees=state.fees,
            contributions=state.paid_in - state.charter.founding_minor - dividends,
            dividend_contributions=dividends,
            dividends=count["dividends"],
            redeemed=count["redeemed"],
            bought_out=count["bought_out"],
            exits=state.compulsory_redemptions,
            converted=count["converted"],
            spent_coins=count["spent_coins"],
            price=price / per,
        )

    def holdings(self) -> Holdings:
        """Return the accounts after the last day."""
        size = len(self._ids)
        points, quota, cash = (np.zeros(size) for _ in range(3))
        for number, id in enumerate(self._ids):
            account = self.book.accounts.get(id)
            if account is not None:
                paid = payable(self.state, account)[2]
                points[number] = account.points
                quota[number] = account.quota - paid
                cash[number] = account.cash + paid
        redeemed, bought_out = self._redeemed[:size], self._bought_out[:size]
        return Holdings(
            points=points,
            quota=quota,
            spent=self._spent[:size],
            dividends=cash - redeemed - bought_out,
            redeemed=redeemed,
            bought_out=bought_out,
            coins_got=self._coins_got[:size],
            exits=self._exits[:size],
        )

    def returns(self) -> tuple[Floats, Floats]:
        """Return what each account has got and what it has spent, after the last day."""
        holdings = self.holdings()
        return holdings.got(), holdings.spent

    def _name(self, size: int) -> None:
        """Make ids for accounts below a number."""
        new = range(len(self._ids), size)
        self._ids += [f"{number:0{_DIGITS}}" for number in new]
        self._entry += [0.0] * len(new)
        if size > len(self._exits):
            room = 2 * size
            for figures in ("_spent", "_redeemed", "_bought_out", "_coins_got", "_exits"):
                setattr(self, figures, _longer(getattr(self, figures), room))

    def _order(self, orders: Orders) -> None:
        np.add.at(self._spent, orders.member, orders.amount)
        state, ids = self.state, self._ids
        columns = zip(*(column.tolist() for column in orders), strict=True)
        for number, (member, referrer, amount, profit) in enumerate(columns):
            event: Event = {
                "type": "order.completed",
                "order": number,
                "member": ids[member],
                "amount": amount,
                "profit": profit,
            }
            if referrer != NOBODY:
                event["referrer"] = ids[referrer]
            exits, (price, per) = state.compulsory_redemptions, state.price
            done = apply_formed(state, self.book, event)
            if type(done) is Refusal:
                raise AssertionError("an order of a simulation is never refused")
            _facts, movements = done
            for account, _, points, _, _, _, held, *_ in movements:
                if points == held > 0:  # it held none before
                    self._entry[int(account.id)] = price / per
            if state.compulsory_redemptions > exits:
                self._note_exits(movements)

    def _redeem(self, wish: Wish) -> None:
        for number, points in self._willing(wish):
            event = {"type": "points.redeemed", "account": self._ids[number], "points": points}
            self._note_redemption(number, self._submit(event))

    def _convert(self, wish: Wish) -> None:
        for number, points in self._willing(wish):
            event = {"type": "points.converted", "account": self._ids[number], "points": points}
            converted = self._submit(event)
            if isinstance(converted, Conversion):
                self._coins_got[number] += converted.coins
                self._count["converted"] += converted.coins

    def _spend(self, member: int, shop: int) -> None:
        account = self.book.accounts.get(self._ids[member])
        if account is not None and account.coins:
            amount = min(account.coins, MONEY_MAX)
            merchant = self._ids[shop]
            self._submit(
                {
                    "id": account.id,
                    "type": "coins.spent",
                    "account": account.id,
                    "merchant": merchant,
                    "amount": amount,
                }
            )
            self._count["spent_coins"] += amount

    def _redeem_merchant(self, number: int) -> None:
        """Let a merchant redeem its coins for points, and these for money."""
        id = self._ids[number]
        account = self.book.accounts[id]
        if account.coins:
            amount = min(account.coins, MONEY_MAX)
            self._submit({"type": "coins.redeemed", "merchant": id, "amount": amount})
        if account.points:
            event = {"type": "points.redeemed", "account": id, "points": account.points}
            self._note_redemption(number, self._submit(event))

    def _willing(self, wish: Wish) -> Iterator[tuple[int, int]]:
        """Yield whose price is reached, with their points, if these are worth a minor unit."""
        for number, multiple in zip(wish.accounts.tolist(), wish.multiples.tolist(), strict=True):
            account = self.book.accounts.get(self._ids[number])
            price, per = self.state.price
            if account is None or account.points * price < per:
                continue
            if price / per >= multiple * self._entry[number]:
                yield number, account.points

    def _submit(self, event: Event) -> tuple[Any, ...] | None:
        """Apply an event that is well-formed; return its facts, None if it is refused."""
        exits = self.state.compulsory_redemptions
        done = apply_formed(self.state, self.book, event)
        if type(done) is Refusal:
            return None
        facts, movements = done
        if self.state.compulsory_redemptions > exits:
            self._note_exits(movements)
        return facts

    def _note_redemption(self, number: int, facts: tuple[Any, ...] | None) -> None:
        if isinstance(facts, Redemption):
            paid = facts.pay - facts.fee
            self._redeemed[number] += paid
            self._count["redeemed"] += paid

    def _note_exits(self, movements: list[Movement]) -> None:
        for account, cause, _, _, cash, _, _, _, _, _, dividend, _ in movements:
            if cause == "compulsory_redemption":
                number = int(account.id)
                self._exits[number] += 1
                self._bought_out[number] += cash - dividend
                self._count["bought_out"] += cash - dividend


def _longer(figures: Floats, room: int) -> Floats:
    return np.concatenate([figures, np.zeros(room - len(figures))])
