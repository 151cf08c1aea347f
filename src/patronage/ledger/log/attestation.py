"""What an outsider signed about the money in custody: a note that a solvency record carries.

Its text is three lines: `patronage custody/v1`; the log's origin; a day, a currency and an amount
in minor units, `2026-10-31 CNY 123456`. The attester signs it with a key of their own.
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

from patronage.tlog import MalformedError, TlogError, VerifierKey, parse_note, verify_note

BYTES_MAX: Final = 8_000
_TITLE: Final = "patronage custody/v1"
_STATEMENT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([A-Z]{3}) (0|[1-9][0-9]{0,18})")


class AttestationError(ValueError):
    """A file that holds no signed statement. The message is one sentence."""


class Attestation(NamedTuple):
    """What was stated: whose log, as of which day, and how much lies there, in minor units."""

    origin: str
    day: str
    currency: str
    amount: int


def read_attestation(path: Path | None) -> str | None:
    """Return the note in a file, None for no file. Raises AttestationError."""
    if path is None or not path.exists():
        return None
    data = path.read_bytes()
    try:
        if len(data) > BYTES_MAX:
            raise MalformedError("too long")
        parse_attestation(parse_note(data).text)
    except TlogError as error:
        raise AttestationError(f"{path} holds no statement: {error}") from None
    return data.decode()


def parse_attestation(text: str) -> Attestation:
    """Read a statement from the text of a note. Raises MalformedError."""
    title, _, rest = text.partition("\n")
    origin, _, stated = rest.partition("\n")
    match = _STATEMENT.fullmatch(stated.removesuffix("\n"))
    if title != _TITLE or not origin or match is None:
        raise MalformedError("a statement must name a log, a day, a currency and an amount")
    day, currency, amount = match.groups()
    return Attestation(origin, day, currency, int(amount))


def verify_attestation(note: str, origin: str, attester: VerifierKey) -> Attestation:
    """Return what an attester stated about a log. Raises TlogError."""
    parsed = parse_note(note.encode())
    verify_note(parsed, (attester,))
    stated = parse_attestation(parsed.text)
    if stated.origin != origin:
        raise MalformedError("the statement is about another log")
    return stated
