"""What a movement of an account is of: its kind, its order or receipt, and its parts by the split.

Events are known by their ids. What an order credited is compared with its split: a cent of
difference raises.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import AfterSale, Reward, RewardKind, Split, SplitKind
from patronage.economy import BrokenInvariantError
from patronage.ledger import Entry


class LineKind(models.TextChoices):
    """What a line of a statement is of."""

    PROCEEDS = "proceeds", _("proceeds of an order")
    PLATFORM = "platform", _("the platform's part of an order")
    EARNINGS = "earnings", _("earned by selling an order")
    REFERRED = "referred", _("earned by referring, after a review")
    REFERRER = "referrer", _("paid to a referrer, after a review")
    FORFEITED = "forfeited", _("a seller's reward that was cancelled")
    REFUND = "refund", _("share of a refund")
    SHARE = "share", _("share of an order")
    KEPT = "kept", _("kept of a refund")
    ORDER_PAID = "order_paid", _("an order paid from cash")
    ORDER_PAID_BACK = "order_paid_back", _("cash of an order given back")
    ORDER_POINTS = "order_points", _("points of an order")
    REFERRAL = "referral", _("points of an invited member's order")
    POINTS_BACK = "points_back", _("points of a returned order taken back")
    ORDER_COINS = "order_coins", _("coins of an order")
    ORDER_COINS_BACK = "order_coins_back", _("coins of an order given back")
    COUNTER = "counter", _("coins at the counter")
    COUNTER_BACK = "counter_back", _("coins at the counter given back")
    CONVERTED = "converted", _("points converted into coins")
    COINS_REDEEMED = "coins_redeemed", _("coins redeemed into points")
    POINTS_REDEEMED = "points_redeemed", _("points redeemed into cash")
    BOUGHT_OUT = "bought_out", _("points redeemed by the rules")
    DIVIDEND = "dividend", _("dividends, paid with other movements")
    CREDIT = "credit", _("credited by the operator")
    CHARGE = "charge", _("charged by the operator")
    PAID_OUT = "paid_out", _("cash paid out")
    PAID_OUT_BACK = "paid_out_back", _("a payout that failed came back")
    OPENED = "opened", _("the account was opened")
    OTHER = "other", _("other")


class Parts(NamedTuple):
    """What an order's credit is made of, by its split, in minor units.

    Of proceeds `freight_minor` is for freight. Of a distributor's earnings: what was paid for the
    goods, its purchase order's amount, and of the difference and the commission what was earned.
    """

    freight_minor: int = 0
    paid_minor: int = 0
    purchase_minor: int = 0
    margin_minor: int = 0
    commission_minor: int = 0


class Told(NamedTuple):
    """What a movement is of: `number` is its order's, or its payout's or receipt's."""

    kind: LineKind
    number: str
    parts: Parts


_BY_ID: Final = tuple(
    (cause, re.compile(pattern), kind)
    for cause, pattern, kind in (
        ("credit", r"order:(\d+):proceeds$", LineKind.PROCEEDS),
        ("credit", r"order:(\d+):platform$", LineKind.PLATFORM),
        ("credit", r"order:(\d+):earnings$", LineKind.EARNINGS),
        ("credit", r"order:(\d+):referral$", LineKind.REFERRED),
        ("charge", r"order:(\d+):referral_charge:\d+$", LineKind.REFERRER),
        ("credit", r"order:(\d+):forfeited$", LineKind.FORFEITED),
        ("credit", r"aftersale:(\d+):(?:platform|unfunded)$", LineKind.KEPT),
        ("charge", r"aftersale:(\d+):charge:[^:]+:\d+$", LineKind.REFUND),
        ("charge", r"order:(\d+):charge:[^:]+:\d+$", LineKind.SHARE),
        ("order", r"order:(\d+):completed$", LineKind.ORDER_POINTS),
        ("refund", r"aftersale:(\d+):refunded$", LineKind.POINTS_BACK),
        ("payment", r"order:(\d+):coins:\d+$", LineKind.ORDER_COINS),
        ("payment_refund", r"order:(\d+):coins:\d+$", LineKind.ORDER_COINS_BACK),
        ("payment", r"counter:(\d+)", LineKind.COUNTER),
        ("payment_refund", r"counter:(\d+)", LineKind.COUNTER_BACK),
        ("withdrawal", r"order:(\d+):cash:\d+$", LineKind.ORDER_PAID),
        ("restoration", r"order:(\d+):cash:\d+$", LineKind.ORDER_PAID_BACK),
        ("withdrawal", r"withdrawal:(\w+)$", LineKind.PAID_OUT),
        ("restoration", r"withdrawal:(\w+)$", LineKind.PAID_OUT_BACK),
    )
)
_BY_CAUSE: Final = {
    "referral": LineKind.REFERRAL,
    "refund": LineKind.POINTS_BACK,
    "conversion": LineKind.CONVERTED,
    "coin_redemption": LineKind.COINS_REDEEMED,
    "redemption": LineKind.POINTS_REDEEMED,
    "compulsory_redemption": LineKind.BOUGHT_OUT,
    "credit": LineKind.CREDIT,
    "charge": LineKind.CHARGE,
    "withdrawal": LineKind.PAID_OUT,
    "restoration": LineKind.PAID_OUT_BACK,
    "opening": LineKind.OPENED,
}
_OF_CASES: Final = (LineKind.KEPT, LineKind.REFUND, LineKind.POINTS_BACK)
_OF_SPLITS: Final = (LineKind.PROCEEDS, LineKind.PLATFORM, LineKind.EARNINGS)
_OF_REWARDS: Final = {
    LineKind.EARNINGS: RewardKind.SALE,
    LineKind.FORFEITED: RewardKind.SALE,
    LineKind.REFERRED: RewardKind.REFERRAL,
    LineKind.REFERRER: RewardKind.REFERRAL,
}


def told(entries: Sequence[Entry]) -> list[Told]:
    """Return what each of some movements is of. Three queries at most, however many there are.

    Raises BrokenInvariantError where an order credited something else than its split says, or a
    reward something else than is left of it.
    """
    found = [_known(one) for one in entries]
    cases = _orders_of_cases({number for kind, number in found if kind in _OF_CASES})
    splits = _splits_of({number for kind, number in found if kind in _OF_SPLITS})
    rewards = _rewards_of({number for kind, number in found if kind in _OF_REWARDS})
    rows = []
    for (kind, number), one in zip(found, entries, strict=True):
        reward = None if kind not in _OF_REWARDS else rewards.get((number, _OF_REWARDS[kind]))
        if reward is not None:
            _agree(kind, number, one, reward.left_minor)
        parts = _parts(kind, number, one, splits[number], reward) if kind in _OF_SPLITS else Parts()
        rows.append(Told(kind, cases.get(number, number) if kind in _OF_CASES else number, parts))
    return rows


def _known(one: Entry) -> tuple[LineKind, str]:
    """Return a movement's kind, and the number that its event's id names."""
    event, cause = one.event, one.line.cause
    about = str(event.get("payment") or event.get("withdrawal") or one.line.event_id or "")
    for of, pattern, kind in _BY_ID:
        if of == cause and (match := pattern.match(about)):
            return kind, match[1]
    return _BY_CAUSE.get(cause, LineKind.OTHER), ""


def _parts(
    kind: LineKind, number: str, one: Entry, split: dict[str, int], reward: Reward | None
) -> Parts:
    """Return what an order's credit is made of, and hold it against the split."""
    freight, margin = split[SplitKind.FREIGHT], split[SplitKind.MARGIN]
    commission = split[SplitKind.COMMISSION]
    if kind is LineKind.PROCEEDS:
        _agree(kind, number, one, split[SplitKind.PROCEEDS] + freight)
        return Parts(freight)
    if kind is LineKind.PLATFORM:
        _agree(kind, number, one, split[SplitKind.PLATFORM])
        return Parts()
    # A promoter buys nothing, and is told nothing of what was paid.
    is_bought = reward is not None and reward.order.distributor_id is not None
    paid = sum(split.values()) - freight if is_bought else 0
    taken = 0 if reward is None else reward.taken_minor
    _agree(kind, number, one, margin + commission - taken)
    return Parts(0, paid, paid - margin if is_bought else 0, margin, commission)


def _agree(kind: LineKind, number: str, one: Entry, owed: int) -> None:
    """Raise BrokenInvariantError where a movement is not what is recorded elsewhere."""
    if abs(one.line.cash - one.line.dividend) != owed:
        raise BrokenInvariantError(f"order {number}: its {kind} are not its split's")


def _splits_of(numbers: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return the split of each of some orders by kind."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SplitKind.values, 0))
    rows = Split.objects.filter(order__number__in=numbers)
    for number, kind, amount in rows.values_list("order__number", "kind", "amount_minor"):
        found[number][kind] = amount
    return found


def _rewards_of(numbers: Iterable[str]) -> dict[tuple[str, str], Reward]:
    """Return the rewards of some orders, by the order's number and their kind."""
    rows = Reward.objects.filter(order__number__in=numbers).select_related("order")
    return {(one.order.number, one.kind): one for one in rows}


def _orders_of_cases(numbers: Iterable[str]) -> dict[str, str]:
    cases = AfterSale.objects.filter(number__in=numbers)
    return dict(cases.values_list("number", "order__number"))
