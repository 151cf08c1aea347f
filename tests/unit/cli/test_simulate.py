import csv
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from patronage.cli import app
from patronage.cli import simulate as command
from patronage.lab import course
from patronage.lab.simulation import Simulation
from tests.unit.lab.test_scenario import PLAIN

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "redwine.toml").write_bytes((ROOT / "examples" / "redwine.toml").read_bytes())


def run(text: str, *arguments: str, name: str = "plain.toml") -> Result:
    Path(name).write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["simulate", name, *arguments])


def test_it_shows_what_comes_of_a_scenario():
    result = run(PLAIN)
    assert result.exit_code == 0, result.output
    assert "Plain · until 2026-01-30, in CNY · fast gear" in result.output
    assert "members who ever reached their quota" in result.output
    assert "A quota is a ceiling, not a promise" in " ".join(result.output.split())
    assert Path("plain.runs.jsonl").exists()


def test_it_speaks_chinese(monkeypatch):
    monkeypatch.setenv("PATRONAGE_LANG", "zh")
    result = run(PLAIN)
    assert result.exit_code == 0
    assert "曾达到额度的会员" in result.output
    assert "不是" in result.output
    assert "承诺" in result.output


@pytest.mark.parametrize("gear", ["exact", "fast"])
def test_json_gives_the_results(gear):
    result = run(PLAIN, "--json", "--gear", gear)
    (found,) = json.loads(result.stdout)
    simulation = Simulation.from_json(found)
    assert simulation.gear == gear
    assert simulation.members > 30
    assert simulation.periods[-1].last_day == "2026-01-30"


@pytest.fixture
def _threads(monkeypatch):
    """Use threads, which begin sooner than processes."""

    @contextmanager
    def threads(_workers, _dask):
        with ThreadPoolExecutor(1) as executor:
            yield executor

    monkeypatch.setattr(command, "_executor", threads)


def test_seeds_are_run_by_processes():
    result = run(PLAIN.replace("days = 30", "days = 30\nseeds = [1, 2]"), "--workers", "1")
    assert result.exit_code == 0
    assert "2 seeds" in result.output
    assert "median" in result.output


@pytest.mark.usefixtures("_threads")
def test_a_grid_is_run_and_shown_side_by_side():
    text = PLAIN.replace("days = 30", "days = 30\nseeds = [1, 2]")
    text += '[grid]\n"charter.reserve.rate" = ["0.20", "0.30"]\n'
    grid = run(text)
    assert grid.exit_code == 0
    assert "1: charter.reserve.rate = 0.20" in grid.output
    assert "medians of the seeds" in grid.output


def test_what_is_kept_is_not_run_again(monkeypatch):
    first = run(PLAIN, "--json", "--runs", "kept.jsonl")
    monkeypatch.setattr(course, "simulate", _forbidden)
    assert run(PLAIN, "--json", "--runs", "kept.jsonl").stdout == first.stdout


def _forbidden(*_arguments):
    raise AssertionError("it was run again")


def test_a_line_half_written_is_run_again_and_the_file_mended():
    first = run(PLAIN, "--json")
    kept = Path("plain.runs.jsonl")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-10])
    assert run(PLAIN, "--json").stdout == first.stdout
    assert kept.read_bytes() == whole


@pytest.mark.usefixtures("_threads")
def test_ctrl_c_keeps_what_is_done(monkeypatch):
    text = PLAIN.replace("days = 30", "days = 30\nseeds = [1, 2, 3]")

    def interrupted(runs, _executor):
        yield runs[0], course.simulate(*runs[0])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("patronage.lab.sweep.sweep", interrupted)
        result = run(text)
    assert result.exit_code == 130
    assert "1 of 3 runs are kept; the same command goes on" in result.output
    assert len(Path("plain.runs.jsonl").read_bytes().splitlines()) == 1
    again = run(text)
    assert again.exit_code == 0
    assert "1 of 3 runs are taken from plain.runs.jsonl" in again.output
    assert len(Path("plain.runs.jsonl").read_bytes().splitlines()) == 3


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("a_day = 2", "a_day = -2", "arrivals.a_day: must be between 0 and 1e+07, not -2"),
        ("days = 30", "day = 30", "scenario.days: missing"),
        ("basket = 100", "basket = 100\nbaskets = 3", "segment[1].baskets: unknown key"),
        ("redwine.toml", "nothing.toml", "cannot read nothing.toml"),
        ("redwine.toml", "plain.toml", "scenario.charter: the charter is refused"),
    ],
)
def test_a_bad_scenario_ends_with_the_key_the_reason_and_exit_code_2(old, new, says):
    result = run(PLAIN.replace(old, new, 1))
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--gear", "slow"], "--gear must be exact or fast"),
        (["--sensitivity", "2"], "--sensitivity must be a share"),
        (["--sensitivity", "x"], "--sensitivity must be a share"),
        (["--runs", "plain.toml"], "would overwrite"),
        (["--runs", "no/such/folder"], "cannot write no/such/folder"),
        (["--dask", "tcp://127.0.0.1:1"], "cannot reach the Dask cluster"),
    ],
)
@pytest.mark.filterwarnings("ignore")  # what the cluster's client leaves behind
def test_what_cannot_be_used_is_said(arguments, says, monkeypatch):
    monkeypatch.setattr(command, "_DASK_WAITS", "10ms")
    result = run(PLAIN, *arguments)
    assert result.exit_code == 2, result.output
    assert says in result.output


def test_a_file_that_keeps_no_runs_is_not_written_to():
    Path("mine.txt").write_bytes(b"my notes\n")
    result = run(PLAIN, "--runs", "mine.txt")
    assert result.exit_code == 2
    assert "line 1 keeps no run" in result.output
    assert Path("mine.txt").read_bytes() == b"my notes\n"


def test_without_numpy_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda _name: None)
    result = run(PLAIN)
    assert result.exit_code == 2
    assert "-m pip install numpy numba" in result.output


def test_the_command_alone_does_not_import_numpy():
    told = (
        "import sys, patronage.cli\n"
        "print(sorted({'numpy', 'numba', 'distributed'} & sys.modules.keys()))"
    )
    shown = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.usefixtures("_threads")
def test_each_figure_of_the_charter_is_varied():
    result = run(PLAIN.replace("days = 30", "days = 3"), "--sensitivity", "0.1")
    assert result.exit_code == 0
    assert "1: as it is" in result.output
    assert "charter.reserve.rate = 0.27" in result.output


@pytest.mark.usefixtures("_threads")
def test_a_report_compares_the_scenario_with_charters_around_it():
    result = run(PLAIN, "--report", "r.html", "--data", "d", "--sheet", "s")
    assert result.exit_code == 0, result.output
    assert "Written: r.html, d, s/disclosure.en.html" in " ".join(result.stdout.split())
    report = Path("r.html").read_text("utf-8")
    assert "Simulation: assumed years" in report
    assert "The scenario “Plain”" in report
    sheet = Path("s/disclosure.zh-Hans.html").read_text("utf-8")
    assert "这是推算" in sheet
    assert "情景“Plain”" in sheet
    with Path("d/sensitivity.csv").open(encoding="utf-8-sig", newline="") as file:
        figures = [row["figure"] for row in csv.DictReader(file)]
    assert figures[0] == "the charter itself"
    assert {"reserve rate", "quota multiple", "redemption fee"} < set(figures)
    # All runs are kept: the same again runs nothing.
    assert "runs are taken from" not in run(PLAIN, "--report", "r.html").stderr
    assert Path("r.html").read_text("utf-8") == report


@pytest.mark.usefixtures("_threads")
def test_a_report_of_a_grid_shows_its_first_setting_in_full():
    grid = PLAIN + '\n[grid]\n"charter.reserve.rate" = ["0.2", "0.3"]\n'
    assert run(grid, "--data", "d").exit_code == 0
    with Path("d/settings.csv").open(encoding="utf-8-sig", newline="") as file:
        shown = [row["settings"] for row in csv.DictReader(file)]
    assert shown == ["charter.reserve.rate = 0.2", "charter.reserve.rate = 0.3"]
    with Path("d/charter.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {"figure": "reserve rate", "value": "20\N{NO-BREAK SPACE}% of revenue"} in list(
            csv.DictReader(file)
        )


@pytest.mark.usefixtures("_threads")
def test_a_report_varies_by_the_share_that_is_asked_for():
    assert run(PLAIN, "--data", "d", "--sensitivity", "0.5").exit_code == 0
    with Path("d/sensitivity.csv").open(encoding="utf-8-sig", newline="") as file:
        values = [row["value"] for row in csv.DictReader(file) if row["figure"] == "reserve rate"]
    assert values == ["0.15", "0.45"]
    assert not Path("d/settings.csv").exists()


def test_a_report_that_has_no_folder_is_refused_before_anything_runs():
    result = run(PLAIN, "--report", "no/such/r.html")
    assert result.exit_code == 2
    assert "--report" in result.stderr
    assert not Path("plain.runs.jsonl").exists()


def test_too_little_memory_is_said(monkeypatch):
    def needy(*_arguments):
        raise MemoryError

    monkeypatch.setattr(course, "simulate", needy)
    result = run(PLAIN)
    assert result.exit_code == 2
    assert "a run needs more memory than there is" in result.output


@pytest.mark.filterwarnings("ignore")  # the cluster's own
def test_a_dask_cluster_is_used():
    distributed = pytest.importorskip("distributed")
    single = run(PLAIN, "--json", "--runs", "single.jsonl")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, host="127.0.0.1",
        dashboard_address=None, protocol="tcp",
    ) as cluster:  # fmt: skip
        result = run(PLAIN, "--json", "--dask", cluster.scheduler_address)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads(single.stdout)
