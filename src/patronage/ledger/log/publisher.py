"""Publishing: what the journal holds becomes the log, and what is signed always continues it.

The order in which things are kept makes any death harmless: tiles, then the signer's memory of the
new checkpoint, then the checkpoint for all to see. Whoever comes next goes on from the memory: what
was written and not signed is written over, what was signed and not shown is shown.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.utils import CursorWrapper

from patronage.economy import Account, BrokenInvariantError
from patronage.ledger import store
from patronage.ledger.log import leaves
from patronage.ledger.log.folder import BALANCES, CHECKPOINT, VKEY, Folder
from patronage.ledger.log.keys import Memory, read_key
from patronage.ledger.log.leaves import Place
from patronage.ledger.log.solvency import balance_files, balances_of, folder_of, solvency_record
from patronage.ledger.settling import UnknownEconomyError
from patronage.ledger.store import Head
from patronage.tlog import (
    EMPTY_ROOT,
    Checkpoint,
    Reader,
    TlogError,
    Trust,
    Writer,
    sign_checkpoint,
    verify_checkpoint,
)

AT_ONCE: Final = 25_600
"""So many records between two checkpoints where many wait: a hundred bundles."""
_KEPT: Final = 2  # so that who reads the balances of the last record but one can finish
_ROWS: Final = 2000


class Fork(StrEnum):
    """Why nothing is signed. A number with it is that of a journal record."""

    LOST_FILES = "lost_files"
    FOREIGN_CHECKPOINT = "foreign_checkpoint"
    SIGNED_FORK = "signed_fork"
    OLD_DATABASE = "old_database"
    CHANGED_RECORD = "changed_record"
    BROKEN_CHAIN = "broken_chain"
    MISSING_RECORD = "missing_record"
    OTHER_HEAD = "other_head"
    OTHER_BALANCES = "other_balances"


_SENTENCES: Final = {
    Fork.LOST_FILES: "the log's files are not those of its last checkpoint",
    Fork.FOREIGN_CHECKPOINT: "the last checkpoint is not this key's",
    Fork.SIGNED_FORK: "the last checkpoint does not continue the one before it",
    Fork.OLD_DATABASE: "the journal ends before record {}, which is published",
    Fork.CHANGED_RECORD: "record {} is not the one that was published",
    Fork.BROKEN_CHAIN: "record {} does not continue the one before it",
    Fork.MISSING_RECORD: "record {} is missing",
    Fork.OTHER_HEAD: "record {} is not the one that the economy's row names",
    Fork.OTHER_BALANCES: "the balances after record {} do not add up",
}


class ForkError(RuntimeError):
    """What there is does not continue what was published: nothing is signed."""

    def __init__(self, fork: Fork, record: int = 0) -> None:
        self.fork, self.record = fork, record
        super().__init__(_SENTENCES[fork].format(record))


class Published(NamedTuple):
    """A log's state after a publication: leaves in all, and how many of them are new."""

    size: int
    new: int


class _Last(NamedTuple):
    """The last checkpoint signed, as it was written."""

    checkpoint: Checkpoint
    note: bytes


def publish(
    economy: str,
    folder: Path,
    key_file: Path,
    *,
    attestation: str | None = None,
    at_once: int = AT_ONCE,
    using: str = DEFAULT_DB_ALIAS,
) -> Published:
    """Publish what an economy's journal holds beyond the log's last checkpoint, as one step.

    Takes at most `at_once` records; when all are in and a day has closed since the last solvency
    record, one follows, with the attestation. Signs nothing where there is nothing new. Raises
    ForkError, KeyFileError, UnknownEconomyError, OSError; RuntimeError inside a transaction.
    """
    files = Folder(folder)
    with files.locked():
        return _Publication(economy, files, key_file, using).publish(attestation, at_once)


class _Publication:
    def __init__(self, economy: str, files: Folder, key_file: Path, using: str) -> None:
        self._economy = economy
        self._files = files
        self._key = read_key(key_file)
        self._memory = Memory(key_file)
        self._using = using

    def publish(self, attestation: str | None, at_once: int) -> Published:
        last = self._last()
        size, root = (0, EMPTY_ROOT) if last is None else last.checkpoint[1:3]
        try:
            writer = Writer(self._files, size, root)
            reader = Reader(self._files.get, size, root)
            place = leaves.last_place(reader)
            end = leaves.last_record(reader) if size else b""
        except TlogError as error:
            raise ForkError(Fork.LOST_FILES) from error
        with store.snapshot(self._using) as cursor:
            head = store.read_head(cursor, self._economy)
            if head is None:
                raise UnknownEconomyError(self._economy)
            self._require_end(cursor, head, place, end)
            records = self._continuing(cursor, head, place, end, at_once)
            writer.append(records)
            place = place._replace(seq=place.seq + len(records))
            if place.seq == head.seq and self._is_due(reader, head, place):
                leaf = self._solvency(cursor, head, place, writer.size, attestation)
                if leaf is not None:
                    writer.append([leaf])
        if writer.size > size:
            checkpoint = Checkpoint(self._key.verifier.name, writer.size, writer.root())
            self._files.flush()
            note = sign_checkpoint(checkpoint, self._key)
            self._memory.keep(note)
            self._files.show(note)
            self._files.replace(VKEY, f"{self._key.verifier}\n".encode())
            self._forget(writer.size)
        return Published(writer.size, writer.size - size)

    def _last(self) -> _Last | None:
        """Return the last checkpoint signed, shown to all; None before the first."""
        remembered, shown = (
            None if note is None else _Last(self._verified(note), note)
            for note in (self._memory.recall(), self._files.get(CHECKPOINT))
        )
        if remembered is None or shown is None:
            last = remembered or shown
        else:
            last = max(remembered, shown, key=lambda one: one.checkpoint.size)
            first = min(shown, remembered, key=lambda one: one.checkpoint.size)
            self._require_growth(first.checkpoint, last.checkpoint)
        if last is not None and (shown is None or shown.checkpoint != last.checkpoint):
            self._files.show(last.note)
        return last

    def _verified(self, note: bytes) -> Checkpoint:
        try:
            return verify_checkpoint(note, Trust(self._key.verifier)).checkpoint
        except TlogError as error:
            raise ForkError(Fork.FOREIGN_CHECKPOINT) from error

    def _require_growth(self, old: Checkpoint, new: Checkpoint) -> None:
        try:
            root = Reader(self._files.get, new.size, new.root).root(old.size)
        except TlogError as error:
            raise ForkError(Fork.LOST_FILES) from error
        if root != old.root:
            raise ForkError(Fork.SIGNED_FORK)

    def _require_end(self, cursor: CursorWrapper, head: Head, place: Place, end: bytes) -> None:
        """Require the last published record to be in the journal as it was published."""
        if head.seq < place.seq:
            raise ForkError(Fork.OLD_DATABASE, place.seq)
        if place.seq:
            rows = list(_records(cursor, self._economy, place.seq - 1, 1))
            if rows != [(place.seq, end)]:
                raise ForkError(Fork.CHANGED_RECORD, place.seq)

    def _continuing(
        self, cursor: CursorWrapper, head: Head, place: Place, end: bytes, at_once: int
    ) -> list[bytes]:
        """Return the next records, each of which must name the one before it."""
        found = []
        previous = leaves.digest(end) if place.seq else "0" * 64
        seq = place.seq
        for number, record in _records(cursor, self._economy, place.seq, at_once):
            seq += 1
            if number != seq:
                raise ForkError(Fork.MISSING_RECORD, seq)
            # No quoted text can hold this.
            if f',"previous":"{previous}","seq":{seq},"state":'.encode() not in record:
                raise ForkError(Fork.BROKEN_CHAIN, seq)
            found.append(record)
            previous = leaves.digest(record)
        if len(found) < min(at_once, head.seq - place.seq):
            raise ForkError(Fork.MISSING_RECORD, seq + 1)
        if seq == head.seq and previous != head.hash.hex():
            raise ForkError(Fork.OTHER_HEAD, seq)
        return found

    def _is_due(self, reader: Reader, head: Head, place: Place) -> bool:
        """Tell whether a day was closed since the last solvency record."""
        if not head.state.last_closed or not place.solvencies:
            return bool(head.state.last_closed)
        leaf = leaves.find_solvency(reader, place.solvencies)
        told = leaves.read_leaf(reader.leaf(reader.size - 1 if leaf is None else leaf))
        return bool(told["day"] < head.state.last_closed)

    def _solvency(
        self,
        cursor: CursorWrapper,
        head: Head,
        place: Place,
        leaf: int,
        attestation: str | None,
    ) -> bytes | None:
        """Return the next solvency record, its balances kept; None where there is no account."""
        balances = balances_of(head.state, _accounts(cursor, self._economy))
        if not balances.accounts:
            return None
        try:
            record = solvency_record(
                head.state,
                balances,
                head.seq,
                place.solvencies + 1,
                head.hash.hex(),
                attestation,
            )
        except BrokenInvariantError as error:
            raise ForkError(Fork.OTHER_BALANCES, head.seq) from error
        self._files.remove(folder_of(leaf))  # of one who died before it was signed
        for path, data in balance_files(balances, leaf):
            self._files.put(path, data)
        return record

    def _forget(self, size: int) -> None:
        """Remove balances that are not of the last records."""
        kept = sorted(int(name) for name in self._files.names(BALANCES) if int(name) < size)
        for leaf in kept[:-_KEPT]:
            self._files.remove(folder_of(leaf))


def _records(
    cursor: CursorWrapper, economy: str, after: int, limit: int
) -> Iterator[tuple[int, bytes]]:
    cursor.execute(
        "SELECT seq, record FROM ledger_journal WHERE economy = %s AND seq > %s "
        "ORDER BY seq LIMIT %s",
        [economy, after, limit],
    )
    for seq, record in cursor.fetchall():
        yield seq, record.encode()


def _accounts(cursor: CursorWrapper, economy: str) -> Iterator[Account]:
    """Give the accounts in the order of their ids."""
    cursor.execute(f"{store.ACCOUNTS.records} WHERE economy = %s ORDER BY account", [economy])
    while rows := cursor.fetchmany(_ROWS):
        yield from map(store.account_of, rows)
