"""PostgreSQL is stopped, killed and replaced under load: nothing is lost, nothing is done twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import psycopg
import pytest
from django.db import connections

from patronage.ledger import (
    UnknownEventError,
    open_economy,
    settle_through,
    submit,
    verify,
)
from tests.integration.clients import Clients, Moment, happening
from tests.integration.databases import known
from tests.integration.play import START, fresh, journal
from tests.integration.servers import Server, Tools
from tests.integration.test_canonical import CHARTER
from tests.properties.conftest import EXAMPLES

ORDER = {"id": "1", "type": "order.completed", "order": "o", "member": "m", "amount": 4000}


def under_load(using: str, at: dict[Moment, Callable[[], None]], record_property) -> None:
    """Let clients work, and do something to their server at each moment."""
    economy = fresh("load")
    open_economy(economy, CHARTER, using=using, clock=lambda: START - timedelta(days=10))
    clients = Clients(using, economy)

    def then_go_on(action: Callable[[], None]) -> Callable[[], None]:
        def happens() -> None:
            action()
            clients.go_on()

        return happens

    with happening({moment: then_go_on(action) for moment, action in at.items()}):
        clients.start()
        clients.finish()
    assert clients.servers == 1 + len(at), "everything happened"
    assert clients.lost >= len(at)
    times = [record["at"] for record in journal(using, economy)]
    assert times == sorted(times), "the ledger's clock never goes back, though the clients' do"
    what = ", ".join(f"{name} {number}" for name, number in at)
    record_property("proof", f"postgresql: lost {clients.lost} connections at {what}")


def test_restarted(tools: Tools, record_property) -> None:
    with Server(tools) as server:
        server.start()

        def restart(mode: str) -> Callable[[], None]:
            def happens() -> None:
                server.stop(mode)
                server.start()

            return happens

        moments = {
            ("judged", 5): restart("immediate"),
            ("before COMMIT", 40): restart("fast"),
            ("after COMMIT", 70): restart("immediate"),
        }
        with known("restarted", server.url) as using:
            under_load(using, moments, record_property)


class Pair(NamedTuple):
    """A primary and its standby; clients find whichever is written to."""

    primary: Server
    standby: Server

    @property
    def url(self) -> str:
        both = f"{self.primary.url},{self.standby.folder}"
        return f"{both}&target_session_attrs=read-write&connect_timeout=3"

    def fail_over(self) -> None:
        self.primary.kill()
        self.standby.promote()


@contextmanager
def pair(tools: Tools, **settings: str) -> Iterator[Pair]:
    with Server(tools, **settings) as primary:
        primary.start()
        with primary.standby() as standby:
            standby.start()
            yield Pair(primary, standby)


MOMENTS = [("before COMMIT", 50), ("after COMMIT", 50), ("judged", 10)]
if EXAMPLES > 1000:  # make prove
    MOMENTS += [(name, number) for name, _ in MOMENTS for number in range(1, 26)]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment[0]} {moment[1]}")
def test_failed_over(tools: Tools, moment, record_property) -> None:
    """The primary is killed while batches are being settled, and the standby takes its place."""
    with pair(tools, synchronous_standby_names="*") as both, known("pair", both.url) as using:
        with psycopg.connect(both.primary.url) as connection:
            how = connection.execute("SELECT state, sync_state FROM pg_stat_replication").fetchall()
        assert how == [("streaming", "sync")]
        under_load(using, {moment: both.fail_over}, record_property)
        with connections[using].cursor() as cursor:
            cursor.execute("SHOW unix_socket_directories")
            assert cursor.fetchone() == (str(both.standby.folder),)


def test_failed_over_without_waiting_for_the_standby(tools: Tools) -> None:
    """What was acknowledged can be lost; who sends it again has it done, once."""
    with (
        pair(tools, synchronous_standby_names="*") as both,
        known("pair", both.url) as using,
    ):
        economy = fresh("lost")
        open_economy(economy, CHARTER, using=using)
        with connections[using].cursor() as cursor:
            cursor.execute("SET synchronous_commit TO local")
        both.standby.stop("fast")
        receipt = submit(economy, ORDER, using=using)
        assert settle_through(economy, receipt, using=using).seq == 2
        both.primary.kill()
        connections[using].close()
        both.standby.start()
        both.standby.promote()
        with pytest.raises(UnknownEventError):
            settle_through(economy, receipt, using=using)
        again = submit(economy, ORDER, using=using)
        assert settle_through(economy, again, using=using).seq == 2
        assert verify(economy, using=using) == (2, None)
