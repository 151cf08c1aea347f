"""A member's proof: one file with what their account counts for, and the records behind it.

    {"format": "patronage-proof/1",
     "account": id,
     "checkpoint": the signed note,
     "solvency": {"index": leaf, "leaf": its text, "proof": [hash, …]},
     "balance": {"line": its text, "position": place among all accounts,
                 "paths": {asset: [[digest, amount], …], …}},
     "movements": [{"index": leaf, "leaf": a record's text, "proof": [hash, …]}, …]}

Hashes are in Base64, an amount of a path is a decimal text. Whoever checks it needs the log's
public key and nothing else.
"""

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from patronage.economy import BrokenInvariantError
from patronage.economy.events import is_date
from patronage.ledger.canonical import integer
from patronage.ledger.log.folder import BALANCES, CHECKPOINT, Folder
from patronage.ledger.log.leaves import find_record, is_solvency, read_leaf
from patronage.ledger.log.solvency import (
    ASSETS,
    BalanceProof,
    check_covered,
    prove_balance,
    verify_balance,
)
from patronage.tlog import (
    MissingError,
    Reader,
    Sum,
    TlogError,
    Trust,
    Verified,
    leaf_hash,
    parse_checkpoint,
    parse_note,
    verify_checkpoint,
    verify_inclusion,
)
from patronage.tlog.text import encode_base64, parse_decimal, parse_hash

FORMAT: Final = "patronage-proof/1"
BYTES_MAX: Final = 2_000_000
MOVEMENTS: Final = 10
"""So many of the latest movements unless told otherwise."""
_KINDS: Final = ("member", "merchant")
_EXPONENT_MAX: Final = 4
_NAMES: Final = ("member", "referrer", "account", "merchant")


class NotCountedError(LookupError):
    """The last solvency record counts no such account, or there is none yet."""


class Part(StrEnum):
    """Which part of a proof does not prove what it should."""

    FORM = "form"
    CHECKPOINT = "checkpoint"
    SOLVENCY = "solvency"
    BALANCE = "balance"
    MOVEMENT = "movement"


class WrongProofError(ValueError):
    """A file that proves nothing. The message says why, in English."""

    def __init__(self, part: Part, detail: str) -> None:
        self.part = part
        super().__init__(detail)


class Movement(NamedTuple):
    """A record that is in the log, and whether it names the account."""

    record: dict[str, Any]
    is_named: bool


class Proved(NamedTuple):
    """What a proof proves: what the account had when the solvency record was made."""

    verified: Verified
    account: dict[str, Any]
    solvency: dict[str, Any]
    movements: tuple[Movement, ...]


def prove_account(files: Folder, account: str, seqs: Iterable[int]) -> bytes:
    """Return the proof of an account in the last solvency record, with these records.

    Records that are not published yet are left out. Raises NotCountedError, and TlogError where the
    log's files are damaged.
    """
    note = files.get(CHECKPOINT)
    if note is None:
        raise NotCountedError(account)
    _, size, root, *_ = parse_checkpoint(parse_note(note).text)
    last = max((leaf for leaf in map(int, files.names(BALANCES)) if leaf < size), default=None)
    if last is None:
        raise NotCountedError(account)
    reader = Reader(files.get, size, root)
    leaf = reader.leaf(last)
    if not is_solvency(leaf):
        raise MissingError(f"leaf {last} is no solvency record")
    balance = prove_balance(files.get, last, account)
    if balance is None:
        raise NotCountedError(account)
    number: int = read_leaf(leaf)["number"]
    found = (find_record(reader, seq, number) for seq in seqs)
    told = {
        "format": FORMAT,
        "account": account,
        "checkpoint": note.decode(),
        "solvency": _included(reader, last),
        "balance": {
            "line": balance.line.decode(),
            "position": balance.position,
            "paths": {
                asset: [[encode_base64(digest), str(amount)] for digest, amount in path]
                for asset, path in balance.paths.items()
            },
        },
        "movements": [_included(reader, index) for index in found if index is not None],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _included(reader: Reader, index: int) -> dict[str, Any]:
    return {
        "index": index,
        "leaf": reader.leaf(index).decode(),
        "proof": list(map(encode_base64, reader.inclusion_proof(index))),
    }


def check_proof(data: bytes, trust: Trust) -> Proved:
    """Return what a file proves. Raises WrongProofError."""
    told = _parsed(data)
    try:
        verified = verify_checkpoint(told["checkpoint"].encode(), trust)
    except (TlogError, *_MALFORMED) as error:
        raise WrongProofError(Part.CHECKPOINT, str(error)) from None
    try:
        solvency = _verify_leaf(told["solvency"], verified)
        _require_solvency(solvency)
    except (TlogError, BrokenInvariantError, *_MALFORMED) as error:
        raise WrongProofError(Part.SOLVENCY, str(error)) from None
    try:
        balance = _balance_of(told["balance"])
        verify_balance(solvency, balance)
        account = json.loads(balance.line)
        integer(account["quota"])
        if account["account"] != told["account"] or account["kind"] not in _KINDS:
            raise ValueError("the line is another account's")
    except (TlogError, *_MALFORMED) as error:
        raise WrongProofError(Part.BALANCE, str(error)) from None
    try:
        movements = tuple(
            _movement(_verify_leaf(movement, verified), told["account"])
            for movement in told["movements"]
        )
    except (TlogError, *_MALFORMED) as error:
        raise WrongProofError(Part.MOVEMENT, str(error)) from None
    return Proved(verified, account, solvency, movements)


_MALFORMED: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        if len(data) <= BYTES_MAX:
            told = json.loads(data)
            if isinstance(told, dict) and told.get("format") == FORMAT:
                return told
    except (ValueError, RecursionError):
        pass
    raise WrongProofError(Part.FORM, f"the file must be a {FORMAT} of at most {BYTES_MAX:,} bytes")


def _verify_leaf(told: dict[str, Any], verified: Verified) -> dict[str, Any]:
    """Return what a leaf tells that is proved to be in the log."""
    leaf = told["leaf"].encode()
    proof = [parse_hash(text, "a hash of a proof") for text in told["proof"]]
    _, size, root, *_ = verified.checkpoint
    verify_inclusion(leaf_hash(leaf), _integer(told["index"]), size, proof, root)
    return read_leaf(leaf)


def _require_solvency(told: dict[str, Any]) -> None:
    """Require a record that can be shown, and in which no more is owed than held."""
    if told["type"] != "solvency" or not is_date(told["day"]):
        raise ValueError("it is no solvency record")
    if type(told["exponent"]) is not int or not 0 <= told["exponent"] <= _EXPONENT_MAX:
        raise ValueError("its currency has no such minor unit")
    if type(told["currency"]) is not str:
        raise TypeError("its currency is no text")
    integer(told["custody"])
    check_covered(told)


def _balance_of(told: dict[str, Any]) -> BalanceProof:
    paths = {asset: tuple(_sums(told["paths"][asset])) for asset in ASSETS}
    return BalanceProof(told["line"].encode(), _integer(told["position"]), paths)


def _sums(path: Sequence[Sequence[str]]) -> Iterable[Sum]:
    for digest, amount in path:
        yield Sum(parse_hash(digest, "a digest"), parse_decimal(amount, "an amount"))


def _integer(value: object) -> int:
    if type(value) is not int:
        raise TypeError("a place must be an integer")
    return value


def _movement(record: dict[str, Any], account: str) -> Movement:
    sources = (record["event"] or {}, record["facts"] or {})
    named = any(source.get(name) == account for source in sources for name in _NAMES)
    return Movement(record, named)
