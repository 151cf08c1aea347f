"""What a shop's export says, in the terms of the rules."""

from enum import StrEnum
from typing import NamedTuple

from patronage.economy import Event


class Sale(NamedTuple):
    """An order as the shop recorded it: amounts in minor units, date YYYY-MM-DD.

    `customer` and `referrer` are the shop's own ids; `profit` is None where the export has none.
    """

    order: str
    customer: str
    date: str
    amount: int
    profit: int | None = None
    referrer: str | None = None


class Return(NamedTuple):
    """A cancelled or negative line: `amount` (positive, minor units) goes back on `date`.

    `order` is None where the line names no order; `line` is where it stands in the file.
    """

    order: str | None
    customer: str
    date: str
    amount: int
    line: int


class Reason(StrEnum):
    """Why a row cannot be used.

    `CANCELLED`: it never became a completed order. `CANCELLED_LATER`: it did, elsewhere, and the
    row does not say how much goes back.
    """

    MISSING_FIELD = "missing_field"
    BAD_DATE = "bad_date"
    FUTURE_DATE = "future_date"
    BAD_AMOUNT = "bad_amount"
    AMOUNT_TOO_LARGE = "amount_too_large"
    ZERO_AMOUNT = "zero_amount"
    TEXT_TOO_LONG = "text_too_long"
    WRONG_NUMBER_OF_FIELDS = "wrong_number_of_fields"
    TWO_CUSTOMERS = "two_customers"
    NO_ORDER_TO_RETURN = "no_order_to_return"
    CANCELLED = "cancelled"
    CANCELLED_LATER = "cancelled_later"


class Unusable(NamedTuple):
    """A row that cannot be used: its line in the file (the header is line 1), why, what it says."""

    line: int
    reason: Reason
    text: str


class Day(NamedTuple):
    """One day's events in order, without its close."""

    date: str
    events: list[Event]
