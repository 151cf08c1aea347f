"""The log's files in a folder: each appears whole or not at all, and stays when the power fails."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

CHECKPOINT: Final = "checkpoint"
VKEY: Final = "vkey"
WITNESSES: Final = "witnesses.json"
BALANCES: Final = "balances"
_LOCK: Final = ".lock"


class Folder:
    """Where a log is published: any static server can serve it.

    What is put is whole at once, and durable from the next `flush` on: much costs little then.
    When a tile is full its partial forms go: whoever wants one of those reads the full one.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._put: list[str] = []

    def get(self, path: str) -> bytes | None:
        """Return the bytes at a path, None if there are none."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def put(self, path: str, data: bytes) -> None:
        """Keep bytes at a path, in place of what may be there."""
        make_folders((self.root / path).parent)
        _write(self.root / path, data)
        self._put.append(path)

    def flush(self) -> None:
        """Make all that was put durable."""
        paths = [self.root / path for path in self._put]
        for path in paths:
            _sync(path)
        for folder in sorted({path.parent for path in paths}):
            _sync(folder)
        for path in paths:
            partial = path.with_name(f"{path.name}.p")
            if partial.is_dir():
                shutil.rmtree(partial)
        self._put.clear()

    def show(self, checkpoint: bytes) -> None:
        """Give out a checkpoint, durably when it returns."""
        write_durably(self.root / CHECKPOINT, checkpoint)

    def replace(self, path: str, data: bytes) -> None:
        """Keep other bytes at a path, durably when it returns, if they are others."""
        if self.get(path) != data:
            write_durably(self.root / path, data)

    def remove(self, path: str) -> None:
        """Remove what is at a path and below it, if anything is."""
        shutil.rmtree(self.root / path, ignore_errors=True)

    def names(self, path: str) -> list[str]:
        """Return the names of what is below a path."""
        try:
            return sorted(child.name for child in (self.root / path).iterdir())
        except FileNotFoundError:
            return []

    @contextmanager
    def locked(self, name: str = _LOCK) -> Iterator[None]:
        """Keep every other process from writing the checkpoint, and wait for one that does.

        Another name keeps others from something else.
        """
        make_folders(self.root)
        with (self.root / name).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # ends with the file, or with the process
            yield


def write_durably(path: Path, data: bytes) -> None:
    """Write a file in place of what may be there, so that it is whole whenever one dies."""
    make_folders(path.parent)
    _write(path, data, is_synced=True)
    _sync(path.parent)


def _write(path: Path, data: bytes, *, is_synced: bool = False) -> None:
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if is_synced:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)


def make_folders(path: Path) -> None:
    """Make a folder and those above it, durably. Raises NotADirectoryError where a file is."""
    if path.is_file():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    if not path.is_dir():
        make_folders(path.parent)
        path.mkdir(exist_ok=True)
        _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
