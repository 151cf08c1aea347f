"""The Merkle tree, its proofs and its files, beside the definitions of RFC 6962."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.tlog import (
    Reader,
    Sum,
    SumTree,
    TlogError,
    Tree,
    UnprovenError,
    Writer,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
    verify_sum,
)
from tests.model import merkle
from tests.unit.tlog.store import MemoryStore, leaves

SIZES = st.integers(1, 40) | st.integers(1, 700)
DOMAIN = b"owed/v1\n"


def altered(data: st.DataObject, value: bytes) -> bytes:
    """Flip one bit."""
    bit = data.draw(st.integers(0, 8 * len(value) - 1))
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def other_proof(data: st.DataObject, proof: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Change a proof in one way that a forger might try."""
    hashes = list(proof)
    ways = ["insert", *(["alter", "drop"] if hashes else [])]
    ways += ["swap"] if len(set(hashes)) > 1 else []
    way = data.draw(st.sampled_from(ways))
    at = data.draw(st.integers(0, max(len(hashes) - 1, 0)))
    if way == "insert":
        hashes.insert(at, data.draw(st.sampled_from([*hashes, bytes(32)])))
    elif way == "drop":
        del hashes[at]
    elif way == "alter":
        hashes[at] = altered(data, hashes[at])
    else:
        other = data.draw(st.sampled_from([n for n in range(len(hashes)) if n != at]))
        hashes[at], hashes[other] = hashes[other], hashes[at]
    return tuple(hashes)


@given(SIZES, st.data())
def test_every_leaf_is_included(size: int, data: st.DataObject) -> None:
    """The audit path of a leaf is the shortest list of nodes needed to compute its tree's hash."""
    index = data.draw(st.integers(0, size - 1))
    tree = Tree(map(leaf_hash, leaves(size)))
    proof = inclusion_proof(tree.subtree, index, size)
    assert proof == tuple(merkle.path(index, leaves(size)))
    root = merkle.mth(leaves(size))
    leaf = leaf_hash(b"leaf %d" % index)
    verify_inclusion(leaf, index, size, proof, root)

    with pytest.raises(UnprovenError):
        verify_inclusion(leaf, index, size, other_proof(data, proof), root)
    with pytest.raises(UnprovenError):
        verify_inclusion(altered(data, leaf), index, size, proof, root)
    with pytest.raises(UnprovenError):
        verify_inclusion(leaf, index, size, proof, altered(data, root))
    other = data.draw(st.integers(-1, size + 2).filter(lambda number: number != index))
    with pytest.raises(UnprovenError):
        verify_inclusion(leaf, other, size, proof, root)


@given(SIZES, st.data())
def test_every_prefix_is_consistent(size: int, data: st.DataObject) -> None:
    """A consistency proof must contain intermediate nodes sufficient to verify both trees."""
    old = data.draw(st.integers(1, size))
    tree = Tree(map(leaf_hash, leaves(size)))
    proof = consistency_proof(tree.subtree, old, size)
    assert proof == tuple(merkle.proof(old, leaves(size)))
    old_root, root = merkle.mth(leaves(old)), merkle.mth(leaves(size))
    assert (tree.root(old), tree.root()) == (old_root, root)
    verify_consistency(old, old_root, size, root, proof)

    with pytest.raises(UnprovenError):
        verify_consistency(old, old_root, size, root, other_proof(data, proof))
    with pytest.raises(UnprovenError):
        verify_consistency(old, altered(data, old_root), size, root, proof)
    with pytest.raises(UnprovenError):
        verify_consistency(old, old_root, size, altered(data, root), proof)
    if old < size:
        with pytest.raises(UnprovenError):
            verify_consistency(old, root, size, old_root, proof)
        with pytest.raises(UnprovenError):
            verify_consistency(size, root, old, old_root, proof)


@given(SIZES, st.data())
def test_no_rewritten_history_is_consistent(size: int, data: st.DataObject) -> None:
    """An append-only log has every earlier tree as a prefix: a leaf changed within it is found."""
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    told = leaves(size)
    told[changed] += b"!"
    tree = Tree(map(leaf_hash, told))
    old_root = merkle.mth(leaves(old))
    proof = consistency_proof(tree.subtree, old, size)
    with pytest.raises(UnprovenError):
        verify_consistency(old, old_root, size, tree.root(), proof)


@given(st.lists(st.integers(0, 300), max_size=6))
def test_tiles_are_what_they_are_defined_to_be(batches: list[int]) -> None:
    """The n-th tile at level l is MTH(D[(n × 256 + i) × 256^l : (n × 256 + i + 1) × 256^l])."""
    store, size, roots = MemoryStore(), 0, [merkle.mth([])]
    writer = Writer(store)
    for batch in batches:
        roots.append(writer.append(leaves(batch, size)))
        size += batch
        assert roots[-1] == merkle.mth(leaves(size))
        for level in range(2):  # the partial tiles of every size that may be signed
            count = size >> 8 * level
            assert not count % 256 or f"tile/{level}/{count >> 8:03}.p/{count % 256}" in store
    data = leaves(size)
    for path, held in store.items():
        level, number, width = re.fullmatch(r"tile/([^/]+)/(\d{3})(?:\.p/(\d+))?", path).groups()
        first = int(number) * 256
        count = int(width or 256)
        if level == "entries":
            told = data[first : first + count]
            assert held == b"".join(len(leaf).to_bytes(2) + leaf for leaf in told)
            continue
        span = 256 ** int(level)
        hashes = [merkle.mth(data[n * span : (n + 1) * span]) for n in range(first, first + count)]
        assert held == b"".join(hashes)


def test_partial_tiles_at_every_size() -> None:
    """A log that is signed after every leaf, read at every size it ever had."""
    store, tree = MemoryStore(), Tree()
    writer = Writer(store)
    for size, leaf in enumerate(leaves(520), 1):
        root = writer.append([leaf])
        tree.append(leaf_hash(leaf))
        assert root == tree.root()
        reader = Reader(store.get, size, root)
        assert reader.leaf(size - 1) == leaf
        assert reader.root(size // 2) == tree.root(size // 2)


def test_a_log_of_three_tile_levels() -> None:
    """Nothing is special about the third level, but only 65,536 leaves reach it."""
    store, count = MemoryStore(), 66_000
    root = Writer(store).append(leaves(count))
    assert "tile/2/000.p/1" in store
    tree = Tree(map(leaf_hash, leaves(count)))
    assert root == tree.root()
    reader = Reader(store.get, count, root)
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        assert reader.inclusion_proof(index) == inclusion_proof(tree.subtree, index, count)
        assert reader.leaf(index) == b"leaf %d" % index
    for old in (1, 256, 65_535, 65_536, 65_537, 66_000):
        assert reader.consistency_proof(old) == consistency_proof(tree.subtree, old, count)
        assert reader.root(old) == tree.root(old)


@given(st.integers(1, 700), st.data())
def test_a_log_with_one_bit_changed_is_found_out(size: int, data: st.DataObject) -> None:
    """Whoever reads a log's tiles and entries against its root accepts nothing that was changed."""
    store = MemoryStore()
    root = Writer(store).append(leaves(size))
    path = data.draw(st.sampled_from(sorted(store)))
    store[path] = altered(data, store[path])
    with pytest.raises(TlogError):  # noqa: PT012  (any of these may be the one that finds it)
        reader = Reader(store.get, size, root)
        list(reader.leaves())
        for index in range(0, size, 256):
            reader.leaf_hash(index)


@given(st.integers(2, 700), st.data())
def test_a_log_with_files_changed_for_others_is_found_out(size: int, data: st.DataObject) -> None:
    """… nor a file of another log, or from another place."""
    store, other = MemoryStore(), MemoryStore()
    root = Writer(store).append(leaves(size))
    Writer(other).append(leaves(size, 1))
    path = data.draw(st.sampled_from(sorted(store)))
    others = [held for held in (*store.values(), *other.values()) if held != store[path]]
    store[path] = data.draw(st.sampled_from(others))
    with pytest.raises(TlogError):  # noqa: PT012
        reader = Reader(store.get, size, root)
        list(reader.leaves())
        for index in range(0, size, 256):
            reader.leaf_hash(index)


AMOUNTS = st.lists(st.integers(0, 100) | st.integers(0, 2**63 - 1), min_size=1, max_size=40).filter(
    lambda amounts: sum(amounts) < 2**63
)


@given(AMOUNTS, st.data())
def test_every_amount_is_in_the_total(amounts: list[int], data: st.DataObject) -> None:
    """The total holds every leaf's amount, and a proof shows no other amount, place or total."""
    commitments = [leaf_hash(b"%d" % number) for number in range(len(amounts))]
    tree = SumTree(DOMAIN, zip(commitments, amounts, strict=True))
    root, size = tree.root(), len(amounts)
    assert root.amount == sum(amounts)
    index = data.draw(st.integers(0, size - 1))
    amount, commitment, proof = amounts[index], commitments[index], tree.proof(index)
    verify_sum(DOMAIN, commitment, amount, index, size, proof, root)

    def refused(
        amount: int = amount,
        commitment: bytes = commitment,
        index: int = index,
        proof: tuple[Sum, ...] = proof,
        root: Sum = root,
    ) -> None:
        with pytest.raises(UnprovenError):
            verify_sum(DOMAIN, commitment, amount, index, size, proof, root)

    change = data.draw(st.integers(-(2**64), 2**64).filter(bool) | st.sampled_from([-1, 1]))
    refused(amount=amount + change)
    refused(amount=amount + change, root=root._replace(amount=root.amount + change))
    refused(root=root._replace(amount=root.amount + change))
    refused(commitment=altered(data, commitment))
    refused(root=root._replace(digest=altered(data, root.digest)))
    refused(index=data.draw(st.integers(-1, size + 1).filter(lambda number: number != index)))
    refused(proof=(*proof, Sum(commitment, 0)))
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        for other in (
            proof[at]._replace(amount=proof[at].amount + change),
            proof[at]._replace(digest=altered(data, proof[at].digest)),
        ):
            refused(proof=(*proof[:at], other, *proof[at + 1 :]))
        refused(proof=proof[1:])
