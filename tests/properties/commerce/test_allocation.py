"""Every division of an order's money sums exactly, whatever the figures."""

from hypothesis import assume, given
from hypothesis import strategies as st

from patronage.commerce.allocation import allocate, piece_part
from patronage.commerce.dividing import split_of
from patronage.commerce.models import Merchant, Order, Payment
from patronage.commerce.paying import points_for, tenders_for
from patronage.commerce.remains import Money
from patronage.commerce.sharing import Sold, amounts_of
from patronage.economy import Account, Applied, Charter, MemoryBook, State, apply, parse_charter
from patronage.economy import Order as Recorded
from patronage.economy.charter import MICRO
from patronage.ledger.reads import view_of
from tests.integration.commerce.play import REDWINE

amounts = st.integers(0, 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=8)
rates = st.integers(0, MICRO)


@given(amounts, weights)
def test_parts_sum_to_the_amount_and_are_quotas_rounded(amount: int, weights: list[int]) -> None:
    whole = sum(weights)
    assume(whole)
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part in (amount * weight // whole, -(-amount * weight // whole))
        if amount <= whole:
            assert part <= weight


@given(amounts, st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_pieces_taken_in_any_steps_sum_to_the_amount(amount: int, steps: list[int]) -> None:
    pieces, before, total = sum(steps), 0, 0
    for step in steps:
        part = piece_part(amount, pieces, before, before + step)
        assert part >= 0
        total += part
        before += step
    assert total == amount


@st.composite
def orders_to_pay(draw: st.DrawFn) -> list[Order]:
    made = []
    for id in range(1, draw(st.integers(1, 4)) + 1):
        goods = draw(st.integers(1, 10**6))
        discount = draw(st.integers(0, goods))
        freight = draw(st.integers(0, 3000))
        made.append(
            Order(
                id=id,
                goods_minor=goods,
                discount_minor=discount,
                freight_minor=freight,
                total_minor=goods - discount + freight,
            )
        )
    return made


@given(orders_to_pay(), st.data())
def test_tenders_pay_each_order_goods_and_freight_exactly(
    orders: list[Order], data: st.DataObject
) -> None:
    total = sum(order.total_minor for order in orders)
    inner = data.draw(st.integers(0, total))
    payment = Payment(
        inner_channel="cash" if inner else "",
        inner_minor=inner,
        channel="test" if total > inner else "",
        amount_minor=total - inner,
    )
    tenders = tenders_for(payment, orders)
    for channel, paid in (("cash", inner), ("test", total - inner)):
        assert sum(one.amount_minor for one in tenders if one.channel == channel) == paid
    for order in orders:
        own = [one for one in tenders if one.order is order]
        assert sum(one.amount_minor for one in own) == order.total_minor
        assert sum(one.goods_minor for one in own) == order.goods_minor - order.discount_minor
        assert all(0 <= one.goods_minor <= one.amount_minor >= 1 for one in own)


@st.composite
def charters(draw: st.DrawFn) -> Charter:
    of = draw(st.sampled_from(["revenue", "profit"]))
    rate = draw(st.integers(0, 90))
    dividend = draw(st.integers(0, 100))
    return parse_charter(
        {
            **REDWINE,
            "reserve": {"rate": f"0.{rate:02}", "of": of},
            "dividend": {"rate": f"{dividend // 100}.{dividend % 100:02}"},
        }
    )


@st.composite
def sold_lines(draw: st.DrawFn) -> list[Sold]:
    """Draw lines that a merchant sells itself, or all through a distributor; rates that add up."""
    is_distributed = draw(st.booleans())
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        net = draw(st.integers(int(is_distributed), 10**6))
        concession = draw(rates)
        lines.append(
            Sold(
                net,
                draw(st.one_of(st.none(), st.integers(0, 10**6))),
                concession,
                draw(st.integers(1, net)) if is_distributed else None,
                draw(st.integers(0, MICRO - concession)),
            )
        )
    return lines


@given(charters(), sold_lines(), st.booleans(), st.integers(0, 3000), st.data())
def test_a_split_sums_to_what_was_paid(
    charter: Charter, sold: list[Sold], is_house: bool, freight: int, data: st.DataObject
) -> None:
    goods = sum(one.net_minor for one in sold)
    money = data.draw(st.integers(0, goods))
    points = data.draw(st.integers(0, goods - money))
    of_freight = data.draw(st.integers(0, freight))
    coins_goods = goods - money - points
    left = Money(money, points, freight - of_freight, coins_goods + of_freight, coins_goods)
    contribution = dividend = 0
    if money:
        told = amounts_of(charter, sold, money, is_house=is_house)
        event = {"id": "1", "type": "order.completed", "order": "1", "member": "m", **told}
        outcome = apply(State(charter), MemoryBook(), event)
        assert isinstance(outcome, Applied)
        assert isinstance(outcome.facts, Recorded)
        contribution, dividend = outcome.facts.contribution, outcome.facts.dividend
    merchant = Merchant(is_house=is_house)
    rows = {
        row.kind: row.amount_minor
        for row in split_of(Order(merchant=merchant), sold, left, contribution, dividend)
    }
    assert sum(rows.values()) == goods + freight == left.total_minor
    assert all(amount for amount in rows.values())
    if not is_house:
        # The economy lives on the concession: what is agreed is never less than what it takes.
        assert rows.get("proceeds", 0) >= 0
        assert rows.get("platform", 0) >= 0
    assert rows.get("margin", 0) >= 0
    assert rows.get("commission", 0) <= sum(one.sells_minor for one in sold)


@given(
    st.integers(1, 10**13),
    st.integers(0, 10**8),
    st.integers(1, 10**9),
    st.integers(0, 10**9),
    st.integers(1, 10**7),
)
def test_points_redeemed_for_an_amount_bring_it_and_no_point_too_many(
    points: int, quota: int, reserve: int, others: int, amount: int
) -> None:
    """The fewest points: one nano-point's worth of a minor unit less does not do."""
    charter = parse_charter(REDWINE)
    state = State(charter)
    state.reserve, state.issued = reserve, points + others
    account = Account("m", merchant=False, at=0)
    account.points, account.quota = points, quota
    told = points_for(view_of(state, account), charter, amount)
    price, per = state.price
    pay = min(points * price // per, quota)
    if told is None:
        assert pay - -(-pay * charter.fee_micro // MICRO) < amount
        return
    assert 1 <= told <= points
    assert _cash(charter, (reserve, points + others), points, quota, told) >= amount
    assert _least(price, per, told - 1, charter) < amount


def _least(price: int, per: int, points: int, charter: Charter) -> int:
    pay = points * price // per
    return pay - -(-pay * charter.fee_micro // MICRO)


def _cash(
    charter: Charter, figures: tuple[int, int], points: int, quota: int, redeemed: int
) -> int:
    """What the rule itself pays for so many points."""
    state = State(charter)
    state.reserve, state.issued = figures
    book = MemoryBook()
    account = Account("m", merchant=False, at=0)
    account.points, account.quota = points, quota
    book.accounts["m"] = account
    event = {"id": "1", "type": "points.redeemed", "account": "m", "points": redeemed}
    assert isinstance(apply(state, book, event), Applied)
    return account.cash
