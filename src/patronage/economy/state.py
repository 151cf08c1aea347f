"""What an economy is made of: its totals, accounts, orders, payments and withdrawals.

Money and coins are in minor units, points in nano-points, `owed` and the index scaled by 10²⁴.
"""

from typing import Final, NamedTuple

from patronage.economy.charter import Charter

INDEX_SCALE: Final = 10**24
CEILING_BITS: Final = 128
"""Points and circulating are below 2⁶³, so two different fractions over them differ by more than
2⁻¹²⁶: scaled by 2¹²⁸ and floored they still compare exactly as the fractions do."""
BALANCE_MAX: Final = 2**63 - 1

_CEILING_SCALE = INDEX_SCALE << CEILING_BITS


FIGURES: Final = (
    "reserve",
    "issued",
    "burned",
    "treasury",
    "coins",
    "dividend_pool",
    "dividends_unpaid",
    "fees",
    "surplus",
    "returned",
    "paid_in",
    "paid_out",
    "index",
)
"""The economy's own figures, in the order of `State.figures`."""


class State:
    """The totals of one economy.

    `paid_in` is all money that ever came in from outside (contributions, dividend contributions,
    founding money, operator funding, cash credited), `paid_out` all that left through accounts
    (withdrawn less restored, charged); `returned` went back to the operator by refunds.
    `founding` points are nobody's. `index` is what one nano-point has earned since the opening.
    """

    __slots__ = (
        *FIGURES,
        "charter",
        "compulsory_redemptions",
        "days_closed",
        "founding",
        "last_closed",
    )

    def __init__(self, charter: Charter) -> None:
        """Open an economy: the founding amount starts the reserve and issues founding points."""
        self.charter = charter
        self.reserve = self.paid_in = charter.founding_minor
        self.issued = self.founding = charter.founding_nano
        self.burned = 0
        self.treasury = 0
        self.coins = 0
        self.dividend_pool = 0
        self.dividends_unpaid = 0
        self.fees = 0
        self.surplus = 0
        self.returned = 0
        self.paid_out = 0
        self.index = 0
        self.last_closed = ""
        self.days_closed = 0
        self.compulsory_redemptions = 0

    def figures(self) -> tuple[int, ...]:
        """Return all figures, in the order of FIGURES."""
        return (
            self.reserve,
            self.issued,
            self.burned,
            self.treasury,
            self.coins,
            self.dividend_pool,
            self.dividends_unpaid,
            self.fees,
            self.surplus,
            self.returned,
            self.paid_in,
            self.paid_out,
            self.index,
        )

    @property
    def circulating(self) -> int:
        """Issued less burned: accounts', treasury's and founding points."""
        return self.issued - self.burned

    @property
    def price(self) -> tuple[int, int]:
        """Minor units per nano-point, as an exact (not reduced) fraction."""
        circulating = self.issued - self.burned
        return (self.reserve, circulating) if circulating else self.charter.issue_price


class Account:
    """A member's or a merchant's points, quota, cash, coins and dividends owed.

    `owed` is up to date as of the index `at`. `queued` belongs to the book: the key under which it
    holds the account in the order of ceilings.
    """

    __slots__ = ("at", "cash", "coins", "id", "merchant", "owed", "points", "queued", "quota")

    def __init__(self, id: str, merchant: bool, at: int) -> None:  # noqa: FBT001  (hot)
        self.id = id
        self.merchant = merchant
        self.points = self.quota = self.cash = self.coins = self.owed = 0
        self.at = at
        self.queued: int | None = None


class Order(NamedTuple):
    """A completed order as recorded: what refunds take back is a part of these figures.

    `days_closed` is the economy's count when the order was completed.
    """

    member: str
    referrer: str | None
    amount: int
    contribution: int
    dividend: int
    points: int
    referrer_points: int
    quota: int
    referrer_quota: int
    days_closed: int
    refunded: int = 0

    def part(self, figure: int, amount: int) -> int:
        """Return what refunding so much more takes back of a recorded figure.

        Differences of floors: however a refund is cut, the parts add up to the whole.
        """
        now = self.refunded + amount
        return figure * now // self.amount - figure * self.refunded // self.amount


class Payment(NamedTuple):
    """Coins a member paid to a merchant, and how much of it came back."""

    member: str
    merchant: str
    amount: int
    refunded: int = 0


class Withdrawal(NamedTuple):
    """Cash withdrawn from an account, and how much of it was restored."""

    account: str
    amount: int
    restored: int = 0


def ceiling_of(account: Account) -> int | None:
    """⌊ceiling × 2¹²⁸⌋ with ceiling = (quota × 10²⁴ − owed) / points + at; None without points."""
    if not account.points:
        return None
    reach = account.quota * _CEILING_SCALE - (account.owed << CEILING_BITS)
    return reach // account.points + (account.at << CEILING_BITS)


def is_due(ceiling: int, state: State) -> bool:
    """Tell whether price × 10²⁴ + index reaches a ceiling (scaled by 2¹²⁸) of someone's points."""
    above = ceiling - (state.index << CEILING_BITS)
    return above * (state.issued - state.burned) <= state.reserve * _CEILING_SCALE


def payable(state: State, account: Account) -> tuple[int, int, int]:
    """What settling would do: (owed after, due, paid), due and paid in minor units."""
    owed = account.owed + account.points * (state.index - account.at)
    due, owed = divmod(owed, INDEX_SCALE)
    return owed, due, min(due, account.quota)
