"""Queueing the jobs when they are due, running what is queued, telling which are late."""

import logging
from datetime import timedelta
from threading import Event
from typing import Final

from django.db import DatabaseError, close_old_connections
from django_tasks import task

from patronage.commerce import alarms
from patronage.commerce.jobs import JOBS
from patronage.commerce.models import Job
from patronage.members import clock

_LATE_AFTER: Final = timedelta(minutes=5)
_log = logging.getLogger(__name__)


def queue_due() -> list[str]:
    """Queue the jobs that are due, each once however many schedulers there are; return them."""
    now = clock.now()
    queued = []
    known = dict(Job.objects.values_list("name", "due_at"))
    for job in JOBS:
        if job.name not in known:
            Job.objects.get_or_create(name=job.name)
        elif known[job.name] > now:
            continue
        # Whoever moves it on queues it.
        due = Job.objects.filter(name=job.name, due_at__lte=now)
        if due.update(due_at=now + job.every):
            run.enqueue(job.name)
            queued.append(job.name)
    return queued


def follow(seconds: float) -> None:
    """Queue what is due again and again, for ever."""
    waiting = Event()
    while not waiting.wait(seconds):
        try:
            queue_due()
        except DatabaseError:  # the database is away for a moment, or busy: what is due stays due
            _log.exception("nothing could be queued")
            close_old_connections()


@task()
def run(name: str) -> None:
    """Run one job, and note how it went. Every job may run twice and die half way."""
    job = next(job for job in JOBS if job.name == name)
    try:
        job.do()
    except Exception as error:
        Job.objects.filter(name=name).update(error=repr(error))
        alarms.sound("job_failed", name, repr(error))
        raise
    Job.objects.filter(name=name).update(error="", finished_at=clock.now())


def late() -> list[str]:
    """Return the jobs that should have ended well by now and did not."""
    now = clock.now()
    ended = dict(Job.objects.values_list("name", "finished_at"))
    return [
        job.name
        for job in JOBS
        if (at := ended.get(job.name)) is None or at + job.every + _LATE_AFTER < now
    ]
