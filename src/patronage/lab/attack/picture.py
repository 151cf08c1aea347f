"""A picture of an economy before and after an event, and what breaks a bound between the two."""

from fractions import Fraction
from typing import Final, Literal, NamedTuple

from patronage.economy import Replay
from patronage.economy.state import INDEX_SCALE

Kind = Literal["promise", "overpaid", "charter"]

BOUNDS: Final[dict[str, Kind]] = {
    "points": "promise",
    "price": "promise",
    "coins": "promise",
    "money": "promise",
    "quota": "promise",
    "owed": "promise",
    "settling": "promise",
    "due": "promise",
    "refusal": "promise",
    "denied": "promise",
    "told": "promise",
    "kept": "promise",
    "stopped": "promise",
    "grant": "overpaid",
    "refund": "overpaid",
    "redemption": "overpaid",
    "compulsory_redemption": "overpaid",
    "conversion": "overpaid",
    "coin_payment": "overpaid",
    "coin_redemption": "overpaid",
    "cash": "overpaid",
    "dividend": "overpaid",
    "gain": "overpaid",
    "thin": "charter",
}
"""What the search looks for, in the order it is told: a promise of the rule book is broken, someone
is paid more than a rule says, or the rules hold and this charter lets them do harm."""


class BrokenBoundError(Exception):
    """An event broke a bound: which, whose figure, what the rules allow and what was found.

    `figure` says the unit: "points" in nano-points, "price" in minor units per nano-point, "number"
    a plain number, the others in minor units. `account` is empty where it is the economy's.
    """

    def __init__(
        self,
        bound: str,
        figure: str,
        allowed: Fraction | int = 0,
        found: Fraction | int = 0,
        account: str = "",
        detail: str = "",
    ) -> None:
        self.bound = bound
        self.figure = figure
        self.allowed = Fraction(allowed)
        self.found = Fraction(found)
        self.account = account
        self.detail = detail
        super().__init__(bound)


class Holder(NamedTuple):
    """An account's figures; `owed` is as of now, scaled."""

    merchant: bool
    points: int
    quota: int
    cash: int
    coins: int
    owed: int


NOBODY: Final = Holder(False, 0, 0, 0, 0, 0)  # noqa: FBT003


class Picture(NamedTuple):
    """An economy's own figures and its accounts, copied; `level` is the dividend index."""

    reserve: int
    issued: int
    burned: int
    treasury: int
    coins: int
    dividend_pool: int
    dividends_unpaid: int
    fees: int
    surplus: int
    returned: int
    level: int
    issue_price: tuple[int, int]
    accounts: dict[str, Holder]

    @property
    def circulating(self) -> int:
        """Issued less burned."""
        return self.issued - self.burned

    @property
    def price(self) -> tuple[int, int]:
        """Minor units per nano-point."""
        circulating = self.issued - self.burned
        return (self.reserve, circulating) if circulating else self.issue_price

    def holder(self, id: str) -> Holder:
        """Return an account's figures, all 0 for one that is not there."""
        return self.accounts.get(id, NOBODY)


def picture(economy: Replay) -> Picture:
    """Copy what an economy holds."""
    state = economy.state
    index = state.index
    return Picture(
        state.reserve,
        state.issued,
        state.burned,
        state.treasury,
        state.coins,
        state.dividend_pool,
        state.dividends_unpaid,
        state.fees,
        state.surplus,
        state.returned,
        index,
        state.charter.issue_price,
        {
            id: Holder(
                a.merchant, a.points, a.quota, a.cash, a.coins, a.owed + a.points * (index - a.at)
            )
            for id, a in economy.book.accounts.items()
        },
    )


def money(scaled: int) -> Fraction:
    """Return what is scaled like the index in minor units."""
    return Fraction(scaled, INDEX_SCALE)
