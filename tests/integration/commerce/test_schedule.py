"""Jobs are queued when due, once; what fails is told; what is late is seen."""

import json
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.test import Client, override_settings
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult

from patronage.commerce import jobs, leftovers, schedule
from patronage.commerce.models import Alarm, Job
from patronage.members import clock
from tests.integration.commerce import killed
from tests.integration.commerce.malls import empty
from tests.integration.commerce.play import Mall

NAMES = [job.name for job in jobs.JOBS]


@pytest.fixture(autouse=True)
def _queue() -> Iterator[None]:
    tasks = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    with override_settings(TASKS=tasks):
        yield


def test_each_job_is_queued_when_it_is_due(mall: Mall) -> None:
    assert schedule.queue_due() == NAMES
    assert schedule.queue_due() == []
    mall.time.pass_by(seconds=5)
    soon = [job.name for job in jobs.JOBS if job.every <= timedelta(seconds=5)]
    assert schedule.queue_due() == soon
    mall.time.pass_by(days=1)
    assert schedule.queue_due() == NAMES
    queued = [result.args[0] for result in schedule.run.get_backend().results]
    assert queued == NAMES + soon + NAMES


def test_of_two_schedulers_one_queues(on_postgresql: Mall) -> None:
    schedule.queue_due()
    on_postgresql.time.pass_by(days=1)
    together, queued = Barrier(2), []

    def queue() -> None:
        together.wait()
        queued.extend(schedule.queue_due())
        connections.close_all()

    threads = [Thread(target=queue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queued) == sorted(NAMES)


def test_two_that_do_everything_at_once_do_it_once(on_postgresql: Mall) -> None:
    def all_at_once(threads: int) -> dict[str, list[tuple[object, ...]]]:
        together, deeds = Barrier(threads), killed.waiting(Mall(on_postgresql.time))

        def do() -> None:
            together.wait()
            for deed in deeds:
                deed.do()
            connections.close_all()

        started = [Thread(target=do) for _ in range(threads)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        on_postgresql.time.pass_by(minutes=2)
        jobs.run_all()
        on_postgresql.verify()
        told = {table: rows_of(table, columns) for table, columns in DONE.items()}
        empty()
        return told

    empty()
    assert all_at_once(2) == all_at_once(1)


DONE = {
    "ledger_journal": "type, code",
    "commerce_refund": "channel, amount_minor, state",
    "commerce_return": "state",
    "commerce_transition": "from_state, to_state",
    "commerce_split": "kind, amount_minor",
    "commerce_proposal": "state, refusal",
    "commerce_aftersale": "state, netted_minor, refund_minor",
    "commerce_aftersaleshare": "kind, bearer, amount_minor",
    "commerce_testrefund": "amount_minor",
    "members_withdrawal": "state, amount_minor",
    "members_testpayout": "state",
    "members_notice": "kind",
    "members_auditentry": "verb, subject_kind",
}
"""What is done, without whose it is: people and orders have other numbers each time."""


def rows_of(table: str, columns: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}")  # noqa: S608
        return sorted(cursor.fetchall())


def test_a_run_is_noted(mall: Mall) -> None:
    schedule.queue_due()
    assert schedule.late() == NAMES
    for name in NAMES:
        schedule.run.call(name)
    assert schedule.late() == []
    assert set(Job.objects.values_list("finished_at", "error")) == {(clock.now(), "")}
    mall.time.pass_by(days=1)
    assert schedule.late() == NAMES


@pytest.mark.usefixtures("mall")
def test_a_failure_is_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise ValueError("no more")

    monkeypatch.setattr(
        schedule, "JOBS", (jobs.Job("fail", gettext_lazy("Error"), fail, timedelta(minutes=1)),)
    )
    schedule.queue_due()
    with pytest.raises(ValueError, match="no more"):
        schedule.run.call("fail")
    assert Job.objects.get(name="fail").error == "ValueError('no more')"
    assert Job.objects.get(name="fail").finished_at is None
    assert Alarm.objects.values_list("kind", "subject").get() == ("job_failed", "fail")


def test_health_tells_what_is_late(mall: Mall, client: Client) -> None:
    schedule.queue_due()
    for name in NAMES:
        schedule.run.call(name)
    answer = client.get("/healthz")
    assert (answer.status_code, json.loads(answer.content)) == (200, {"late": [], "days": 0})
    mall.time.pass_by(days=2)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert json.loads(answer.content) == {"late": NAMES, "days": 2}


@pytest.mark.usefixtures("mall")
def test_what_is_of_no_more_use_is_cleared() -> None:
    now, day = timezone.now(), timedelta(days=1)
    for days in (-1, 1):
        Session.objects.create(session_key=f"{days}", expire_date=now + days * day)
    for status, ended in (("READY", None), ("SUCCESSFUL", now), ("FAILED", now - 2 * day)):
        DBTaskResult.objects.create(
            status=status, finished_at=ended, args_kwargs={}, task_path="t", backend_name="default"
        )
    assert leftovers.clear_sessions() == 1
    assert Session.objects.get().session_key == "1"
    assert leftovers.clear_runs() == 1
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"READY", "SUCCESSFUL"}
    DBTaskResult.objects.all().delete()
    Session.objects.all().delete()
