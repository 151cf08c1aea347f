"""The Merkle sum tree: what each is owed, and that the total holds all of it.

A node's digest covers the digest and the amount of each of its children, in fixed width, so that no
two can be shown different amounts of one node. Amounts are never negative and their sums never
overflow, so the total at the root is at least what any set of leaves proves, and its maker can only
overstate it. What is hashed begins with one byte for a leaf and another for a node, and with the
tree's domain, a line that names what is summed and keeps trees of different kinds apart.

A leaf holds a commitment of 32 bytes (such as an HMAC under the owner's salt) that must cover whose
the amount is and the amount: two owners must not be shown one leaf. Proofs show neighbours' sums;
who must hide them splits, shuffles and adds leaves of amount 0.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from patronage.tlog.errors import MalformedError, UnprovenError
from patronage.tlog.proofs import sides
from patronage.tlog.tree import HASH_BYTES

AMOUNT_MAX: Final = 2**63 - 1
_AMOUNT_BYTES: Final = 8
_LEAF: Final = b"\x10"
_NODE: Final = b"\x11"


class Sum(NamedTuple):
    """A node: its digest, and the sum of the amounts of all leaves below it."""

    digest: bytes
    amount: int


SumProof = tuple[Sum, ...]


class SumTree:
    """A sum tree in memory, over (commitment, amount) of each leaf; at least one.

    Raises MalformedError for a commitment that has not 32 bytes, and for an amount or a sum that is
    not from 0 to 2⁶³ − 1.
    """

    def __init__(self, domain: bytes, leaves: Iterable[tuple[bytes, int]]) -> None:
        leaf_prefix, _ = _prefixes(domain)
        self._grow(
            domain, [_leaf(leaf_prefix, commitment, amount) for commitment, amount in leaves]
        )

    @classmethod
    def above(cls, domain: bytes, roots: Iterable[Sum]) -> "SumTree":
        """Return the upper part of a tree, over the roots of its neighbouring subtrees.

        All must be of one size, a power of two of leaves, but the last, which may be smaller. A
        proof in a subtree and then the proof of that subtree in this is a proof in the whole.
        """
        tree = cls.__new__(cls)
        tree._grow(domain, [_pack(*root) for root in roots])  # noqa: SLF001  (of its own class)
        return tree

    def _grow(self, domain: bytes, row: list[bytes]) -> None:
        if not row:
            raise MalformedError("a sum tree must have a leaf")
        _, node_prefix = _prefixes(domain)
        self._rows = [row]
        while len(row) > 1:
            pairs = zip(row[::2], row[1::2], strict=False)
            above = [_node(node_prefix, left, right) for left, right in pairs]
            if len(row) % 2:
                above.append(row[-1])
            row = above
            self._rows.append(row)

    def __len__(self) -> int:
        return len(self._rows[0])

    def root(self) -> Sum:
        """Return the root, whose amount is the total."""
        return _unpack(self._rows[-1][0])

    def proof(self, index: int) -> SumProof:
        """Prove that a leaf is in the total, its sibling first."""
        if not 0 <= index < len(self):
            raise UnprovenError(f"a sum tree of {len(self)} leaves has no leaf {index}")
        siblings = []
        for row in self._rows[:-1]:
            if index ^ 1 < len(row):
                siblings.append(_unpack(row[index ^ 1]))
            index //= 2
        return tuple(siblings)


def verify_sum(
    domain: bytes,
    commitment: bytes,
    amount: int,
    index: int,
    size: int,
    proof: Sequence[Sum],
    root: Sum,
) -> None:
    """Raise UnprovenError unless leaf `index` of the `size` leaves below the root has this amount.

    The root must come from where all see the same one.
    """
    leaf_prefix, node_prefix = _prefixes(domain)
    turns = sides(index, size)
    if len(proof) != len(turns):
        raise UnprovenError(f"the proof must have {len(turns)} sums and has {len(proof)}")
    try:
        value = _leaf(leaf_prefix, commitment, amount)
        for at_left, sibling in zip(turns, proof, strict=True):
            beside = _pack(*sibling)
            pair = (beside, value) if at_left else (value, beside)
            value = _node(node_prefix, *pair)
        is_root = value == _pack(*root)
    except MalformedError as error:
        raise UnprovenError(str(error)) from None
    if not is_root:
        raise UnprovenError(f"leaf {index} with {amount} is not in the total of {root.amount}")


def _prefixes(domain: bytes) -> tuple[bytes, bytes]:
    # Of two such lines none begins the other, so no digest is of two domains.
    if domain.find(b"\n") != len(domain) - 1 or len(domain) < 2:
        raise MalformedError("a sum tree's domain must be one line with its newline")
    return _LEAF + domain, _NODE + domain


def _leaf(prefix: bytes, commitment: bytes, amount: int) -> bytes:
    return sha256(prefix + _pack(commitment, amount)).digest() + amount.to_bytes(_AMOUNT_BYTES)


def _node(prefix: bytes, left: bytes, right: bytes) -> bytes:
    total = int.from_bytes(left[HASH_BYTES:]) + int.from_bytes(right[HASH_BYTES:])
    if total > AMOUNT_MAX:
        raise MalformedError("a sum of amounts must be at most 2^63 - 1")
    return sha256(prefix + left + right).digest() + total.to_bytes(_AMOUNT_BYTES)


def _pack(digest: bytes, amount: int) -> bytes:
    """Write a node in fixed width: as it is hashed, and as a tree holds it."""
    if len(digest) != HASH_BYTES:
        raise MalformedError(f"a digest must have {HASH_BYTES} bytes")
    if type(amount) is not int or not 0 <= amount <= AMOUNT_MAX:
        raise MalformedError("an amount must be an integer from 0 to 2^63 - 1")
    return digest + amount.to_bytes(_AMOUNT_BYTES)


def _unpack(node: bytes) -> Sum:
    return Sum(node[:HASH_BYTES], int.from_bytes(node[HASH_BYTES:]))
