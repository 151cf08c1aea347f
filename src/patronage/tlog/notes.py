"""Signed notes: a text and who signed it (C2SP signed-note, tlog-cosignature)."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from patronage.tlog.errors import MalformedError, UnprovenError
from patronage.tlog.keys import COSIGNATURE, ID_BYTES, NOTE, SignerKey, VerifierKey, is_name
from patronage.tlog.text import (
    NUMBER_MAX,
    check_lines,
    decode_lines,
    encode_base64,
    parse_base64,
)

NOTE_BYTES_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100
_TIME_BYTES: Final = 8
_LINE_START: Final = "— "


class Signature(NamedTuple):
    """A signature line: the key's name and id, and what that key's kind makes of it."""

    name: str
    key_id: bytes
    payload: bytes


class Note(NamedTuple):
    """A text, which ends with a newline, and its signatures, of which none is verified."""

    text: str
    signatures: tuple[Signature, ...]


class Signed(NamedTuple):
    """That a key has signed, and when, if it is of the kind that says so (POSIX seconds)."""

    key: VerifierKey
    time: int | None


def parse_note(data: bytes) -> Note:
    """Read a signed note."""
    if len(data) > NOTE_BYTES_MAX:
        raise MalformedError(f"a note must have at most {NOTE_BYTES_MAX:,} bytes")
    whole = decode_lines(data, "a note")
    text, blank, rest = whole.rpartition("\n\n")
    if not blank:
        raise MalformedError("a note must be a text, a blank line and lines of signatures")
    return Note(text + "\n", parse_signatures(rest))


def parse_signatures(text: str) -> tuple[Signature, ...]:
    """Read signature lines, as a note ends with and as a witness answers."""
    *lines, last = text.split("\n")
    if last or not 0 < len(lines) <= SIGNATURES_MAX:
        raise MalformedError(f"there must be 1 to {SIGNATURES_MAX} signatures, a line each")
    return tuple(map(_parse_signature, lines))


def format_note(note: Note) -> bytes:
    """Write a signed note."""
    lines = [
        f"{_LINE_START}{name} {encode_base64(key_id + payload)}\n"
        for name, key_id, payload in note.signatures
    ]
    data = check_lines("".join([note.text, "\n", *lines]), "a note")
    if parse_note(data) != note:  # a text without its last newline, no signatures, …
        raise MalformedError("this cannot be written as a note")
    return data


def sign(text: str, key: SignerKey) -> Signature:
    """Sign a note's text."""
    _check_kind(key, NOTE)
    return Signature(key.verifier.name, key.verifier.id, key.sign(check_text(text)))


def cosign(text: str, key: SignerKey, time: int) -> Signature:
    """Sign a checkpoint's text as a witness who, at this POSIX time, has seen no larger tree.

    The key's name is not signed: use one key under one name only.
    """
    _check_kind(key, COSIGNATURE)
    if not 0 <= time <= NUMBER_MAX:
        raise MalformedError("a time must be from 0 to 2^63 - 1")
    signature = key.sign(_cosigned(check_text(text), time))
    payload = time.to_bytes(_TIME_BYTES) + signature
    return Signature(key.verifier.name, key.verifier.id, payload)


def verify_signature(text: str, signature: Signature, key: VerifierKey) -> Signed:
    """Raise UnprovenError unless a signature that names a key is of it."""
    payload, message, time = signature.payload, text.encode(), None
    if key.kind == COSIGNATURE:
        time, payload = int.from_bytes(payload[:_TIME_BYTES]), payload[_TIME_BYTES:]
        message = _cosigned(message, time)
    # The library refuses a signature that has not its 64 bytes.
    if (time is not None and time > NUMBER_MAX) or not key.has_signed(message, payload):
        raise UnprovenError(f"the signature of {key.name} is not of its key")
    return Signed(key, time)


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[Signed, ...]:
    """Return who of these keys has signed. A line that names one of them and fails rejects all.

    Lines of other keys are ignored. No line of these keys at all rejects the note too.
    """
    distinct = set(keys)
    known = {(key.name, key.id): key for key in distinct}
    if len(known) < len(distinct):
        raise MalformedError("two keys must not have the same name and id")
    signed = tuple(
        verify_signature(note.text, signature, known[signature.name, signature.key_id])
        for signature in note.signatures
        if (signature.name, signature.key_id) in known
    )
    if not signed:
        raise UnprovenError("the note is not signed with a key that is known here")
    return signed


def check_text(text: str) -> bytes:
    """Return in UTF-8 a text that a note can carry."""
    if not text.endswith("\n"):
        raise MalformedError("a note's text must end with a newline")
    return check_lines(text, "a note's text")


def _cosigned(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + text


def _check_kind(key: SignerKey, kind: int) -> None:
    if key.verifier.kind != kind:
        raise MalformedError(
            f"{key.verifier.name} is a key of kind {key.verifier.kind}, not {kind}"
        )


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not space or not is_name(name):
        raise MalformedError("a signature line must be an em dash, a key's name and Base64")
    data = parse_base64(encoded, "a signature")
    if len(data) <= ID_BYTES:
        raise MalformedError("a signature must have more than the 4 bytes of its key's id")
    return Signature(name, data[:ID_BYTES], data[ID_BYTES:])
