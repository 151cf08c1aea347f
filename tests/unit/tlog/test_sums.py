"""The Merkle sum tree, and the frauds that it is made against."""

from hashlib import sha256

import pytest

from patronage.tlog import MalformedError, Sum, SumTree, TlogError, UnprovenError, verify_sum
from patronage.tlog.sums import AMOUNT_MAX

DOMAIN = b"owed/v1\n"
AMOUNTS = [60, 0, 40, 7, 3]
COMMITMENTS = [bytes([number]) * 32 for number in range(5)]
TREE = SumTree(DOMAIN, zip(COMMITMENTS, AMOUNTS, strict=True))


def check(index, *, amount=None, proof=None, root=None, domain=DOMAIN, size=5):
    verify_sum(
        domain,
        COMMITMENTS[index],
        AMOUNTS[index] if amount is None else amount,
        index,
        size,
        TREE.proof(index) if proof is None else proof,
        root or TREE.root(),
    )


def test_the_total_holds_every_leaf():
    assert TREE.root().amount == 110
    assert len(TREE) == 5
    for index in range(5):
        check(index)


def test_the_form_is_fixed_in_width():
    def leaf(number):
        return sha256(b"\x10owed/v1\n" + COMMITMENTS[number] + AMOUNTS[number].to_bytes(8)).digest()

    two = SumTree(DOMAIN, zip(COMMITMENTS[:2], AMOUNTS[:2], strict=True))
    body = leaf(0) + (60).to_bytes(8) + leaf(1) + (0).to_bytes(8)
    assert two.root() == Sum(sha256(b"\x11owed/v1\n" + body).digest(), 60)
    assert len(body) == 80


def test_no_two_members_are_shown_different_amounts_of_a_neighbour():
    # The flaw of trees that hash only the total of two children (eprint 2018/1139): 60 and 40 were
    # "proved" within 60 by showing each member a neighbour who holds nothing.
    for index in range(5):
        for at, sibling in enumerate(TREE.proof(index)):
            for amount in {0, sibling.amount - 1, sibling.amount + 1} - {sibling.amount, -1}:
                proof = list(TREE.proof(index))
                proof[at] = sibling._replace(amount=amount)
                for total in (TREE.root().amount, 110 - sibling.amount + amount):
                    with pytest.raises(UnprovenError):
                        check(index, proof=proof, root=TREE.root()._replace(amount=total))


def test_an_altered_amount_or_total_fails():
    for index, amount in enumerate(AMOUNTS):
        with pytest.raises(UnprovenError, match=f"leaf {index} with {amount + 1} is not in"):
            check(index, amount=amount + 1)
        with pytest.raises(UnprovenError):
            check(index, root=TREE.root()._replace(amount=111))


@pytest.mark.parametrize("amount", [-1, AMOUNT_MAX + 1, True, 1.0, "1", None])
def test_amounts_are_integers_within_bounds(amount):
    with pytest.raises(MalformedError, match="from 0 to 2"):
        SumTree(DOMAIN, [(COMMITMENTS[0], amount)])
    with pytest.raises(MalformedError, match="from 0 to 2"):
        SumTree(DOMAIN, [(COMMITMENTS[0], amount), (COMMITMENTS[1], 1)])
    if type(amount) is int:
        with pytest.raises(UnprovenError, match="from 0 to 2"):
            check(0, amount=amount)
        with pytest.raises(UnprovenError):
            check(0, proof=[Sum(bytes(32), amount), *TREE.proof(0)[1:]])


def test_sums_do_not_overflow():
    half = AMOUNT_MAX // 2
    assert SumTree(DOMAIN, [(COMMITMENTS[0], half), (COMMITMENTS[1], half + 1)]).root()
    with pytest.raises(MalformedError, match="a sum of amounts"):
        SumTree(DOMAIN, [(COMMITMENTS[0], half + 1), (COMMITMENTS[1], half + 1)])
    with pytest.raises(UnprovenError, match="a sum of amounts"):
        check(0, proof=[Sum(bytes(32), AMOUNT_MAX), *TREE.proof(0)[1:]])


def test_a_proof_is_of_its_place_and_length():
    with pytest.raises(UnprovenError, match="has no leaf 5"):
        TREE.proof(5)
    with pytest.raises(UnprovenError, match="has no leaf -1"):
        TREE.proof(-1)
    for size in (0, 1, 4, 9):
        with pytest.raises(UnprovenError):
            check(4, size=size)
    with pytest.raises(UnprovenError, match="must have 3 sums and has 2"):
        check(0, proof=TREE.proof(0)[:-1])
    with pytest.raises(UnprovenError, match="a digest must have 32 bytes"):
        check(0, proof=[Sum(bytes(31), 0), *TREE.proof(0)[1:]])


def test_a_node_is_no_leaf():
    # A leaf's hashed bytes end where a node's go on, and begin with another byte.
    left, right = TREE._rows[0][:2]
    parent = TREE._rows[1][0]
    assert parent[:32] == sha256(b"\x11" + DOMAIN + left + right).digest()
    with pytest.raises(MalformedError, match="32 bytes"):
        SumTree(DOMAIN, [((left + right)[:-8], int.from_bytes(right[-8:]))])


def test_a_tree_over_subtrees_is_the_whole_tree():
    leaves = [(bytes([number]) * 32, number) for number in range(1, 14)]
    whole = SumTree(DOMAIN, leaves)
    parts = [SumTree(DOMAIN, leaves[start : start + 4]) for start in range(0, 13, 4)]
    above = SumTree.above(DOMAIN, [part.root() for part in parts])
    assert above.root() == whole.root()
    for index in range(13):
        part, within = divmod(index, 4)
        assert (*parts[part].proof(within), *above.proof(part)) == whole.proof(index)
    with pytest.raises(MalformedError):
        SumTree.above(DOMAIN, [])


def test_a_tree_has_a_domain_and_a_leaf():
    with pytest.raises(UnprovenError):
        check(0, domain=b"owed/v2\n")
    for domain in (b"", b"\n", b"owed", b"a\nb\n", b"a\n\n", b"\na"):
        with pytest.raises(MalformedError, match="one line with its newline"):
            SumTree(domain, [(COMMITMENTS[0], 0)])
        with pytest.raises(TlogError):
            check(0, domain=domain)
    with pytest.raises(MalformedError, match="must have a leaf"):
        SumTree(DOMAIN, [])
    for amount in (0, 5, AMOUNT_MAX):
        assert SumTree(b"a\n", [(COMMITMENTS[0], amount)]).root().amount == amount
