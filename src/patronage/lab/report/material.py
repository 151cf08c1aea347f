"""What a report is made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from patronage.economy import Charter
from patronage.lab.result import Use
from patronage.lab.simulation import Period, Simulation


class Neighbour(NamedTuple):
    """A charter that differs in one key, and what it came to; None where the rules refuse it."""

    key: str
    value: str
    is_more: bool
    run: Simulation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One charter's runs: a backtest's only one, or a simulation's under many seeds.

    `base` is the run that `neighbours` are compared with, each of them different by the share
    `step` in one figure of the charter. `grid` has all settings' runs, by settings, where there are
    several: `runs` are the first one's. `uses` says what sales became, empty where that was not
    counted. `assumptions` are sentences in the report's language, the first one a summary.
    """

    charter: Charter
    title: str
    is_past: bool
    runs: Sequence[Simulation]
    assumptions: Sequence[str]
    knows_profit: bool = True
    uses: Mapping[Use, int] = field(default_factory=dict)
    base: Simulation | None = None
    step: float = 0.0
    neighbours: Sequence[Neighbour] = ()
    grid: Sequence[Sequence[Simulation]] = ()

    @property
    def run(self) -> Simulation:
        """The run whose last price is in the middle of all: the one that is shown in full."""
        return middle(self.runs)

    def since_until(self) -> tuple[str, str]:
        """Return the first and the last day, or month, that the run shown tells of."""
        length = 10 if self.run.period == "day" else 7
        ends = self.run.periods[0].last_day, self.run.periods[-1].last_day
        return ends[0][:length], ends[1][:length]

    @property
    def exponent(self) -> int:
        """Decimals of the currency."""
        return self.charter.minor_unit_exponent


def price_of(period: Period) -> float | None:
    """Return a period's price; None where nothing circulates: what is told then is no price.

    The rules fall back to the issue price there, which in a chart would look like a fall.
    """
    return period.price if period.supply else None


def middle(runs: Sequence[Simulation]) -> Simulation:
    """Return the run whose last price is in the middle."""
    ordered = sorted(runs, key=lambda run: (run.periods[-1].price, run.seed))
    return ordered[(len(ordered) - 1) // 2]


def spans(run: Simulation, length: int) -> Iterator[tuple[str, list[Period]]]:
    """Group a run's periods by the first characters of their last day: 7 a month, 4 a year."""
    for span, periods in groupby(run.periods, lambda period: period.last_day[:length]):
        yield span, list(periods)
