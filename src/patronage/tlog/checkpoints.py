"""Checkpoints: a log's size and root, signed by the log and cosigned by witnesses.

C2SP tlog-checkpoint. A log never signs a checkpoint that does not continue its last one.
"""

from typing import NamedTuple

from patronage.tlog.errors import MalformedError, UnprovenError
from patronage.tlog.keys import SignerKey, VerifierKey
from patronage.tlog.notes import Note, Signed, format_note, parse_note, sign, verify_note
from patronage.tlog.text import check_lines, encode_base64, parse_decimal, parse_hash
from patronage.tlog.tree import EMPTY_ROOT


class Checkpoint(NamedTuple):
    """The state of a log: who it is, how many leaves it has, and their root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


class Trust(NamedTuple):
    """Whom one who checks a log believes: its key, and witnesses of whom so many must have signed.

    The origin is the log's name in its checkpoints, where that is not the name of its key.
    """

    log: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    origin: str | None = None


class Verified(NamedTuple):
    """A checkpoint that the log has signed, and which witnesses have cosigned it and when."""

    checkpoint: Checkpoint
    cosigned: tuple[Signed, ...]


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Write a checkpoint as the text of a note."""
    origin, size, root, extensions = checkpoint
    lines = [origin, str(size), encode_base64(root), *extensions]
    text = "".join(f"{line}\n" for line in lines)
    if parse_checkpoint(text) != checkpoint:  # a newline within a line
        raise MalformedError("this cannot be written as a checkpoint")
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint from the text of a note."""
    check_lines(text, "a checkpoint")
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise MalformedError("a checkpoint must have an origin, a size and a root, a line each")
    origin, told_size, told_root, *extensions = lines
    size = parse_decimal(told_size, "a checkpoint's size")
    root = parse_hash(told_root, "a checkpoint's root")
    if size == 0 and root != EMPTY_ROOT:
        raise MalformedError("a checkpoint of no leaves must have the root of the empty tree")
    return Checkpoint(origin, size, root, tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, key: SignerKey) -> bytes:
    """Return a checkpoint as a note that the log has signed."""
    text = format_checkpoint(checkpoint)
    return format_note(Note(text, (sign(text, key),)))


def verify_checkpoint(data: bytes, trust: Trust) -> Verified:
    """Read a signed checkpoint; raise UnprovenError unless those who must have signed it did."""
    note = parse_note(data)
    log, witnesses, quorum, origin = trust
    signed = verify_note(note, (log, *witnesses))
    if all(key != log for key, _ in signed):
        raise UnprovenError("the log has not signed its checkpoint")
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != (log.name if origin is None else origin):
        raise UnprovenError("the checkpoint is another log's")
    cosigned = tuple(one for one in signed if one.key in witnesses)
    # One key under two names is one witness: a cosignature does not cover the name.
    count = len({key.public for key, _ in cosigned})
    if count < quorum:
        raise UnprovenError(f"{count} witnesses have cosigned, and {quorum} must")
    return Verified(checkpoint, cosigned)
