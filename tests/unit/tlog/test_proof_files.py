"""Proof files."""

from dataclasses import replace

import pytest

from patronage.tlog import (
    NOTE,
    Checkpoint,
    MalformedError,
    ProofFile,
    SignerKey,
    Tree,
    Trust,
    UnprovenError,
    format_proof,
    inclusion_proof,
    leaf_hash,
    parse_proof,
    sign_checkpoint,
    verify_proof,
)
from tests.unit.tlog.store import leaves

LOG = SignerKey("example.com/log", NOTE, b"1" * 32)
TRUST = Trust(LOG.verifier)
TREE = Tree(map(leaf_hash, leaves(5)))
CHECKPOINT = sign_checkpoint(Checkpoint("example.com/log", 5, TREE.root()), LOG)
FILE = ProofFile(3, inclusion_proof(TREE.subtree, 3, 5), CHECKPOINT)
DATA = format_proof(FILE)


def test_a_file_can_be_read_again():
    assert parse_proof(DATA) == FILE
    assert DATA.startswith(b"c2sp.org/tlog-proof@v1\nindex 3\n")
    with_extra = replace(FILE, extra=b"\0anything")
    assert parse_proof(format_proof(with_extra)) == with_extra
    assert b"@v1\nextra AGFueXRoaW5n\nindex 3\n" in format_proof(with_extra)


def test_a_file_proves_its_leaf_alone():
    assert verify_proof(FILE, b"leaf 3", TRUST).checkpoint.size == 5
    for leaf, index in ((b"leaf 4", 3), (b"leaf 3", 2), (b"leaf 3", 5), (b"", 3)):
        with pytest.raises(UnprovenError):
            verify_proof(replace(FILE, index=index), leaf, TRUST)
    stranger = Trust(SignerKey("example.com/log", NOTE, b"2" * 32).verifier)
    with pytest.raises(UnprovenError, match="not signed"):
        verify_proof(FILE, b"leaf 3", stranger)


def test_the_only_leaf_needs_no_hashes():
    tree = Tree([leaf_hash(b"")])
    checkpoint = sign_checkpoint(Checkpoint("example.com/log", 1, tree.root()), LOG)
    file = ProofFile(0, (), checkpoint)
    assert format_proof(file).startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/log\n")
    verify_proof(parse_proof(format_proof(file)), b"", TRUST)


HASH = DATA.split(b"\n")[2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        CHECKPOINT,
        DATA.replace(b"@v1", b"@v2"),
        DATA.replace(b"index 3", b"index 03"),
        DATA.replace(b"index 3", b"index -3"),
        DATA.replace(b"index 3", b"index 9223372036854775808"),
        DATA.replace(b"index 3", b"index  3"),
        DATA.replace(b"index 3\n", b""),
        DATA.replace(b"index 3", b"3"),
        b"c2sp.org/tlog-proof@v1\n\n" + CHECKPOINT,
        DATA.replace(b"index 3\n", b"index 3\nextra AAAA\n"),
        DATA.replace(b"index 3\n", b"extra \nindex 3\n"),
        DATA.replace(b"index 3\n", b"extra A\nindex 3\n"),
        DATA.replace(b"index 3\n", b"extra AAAA\nextra AAAA\nindex 3\n"),
        DATA.replace(HASH, HASH[:-1]),
        DATA.replace(HASH, HASH[4:]),
        DATA.replace(HASH, b""),
        DATA.replace(HASH, HASH + b"\r"),
        DATA.replace(HASH + b"\n", (HASH + b"\n") * 64),
        DATA.split(b"\n\n")[0],
        DATA.split(b"\n\n")[0] + b"\n\n",
        DATA.replace(CHECKPOINT, b"a text\n\n" + CHECKPOINT.split(b"\n\n")[1]),
        DATA[:-1],
        b"\n" + DATA,
        DATA.replace(b"\n", b"\r\n"),
        b"\xff" + DATA,
    ],
)
def test_what_is_no_proof_file(data):
    with pytest.raises(MalformedError):
        parse_proof(data)


def test_a_proof_has_at_most_63_hashes():
    most = DATA.replace(HASH + b"\n", (HASH + b"\n") * 61)
    assert len(parse_proof(most).proof) == 63


@pytest.mark.parametrize(
    "change",
    [{"index": -1}, {"proof": (b"short",)}, {"checkpoint": b""}, {"extra": b""}],
)
def test_what_cannot_be_a_proof_file(change):
    with pytest.raises(MalformedError):
        format_proof(replace(FILE, **change))
