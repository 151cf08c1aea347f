"""What a simulated run found: period by period, joining month by joining month, and at the end.

Money and coins are integers of minor units, points of nano-points, prices floats of minor units a
whole point, durations days, shares floats from 0 to 1. The fast gear's integers are rounded floats.

Figures of `Period` are of that period alone where their comment says "in it", else as they stand
when its last day is closed.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

LEVELS: Final = (0.25, 0.5, 1.0, 2.0)
"""Shares of a member's spend at which it is noted when they had got as much back."""
QUANTILES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)


class Period(NamedTuple):
    """A day or a month. `last_day` is its last one; `supply` is what is issued and not burned."""

    last_day: str
    price: float
    reserve: int
    supply: int  # circulating: issued − burned
    issued: int
    treasury: int
    coins: int
    surplus: int
    fees: int
    members: int
    newcomers: int  # in it
    orders: int  # in it
    sales: int  # in it
    profit: int  # in it: the house's, before what the charter takes
    contributions: int  # in it: into the reserve
    dividends: int  # in it: divided at the closes
    redeemed: int  # in it: paid for points redeemed at will, after the fee
    bought_out: int  # in it: paid for points in compulsory redemptions, after the fee
    exits: int  # in it: compulsory redemptions
    converted: int  # in it: coins given for points
    spent_coins: int  # in it


class Spread(NamedTuple):
    """How something is distributed: the values below which 10, 25, 50, 75 and 90 % of it lie.

    None where that share has not reached it yet (times), or where there is nobody.
    """

    q10: float | None
    q25: float | None
    q50: float | None
    q75: float | None
    q90: float | None


class Cohort(NamedTuple):
    """The members who joined in one month: what they paid and what they got, until the end.

    "Got" is dividends (also those not yet settled), money for points after the fee, and coins.
    `held` is what their points would be paid now, within their quotas and after the fee. `back` is
    the spread of got ÷ spent over members, `back_held` that of (got + held) ÷ spent. `days_to` has
    for each of LEVELS the spread of the days from joining until got ÷ spent first reached it, as
    seen at the end of a period, over all its members; `reached` the share who ever did.
    """

    month: str
    members: int
    spent: int
    contributions: int
    dividends: int
    redeemed: int
    bought_out: int
    coins: int
    held: int
    quota_left: int
    exits: int
    ever_out: float
    """The share who reached their quota: whose points were redeemed compulsorily, ever."""
    back: Spread
    back_held: Spread
    reached: tuple[float, ...]
    days_to: tuple[Spread, ...]


class Concentration(NamedTuple):
    """How unevenly something is held by all who ever joined. Gini: 0 all alike, 1 one has all."""

    top_1: float
    top_10: float
    gini: float


class Operator(NamedTuple):
    """The operator's account: what is left of the profit after everything the charter takes.

    margin = profit − contributions − dividend_contributions; founding money is apart, and so is the
    surplus, which only a visible decision moves.
    """

    sales: int
    profit: int
    contributions: int
    dividend_contributions: int
    margin: int
    founding: int
    surplus: int


class Stop(NamedTuple):
    """If sales stop the day after and everyone redeems at once: what all would get, and who.

    `paid` is within the quotas and after the fee, `coins` what members and merchants hold, backed
    by the treasury. `whole` is the share of members whose got + paid is then at least their spend;
    `back` the spread of (got + paid) ÷ spent. The price is as at the end: redeeming leaves it.
    """

    points: int
    worth: int
    paid: int
    fees: int
    coins: int
    whole: float
    back: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One run of a scenario under one seed.

    `settings` is what a grid or a sensitivity set, as (key, value) texts; `currency` and
    `exponent` say how to write money. `ever_out` is the share of all members who ever reached
    their quota; `held` and `got` say how points, and what was paid out, are concentrated.
    """

    scenario: str
    settings: tuple[tuple[str, str], ...]
    seed: int
    gear: str
    period: str
    currency: str
    exponent: int
    first_price: float
    periods: tuple[Period, ...]
    cohorts: tuple[Cohort, ...]
    members: int
    spent: int
    ever_out: float
    back: Spread
    operator: Operator
    held: Concentration
    got: Concentration
    stop: Stop

    def as_json(self) -> dict[str, Any]:
        """Return it as plain objects, lists, texts and numbers; `from_json` is the way back."""
        return {
            **asdict(self),
            "periods": [period._asdict() for period in self.periods],
            "cohorts": [
                {
                    **cohort._asdict(),
                    "back": cohort.back._asdict(),
                    "back_held": cohort.back_held._asdict(),
                    "days_to": [spread._asdict() for spread in cohort.days_to],
                }
                for cohort in self.cohorts
            ],
            "back": self.back._asdict(),
            "operator": self.operator._asdict(),
            "held": self.held._asdict(),
            "got": self.got._asdict(),
            "stop": {**self.stop._asdict(), "back": self.stop.back._asdict()},
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Simulation":
        """Read what `as_json` returned, also after it went through a file of JSON."""
        cohorts = [
            Cohort(
                **{
                    **cohort,
                    "back": Spread(**cohort["back"]),
                    "back_held": Spread(**cohort["back_held"]),
                    "reached": tuple(cohort["reached"]),
                    "days_to": tuple(Spread(**spread) for spread in cohort["days_to"]),
                }
            )
            for cohort in fields["cohorts"]
        ]
        return cls(
            **{
                **fields,
                "settings": tuple((key, value) for key, value in fields["settings"]),
                "periods": tuple(Period(**period) for period in fields["periods"]),
                "cohorts": tuple(cohorts),
                "back": Spread(**fields["back"]),
                "operator": Operator(**fields["operator"]),
                "held": Concentration(**fields["held"]),
                "got": Concentration(**fields["got"]),
                "stop": Stop(**{**fields["stop"], "back": Spread(**fields["stop"]["back"])}),
            }
        )
