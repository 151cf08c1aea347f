"""What was saved comes back whole, into an empty place or not at all."""

import json
import os
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connections

from patronage.ledger import backup as backups
from patronage.ledger import open_economy, settle, store, submit, submit_many, verify
from patronage.ledger.database import create_tables
from tests.integration.databases import URLS, database_of_our_own, introduce
from tests.integration.play import START, rows, settle_all
from tests.integration.running import Run
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS


class Places:
    """Makes databases of the test's own, of one kind."""

    def __init__(self, kind: str, folder: Path, stack: ExitStack) -> None:
        self.kind, self.folder, self.stack = kind, folder, stack

    def empty(self) -> str:
        """Return the alias of an empty database."""
        if self.kind == "sqlite":
            return self.known(f"sqlite:///{self.folder}/{uuid.uuid4().hex}.sqlite3")
        return self.known(self.stack.enter_context(database_of_our_own(URLS["postgresql"])))

    def known(self, url: str) -> str:
        """Return an alias of the database at a URL, with a connection of its own."""
        alias = uuid.uuid4().hex
        introduce(alias, url)
        self.stack.callback(self._forget, alias)
        return alias

    def _forget(self, alias: str) -> None:
        connections[alias].close()
        del connections[alias], connections.settings[alias], URLS[alias]

    def filled(self) -> str:
        """Return the alias of one with an economy."""
        alias = self.empty()
        create_tables(alias)
        open_economy("e", CHARTER, using=alias)
        submit_many("e", EVENTS, using=alias)
        settle_all(alias, "e")
        return alias


@pytest.fixture(params=["sqlite", "postgresql"])
def places(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Places]:
    if request.param == "postgresql":
        request.getfixturevalue("postgresql_alias")
        tools = request.getfixturevalue("tools")
        monkeypatch.setenv("PATH", f"{tools.bin}{os.pathsep}{os.environ['PATH']}")
    with ExitStack() as stack:
        yield Places(request.param, tmp_path, stack)


def pictures_in(folder: Path) -> Path:
    (folder / "products").mkdir(parents=True)
    (folder / "products/a.png").write_bytes(b"a picture")
    return folder


def test_it_comes_back_whole(places: Places, tmp_path: Path) -> None:
    source, target = places.filled(), places.empty()
    pictures = pictures_in(tmp_path / "media")
    file = tmp_path / backups.name_of(START)
    made = backups.back_up(file, pictures, clock=lambda: START, using=source)
    assert (made.database, made.made_at) == (places.kind, "2026-01-01T00:00:00+00:00")
    assert [(end.economy, end.records) for end in made.ends] == [("e", 10)]
    assert file.stat().st_mode & 0o777 == 0o600
    assert backups.newest(tmp_path) == START

    assert backups.restore(file, tmp_path / "back", using=target) == made
    assert (tmp_path / "back/products/a.png").read_bytes() == b"a picture"
    assert backups.ends_of(target) == made.ends
    assert verify("e", using=target) == (10, None)
    for table in store.TABLES:
        assert rows(target, table, "e") == rows(source, table, "e")
    # And life goes on there.
    submit("e", {"id": "10", "type": "day.closed", "date": "2026-01-02"}, using=target)
    assert settle("e", using=target) == 1


@pytest.mark.parametrize("places", ["postgresql"], indirect=True)
def test_it_is_one_state_while_others_write(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = places.filled(), places.empty()
    whole = backups._run

    def meanwhile(using: str, program: str, *arguments: str | Path) -> None:
        """Let another settle between the snapshot and the dump."""
        if program == "pg_dump":
            other = places.known(URLS[source])
            submit("e", {"id": "late", "type": "day.closed", "date": "2026-01-02"}, using=other)
            assert settle("e", using=other) == 1
        whole(using, program, *arguments)

    monkeypatch.setattr(backups, "_run", meanwhile)
    made = backups.back_up(tmp_path / "b.tar.gz", using=source)
    backups.restore(tmp_path / "b.tar.gz", using=target)
    assert backups.ends_of(target) == made.ends
    assert verify("e", using=target) == (10, None)


def test_nothing_is_overwritten(places: Places, tmp_path: Path) -> None:
    source, target = places.filled(), places.empty()
    file = tmp_path / "b.tar.gz"
    backups.back_up(file, pictures_in(tmp_path / "media"), using=source)
    with pytest.raises(FileExistsError):
        backups.back_up(file, using=source)
    with pytest.raises(backups.NotEmptyError):
        backups.restore(file, using=source)
    with pytest.raises(backups.NotEmptyError):
        backups.restore(file, tmp_path / "media", using=target)
    assert connections[target].introspection.table_names() == []


def rewritten(file: Path, other: Path, change) -> Path:
    """Write a tar with each member's name and content changed."""
    with tarfile.open(file) as old, tarfile.open(other, "w:gz") as new:
        for member in old:
            name, content = change(member.name, old.extractfile(member).read())
            header = tarfile.TarInfo(name)
            header.size = len(content)
            new.addfile(header, BytesIO(content))
    return other


DAMAGES = {
    "a byte of the database": lambda name, told: (
        name, told[:-1] + bytes([told[-1] ^ 1]) if name == "database" else told),
    "a way out": lambda name, told: (name.replace("products/", "../../"), told),
    "another format": lambda name, told: (
        name, json.dumps({**json.loads(told), "format": 2}).encode()
        if name == "manifest.json" else told),
    "a field less": lambda name, told: (name, b'{"format": 1}' if "json" in name else told),
    "no manifest": lambda name, told: (name.replace("manifest.json", "pictures/m"), told),
    "no database": lambda name, told: (name.replace("database", "pictures/d"), told),
}  # fmt: skip


@pytest.mark.parametrize("damage", [*DAMAGES, "half of it", "no tar", "nothing"])
def test_a_damaged_backup_leaves_nothing(places: Places, tmp_path: Path, damage: str) -> None:
    source, target = places.filled(), places.empty()
    file, bad = tmp_path / "b.tar.gz", tmp_path / "bad.tar.gz"
    backups.back_up(file, pictures_in(tmp_path / "media"), using=source)
    if damage in DAMAGES:
        rewritten(file, bad, DAMAGES[damage])
    else:
        whole = file.read_bytes()
        bad.write_bytes(
            {"half of it": whole[: len(whole) // 2], "no tar": b"x" * 99}.get(damage, b"")
        )
    with pytest.raises(backups.BadBackupError):
        backups.restore(bad, tmp_path / "back", using=target)
    assert connections[target].introspection.table_names() == []
    assert not list((tmp_path / "back").glob("**/*"))
    assert not list(tmp_path.glob("../m"))


def test_a_backup_fits_its_own_kind_of_database(places: Places, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    backups.back_up(file, using=places.filled())
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[places.kind]

    def change(name: str, told: bytes) -> tuple[str, bytes]:
        return name, told.replace(places.kind.encode(), other.encode()) if "json" in name else told

    with pytest.raises(backups.BadBackupError, match="other_database"):
        backups.restore(rewritten(file, tmp_path / "o.tar.gz", change), using=places.empty())


@pytest.mark.parametrize("places", ["postgresql"], indirect=True)
def test_a_failing_program_says_why_and_leaves_nothing(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = places.filled(), places.empty()
    file = tmp_path / "b.tar.gz"
    backups.back_up(file, pictures_in(tmp_path / "media"), using=source)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(backups.ToolError, match="pg_dump is not installed"):
        backups.back_up(tmp_path / "c.tar.gz", using=source)
    with pytest.raises(backups.ToolError, match="pg_restore is not installed"):
        backups.restore(file, tmp_path / "back", using=target)
    assert not list((tmp_path / "back").rglob("*.png"))
    assert not (tmp_path / "c.tar.gz").exists()


def test_the_newest_backup_is_found_by_its_name(tmp_path: Path) -> None:
    assert backups.newest(tmp_path) is None
    for moment in (START, START.replace(year=2027), START.replace(hour=5)):
        (tmp_path / backups.name_of(moment)).touch()
    (tmp_path / "patronage-by-hand.tar.gz").touch()
    assert backups.newest(tmp_path) == datetime(2027, 1, 1, tzinfo=UTC)


def test_the_commands(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "backups").mkdir()
    told = run("backup", "backups").output
    (file,) = (tmp_path / "backups").iterdir()
    assert "The keys are not in it" in told
    assert "wine: 1 records" in told
    assert "overwrites nothing" in run("backup", file, code=2).output
    assert "nothing is overwritten" in run("restore", file, code=2).output
    connections["default"].close()
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", str(tmp_path / "new.sqlite3"))
    told = run("restore", file).output
    assert "wine: 1 records verified: nothing differs." in told
    assert "Restored as of 20" in told
    (tmp_path / "bad").write_bytes(b"")
    connections["default"].close()
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", str(tmp_path / "two.sqlite3"))
    assert "it is no backup, or a damaged one" in run("restore", "bad", code=2).output
    assert "No such file" in run("restore", "none", code=2).output
