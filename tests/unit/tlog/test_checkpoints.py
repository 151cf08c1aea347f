"""Checkpoints and whom they are believed from."""

import pytest

from patronage.tlog import (
    COSIGNATURE,
    EMPTY_ROOT,
    NOTE,
    Checkpoint,
    MalformedError,
    Note,
    SignerKey,
    Trust,
    UnprovenError,
    cosign,
    format_checkpoint,
    format_note,
    parse_checkpoint,
    sign,
    sign_checkpoint,
    verify_checkpoint,
)
from patronage.tlog.text import NUMBER_MAX

LOG = SignerKey("example.com/log", NOTE, b"1" * 32)
WITNESSES = [SignerKey(f"example.com/w{n}", COSIGNATURE, bytes([n]) * 32) for n in range(3)]
TRUST = Trust(LOG.verifier, tuple(witness.verifier for witness in WITNESSES))
CHECKPOINT = Checkpoint("example.com/log", 7, b"r" * 32)
TEXT = "example.com/log\n7\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n"


def cosigned(*witnesses, text=TEXT):
    lines = (cosign(text, witness, 9) for witness in witnesses)
    return format_note(Note(text, (sign(text, LOG), *lines)))


def test_the_form():
    assert format_checkpoint(CHECKPOINT) == TEXT
    assert parse_checkpoint(TEXT) == CHECKPOINT
    extended = CHECKPOINT._replace(extensions=("one", "two"), origin="惠顾 + 日志")
    assert parse_checkpoint(format_checkpoint(extended)) == extended
    for size, root in ((0, EMPTY_ROOT), (NUMBER_MAX, b"r" * 32)):
        checkpoint = Checkpoint("a", size, root)
        assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "\nmore\n",
        TEXT.replace("example.com/log", ""),
        TEXT.replace("example.com/log", "a\tb"),
        TEXT.replace("example.com/log", "\ud800"),
        TEXT.replace("\n", "\r\n"),
        "\n".join(TEXT.split("\n")[:2]) + "\n",
        *(
            TEXT.replace("\n7\n", f"\n{size}\n")
            for size in ("", "07", "+7", "-7", "7.0", " 7", "7 ", "٧", "x", "0", 2**63, 10**30)
        ),
        TEXT.replace("cnJy", ""),
        TEXT.replace("nI=", "nJ="),  # an unused bit
        TEXT.replace("nI=", "nI"),
        TEXT.replace("nI=", "nI=="),
        TEXT.replace("nI=", "nJy"),
        TEXT.replace("cnJy", "cn y"),
    ],
)
def test_what_is_no_checkpoint(text):
    with pytest.raises(MalformedError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "checkpoint",
    [
        CHECKPOINT._replace(origin=""),
        CHECKPOINT._replace(origin="a\nb"),
        CHECKPOINT._replace(size=-1),
        CHECKPOINT._replace(size=0),
        CHECKPOINT._replace(size=NUMBER_MAX + 1),
        CHECKPOINT._replace(root=b"r" * 31),
        CHECKPOINT._replace(extensions=("",)),
        CHECKPOINT._replace(extensions=("a\nb",)),
    ],
)
def test_what_cannot_be_a_checkpoint(checkpoint):
    with pytest.raises(MalformedError):
        sign_checkpoint(checkpoint, LOG)


def test_the_log_must_have_signed():
    assert verify_checkpoint(sign_checkpoint(CHECKPOINT, LOG), TRUST) == (CHECKPOINT, ())
    only_witness = format_note(Note(TEXT, (cosign(TEXT, WITNESSES[0], 9),)))
    with pytest.raises(UnprovenError, match="the log has not signed"):
        verify_checkpoint(only_witness, TRUST)


def test_the_log_must_be_the_one():
    other = CHECKPOINT._replace(origin="example.com/other")
    with pytest.raises(UnprovenError, match="another log's"):
        verify_checkpoint(sign_checkpoint(other, LOG), TRUST)
    trust = TRUST._replace(origin="example.com/other")
    assert verify_checkpoint(sign_checkpoint(other, LOG), trust).checkpoint == other
    with pytest.raises(UnprovenError, match="another log's"):
        verify_checkpoint(sign_checkpoint(CHECKPOINT, LOG), trust)


def test_a_quorum_of_witnesses():
    data = cosigned(*WITNESSES[:2])
    verified = verify_checkpoint(data, TRUST._replace(quorum=2))
    assert verified.cosigned == tuple((witness.verifier, 9) for witness in WITNESSES[:2])
    with pytest.raises(UnprovenError, match="2 witnesses have cosigned, and 3 must"):
        verify_checkpoint(data, TRUST._replace(quorum=3))
    twice = cosigned(WITNESSES[0], WITNESSES[0])
    with pytest.raises(UnprovenError, match="1 witnesses"):
        verify_checkpoint(twice, TRUST._replace(quorum=2))


def test_one_key_under_two_names_is_one_witness():
    alias = SignerKey("example.com/alias", COSIGNATURE, bytes([0]) * 32)
    trust = Trust(LOG.verifier, (WITNESSES[0].verifier, alias.verifier), quorum=2)
    with pytest.raises(UnprovenError, match="1 witnesses"):
        verify_checkpoint(cosigned(WITNESSES[0], alias), trust)


def test_a_signed_text_that_is_no_checkpoint():
    text = "just a text\n"
    with pytest.raises(MalformedError, match="a checkpoint must have"):
        verify_checkpoint(format_note(Note(text, (sign(text, LOG),))), TRUST)
