"""Who buys from themselves is paid after a review, or not at all; everybody else at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from patronage import ledger
from patronage.commerce import debts, distributors, jobs, merchants, posting, rewarding
from patronage.commerce import signals as signals_module
from patronage.commerce.models import (
    Application,
    Distributor,
    Order,
    Payment,
    Reward,
    RewardKind,
    RewardState,
)
from patronage.commerce.rewarding import RewardRefusal
from patronage.commerce.signals import Signal, signals_of
from patronage.members import devices
from patronage.members.models import AuditEntry, Device, Notice, Payee, Person
from tests.integration.commerce.play import HOME, REDWINE, Died, Mall, die
from tests.integration.commerce.test_aftersales import give_back

COMMISSION = 50_000


def signals(reward: Reward) -> list[str]:
    return [one["signal"] for one in reward.signals]


def cash(person: Person) -> int:
    held = posting.holdings(person.account)
    return 0 if held is None else held.cash


def staff(**fields: object) -> Person:
    count = Person.objects.filter(is_staff=True).count()
    return Person.objects.create_user(email=f"{count}@example.com", is_staff=True, **fields)


def sold(mall: Mall, promoter: Person | None = None, buyer: Person | None = None) -> Order:
    """Sell a bottle for 100.00 by a link, all the way; 5.00 of it are commission."""
    sku = mall.sku(100_00, commission_micro=COMMISSION)
    (order,) = mall.buy(buyer or mall.person(), (sku, 1), promoter=promoter or mall.person())
    return order


def caught(mall: Mall, kind: RewardKind = RewardKind.SALE) -> Reward:
    """Sell a bottle to somebody with the seller's, or referrer's, device."""
    seller = mall.person()
    buyer = mall.person(referrer=seller if kind == RewardKind.REFERRAL else None)
    for person in (seller, buyer):
        devices.note(person, "one browser")
    order = sold(mall, mall.person() if kind == RewardKind.REFERRAL else seller, buyer)
    return order.rewards.get(kind=kind)


def refer_for_a_tenth(mall: Mall) -> None:
    mall.submit(type="charter.amended", charter={**REDWINE, "referral": {"rate": "0.1"}})


def test_a_sale_without_signals_is_paid_at_once(mall: Mall) -> None:
    seller = mall.person()
    reward = sold(mall, seller).rewards.get()
    assert (reward.state, reward.signals, reward.amount_minor) == (RewardState.PAID, [], 5_00)
    assert cash(seller) == 5_00
    assert not Notice.objects.filter(person=seller, kind="reward").exists()


def phone(buyer: Person, seller: Person, _order: Order) -> None:
    seller.addresses.create(**{**HOME._asdict(), "street": "别处", "phone": buyer.phone})


def recipient(_buyer: Person, seller: Person, order: Order) -> None:
    Order.objects.filter(id=order.id).update(phone=seller.phone.removeprefix("+86"))


def address(_buyer: Person, seller: Person, _order: Order) -> None:
    seller.addresses.create(**{**HOME._asdict(), "street": "文三路１号", "phone": "1"})


def payee(buyer: Person, seller: Person, _order: Order) -> None:
    for person, account in ((buyer, "6222 0000 1234"), (seller, "622200001234")):
        Payee.objects.create(person=person, name="某人", bank="工商银行", account=account)


def device(_buyer: Person, seller: Person, order: Order) -> None:
    Order.objects.filter(id=order.id).update(device=devices.note(seller, "a browser"))


def clerk(buyer: Person, _seller: Person, order: Order) -> None:
    one = staff()
    order.merchant.staff.add(one)
    for person in (buyer, one):
        devices.note(person, "the shop's browser")


def applicant(buyer: Person, _seller: Person, order: Order) -> None:
    Application.objects.create(
        merchant=order.merchant, state="approved", phone=buyer.phone, name="茶庄", licence="1"
    )


Deed = Callable[[Person, Person, Order], None]
CASES: dict[Deed, tuple[Signal, str]] = {
    phone: (Signal.PHONE, "****"),
    recipient: (Signal.PHONE, "****"),
    address: (Signal.ADDRESS, "浙江省杭州市…"),
    payee: (Signal.ACCOUNT, "**** 1234"),
    device: (Signal.DEVICE, "…"),
    clerk: (Signal.MERCHANT, "…"),
    applicant: (Signal.MERCHANT, "****"),
}


def test_what_they_have_in_common_is_a_signal(mall: Mall) -> None:
    sku = mall.sku(100_00, commission_micro=COMMISSION)
    for deed, (signal, matched) in CASES.items():
        buyer, seller = mall.person(), mall.person()
        (order,) = mall.place(buyer, (sku, 1), promoter=seller)
        reward = Reward(order=order, person=seller, kind=RewardKind.SALE, amount_minor=1)
        assert signals_of(reward) == [], deed
        deed(buyer, seller, order)
        order.refresh_from_db()
        reward = Reward(order=order, person=seller, kind=RewardKind.SALE, amount_minor=1)
        (found,) = signals_of(reward)
        assert found.signal == signal, deed
        assert matched in found.matched
        assert buyer.phone not in found.matched
        order.merchant.staff.clear()
        Application.objects.all().delete()


def test_who_paid_for_both_is_a_signal(mall: Mall) -> None:
    """A provider tells by which account was paid; of that a keyed hash is kept."""
    seller, buyer = mall.person(), mall.person()
    sku = mall.sku(100_00, commission_micro=COMMISSION)
    for person in (seller, buyer):
        (order,) = mall.place(person, (sku, 1), promoter=None if person == seller else seller)
        mall.pay([order], payer="alipay:lilei")
    payers = set(Payment.objects.values_list("payer", flat=True))
    assert [len(payer) for payer in payers] == [64]
    Order.objects.filter(person=seller).update(phone="", street="")
    found = signals_of(Reward(order=order, person=seller, kind="sale", amount_minor=1))
    assert [one.signal for one in found] == [Signal.ACCOUNT]


def test_released_it_is_paid(mall: Mall) -> None:
    reward = caught(mall)
    assert (reward.state, signals(reward)) == (RewardState.WAITING, ["device"])
    assert cash(reward.person) == 0
    released = rewarding.release(reward_id=reward.id, by=staff(), reason="一家人")
    assert isinstance(released, Reward)
    assert (released.state, released.reason) == (RewardState.PAID, "一家人")
    assert cash(reward.person) == 5_00
    told = Notice.objects.filter(person=reward.person, kind="reward").order_by("id")
    assert [one.facts["deed"] for one in told] == ["waiting", "paid"]
    entry = AuditEntry.objects.get(verb="released")
    assert (entry.reason, entry.facts) == ("一家人", {"amount_minor": 5_00})
    mall.verify()


def test_cancelled_it_is_the_merchants(mall: Mall) -> None:
    tea = mall.merchant(concession_micro=500_000)
    seller, buyer = mall.person(), mall.person()
    for person in (seller, buyer):
        devices.note(person, "one browser")
    sku = mall.sku(100_00, merchant=tea, commission_micro=COMMISSION)
    (order,) = mall.buy(buyer, (sku, 1), promoter=seller)
    before = mall.held(tea.account).cash
    reward = order.rewards.get()
    done = rewarding.cancel(reward_id=reward.id, by=staff(), reason="自买自卖")
    assert isinstance(done, Reward)
    assert done.state == RewardState.CANCELLED
    assert mall.held(tea.account).cash == before + 5_00
    assert cash(seller) == 0
    told = Notice.objects.filter(person=seller, kind="reward").latest("id")
    assert told.facts == {"deed": "cancelled", "amount": 5_00, "reason": "自买自卖"}
    mall.verify()


def test_who_may_decide(mall: Mall) -> None:
    reward, one, clerk = caught(mall), staff(), staff()
    tea = mall.merchant(concession_micro=500_000)
    tea.staff.add(clerk)
    for decide in (rewarding.release, rewarding.cancel):
        assert decide(reward_id=0, by=one, reason="x") is RewardRefusal.UNKNOWN
        assert decide(reward_id=reward.id, by=one, reason=" ") is RewardRefusal.REASON_NEEDED
        for concerned in (reward.person, reward.order.person):
            refused = decide(reward_id=reward.id, by=concerned, reason="x")
            assert refused is RewardRefusal.CONCERNED
        Order.objects.filter(id=reward.order_id).update(merchant=tea)
        refused = decide(reward_id=reward.id, by=clerk, reason="x")
        assert refused is RewardRefusal.CONCERNED
        Order.objects.filter(id=reward.order_id).update(merchant=mall.house, split_at=None)
        refused = decide(reward_id=reward.id, by=one, reason="x")
        assert refused is RewardRefusal.NOT_DIVIDED
        Order.objects.filter(id=reward.order_id).update(split_at=reward.made_at)
    assert isinstance(rewarding.cancel(reward_id=reward.id, by=one, reason="x"), Reward)
    for decide in (rewarding.release, rewarding.cancel):
        assert decide(reward_id=reward.id, by=one, reason="x") is RewardRefusal.OVER


def test_a_referrer_with_signals_is_left_out_and_the_worth_waits(mall: Mall) -> None:
    refer_for_a_tenth(mall)
    reward = caught(mall, RewardKind.REFERRAL)
    outcome = posting.outcome_of(f"order:{reward.order.number}:completed")
    assert outcome is not None
    assert outcome.facts["referrer_points"] == "0"
    assert (reward.state, signals(reward)) == (RewardState.WAITING, ["device"])
    # What they would have got: a tenth of the points for 100.00, at the price before.
    assert 0 < reward.amount_minor <= 10_00
    before = mall.held(mall.house.account).cash
    released = rewarding.release(reward_id=reward.id, by=staff(), reason="一家人")
    assert isinstance(released, Reward)
    assert released.state == RewardState.PAID
    assert cash(reward.person) == reward.amount_minor
    assert mall.held(mall.house.account).cash == before - reward.amount_minor
    mall.verify()


def test_a_referrer_without_signals_is_named(mall: Mall) -> None:
    refer_for_a_tenth(mall)
    referrer = mall.person()
    order = sold(mall, buyer=mall.person(referrer=referrer))
    assert not order.rewards.filter(kind=RewardKind.REFERRAL).exists()
    assert mall.held(referrer.account).points > 0


def test_the_house_pays_a_referral_only_from_what_it_has(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    refer_for_a_tenth(mall)
    reward, one, house = caught(mall, RewardKind.REFERRAL), staff(), mall.house.account
    held = mall.held(house).cash

    first = {"id": "x", "type": "cash.charged", "account": house, "amount": held, "reason": "x"}
    let_go = rewarding._let_go
    with monkeypatch.context() as patched:
        # It leaves after it was looked at, before it is charged.
        patched.setattr(
            rewarding, "_let_go", lambda *told: (ledger.submit("mall", first), let_go(*told))
        )
        refused = rewarding.release(reward_id=reward.id, by=one, reason="x")
    assert refused is RewardRefusal.HOUSE_SHORT
    reward.refresh_from_db()
    assert (reward.state, reward.ended_by, reward.tries) == (RewardState.WAITING, None, 1)
    assert cash(reward.person) == 0
    assert rewarding.release(reward_id=reward.id, by=one, reason="x") is RewardRefusal.HOUSE_SHORT
    mall.submit(type="cash.credited", account=house, amount=held, reason="back")
    assert isinstance(rewarding.release(reward_id=reward.id, by=one, reason="x"), Reward)
    assert cash(reward.person) == reward.amount_minor
    mall.verify()


@pytest.mark.parametrize("kind", RewardKind)
def test_killed_after_the_decision_it_is_paid_once(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, kind: RewardKind
) -> None:
    """Before the first settling; between a house's charge and the credit; before it is noted."""
    refer_for_a_tenth(mall)
    reward = caught(mall, kind)
    decide = partial(rewarding.release, reward_id=reward.id, by=staff(), reason="x")
    go_on = partial(rewarding.pay, reward.id)
    for name, do in (("pay", decide), ("_credited", go_on), ("_tell", go_on)):
        with monkeypatch.context() as patched:
            patched.setattr(rewarding, name, die)
            with pytest.raises(Died):
                do()
        reward.refresh_from_db()
        assert reward.state == RewardState.DUE
    assert rewarding.pay_due() == 1
    assert rewarding.pay_due() == 0
    reward.refresh_from_db()
    assert reward.state == RewardState.PAID
    assert cash(reward.person) == reward.amount_minor
    mall.verify()


def test_a_suspended_distributor_waits_until_the_storefront_opens_again(mall: Mall) -> None:
    one = staff()
    first, second = mall.person(), mall.person()
    items = [mall.item(mall.sku(100_00), 60_00, 90_00, person=who) for who in (first, second)]
    made = []
    for item in items:
        (order,) = mall.place(mall.person(), (item, 1))
        mall.pay([order])
        mall.receive(order)
        made.append(order)
        refused = distributors.suspend(distributor_id=item.distributor_id, who=one, reason="投诉")
        assert refused is None
    device(made[1].person, second, made[1])
    mall.complete(*made)
    assert [signals(order.rewards.get()) for order in made] == [
        ["suspended"],
        ["device", "suspended"],
    ]
    for item in items:
        assert distributors.resume(distributor_id=item.distributor_id, who=one) is None
    jobs.run_all()
    assert [order.rewards.get().state for order in made] == ["paid", "waiting"]
    assert signals(made[1].rewards.get()) == ["device"]
    assert cash(first) == made[0].rewards.get().amount_minor
    assert cash(second) == 0
    mall.verify()


def test_beyond_a_days_cap_a_reward_waits(mall: Mall, settings: Any) -> None:
    settings.REWARDS_A_DAY = 1
    seller = mall.person()
    sku = mall.sku(100_00, commission_micro=COMMISSION)
    made = [mall.place(mall.person(), (sku, 1), promoter=seller)[0] for _ in range(2)]
    for order in made:
        mall.pay([order])
        mall.receive(order)
    mall.complete(*made)
    assert [signals(order.rewards.get()) for order in made] == [[], ["cap"]]
    settings.REWARDS_A_DAY_MINOR = 4_99
    settings.REWARDS_A_DAY = 100
    assert signals(sold(mall, mall.person()).rewards.get()) == ["cap"]
    assert not signals_module.is_over(100, 4_99)
    assert signals_module.is_over(101, 0)


@pytest.mark.parametrize("kind", RewardKind)
def test_a_return_lessens_what_waits(mall: Mall, kind: RewardKind) -> None:
    refer_for_a_tenth(mall)
    seller = mall.person()
    buyer = mall.person(referrer=seller)
    for person in (seller, buyer):
        devices.note(person, "one browser")
    sku = mall.sku(100_00, commission_micro=COMMISSION)
    promoter = seller if kind == RewardKind.SALE else mall.person()
    (order,) = mall.buy(buyer, (sku, 2), promoter=promoter)
    give_back(mall, order)
    reward = order.rewards.get(kind=kind)
    assert reward.left_minor == reward.amount_minor - reward.amount_minor // 2
    released = rewarding.release(reward_id=reward.id, by=staff(), reason="x")
    assert isinstance(released, Reward)
    assert cash(seller) >= reward.left_minor > 0
    assert debts.owed_by(seller) == 0
    mall.verify()


def test_nothing_of_who_leaves_stays_in_what_matched(mall: Mall) -> None:
    reward = caught(mall)
    assert reward.signals[0]["matched"]
    rewarding.forget(reward.order.person)
    reward.refresh_from_db()
    assert reward.signals == [{"signal": "device", "matched": ""}]
    assert Device.objects.exists()
    assert Distributor.objects.count() == 0
    assert merchants.house() == mall.house
