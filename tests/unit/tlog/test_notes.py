"""Signed notes and who has signed them."""

import pytest

from patronage.tlog import (
    COSIGNATURE,
    NOTE,
    MalformedError,
    Note,
    Signature,
    SignerKey,
    UnprovenError,
    VerifierKey,
    cosign,
    format_note,
    parse_note,
    parse_signatures,
    sign,
    verify_note,
)
from patronage.tlog.notes import NOTE_BYTES_MAX, SIGNATURES_MAX
from patronage.tlog.text import NUMBER_MAX

LOG = SignerKey("example.com/log", NOTE, b"1" * 32)
OTHER = SignerKey("example.com/other", NOTE, b"2" * 32)
WITNESS = SignerKey("example.com/witness", COSIGNATURE, b"3" * 32)
TEXT = "惠顾\n\nline\n"
SIGNED = Note(TEXT, (sign(TEXT, LOG), cosign(TEXT, WITNESS, 1_700_000_000)))


def test_a_note_can_be_read_again():
    assert parse_note(format_note(SIGNED)) == SIGNED
    assert format_note(SIGNED).startswith("惠顾\n\nline\n\n— example.com/log ".encode())
    empty_line = Note("\n", (sign("\n", LOG),))
    assert parse_note(format_note(empty_line)) == empty_line


def test_who_has_signed():
    signed = verify_note(SIGNED, [LOG.verifier, OTHER.verifier, WITNESS.verifier])
    assert signed == ((LOG.verifier, None), (WITNESS.verifier, 1_700_000_000))


def test_unknown_keys_are_ignored_but_one_must_be_known():
    garbage = Signature("example.com/log", bytes(4), bytes(1))
    note = SIGNED._replace(signatures=(garbage, *SIGNED.signatures))
    assert verify_note(note, [LOG.verifier]) == ((LOG.verifier, None),)
    for keys in ([], [OTHER.verifier]):
        with pytest.raises(UnprovenError, match="not signed with a key that is known"):
            verify_note(note, keys)


def test_a_name_or_an_id_alone_is_not_the_key():
    namesake = SignerKey(LOG.verifier.name, NOTE, b"4" * 32)
    with pytest.raises(UnprovenError, match="not signed"):
        verify_note(SIGNED, [namesake.verifier])


@pytest.mark.parametrize("length", [1, 63, 65, 72])
def test_a_known_key_that_fails_rejects_the_whole_note(length):
    for key in (LOG, WITNESS):
        bad = Signature(key.verifier.name, key.verifier.id, bytes(length))
        note = SIGNED._replace(signatures=(*SIGNED.signatures, bad))
        with pytest.raises(UnprovenError, match=f"of {key.verifier.name} is not of its key"):
            verify_note(note, [LOG.verifier, WITNESS.verifier])


def test_a_cosignature_is_of_its_time():
    line = SIGNED.signatures[1]
    later = line._replace(payload=(1_700_000_001).to_bytes(8) + line.payload[8:])
    with pytest.raises(UnprovenError):
        verify_note(Note(TEXT, (later,)), [WITNESS.verifier])
    for time in (0, NUMBER_MAX):
        note = Note(TEXT, (cosign(TEXT, WITNESS, time),))
        assert verify_note(note, [WITNESS.verifier]) == ((WITNESS.verifier, time),)
    for time in (-1, NUMBER_MAX + 1):
        with pytest.raises(MalformedError, match="a time must be"):
            cosign(TEXT, WITNESS, time)


def test_a_time_beyond_the_bound_is_refused_even_if_signed():
    time = NUMBER_MAX + 1
    signature = WITNESS.sign(b"cosignature/v1\ntime %d\n" % time + TEXT.encode())
    line = Signature(WITNESS.verifier.name, WITNESS.verifier.id, time.to_bytes(8) + signature)
    with pytest.raises(UnprovenError):
        verify_note(Note(TEXT, (line,)), [WITNESS.verifier])


def test_a_key_signs_what_its_kind_signs():
    with pytest.raises(MalformedError, match="kind 4, not 1"):
        sign(TEXT, WITNESS)
    with pytest.raises(MalformedError, match="kind 1, not 4"):
        cosign(TEXT, LOG, 0)
    # The same key under the other kind: its signatures are not mixed up.
    as_witness = SignerKey(LOG.verifier.name, COSIGNATURE, b"1" * 32)
    with pytest.raises(UnprovenError, match="not signed"):
        verify_note(SIGNED, [as_witness.verifier])


def test_keys_that_a_signature_cannot_tell_apart(monkeypatch):
    twin = VerifierKey(LOG.verifier.name, NOTE, OTHER.verifier.public)
    monkeypatch.setattr(VerifierKey, "id", property(lambda _: b"same"))
    with pytest.raises(MalformedError, match="same name and id"):
        verify_note(SIGNED, [LOG.verifier, twin])
    with pytest.raises(UnprovenError, match="not signed"):
        verify_note(SIGNED, [LOG.verifier, LOG.verifier])


LINE = format_note(SIGNED).split(b"\n\n")[-1].split(b"\n")[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n",
        LINE + b"\n",
        b"\n" + LINE + b"\n",
        b"text\n" + LINE + b"\n",
        b"text\n\n" + LINE,
        b"text\n\n" + LINE + b"\n\n",
        b"text\n\n" + LINE + b"\nmore\n",
        b"te\xffxt\n\n" + LINE + b"\n",
        b"te\txt\n\n" + LINE + b"\n",
        b"te\rxt\n\n" + LINE + b"\n",
        b"text\r\n\r\n" + LINE + b"\r\n",
        b"text\n\n" + LINE.replace("—".encode(), b"-") + b"\n",
        b"text\n\n" + LINE.replace(b" ", b"  ") + b"\n",
        b"text\n\n" + LINE.replace(b"/log ", b"+log ") + b"\n",
        b"text\n\n" + LINE + b" \n",
        b"text\n\n" + LINE[:-1] + b"\n",
        "text\n\n— a\u00a0b AAAAAAAA\n".encode(),
        "text\n\n—  AAAAAAAA\n".encode(),
        "text\n\n— a AAAAAA==\n".encode(),  # the id alone
        "text\n\n— a AAAAAAB=\n".encode(),  # an unused bit is set
        "text\n\n— a AAAAA_A=\n".encode(),
        "text\n\n— a \n".encode(),
    ],
)
def test_what_is_no_note(data):
    with pytest.raises(MalformedError):
        parse_note(data)


def test_a_note_is_not_too_large():
    lines = (LINE + b"\n") * SIGNATURES_MAX
    assert len(parse_note(b"text\n\n" + lines).signatures) == SIGNATURES_MAX
    with pytest.raises(MalformedError, match="1 to 100 signatures"):
        parse_note(b"text\n\n" + lines + LINE + b"\n")
    text = "x" * (NOTE_BYTES_MAX - len(LINE) - 3)
    assert parse_note(text.encode() + b"\n\n" + LINE + b"\n").text == text + "\n"
    with pytest.raises(MalformedError, match="at most 1,000,000 bytes"):
        parse_note(b"x" + text.encode() + b"\n\n" + LINE + b"\n")


@pytest.mark.parametrize("text", ["", "x", "x\0\n", "\ud800\n", "x\r\n"])
def test_texts_that_no_note_can_carry(text):
    with pytest.raises(MalformedError):
        sign(text, LOG)
    with pytest.raises(MalformedError):
        cosign(text, WITNESS, 0)
    with pytest.raises(MalformedError):
        format_note(Note(text, SIGNED.signatures))


@pytest.mark.parametrize(
    "signatures",
    [
        (),
        (Signature("a b", bytes(4), bytes(64)),),
        (Signature("a\n", bytes(4), bytes(64)),),
        (Signature("\ud800", bytes(4), bytes(64)),),
        (Signature("a", bytes(3), bytes(64)),),
        (Signature("a", bytes(4), b""),),
    ],
)
def test_signatures_that_no_note_can_carry(signatures):
    with pytest.raises(MalformedError):
        format_note(Note("text\n", signatures))


def test_a_witness_answers_in_lines():
    lines = format_note(SIGNED).decode().removeprefix(TEXT + "\n")
    assert parse_signatures(lines) == SIGNED.signatures
    for bad in ("", "\n", lines[:-1], lines + "\n", "\n" + lines):
        with pytest.raises(MalformedError):
            parse_signatures(bad)
