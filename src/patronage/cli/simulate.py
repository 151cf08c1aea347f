"""`patronage simulate`: the years ahead, as a scenario states them."""

import importlib.util
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from patronage.cli import options, show
from patronage.cli.documents import Wanted, print_written, simulated, write
from patronage.cli.files import forbid_overwriting, read_bytes
from patronage.cli.outlook import print_outlook
from patronage.cli.words import fail, say

if TYPE_CHECKING:
    from patronage.lab.scenario import Scenario
    from patronage.lab.simulation import Simulation
    from patronage.lab.sweep import Run

_INTERRUPTED: Final = 130
_DASK_WAITS = "10s"
_STEP: Final = "0.2"
"""By which share a report varies each figure of the charter, unless --sensitivity says another."""

ScenarioFile = Annotated[
    Path, typer.Argument(help=say("The scenario, a TOML file.", "情景（TOML 文件）。"))
]


def simulate(
    scenario: ScenarioFile,
    *,
    gear: Annotated[
        str | None,
        typer.Option(
            metavar="exact|fast",
            help=say(
                "exact: the rules themselves; fast: the same in floats; else as the scenario says.",
                "exact：规则本身；fast：浮点快速计算；默认按情景所写。",
            ),
        ),
    ] = None,
    sensitivity: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help=say(
                "0.1: vary each figure of the charter by 10 % down and up, one at a time, instead "
                "of the grid.",
                "0.1：逐一把章程的每个参数下调和上调 10 %，代替参数网格。",
            ),
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=say("So many processes; else one a core.", "进程数；默认每个核心一个。"),
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help=say(
                "Run on a Dask cluster instead, like tcp://10.0.0.1:8786.",
                "改在 Dask 集群上运行，如 tcp://10.0.0.1:8786。",
            ),
        ),
    ] = None,
    runs: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Where each run is kept, and taken up again; else NAME.runs.jsonl, here.",
                "保存每次运行并可续跑的文件；默认当前目录的 NAME.runs.jsonl。",
            )
        ),
    ] = None,
    report: options.Report = None,
    data: options.Data = None,
    parquet: options.Parquet = False,
    sheet: options.Sheet = None,
    language: options.ReportLanguage = None,
    as_json: options.AsJson = False,
) -> None:
    """Run a scenario through its charter, under each of its seeds, and show what comes of it."""
    _require_numpy()
    wanted = Wanted(report=report, data=data, parquet=parquet, sheet=sheet, language=language)
    kept_in = runs or Path(f"{scenario.stem}.runs.jsonl")
    written = [("--runs", kept_in), ("--report", report), ("--data", data), ("--sheet", sheet)]
    forbid_overwriting([scenario], [(name, path) for name, path in written if path])
    scenarios = _read(scenario, gear, sensitivity)
    around: list[Scenario] = []
    if wanted.needs_neighbours:
        around = scenarios if sensitivity else _read(scenario, gear, _STEP, seeds=1)

    from patronage.lab.sweep import plan

    planned = plan(scenarios)
    found = _found([*planned, *plan(around)], kept_in, workers, dask)
    results = [found[run.key()] for run in planned]
    files: list[Path] = []
    if wanted.anything:
        compared = [(run.scenario, found[run.key()]) for run in plan(around)]
        told = [(run.scenario, found[run.key()]) for run in planned]
        if sensitivity:  # its variants are told in their own section
            told = [one for one in told if not one[0].settings]
        step = float(_step(sensitivity or _STEP))
        files = write(wanted, lambda spoken: simulated(told, compared, step, spoken))
    if as_json:
        show.json_line([result.as_json() for result in results])
    else:
        print_outlook(results)
        if files:
            print_written(files)


def _found(
    planned: "Sequence[Run]", kept_in: Path, workers: int | None, dask: str | None
) -> "dict[str, Simulation]":
    """Return what the runs found, by their keys: kept before, or run and kept now."""
    found = _kept(kept_in)
    missing = list({run.key(): run for run in planned if run.key() not in found}.values())
    if missing:
        _say_what_is_done(len(planned) - len(missing), len(planned), kept_in)
        with _kept_as_they_come(kept_in) as keep:
            for run, simulation in _results(missing, workers, dask):
                keep(run, simulation)
                found[run.key()] = simulation
    return found


def _require_numpy() -> None:
    if importlib.util.find_spec("numpy") is None:
        fail(
            f"simulations need numpy; install it with: {sys.executable} -m pip install numpy numba",
            f"模拟需要 numpy；请安装：{sys.executable} -m pip install numpy numba",
        )


def _read(
    path: Path, gear: str | None, sensitivity: str | None, seeds: int | None = None
) -> "list[Scenario]":
    """Read the scenarios of a file, all of them under the first of their seeds if so asked."""
    from dataclasses import replace

    from patronage.lab.form import ScenarioError
    from patronage.lab.scenario import load_scenarios, load_sensitivities

    if gear not in (None, "exact", "fast"):
        fail(
            f"--gear must be exact or fast, not {gear!r}.",
            f"--gear 必须是 exact 或 fast，而不是 {gear!r}。",
        )
    source = read_bytes(path)

    def read(name: str) -> bytes:
        return read_bytes(path.parent / name)

    try:
        if sensitivity is None:
            scenarios = load_scenarios(source, read)
        else:
            scenarios = load_sensitivities(source, read, _step(sensitivity))
    except ScenarioError as error:
        fail(
            f"the scenario {path} is refused: {error}.",
            f"情景 {path} 被拒绝：{error}。",
        )
    if gear is not None:
        chosen: Literal["exact", "fast"] = "exact" if gear == "exact" else "fast"
        scenarios = [replace(scenario, gear=chosen) for scenario in scenarios]
    return [replace(scenario, seeds=scenario.seeds[:seeds]) for scenario in scenarios]


def _step(text: str) -> Decimal:
    try:
        step = Decimal(text)
    except InvalidOperation:
        step = Decimal(0)
    if not 0 < step < 1:
        fail(
            f"--sensitivity must be a share between 0 and 1, like 0.1, not {text!r}.",
            f"--sensitivity 必须是 0 到 1 之间的份额，如 0.1，而不是 {text!r}。",
        )
    return step


def _kept(path: Path) -> "dict[str, Simulation]":
    """Return the runs kept in a file, if there is one, and cut off what was half written."""
    from patronage.lab.sweep import from_lines

    if not path.exists():
        return {}
    source = read_bytes(path)
    try:
        found = from_lines(source.splitlines(keepends=True))
    except ValueError as error:
        fail(
            f"{path} cannot be continued ({error}); name another file with --runs.",
            f"{path} 无法续写（{error}）；请用 --runs 指定另一个文件。",
        )
    if not source.endswith(b"\n") and source:
        with path.open("r+b") as file:
            file.truncate(source.rfind(b"\n") + 1)
    return found


@contextmanager
def _kept_as_they_come(path: Path) -> "Iterator[Callable[[Run, Simulation], None]]":
    """Yield what adds a run to a file, so that it stays whatever happens next."""
    from patronage.lab.sweep import to_line

    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:

            def keep(run: "Run", found: "Simulation") -> None:
                file.write(to_line(run, found))
                file.flush()

            yield keep
    except OSError as error:
        fail(
            f"cannot write {path} ({error.strerror}); name another file with --runs.",
            f"无法写入 {path}（{error.strerror}）；请用 --runs 指定另一个文件。",
        )


def _results(
    runs: "Sequence[Run]", workers: int | None, dask: str | None
) -> "Iterator[tuple[Run, Simulation]]":
    """Yield what runs find, with a bar on stderr; Ctrl-C ends with what is there."""
    from patronage.lab.course import simulate
    from patronage.lab.sweep import sweep

    done = 0
    try:
        if len(runs) == 1 and dask is None:  # here, where each day can be seen
            with _bar(say("days", "天"), runs[0].scenario.days) as watch:
                found = simulate(*runs[0], watch)
            yield runs[0], found
            return
        with _executor(workers, dask) as executor, _bar(say("runs", "次"), len(runs)) as watch:
            for result in sweep(runs, executor):
                done += 1
                watch(done, len(runs))
                yield result
    except KeyboardInterrupt:
        for process in multiprocessing.active_children():
            process.terminate()
        typer.echo(
            say(
                f"\nInterrupted: {done} of {len(runs)} runs are kept; the same command goes on.",
                f"\n已中断：{len(runs)} 次中的 {done} 次已保存；再次运行同一命令即可继续。",
            ),
            err=True,
        )
        raise typer.Exit(_INTERRUPTED) from None
    except (MemoryError, BrokenProcessPool):  # a process that took too much is killed
        fail(
            f"a run needs more memory than there is; {done} of {len(runs)} are kept. State fewer "
            "members or orders, or fewer --workers.",
            f"内存不足以完成一次运行；{len(runs)} 次中的 {done} 次已保存。"
            "请减少会员或订单，或减少 --workers。",
        )


@contextmanager
def _executor(workers: int | None, dask: str | None) -> Iterator[Executor]:
    if dask is None:
        pool = ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=signal.signal,
            initargs=(signal.SIGINT, signal.SIG_IGN),  # Ctrl-C is for the one who gave the command
        )
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return
    try:
        from distributed import Client as Connect
    except ImportError:
        fail(
            f"--dask needs distributed; install it: {sys.executable} -m pip install distributed",
            f"--dask 需要 distributed；请安装：{sys.executable} -m pip install distributed",
        )
    try:
        connect: Any = Connect  # it has no types
        client = connect(dask, timeout=_DASK_WAITS, set_as_default=False)
    except (OSError, ValueError) as error:
        fail(
            f"cannot reach the Dask cluster at {dask} ({error}); check its address.",
            f"无法连接 Dask 集群 {dask}（{error}）；请检查地址。",
        )
    with client:
        yield client.get_executor()


@contextmanager
def _bar(unit: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Yield what is told how many are done: a bar where stderr is a terminal, a line at the end."""
    started = time.perf_counter()
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
    else:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task(unit, total=total)
            yield lambda done, _total: bar.update(task, completed=done)
    seconds = time.perf_counter() - started
    typer.echo(
        say(f"{total:,} {unit} in {seconds:.1f} s", f"{total:,} {unit}，{seconds:.1f} 秒"), err=True
    )


def _say_what_is_done(done: int, total: int, path: Path) -> None:
    if done:
        typer.echo(
            say(
                f"{done} of {total} runs are taken from {path}.",
                f"{total} 次运行中有 {done} 次取自 {path}。",
            ),
            err=True,
        )
