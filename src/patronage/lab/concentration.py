"""Concentration: how unevenly something is held."""

from collections.abc import Iterable

from patronage.lab.simulation import Concentration


def concentration(amounts: Iterable[int]) -> Concentration:
    """Measure amounts of 0 and more; all 0 where there is nothing.

    The top 1 % and 10 % are rounded up to whole holders.
    """
    ordered = sorted(amounts)
    total, count = sum(ordered), len(ordered)
    if not total:
        return Concentration(0.0, 0.0, 0.0)

    def top(percent: int) -> float:
        return sum(ordered[count - -(-count * percent // 100) :]) / total

    ranked = sum(rank * amount for rank, amount in enumerate(ordered, start=1))
    return Concentration(top(1), top(10), (2 * ranked - (count + 1) * total) / (count * total))
