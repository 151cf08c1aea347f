"""Undoing a part of a completed order: what the economy takes back, who bears what, what is sent.

First `order.refunded` is handed in; then, from its settled outcome alone, the parts, the refunds
and what the merchant owes are written in one transaction. Each half may die and is done once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from patronage import economy, ledger
from patronage.commerce import alarms, debts, merchants, posting, refunds, rewarding
from patronage.commerce.allocation import allocate
from patronage.commerce.dividing import completed_id, split_of
from patronage.commerce.models import (
    AfterSale,
    AfterSaleDeed,
    AfterSaleShare,
    AfterSaleState,
    Bearer,
    Channel,
    Order,
    RefundState,
    ShareKind,
    Split,
    SplitKind,
)
from patronage.commerce.refunds import Part
from patronage.commerce.remains import money_of, sold_of
from patronage.commerce.steps import note_step
from patronage.commerce.transitions import locked
from patronage.economy import BrokenInvariantError
from patronage.economy.state import INDEX_SCALE
from patronage.ledger import Settled
from patronage.members import clock

_VALUE: Final = (Channel.COINS, Channel.POINTS)
"""What is no money: what it pays brings the economy nothing."""


class Outlook(NamedTuple):
    """What giving pieces back would come to now, in minor units: an estimate at today's price."""

    refund_minor: int
    missing_minor: int
    dividends_minor: int
    netted_minor: int

    @property
    def sent_minor(self) -> int:
        """What would be given back."""
        return self.refund_minor - self.netted_minor

    @property
    def taken_out_minor(self) -> int:
        """What the member has taken out of these points, with the dividends on them."""
        return self.missing_minor + self.dividends_minor


class _Points(NamedTuple):
    """The part of an order's points that a refund should take back, in nano-points."""

    member: int
    referrer: int


def event_id(case: AfterSale) -> str:
    """Return the id of the event by which the economy takes back its part."""
    return f"aftersale:{case.number}:refunded"


def begin(order: Order, case: AfterSale) -> None:
    """Hand in what the economy is to take back, in the transaction that locked order and case."""
    parts = refunds.parts_of(order, _quantities(case))
    case.state, case.due_at = AfterSaleState.REFUNDING, None
    case.refund_minor = sum(part.amount_minor for part in parts)
    case.money_minor = sum(part.goods_minor for part in parts if part.tender.channel not in _VALUE)
    case.save(update_fields=["state", "due_at", "refund_minor", "money_minor"])
    if case.money_minor:
        posting.submit(
            {
                "id": event_id(case),
                "type": "order.refunded",
                "order": order.number,
                "amount": case.money_minor,
            }
        )


def go_on(case_id: int) -> bool:
    """Go on with a refund from wherever it is; False where nothing could be done.

    Not inside a transaction.
    """
    posting.settle_all()
    is_new = _settle(case_id)
    posting.settle_all()
    case = AfterSale.objects.get(id=case_id)
    _keep_unfunded(case)
    refunds.carry_out(case.refunds.values_list("id", flat=True))
    debts.collect_of(case.order)
    return _conclude(case_id) or is_new


def _settle(case_id: int) -> bool:
    """Write what comes of a refund whose event is settled, in one transaction, once."""
    with transaction.atomic():
        order = locked(AfterSale.objects.get(id=case_id).order_id)
        case = AfterSale.objects.select_for_update().get(id=case_id)
        if case.state != AfterSaleState.REFUNDING or case.settled_at is not None:
            return False
        outcome = None
        if case.money_minor:
            outcome = posting.outcome_of(event_id(case))
            if outcome is None or not posting.require_applied(event_id(case), outcome):
                return False
        _write(order, case, outcome)
        note_step(case, AfterSaleDeed.SETTLED)
    return True


def _write(order: Order, case: AfterSale, outcome: Settled | None) -> None:
    parts = refunds.parts_of(order, _quantities(case))
    facts: dict[str, int] = {}
    if outcome is not None and outcome.facts is not None:
        facts = {name: int(value) for name, value in outcome.facts.items()}
        _reckon_taken_out(order, case, outcome, facts["missing"])
    netted = _netted(parts, case.taken_out_minor if case.is_netted else 0)
    case.netted_minor, case.settled_at = sum(netted), clock.now()
    case.save()
    before = _split(order, case, is_after=False)
    for part, kept in zip(parts, netted, strict=True):
        refunds.request(
            part,
            key=f"aftersale:{case.number}",
            reason=case.reason,
            aftersale=case,
            netted_minor=kept,
        )
    for piece in case.lines.select_related("line"):
        piece.line.returned += piece.quantity
        piece.line.save(update_fields=["returned"])
    after = _split(order, case, is_after=True)
    rows = shares_of(case, _difference(before, after), facts, rewarding.bearer_of(order))
    if sum(row.amount_minor for row in rows) != case.refund_minor:
        raise BrokenInvariantError(f"{case.number}: its parts are not what is given back")
    AfterSaleShare.objects.bulk_create(rows)
    _charge(order, case, rows)
    recorded = _recorded(order, _refunded(order, before=case)) if case.money_minor else None
    if recorded is not None:
        rewarding.lessen(order, recorded, case.money_minor)


def _charge(order: Order, case: AfterSale, rows: Iterable[AfterSaleShare]) -> None:
    """Let each party owe its share: the operator, the merchant, whoever sold the order.

    Coins go back from the merchant as coins. What was netted beyond what the operator had to bear
    is put into the reserve. Without circulating points there is no one whom it would belong to, and
    it stays with the operator.
    """
    platform = merchants.house()
    shares = Counter[tuple[str, bool]]()
    for row in rows:
        if row.kind != ShareKind.COINS:
            shares[row.bearer, row.kind == ShareKind.FUNDED] += row.amount_minor
    for bearer, holder in ((Bearer.MERCHANT, order.merchant), (Bearer.OPERATOR, platform)):
        debts.owe(holder, max(0, shares[bearer, False]), order=order, aftersale=case)
    sold = shares[Bearer.DISTRIBUTOR, False] + shares[Bearer.PROMOTER, False]
    if sold:
        rewarding.take_back(order, sold, case)
    funded = -shares[Bearer.ECONOMY, True]
    if funded and posting.state().issued != posting.state().burned:
        posting.submit({"id": _funded_id(case), "type": "reserve.funded", "amount": funded})
        funded = 0
    _credit_platform(case, "platform", max(0, -shares[Bearer.OPERATOR, False]) + funded)


def _funded_id(case: AfterSale) -> str:
    return f"aftersale:{case.number}:funded"


def _credit_platform(case: AfterSale, name: str, amount_minor: int) -> None:
    if amount_minor:
        posting.submit(
            {
                "id": f"aftersale:{case.number}:{name}",
                "type": "cash.credited",
                "account": merchants.house().account,
                "amount": amount_minor,
                "reason": f"kept of the refund of order {case.order.number}",
            }
        )


def _keep_unfunded(case: AfterSale) -> None:
    """Leave with the operator what the reserve refused: by then nothing circulated any more."""
    outcome = posting.outcome_of(_funded_id(case))
    if outcome is not None and outcome.refusal is not None:
        funded = case.shares.get(kind=ShareKind.FUNDED)
        _credit_platform(case, "unfunded", -funded.amount_minor)
        posting.settle_all()


def _split(order: Order, case: AfterSale, *, is_after: bool) -> dict[str, int]:
    """Return the split of what an order still is, by its recorded figures."""
    refunded = _refunded(order, before=case) + (case.money_minor if is_after else 0)
    recorded = _recorded(order, 0)
    left = (0, 0)
    if recorded is not None:
        contribution, dividend = recorded.contribution, recorded.dividend
        left = (
            contribution - recorded.part(contribution, refunded),
            dividend - recorded.part(dividend, refunded),
        )
    rows: Sequence[Split] = split_of(order, sold_of(order), money_of(order), *left)
    return {row.kind: row.amount_minor for row in rows}


def _difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {kind: before.get(kind, 0) - after.get(kind, 0) for kind in SplitKind.values}


def shares_of(
    case: AfterSale, parts: dict[str, int], facts: dict[str, int], seller: Bearer
) -> list[AfterSaleShare]:
    """Return who bears what of a refund; the rows sum to it, and none is nothing.

    `parts` are each party's recorded parts of it, `facts` what the economy told, `seller` who had
    margin and commission. What the economy
    did not give back of its parts is recovered by netting, or else the operator bears it; what was
    netted beyond that was taken out of the reserve, and goes back into it.
    """
    back, dividend_back = facts.get("back", 0), facts.get("dividend_back", 0)
    lost = parts[SplitKind.CONTRIBUTION] - back + parts[SplitKind.DIVIDEND] - dividend_back
    borne = lost - case.netted_minor
    # By rounding a concession may move by a minor unit: a merchant is never credited by a refund.
    proceeds = max(0, parts[SplitKind.PROCEEDS])
    platform = parts[SplitKind.PLATFORM] + parts[SplitKind.PROCEEDS] - proceeds
    told = (
        (Bearer.ECONOMY, ShareKind.CONTRIBUTION, back),
        (Bearer.ECONOMY, ShareKind.DIVIDEND, dividend_back),
        (Bearer.MERCHANT, ShareKind.PROCEEDS, proceeds),
        (Bearer.MERCHANT, ShareKind.FREIGHT, parts[SplitKind.FREIGHT]),
        (Bearer.MERCHANT, ShareKind.COINS, parts[SplitKind.COINS]),
        (seller, ShareKind.MARGIN, parts[SplitKind.MARGIN]),
        (seller, ShareKind.COMMISSION, parts[SplitKind.COMMISSION]),
        (Bearer.OPERATOR, ShareKind.PLATFORM, platform),
        (Bearer.MEMBER, ShareKind.NETTED, case.netted_minor),
        (Bearer.OPERATOR, ShareKind.BORNE, max(0, borne)),
        (Bearer.ECONOMY, ShareKind.FUNDED, min(0, borne)),
    )
    return [
        AfterSaleShare(aftersale=case, bearer=bearer, kind=kind, amount_minor=amount)
        for bearer, kind, amount in told
        if amount
    ]


def _netted(parts: Sequence[Part], wanted: int) -> list[int]:
    """Return what is kept back of each part: of money and points alone, as coins are no money."""
    most = [0 if part.tender.channel == Channel.COINS else part.amount_minor for part in parts]
    return allocate(min(wanted, sum(most)), most)


def _reckon_taken_out(order: Order, case: AfterSale, outcome: Settled, missing: int) -> None:
    """Note what the member has taken out of the points of these goods, and what of it is theirs."""
    points = _points_of(_recorded(order, _refunded(order, before=case)), case.money_minor)
    moved, _through = ledger.moved(settings.ECONOMY, after=outcome.seq - 1, limit=1)
    taken = -sum(
        one.points for one in moved if one.account == order.person.account and one.cause == "refund"
    )
    gone = points.member - taken
    all_gone = points.member + points.referrer - _taken_in_all(outcome)
    case.record, case.points_nano, case.taken_nano = outcome.seq, points.member, taken
    case.missing_minor = missing
    case.member_missing_minor = missing * gone // all_gone if all_gone else 0
    case.dividends_minor = _dividends_on(order, points.member, before=outcome.seq)


def _taken_in_all(outcome: Settled) -> int:
    assert outcome.facts is not None  # noqa: S101  (it was applied)
    return int(outcome.facts["points"])


def outlook(order: Order, quantities: dict[int, int], *, is_netted: bool) -> Outlook:
    """Return what giving pieces back would come to at today's price; nothing changes."""
    parts = refunds.parts_of(order, quantities)
    refund = sum(part.amount_minor for part in parts)
    money = sum(part.goods_minor for part in parts if part.tender.channel not in _VALUE)
    if not money:
        return Outlook(refund, 0, 0, 0)
    points = _points_of(_recorded(order, _refunded(order)), money).member
    held = posting.holdings(order.person.account)
    gone = points - min(points, 0 if held is None else held.points)
    missing = 0
    if gone:
        price, per = posting.state().price
        missing = gone * price // per
    due = 0 if held is None else held.dividend
    dividends = _dividends_on(order, points, due=due)
    wanted = missing + dividends if is_netted else 0
    return Outlook(refund, missing, dividends, sum(_netted(parts, wanted)))


def _points_of(recorded: economy.Order | None, amount: int) -> _Points:
    """Return the part of an order's points that refunding so much more takes back."""
    if recorded is None:
        return _Points(0, 0)
    referrer = 0 if recorded.referrer is None else recorded.part(recorded.referrer_points, amount)
    return _Points(recorded.part(recorded.points, amount), referrer)


def _recorded(order: Order, refunded: int) -> economy.Order | None:
    """Return what the economy recorded of an order, as it was when so much was refunded."""
    recorded = ledger.recorded_orders(settings.ECONOMY, [order.number]).get(order.number)
    return None if recorded is None else recorded._replace(refunded=refunded)


def _refunded(order: Order, *, before: AfterSale | None = None) -> int:
    """Return what was refunded of an order in money; before a case, as one is open at a time."""
    settled = AfterSale.objects.filter(order=order, settled_at__isnull=False)
    if before is not None:
        settled = settled.exclude(id=before.id)
    return settled.aggregate(sum=Sum("money_minor"))["sum"] or 0


def _dividends_on(order: Order, points: int, *, before: int | None = None, due: int = 0) -> int:
    """Return what a member earned on so many of an order's points, in minor units, rounded down.

    On each day closed since the order was completed, `before` a record, the points held at its
    close count up to these, after those of earlier refunds that still were there that day: nothing
    counts twice. Never more than was paid out, or is due to be.
    """
    completed = posting.outcome_of(completed_id(order))
    if completed is None or not points:
        return 0
    account = order.person.account
    earlier = _earlier_refunds(order, before)
    shares = Fraction(0)
    for one in _earned_since(account, completed.seq):
        if before is not None and one.day.seq > before:
            continue
        others = sum(part for seq, part in earlier if seq > one.day.seq)
        mine = min(one.points, others + points) - min(one.points, others)
        shares += Fraction(mine * one.day.step, INDEX_SCALE)
    return min(int(shares), due + _paid_since(account, completed.seq, before))


def _earned_since(account: str, seq: int) -> Iterable[ledger.Earned]:
    last: ledger.Earned | None = None
    while page := ledger.earned(settings.ECONOMY, account, before=last):
        for one in page:
            if one.day.seq < seq:
                return
            yield one
        last = page[-1]


def _earlier_refunds(order: Order, before: int | None) -> list[tuple[int, int]]:
    """Return the records of a member's earlier refunds with the points that each was to take."""
    cases = AfterSale.objects.filter(order__person=order.person_id)
    told = cases.values_list("record", "points_nano")
    return [
        (record, points)
        for record, points in told
        if record is not None and (before is None or record < before)
    ]


def _paid_since(account: str, seq: int, before: int | None) -> int:
    """Return the dividends paid to an account after a record, up to another."""
    paid = 0
    place: tuple[int, int] | None = None
    while page := ledger.statement(settings.ECONOMY, account, before=place):
        for line in page:
            if line.place[0] <= seq:
                return paid
            if before is None or line.place[0] <= before:
                paid += line.dividend
        place = page[-1].place
    return paid


def _conclude(case_id: int) -> bool:
    """Note that a refund was made, once all of it went back."""
    with transaction.atomic():
        case = AfterSale.objects.select_for_update().get(id=case_id)
        if case.state != AfterSaleState.REFUNDING or case.settled_at is None:
            return False
        if case.refunds.exclude(state=RefundState.SUCCEEDED).exists():
            return False
        case.state, case.ended_at = AfterSaleState.REFUNDED, clock.now()
        case.save(update_fields=["state", "ended_at"])
        note_step(case, AfterSaleDeed.REFUNDED)
    return True


def go_on_due() -> int:
    """Go on with every refund that is under way; return how many moved. Not in a transaction."""
    due = AfterSale.objects.filter(state=AfterSaleState.REFUNDING).order_by("id")
    return alarms.one_by_one("aftersale_not_refunded", due.values_list("id", flat=True), go_on)


def _quantities(case: AfterSale) -> dict[int, int]:
    return dict(case.lines.values_list("line_id", "quantity"))
