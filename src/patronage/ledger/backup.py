"""A backup: the whole database and the pictures in one file, and an empty mall filled from it.

The file is a gzipped tar of `manifest.json`, `database`, and the pictures below `pictures/`. SQLite
is copied by its own backup, PostgreSQL by `pg_dump` and `pg_restore`, both while the mall runs on.
Keys are not in it: whoever finds a backup should not find them with it.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage import __version__
from patronage.ledger import store
from patronage.ledger.settling import Clock, system_clock

FORMAT: Final = 1
SUFFIX: Final = ".tar.gz"
_MANIFEST, _DATABASE, _PICTURES = "manifest.json", "database", "pictures"
_ENDS: Final = "SELECT economy, seq, head FROM ledger_economy ORDER BY economy"


class Bad(StrEnum):
    """Why a file is no backup for this database."""

    DAMAGED = "damaged"
    OTHER_DATABASE = "other_database"
    NEWER_FORMAT = "newer_format"


class BadBackupError(ValueError):
    """A file that is no whole backup, or none for this database; `bad` says which."""

    def __init__(self, bad: Bad) -> None:
        super().__init__(bad)
        self.bad = bad


class NotEmptyError(RuntimeError):
    """What is to be filled from a backup holds something already: nothing is overwritten."""


class ToolError(RuntimeError):
    """PostgreSQL's own program is not there, or failed; it says why."""


class End(NamedTuple):
    """The end of an economy's journal."""

    economy: str
    records: int
    head: str


class Manifest(NamedTuple):
    """What a backup holds: of which database, made when and by which version.

    `sha256` is of the database's file. `ends` are of the state that was copied.
    """

    format: int
    version: str
    made_at: str
    database: str
    sha256: str
    ends: list[End]


def name_of(moment: datetime) -> str:
    """Return the name of a backup made at a moment: names are in the order of time."""
    return f"patronage-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"


def back_up(
    file: Path,
    pictures: Path | None = None,
    *,
    clock: Clock = system_clock,
    using: str = DEFAULT_DB_ALIAS,
) -> Manifest:
    """Write a backup of one state of the database, and of the pictures in a folder.

    The file appears when it is whole, and only its owner can read it. Raises FileExistsError and
    other OSErrors, ToolError.
    """
    if file.exists():
        raise FileExistsError(file)
    made_at = clock().astimezone(UTC).isoformat(timespec="seconds")
    vendor = connections[using].vendor
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
        dump, whole = Path(folder) / _DATABASE, Path(folder) / "whole"
        ends = (_copy_sqlite if vendor == "sqlite" else _dump_postgresql)(dump, using)
        manifest = Manifest(FORMAT, __version__, made_at, vendor, _sha256(dump), ends)
        told = json.dumps({**manifest._asdict(), "ends": [end._asdict() for end in ends]}, indent=1)
        with whole.open("xb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as tar:
                header = tarfile.TarInfo(_MANIFEST)
                header.size, header.mode = len(told.encode()), 0o600
                tar.addfile(header, BytesIO(told.encode()))
                tar.add(dump, _DATABASE)
                for picture in _files(pictures):
                    tar.add(picture.path, f"{_PICTURES}/{picture.name}", recursive=False)
            stream.flush()
            os.fsync(stream.fileno())
        whole.chmod(0o600)
        os.link(whole, file)  # unlike a rename it overwrites nothing
    return manifest


def restore(file: Path, pictures: Path | None = None, *, using: str = DEFAULT_DB_ALIAS) -> Manifest:
    """Fill an empty database, and an empty folder with the pictures, from a backup.

    Nothing is left of it if it fails. Raises BadBackupError, NotEmptyError, ToolError, OSError.
    """
    connection = connections[using]
    if connection.introspection.table_names():
        raise NotEmptyError("the database")
    if any(_files(pictures)):
        raise NotEmptyError(str(pictures))
    target = Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None
    beside = None if target is None else target.parent
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=beside) as folder:
        manifest = _unpack(file, Path(folder))
        if manifest.database != connection.vendor:
            raise BadBackupError(Bad.OTHER_DATABASE)
        connection.close()
        moved = [] if pictures is None else _move(Path(folder) / _PICTURES, pictures)
        try:
            _fill(using, Path(folder) / _DATABASE, target)
        except BaseException:
            for picture in moved:
                picture.unlink(missing_ok=True)
            raise
    return manifest


def _fill(using: str, dump: Path, target: Path | None) -> None:
    """Fill the database from its copy: SQLite's is that file."""
    if target is not None:
        dump.replace(target)
        return
    form = ("--single-transaction", "--no-owner", "--no-privileges")
    _run(using, "pg_restore", *form, dump)


def ends_of(using: str = DEFAULT_DB_ALIAS) -> list[End]:
    """Return where the journal of each economy ends."""
    with connections[using].cursor() as cursor:
        cursor.execute(_ENDS)
        return _ends(cursor.fetchall())


def _ends(rows: list[tuple[str, int, Any]]) -> list[End]:
    return [End(economy, seq, bytes(head).hex()) for economy, seq, head in rows]


def _copy_sqlite(dump: Path, using: str) -> list[End]:
    connection = connections[using]
    connection.ensure_connection()
    with closing(sqlite3.connect(dump)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
        return _ends(copy.execute(_ENDS).fetchall())


def _dump_postgresql(dump: Path, using: str) -> list[End]:
    with store.snapshot(using) as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        cursor.execute(_ENDS)
        ends = _ends(cursor.fetchall())
        # The whole is compressed together with the pictures.
        form = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges")
        _run(using, "pg_dump", *form, f"--snapshot={snapshot}", f"--file={dump}")
    return ends


def _run(using: str, program: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs on a database; its password is in no list of processes."""
    described = connections[using].settings_dict
    places = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    given = {key: described[name] for key, name in places.items() if described[name]}
    database = " ".join(
        f"{key}='{_quoted(str(value))}'" for key, value in {**given, **described["OPTIONS"]}.items()
    )
    environment = dict(os.environ)
    if described["PASSWORD"]:
        environment["PGPASSWORD"] = described["PASSWORD"]
    try:
        done = subprocess.run(  # noqa: S603  (no shell, and the arguments are ours)
            [program, "--dbname", database, *arguments], env=environment, capture_output=True,
            text=True, errors="replace", check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise ToolError(f"{program} is not installed") from None
    if done.returncode:
        raise ToolError(" ".join(done.stderr.split()) or f"{program} failed")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


class _File(NamedTuple):
    path: Path
    name: str


def _files(folder: Path | None) -> Iterator[_File]:
    """Yield the files below a folder, if there is one, with their names in it."""
    if folder is not None:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield _File(path, path.relative_to(folder).as_posix())


def _unpack(file: Path, folder: Path) -> Manifest:
    """Unpack a backup into a folder, and return its manifest when all of it is right."""
    try:
        with tarfile.open(file, mode="r:gz") as tar:
            for member in tar:
                place = PurePosixPath(member.name)
                known = member.name in (_MANIFEST, _DATABASE) or place.parts[0] == _PICTURES
                if not known or not member.isfile() or place.is_absolute() or ".." in place.parts:
                    raise BadBackupError(Bad.DAMAGED)
                path = folder / place
                path.parent.mkdir(parents=True, exist_ok=True)
                source = tar.extractfile(member)
                if source is not None:
                    with path.open("xb") as stream:
                        while block := source.read(1 << 20):
                            stream.write(block)
        told = json.loads((folder / _MANIFEST).read_bytes())
        if told["format"] != FORMAT:
            raise BadBackupError(Bad.NEWER_FORMAT)
        manifest = Manifest(**{**told, "ends": [End(**end) for end in told["ends"]]})
        if _sha256(folder / _DATABASE) != manifest.sha256:
            raise BadBackupError(Bad.DAMAGED)
    except (
        tarfile.TarError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        FileNotFoundError,
    ) as error:
        if isinstance(error, BadBackupError) or not file.exists():
            raise
        raise BadBackupError(Bad.DAMAGED) from error
    return manifest


def _move(source: Path, target: Path) -> list[Path]:
    """Copy pictures into a folder, which may lie on another disk; return where they are."""
    moved = []
    for picture in _files(source):
        path = target / picture.name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture.path, path)
        moved.append(path)
    return moved


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def newest(folder: Path) -> datetime | None:
    """Return when the newest backup in a folder was made, by its name; None if there is none."""
    names = sorted(path.name for path in folder.glob(f"patronage-*{SUFFIX}"))
    for name in reversed(names):
        if match := re.search(r"-(\d{8}T\d{6})Z", name):
            return datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return None
