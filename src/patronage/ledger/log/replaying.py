"""Replaying published records: what the rules make of each must be the record itself."""

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from patronage.economy import MemoryBook
from patronage.economy.book import table
from patronage.economy.events import is_text
from patronage.ledger.canonical import decode_charter, encode, read_event
from patronage.ledger.judgement import Judge
from patronage.ledger.log.leaves import SOLVENCY_START
from patronage.ledger.opening import opening
from patronage.ledger.record import record_text
from patronage.ledger.store import JOURNAL

_RECORD = JOURNAL.columns.index("record")
_EVENT = ',"event":'
_FACTS = ',"facts":'
_AT = '{"at":"'
_MOMENT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")


class DifferentError(ValueError):
    """A record that is not what the rules make of its event. The message says how."""


class Replaying:
    """An economy in memory, made from its published records one after the other.

    Keeps no journal rows and no movements, which is why the ledger's own batch is not used: what
    judges and writes the texts is the same. Opened by the first record; raises DifferentError.
    """

    def __init__(self, first: bytes) -> None:
        try:
            told = json.loads(first)
            self.economy: str = told["event"]["economy"]
            charter = decode_charter(encode(told["event"]["charter"]))
            row, head = opening(self.economy, charter, _moment(told["at"]))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise DifferentError("does not open an economy") from None
        made: str = row[_RECORD]
        if made.encode() != first:
            raise DifferentError(_how(first.decode(), made))
        self.state = head.state
        self.book = MemoryBook()
        self.seq = 1
        self.hash = head.hash.hex()
        self._clock = head.clock
        self._contents: dict[str, bytes] = table()

    def replay(self, leaves: Iterable[bytes]) -> Iterator[bytes]:
        """Replay the records among the leaves that follow; give each other leaf in its turn.

        Raises DifferentError, and BrokenInvariantError of the rules, at the record after `seq`. An
        event's text is cut out of its record's: no quoted text can hold these bounds. Whether all
        around it is as it should be, comparing the whole record shows.
        """
        judge, contents, clock = Judge(self.state, self.book).judge, self._contents, self._clock
        for leaf in leaves:
            if leaf.startswith(SOLVENCY_START):
                yield leaf
                continue
            try:
                record = leaf.decode()
                start = record.index(_EVENT) + len(_EVENT)
                text = record[start : record.index(_FACTS, start)]
                event = read_event(text)
                if event is not None:
                    id, content = event["id"], sha256(text.encode()).digest()
                else:
                    id, content = _malformed(record, text)
                # An event with its own `at` does not move the clock; others were given its time.
                at = None
                if event is None or "at" not in event:
                    at = record[len(_AT) : record.index('"', len(_AT))]
                    if at != clock:  # as it mostly is within a batch
                        at = self._clock = clock = max(clock, _moment(at))
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                raise DifferentError("is no record") from None
            first = content if id is None else contents.setdefault(id, content)
            is_known = first is not content
            if is_known and first == content:
                raise DifferentError("repeats an earlier one")
            code, facts, changes, state, _movements = judge(event, is_known)
            seq = self.seq + 1
            made = record_text(at, changes, code, content, text, facts, id, self.hash, seq, state)
            if made != record:
                raise DifferentError(_how(record, made))
            self.seq = seq
            self.hash = sha256(leaf).hexdigest()


def _malformed(record: str, text: str) -> tuple[str | None, bytes]:
    """Return the id and the hash of an event that has no canonical form, as its record tells."""
    if text != "null":
        raise ValueError(text)
    told = json.loads(record)
    id, content = told["id"], bytes.fromhex(told["content"])
    if id is not None and not is_text(id):
        raise ValueError(id)
    return id, content


def _moment(text: str) -> str:
    """Return a time of the ledger's clock: RFC 3339 in UTC, to the millisecond."""
    if _MOMENT.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _how(record: str, made: str) -> str:
    """Name the fields in which a record is not what was replayed."""
    try:
        told, replayed = json.loads(record), json.loads(made)
        names = sorted(name for name in replayed if told.get(name) != replayed[name])
    except (ValueError, AttributeError, RecursionError):
        names = []
    return f"{', '.join(names) or 'its form'} not as replayed"
