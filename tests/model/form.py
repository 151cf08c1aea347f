"""What a line and an event must look like before any rule is asked."""

import json
import re
from decimal import Decimal

MONEY_MOST = 10**12
POINTS_MOST = 9 * 10**18

# "Events": what each type must have, and (with "?") may have, besides id, type and at.
FORMS = {
    "order.completed": "order member amount profit? base? referrer?",
    "order.refunded": "order amount",
    "points.redeemed": "account points",
    "points.converted": "account points",
    "merchant.opened": "merchant",
    "coins.spent": "account merchant amount",
    "coins.refunded": "payment amount",
    "coins.redeemed": "merchant amount",
    "cash.withdrawn": "account amount",
    "cash.restored": "withdrawal amount",
    "cash.credited": "account amount reason",
    "cash.charged": "account amount reason",
    "reserve.funded": "amount source?",
    "treasury.burned": "points",
    "day.closed": "date profit?",
    "charter.amended": "charter",
}
INTEGERS = {"amount", "profit", "base", "points"}


def is_money(amount: int) -> bool:
    return 1 <= amount <= MONEY_MOST


def is_text(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value.encode()) <= 200


def is_date(value: object) -> bool:
    """Tell whether it is YYYY-MM-DD and exists; the Gregorian calendar has no year 0."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    year, month, day = int(value[:4]), int(value[5:7]), int(value[8:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= lengths[month - 1]


def form_problem(event: dict) -> bool:
    """Tell whether the event is `malformed` by its form alone."""
    kind = event.get("type")
    if not isinstance(kind, str) or kind not in FORMS:
        return True
    fields = FORMS[kind].split()
    needed = {field for field in fields if not field.endswith("?")} | {"id", "type"}
    allowed = {field.rstrip("?") for field in fields} | {"id", "type", "at"}
    if not needed <= set(event) <= allowed:
        return True
    for key, value in event.items():
        if key in INTEGERS:
            if type(value) is not int:
                return True
        elif key == "date":
            if not is_date(value):
                return True
        elif key == "source":
            if value not in ("operator", "surplus"):
                return True
        elif key == "charter":
            if not isinstance(value, dict):
                return True
        elif not is_text(value):
            return True
    return False


def parse_line(line: bytes) -> object:
    """Read a line as strict JSON; raise ValueError (or RecursionError) if it is none."""

    def no_twins(pairs: list) -> dict:
        result = dict(pairs)
        if len(result) < len(pairs):
            raise ValueError("a key twice")
        return result

    def refuse(word: str) -> None:
        raise ValueError(word)

    # Decimal reads integers of any length; int() stops at 4300 digits.
    return json.loads(
        line.decode("utf-8"),
        object_pairs_hook=no_twins,
        parse_constant=refuse,
        parse_int=lambda text: int(Decimal(text)),
    )


def has_surrogate(value: object) -> bool:
    """Tell whether any text in it, at any depth, has a lone surrogate."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and re.search("[\ud800-\udfff]", item):
            return True
    return False


def same(one: object, other: object) -> bool:
    """Compare parsed values, types included: 1, 1.0 and true are three things."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, dict):
            if left.keys() != right.keys():
                return False
            waiting += [(left[key], right[key]) for key in left]
        elif isinstance(left, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right:
            return False
    return True
