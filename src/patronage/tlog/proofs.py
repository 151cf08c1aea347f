"""Proofs that a leaf is in a tree, and that one tree continues another.

RFC 9162, sections 2.1.3 and 2.1.4. A proof is a tuple of hashes; whoever checks it needs nothing
else of the tree.
"""

from collections.abc import Sequence

from patronage.tlog.errors import UnprovenError
from patronage.tlog.text import NUMBER_MAX
from patronage.tlog.tree import HASH_BYTES, Subtree, node_hash, range_root

Proof = tuple[bytes, ...]


def inclusion_proof(subtree: Subtree, index: int, size: int) -> Proof:
    """Prove that leaf `index` is in the tree of the first `size` leaves, its sibling first."""
    _check_index(index, size)
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            proof.append(range_root(subtree, middle, end))
            end = middle
        else:
            proof.append(range_root(subtree, start, middle))
            start = middle
    return tuple(reversed(proof))


def consistency_proof(subtree: Subtree, old: int, new: int) -> Proof:
    """Prove that the tree of the first `new` leaves begins with that of the first `old`."""
    _check_sizes(old, new)
    start, end, proof = 0, new, []
    while end != old:
        middle = start + _half(end - start)
        if old <= middle:
            proof.append(range_root(subtree, middle, end))
            end = middle
        else:
            proof.append(range_root(subtree, start, middle))
            start = middle
    if start:  # the old tree is no subtree of the new one: its rest is told too
        proof.append(range_root(subtree, start, end))
    return tuple(reversed(proof))


def sides(index: int, size: int) -> list[bool]:
    """Tell for each hash of an inclusion proof whether it stands at the left."""
    _check_index(index, size)
    found = []
    last = size - 1
    while last:
        if index % 2:
            found.append(True)
        elif index < last:
            found.append(False)
        index //= 2
        last //= 2
    return found


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise UnprovenError unless the leaf stands at `index` in the tree of this size and root."""
    _check_hashes(leaf_hash, root, *proof)
    turns = sides(index, size)
    if len(proof) != len(turns):
        raise UnprovenError(f"the proof must have {len(turns)} hashes and has {len(proof)}")
    value = leaf_hash
    for at_left, sibling in zip(turns, proof, strict=True):
        value = node_hash(sibling, value) if at_left else node_hash(value, sibling)
    if value != root:
        raise UnprovenError(f"leaf {index} is not what the tree of {size} leaves holds")


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise UnprovenError unless the tree of size `new` begins with the tree of size `old`.

    A growth from the empty tree is refused: everything continues that, so nothing would be proved.
    """
    _check_hashes(old_root, new_root, *proof)
    if old == new:
        if proof or old_root != new_root:
            raise UnprovenError(f"two trees of {new} leaves must have one root and no proof")
        return
    _check_sizes(old, new)
    index, last = old - 1, new - 1
    while index % 2:
        index //= 2
        last //= 2
    # It begins with the last complete subtree of the old tree, or is told without if that is all.
    path = list(proof) if index else [old_root, *proof]
    if not path:
        raise UnprovenError("the proof has too few hashes")
    old_value = new_value = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise UnprovenError("the proof has too many hashes")
        if index % 2 or index == last:
            old_value = node_hash(sibling, old_value)
            new_value = node_hash(sibling, new_value)
            while index and index % 2 == 0:
                index //= 2
                last //= 2
        else:
            new_value = node_hash(new_value, sibling)
        index //= 2
        last //= 2
    if last or old_value != old_root or new_value != new_root:
        raise UnprovenError(f"the tree of {new} leaves does not begin with that of {old}")


def _half(size: int) -> int:
    """Return the largest power of two below a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size <= NUMBER_MAX:
        raise UnprovenError(f"a tree of {size} leaves has no leaf {index}")


def _check_sizes(old: int, new: int) -> None:
    if not 1 <= old <= new <= NUMBER_MAX:
        raise UnprovenError(f"a tree of {new} leaves cannot continue one of {old}")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise UnprovenError(f"every hash must have {HASH_BYTES} bytes")
