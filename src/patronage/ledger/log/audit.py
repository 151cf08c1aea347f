"""A stranger's audit: the whole log replayed through the rules, from its public files alone.

Checked in this order, and the first fault ends it: the checkpoint's signature; that it continues
the last one seen; every tile and entry against it; every record, which must be, byte for byte, what
the rules make of its event after all before it; every solvency record against the replayed books;
the identities, and the balances of the last solvency record to their roots.
"""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from patronage.economy import BrokenInvariantError, State, check_identities
from patronage.ledger.canonical import encode
from patronage.ledger.collector import at_rest
from patronage.ledger.log import leaves
from patronage.ledger.log.attestation import Attestation, verify_attestation
from patronage.ledger.log.folder import CHECKPOINT
from patronage.ledger.log.replaying import DifferentError, Replaying
from patronage.ledger.log.solvency import (
    ASSETS,
    FORMAT,
    balances_of,
    books,
    check_covered,
    custody,
    solvency_record,
)
from patronage.tlog import (
    Checkpoint,
    Fetch,
    Reader,
    TlogError,
    Trust,
    UnprovenError,
    Verified,
    VerifierKey,
    verify_checkpoint,
)


class Wrong(StrEnum):
    """What is wrong first."""

    NO_LOG = "no_log"
    CHECKPOINT = "checkpoint"
    SHORTENED = "shortened"
    REWRITTEN = "rewritten"
    FILES = "files"
    RECORD = "record"
    RULES = "rules"
    SOLVENCY = "solvency"
    ATTESTATION = "attestation"
    IDENTITY = "identity"


class Fault(NamedTuple):
    """What is wrong, in which record (0 for none), and the particulars in English."""

    wrong: Wrong
    record: int
    detail: str


class Audit(NamedTuple):
    """What an audit found: up to the fault, if there is one.

    `verified` is the signed checkpoint with its cosignatures and `note` its bytes, None where it
    could not be verified. So many `records` and `solvencies` are right; `solvency` is the last such
    record, `attested` what the attester that was named stated last.
    """

    verified: Verified | None
    note: bytes | None
    records: int
    solvencies: int
    state: State | None
    accounts: int
    solvency: dict[str, Any] | None
    attested: Attestation | None
    fault: Fault | None


class _FaultyError(Exception):
    def __init__(self, wrong: Wrong, record: int, detail: str) -> None:
        self.fault = Fault(wrong, record, detail)
        super().__init__(wrong, record, detail)


def audit(
    fetch: Fetch,
    trust: Trust,
    seen: Checkpoint | None = None,
    attester: VerifierKey | None = None,
) -> Audit:
    """Audit a log. `seen` is the last checkpoint of it that was verified here before.

    Holds all accounts in memory. Raises what `fetch` raises.
    """
    with at_rest():  # until all accounts are let go of again
        return _audit(fetch, trust, seen, attester)


def _audit(
    fetch: Fetch, trust: Trust, seen: Checkpoint | None, attester: VerifierKey | None
) -> Audit:
    run = _Run(attester)
    fault = None
    try:
        run.audit(fetch, trust, seen)
    except _FaultyError as error:
        fault = error.fault
    replaying = run.replaying
    return Audit(
        run.verified,
        run.note,
        run.records,
        run.solvencies,
        None if replaying is None else replaying.state,
        0 if replaying is None else len(replaying.book.accounts),
        run.solvency,
        run.attested,
        fault,
    )


class _Run:
    """An audit on its way."""

    def __init__(self, attester: VerifierKey | None) -> None:
        self.verified: Verified | None = None
        self.note: bytes | None = None
        self.replaying: Replaying | None = None
        self.solvencies = 0
        self.solvency: dict[str, Any] | None = None
        self.attested: Attestation | None = None
        self._attester = attester
        self._last_solvency = 0

    @property
    def records(self) -> int:
        """How many records were replayed and are right."""
        return 0 if self.replaying is None else self.replaying.seq

    def audit(self, fetch: Fetch, trust: Trust, seen: Checkpoint | None) -> None:
        note = fetch(CHECKPOINT)
        if note is None:
            raise _FaultyError(Wrong.NO_LOG, 0, "there is no checkpoint")
        try:
            self.verified = verify_checkpoint(note, trust)
        except TlogError as error:
            raise _FaultyError(Wrong.CHECKPOINT, 0, str(error)) from None
        self.note = note
        checkpoint = self.verified.checkpoint
        if seen is not None and seen.size > checkpoint.size:
            raise _FaultyError(Wrong.SHORTENED, 0, f"{seen.size} leaves were seen before")
        try:
            reader = Reader(fetch, checkpoint.size, checkpoint.root)
            if seen is not None and reader.root(seen.size) != seen.root:
                raise _FaultyError(Wrong.REWRITTEN, 0, f"{seen.size} leaves were seen before")
            self._last_solvency = _solvencies(reader)
            self._replay(reader)
        except TlogError as error:
            raise _FaultyError(Wrong.FILES, 0, str(error)) from None

    def _replay(self, reader: Reader) -> None:
        remaining = reader.leaves()
        first = next(remaining, None)
        if first is None:
            return
        try:
            replaying = self.replaying = Replaying(first)
            for leaf in replaying.replay(remaining):
                self._check_solvency(replaying, leaf)
        except DifferentError as error:
            raise _FaultyError(Wrong.RECORD, self.records + 1, str(error)) from None
        except BrokenInvariantError as error:
            raise _FaultyError(Wrong.RULES, self.records + 1, str(error)) from None
        try:
            check_identities(replaying.state, replaying.book.accounts.values())
        except BrokenInvariantError as error:
            raise _FaultyError(Wrong.IDENTITY, replaying.seq, str(error)) from None

    def _check_solvency(self, replaying: Replaying, leaf: bytes) -> None:
        """Check a record against the replayed books; the last one to its roots."""
        number = self.solvencies + 1
        try:
            told = json.loads(leaf)
            is_right = _is_right(replaying, told, leaf, number)
            check_covered(told)
            if is_right and number == self._last_solvency:
                accounts = replaying.book.accounts
                balances = balances_of(replaying.state, (accounts[id] for id in sorted(accounts)))
                head = replaying.hash
                made = solvency_record(
                    replaying.state, balances, replaying.seq, number, head, told["attestation"]
                )
                is_right = made == leaf
        except BrokenInvariantError as error:
            raise _FaultyError(Wrong.SOLVENCY, replaying.seq, str(error)) from None
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            is_right = False
        if not is_right:
            raise _FaultyError(
                Wrong.SOLVENCY, replaying.seq, "it does not tell what the books hold"
            )
        self._check_attestation(replaying, told)
        self.solvencies, self.solvency = number, told

    def _check_attestation(self, replaying: Replaying, told: dict[str, Any]) -> None:
        note = told["attestation"]
        if self._attester is None or note is None or self.verified is None:
            return
        try:
            stated = verify_attestation(note, self.verified.checkpoint.origin, self._attester)
        except TlogError as error:
            raise _FaultyError(Wrong.ATTESTATION, replaying.seq, str(error)) from None
        currency = replaying.state.charter.currency
        if stated.currency != currency or stated.amount < custody(replaying.state):
            found = f"{stated.currency} {stated.amount} minor units on {stated.day}"
            needed = f"{currency} {custody(replaying.state)}"
            raise _FaultyError(
                Wrong.ATTESTATION, replaying.seq, f"{found}, and {needed} must be there"
            )
        self.attested = stated


def _solvencies(reader: Reader) -> int:
    """Return how many solvency records the last leaf says there are."""
    try:
        return leaves.last_place(reader).solvencies
    except UnprovenError:  # what is wrong with it comes to light in its turn
        return 0


def _is_right(replaying: Replaying, told: dict[str, Any], leaf: bytes, number: int) -> bool:
    """Tell whether a record has its form, its place and what the figures alone tell."""
    expected = {
        **books(replaying.state),
        "accounts": len(replaying.book.accounts),
        "format": FORMAT,
        "number": number,
        "previous": replaying.hash,
        "seq": replaying.seq,
        "type": "solvency",
    }
    for asset in ASSETS:
        expected[asset] = {**told[asset], **expected[asset]}
    return {**told, **expected} == told and encode(told).encode() == leaf
