"""A backtest with everything in it, recorded, for the tests of cohorts and of reports."""

import tomllib
from functools import cache
from pathlib import Path

from patronage.economy import Charter, load_charter
from patronage.lab.backtest import backtest
from patronage.lab.behaviour import Behaviour
from patronage.lab.record import Record
from patronage.lab.report import Material, Neighbour
from patronage.lab.result import Result
from patronage.lab.sensitivity import Document, try_out, variants
from patronage.lab.simulation import Simulation
from tests.unit.lab.test_backtest import EVERYTHING, year

ROOT = Path(__file__).resolve().parents[3]


def document(name: str) -> Document:
    return tomllib.loads((ROOT / "examples" / f"{name}.toml").read_text("utf-8"))


def charter(name: str) -> Charter:
    return load_charter((ROOT / "examples" / f"{name}.toml").read_bytes())


@cache
def recorded(name: str, behaviour: Behaviour = EVERYTHING) -> tuple[Result, Simulation]:
    """Run a year of 40 members and return what the backtest and the record say of it."""
    record = Record()
    result = backtest(charter(name), year(), behaviour, record=record)
    assert record.knows_profit
    return result, record.simulation()


@cache
def material(name: str = "redwine") -> Material:
    result, run = recorded(name)
    neighbours = [
        Neighbour(one.key, one.value, one.is_more, try_out(one, year(), EVERYTHING))
        for one in variants(document(name))
        if one.key in ("reserve.rate", "grant.rate")
    ]
    return Material(
        charter=result.charter,
        title=result.charter.name,
        is_past=True,
        runs=[run],
        assumptions=["…"],
        uses=result.uses,
        base=run,
        step=0.2,
        neighbours=neighbours,
    )
