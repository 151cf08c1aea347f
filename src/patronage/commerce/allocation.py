"""Dividing an amount so that the parts sum to it."""

from collections.abc import Sequence


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to weights, by largest remainder, ties to the first.

    Amount and weights are not negative. Each part is its quota rounded down or up, so none exceeds
    its weight while the amount does not exceed their sum. Raises ValueError for something to divide
    among nothing.
    """
    whole = sum(weights)
    if amount == 0:
        return [0] * len(weights)
    if amount < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError(f"{amount} cannot be divided by {list(weights)}")
    parts = [amount * weight // whole for weight in weights]
    left = amount - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % whole))
    for i in by_remainder[:left]:
        parts[i] += 1
    return parts


def piece_part(amount: int, pieces: int, before: int, now: int) -> int:
    """Return what pieces `before` to `now` of so many are of an amount: differences of floors.

    However the pieces are taken, the parts add up to the whole.
    """
    return amount * now // pieces - amount * before // pieces
