"""Every parser of tlog: what it reads it writes the same; all else is one named error."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patronage.tlog import (
    COSIGNATURE,
    NOTE,
    Checkpoint,
    MalformedError,
    Note,
    ProofFile,
    SignerKey,
    TlogError,
    Tree,
    Trust,
    cosign,
    decode_bundle,
    decode_hashes,
    encode_bundle,
    encode_hashes,
    format_checkpoint,
    format_note,
    format_proof,
    inclusion_proof,
    leaf_hash,
    parse_checkpoint,
    parse_note,
    parse_proof,
    parse_signatures,
    parse_signer_key,
    parse_verifier_key,
    sign,
    verify_checkpoint,
    verify_proof,
)
from tests.unit.tlog.store import leaves

LOG = SignerKey("example.com/log", NOTE, b"1" * 32)
WITNESSES = [SignerKey(f"example.com/w{n}", COSIGNATURE, bytes([n]) * 32) for n in range(2)]
TRUST = Trust(LOG.verifier, tuple(witness.verifier for witness in WITNESSES), quorum=2)
TREE = Tree(map(leaf_hash, leaves(300)))
TEXT = format_checkpoint(Checkpoint("example.com/log", 300, TREE.root()))
SIGNED = format_note(
    Note(TEXT, (sign(TEXT, LOG), *(cosign(TEXT, witness, 1_700_000_000) for witness in WITNESSES)))
)
PROOF = format_proof(ProofFile(137, inclusion_proof(TREE.subtree, 137, 300), SIGNED))
EXTRA = format_proof(ProofFile(137, inclusion_proof(TREE.subtree, 137, 300), SIGNED, b"extra"))

PIECES = [
    b"", b"\n", b"\n\n", b"\r", b"\0", b" ", b"+", b"=", b"A", b"0", b"-", b"/", b"\xff",
    "\u00a0".encode(), "— ".encode(), "—".encode(), "惠".encode(), b"\xed\xa0\x80", b"9" * 30,
    b"extra ", b"index ", b"c2sp.org/tlog-proof@v1\n", b"PRIVATE+KEY+",
]  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn, valid: bytes) -> bytes:
    """Valid bytes with one to three pieces cut out, put in, doubled or moved."""
    data = valid
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 1, 2, 4, 40, 1000])))
        lines = data.split(b"\n")
        piece = draw(
            st.sampled_from(PIECES)
            | st.binary(max_size=4)
            | st.just(data[start:end] * 2)
            | st.sampled_from(lines).map(lambda line: line + b"\n")
        )
        data = data[:start] + piece + data[end:]
    return data


def holds(parse: Callable, write: Callable, data: bytes | str) -> None:
    """Check that the parser reads nothing but what is written in the one way."""
    try:
        value = parse(data)
    except MalformedError:
        return
    assert write(value) == data


BINARY = [
    (parse_note, format_note, SIGNED),
    (parse_proof, format_proof, PROOF),
    (parse_proof, format_proof, EXTRA),
]
TEXTUAL = [
    (parse_checkpoint, format_checkpoint, TEXT.encode()),
    (parse_verifier_key, str, str(LOG.verifier).encode()),
    (parse_verifier_key, str, str(WITNESSES[0].verifier).encode()),
    (parse_signer_key, SignerKey.secret_text, LOG.secret_text().encode()),
]
NAMES = ["note", "proof", "proof with extra", "checkpoint", "log key", "witness key", "signer key"]


@pytest.mark.parametrize(("parse", "write", "valid"), [*BINARY, *TEXTUAL], ids=NAMES)
@given(data=st.data())
def test_parsers_of_files(
    parse: Callable, write: Callable, valid: bytes, data: st.DataObject
) -> None:
    """What is read can be written again, byte for byte; anything else is MalformedError."""
    raw = data.draw(mutants(valid) | st.binary(max_size=200))
    if (parse, write, valid) in BINARY:
        holds(parse, write, raw)
    else:
        holds(parse, write, raw.decode("utf-8", "surrogateescape"))  # lone surrogates too


@given(st.text(max_size=60))
@example("—  \n")
@example("\ud800\n")
def test_parsers_of_any_text(text: str) -> None:
    """The same for texts that no mutation reaches."""
    for parse, write, _ in TEXTUAL:
        holds(parse, write, text)
    with pytest.raises(MalformedError):
        parse_signatures(text)


@given(st.data(), st.integers(0, 6))
def test_parsers_of_tiles_and_bundles(data: st.DataObject, width: int) -> None:
    """The same for tiles and entry bundles of a known width."""
    valid = encode_bundle(
        data.draw(st.lists(st.binary(max_size=5), min_size=width, max_size=width))
    )
    raw = data.draw(st.just(valid) | mutants(valid) | st.binary(max_size=40))
    holds(lambda data: decode_bundle(data, width), encode_bundle, raw)
    raw = data.draw(st.just(bytes(32 * width)) | st.binary(max_size=200))
    holds(lambda data: decode_hashes(data, width), encode_hashes, raw)


def same_claim(one: bytes, other: bytes) -> bool:
    """Tell whether two notes say the same: lines of strangers, doubles and order do not matter."""
    known = {(key.name, key.id) for key in (TRUST.log, *TRUST.witnesses)}
    notes = [parse_note(note) for note in (one, other)]
    lines = [{s for s in note.signatures if (s.name, s.key_id) in known} for note in notes]
    return notes[0].text == notes[1].text and lines[0] == lines[1]


@given(mutants(SIGNED))
def test_no_altered_note_is_accepted(data: bytes) -> None:
    """Signatures cover the whole text, and every line of a known key must be right."""
    try:
        verify_checkpoint(data, TRUST)
    except TlogError:
        return
    assert same_claim(data, SIGNED)


@given(mutants(PROOF))
def test_no_altered_proof_file_is_accepted(data: bytes) -> None:
    """A proof file proves its leaf at its index, under its checkpoint, or nothing."""
    try:
        file = parse_proof(data)
        verify_proof(file, b"leaf 137", TRUST)
    except TlogError:
        return
    original = parse_proof(PROOF)
    assert (file.index, file.proof) == (original.index, original.proof)
    assert same_claim(file.checkpoint, SIGNED)


@given(st.integers(0, 8 * len(PROOF) - 1))
def test_no_proof_file_with_one_bit_changed_is_accepted(bit: int) -> None:
    """Where every key is known and nothing is extra, every bit counts."""
    changed = bytearray(PROOF)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(TlogError):
        verify_proof(parse_proof(bytes(changed)), b"leaf 137", TRUST)
