"""After-sales of completed orders: the way of a case, and what a refund takes from whom."""

from types import ModuleType

import pytest
from django.core.files.base import ContentFile
from django.test import override_settings

from patronage import ledger
from patronage.commerce import (
    aftersales,
    completion,
    debts,
    jobs,
    orders,
    posting,
    refunds,
    reversal,
)
from patronage.commerce.aftersales import AfterSaleRefusal
from patronage.commerce.models import (
    AfterSale,
    AfterSaleShare,
    AfterSaleState,
    Alarm,
    Debt,
    FreightRule,
    Order,
    Refund,
    Sku,
    TestRefund,
)
from patronage.members.closing import ClosingRefusal, hindrances
from patronage.members.models import AuditEntry, Notice, NoticeKind, Person
from patronage.members.sentences import sentence
from tests.integration.commerce.play import Died, Mall, die, splits


def ask(order: Order, quantity: int = 1, key: str = "k", reason: str = "漏液") -> AfterSale:
    case = aftersales.request(
        person=order.person,
        number=order.number,
        key=key,
        quantities={order.lines.get().id: quantity},
        reason=reason,
    )
    assert isinstance(case, AfterSale), case
    return case


def give_back(mall: Mall, order: Order, quantity: int = 1, key: str = "k") -> AfterSale:
    """Go all the way: asked, approved, sent, received, refunded."""
    case, staff = ask(order, quantity, key), mall.person()
    of_case = {"merchant": order.merchant, "number": case.number, "who": staff}
    done = aftersales.answer(**of_case, approve=True)
    assert isinstance(done, AfterSale), done
    sent = aftersales.send_goods(person=order.person, number=case.number, tracking="SF1")
    assert isinstance(sent, AfterSale), sent
    done = aftersales.receive_goods(**of_case, accept=True)
    assert isinstance(done, AfterSale), done
    return done


def shares(case: AfterSale) -> dict[str, int]:
    rows = AfterSaleShare.objects.filter(aftersale=case)
    return dict(rows.values_list("kind", "amount_minor"))


def sent(case: AfterSale) -> list[tuple[str, int, int]]:
    rows = Refund.objects.filter(aftersale=case).order_by("id")
    return list(rows.values_list("channel", "amount_minor", "netted_minor"))


def states(case: AfterSale) -> list[str]:
    return list(case.steps.values_list("deed", flat=True))


def redeem(mall: Mall, person: Person, points: int) -> int:
    told = mall.submit(type="points.redeemed", account=person.account, points=points)
    return int(told.facts["pay"])


def test_what_still_is_there_comes_back_and_the_member_gets_all(mall: Mall) -> None:
    sku = mall.sku(100_00, cost=40_00)
    mall.buy(mall.person(), (sku, 1))
    person = mall.person()
    (order,) = mall.place(person, (sku, 1))
    mall.pay([order])
    mall.receive(order)
    mall.time.pass_by(days=7)
    completion.complete_due()
    price = ledger.summary("mall").price
    worth = int(mall.held(person.account).worth)
    case = give_back(mall, order)
    assert states(case) == ["asked", "approved", "sent", "received", "settled", "refunded"]
    assert (case.state, case.refund_minor, case.money_minor) == ("refunded", 100_00, 100_00)
    assert (case.missing_minor, case.dividends_minor, case.netted_minor) == (0, 0, 0)
    # No day was closed since: what went to the dividend pool comes back from it too.
    assert splits(order) == {"contribution": 30_00, "dividend": 18_00, "platform": 52_00}
    # By the rule the points bring back what they are worth, at most what was contributed.
    assert 0 < worth < 30_00
    assert shares(case) == {
        "contribution": worth,
        "dividend": 18_00,
        "platform": 52_00,
        "borne": 30_00 - worth,
    }
    assert TestRefund.objects.get().amount_minor == 100_00
    assert mall.held(person.account).points == 0
    assert ledger.summary("mall").price >= price
    order.refresh_from_db()
    assert order.lines.get().returned == 1
    assert aftersales.returnable(order) == {}
    mall.verify()


def test_what_the_member_took_out_is_netted_and_none_else_pays(mall: Mall) -> None:
    sku = mall.sku(100_00)
    mall.buy(mall.person(), (sku, 1))
    person = mall.person()
    (order,) = mall.buy(person, (sku, 1))
    mall.buy(mall.person(), (sku, 1))
    granted = mall.held(person.account).points
    redeem(mall, person, granted)
    before = ledger.summary("mall")
    told = reversal.outlook(order, {order.lines.get().id: 1}, is_netted=True)
    case = give_back(mall, order)
    after = ledger.summary("mall")
    worth = int(granted * before.price)
    assert case.missing_minor == case.member_missing_minor == case.netted_minor == worth > 0
    assert told == (100_00, worth, 0, worth)
    assert sent(case) == [("test", 100_00, worth)]
    assert TestRefund.objects.get().amount_minor == 100_00 - worth
    # The economy had given 30.00 for points that brought `worth`: the difference stands by name.
    rows = {"platform": 70_00, "netted": worth}
    lost = 30_00 - worth
    rows["borne" if lost > 0 else "funded"] = lost
    assert shares(case) == rows
    assert after.price >= before.price
    mall.verify()


def test_what_was_taken_beyond_the_contribution_goes_back_into_the_reserve(mall: Mall) -> None:
    sku = mall.sku(100_00)
    person = mall.person()
    (order,) = mall.buy(person, (sku, 1))
    for _ in range(4):
        mall.buy(mall.person(), (sku, 1))
    redeem(mall, person, mall.held(person.account).points)
    before = ledger.summary("mall").figures["reserve"]
    case = give_back(mall, order)
    beyond = case.netted_minor - 30_00
    assert beyond > 0
    assert shares(case) == {"platform": 70_00, "netted": case.netted_minor, "funded": -beyond}
    assert ledger.summary("mall").figures["reserve"] == before + beyond
    mall.verify()


def test_what_the_reserve_refuses_stays_with_the_operator(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others redeem in the moment before it would be put there: nothing circulates then."""
    sku = mall.sku(100_00)
    person, others = mall.person(), [mall.person() for _ in range(4)]
    (order,) = mall.buy(person, (sku, 1))
    for other in others:
        mall.buy(other, (sku, 1))
    redeem(mall, person, mall.held(person.account).points)
    charge = reversal._charge

    def redeem_and_charge(*parts: object) -> None:
        for n, other in enumerate(others):
            points = mall.held(other.account).points
            sale = {"type": "points.redeemed", "account": other.account, "points": points}
            ledger.submit("mall", {"id": f"all:{n}", **sale})
        charge(*parts)

    monkeypatch.setattr(reversal, "_charge", redeem_and_charge)
    platform = mall.held(mall.house.account).cash
    case = give_back(mall, order)
    beyond = case.netted_minor - 30_00
    assert beyond > 0
    assert ledger.outcome_of("mall", f"aftersale:{case.number}:funded").refusal is not None
    assert mall.held(mall.house.account).cash == platform - 70_00 + beyond
    mall.verify()


def test_dividends_on_the_points_are_netted_once_however_the_goods_come_back(mall: Mall) -> None:
    dear = mall.sku(100_00, cost=40_00)
    mall.buy(mall.person(), (dear, 1))
    person = mall.person()
    (order,) = mall.place(person, (dear, 2))
    mall.pay([order])
    mall.receive(order)
    mall.complete(order)
    mall.buy(mall.person(), (dear, 1))  # seven days more, and their closes
    held = mall.held(person.account)
    earned = sum(one.dividend for one in ledger.earned("mall", person.account))
    assert held.dividend + held.cash == int(earned) > 0
    first = give_back(mall, order, 1, "1")
    second = give_back(mall, order, 1, "2")
    netted = [first.dividends_minor, second.dividends_minor]
    assert netted == [first.netted_minor, second.netted_minor]
    assert 0 <= int(earned) - sum(netted) <= 1  # rounded down twice
    assert shares(first)["borne"] > 0  # the pool was paid out to all, and nobody gives back
    assert sum(shares(first).values()) == 100_00
    mall.verify()


@override_settings(AFTERSALES_TAKEN_OUT="borne")
def test_by_setting_the_platform_bears_it_and_says_how_much(mall: Mall) -> None:
    sku = mall.sku(100_00)
    mall.buy(mall.person(), (sku, 1))
    person = mall.person()
    (order,) = mall.buy(person, (sku, 1))
    redeem(mall, person, mall.held(person.account).points)
    case = give_back(mall, order)
    assert case.taken_out_minor > 0
    assert (case.netted_minor, sent(case)) == (0, [("test", 100_00, 0)])
    assert shares(case) == {"platform": 70_00, "borne": 30_00}
    mall.verify()


def test_what_the_referrer_took_out_is_not_the_members(mall: Mall) -> None:
    sku = mall.sku(100_00)
    referrer = mall.person()
    mall.buy(mall.person(), (sku, 1))
    (order,) = mall.buy(mall.person(referrer=referrer), (sku, 1))
    redeem(mall, referrer, mall.held(referrer.account).points)
    case = give_back(mall, order)
    assert case.missing_minor > 0
    assert (case.member_missing_minor, case.netted_minor) == (0, 0)
    assert shares(case)["borne"] > 0
    mall.verify()


def test_each_party_bears_its_recorded_share_and_parts_are_the_whole(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    FreightRule.objects.create(merchant=merchant, first_minor=10_00)
    sku = mall.sku(33_33, merchant=merchant)
    mall.buy(mall.person(), (mall.sku(500_00), 1))
    person = mall.person()
    mall.give(person, 50_00)
    (order,) = mall.place(person, (sku, 3))
    mall.pay([order], inner="cash", inner_minor=50_00)
    mall.receive(order)
    mall.complete(order)
    whole = splits(order)
    cash = mall.held(merchant.account).cash
    assert cash == whole["proceeds"] + whole["freight"]
    told: dict[str, int] = {}
    for n in range(3):
        case = give_back(mall, order, 1, f"{n}")
        for kind, amount in shares(case).items():
            told[kind] = told.get(kind, 0) + amount
    economys = ("contribution", "dividend", "borne", "netted", "funded")
    recovered = sum(told.pop(kind, 0) for kind in economys)
    assert recovered == whole.pop("contribution") + whole.pop("dividend")
    assert told == whole
    assert mall.held(merchant.account).cash == 0
    assert debts.owed_by(merchant) == 0
    # Original channels, original proportion: all of both.
    back = Refund.objects.filter(aftersale__order=order)
    assert sum(one.amount_minor for one in back if one.channel == "cash") == 50_00
    assert sum(one.amount_minor for one in back) == order.total_minor
    mall.verify()


def test_a_merchants_shortfall_stands_as_owed_and_is_collected(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    sku = mall.sku(100_00, merchant=merchant)
    mall.buy(mall.person(), (mall.sku(500_00), 1))
    (order,) = mall.buy(mall.person(), (sku, 1))
    mall.submit(type="cash.withdrawn", account=merchant.account, amount=70_00)
    case = give_back(mall, order)
    assert case.state == AfterSaleState.REFUNDED  # the member does not wait for the merchant
    debt = Debt.objects.get(merchant=merchant)
    assert (debt.amount_minor, debt.paid_minor, debt.trying_minor) == (80_00, 10_00, 0)
    assert debts.owed_by(merchant) == 70_00
    assert debts.collect_due() == 0  # nothing is there
    mall.buy(mall.person(), (mall.sku(50_00, merchant=merchant), 1))
    assert debts.owed_by(merchant) == 30_00
    assert mall.held(merchant.account).cash == 0
    mall.verify()


def test_coins_that_the_merchant_no_longer_has_are_advanced_as_cash(mall: Mall) -> None:
    merchant, person = mall.merchant(concession_micro=200_000), mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    mall.give_coins(person, 12 * 10**9)
    (order,) = mall.buy(
        person, (mall.sku(40_00, merchant=merchant), 1), inner="coins", inner_minor=10_00
    )
    mall.submit(type="coins.redeemed", merchant=merchant.account, amount=10_00)
    held = mall.held(person.account)
    case = give_back(mall, order)
    now = mall.held(person.account)
    assert (now.coins - held.coins, now.cash - held.cash) == (0, 10_00 + held.dividend)
    assert Refund.objects.get(channel="coins").advanced_at is not None
    assert shares(case)["coins"] == 10_00
    proceeds = shares(case)["proceeds"]
    assert Debt.objects.get(merchant=merchant).amount_minor == proceeds + 10_00
    jobs.run_all()
    # It was credited the proceeds, so what is left to be paid is what it sold its coins for.
    assert debts.owed_by(merchant) == 10_00
    assert orders.held_coins(merchant) == 0
    mall.verify()


def test_what_was_paid_by_coins_alone_takes_nothing_from_the_economy(mall: Mall) -> None:
    merchant, person = mall.merchant(), mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    mall.give_coins(person, 20 * 10**9)
    (order,) = mall.buy(
        person, (mall.sku(5_00, merchant=merchant), 1), inner="coins", inner_minor=5_00
    )
    coins = mall.held(person.account).coins
    case = give_back(mall, order)
    assert (case.money_minor, shares(case)) == (0, {"coins": 5_00})
    assert mall.held(person.account).coins == coins + 5_00
    mall.verify()


def bought(mall: Mall, quantity: int = 2) -> Order:
    (order,) = mall.place(mall.person(), (mall.sku(), quantity))
    mall.pay([order])
    mall.receive(order)
    mall.complete(order)
    return order


def test_what_a_request_refuses(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 2))
    line = order.lines.get()

    def asked(key: str = "k", reason: str = "坏了", **changed: object) -> object:
        told = {"quantities": {line.id: 1}, "number": order.number, **changed}
        return aftersales.request(person=order.person, key=key, reason=reason, **told)

    assert asked() is AfterSaleRefusal.NOT_NOW  # before completion it is a return
    mall.pay([order])
    mall.receive(order)
    mall.complete(order)
    assert asked(number="x") is AfterSaleRefusal.UNKNOWN_ORDER
    assert asked(quantities={}) is AfterSaleRefusal.NOTHING_CHOSEN
    for quantities in ({line.id: 3}, {line.id: -1}, {line.id + 1: 1}):
        assert asked(quantities=quantities) is AfterSaleRefusal.TOO_MANY
    assert asked(reason=" ") is AfterSaleRefusal.REASON_NEEDED
    many = [ContentFile(b"x", name="a.webp")] * 7
    assert asked(pictures=many) is AfterSaleRefusal.TOO_MANY_PICTURES
    case = asked()
    assert asked() == case
    assert asked(quantities={line.id: 2}) is AfterSaleRefusal.KEY_USED
    assert asked("other") is AfterSaleRefusal.CASE_OPEN
    assert ClosingRefusal.ORDERS_OPEN in hindrances(order.person, orders)
    withdrawn = aftersales.withdraw(person=order.person, number=case.number)
    assert withdrawn.state == AfterSaleState.ENDED
    mall.time.pass_by(days=30)
    assert asked("late") is AfterSaleRefusal.NOT_NOW


def test_only_whose_turn_it_is_moves_a_case(mall: Mall) -> None:
    order = bought(mall)
    case, staff, other = ask(order), mall.person(), mall.merchant()
    mine = {"merchant": order.merchant, "number": case.number, "who": staff}
    answer, receive = aftersales.answer, aftersales.receive_goods
    stranger = {**mine, "merchant": other}
    assert answer(**stranger, approve=True) is AfterSaleRefusal.UNKNOWN_CASE
    assert receive(**stranger, accept=True) is AfterSaleRefusal.UNKNOWN_CASE
    assert receive(**mine, accept=True) is AfterSaleRefusal.CASE_NOT_NOW
    assert answer(**mine, approve=False) is AfterSaleRefusal.REASON_NEEDED
    told = {"person": order.person, "number": case.number}
    for do in (aftersales.send_goods, aftersales.ask_platform):
        assert do(**told) is AfterSaleRefusal.CASE_NOT_NOW
        assert do(person=staff, number=case.number) is AfterSaleRefusal.UNKNOWN_CASE
    assert answer(**mine, approve=False, note="已开封").state == AfterSaleState.DECLINED
    assert answer(**mine, approve=True) is AfterSaleRefusal.CASE_NOT_NOW
    # The member contests it, and the merchant has no say any more.
    assert aftersales.ask_platform(**told, note="没有开封").state == AfterSaleState.REQUESTED
    assert answer(**mine, approve=True) is AfterSaleRefusal.WITH_PLATFORM
    done = answer(merchant=None, number=case.number, who=staff, approve=False, note="照片不符")
    assert done.state == AfterSaleState.DECLINED
    assert aftersales.ask_platform(**told) is AfterSaleRefusal.CASE_NOT_NOW
    deeds = ["asked", "declined", "to_platform", "declined"]
    assert states(case) == deeds
    kinds = Notice.objects.filter(person=order.person, kind=NoticeKind.AFTERSALE)
    assert [one.facts["deed"] for one in kinds.order_by("id")] == deeds[1:]
    assert all(order.number in sentence(one.kind, one.facts) for one in kinds)
    assert AuditEntry.objects.filter(subject_kind="aftersale").count() == 2


def test_whoever_lets_their_time_pass_hands_the_case_on(mall: Mall) -> None:
    order, staff = bought(mall), mall.person()
    case = ask(order)
    mine = {"merchant": order.merchant, "number": case.number, "who": staff}
    mall.time.pass_by(hours=71)
    assert aftersales.pass_on_due() == 0
    mall.time.pass_by(hours=1)
    assert aftersales.pass_on_due() == 1
    assert aftersales.answer(**mine, approve=True) is AfterSaleRefusal.WITH_PLATFORM
    platform = {**mine, "merchant": None}
    assert aftersales.answer(**platform, approve=True).state == AfterSaleState.APPROVED
    mall.time.pass_by(days=7)
    assert aftersales.pass_on_due() == 1  # nothing was sent
    case.refresh_from_db()
    assert (case.state, states(case)[-1]) == (AfterSaleState.ENDED, "lapsed")
    case = ask(order, key="2")
    mine["number"] = case.number
    aftersales.answer(**mine, approve=True)
    aftersales.send_goods(person=order.person, number=case.number)
    mall.time.pass_by(days=10)
    assert aftersales.pass_on_due() == 1  # nobody said that it came
    done = aftersales.receive_goods(
        merchant=None, number=case.number, who=staff, accept=True, fit=True
    )
    assert done.state == AfterSaleState.REFUNDED
    assert Sku.objects.get(id=order.lines.get().sku_id).stock == 100 - 2 + 1


def test_the_platform_steps_in_with_a_reason(mall: Mall) -> None:
    order, staff = bought(mall), mall.person()
    case = ask(order)
    step_in = aftersales.step_in
    assert step_in(number=case.number, who=staff, note="") is AfterSaleRefusal.REASON_NEEDED
    assert step_in(number="x", who=staff, note="x") is AfterSaleRefusal.UNKNOWN_CASE
    assert step_in(number=case.number, who=staff, note="投诉").platform_at is not None
    assert step_in(number=case.number, who=staff, note="x") is AfterSaleRefusal.CASE_NOT_NOW
    done = aftersales.answer(
        merchant=None, number=case.number, who=staff, approve=True, needs_goods=False
    )
    assert done.state == AfterSaleState.REFUNDED


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (reversal, "go_on"),  # the decision is committed, nothing is settled
        (reversal, "_settle"),  # the economy took its part back
        (reversal, "shares_of"),  # amid the reckoning
        (refunds, "carry_out"),  # it is written, nothing was sent
        (refunds, "_by_provider"),
        (debts, "collect"),  # the money is sent, the merchant is not charged
        (posting, "settle"),  # the charge is handed in
        (reversal, "_conclude"),
    ],
)
def test_a_refund_that_died_anywhere_is_made_once(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, where: ModuleType, what: str
) -> None:
    merchant, person = mall.merchant(concession_micro=200_000), mall.person()
    mall.buy(mall.person(), (mall.sku(500_00), 1))
    mall.give(person, 30_00)
    (order,) = mall.buy(
        person, (mall.sku(100_00, merchant=merchant), 1), inner="cash", inner_minor=30_00
    )
    redeem(mall, person, mall.held(person.account).points)
    case = ask(order)
    before = mall.held(person.account)
    with monkeypatch.context() as patched:
        patched.setattr(where, what, die)
        with pytest.raises(Died):
            aftersales.answer(
                merchant=merchant,
                number=case.number,
                who=person,
                approve=True,
                needs_goods=False,
            )
    for _ in range(2):
        jobs.run_all()
        case.refresh_from_db()
        assert case.state == AfterSaleState.REFUNDED
        assert 0 < case.netted_minor < 100_00
        assert sum(shares(case).values()) == 100_00
        cash = sum(amount - kept for channel, amount, kept in sent(case) if channel == "cash")
        assert mall.held(person.account).cash == before.cash + before.dividend + cash
        assert TestRefund.objects.get().amount_minor == 100_00 - case.netted_minor - cash
        assert mall.held(merchant.account).cash == 0
        assert len(states(case)) == len(set(states(case)))
        mall.verify()


def test_a_refused_taking_back_is_an_alarm_and_nothing_is_sent(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = bought(mall)
    case = ask(order)
    submit = posting.submit
    with monkeypatch.context() as patched:
        patched.setattr(posting, "submit", lambda event: submit({**event, "amount": 10**12}))
        aftersales.answer(
            merchant=None,
            number=case.number,
            who=order.person,
            approve=True,
            needs_goods=False,
        )
    jobs.run_all()
    assert Alarm.objects.get().kind == "event_refused"
    assert Refund.objects.count() == 0
    case.refresh_from_db()
    assert case.state == AfterSaleState.REFUNDING
