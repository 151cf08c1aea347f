"""The rule book, event by event, in the most naive way: fractions, and a look at everyone."""

import math
import tomllib
from pathlib import Path

from tests.model.charter import NANO, Terms, charter_problem
from tests.model.form import (
    MONEY_MOST,
    POINTS_MOST,
    form_problem,
    has_surrogate,
    is_money,
    is_text,
    parse_line,
    same,
)
from tests.model.operations import SCALE, Account, Balances


class Model(Balances):
    """One economy under one charter."""

    def apply_line(self, line: bytes) -> str | None:
        """Judge one line of a file; it must not be blank."""
        try:
            event = parse_line(line)
        except (ValueError, RecursionError):
            self.rejected.append([None, "malformed"])
            return "malformed"
        return self.apply(event)

    def apply(self, event: object) -> str | None:
        """Judge one parsed event: the refusal's code, or None."""
        if not isinstance(event, dict) or has_surrogate(event) or not is_text(event.get("id")):
            self.rejected.append([None, "malformed"])
            return "malformed"
        name = event["id"]
        if name in self.seen:
            first, answer = self.seen[name]
            if same(first, event):
                return answer
            self.rejected.append([name, "conflict"])
            return "conflict"
        self.circulating_before, self.price_before = self.circulating, self.price
        answer = self.judge(event)
        self.seen[name] = (event, answer)
        if answer is not None:
            self.rejected.append([name, answer])
        else:
            self.sweep()
        return answer

    def judge(self, event: dict) -> str | None:
        if form_problem(event):
            return "malformed"
        method = getattr(self, event["type"].replace(".", "_"))
        fields = {key: event[key] for key in event if key not in ("id", "type", "at")}
        if event["type"] in ("coins.spent", "cash.withdrawn"):
            fields["event_id"] = event["id"]
        return method(**fields)

    # What each order event does.

    def order_completed(
        self,
        order: str,
        member: str,
        amount: int,
        profit: int = 0,
        base: int | None = None,
        referrer: str | None = None,
    ) -> str | None:
        if not is_money(amount) or profit > amount:
            return "invalid_amount"
        if base is not None and not 0 <= base <= amount:
            return "invalid_amount"
        if order in self.orders:
            return "order_exists"
        if self.is_merchant(member):
            return "wrong_account_kind"
        terms = self.terms
        if terms.referral_rate is None or referrer == member:
            referrer = None
        if referrer is not None and self.is_merchant(referrer):
            referrer = None
        profit = max(profit, 0)
        if base is None:
            base = amount if terms.reserve_of == "revenue" else profit
        buyer = self.member(member)
        self.settle(buyer)
        contribution = math.floor(base * terms.reserve_rate)
        dividend = math.floor(profit * terms.dividend_rate)
        want = math.floor(math.floor(contribution * terms.grant_rate) / self.price)
        if terms.per is not None:
            want = min(want, math.floor(amount * NANO / terms.per))
        points = min(want, terms.authorised - self.issued)
        quota = math.floor(amount * terms.multiple)
        self.issued += points
        self.grant(buyer, points, quota)
        referrer_points = referrer_quota = 0
        if referrer is not None:
            self.settle(self.member(referrer))
            referrer_points = math.floor(want * terms.referral_rate)
            referrer_points = min(referrer_points, terms.authorised - self.issued)
            referrer_quota = math.floor(quota * terms.referral_rate)
            self.issued += referrer_points
            self.grant(self.member(referrer), referrer_points, referrer_quota)
        if want == 0 or self.circulating == 0:
            self.surplus += contribution
        else:
            self.reserve += contribution
        self.dividend_pool += dividend
        self.inflow += contribution + dividend
        self.orders[order] = {
            "amount": amount,
            "refunded": 0,
            "contribution": contribution,
            "dividend": dividend,
            "days_closed": self.days_closed,
            "shares": [(member, points, quota), (referrer, referrer_points, referrer_quota)],
        }
        return None

    def order_refunded(self, order: str, amount: int) -> str | None:
        if order not in self.orders:
            return "unknown_order"
        if not is_money(amount):
            return "invalid_amount"
        record = self.orders[order]
        if record["refunded"] + amount > record["amount"]:
            return "refund_exceeds_order"
        before, after = record["refunded"], record["refunded"] + amount
        record["refunded"] = after

        def part(figure: int) -> int:
            return figure * after // record["amount"] - figure * before // record["amount"]

        price = self.price
        should = taken = 0
        for name, points, quota in record["shares"]:
            if name is None:
                continue
            account = self.accounts[name]
            self.settle(account)
            should += part(points)
            take = min(account.points, part(points))
            taken += take
            account.points -= take
            account.quota -= min(account.quota, part(quota))
        worth = self.retire(taken)
        back = min(part(record["contribution"]), worth)
        self.fees += worth - back
        dividend_back = 0
        if record["days_closed"] == self.days_closed:
            dividend_back = min(self.dividend_pool, part(record["dividend"]))
        self.dividend_pool -= dividend_back
        self.returned += back + dividend_back
        missing = math.floor((should - taken) * price)
        self.facts = {"back": back, "dividend_back": dividend_back, "missing": missing}
        return None

    # What points and coins do.

    def points_redeemed(self, account: str, points: int) -> str | None:
        if account not in self.accounts:
            return "unknown_account"
        if not 1 <= points <= POINTS_MOST:
            return "invalid_amount"
        holder = self.accounts[account]
        leaving = self.debit(holder, points)
        if isinstance(leaving, str):
            return leaving
        self.settle(holder)
        self.redeem(holder, leaving)
        return None

    def points_converted(self, account: str, points: int) -> str | None:
        if account not in self.accounts:
            return "unknown_account"
        if not 1 <= points <= POINTS_MOST:
            return "invalid_amount"
        if self.is_merchant(account):
            return "wrong_account_kind"
        holder = self.accounts[account]
        leaving = self.debit(holder, points)
        if isinstance(leaving, str):
            return leaving
        self.settle(holder)
        pay = min(math.floor(leaving * self.price), holder.quota)
        holder.points -= leaving
        holder.quota -= pay
        holder.coins += pay
        holder.paid += pay
        self.coins += pay
        self.treasury += leaving
        return None

    def merchant_opened(self, merchant: str) -> str | None:
        if merchant in self.accounts:
            return "account_exists"
        self.accounts[merchant] = Account("merchant")
        return None

    def coins_spent(self, account: str, merchant: str, amount: int, event_id: str) -> str | None:
        if account not in self.accounts or merchant not in self.accounts:
            return "unknown_account"
        if not is_money(amount):
            return "invalid_amount"
        if self.is_merchant(account) or not self.is_merchant(merchant):
            return "wrong_account_kind"
        if self.accounts[account].coins < amount:
            return "insufficient_coins"
        self.accounts[account].coins -= amount
        self.accounts[merchant].coins += amount
        self.payments[event_id] = {
            "account": account,
            "merchant": merchant,
            "amount": amount,
            "refunded": 0,
        }
        return None

    def coins_refunded(self, payment: str, amount: int) -> str | None:
        if payment not in self.payments:
            return "unknown_payment"
        if not is_money(amount):
            return "invalid_amount"
        record = self.payments[payment]
        if record["refunded"] + amount > record["amount"]:
            return "refund_exceeds_payment"
        if self.accounts[record["merchant"]].coins < amount:
            return "insufficient_coins"
        record["refunded"] += amount
        self.accounts[record["merchant"]].coins -= amount
        self.accounts[record["account"]].coins += amount
        return None

    def coins_redeemed(self, merchant: str, amount: int) -> str | None:
        if merchant not in self.accounts:
            return "unknown_account"
        if not is_money(amount):
            return "invalid_amount"
        if not self.is_merchant(merchant):
            return "wrong_account_kind"
        account = self.accounts[merchant]
        if account.coins < amount:
            return "insufficient_coins"
        points = math.floor(amount / self.price)
        if points == 0:
            return "worth_nothing"
        self.settle(account)
        account.coins -= amount
        self.coins -= amount
        self.grant(account, points, math.floor(amount * self.terms.multiple))
        self.treasury -= points
        return None

    # What cash does.

    def cash_withdrawn(self, account: str, amount: int, event_id: str) -> str | None:
        refusal = self.take_cash(account, amount)
        if refusal is None:
            self.withdrawals[event_id] = {"account": account, "amount": amount, "restored": 0}
        return refusal

    def cash_charged(self, account: str, amount: int, reason: str) -> str | None:  # noqa: ARG002
        return self.take_cash(account, amount)

    def take_cash(self, account: str, amount: int) -> str | None:
        if account not in self.accounts:
            return "unknown_account"
        if not is_money(amount):
            return "invalid_amount"
        holder = self.accounts[account]
        if holder.cash + min(holder.owed // SCALE, holder.quota) < amount:
            return "insufficient_cash"
        self.settle(holder)
        holder.cash -= amount
        self.inflow -= amount
        return None

    def cash_restored(self, withdrawal: str, amount: int) -> str | None:
        if withdrawal not in self.withdrawals:
            return "unknown_withdrawal"
        if not is_money(amount):
            return "invalid_amount"
        record = self.withdrawals[withdrawal]
        if record["restored"] + amount > record["amount"]:
            return "restore_exceeds_withdrawal"
        record["restored"] += amount
        self.accounts[record["account"]].cash += amount
        self.inflow += amount
        return None

    def cash_credited(self, account: str, amount: int, reason: str) -> str | None:  # noqa: ARG002
        if not is_money(amount):
            return "invalid_amount"
        self.member(account).cash += amount
        self.inflow += amount
        return None

    # What the operator does.

    def reserve_funded(self, amount: int, source: str = "operator") -> str | None:
        if not is_money(amount):
            return "invalid_amount"
        if self.circulating == 0:
            return "no_circulation"
        if source == "surplus" and self.surplus < amount:
            return "insufficient_surplus"
        if source == "surplus":
            self.surplus -= amount
        else:
            self.inflow += amount
        self.reserve += amount
        return None

    def treasury_burned(self, points: int) -> str | None:
        if not 1 <= points <= POINTS_MOST:
            return "invalid_amount"
        if points > self.treasury:
            return "insufficient_treasury"
        if (self.treasury - points) * self.price < self.coins:
            return "coins_uncovered"
        self.treasury -= points
        self.fees += self.retire(points)
        return None

    def day_closed(self, date: str, profit: int = 0) -> str | None:
        if date <= self.last_date:
            return "day_not_after"
        if profit > MONEY_MOST:
            return "invalid_amount"
        lift = 0
        if self.circulating > 0:
            lift = min(self.fees, math.floor(self.reserve * self.terms.fee))
        self.reserve += lift
        self.surplus += self.fees - lift
        self.fees = 0
        dividend = math.floor(max(profit, 0) * self.terms.dividend_rate)
        self.dividend_pool += dividend
        self.inflow += dividend
        points = sum(account.points for account in self.accounts.values())
        if points > 0:
            step = self.dividend_pool * SCALE // points
            for account in self.accounts.values():
                account.owed += account.points * step
            self.dividends_unpaid += self.dividend_pool
            self.dividend_pool = 0
        self.last_date = date
        self.days_closed += 1
        return None

    def charter_amended(self, charter: object) -> str | None:
        if charter_problem(charter) is not None:
            return "malformed"
        terms = Terms(charter)
        for value in ("currency", "founding_amount", "issue_price"):
            if getattr(terms, value) != getattr(self.terms, value):
                return "forbidden_change"
        if terms.authorised < self.issued:
            return "forbidden_change"
        self.terms = terms
        return None


def run(charter_path: str | Path, events_path: str | Path) -> dict:
    """Replay a file of events under a charter and tell the final state."""
    charter = tomllib.loads(Path(charter_path).read_text(encoding="utf-8"))
    model = Model(charter)
    for line in Path(events_path).read_bytes().split(b"\n"):
        if line.strip(b" \t\r"):
            model.apply_line(line)
    return model.state()
