"""The rule book's "State", "Operations" and "What always holds"."""

import copy
import math
from dataclasses import dataclass
from fractions import Fraction

from tests.model.charter import Terms

SCALE = 10**24


@dataclass
class Account:
    """One holder; granted and paid are kept for the fifth identity only."""

    kind: str
    points: int = 0
    quota: int = 0
    cash: int = 0
    coins: int = 0
    owed: int = 0
    granted: int = 0
    paid: int = 0


class Balances:
    """One economy's balances and the rule book's operations on them."""

    def __init__(self, charter: dict) -> None:
        self.terms = Terms(charter)
        self.reserve = self.terms.founding_amount
        self.issued = self.founding = self.terms.founding_points
        self.burned = self.treasury = self.coins = 0
        self.dividend_pool = self.dividends_unpaid = self.fees = 0
        self.surplus = self.returned = 0
        self.last_date = ""
        self.days_closed = 0
        self.compulsory_redemptions = 0
        self.accounts: dict[str, Account] = {}
        self.orders: dict[str, dict] = {}
        self.payments: dict[str, dict] = {}
        self.withdrawals: dict[str, dict] = {}
        self.seen: dict[str, tuple[dict, str | None]] = {}
        self.rejected: list[list[str | None]] = []
        self.facts: dict[str, int] = {}
        # For check(): money that came in less money that went out, and the price before.
        self.inflow = self.terms.founding_amount
        self.circulating_before = self.circulating
        self.price_before = self.price

    @property
    def circulating(self) -> int:
        return self.issued - self.burned

    @property
    def price(self) -> Fraction:
        """Minor units per nano-point."""
        if self.circulating == 0:
            return self.terms.issue_price
        return Fraction(self.reserve, self.circulating)

    def settle(self, account: Account) -> None:
        """Pay what is owed; here `owed` is always up to date, so there is no index."""
        due = account.owed // SCALE
        account.owed -= due * SCALE
        paid = min(due, account.quota)
        account.quota -= paid
        account.cash += paid
        account.paid += paid
        self.dividends_unpaid -= due
        self.surplus += due - paid

    def retire(self, points: int) -> int:
        worth = math.floor(points * self.price)
        self.reserve -= worth
        self.burned += points
        if self.circulating == 0:
            self.surplus += self.reserve
            self.reserve = 0
        return worth

    def redeem(self, account: Account, points: int) -> None:
        worth = self.retire(points)
        pay = min(worth, account.quota)
        rate = self.terms.merchant_fee if account.kind == "merchant" else self.terms.fee
        fee = math.ceil(pay * rate)
        account.points -= points
        account.quota -= pay
        account.cash += pay - fee
        account.paid += pay
        self.fees += fee
        self.surplus += worth - pay

    def debit(self, account: Account, points: int) -> int | str:
        """Tell how many points really leave, or the refusal's code."""
        if points > account.points:
            return "insufficient_points"
        if (account.points - points) * self.price < 1:
            points = account.points
        if points * self.price < 1:
            return "worth_nothing"
        return points

    def sweep(self) -> None:
        while True:
            due = [
                (Fraction(account.quota * SCALE - account.owed, account.points), name.encode())
                for name, account in self.accounts.items()
                if account.points > 0
                and account.points * self.price + Fraction(account.owed, SCALE) >= account.quota
            ]
            if not due:
                return
            # The index is the same for all, so leaving it out changes no order.
            account = self.accounts[min(due)[1].decode()]
            self.settle(account)
            self.redeem(account, account.points)
            account.quota = 0
            self.compulsory_redemptions += 1

    def member(self, name: str) -> Account:
        return self.accounts.setdefault(name, Account("member"))

    def is_merchant(self, name: str) -> bool:
        return name in self.accounts and self.accounts[name].kind == "merchant"

    def grant(self, account: Account, points: int, quota: int) -> None:
        account.points += points
        account.quota += quota
        account.granted += quota

    def settled(self) -> "Balances":
        """Copy the economy and settle everyone in the copy."""
        result = copy.copy(self)
        result.accounts = {name: copy.copy(account) for name, account in self.accounts.items()}
        for account in result.accounts.values():
            result.settle(account)
        return result

    def state(self) -> dict:
        """Tell the final state, as in "Replay file"."""
        settled = self.settled()
        names = [
            "reserve",
            "issued",
            "burned",
            "circulating",
            "treasury",
            "coins",
            "dividend_pool",
            "dividends_unpaid",
            "fees",
            "surplus",
            "returned",
        ]
        result = {name: getattr(settled, name) for name in names}
        result["price"] = [settled.price.numerator, settled.price.denominator]
        result["compulsory_redemptions"] = self.compulsory_redemptions
        result["rejected"] = [list(pair) for pair in self.rejected]
        shown = ["kind", "points", "quota", "cash", "coins"]
        result["accounts"] = {
            name: {key: getattr(account, key) for key in shown}
            for name, account in settled.accounts.items()
        }
        return result

    def check(self) -> None:
        """Raise AssertionError unless "What always holds" holds after the last event."""
        accounts = list(self.accounts.values())
        points = sum(account.points for account in accounts)
        assert points + self.treasury + self.founding == self.circulating, "1"
        assert self.issued <= self.terms.authorised, "1"
        if self.circulating > 0 and self.circulating_before > 0:
            assert self.price >= self.price_before, "2"
        assert self.coins == sum(account.coins for account in accounts), "3"
        assert self.treasury * self.price >= self.coins, "3"
        held = self.reserve + self.dividend_pool + self.dividends_unpaid + self.fees
        held += self.surplus + sum(account.cash for account in accounts)
        assert self.inflow - self.returned == held, "4"
        for account in accounts:
            assert account.paid + account.quota <= account.granted, "5"
        assert sum(account.owed for account in accounts) <= self.dividends_unpaid * SCALE, "5"
        # 6: settling in between changes nothing. And nothing is due after the sweep.
        settled = self.settled()
        assert settled.state() == self.state(), "6"
        for account in settled.accounts.values():
            worth = account.points * self.price + Fraction(account.owed, SCALE)
            assert account.points == 0 or worth < account.quota, "sweep"
        numbers = [value for value in vars(self).values() if isinstance(value, int)]
        for account in accounts:
            numbers += [account.points, account.quota, account.cash, account.coins]
            assert account.owed >= 0, "a balance is negative"
        assert min(numbers) >= 0, "a balance is negative"
        assert max(numbers) < 2**63, "a balance passes 64 bits"
