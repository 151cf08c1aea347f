"""The watch: follows an economy event by event and raises when one breaks a bound.

It trusts nothing the engine computes: what an event may do at most is computed from the picture
before it (`allowance`), what it did is the difference to the picture after it.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from patronage.economy import Applied, Event, Movement, Outcome, Replay
from patronage.economy.orders import Refund
from patronage.economy.state import INDEX_SCALE
from patronage.lab.attack.allowance import Allowance, Most, Records, allow, fee_of
from patronage.lab.attack.picture import NOBODY, BrokenBoundError, Holder, Picture, money, picture

_SETTLING: Final = frozenset(
    ("order", "referral", "refund", "redemption", "conversion", "coin_redemption", "withdrawal",
     "charge", "compulsory_redemption")
)  # fmt: skip
_COMPULSORY: Final = "compulsory_redemption"
_HELD: Final = ("reserve", "dividend_pool", "dividends_unpaid", "fees", "surplus")


class Watch:
    """One economy's bounds, from its opening on."""

    def __init__(self, economy: Replay) -> None:
        charter = economy.state.charter
        self._economy = economy
        self._now = picture(economy)
        self._records = Records(charter)
        self._founding = charter.founding_nano
        self._paid_in, self._paid_out = charter.founding_minor, 0
        # What each account has earned in dividends and not been settled for, scaled.
        self._claims: Counter[str] = Counter()
        self._granted: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        self._seen: set[str] = set()

    def follow(self, event: Event, outcome: Outcome | None) -> None:
        """Judge what an event did. Raises BrokenBoundError."""
        before = self._now
        now = self._now = picture(self._economy)
        is_new = event["id"] not in self._seen
        self._seen.add(event["id"])
        if not isinstance(outcome, Applied):
            if now != before:
                raise BrokenBoundError("refusal", "number", detail="changed")
            if is_new:
                self._judge_refusal(before, event)
            return
        if not is_new:
            raise BrokenBoundError("refusal", "number", detail="repeated")
        allowance = allow(self._records, before, event)
        returned = now.returned - before.returned
        if returned > allowance.returned:
            raise BrokenBoundError("refund", "returned", allowance.returned, returned)
        if isinstance(outcome.facts, Refund) and outcome.facts.missing != allowance.missing:
            raise BrokenBoundError("refund", "missing", allowance.missing, outcome.facts.missing)
        self._paid_in += allowance.paid_in
        self._paid_out += allowance.paid_out
        self._granted.update(allowance.quotas)
        bought_out = self._follow_movements(allowance, before, now, outcome.movements)
        self._judge_promises(allowance, before, now)
        self._judge_gain(allowance, before, now, event, bought_out)

    def _judge_refusal(self, before: Picture, event: Event) -> None:
        """Judge that what was refused had to be."""
        try:
            allow(self._records, before, event)
        except BrokenBoundError as broken:
            if broken.bound == "refusal":
                return
        raise BrokenBoundError("denied", "number")

    def _follow_movements(
        self, allowance: Allowance, before: Picture, now: Picture, movements: list[Movement]
    ) -> int:
        """Judge what accounts were given and what was taken; return how many were bought out."""
        claims = self._claims
        if allowance.step:
            for id, holder in before.accounts.items():
                claims[id] += holder.points * allowance.step
        holders, most = dict(before.accounts), dict(allowance.most)
        line: list[tuple[Fraction, str]] = []
        for account, cause, points, quota, cash, coins, *_, dividend, fee in movements:
            id = account.id
            holder = holders.get(id, NOBODY)
            due = claims[id] // INDEX_SCALE if cause in _SETTLING else 0
            if dividend > min(due, holder.quota):
                raise BrokenBoundError("dividend", "cash", min(due, holder.quota), dividend, id)
            if cause == _COMPULSORY:
                line.append((self._reach(allowance, holder, id), id))
                limit, bound = self._sold(allowance, holder, holder.quota - dividend), cause
            else:
                limit, bound = most.pop(id, Most()), allowance.bound
            claims[id] -= due * INDEX_SCALE
            self._used[id] += dividend
            if cause in ("redemption", _COMPULSORY):
                self._used[id] += cash - dividend + fee
            elif cause == "conversion":
                self._used[id] += coins
            if self._used[id] > self._granted[id]:
                raise BrokenBoundError("quota", "quota", self._granted[id], self._used[id], id)
            _judge(bound, id, limit, Most(points, quota + dividend, cash - dividend, coins))
            holders[id] = Holder(
                account.merchant, holder.points + points, holder.quota + quota,
                holder.cash + cash, holder.coins + coins, 0,
            )  # fmt: skip
        for id, limit in most.items():
            _judge(allowance.bound, id, limit, Most())
        if line != sorted(line):
            raise BrokenBoundError("due", "number", detail="order")
        for id, holder in now.accounts.items():
            told = holders.get(id, NOBODY)
            if holder[1:5] != told[1:5]:
                raise BrokenBoundError("told", "number", account=id, detail="untold")
        return len(line)

    def _reach(self, allowance: Allowance, holder: Holder, id: str) -> Fraction:
        """Return a bought-out account's place in line: its ceiling, counted from the index."""
        owed = self._claims[id]
        worth = holder.points * allowance.reserve
        if worth * INDEX_SCALE + (owed - holder.quota * INDEX_SCALE) * allowance.circulating < 0:
            reached = Fraction(worth, allowance.circulating) + money(owed)
            raise BrokenBoundError("due", "quota", holder.quota, reached, id, "early")
        return Fraction(holder.quota * INDEX_SCALE - owed, holder.points)

    def _sold(self, allowance: Allowance, holder: Holder, quota: int) -> Most:
        """Retire a bought-out account's points; say what it may be given for them at most."""
        pay = min(allowance.retire(holder.points), quota)
        fee = fee_of(self._records.charter, pay, merchant=holder.merchant)
        allowance.fees += fee
        return Most(points=-holder.points, quota=-quota, cash=pay - fee)

    def _judge_promises(self, allowance: Allowance, before: Picture, now: Picture) -> None:
        """Judge the rule book's own promises after an event."""
        circulating, authorised = now.circulating, self._records.charter.authorised_nano
        accounts = now.accounts.values()
        points = sum(holder.points for holder in accounts) + now.treasury + self._founding
        for allowed, found in ((points, circulating), (allowance.circulating, circulating)):
            if allowed != found:
                raise BrokenBoundError("points", "points", allowed, found)
        if now.issued > authorised:
            raise BrokenBoundError("points", "points", authorised, now.issued)
        if (
            before.circulating
            and circulating
            and now.reserve * before.circulating < before.reserve * circulating
        ):
            raise BrokenBoundError("price", "price", Fraction(*before.price), Fraction(*now.price))
        price, per = now.price
        coins = sum(holder.coins for holder in accounts)
        if coins != now.coins or now.treasury * price < coins * per:
            raise BrokenBoundError("coins", "coins", Fraction(now.treasury * price, per), now.coins)
        for figure in _HELD:
            if getattr(now, figure) < 0:
                raise BrokenBoundError("money", figure, 0, getattr(now, figure))
        held = sum(getattr(now, figure) for figure in _HELD)
        held += sum(holder.cash for holder in accounts)
        came = self._paid_in - self._paid_out - now.returned
        if held != came:
            raise BrokenBoundError("money", "money", came, held)
        for figure in ("reserve", "fees", "dividend_pool"):
            if getattr(now, figure) < getattr(allowance, figure):
                raise BrokenBoundError(
                    "kept", figure, getattr(allowance, figure), getattr(now, figure)
                )
        self._judge_owed(now)

    def _judge_owed(self, now: Picture) -> None:
        claims, (price, per) = self._claims, now.price
        if claims.total() > now.dividends_unpaid * INDEX_SCALE:
            raise BrokenBoundError("owed", "cash", money(claims.total()), now.dividends_unpaid)
        for id, holder in now.accounts.items():
            if holder.owed > claims[id]:
                raise BrokenBoundError(
                    "dividend", "cash", money(claims[id]), money(holder.owed), id
                )
            left = self._granted[id] - self._used[id]
            if holder.quota > left:
                raise BrokenBoundError("quota", "quota", left, holder.quota, id)
            reached = holder.points * price * INDEX_SCALE + claims[id] * per
            if holder.points and reached >= holder.quota * INDEX_SCALE * per:
                reached_money = Fraction(reached, INDEX_SCALE * per)
                raise BrokenBoundError("due", "quota", holder.quota, reached_money, id, "late")

    def _judge_gain(
        self, allowance: Allowance, before: Picture, now: Picture, event: Event, bought_out: int
    ) -> None:
        """Judge that no group whatever is richer than what came to it.

        All points share what the reserve gains. Wealth counts points at the full price; the group
        that gains most is all accounts that gain anything, so one sum judges every group.
        """
        if now.reserve > allowance.reserve:
            raise BrokenBoundError("gain", "reserve", allowance.reserve, now.reserve)
        gained = sum(gain for gain in self._gains(allowance, before, now, event) if gain > 0)
        allowed = allowance.shared + allowance.rounding + bought_out
        if gained > allowed:
            raise BrokenBoundError("gain", "wealth", allowed, gained)

    def _gains(
        self, allowance: Allowance, before: Picture, now: Picture, event: Event
    ) -> Iterator[Fraction]:
        """Yield by how much each account is richer than what came to it alone."""
        (old_price, old_per), (price, per) = before.price, now.price
        scale = old_per * per * INDEX_SCALE
        buyer = ""
        if event["type"] == "order.refunded":
            buyer = self._records.orders[event["order"]].member
        for id, holder in now.accounts.items():
            old = before.accounts.get(id, NOBODY)
            had = (old.points * old_price + (old.cash + old.coins) * old_per) * INDEX_SCALE
            has = (holder.points * price + (holder.cash + holder.coins) * per) * INDEX_SCALE
            had += (old.owed + old.points * allowance.step) * old_per
            has += holder.owed * per
            came, came_points = allowance.rise.get(id, (0, 0))
            if id == buyer:  # the operator gives back to the buyer what it gets back
                came -= now.returned - before.returned
            had += (came * old_per + came_points * old_price) * INDEX_SCALE
            gain = has * old_per - had * per
            if gain > 0:
                yield Fraction(gain, scale)


def _judge(bound: str, id: str, limit: Most, change: Most) -> None:
    for figure, allowed, found in zip(Most._fields, limit, change, strict=True):
        if found > allowed:
            raise BrokenBoundError(bound, figure, allowed, found, id)
