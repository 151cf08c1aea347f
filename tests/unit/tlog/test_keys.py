"""Keys in their text forms."""

import pytest

from patronage.tlog import (
    COSIGNATURE,
    NOTE,
    MalformedError,
    SignerKey,
    VerifierKey,
    parse_signer_key,
    parse_verifier_key,
)

KEY = SignerKey("example.com/log", NOTE, bytes(32))


def test_texts_can_be_read_again():
    assert parse_verifier_key(str(KEY.verifier)) == KEY.verifier
    assert parse_signer_key(KEY.secret_text()).verifier == KEY.verifier
    witness = SignerKey("example.com/log", COSIGNATURE, bytes(32))
    assert parse_verifier_key(str(witness.verifier)) == witness.verifier
    assert witness.verifier.id != KEY.verifier.id


def test_a_signer_key_shows_nothing_secret():
    assert repr(KEY) == f"SignerKey({KEY.verifier})"
    assert KEY.secret_text().split("+")[-1] not in f"{KEY!r} {KEY}"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u3000b", "a\nb", "a\0b", "\ud800"])
def test_bad_names(name):
    with pytest.raises(MalformedError):
        SignerKey(name, NOTE, bytes(32))
    with pytest.raises(MalformedError):
        VerifierKey(name, NOTE, bytes(32))


@pytest.mark.parametrize("kind", [0, 2, 3, 5, 6, 255])
def test_other_kinds_are_refused(kind):
    with pytest.raises(MalformedError, match="kind 1"):
        VerifierKey("a", kind, bytes(32))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size):
    with pytest.raises(MalformedError, match="32 bytes"):
        VerifierKey("a", NOTE, bytes(size))
    with pytest.raises(MalformedError, match="32 bytes"):
        SignerKey("a", NOTE, bytes(size))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text.replace("+", " "),
        lambda text: text.rsplit("+", 1)[0],
        lambda text: text + "A",
        lambda text: text[:-1] + "!",
        lambda text: text[:-1] + "é",
        lambda text: text + "\n",
        lambda text: "b" + text,
        lambda text: text.upper(),
        lambda text: text.replace("example", "examples"),
    ],
)
def test_texts_that_are_not_keys(change):
    with pytest.raises(MalformedError):
        parse_verifier_key(change(str(KEY.verifier)))
    with pytest.raises(MalformedError, match="must begin with PRIVATE"):
        parse_signer_key(KEY.secret_text().removeprefix("PRIVATE+KEY+"))
    secret = change(KEY.secret_text())
    with pytest.raises(MalformedError) as caught:
        parse_signer_key(secret)
    assert "AAAA" not in str(caught.value)


def test_a_public_key_that_is_no_point_has_signed_nothing():
    key = VerifierKey("a", NOTE, b"\xff" * 32)
    assert not key.has_signed(b"", bytes(64))
    assert not KEY.verifier.has_signed(b"", bytes(63))
