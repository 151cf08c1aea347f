"""Writing what a backtest or a simulation found: the report, its data, the disclosure sheet."""

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from patronage.cli import show
from patronage.cli.words import fail, is_chinese, say, speaking
from patronage.economy import Charter
from patronage.intake import Day
from patronage.lab.behaviour import Behaviour
from patronage.lab.record import Record
from patronage.lab.report import (
    Language,
    Material,
    Neighbour,
    ParquetMissingError,
    compose,
    figure,
    middle,
    page,
    sheet,
    write_csv,
    write_parquet,
)
from patronage.lab.sensitivity import Document, hold, try_held, variants

if TYPE_CHECKING:
    from patronage.lab.scenario import Scenario, Settings
    from patronage.lab.simulation import Simulation

    Told = Sequence[tuple[Scenario, Simulation]]

ECHARTS: Final = files("patronage.web.shared").joinpath(
    "static/vendor/echarts/echarts.common.min.js"
)
"""The library that draws a report's charts; the web serves the same file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents are to be written, and where."""

    report: Path | None
    data: Path | None
    parquet: bool
    sheet: Path | None
    language: Language | None

    def __post_init__(self) -> None:
        if self.parquet and self.data is None:
            fail(
                "--parquet says how --data is written; name its folder with --data.",
                "--parquet 说明 --data 的格式；请用 --data 指定文件夹。",
            )
        if self.language and self.report is None and self.data is None:
            fail(
                "--language is the report's; name its file with --report.",
                "--language 是报告的语言；请用 --report 指定文件。",
            )

        if self.report is not None and not self.report.parent.is_dir():
            fail(
                f"--report {self.report} is in no folder that exists; name another file.",
                f"--report {self.report} 所在的文件夹不存在；请指定另一个文件。",
            )

    @property
    def anything(self) -> bool:
        """Whether anything is to be written."""
        return any((self.report, self.data, self.sheet))

    @property
    def needs_neighbours(self) -> bool:
        """Whether charters around this one are to be tried."""
        return any((self.report, self.data))


def write(wanted: Wanted, material: Callable[[Language], Material]) -> list[Path]:
    """Write the documents and say where they are; `material` makes it in a language."""
    written: list[Path] = []
    chosen = wanted.language or (Language.CHINESE if is_chinese() else Language.ENGLISH)
    try:
        if wanted.needs_neighbours:
            with speaking(chosen):
                document = compose(material(chosen), chosen)
            if wanted.report is not None:
                html = page(document, ECHARTS.read_text("utf-8"))
                wanted.report.write_text(html, encoding="utf-8", newline="\n")
                written.append(wanted.report)
            if wanted.data is not None:
                to_files = write_parquet if wanted.parquet else write_csv
                to_files(wanted.data, document.tables())
                written.append(wanted.data)
        if wanted.sheet is not None:
            wanted.sheet.mkdir(parents=True, exist_ok=True)
            for language in Language:
                with speaking(language):
                    text = sheet(material(language), language)
                path = wanted.sheet / f"disclosure.{language.value}.html"
                path.write_text(text, encoding="utf-8", newline="\n")
                written.append(path)
    except ParquetMissingError:
        fail(
            "Parquet needs pyarrow: pip install 'patronage[parquet]', or leave --parquet out.",
            "写 Parquet 需要 pyarrow：pip install 'patronage[parquet]'，或不用 --parquet。",
        )
    except OSError as error:
        fail(
            f"cannot write {error.filename} ({error.strerror}); name another place.",
            f"无法写入 {error.filename}（{error.strerror}）；请指定别处。",
        )
    return written


def print_written(written: Sequence[Path]) -> None:
    """Say which files there are now."""
    names = ", ".join(str(path) for path in written)
    show.console.print()
    show.paragraph(say(f"Written: {names}", f"已写出：{names}"))


def lived(record: Record, charter: Charter, records: int) -> Material:
    """Make a report's material of a running economy's journal."""
    return Material(
        charter=charter,
        title=charter.name,
        is_past=True,
        runs=[record.simulation()],
        assumptions=[
            say(
                f"Computed from the economy's own journal, records 1 to {records:,}.",
                f"依据经济体自己的日记账，第 1 至 {records:,} 条记录。",
            )
        ],
        knows_profit=record.knows_profit,
    )


def simulated(told: "Told", around: "Told", step: float, language: Language) -> Material:
    """Make a report's material of a scenario's runs, and of those with other charters.

    Of several settings the first is shown in full. The first of those around is the scenario as it
    is; the others differ by a share in one figure of the charter.
    """
    from patronage.lab.report.assumptions import assumptions

    shown = told[0][0]
    grid = list(_by_settings(told).values())
    compared = {settings: middle(runs) for settings, runs in _by_settings(around).items()}
    base = compared.pop((), None)
    return Material(
        charter=shown.charter,
        title=f"{shown.name} · {shown.charter.name}",
        is_past=False,
        runs=grid[0],
        assumptions=assumptions(shown, language),
        knows_profit=any(segment.margin for segment in shown.segments),
        base=base,
        step=step,
        neighbours=[
            _neighbour(key, value, around[0][0].charter, run)
            for ((key, value),), run in compared.items()
        ],
        grid=grid if len(grid) > 1 else (),
    )


def _by_settings(told: "Told") -> "dict[Settings, list[Simulation]]":
    runs: dict[Settings, list[Simulation]] = {}
    for scenario, run in told:
        runs.setdefault(scenario.settings, []).append(run)
    return runs


def _neighbour(setting: str, value: str, charter: Charter, run: "Simulation") -> Neighbour:
    key = setting.removeprefix("charter.")
    return Neighbour(key, value, Fraction(value) > (figure(charter, key) or 0), run)


def neighbours(document: Document, days: Sequence[Day], behaviour: Behaviour) -> list[Neighbour]:
    """Try the charters around one on all processors, and say on stderr how far it is."""
    tried = variants(document)
    found: list[Neighbour] = []
    with ProcessPoolExecutor(os.cpu_count(), initializer=hold, initargs=(days, behaviour)) as pool:
        for variant, run in zip(tried, pool.map(try_held, tried), strict=True):
            found.append(Neighbour(variant.key, variant.value, variant.is_more, run))
            if sys.stderr.isatty() or len(found) == len(tried):
                text = say(
                    f"charters around this one: {len(found)} of {len(tried)}",
                    f"邻近的章程：{len(found)} / {len(tried)}",
                )
                sys.stderr.write(text + ("\n" if len(found) == len(tried) else "\r"))
                sys.stderr.flush()
    return found
