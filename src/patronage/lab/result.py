"""What a backtest found: exact integers, and where each 100.00 of sales went."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from patronage.economy import Charter

HUNDREDTHS: Final = 10_000
"""Hundredths of a per cent in a whole: what the shares of `Result.shares` add up to."""


class DayEnd(NamedTuple):
    """One closed day: the price after it (minor units, nano-points), its orders and payouts."""

    date: str
    price: tuple[int, int]
    reserve: int
    orders: int
    sales: int
    refunded: int
    dividends: int
    redeemed: int
    bought_out: int


class Redemptions(NamedTuple):
    """Redemptions taken together: points burned, what they gave before the fee, and the fee."""

    number: int
    points: int
    gross: int
    fee: int

    @property
    def net(self) -> int:
        """What the holders got."""
        return self.gross - self.fee


class Holding(NamedTuple):
    """One account at the end, settled: `used` of its quotas, `quota` is what is left of them."""

    account: str
    kind: str
    points: int
    worth: int
    used: int
    quota: int
    cash: int
    coins: int


class Use(StrEnum):
    """What sales became. The amounts of all uses add up to the sales."""

    REFUNDED = "refunded"
    SHOP = "shop"
    REDEEMED = "redeemed"
    BOUGHT_OUT = "bought_out"
    DIVIDENDS_PAID = "dividends_paid"
    DIVIDENDS_WAITING = "dividends_waiting"
    BEHIND_POINTS = "behind_points"
    BEHIND_TREASURY = "behind_treasury"
    BEHIND_FOUNDING = "behind_founding"
    FEES = "fees"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The end of a backtest, all accounts settled; money in minor units, points in nano-points.

    `dividends_distributed` is what the closes divided: `dividends_paid` + `dividends_unpaid` + what
    went to the surplus because quotas did not suffice. `missing` is what the points of refunded
    orders had already taken out. `quota_used` is what quotas have paid: dividends, redemptions
    before the fee, conversions. `uses` says what sales became, founding money left aside; it is
    empty without sales.
    """

    charter: Charter
    days: list[DayEnd]
    first_price: tuple[int, int]
    last_price: tuple[int, int]
    orders: int
    members: int
    sales: int
    refunds: int
    refunded: int
    returned: int
    missing: int
    contributions: int
    dividend_contributions: int
    reserve: int
    issued: int
    burned: int
    circulating: int
    treasury: int
    founding: int
    coins: int
    converted_points: int
    converted_coins: int
    spent_coins: int
    dividend_pool: int
    dividends_distributed: int
    dividends_paid: int
    dividends_unpaid: int
    fees: int
    lifted: int
    surplus: int
    redemptions: Redemptions
    compulsory: Redemptions
    quota_used: int
    quota_left: int
    holders: int
    largest: list[Holding]
    rejected: list[tuple[str | None, str]]
    uses: dict[Use, int]

    def shares(self) -> dict[Use, int]:
        """Return each use's share of the sales in hundredths of a per cent, together 100.00 %."""
        return apportion(self.uses, HUNDREDTHS) if self.uses else {}

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain integers, texts, lists and objects."""
        figures = {
            name: getattr(self, name)
            for name in self.__slots__
            if name not in ("charter", "days", "largest", "rejected", "uses")
        }
        for name in ("redemptions", "compulsory"):
            kind: Redemptions = figures[name]
            figures[name] = {**kind._asdict(), "net": kind.net}
        return {
            "charter": asdict(self.charter),
            **figures,
            "uses": dict(self.uses),
            "shares": self.shares(),
            "largest": [holding._asdict() for holding in self.largest],
            "rejected": self.rejected,
            "days": [day._asdict() for day in self.days],
        }


def apportion(parts: Mapping[Use, int], whole: int) -> dict[Use, int]:
    """Divide a whole in proportion to integers, exactly: the largest remainders get what is left.

    The parts must add up to more than 0. Among equal remainders the earlier part comes first.
    """
    total = sum(parts.values())
    shares = {use: part * whole // total for use, part in parts.items()}
    by_remainder = sorted(parts, key=lambda use: -(parts[use] * whole % total))
    for use in by_remainder[: whole - sum(shares.values())]:
        shares[use] += 1
    return shares
