"""Openings: what a ring would try first. The search starts from them and varies them."""

from typing import Final

from patronage.lab.attack.moves import Move

_ALL, _ALL_BUT_THE_LEAST = 0, 2  # parts of the points held, see moves
_PART, _ONE = 0, 4  # parts of money
_HUNDRED, _LARGE, _LARGEST = 0, 9, 14  # orders
_PLAIN, _WITH_PROFIT = 1, 129  # an order's free number: without a profit, all of it profit


def _order(who: int, size: int = _HUNDRED, referrer: int = 0, free: int = _PLAIN) -> Move:
    return Move("order", who, referrer, size, free)


def _move(kind: str, who: int = 0, size: int = 0, whom: int = 1) -> Move:
    return Move(kind, who, whom, size, _PLAIN)


OPENINGS: Final[tuple[tuple[Move, ...], ...]] = (
    # Points redeemed right after the order, then the order returned.
    (_order(0), _order(1), _move("redeem", 0, _ALL), _move("refund", 0, _PART, 1)),
    # Returned in crumbs.
    (_order(0), *(_move("refund", 0, _ONE, 0) for _ in range(3)), _move("refund", 0, _PART, 0)),
    # In just before the close, out just after it, and the order returned.
    (
        _order(0, _LARGE, free=_WITH_PROFIT), _order(1, _LARGE), _move("close"),
        _move("redeem", 1, _ALL), _move("refund", 0, _PART, 0), _move("withdraw", 1, _PART),
        _move("close"),
    ),
    # Returned before and after the close, with the dividend that the order brought.
    (
        _order(0, _LARGE, free=_WITH_PROFIT), _move("refund", 0, 2, 0), _move("close"),
        _order(1, free=_WITH_PROFIT), _move("refund", 0, _PART, 1), _move("close"),
    ),
    # A ring that refers to itself.
    (
        _order(0, referrer=1), _order(1, referrer=0), _order(1, referrer=2), _move("redeem"),
        _move("refund", 0, _PART, 0), _move("refund", 0, _PART, 1),
    ),
    # Coins in a circle through a merchant of the ring.
    (
        _order(0, _LARGE), _order(1), _move("convert", 0, _ALL), Move("spend", 0, 1, _PART, 2),
        _move("redeem_coins", 0, _PART), _move("give_back", 0, _PART, 0),
        _move("redeem", 2, _ALL), _move("burn", 0, 0), _move("close"),
    ),
    # One of two payments given back twice, one withdrawal restored twice.
    (
        _order(0, _LARGE), _move("convert", 0, _ALL), Move("spend", 0, 1, 3, 2),
        Move("spend", 0, 1, 0, 2), _move("give_back", 0, _PART, 1), Move("give_back", 0, 1, 12, 1),
        _order(1, _LARGE), _move("redeem", 1, 5), _move("withdraw", 1, 2),
        _move("restore", 0, _PART, 0), Move("restore", 0, 0, 12, 1),
    ),
    # Just below, at and above the quota.
    (
        _order(0), _order(1, _LARGE), _move("lift", 0, 1), _move("lift", 0, 0),
        _order(0), _move("close", whom=1), _move("lift", 1, 0), _move("withdraw", 0, _PART),
    ),
    # The last points that are authorised.
    (_order(0, _LARGEST, 1), _order(1, _LARGEST, 2), _move("redeem", 0, _ALL), _order(2, _LARGE)),
    # Supply made thin by one member alone, then somebody else's order.
    (
        _order(0),
        *(move for _ in range(70) for move in (_move("redeem", 0, _ALL_BUT_THE_LEAST), _order(0))),
        _order(1),
    ),
)  # fmt: skip
