"""Orders and returns become days of events; a return finds the order that can bear it."""

from fractions import Fraction

import pytest

from patronage.economy import Event
from patronage.intake import Return, Sale, account_id, day_closed, days

KEY = bytes(32)


def sale(order: str, date: str, amount: int, customer: str = "c") -> Sale:
    return Sale(order, customer, date, amount)


def laid(
    sales: list[Sale], returns: list[Return], margin: Fraction | None = None
) -> tuple[dict[str, list[Event]], list[tuple[int, str]]]:
    found, unusable = days(sales, returns, key=KEY, margin=margin)
    return {day.date: day.events for day in found}, [(u.line, u.reason.value) for u in unusable]


def refunds(sales: list[Sale], returns: list[Return]) -> list[tuple[str, str, int]]:
    found, _ = laid(sales, returns)
    return [
        (date, event["order"], event["amount"])
        for date, events in found.items()
        for event in events
        if event["type"] == "order.refunded"
    ]


def test_the_events_of_an_order() -> None:
    order = Sale("o1", "c1", "2024-03-05", 1000, 250, "c2")
    found, unusable = laid([order], [Return("o1", "c1", "2024-03-05", 400, 3)])
    assert found == {
        "2024-03-05": [
            {
                "id": "order:o1:completed",
                "type": "order.completed",
                "at": "2024-03-05T00:00:00Z",
                "order": "o1",
                "member": account_id(KEY, "c1"),
                "amount": 1000,
                "profit": 250,
                "referrer": account_id(KEY, "c2"),
            },
            {
                "id": "order:o1:refunded:2024-03-05:400",
                "type": "order.refunded",
                "at": "2024-03-05T00:00:00Z",
                "order": "o1",
                "amount": 400,
            },
        ]
    }
    assert unusable == []


def test_the_close_of_a_day() -> None:
    assert day_closed("2024-03-05") == {
        "id": "day:2024-03-05",
        "type": "day.closed",
        "at": "2024-03-05T23:59:59Z",
        "date": "2024-03-05",
    }


def test_every_day_is_there_and_orders_keep_their_order() -> None:
    found, _ = laid(
        [sale("b", "2024-03-01", 1), sale("a", "2024-02-27", 1), sale("c", "2024-02-27", 1)], []
    )
    assert {date: [event["order"] for event in events] for date, events in found.items()} == {
        "2024-02-27": ["a", "c"],
        "2024-02-28": [],
        "2024-02-29": [],
        "2024-03-01": ["b"],
    }


def test_nothing_makes_no_days() -> None:
    assert days([], [], key=KEY) == ([], [])


def test_profit_is_the_exports_or_by_margin_rounded_down_or_unknown() -> None:
    orders = [sale("a", "2024-03-05", 199), Sale("b", "c", "2024-03-05", 199, -7)]
    found, _ = laid(orders, [], Fraction(2, 5))
    assert [event["profit"] for event in found["2024-03-05"]] == [79, -7]
    found, _ = laid(orders, [])
    assert "profit" not in found["2024-03-05"][0]
    with pytest.raises(ValueError, match="margin"):
        days(orders, [], key=KEY, margin=Fraction(101, 100))


def test_a_return_goes_to_the_order_it_names_as_far_as_that_can_bear_it() -> None:
    sales = [sale("a", "2024-03-05", 10), sale("b", "2024-03-06", 100)]
    found, unusable = laid(
        sales,
        [
            Return("a", "c", "2024-03-07", 6, 3),
            Return("a", "c", "2024-03-07", 5, 4),
            Return("a", "c", "2024-03-07", 4, 5),
            Return("z", "c", "2024-03-07", 1, 6),
        ],
    )
    assert [event["id"] for event in found["2024-03-07"]] == [
        "order:a:refunded:2024-03-07:6",
        "order:a:refunded:2024-03-07:4",
    ]
    assert unusable == [(4, "no_order_to_return"), (6, "no_order_to_return")]


def test_a_return_before_its_order_moves_to_the_orders_date() -> None:
    sales = [sale("a", "2024-03-05", 10)]
    assert refunds(sales, [Return("a", "c", "2024-03-01", 6, 3)]) == [("2024-03-05", "a", 6)]
    assert list(laid(sales, [Return("a", "c", "2024-03-01", 6, 3)])[0]) == ["2024-03-05"]


def test_a_nameless_return_goes_to_the_latest_order_that_can_bear_all_of_it() -> None:
    sales = [
        sale("a", "2024-03-05", 50),
        sale("b", "2024-03-06", 20),
        sale("c", "2024-03-06", 10),
        sale("d", "2024-03-09", 99),
        sale("e", "2024-03-06", 99, customer="other"),
    ]
    returns = [
        Return(None, "c", "2024-03-07", 10, 7),
        Return(None, "c", "2024-03-07", 10, 8),
        Return(None, "c", "2024-03-07", 11, 9),
        Return(None, "c", "2024-03-07", 40, 10),
        Return(None, "c", "2024-03-08", 10, 11),
        Return(None, "c", "2024-03-08", 1, 12),
    ]
    assert refunds(sales, returns) == [
        ("2024-03-07", "c", 10),
        ("2024-03-07", "b", 10),
        ("2024-03-07", "a", 11),
        ("2024-03-08", "b", 10),
        ("2024-03-08", "a", 1),
    ]
    assert laid(sales, returns)[1] == [(10, "no_order_to_return")]


def test_a_nameless_return_may_be_of_the_same_day_and_not_of_a_later_one() -> None:
    sales = [sale("a", "2024-03-05", 50)]
    assert refunds(sales, [Return(None, "c", "2024-03-05", 1, 2)]) == [("2024-03-05", "a", 1)]
    assert refunds(sales, [Return(None, "c", "2024-03-04", 1, 2)]) == []
    assert refunds(sales, [Return(None, "stranger", "2024-03-06", 1, 2)]) == []


def test_returns_are_borne_in_order_of_date() -> None:
    sales = [sale("a", "2024-03-05", 10)]
    late, early = Return("a", "c", "2024-03-07", 7, 2), Return(None, "c", "2024-03-06", 5, 3)
    assert refunds(sales, [late, early]) == [("2024-03-06", "a", 5)]


def test_unusable_returns_add_no_days() -> None:
    sales = [sale("a", "2024-03-05", 10)]
    stray = [Return("z", "c", "1970-01-01", 1, 3), Return(None, "x", "2100-12-31", 1, 4)]
    found, unusable = laid(sales, stray)
    assert list(found) == ["2024-03-05"]
    assert len(unusable) == 2
    assert days([], stray, key=KEY)[0] == []


def test_one_customer_with_very_many_orders_and_returns() -> None:
    count = 20_000
    sales = [sale(f"o{n}", "2024-03-05", 2 if n else 3) for n in range(count)]
    returns = [
        Return(None, "c", "2024-03-06", 3, 2),
        *[Return(None, "c", "2024-03-06", 2, 3)] * count,
    ]
    found, unusable = laid(sales, returns)
    orders = [event["order"] for event in found["2024-03-06"]]
    assert orders == ["o0", *[f"o{n}" for n in range(count - 1, 0, -1)]]
    assert len(unusable) == 1


def test_orders_recorded_elsewhere_bear_their_returns_unjudged() -> None:
    returns = [Return("a", "c", "2024-03-07", 6, 3), Return("b", "c", "2024-03-07", 6, 4)]
    found, unusable = days([], returns, key=KEY, recorded={"a"})
    assert [event["id"] for day in found for event in day.events] == [
        "order:a:refunded:2024-03-07:6"
    ]
    assert [(row.line, row.reason) for row in unusable] == [(4, "no_order_to_return")]


def test_equal_returns_are_counted_and_nameless_ones_are_their_customers() -> None:
    sales = [sale("a", "2024-03-05", 10)]
    returns = [Return(order, "c", "2024-03-07", 2, 3) for order in ("a", "a", None)]
    found, _ = laid(sales, returns)
    member = account_id(KEY, "c")
    assert [event["id"] for event in found["2024-03-07"]] == [
        "order:a:refunded:2024-03-07:2",
        "order:a:refunded:2024-03-07:2:2",
        f"member:{member}:returned:2024-03-07:2",
    ]


def test_ids_of_the_longest_orders_are_no_longer_than_the_rules_allow() -> None:
    order = "o" * 151
    returns = [Return(order, "c", "2024-03-07", 10**12, line) for line in range(2)]
    found, _ = days([], returns, key=KEY, recorded={order})
    longest = max(len(event["id"]) for day in found for event in day.events)
    assert longest + len("0000000") <= 200  # the count may have eight digits
