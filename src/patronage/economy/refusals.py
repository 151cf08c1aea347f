"""Why an event is refused: one name for each reason."""

from enum import StrEnum
from typing import final


@final
class Refusal(StrEnum):
    """The rule book's refusal codes; each event's own order of precedence stands at its rule."""

    MALFORMED = "malformed"
    CONFLICT = "conflict"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_PAYMENT = "unknown_payment"
    UNKNOWN_WITHDRAWAL = "unknown_withdrawal"
    INVALID_AMOUNT = "invalid_amount"
    ORDER_EXISTS = "order_exists"
    ACCOUNT_EXISTS = "account_exists"
    WRONG_ACCOUNT_KIND = "wrong_account_kind"
    REFUND_EXCEEDS_ORDER = "refund_exceeds_order"
    REFUND_EXCEEDS_PAYMENT = "refund_exceeds_payment"
    RESTORE_EXCEEDS_WITHDRAWAL = "restore_exceeds_withdrawal"
    INSUFFICIENT_POINTS = "insufficient_points"
    INSUFFICIENT_COINS = "insufficient_coins"
    INSUFFICIENT_CASH = "insufficient_cash"
    INSUFFICIENT_SURPLUS = "insufficient_surplus"
    INSUFFICIENT_TREASURY = "insufficient_treasury"
    WORTH_NOTHING = "worth_nothing"
    NO_CIRCULATION = "no_circulation"
    COINS_UNCOVERED = "coins_uncovered"
    DAY_NOT_AFTER = "day_not_after"
    FORBIDDEN_CHANGE = "forbidden_change"


class BrokenInvariantError(Exception):
    """What the rules say can never happen has happened: nothing of the batch may be kept."""
