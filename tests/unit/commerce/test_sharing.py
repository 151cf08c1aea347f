"""What the economy is told of an order."""

import pytest

from patronage.commerce.sharing import Sold, amounts_of
from patronage.economy import parse_charter
from tests.integration.commerce.play import REDWINE

CHARTER = parse_charter(REDWINE)


@pytest.mark.parametrize(
    ("sold", "money", "told"),
    [
        ([Sold(100_00, 40_00, 0)], 100_00, {"amount": 100_00, "profit": 60_00}),
        ([Sold(100_00, 40_00, 0)], 25_00, {"amount": 25_00, "profit": 15_00}),
        ([Sold(100_00, 40_01, 0)], 33_33, {"amount": 33_33, "profit": 19_99}),
        ([Sold(100_00, 110_00, 0)], 100_00, {"amount": 100_00, "profit": -10_00}),
        ([Sold(100_00, None, 0)], 100_00, {"amount": 100_00}),
        ([Sold(60_00, 10_00, 0), Sold(40_00, None, 0)], 100_00, {"amount": 100_00}),
        ([Sold(60_00, 10_00, 0), Sold(40_00, 0, 0)], 100_00, {"amount": 100_00, "profit": 90_00}),
    ],
)
def test_the_houses_profit_is_price_less_cost_in_the_proportion_of_the_money(
    sold: list[Sold], money: int, told: dict[str, int]
) -> None:
    assert amounts_of(CHARTER, sold, money, is_house=True) == told


@pytest.mark.parametrize(
    ("sold", "money", "told"),
    [
        # 20 % of 100.00 is the base; 30 % of that goes to the reserve, the rest is profit.
        (
            [Sold(100_00, None, 200_000)],
            100_00,
            {"amount": 100_00, "base": 20_00, "profit": 14_00},
        ),
        (
            [Sold(100_00, 99_00, 200_000)],
            50_00,
            {"amount": 50_00, "base": 10_00, "profit": 7_00},
        ),
        # Each line's own agreement, rounded down.
        (
            [Sold(33, None, 100_000), Sold(66, None, 500_000)],
            99,
            {"amount": 99, "base": 3 + 33, "profit": 26},
        ),
        ([Sold(100_00, None, 0)], 100_00, {"amount": 100_00, "base": 0, "profit": 0}),
    ],
)
def test_a_merchants_base_is_the_concession_and_profit_what_is_left_of_it(
    sold: list[Sold], money: int, told: dict[str, int]
) -> None:
    assert amounts_of(CHARTER, sold, money, is_house=False) == told
