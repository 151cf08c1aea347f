"""A scenario's tables, read key by key: what is missing, unknown or of the wrong kind is named."""

import math
from datetime import date
from typing import Any, Final

_YEAR_MAX: Final = 9000  # a scenario and its shocks end before Python's calendar does


class ScenarioError(ValueError):
    """A scenario that cannot be run: names the key and the reason."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        shown = key if key.isprintable() else ascii(key)
        super().__init__(f"{shown}: {reason}" if key else reason)


class Table:
    """A table of which every key must be read: `end` refuses those that were not."""

    def __init__(self, path: str, fields: dict[str, Any]) -> None:
        self.path = path
        self._fields = fields
        self._read: set[str] = set()

    def table(self, key: str, *, optional: bool = False) -> "Table":
        """Return a section, an empty one if it may be missing."""
        value = self._take(key, {} if optional else None)
        if not isinstance(value, dict):
            raise ScenarioError(self._at(key), "must be a section with keys")
        return Table(self._at(key), value)

    def tables(self, key: str, *, optional: bool = False) -> list["Table"]:
        """Return the sections of a list, which must not be empty unless it may be missing."""
        value = self._take(key, [] if optional else None)
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            raise ScenarioError(self._at(key), f"must be written as [[{key}]]")
        if not value and not optional:
            raise ScenarioError(self._at(key), "at least one is needed")
        return [
            Table(f"{self._at(key)}[{number}]", table)
            for number, table in enumerate(value, start=1)
        ]

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._take(key)
        if not isinstance(value, str) or not value:
            raise ScenarioError(self._at(key), "must be a text in quotes")
        return value

    def choice(self, key: str, choices: tuple[str, str]) -> str:
        """Return one of two texts, the first if missing."""
        value = self._take(key, choices[0])
        if value not in choices or not isinstance(value, str):
            raise ScenarioError(self._at(key), f'must be "{choices[0]}" or "{choices[1]}"')
        return value

    def boolean(self, key: str) -> bool:
        """Return true or false, false if missing."""
        value = self._take(key, False)  # noqa: FBT003
        if not isinstance(value, bool):
            raise ScenarioError(self._at(key), "must be true or false")
        return value

    def date(self, key: str) -> date:
        """Return a day, given as a TOML date or as a text."""
        value = self._take(key)
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            day = None
        if type(day) is not date or day.year > _YEAR_MAX:
            raise ScenarioError(self._at(key), 'must be a day, like "2026-01-31"')
        return day

    def number(self, key: str, least: float, most: float, missing: float | None = None) -> float:
        """Return a number within bounds."""
        return _number(self._take(key, missing), self._at(key), least, most)

    def integer(self, key: str, least: int, most: int, missing: int | None = None) -> int:
        """Return a whole number within bounds."""
        return _integer(self._take(key, missing), self._at(key), least, most)

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """Return so many factors, all 1 if missing."""
        value = self._take(key, [1.0] * count)
        if not isinstance(value, list) or len(value) != count:
            raise ScenarioError(self._at(key), f"must be a list of {count} numbers")
        return tuple(_number(factor, self._at(key), 0, 1000) for factor in value)

    def integers(
        self, key: str, least: int, most: int, count_max: int, missing: tuple[int, ...]
    ) -> tuple[int, ...]:
        """Return different whole numbers."""
        value = self._take(key, list(missing))
        if not isinstance(value, list) or not 1 <= len(value) <= count_max:
            raise ScenarioError(self._at(key), f"must be a list of 1 to {count_max} whole numbers")
        numbers = tuple(_integer(number, self._at(key), least, most) for number in value)
        if len(set(numbers)) < len(numbers):
            raise ScenarioError(self._at(key), "names a number twice")
        return numbers

    def end(self) -> None:
        """Refuse keys that nothing asked for."""
        for key in self._fields:
            if key not in self._read:
                what = "section" if isinstance(self._fields[key], (dict, list)) else "key"
                raise ScenarioError(self._at(str(key)), f"unknown {what}")

    def _take(self, key: str, missing: Any = None) -> Any:
        self._read.add(key)
        value = self._fields.get(key, missing)
        if value is None:
            raise ScenarioError(self._at(key), "missing")
        return value

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _number(value: object, at: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ScenarioError(at, "must be a number, without quotes")
    if not math.isfinite(value) or not least <= value <= most:
        raise ScenarioError(at, f"must be between {least:g} and {most:g}, not {value:g}")
    return float(value)


def _integer(value: object, at: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScenarioError(at, "must be a whole number, without quotes")
    if not least <= value <= most:
        raise ScenarioError(at, f"must be between {least} and {most}, not {value}")
    return value
