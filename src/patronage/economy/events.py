"""The form of events: which fields each has, and which records it names."""

import re
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeGuard

from patronage.economy.state import Order, Payment, Withdrawal

Event = dict[str, Any]
"""A parsed JSON object. After `is_well_formed` its fields have the types of FORMS."""

MONEY_MAX: Final = 10**12
POINTS_MAX: Final = 9 * 10**18
_TEXT_BYTES_MAX = 200

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_text(value: object) -> TypeGuard[str]:
    """Tell whether a value is a text of 1 to 200 UTF-8 bytes."""
    if type(value) is not str:
        return False
    if value.isascii():
        return 0 < len(value) <= _TEXT_BYTES_MAX
    try:
        return len(value.encode()) <= _TEXT_BYTES_MAX
    except UnicodeEncodeError:  # a lone surrogate
        return False


def is_date(value: object) -> bool:
    """Tell whether a value is a date YYYY-MM-DD of the Gregorian calendar (years 0001 to 9999)."""
    match = _DATE.fullmatch(value) if type(value) is str else None
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    if not (year and 1 <= month <= 12):
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _DAYS_OF_MONTH[month - 1] + leap


def is_source(value: object) -> bool:
    """Tell whether a value names where reserve funding comes from."""
    return value in ("operator", "surplus") and type(value) is str


def is_object(value: object) -> bool:
    """Tell whether a value is a JSON object."""
    return type(value) is dict


Test = Callable[[object], bool] | type[int]


class Form(NamedTuple):
    """An event type's fields, each with the test its value must pass, and which must be there.

    `int` stands for an integer; true and 1.0 are none.
    """

    fields: dict[str, Test]
    required: frozenset[str]


def _form(required: dict[str, Test], optional: dict[str, Test] | None = None) -> Form:
    always = {"id": is_text, "type": is_text, **required}
    return Form({**always, **(optional or {}), "at": is_text}, frozenset(always))


FORMS: Final[dict[str, Form]] = {
    "order.completed": _form(
        {"order": is_text, "member": is_text, "amount": int},
        {"profit": int, "base": int, "referrer": is_text},
    ),
    "order.refunded": _form({"order": is_text, "amount": int}),
    "points.redeemed": _form({"account": is_text, "points": int}),
    "points.converted": _form({"account": is_text, "points": int}),
    "merchant.opened": _form({"merchant": is_text}),
    "coins.spent": _form({"account": is_text, "merchant": is_text, "amount": int}),
    "coins.refunded": _form({"payment": is_text, "amount": int}),
    "coins.redeemed": _form({"merchant": is_text, "amount": int}),
    "cash.withdrawn": _form({"account": is_text, "amount": int}),
    "cash.restored": _form({"withdrawal": is_text, "amount": int}),
    "cash.credited": _form({"account": is_text, "amount": int, "reason": is_text}),
    "cash.charged": _form({"account": is_text, "amount": int, "reason": is_text}),
    "reserve.funded": _form({"amount": int}, {"source": is_source}),
    "treasury.burned": _form({"points": int}),
    "day.closed": _form({"date": is_date}, {"profit": int}),
    "charter.amended": _form({"charter": is_object}),
}


class _Shape(NamedTuple):
    """What well-formed events with the same fields in the same order have in common."""

    texts: Callable[[Event], tuple[str, ...]]
    integers: tuple[str, ...]
    others: tuple[tuple[str, Test], ...]


_SHAPES: dict[str, dict[tuple[str, ...], _Shape]] = {kind: {} for kind in FORMS}
_SHAPES_MAX = 1000


def is_well_formed(event: Event) -> bool:
    """Tell whether an event has a known type, its fields and no others, each of the right type.

    Events come by the million in few shapes, so what follows from the shape is found once.
    """
    kind = event.get("type")
    shapes = _SHAPES.get(kind) if type(kind) is str else None
    if shapes is None:
        return False
    fields = tuple(event)
    shape = shapes.get(fields)
    if shape is None:
        shape = _shape(FORMS[event["type"]], fields)
        if shape is None:
            return False
        if len(shapes) < _SHAPES_MAX:
            shapes[fields] = shape
    texts_of, integers, others = shape
    for name in integers:
        if type(event[name]) is not int:
            return False
    for name, test in others:
        if not test(event[name]):
            return False
    texts = texts_of(event)
    try:
        joined = "".join(texts)
    except TypeError:  # not all are texts
        return False
    # Short and plain texts, as nearly all are, are judged together.
    if all(texts) and len(joined) <= _TEXT_BYTES_MAX and joined.isascii():
        return True
    return all(map(is_text, texts))


def _shape(form: Form, fields: tuple[str, ...]) -> _Shape | None:
    tests = {name: form.fields.get(name) for name in fields}
    if not form.required.issubset(tests) or None in tests.values():
        return None
    return _Shape(
        itemgetter(*(name for name in fields if tests[name] is is_text)),
        tuple(name for name in fields if tests[name] is int),
        tuple(
            (name, test)
            for name, test in tests.items()
            if test is not None and test not in (is_text, int)
        ),
    )


class Names(NamedTuple):
    """The ids that a batch of events names, by kind of record."""

    accounts: set[str]
    orders: set[str]
    payments: set[str]
    withdrawals: set[str]


def names(events: Iterable[Event]) -> Names:
    """Collect what well-formed events name, so that it can be loaded before they are applied.

    The accounts of the orders, payments and withdrawals found under these ids are named with them:
    add `accounts_of` each.
    """
    found = Names(set(), set(), set(), set())
    for event in events:
        kind = event["type"]
        for field in ("member", "referrer", "account", "merchant"):
            if field in event:
                found.accounts.add(event[field])
        if "order" in event:
            found.orders.add(event["order"])
        if kind == "coins.refunded":
            found.payments.add(event["payment"])
        elif kind == "coins.spent":
            found.payments.add(event["id"])
        elif kind == "cash.restored":
            found.withdrawals.add(event["withdrawal"])
        elif kind == "cash.withdrawn":
            found.withdrawals.add(event["id"])
    return found


def accounts_of(record: Order | Payment | Withdrawal) -> tuple[str, ...]:
    """Return the ids of the accounts that a record concerns."""
    if isinstance(record, Order):
        return (record.member,) if record.referrer is None else (record.member, record.referrer)
    if isinstance(record, Payment):
        return (record.member, record.merchant)
    return (record.account,)
