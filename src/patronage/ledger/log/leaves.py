"""What the log's leaves are, and where a record stands among them.

A leaf is a journal record, which begins with `{"at":`, or a solvency record, which begins with
`{"accounts":`. The nth solvency record, made after journal record s, is leaf s + n − 1, counted
from 0; so a journal record s is leaf s − 1 + (solvency records before it).
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, NamedTuple

from patronage.tlog import Reader, UnprovenError

SOLVENCY_START: Final = b'{"accounts":'


class Place(NamedTuple):
    """How many journal and how many solvency records there are up to and with a leaf."""

    seq: int
    solvencies: int


NOWHERE: Final = Place(0, 0)


def is_solvency(leaf: bytes) -> bool:
    """Tell whether a leaf is a solvency record."""
    return leaf.startswith(SOLVENCY_START)


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """Return what a leaf tells. Raises UnprovenError for what is no record."""
    try:
        told = json.loads(leaf)
    except ValueError:
        told = None
    if not isinstance(told, dict) or type(told.get("seq")) is not int:
        raise UnprovenError("a leaf is no record")
    return told


def place_of(leaf: bytes, index: int) -> Place:
    """Return where a leaf stands."""
    seq = read_leaf(leaf)["seq"]
    return Place(seq, index + 1 - seq)


def last_place(reader: Reader) -> Place:
    """Return where the last leaf stands."""
    last = reader.size - 1
    return place_of(reader.leaf(last), last) if reader.size else NOWHERE


def find_solvency(reader: Reader, number: int) -> int | None:
    """Return the leaf of the nth solvency record, None if there are fewer."""
    return _first(reader, lambda place: place.solvencies >= number)


def find_record(reader: Reader, seq: int, solvencies: int) -> int | None:
    """Return the leaf of a journal record, None if it is not published.

    `solvencies` is how many such records there are at most before it: each look corrects it.
    """
    while (index := seq - 1 + solvencies) < reader.size:
        leaf = reader.leaf(index)
        place = place_of(leaf, index)
        if not is_solvency(leaf):
            if place.seq == seq:
                return index
            solvencies = place.solvencies
        else:
            solvencies = place.solvencies - (place.seq >= seq)
    return None


def last_record(reader: Reader) -> bytes:
    """Return the last journal record of a log that has one."""
    index = reader.size - 1
    while is_solvency(leaf := reader.leaf(index)):
        index -= 1
    return leaf


def digest(leaf: bytes) -> str:
    """Return a record's hash as the next one names it."""
    return sha256(leaf).hexdigest()


def _first(reader: Reader, reaches: Callable[[Place], bool]) -> int | None:
    low, high = 0, reader.size
    while low < high:
        middle = (low + high) // 2
        if reaches(place_of(reader.leaf(middle), middle)):
            high = middle
        else:
            low = middle + 1
    return low if low < reader.size else None
