"""Proof files: that a leaf is in a log, in one file that can be checked alone (C2SP tlog-proof)."""

from dataclasses import dataclass
from typing import Final

from patronage.tlog.checkpoints import Trust, Verified, parse_checkpoint, verify_checkpoint
from patronage.tlog.errors import MalformedError
from patronage.tlog.notes import parse_note
from patronage.tlog.proofs import Proof, verify_inclusion
from patronage.tlog.text import (
    decode_lines,
    encode_base64,
    parse_base64,
    parse_decimal,
    parse_hash,
)
from patronage.tlog.tree import leaf_hash

_FORMAT: Final = "c2sp.org/tlog-proof@v1"
_HASHES_MAX: Final = 63


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A leaf's place, its inclusion proof and the signed checkpoint, as written; nothing verified.

    `extra` is the maker's own, and nothing vouches for it.
    """

    index: int
    proof: Proof
    checkpoint: bytes
    extra: bytes | None = None


def format_proof(file: ProofFile) -> bytes:
    """Write a proof file."""
    lines = [_FORMAT]
    if file.extra is not None:
        lines.append(f"extra {encode_base64(file.extra)}")
    lines += [f"index {file.index}", *map(encode_base64, file.proof), "", ""]
    data = "\n".join(lines).encode() + file.checkpoint
    if parse_proof(data) != file:
        raise MalformedError("this cannot be written as a proof file")
    return data


def parse_proof(data: bytes) -> ProofFile:
    """Read a proof file."""
    head, blank, checkpoint = data.partition(b"\n\n")
    first, *lines = decode_lines(head, "a proof file").split("\n")
    if first != _FORMAT or not blank:
        raise MalformedError(f"a proof file must begin with {_FORMAT} and end with a checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = parse_base64(lines.pop(0).removeprefix("extra "), "what is extra")
    if not lines or not lines[0].startswith("index "):
        raise MalformedError("a proof file must tell the leaf's index")
    index = parse_decimal(lines.pop(0).removeprefix("index "), "a leaf's index")
    if len(lines) > _HASHES_MAX:
        raise MalformedError(f"a proof must have at most {_HASHES_MAX} hashes")
    proof = tuple(parse_hash(line, "a hash of a proof") for line in lines)
    parse_checkpoint(parse_note(checkpoint).text)
    return ProofFile(index, proof, checkpoint, extra)


def verify_proof(file: ProofFile, leaf: bytes, trust: Trust) -> Verified:
    """Raise UnprovenError unless the leaf is in the log; return the checkpoint that says so."""
    verified = verify_checkpoint(file.checkpoint, trust)
    checkpoint = verified.checkpoint
    verify_inclusion(leaf_hash(leaf), file.index, checkpoint.size, file.proof, checkpoint.root)
    return verified
