"""Proofs and their verification at the bounds; the rest is in tests/properties/test_tlog.py."""

import pytest

from patronage.tlog import (
    EMPTY_ROOT,
    Tree,
    UnprovenError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from patronage.tlog.text import NUMBER_MAX
from tests.unit.tlog.store import leaves

TREE = Tree(map(leaf_hash, leaves(8)))
LEAF = leaf_hash(b"leaf 3")


def test_the_empty_tree_has_no_leaf():
    assert Tree().root() == EMPTY_ROOT
    for index, size in ((0, 0), (3, 3), (-1, 3), (0, -1)):
        with pytest.raises(UnprovenError, match=f"a tree of {size} leaves has no leaf {index}"):
            inclusion_proof(TREE.subtree, index, size)
        with pytest.raises(UnprovenError):
            verify_inclusion(LEAF, index, size, (), LEAF)


def test_nothing_is_proved_by_growth_from_the_empty_tree():
    with pytest.raises(UnprovenError, match="cannot continue"):
        consistency_proof(TREE.subtree, 0, 8)
    with pytest.raises(UnprovenError, match="cannot continue"):
        verify_consistency(0, EMPTY_ROOT, 8, TREE.root(), ())
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, ())


def test_a_tree_does_not_shrink():
    with pytest.raises(UnprovenError, match="cannot continue"):
        verify_consistency(8, TREE.root(), 7, TREE.root(7), ())
    with pytest.raises(UnprovenError, match="cannot continue"):
        consistency_proof(TREE.subtree, 8, 7)


def test_two_trees_of_one_size_are_one_tree():
    verify_consistency(8, TREE.root(), 8, TREE.root(), ())
    for root, proof in ((TREE.root(7), ()), (TREE.root(), (LEAF,))):
        with pytest.raises(UnprovenError, match="one root and no proof"):
            verify_consistency(8, TREE.root(), 8, root, proof)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_hash_has_32_bytes(size):
    proof = list(inclusion_proof(TREE.subtree, 3, 8))
    growth = list(consistency_proof(TREE.subtree, 6, 8))
    wrong = bytes(size)
    with pytest.raises(UnprovenError, match="32 bytes"):
        verify_inclusion(LEAF, 3, 8, [wrong, *proof[1:]], TREE.root())
    with pytest.raises(UnprovenError, match="32 bytes"):
        verify_inclusion(wrong, 0, 1, (), wrong)  # the empty leaf and root of a known bad vector
    with pytest.raises(UnprovenError, match="32 bytes"):
        verify_consistency(6, TREE.root(6), 8, TREE.root(), [*growth[:-1], wrong])
    with pytest.raises(UnprovenError, match="32 bytes"):
        verify_consistency(6, wrong, 8, TREE.root(), growth)


def test_a_proof_has_its_length():
    proof = inclusion_proof(TREE.subtree, 3, 8)
    for wrong in ((), proof[:-1], proof[1:], (*proof, proof[0]), (proof[0], *proof)):
        with pytest.raises(UnprovenError, match=f"must have 3 hashes and has {len(wrong)}"):
            verify_inclusion(LEAF, 3, 8, wrong, TREE.root())
    growth = consistency_proof(TREE.subtree, 6, 8)
    for wrong in ((), growth[:-1], growth[1:], (*growth, LEAF), (LEAF, *growth)):
        with pytest.raises(UnprovenError):
            verify_consistency(6, TREE.root(6), 8, TREE.root(), wrong)
    with pytest.raises(UnprovenError, match="too few"):
        verify_consistency(6, TREE.root(6), 8, TREE.root(), ())
    with pytest.raises(UnprovenError, match="too many"):
        verify_consistency(6, TREE.root(6), 8, TREE.root(), (*growth, LEAF))


def test_a_tree_has_at_most_the_leaves_that_all_programs_can_count():
    deep = (LEAF,) * 63
    with pytest.raises(UnprovenError, match="not what the tree"):
        verify_inclusion(LEAF, 0, NUMBER_MAX, deep, LEAF)
    with pytest.raises(UnprovenError, match="no leaf"):
        verify_inclusion(LEAF, 0, NUMBER_MAX + 1, deep, LEAF)
    with pytest.raises(UnprovenError, match="does not begin"):
        verify_consistency(1, LEAF, NUMBER_MAX, LEAF, deep)
    with pytest.raises(UnprovenError, match="cannot continue"):
        verify_consistency(1, LEAF, NUMBER_MAX + 1, LEAF, deep)
