"""Publish in a process that is killed at every change of a file.

A traced run names the points: before each call that opens, writes, syncs, renames or removes, and
half way within each write. Then a process is killed with SIGKILL at each of them in turn, and the
next one looks at what is left, and publishes on. Every checkpoint that anyone ever signed must be
one of the final log's. Prints the points, one a line.
"""

import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connections

from patronage.ledger.log import leaves, publisher
from patronage.ledger.log.keys import make_key
from patronage.tlog import Reader, Trust, VerifierKey, verify_checkpoint
from tests.integration.databases import known
from tests.integration.killed import apart
from tests.integration.log.play import ORIGIN, Public, close, order
from tests.integration.test_verify import EVENTS

CALLS = ("open", "write", "fsync", "replace", "mkdir", "unlink", "rmdir")
STATES = ("first", "second", "third", "fourth")


class Points:
    """Tells of each point it passes by, and kills this process at one of them."""

    def __init__(self, notes: int, last: int | None) -> None:
        self.notes, self.last, self.count = notes, last, 0
        self.write = os.write

    def tell(self, line: str) -> None:
        self.write(self.notes, f"{line}\n".encode())

    def pass_by(self, name: str) -> None:
        self.count += 1
        self.tell(f"point {name}")
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, name: str) -> None:
        call = getattr(os, name)

        def wrapped(*arguments: Any, **options: Any) -> Any:
            self.pass_by(f"before {name}")
            if name == "write":  # a long one may end half way
                descriptor, data = arguments
                half = len(data) // 2
                written = call(descriptor, data[:half]) if half else 0
                self.pass_by("within write")
                return written + call(descriptor, data[half:])
            return call(*arguments, **options)

        setattr(os, name, wrapped)

    def watch(self) -> None:
        for name in CALLS:
            self.wrap(name)
        sign = publisher.sign_checkpoint

        def signed(*arguments: Any) -> bytes:
            note = sign(*arguments)
            self.tell(f"signed {note.hex()}")
            return note

        publisher.sign_checkpoint = signed


class Told(NamedTuple):
    """What a process told before it was gone: points passed by, checkpoints signed."""

    points: list[str]
    signed: list[bytes]


class Run(NamedTuple):
    """A folder for a log and its key, an economy, and the log as it should be in the end."""

    folder: Path
    economy: str
    key: VerifierKey

    def publish(self) -> None:
        """Publish each state of the database in turn; those published already add nothing."""
        for using in STATES:
            try:
                publisher.publish(
                    self.economy, self.folder / "log", self.folder / "key", using=using
                )
            except publisher.ForkError as error:
                # Whoever comes after a kill begins with the oldest state again.
                if error.fork != publisher.Fork.OLD_DATABASE:
                    raise

    def leaves(self, note: bytes) -> list[bytes]:
        checkpoint = verify_checkpoint(note, Trust(self.key)).checkpoint
        files = publisher.Folder(self.folder / "log")
        return list(Reader(files.get, checkpoint.size, checkpoint.root).leaves())

    def shown(self) -> bytes | None:
        return publisher.Folder(self.folder / "log").get("checkpoint")


def look(run: Run, final: list[bytes], signed: list[bytes]) -> None:
    """What is shown is whole; then all is published, and all that was ever signed is a part."""
    shown = run.shown()
    if shown is not None:
        found = run.leaves(shown)
        assert found == final[: len(found)], "what is shown is not the log"
    run.publish()
    end = run.shown()
    assert end is not None
    assert run.leaves(end) == final
    size, root = verify_checkpoint(end, Trust(run.key)).checkpoint[1:3]
    reader = Reader(publisher.Folder(run.folder / "log").get, size, root)
    for note in signed:
        one = verify_checkpoint(note, Trust(run.key)).checkpoint
        assert reader.root(one.size) == one.root, "a fork was signed"


def killed(run: Run, at: int | None) -> tuple[int, Told]:
    """Publish in a process that is killed at a point; return how it ended and what it told."""
    read, write = os.pipe()

    def action() -> None:
        connections.close_all()
        points = Points(write, at)
        for using in STATES:
            connections[using].ensure_connection()
        points.watch()
        run.publish()

    status = apart(action)
    os.close(write)
    with os.fdopen(read) as notes:
        lines = [line.partition(" ")[::2] for line in notes.read().splitlines()]
    return status, Told(
        [rest for word, rest in lines if word == "point"],
        [bytes.fromhex(rest) for word, rest in lines if word == "signed"],
    )


def prepare(folder: Path) -> str:
    """Make an economy, and a copy of its database at each state; return its id."""
    public = Public(STATES[-1], folder / "unused")
    batches: list[list[dict]] = [
        [],
        EVENTS,
        [*(order(number) for number in range(250)), close(1)],
        [*(order(1000 + number) for number in range(5)), close(2)],
    ]
    for state, batch in zip(STATES, batches, strict=True):
        public.settle(*batch)
        connections[public.using].close()
        if state != STATES[-1]:
            for file in folder.glob(f"{STATES[-1]}.sqlite3*"):
                shutil.copy(file, folder / file.name.replace(STATES[-1], state))
    return public.economy


def main(folder: Path) -> None:
    with ExitStack() as stack:
        for state in reversed(STATES):
            stack.enter_context(known(state, f"sqlite:///{folder}/{state}.sqlite3"))
            if state == STATES[-1]:
                economy = prepare(folder)
        seed = folder / "seed"
        key = make_key(ORIGIN, seed).verifier

        def run_in(name: str) -> Run:
            (folder / name).mkdir()
            shutil.copy(seed, folder / name / "key")
            return Run(folder / name, economy, key)

        traced = run_in("traced")
        status, complete = killed(traced, None)
        assert status == 0, complete.points[-5:]
        assert len(complete.signed) == len(STATES)
        final = traced.leaves(complete.signed[-1])
        assert sum(map(leaves.is_solvency, final)) == 3
        for point in range(1, len(complete.points) + 1):
            run = run_in(f"killed-{point}")
            status, told = killed(run, point)
            assert os.WIFSIGNALED(status), (status, told.points[-1])
            assert os.WTERMSIG(status) == signal.SIGKILL, (status, told.points[-1])
            assert told.points == complete.points[:point], "each run is like the traced one"
            look(run, final, told.signed)
            print(point, told.points[-1], len(told.signed), sep="\t", flush=True)
            shutil.rmtree(run.folder)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as name:
        main(Path(name))
