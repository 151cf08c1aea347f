"""The fast gear: many orders at once, in floats.

As long as nobody leaves, orders are one product: with g·cᵢ the worth of an order's points and Rᵢ
the reserve after it, the supply is S·∏(1 + g·cᵢ/Rᵢ₋₁) and the reserve a sum. Whether somebody
leaves is seen beforehand, since the price only rises: it is enough to compare its last value with
the smallest ceiling. Where somebody does, the loops of `kernel` go through the orders one by one.
"""

from typing import Final

import numpy as np

from patronage.economy import Charter
from patronage.economy.charter import MICRO, NANO
from patronage.economy.events import MONEY_MAX
from patronage.lab import kernel
from patronage.lab.gear import Holdings, Totals, brought, size_after
from patronage.lab.kernel import (
    AT,
    COINS,
    DIVIDENDS,
    ENTRY,
    KEY,
    OWED,
    POINTS,
    QUOTA,
    SPENT,
    Rows,
)
from patronage.lab.stream import NOBODY, Day, Floats, Ints, Orders, Wish

_AHEAD: Final = 1.25
"""The horizon, in terms of price plus index when the heap is filled."""
_BLOCK: Final = 1 << 13
"""So many accounts are gone through at a time: their rows stay in a processor's cache."""


class Fast:
    """An economy in arrays."""

    def __init__(self, charter: Charter, merchants: int, members: int) -> None:
        self._charter = charter
        minor, nano = charter.issue_price
        figures = self._figures = np.zeros(kernel.FIGURES)
        figures[kernel.RESERVE] = charter.founding_minor
        figures[kernel.CIRCULATING] = figures[kernel.ISSUED] = charter.founding_nano
        figures[kernel.AUTHORISED] = charter.authorised_nano
        figures[kernel.ISSUE_PRICE] = minor / nano
        figures[kernel.REFERRAL] = charter.referral_micro or 0
        figures[kernel.FEE] = charter.fee_micro
        figures[kernel.MERCHANT_FEE] = charter.merchant_fee_micro
        figures[kernel.MULTIPLE] = charter.multiple_micro
        figures[kernel.MERCHANTS] = merchants
        self._merchants = self._size = merchants
        self._contributions = self._dividend_contributions = 0
        # Pages of zeros cost nothing until they are written to.
        self._rows = np.zeros((merchants + members, kernel.COLUMNS))
        self._more = np.zeros((merchants + members, kernel.MORE_COLUMNS))
        self._last = np.zeros(merchants + members, np.int32)
        self._keys = np.empty(1024)
        self._ids = np.empty(1024, np.int64)
        self._look_ahead(self._reach())

    def run(self, day: Day) -> None:
        """Apply what people do on a day, and close it."""
        self._make_room(size_after(day.orders))
        self._order(day.orders)
        self._wish(day.redeem, convert=False)
        self._wish(day.convert, convert=True)
        self._spend(day.spenders, day.shops)
        for merchant in range(self._merchants if day.merchants_redeem else 0):
            self._make_heap_room(2)
            kernel.redeem_coins(*self._arrays(), merchant, float(MONEY_MAX))
            self._catch_up()
            self._wish(Wish(np.array([merchant]), np.zeros(1)), convert=False)
        self._close()

    def totals(self) -> Totals:
        """Return the totals after the last day."""
        figures = self._figures
        return Totals(
            reserve=figures[kernel.RESERVE],
            circulating=figures[kernel.CIRCULATING],
            issued=figures[kernel.ISSUED],
            treasury=figures[kernel.TREASURY],
            coins=figures[kernel.COINS_OUT],
            surplus=figures[kernel.SURPLUS],
            fees=figures[kernel.FEES],
            contributions=self._contributions,
            dividend_contributions=self._dividend_contributions,
            dividends=figures[kernel.DIVIDENDS_SUM],
            redeemed=figures[kernel.REDEEMED_SUM],
            bought_out=figures[kernel.BOUGHT_OUT_SUM],
            exits=figures[kernel.EXITS_SUM],
            converted=figures[kernel.CONVERTED_SUM],
            spent_coins=figures[kernel.SPENT_SUM],
            price=float(kernel.price_of(figures)),
        )

    def holdings(self) -> Holdings:
        """Return the accounts after the last day."""
        rows, more = self._rows[: self._size], self._more[: self._size]
        paid = self._payable(rows)
        return Holdings(
            points=rows[:, POINTS],
            quota=rows[:, QUOTA] - paid,
            spent=rows[:, SPENT],
            dividends=rows[:, DIVIDENDS] + paid,
            redeemed=more[:, kernel.REDEEMED],
            bought_out=more[:, kernel.BOUGHT_OUT],
            coins_got=more[:, kernel.COINS_GOT],
            exits=more[:, kernel.EXITS],
        )

    def returns(self) -> tuple[Floats, Floats]:
        """Return what each account has got and what it has spent, after the last day."""
        got, spent = np.empty(self._size), np.empty(self._size)
        for start in range(0, self._size, _BLOCK):
            block = slice(start, min(start + _BLOCK, self._size))
            rows, more = self._rows[block], self._more[block]
            back = self._payable(rows)
            back += rows[:, DIVIDENDS]
            for column in (kernel.REDEEMED, kernel.BOUGHT_OUT, kernel.COINS_GOT):
                back += more[:, column]
            got[block], spent[block] = back, rows[:, SPENT]
        return got, spent

    def _payable(self, rows: Rows) -> Floats:
        """Return what settling would pay each account."""
        owed: Floats = rows[:, POINTS] * (self._figures[kernel.INDEX] - rows[:, AT])
        owed += rows[:, OWED]
        np.floor(owed, out=owed)
        np.minimum(owed, rows[:, QUOTA], out=owed)
        return owed

    def _arrays(self) -> tuple[Rows, Rows, Rows, Rows, Ints]:
        return self._rows, self._more, self._figures, self._keys, self._ids

    def _make_room(self, size: int) -> None:
        self._size = max(size, self._size)
        more = 2 * size - len(self._rows)
        if size > len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros((more, kernel.COLUMNS))])
            self._more = np.concatenate([self._more, np.zeros((more, kernel.MORE_COLUMNS))])
            self._last = np.concatenate([self._last, np.zeros(more, np.int32)])

    def _make_heap_room(self, pushes: int) -> None:
        size = int(self._figures[kernel.SIZE])
        if size + pushes >= len(self._keys):
            keys, ids = np.empty(2 * (size + pushes)), np.empty(2 * (size + pushes), np.int64)
            keys[:size], ids[:size] = self._keys[:size], self._ids[:size]
            self._keys, self._ids = keys, ids

    def _look_ahead(self, reach: float) -> None:
        """Set a horizon beyond price plus index and fill the heap with the ceilings within."""
        figures = self._figures
        horizon = figures[kernel.HORIZON] = reach * _AHEAD
        found, ceilings = [], []
        for start in range(0, self._size, _BLOCK):
            rows = self._rows[start : min(start + _BLOCK, self._size)]
            holding = np.flatnonzero(rows[:, POINTS] > 0)
            keys = (rows[holding, QUOTA] - rows[holding, OWED]) / rows[holding, POINTS]
            keys += rows[holding, AT]
            near = keys <= horizon
            rows[:, KEY] = 0
            rows[holding[near], KEY] = keys[near]
            found.append(holding[near] + start)
            ceilings.append(keys[near])
        keys = np.concatenate([*ceilings, np.empty(0)])
        sequence = np.argsort(keys)
        figures[kernel.SIZE] = 0
        self._make_heap_room(len(keys))
        figures[kernel.SIZE] = len(keys)
        self._keys[: len(keys)] = keys[sequence]
        self._ids[: len(keys)] = np.concatenate([*found, np.empty(0, np.int64)])[sequence]

    def _reach(self) -> float:
        """Return price plus index: what ceilings are compared with."""
        return float(kernel.price_of(self._figures) + self._figures[kernel.INDEX])

    def _catch_up(self) -> None:
        """Buy out all that are due, also those beyond the horizon of before."""
        while True:
            kernel.sweep(*self._arrays())
            if self._reach() < self._figures[kernel.HORIZON]:
                return
            self._look_ahead(self._reach())

    def _order(self, orders: Orders) -> None:
        charter = self._charter
        contribution, dividend = brought(charter, orders)
        self._contributions += int(contribution.sum())
        dividends = int(dividend.sum())
        self._dividend_contributions += dividends
        self._figures[kernel.POOL] += dividends
        flat = self._rows.reshape(-1)
        np.add.at(flat, orders.member * kernel.COLUMNS + SPENT, orders.amount.astype(np.float64))
        granted = contribution * charter.grant_micro // MICRO
        quota = orders.amount * charter.multiple_micro // MICRO
        units = np.empty(0)
        if charter.per_micro is not None:
            units = np.floor(orders.amount * (float(NANO) * MICRO) / charter.per_micro)
        referrer = orders.referrer
        if charter.referral_micro is None:
            referrer = np.full(len(referrer), NOBODY)
        referrer = np.ascontiguousarray(referrer)
        member, done = orders.member, 0
        while done < len(member):
            rest = slice(done, None)
            if self._at_once(
                member[rest], referrer[rest], contribution[rest], granted[rest], quota[rest],
                units[rest],
            ):  # fmt: skip
                return
            self._make_heap_room(2 * (len(member) - done) + 2)
            done = kernel.order(
                *self._arrays(),
                member, referrer, contribution, granted, quota, units, done,
            )  # fmt: skip
            self._catch_up()

    def _wish(self, wish: Wish, *, convert: bool) -> None:
        done = 0
        known = wish.accounts < self._size
        accounts, multiples = wish.accounts[known], wish.multiples[known]
        while done < len(accounts):
            self._make_heap_room(2)
            done = kernel.redeem_wishes(*self._arrays(), accounts, multiples, done, convert)
            self._catch_up()

    def _spend(self, members: Ints, shops: Ints) -> None:
        coins = np.minimum(self._more[members, COINS], MONEY_MAX)
        self._more[members, COINS] -= coins
        np.add.at(self._more.reshape(-1), shops * kernel.MORE_COLUMNS + COINS, coins)
        self._figures[kernel.SPENT_SUM] += coins.sum()

    def _close(self) -> None:
        """Let the day's fees lift the price, then pay the pool to all who hold points."""
        figures = self._figures
        lift = 0.0
        if figures[kernel.CIRCULATING] > 0:
            most = np.floor(figures[kernel.RESERVE] * self._charter.fee_micro / MICRO)
            lift = min(figures[kernel.FEES], most)
        figures[kernel.RESERVE] += lift
        figures[kernel.SURPLUS] += figures[kernel.FEES] - lift
        figures[kernel.FEES] = 0
        held = figures[kernel.CIRCULATING] - figures[kernel.TREASURY] - self._charter.founding_nano
        if held >= 1:
            pool = figures[kernel.POOL]
            figures[kernel.INDEX] += pool / held
            figures[kernel.UNPAID] += pool
            figures[kernel.DIVIDENDS_SUM] += pool
            figures[kernel.POOL] = 0
        self._catch_up()

    def _at_once(
        self,
        member: Ints,
        referrer: Ints,
        contribution: Ints,
        granted: Ints,
        quota: Ints,
        units: Floats,
    ) -> bool:
        """Complete a day's orders together if nobody leaves before its end; else change nothing."""
        figures, micro = self._figures, self._charter.referral_micro or 0
        if figures[kernel.CIRCULATING] <= 0:
            return False
        reserve = np.cumsum(contribution, dtype=np.float64)
        reserve += figures[kernel.RESERVE]
        before = reserve - contribution
        referred = np.flatnonzero(referrer != NOBODY)
        both = np.ones(len(member))
        both[referred] += micro / MICRO
        found = self._points(before, granted, both, units)
        if found is None:
            return False
        points, supply = found
        accounts, quotas = member, quota.astype(np.float64)
        if len(referred):
            accounts = np.insert(accounts, referred + 1, referrer[referred])
            points = _with_shares(points, referred, micro)
            quotas = _with_shares(quotas, referred, micro)
        issued = points.sum()
        if issued > max(figures[kernel.AUTHORISED] - figures[kernel.ISSUED], 0):
            return False
        # Points and quota added to an account leave its ceiling between what it was and that of the
        # order alone: if neither is reached, nobody is due.
        reach = reserve[-1] / (figures[kernel.CIRCULATING] + issued) + figures[kernel.INDEX]
        given = points > 0
        alone = figures[kernel.INDEX] + np.min(quotas[given] / points[given], initial=np.inf)
        if reach >= alone:
            return False
        if reach >= figures[kernel.HORIZON]:
            self._look_ahead(reach)
        if figures[kernel.SIZE] and reach >= self._keys[0]:
            return False
        prices = before / supply
        if len(referred):
            prices = np.insert(prices, referred + 1, prices[referred])
        self._credit(accounts, points, quotas, prices)
        figures[kernel.RESERVE] = reserve[-1]
        figures[kernel.ISSUED] += issued
        figures[kernel.CIRCULATING] += issued
        if alone <= figures[kernel.HORIZON]:
            self._make_heap_room(len(accounts))
            kernel.place_all(self._rows, figures, self._keys, self._ids, accounts)
        return True

    def _points(
        self, before: Floats, granted: Ints, both: Floats, units: Floats
    ) -> tuple[Floats, Floats] | None:
        """Return each buyer's points and the supply before each order; None if not by one form.

        `before` is the reserve before each order, `both` what all its parties get for each of the
        buyer's points.
        """
        supply = self._figures[kernel.CIRCULATING]
        if self._figures[kernel.ISSUED] >= self._figures[kernel.AUTHORISED]:
            supplies = np.full(len(before), supply)
            nothing = np.zeros(len(before))
            return (nothing, supplies) if np.all(granted * supply >= before) else None
        lifts = 1 + granted * both / before
        supplies = supply * np.cumprod(lifts) / lifts
        points = np.floor(granted * supplies / before)
        if not len(units) or not np.any(units < points):
            return (points, supplies) if points.all() else None
        supplies = supply + np.cumsum(units * both) - units * both
        limited_by_value = np.floor(granted * supplies / before) < units
        return None if limited_by_value.any() or not units.all() else (units, supplies)

    def _credit(self, accounts: Ints, points: Floats, quotas: Floats, prices: Floats) -> None:
        """Give accounts, each perhaps several times, points and quotas in this sequence."""
        rows, flat = self._rows, self._rows.reshape(-1)
        places = accounts * kernel.COLUMNS
        self._settle(accounts[flat[places + AT] != self._figures[kernel.INDEX]])
        fresh = np.flatnonzero((flat[places + POINTS] == 0) & (points > 0))[::-1]
        rows[accounts[fresh], ENTRY] = prices[fresh]  # of one account's, the last written stays
        np.add.at(flat, places + POINTS, points)
        np.add.at(flat, places + QUOTA, quotas)

    def _settle(self, accounts: Ints) -> None:
        """Pay accounts, each perhaps named several times, their dividends up to their quotas."""
        sequence = np.arange(len(accounts), dtype=np.int32)
        self._last[accounts] = sequence
        accounts = accounts[self._last[accounts] == sequence]
        rows, figures = self._rows[accounts], self._figures
        owed = rows[:, OWED] + rows[:, POINTS] * (figures[kernel.INDEX] - rows[:, AT])
        due = np.floor(owed)
        paid = np.minimum(due, rows[:, QUOTA])
        rows[:, OWED] = owed - due
        rows[:, AT] = figures[kernel.INDEX]
        rows[:, QUOTA] -= paid
        rows[:, DIVIDENDS] += paid
        self._rows[accounts] = rows
        figures[kernel.UNPAID] -= due.sum()
        figures[kernel.SURPLUS] += (due - paid).sum()


def _with_shares(figures: Floats, referred: Ints, micro: int) -> Floats:
    """Put after each referred order's figure the referrer's share of it."""
    return np.insert(figures, referred + 1, np.floor(figures[referred] * micro / MICRO))
