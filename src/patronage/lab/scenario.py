"""The scenario: what is assumed of the years ahead, read strictly from TOML.

Shares and rates here are assumptions, not rules, and so may be plain TOML numbers. Money is in
major units of the charter's currency, durations in days, growth in ones a year.
"""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any, Final, Literal

from patronage.economy import Charter, CharterError, parse_charter
from patronage.lab.form import ScenarioError, Table

DAYS_A_YEAR: Final = 365.0
_DAYS_MAX = 36_525
_MEMBERS_MAX = 10**8
_SEEDS_MAX = 10_000
_RUNS_MAX = 100_000
_SHARES_TOLERANCE = 1e-9

Period = Literal["day", "month"]
Gear = Literal["fast", "exact"]
Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Who joins, each with a first order on that day.

    `a_day` is the number at the start, `growth` what it grows by in a year. `even` brings exactly
    that many; otherwise it is the mean of a chance. `referred` is the share who name a member as
    their referrer: any member with the same chance ("even"), or members in proportion to those they
    brought already ("popular").
    """

    a_day: float
    growth: float = 0.0
    even: bool = False
    referred: float = 0.0
    referrers: str = "even"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A share of the newcomers who behave alike.

    Baskets are lognormal with a mean (major units) and a standard deviation of `spread` × mean, all
    the same at 0. `orders_a_year` come after the first one, for a lifetime of so many days in the
    mean, 0 for good. `margin` is profit's share of their orders. `redeem_a_year` and
    `convert_a_year` say how often a year one of them thinks of giving up all points; it is done if
    the price is `from_multiple` times the price at which they began to hold. `spend_a_year` is how
    often one of them spends all coins.
    """

    name: str
    share: float
    basket: float
    orders_a_year: float
    spread: float = 0.0
    lifetime_days: float = 0.0
    margin: float = 0.0
    redeem_a_year: float = 0.0
    convert_a_year: float = 0.0
    from_multiple: float = 1.0
    spend_a_year: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchants:
    """Where coins are spent: every `redeem_days` they redeem their coins and then their points."""

    count: int = 1
    redeem_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """Days on which something is different: factors, and the share of holders who redeem a day."""

    name: str
    first: date
    days: int
    arrivals: float = 1.0
    orders: float = 1.0
    basket: float = 1.0
    margin: float = 1.0
    redeem: float = 0.0

    def holds(self, day: date) -> bool:
        """Tell whether it lasts on a day."""
        return self.first <= day < self.first + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindDown:
    """The end: nobody joins or orders any more, and everyone redeems within so many days."""

    first: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One economy's assumed years. `settings` is what a grid set, as (key, value) texts."""

    name: str
    charter: Charter
    start: date
    days: int
    arrivals: Arrivals
    segments: tuple[Segment, ...]
    period: Period = "month"
    gear: Gear = "fast"
    seeds: tuple[int, ...] = (0,)
    months: tuple[float, ...] = (1.0,) * 12
    weekdays: tuple[float, ...] = (1.0,) * 7
    merchants: Merchants = Merchants()
    shocks: tuple[Shock, ...] = ()
    wind_down: WindDown | None = None
    settings: Settings = ()

    def arrivals_on(self, day: date) -> float:
        """Return how many join on a day, in the mean."""
        if self.wind_down is not None and day >= self.wind_down.first:
            return 0.0
        grown: float = (1 + self.arrivals.growth) ** ((day - self.start).days / DAYS_A_YEAR)
        shocked = math.prod(shock.arrivals for shock in self.shocks if shock.holds(day))
        return self.arrivals.a_day * grown * self.season(day) * shocked

    def season(self, day: date) -> float:
        """Return the factor of a day's month and weekday."""
        return self.months[day.month - 1] * self.weekdays[day.weekday()]

    def members(self) -> float:
        """Return how many join until the end, in the mean."""
        return sum(self.arrivals_on(self.start + timedelta(day)) for day in range(self.days))


Read = Callable[[str], bytes]
"""Yields the bytes of a charter that a scenario names."""


def load_scenarios(source: bytes, read: Read) -> list[Scenario]:
    """Read a scenario file's bytes: one scenario for each point of its grid, one without a grid.

    Raises ScenarioError, naming the key and the reason, for the file, its grid and its charter.
    """
    document, charter = _documents(source, read)
    grid = document.pop("grid", {})
    if not isinstance(grid, dict):
        raise ScenarioError("grid", "must be a section with keys")
    for key, values in grid.items():
        if not isinstance(values, list) or not values:
            raise ScenarioError(f"grid.{key}", "must be a list of values to try")
    runs = len(_scenario(document, charter, ()).seeds)
    for values in grid.values():
        runs *= len(values)
    if runs > _RUNS_MAX:
        raise ScenarioError("grid", f"gives {runs} runs with these seeds; at most {_RUNS_MAX}")
    return [
        _varied(document, charter, dict(zip(grid, values, strict=True)), "grid.")
        for values in product(*grid.values())
    ]


FIGURES: Final = (
    "points.issue_price", "points.authorised", "reserve.rate", "grant.rate", "grant.per",
    "referral.rate", "quota.multiple", "dividend.rate", "redemption.fee",
    "redemption.merchant_fee", "founding.amount",
)  # fmt: skip
"""The figures of a charter that can be varied; the rules do not read `hold.days`."""


def load_sensitivities(source: bytes, read: Read, step: Decimal) -> list[Scenario]:
    """Read a scenario and vary each figure of its charter by a share down and up, one at a time.

    The first scenario is the unchanged one. Figures that are 0 or absent, and changes that the
    charter's own rules refuse, are left out. Raises ScenarioError as `load_scenarios` does.
    """
    document, charter = _documents(source, read)
    document.pop("grid", None)
    varied = [_scenario(document, charter, ())]
    exponent = varied[0].charter.minor_unit_exponent
    for key in FIGURES:
        section, _, name = key.partition(".")
        value = charter.get(section, {}).get(name)
        if value is None or Decimal(value) == 0:
            continue
        places = exponent if key == "founding.amount" else 6
        for factor in (1 - step, 1 + step):
            text = f"{Decimal(value) * factor:.{places}f}"
            text = text.rstrip("0").rstrip(".") if places else text
            if Decimal(text) == Decimal(value):
                continue
            try:
                varied.append(_varied(document, charter, {f"charter.{key}": text}, ""))
            except ScenarioError:
                continue
    return varied


def _documents(source: bytes, read: Read) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the scenario's tables and those of the charter it names."""
    document = _toml(source, "")
    section = document.get("scenario")
    path = section.get("charter") if isinstance(section, dict) else None
    if not isinstance(path, str):
        raise ScenarioError("scenario.charter", "must be a text in quotes: the charter's file")
    charter = _toml(read(path), "scenario.charter")
    _charter(charter, "scenario.charter")
    return document, charter


def _toml(source: bytes, key: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ScenarioError(key, f"not UTF-8 text (byte {error.start})") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ScenarioError(key, f"not valid TOML: {error}") from None


def _charter(document: dict[str, Any], key: str) -> Charter:
    try:
        return parse_charter(document)
    except CharterError as error:
        raise ScenarioError(key, f"the charter is refused: {error}") from None


def _varied(
    document: dict[str, Any], charter: dict[str, Any], values: dict[str, Any], prefix: str
) -> Scenario:
    """Read the scenario with some keys set: `charter.…`, `segment.NAME.…` or the scenario's own."""
    for key, value in values.items():
        head, _, rest = key.partition(".")
        try:
            if head == "charter":
                charter = _with(charter, rest.split("."), value)
            elif head == "segment":
                document = _with_segment(document, rest, value)
            else:
                document = _with(document, key.split("."), value)
        except (LookupError, TypeError, ValueError):
            raise ScenarioError(prefix + key, "there is no such key to vary") from None
    settings = tuple((key, str(value)) for key, value in values.items())
    try:
        return _scenario(document, charter, settings)
    except ScenarioError as error:
        if not values:
            raise
        told = ", ".join(f"{key} = {value}" for key, value in settings)
        raise ScenarioError(f"{prefix}{next(iter(values))}", f"with {told}: {error}") from None


def _with(document: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """Return a copy of nested tables with one key set, raise if its path leads nowhere."""
    head, *rest = path
    if not rest:
        return {**document, head: value}
    return {**document, head: _with(dict(document[head]), rest, value)}


def _with_segment(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    name, _, key = path.rpartition(".")
    segments = document.get("segment", [])
    if not name or not any(segment.get("name") == name for segment in segments):
        raise LookupError(path)
    varied = [
        {**segment, key: value} if segment.get("name") == name else segment for segment in segments
    ]
    return {**document, "segment": varied}


def _scenario(document: dict[str, Any], charter: dict[str, Any], settings: Settings) -> Scenario:
    top = Table("", document)
    section = top.table("scenario")
    name, start = section.text("name"), section.date("start")
    section.text("charter")
    days = section.integer("days", 1, _DAYS_MAX)
    period = section.choice("period", ("month", "day"))
    gear = section.choice("gear", ("fast", "exact"))
    seeds = section.integers("seeds", 0, 2**63 - 1, _SEEDS_MAX, (0,))
    section.end()
    seasons = top.table("seasons", optional=True)
    months = seasons.numbers("months", 12)
    weekdays = seasons.numbers("weekdays", 7)
    seasons.end()
    scenario = Scenario(
        name=name,
        charter=_charter(charter, "scenario.charter"),
        start=start,
        days=days,
        period="day" if period == "day" else "month",
        gear="exact" if gear == "exact" else "fast",
        seeds=seeds,
        months=months,
        weekdays=weekdays,
        arrivals=_arrivals(top.table("arrivals")),
        segments=_segments(top),
        merchants=_merchants(top.table("merchants", optional=True)),
        shocks=tuple(_shock(table) for table in top.tables("shock", optional=True)),
        settings=settings,
    )
    if "wind_down" in document:
        table = top.table("wind_down")
        down = WindDown(first=table.date("from"), days=table.integer("days", 1, _DAYS_MAX))
        table.end()
        if not start <= down.first < start + timedelta(days=days):
            raise ScenarioError("wind_down.from", "is not one of the scenario's days")
        scenario = replace(scenario, wind_down=down)
    top.end()
    members = scenario.members()
    if members > _MEMBERS_MAX:
        reason = f"together with growth, seasons and shocks gives {members:.3g} members; at most "
        raise ScenarioError("arrivals.a_day", f"{reason}{_MEMBERS_MAX:,}")
    return scenario


def _arrivals(table: Table) -> Arrivals:
    arrivals = Arrivals(
        a_day=table.number("a_day", 0, 1e7),
        growth=table.number("growth", -0.999, 1000, 0),
        even=table.boolean("even"),
        referred=table.number("referred", 0, 1, 0),
        referrers=table.choice("referrers", ("even", "popular")),
    )
    table.end()
    return arrivals


def _segments(top: Table) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    for table in top.tables("segment"):
        segment = Segment(
            name=table.text("name"),
            share=table.number("share", 0, 1),
            basket=table.number("basket", 0.0001, 1e9),
            orders_a_year=table.number("orders_a_year", 0, 10_000),
            spread=table.number("spread", 0, 10, 0),
            lifetime_days=table.number("lifetime_days", 0, 1e6, 0),
            margin=table.number("margin", -1, 1, 0),
            redeem_a_year=table.number("redeem_a_year", 0, 365, 0),
            convert_a_year=table.number("convert_a_year", 0, 365, 0),
            from_multiple=table.number("from_multiple", 1, 1e6, 1),
            spend_a_year=table.number("spend_a_year", 0, 365, 0),
        )
        table.end()
        if any(segment.name == other.name for other in segments):
            raise ScenarioError(f"{table.path}.name", "is another segment's name too")
        segments.append(segment)
    total = sum(segment.share for segment in segments)
    if abs(total - 1) > _SHARES_TOLERANCE:
        raise ScenarioError("segment", f"the shares must add up to 1, not {total:g}")
    return tuple(segments)


def _merchants(table: Table) -> Merchants:
    merchants = Merchants(
        count=table.integer("count", 1, 100_000, 1),
        redeem_days=table.integer("redeem_days", 1, _DAYS_MAX, 30),
    )
    table.end()
    return merchants


def _shock(table: Table) -> Shock:
    shock = Shock(
        name=table.text("name"),
        first=table.date("from"),
        days=table.integer("days", 1, _DAYS_MAX),
        arrivals=table.number("arrivals", 0, 1000, 1),
        orders=table.number("orders", 0, 1000, 1),
        basket=table.number("basket", 0.001, 1000, 1),
        margin=table.number("margin", -10, 10, 1),
        redeem=table.number("redeem", 0, 1, 0),
    )
    table.end()
    return shock
