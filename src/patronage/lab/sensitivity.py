"""Sensitivity: what the same orders would have come to under a charter that differs in one key."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from patronage.economy import Charter, CharterError, parse_charter
from patronage.intake import Day
from patronage.lab.backtest import backtest
from patronage.lab.behaviour import Behaviour
from patronage.lab.record import Record
from patronage.lab.scenario import FIGURES
from patronage.lab.simulation import Simulation

STEP = Decimal("0.2")
"""Each figure is set to this share less and more."""

Document = dict[str, dict[str, Any]]
"""A charter as its file has it: sections of keys."""


class Variant(NamedTuple):
    """A charter that differs from another in one key; no charter where the rules refuse it."""

    key: str
    value: str
    is_more: bool
    charter: Charter | None


def variants(document: Document) -> list[Variant]:
    """Return the charters around one: each figure that is not 0, a step below and a step above."""
    exponent = parse_charter(document).minor_unit_exponent
    found = []
    for key in FIGURES:
        section, _, name = key.partition(".")
        value = document.get(section, {}).get(name)
        if value is None or Decimal(value) == 0:
            continue
        places = exponent if key == "founding.amount" else 6
        for factor in (1 - STEP, 1 + STEP):
            text = f"{Decimal(value) * factor:.{places}f}"
            if "." in text:
                text = text.rstrip("0").rstrip(".")
            changed = _changed(document, section, name, text)
            found.append(Variant(key, text, factor > 1, changed))
    return found


def try_out(variant: Variant, days: Iterable[Day], behaviour: Behaviour) -> Simulation | None:
    """Backtest a variant; None where the rules refuse its charter."""
    if variant.charter is None:
        return None
    record = Record()
    backtest(variant.charter, days, behaviour, record=record)
    return record.simulation(behaviour.seed, ((f"charter.{variant.key}", variant.value),))


_held: list[tuple[Sequence[Day], Behaviour]] = []


def hold(days: Sequence[Day], behaviour: Behaviour) -> None:
    """Let a process of an executor hold what all its variants are tried with."""
    _held[:] = [(days, behaviour)]


def try_held(variant: Variant) -> Simulation | None:
    """Do as `try_out` with what the process holds."""
    return try_out(variant, *_held[0])


def _changed(document: Document, section: str, name: str, value: str) -> Charter | None:
    try:
        return parse_charter({**document, section: {**document[section], name: value}})
    except CharterError:
        return None
