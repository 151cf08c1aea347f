import json
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest

from patronage.lab.course import simulate
from patronage.lab.sweep import Run, from_lines, plan, sweep, to_line
from tests.unit.lab.years import MALL, REDWINE, scenario

SHORT = scenario(REDWINE, days=20, seeds=(1, 2))
OTHER = scenario(MALL, days=20, seeds=(1, 2), settings=(("charter", "mall"),))


def test_a_plan_is_each_scenario_under_each_of_its_seeds():
    assert plan([SHORT, OTHER]) == [
        Run(SHORT, 1), Run(SHORT, 2), Run(OTHER, 1), Run(OTHER, 2),
    ]  # fmt: skip


def test_the_same_scenario_and_seed_have_one_key_and_others_another():
    keys = {run.key() for run in plan([SHORT, OTHER, replace(SHORT, gear="exact")])}
    assert len(keys) == 6
    assert Run(replace(SHORT), 1).key() == Run(SHORT, 1).key()


def test_threads_find_what_a_single_run_finds():
    with ThreadPoolExecutor(2) as executor:
        found = dict(sweep(plan([SHORT, OTHER]), executor))
    assert found == {run: simulate(*run) for run in plan([SHORT, OTHER])}


def test_processes_find_what_a_single_run_finds():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        ((run, found),) = sweep([Run(SHORT, 1)], executor)
    assert found == simulate(*run)


@pytest.mark.filterwarnings("ignore")  # the cluster's own
def test_a_dask_cluster_finds_what_a_single_run_finds():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            host="127.0.0.1",
            dashboard_address=None,
            protocol="tcp",
        ) as cluster,
        distributed.Client(cluster.scheduler_address, set_as_default=False) as client,
    ):
        found = dict(sweep(plan([SHORT]), client.get_executor()))
    assert found == {run: simulate(*run) for run in plan([SHORT])}


class _OneAtATime(Executor):
    """Runs what it is given when asked for, and counts what was cancelled."""

    def __init__(self) -> None:
        self.futures: list[Future] = []

    def submit(self, function, /, *arguments, **named):
        future: Future = Future()
        if not self.futures:
            future.set_running_or_notify_cancel()
            future.set_result(function(*arguments, **named))
        self.futures.append(future)
        return future


def test_what_has_not_begun_is_dropped_when_a_sweep_is_closed():
    executor = _OneAtATime()
    results = sweep(plan([SHORT, OTHER]), executor)
    assert next(results)[0] == Run(SHORT, 1)
    results.close()
    assert [future.cancelled() for future in executor.futures] == [False, True, True, True]


def test_what_a_run_raises_is_raised():
    executor = _OneAtATime()
    with pytest.raises(ZeroDivisionError):
        list(sweep([Run(replace(SHORT, segments=()), 1)], _Failing()))
    assert executor.futures == []


class _Failing(Executor):
    def submit(self, function, /, *arguments, **named):  # noqa: ARG002
        future: Future = Future()
        future.set_exception(ZeroDivisionError())
        return future


def test_kept_runs_come_back_and_a_cut_line_is_left_out():
    runs = plan([SHORT])
    found = {run.key(): simulate(*run) for run in runs}
    lines = [to_line(run, found[run.key()]).encode() for run in runs]
    assert from_lines(lines) == found
    assert from_lines([lines[0], lines[1][:-20]]) == {runs[0].key(): found[runs[0].key()]}
    assert set(json.loads(lines[0])["versions"]) == {"patronage", "numpy"}


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[]\n", b'{"run": "a", "found": {}}\n'])
def test_a_line_that_keeps_no_run_is_named(line):
    good = to_line(Run(SHORT, 1), simulate(SHORT, 1)).encode()
    with pytest.raises(ValueError, match="line 2 keeps no run"):
        from_lines([good, line, good])
