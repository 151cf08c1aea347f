"""The disk is full: that is said by name, nothing acknowledged is lost, and later all goes on."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from patronage.ledger import (
    DiskFullError,
    open_economy,
    settle,
    store,
    submit,
    submit_many,
    summary,
    verify,
)
from tests.integration import servers
from tests.integration.databases import known
from tests.integration.play import fresh, rows
from tests.integration.test_canonical import CHARTER

BLOCK = 4096
ORDERS = [
    {"id": f"{number}", "type": "order.completed", "order": f"{number}", "member": f"m{number}",
     "amount": 4000}
    for number in range(60)
]  # fmt: skip


class Disk:
    """A small disk, and a file on it that leaves others as much space as one likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ballast = folder / "ballast"

    def leave(self, blocks: int) -> None:
        """Leave so many blocks of 4096 bytes."""
        self.make_space()
        told = os.statvfs(self.folder)
        with self.ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, told.f_bavail * told.f_frsize - blocks * BLOCK)

    def make_space(self) -> None:
        self.ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mount a disk of some megabytes in memory; skip the test where that is not allowed."""
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
        capture_output=True,
        text=True,
    )
    if mounting.returncode:
        reason = mounting.stderr.partition("\n")[0]
        pytest.skip(f"no small disk can be mounted here: {reason}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Disk, using: str, prepare: Callable[[int], None]) -> int:
    """Submit and settle with ever more space, from none to enough; return how often it failed."""
    economy = fresh("full")
    open_economy(economy, CHARTER, using=using)
    disk.leave(0)
    with pytest.raises(DiskFullError):
        submit_many(economy, ORDERS, using=using)
    disk.make_space()
    assert rows(using, store.INBOX, economy) == []
    submit_many(economy, ORDERS[:-1], using=using)  # acknowledged: never sent again
    failed = 0
    while True:
        prepare(failed)
        disk.leave(failed)
        try:
            assert settle(economy, using=using) == len(ORDERS) - 1
            break
        except DiskFullError:
            failed += 1
        disk.make_space()
        assert summary(economy, using=using).unsettled == len(ORDERS) - 1
        assert verify(economy, using=using) == (1, None)
    assert failed, "with no space at all it cannot be settled"
    disk.make_space()
    assert verify(economy, using=using) == (len(ORDERS), None)
    submit(economy, ORDERS[-1], using=using)
    assert settle(economy, using=using) == 1
    assert verify(economy, using=using) == (len(ORDERS) + 1, None)
    return failed


# Django drops a connection whose first command failed; newer Pythons tell.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("is_closed", [False, True])
def test_sqlite(folder: Path, is_closed: bool, record_property) -> None:
    """Whether the database is open already, or must find space for its lock file, too."""

    def prepare(_: int) -> None:
        if is_closed:
            connections["full"].close()

    with (
        small_disk(folder / f"disk-{is_closed}", 8) as disk,
        known("full", f"sqlite:///{disk.folder}/ledger.sqlite3") as alias,
    ):
        failed = fill(disk, alias, prepare)
    record_property("proof", f"sqlite: the disk was full at {failed} sizes, closed: {is_closed}")


def test_postgresql(tools: servers.Tools, record_property) -> None:
    """The tables are on the small disk; the server's log of changes is not."""
    with servers.Server(tools) as server, small_disk(server.folder / "disk", 24) as disk:
        server.start()
        shutil.chown(disk.folder, tools.user or os.getuid())
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
            connection.execute("CREATE DATABASE small TABLESPACE small")
        with known("full", server.url.replace("/postgres?", "/small?")) as alias:
            failed = fill(disk, alias, lambda _: None)
        server.stop("fast")
    record_property("proof", f"postgresql: the disk was full at {failed} sizes")
