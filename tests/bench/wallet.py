"""Measure what a member and a reader see of a large economy: `python -m tests.bench.wallet …`.

A million members, one of whom has a statement of 100,000 movements; no page may ask more for that.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patronage.economy import Event
from tests.bench.rules import ROOT, Row

MEMBERS = 1_000_000
MOVEMENTS = 100_000
_TIMES = 20


def bench_wallet_full() -> Iterator[Row]:
    """The wallet's first page, both ends of its statement, and the open book."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/mall.sqlite3",
            "DJANGO_SETTINGS_MODULE": "patronage.web.config.settings",
            "PATRONAGE_SECRET_KEY": "bench" * 10,
            "PATRONAGE_STATIC": f"{folder}/static",
        }
        words = [sys.executable, "-m", "tests.bench.wallet", str(MEMBERS), str(MOVEMENTS)]
        done = subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    of = f"{MEMBERS:,} members, a statement of {MOVEMENTS:,}"
    for name, told in json.loads(done.stdout).items():
        asked = told["asked"]
        yield (
            f"{name}, {of}: queries (in {told['seconds'] * 1000:.0f} ms)",
            str(told["queries"]),
            f"≤ {asked}",
        )
        of = "the same"


def measure(members: int, movements: int) -> dict[str, Any]:
    """Fill a mall, and look at its pages: queries of each, and seconds of processor time."""
    from django.test import Client

    from patronage import ledger
    from patronage.ledger import measurement
    from patronage.ledger.opening import open_economy
    from patronage.members.models import Person

    open_economy(settings.ECONOMY, measurement.CHARTER)
    measurement.seconds_to_settle(settings.ECONOMY, measurement.members_of(members))
    measurement.seconds_to_settle(settings.ECONOMY, _referred(members, movements))
    person = Person.objects.create_user(phone="+8613900000000", account="m1")
    oldest = ledger.statement(settings.ECONOMY, "m1", limit=movements)[-2].place
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(person, settings.AUTHENTICATION_BACKENDS[0])
    return {
        name: {"asked": asked, **_looked(browser, path)}
        for name, path, asked in (
            ("wallet", "/wallet/", 10),
            ("statement", "/wallet/statement/", 12),
            ("its oldest page", f"/wallet/statement/?before={oldest[0]}.{oldest[1]}", 12),
            ("points", "/wallet/points/", 12),
            ("quota", "/wallet/quota/", 12),
            ("the open book", "/book/", 12),
        )
    }


def _referred(members: int, count: int) -> Iterator[Event]:
    """Yield orders of everybody in turn, each of which moves the account m1, who referred them."""
    for number in range(count):
        yield {
            "id": f"referred:{number}",
            "type": "order.completed",
            "at": "2026-01-02T00:00:00Z",
            "order": f"referred:{number}",
            "member": f"m{2 * number % members}",
            "referrer": "m1",
            "amount": 10_000,
            "profit": 500,
        }


def _looked(browser: Any, path: str) -> dict[str, Any]:
    seconds = []
    for _ in range(_TIMES):
        started = time.process_time()
        answer = browser.get(path)
        seconds.append(time.process_time() - started)
        if answer.status_code != 200:
            raise AssertionError(f"{path} was answered {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        browser.get(path)
    return {"queries": len(queries), "seconds": median(seconds)}


if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
