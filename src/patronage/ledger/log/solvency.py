"""Solvency records: what is owed against what is held, and the balances that add up to it.

Once a day has closed a record tells, for each asset, what all accounts are owed, what the books
hold against it, and the root of a Merkle sum tree over the accounts in the order of their ids:

    cash     cash and dividends payable      against all money less what other figures set aside
    coins    coins                           against the treasury at the price of the day, in money
    points   points                          against the reserve, of which they are a share

What is held in the books is not yet what lies in the bank: `custody` is the money that must be
there, and `attestation` has room for what an outsider signed about it.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice, pairwise
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from patronage.economy import Account, BrokenInvariantError, State
from patronage.economy.state import payable
from patronage.ledger.canonical import INTEGER_MAX, encode, integer, number
from patronage.ledger.log.folder import BALANCES
from patronage.tlog import (
    HASH_BYTES,
    Fetch,
    MissingError,
    Sum,
    SumProof,
    SumTree,
    UnprovenError,
    verify_sum,
)

FORMAT: Final = 1
PAGE: Final = 1024
"""So many accounts a page of balances: a power of two, about the root of how many there may be."""
ASSETS: Final = ("cash", "coins", "points")
_DOMAINS: Final = {asset: f"patronage/{asset}/v1\n".encode() for asset in ASSETS}
_NODE_BYTES: Final = HASH_BYTES + 8


class Balances(NamedTuple):
    """Every account's line in pages, and each asset's subtree roots, one a page."""

    accounts: int
    firsts: list[str]
    pages: list[list[bytes]]
    roots: dict[str, list[Sum]]

    def totals(self) -> dict[str, Sum]:
        """Return each asset's root, whose amount is what all accounts are owed."""
        return {asset: SumTree.above(_DOMAINS[asset], self.roots[asset]).root() for asset in ASSETS}


class BalanceProof(NamedTuple):
    """An account's line, its place among all, and its path in each asset's tree."""

    line: bytes
    position: int
    paths: dict[str, SumProof]


def _told(state: State, account: Account) -> tuple[bytes, tuple[int, ...]]:
    """Return the canonical line of an account's balances, and what it counts for.

    Dividends payable now are told apart.
    """
    _, _, dividends = payable(state, account)
    cash, coins, points, quota = account.cash, account.coins, account.points, account.quota
    kind = "merchant" if account.merchant else "member"
    line = (
        f'{{"account":{encode_basestring(account.id)},"cash":{_money(cash)},'
        f'"coins":{_money(coins)},"dividends":{_money(dividends)},"kind":"{kind}",'
        f'"points":"{points}","quota":{_money(quota)}}}'
    )
    return line.encode(), (cash + dividends, coins, points)


def _money(value: int) -> str:
    return str(value) if value <= INTEGER_MAX else f'"{value}"'


def amounts_of(line: bytes) -> tuple[int, ...]:
    """Return what a line counts for in each asset's tree, in the order of ASSETS."""
    told = json.loads(line)
    cash = integer(told["cash"]) + integer(told["dividends"])
    return cash, integer(told["coins"]), integer(told["points"])


def balances_of(state: State, accounts: Iterable[Account]) -> Balances:
    """Return the balances of accounts that come in the order of their ids."""
    found = Balances(0, [], [], {asset: [] for asset in ASSETS})
    count = 0
    remaining = iter(accounts)
    while page := list(islice(remaining, PAGE)):
        count += len(page)
        told = [_told(state, account) for account in page]
        found.firsts.append(page[0].id)
        found.pages.append([line for line, _ in told])
        for asset, tree in _trees(told).items():
            found.roots[asset].append(tree.root())
    return found._replace(accounts=count)


def _trees(told: Sequence[tuple[bytes, tuple[int, ...]]]) -> dict[str, SumTree]:
    """Return each asset's tree over lines and what they count for, in the order of ASSETS."""
    commitments = [sha256(line).digest() for line, _ in told]
    return {
        asset: SumTree(
            _DOMAINS[asset],
            zip(commitments, (amounts[place] for _, amounts in told), strict=True),
        )
        for place, asset in enumerate(ASSETS)
    }


def books(state: State) -> dict[str, Any]:
    """Return what a record tells of the economy's own figures alone, without any account."""
    price, per = state.price
    owned = state.circulating - state.treasury - state.founding
    return {
        "cash": {
            "held": number(
                custody(state) - (state.reserve + state.dividend_pool + state.fees + state.surplus)
            )
        },
        "coins": {"held": number(state.treasury * price // per), "owed": number(state.coins)},
        "currency": state.charter.currency,
        "custody": number(custody(state)),
        "day": state.last_closed,
        "exponent": state.charter.minor_unit_exponent,
        "points": {
            "held": number(state.reserve),
            "owed": str(owned),
            "worth": number(owned * price // per),
        },
    }


def custody(state: State) -> int:
    """Return the money that must be at hand, in minor units."""
    return state.paid_in - state.paid_out - state.returned


def solvency_record(
    state: State,
    balances: Balances,
    seq: int,
    number_: int,
    previous: str,
    attestation: str | None,
) -> bytes:
    """Return the canonical bytes of the nth solvency record, made after a journal record.

    Raises BrokenInvariantError where the accounts do not add up to the figures, or more is owed
    than held.
    """
    told = books(state)
    for asset, (root, amount) in balances.totals().items():
        stated = str(amount) if asset == "points" else number(amount)
        if told[asset].setdefault("owed", stated) != stated:
            raise BrokenInvariantError(f"the accounts' {asset} are not what the economy has")
        told[asset]["root"] = root.hex()
    check_covered(told)
    told |= {
        "accounts": balances.accounts,
        "attestation": attestation,
        "format": FORMAT,
        "number": number_,
        "previous": previous,
        "seq": seq,
        "type": "solvency",
    }
    return encode(told).encode()


def check_covered(told: dict[str, Any]) -> None:
    """Raise BrokenInvariantError where more is owed than held."""
    for asset in ASSETS:
        owed = integer(told[asset]["worth" if asset == "points" else "owed"])
        if owed > integer(told[asset]["held"]):
            raise BrokenInvariantError(f"more {asset} are owed than are held")


def balance_files(balances: Balances, leaf: int) -> Iterator[tuple[str, bytes]]:
    """Give the files from which proofs in the record at a leaf are made."""
    folder = folder_of(leaf)
    for at, lines in enumerate(balances.pages):
        yield f"{folder}/{at}", b"\n".join([*lines, b""])
    nodes = (node for asset in ASSETS for node in balances.roots[asset])
    yield f"{folder}/sums", b"".join(digest + amount.to_bytes(8) for digest, amount in nodes)
    yield f"{folder}/firsts", json.dumps(balances.firsts, ensure_ascii=False).encode()


def folder_of(leaf: int) -> str:
    """Return where the balances of the record at a leaf are."""
    return f"{BALANCES}/{leaf}"


def prove_balance(fetch: Fetch, leaf: int, account: str) -> BalanceProof | None:
    """Prove what an account counts for in the record at a leaf; None for one that has no line.

    Nothing that is read is believed: whether the proof proves, `verify_balance` tells. Raises
    MissingError where the balances are not there, or not in their form.
    """
    folder = folder_of(leaf)
    try:
        firsts = json.loads(_fetched(fetch, f"{folder}/firsts"))
        page = bisect_right(firsts, account) - 1
        if page < 0:
            return None
        lines = _fetched(fetch, f"{folder}/{page}").splitlines()
        at = next((at for at, line in enumerate(lines) if _id_of(line) == account), None)
        if at is None:
            return None
        nodes = _nodes(_fetched(fetch, f"{folder}/sums"))
        below, each = _trees([(line, amounts_of(line)) for line in lines]), len(firsts)
        paths = {}
        for place, asset in enumerate(ASSETS):
            roots = nodes[place * each : (place + 1) * each]
            above = SumTree.above(_DOMAINS[asset], roots)
            paths[asset] = (*below[asset].proof(at), *above.proof(page))
    except (ValueError, TypeError, LookupError):  # of tlog's, too
        raise MissingError(f"what stands under {folder} are no balances") from None
    return BalanceProof(lines[at], page * PAGE + at, paths)


def _fetched(fetch: Fetch, path: str) -> bytes:
    data = fetch(path)
    if data is None:
        raise MissingError(f"the log has no {path}")
    return data


def _id_of(line: bytes) -> object:
    return json.loads(line)["account"]


def _nodes(data: bytes) -> list[Sum]:
    return [
        Sum(data[start : start + HASH_BYTES], int.from_bytes(data[start + HASH_BYTES : end]))
        for start, end in pairwise(range(0, len(data) + 1, _NODE_BYTES))
    ]


def verify_balance(told: dict[str, Any], proof: BalanceProof) -> None:
    """Raise UnprovenError unless an account's line is counted in what a solvency record tells."""
    try:
        amounts = amounts_of(proof.line)
        commitment = sha256(proof.line).digest()
        for place, asset in enumerate(ASSETS):
            root = Sum(bytes.fromhex(told[asset]["root"]), integer(told[asset]["owed"]))
            verify_sum(
                _DOMAINS[asset],
                commitment,
                amounts[place],
                proof.position,
                told["accounts"],
                proof.paths[asset],
                root,
            )
    except UnprovenError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError):
        raise UnprovenError("the balances do not have their form") from None
