"""Dividing amounts: the cases worth reading; the properties are tried elsewhere."""

import pytest

from patronage.commerce.allocation import allocate, piece_part


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # ties go to the first
        (10, [3, 3, 4], [3, 3, 4]),
        (1, [1, 99], [0, 1]),
        (50, [30_00, 70_00], [15, 35]),
        (7, [0, 5, 0], [0, 7, 0]),
        (0, [5, 5], [0, 0]),
        (0, [], []),
        (0, [0, 0], [0, 0]),
        (5, [2, 3], [2, 3]),
    ],
)
def test_the_largest_remainder_takes_what_is_left(
    amount: int, weights: list[int], parts: list[int]
) -> None:
    assert allocate(amount, weights) == parts


@pytest.mark.parametrize(("amount", "weights"), [(1, []), (1, [0]), (-1, [1]), (1, [2, -1])])
def test_what_cannot_be_divided_raises(amount: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot be divided"):
        allocate(amount, weights)


def test_pieces_one_by_one_are_the_whole() -> None:
    assert [piece_part(100, 3, n, n + 1) for n in range(3)] == [33, 33, 34]
    assert piece_part(100, 3, 0, 3) == 100
