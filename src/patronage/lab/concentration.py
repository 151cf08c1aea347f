"""Concentration: how unevenly something is held."""

from collections.abc import Iterable

from patronage.lab.simulation import Concentration


def concentration(amounts: Iterable[int]) -> Concentration:
    """Measure amounts of 0 and more; all 0 where there is nothing.

    The top 1 % and 10 % are rounded down to whole holders, and are at least one.
    """
    ordered = sorted(amounts)
    total, count = sum(ordered), len(ordered)
    if not total:
        return Concentration(0.0, 0.0, 0.0)

    def top(percent: int) -> float:
        return sum(ordered[-max(count * percent // 100, 1) :]) / total

    ranked = sum(rank * amount for rank, amount in enumerate(ordered, start=1))
    return Concentration(top(1), top(10), (2 * ranked - (count + 1) * total) / (count * total))
