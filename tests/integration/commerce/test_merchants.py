"""Merchants apply, sell under agreements, are suspended and go on."""

from datetime import timedelta
from threading import Event

import pytest

from patronage.commerce import catalogue, checkout, counter, coupons, listing, merchants
from patronage.commerce.counter import CounterRefusal
from patronage.commerce.coupons import CouponRefusal
from patronage.commerce.listing import ListingRefusal
from patronage.commerce.merchants import MerchantRefusal, Terms, today
from patronage.commerce.models import Agreement, Application, Merchant, Order, Product, State
from patronage.members import clock
from tests.integration.commerce.play import HOME, Mall, put
from tests.integration.commerce.test_races import TIMEOUT, together

TENTH = 100_000


def application(licence: str = "91330000000000001X") -> Application:
    return Application(
        name="云岭茶庄",
        company="云岭茶业有限公司",
        licence=licence,
        contact="王芳",
        phone="13800138000",
        email="tea@example.com",
        goods="普洱茶",
    )


def applied(licence: str = "91330000000000001X") -> Application:
    made = merchants.apply(source="here", application=application(licence))
    assert isinstance(made, Application), made
    return made


def terms(mall: Mall, concession: int = TENTH, begins: int = 0, lasts: int | None = None) -> Terms:
    del mall
    starts = today() + timedelta(days=begins)
    return Terms(concession, starts, None if lasts is None else starts + timedelta(days=lasts))


def on_sale() -> int:
    return len(catalogue.browse().products)


def test_an_application_is_answered_once(mall: Mall) -> None:
    who, asked = mall.person(), applied()
    again = merchants.apply(source="there", application=application())
    assert again is MerchantRefusal.WAITS
    decline = {"application_id": asked.id, "who": who}
    assert merchants.decline(**decline, answer=" ") is MerchantRefusal.REASON_NEEDED
    declined = merchants.decline(**decline, answer="资质不全")
    assert isinstance(declined, Application)
    assert (declined.state, declined.answer, declined.answered_by) == ("declined", "资质不全", who)
    told = merchants.accept(application_id=asked.id, who=who, terms=terms(mall))
    assert told is MerchantRefusal.ANSWERED
    assert isinstance(applied(), Application), "who was declined may ask again"
    for n in range(3):
        applied(f"other {n}")
    told = merchants.apply(source="here", application=application("sixth"))
    assert told is MerchantRefusal.TOO_OFTEN


def test_an_approved_merchant_sells_from_the_day_of_its_agreement_on(mall: Mall) -> None:
    who = mall.person()
    merchant = merchants.accept(application_id=applied().id, who=who, terms=terms(mall, begins=2))
    assert isinstance(merchant, Merchant), merchant
    assert not merchant.is_open
    assert merchants.approve(merchant_id=merchant.id) is MerchantRefusal.NO_AGREEMENT
    mall.time.pass_by(days=2)
    assert merchants.put_in_force() == 2
    assert merchants.put_in_force() == 0
    merchant.refresh_from_db()
    assert (merchant.is_open, merchant.concession_micro) == (True, TENTH)
    assert mall.held(merchant.account).cash == 0, "its account is open"
    second = merchants.accept(application_id=applied("2").id, who=who, terms=terms(mall))
    assert isinstance(second, Merchant)
    assert second.is_open, "one that begins today holds at once"
    mall.verify()


@pytest.mark.parametrize(
    ("concession", "begins", "lasts", "refusal"),
    [
        (1_000_001, 0, None, MerchantRefusal.BAD_CONCESSION),
        (TENTH, -1, None, MerchantRefusal.PAST),
        (TENTH, 1, -1, MerchantRefusal.DAYS_TURNED),
        (TENTH, 0, None, MerchantRefusal.SAME_DAY),
    ],
)
def test_what_is_no_agreement(
    mall: Mall, concession: int, begins: int, lasts: int | None, refusal: MerchantRefusal
) -> None:
    merchant, who = mall.merchant(), mall.person()
    merchants.agree(merchant_id=merchant.id, who=who, terms=terms(mall))
    told = terms(mall, concession, begins, lasts)
    assert merchants.agree(merchant_id=merchant.id, who=who, terms=told) is refusal
    assert Agreement.objects.count() == 1
    house = merchants.agree(merchant_id=mall.house.id, who=who, terms=terms(mall))
    assert house is MerchantRefusal.HOUSE


def test_an_order_keeps_the_rate_under_which_it_was_placed(mall: Mall) -> None:
    merchant, who = mall.merchant(concession_micro=200_000), mall.person()
    sku = mall.sku(100_00, merchant=merchant, cost=75_00)
    (before,) = mall.place(mall.person(), (sku, 1))
    mall.pay([before])
    merchants.agree(merchant_id=merchant.id, who=who, terms=terms(mall, 240_000, begins=1))
    merchant.refresh_from_db()
    assert merchant.concession_micro == 200_000
    mall.time.pass_by(days=1)
    assert merchants.put_in_force() == 1
    (after,) = mall.place(mall.person(), (sku, 1))
    assert [one.lines.get().concession_micro for one in (before, after)] == [200_000, 240_000]
    assert merchants.in_force(merchant) == merchant.agreements.get()
    mall.receive(before)
    mall.complete(before)
    assert mall.held(merchant.account).cash == 80_00


def test_goods_that_would_lose_under_a_new_agreement_leave_the_mall(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=TENTH)
    mall.sku(100_00, merchant=merchant, cost=85_00)
    mall.sku(100_00, merchant=merchant, cost=70_00)
    told = terms(mall, 200_000)
    made = merchants.agree(merchant_id=merchant.id, who=mall.person(), terms=told)
    assert isinstance(made, Agreement), made
    assert on_sale() == 1


def test_a_suspended_merchant_sells_nothing_and_its_orders_go_to_their_end(mall: Mall) -> None:
    merchant, person = mall.merchant(concession_micro=TENTH), mall.person()
    who = mall.person()
    sku = mall.sku(100_00, merchant=merchant)
    unlisted = mall.sku(50_00, merchant=merchant)
    listing.unlist_product(product=unlisted.product)
    voucher = mall.voucher(mall.person(), merchant, off_minor=1)
    (order,) = mall.place(person, (sku, 1))
    (waiting,) = mall.place(mall.person(), (sku, 1))
    mall.pay([order])
    put(person, (sku, 1))
    assert (
        merchants.suspend(merchant_id=merchant.id, who=who, reason=" ")
        is MerchantRefusal.REASON_NEEDED
    )
    assert merchants.suspend(merchant_id=merchant.id, who=who, reason="假货投诉") is None
    assert (
        merchants.suspend(merchant_id=merchant.id, who=who, reason="x") is MerchantRefusal.NOT_OPEN
    )
    merchant.refresh_from_db()
    assert (merchant.suspended_reason, on_sale()) == ("假货投诉", 0)
    told = checkout.quote(person=person, wanted=[checkout.Wanted(sku.id, 1)], address=HOME)
    assert told.refusal is not None
    assert listing.list_product(product=sku.product).refusal is ListingRefusal.MERCHANT_SUSPENDED
    taken = counter.charge(merchant=merchant, code="1" * 18, amount_minor=1, key="k", who=person)
    assert taken is CounterRefusal.UNKNOWN_MERCHANT
    claimed = coupons.claim(person=person, coupon_id=voucher.coupon_id)
    assert claimed is CouponRefusal.UNKNOWN
    mall.pay([waiting])
    for one in (order, waiting):
        mall.receive(one)
    mall.complete(order, waiting)
    assert {one.state for one in Order.objects.all()} == {State.COMPLETED}
    assert mall.held(merchant.account).cash == 2 * 90_00
    assert merchants.resume(merchant_id=merchant.id, who=who) is None
    assert merchants.resume(merchant_id=merchant.id, who=who) is MerchantRefusal.NOT_SUSPENDED
    sku.product.refresh_from_db()
    assert on_sale() == 1, "and not what had been taken off sale before"
    assert sku.product.held_at is None
    mall.verify()


def test_an_agreement_that_ends_without_another_suspends(mall: Mall) -> None:
    merchant, who = mall.merchant(), mall.person()
    mall.sku(100_00, merchant=merchant)
    merchants.agree(merchant_id=merchant.id, who=who, terms=terms(mall, lasts=9))
    mall.time.pass_by(days=9)
    assert merchants.put_in_force() == 0, "the last day is a whole one"
    mall.time.pass_by(days=1)
    assert merchants.put_in_force() == 1
    merchant.refresh_from_db()
    assert merchant.suspended_reason == merchants.ENDED
    assert on_sale() == 0
    assert merchants.resume(merchant_id=merchant.id, who=who) is MerchantRefusal.NO_AGREEMENT
    merchants.agree(merchant_id=merchant.id, who=who, terms=terms(mall))
    assert merchants.resume(merchant_id=merchant.id, who=who) is None
    assert merchants.put_in_force() == 0
    assert on_sale() == 1


def test_a_successor_keeps_a_merchant_selling(mall: Mall) -> None:
    merchant, who = mall.merchant(), mall.person()
    for told in (terms(mall, lasts=9), terms(mall, 200_000, begins=10)):
        assert isinstance(merchants.agree(merchant_id=merchant.id, who=who, terms=told), Agreement)
    mall.time.pass_by(days=10)
    assert merchants.put_in_force() == 1
    merchant.refresh_from_db()
    assert (merchant.is_open, merchant.concession_micro) == (True, 200_000)
    assert merchants.today() == clock.now().date()


def test_what_is_taken_off_sale_meanwhile_does_not_come_back(mall: Mall) -> None:
    merchant, who = mall.merchant(), mall.person()
    kept, dropped = (mall.sku(100_00, merchant=merchant).product for _ in range(2))
    merchants.suspend(merchant_id=merchant.id, who=who, reason="盘点")
    for product in (kept, dropped):
        product.refresh_from_db()
        listing.list_product(product=product)  # refused, and held as before
    listing.unlist_product(product=dropped)
    assert merchants.resume(merchant_id=merchant.id, who=who) is None
    assert [one.id for one in catalogue.browse().products] == [kept.id]


def listed_while_suspended(mall: Mall, monkeypatch: pytest.MonkeyPatch, *, waits: bool) -> int:
    """List a product while its merchant is suspended; return how many are on sale then.

    With `waits`, who lists has judged it and waits with writing until the merchant is suspended.
    """
    merchant, who = mall.merchant(), mall.person()
    product = mall.sku(100_00, merchant=merchant).product
    listing.unlist_product(product=product)
    judged, suspended, judge = Event(), Event(), listing.sums_of

    def judge_and_wait(product: Product) -> list[listing.Sums]:
        sums = judge(product)
        judged.set()
        if waits:
            assert suspended.wait(TIMEOUT)
        return sums

    def suspend() -> None:
        assert judged.wait(TIMEOUT)
        assert merchants.suspend(merchant_id=merchant.id, who=who, reason="假货") is None
        suspended.set()

    monkeypatch.setattr(listing, "sums_of", judge_and_wait)
    together(lambda: listing.list_product(product=product), suspend)
    return on_sale()


def test_nothing_is_listed_while_its_merchant_is_suspended(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed_while_suspended(on_postgresql, monkeypatch, waits=False) == 0


def test_twin_without_the_lock_it_stays_on_sale(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(product: Product) -> Merchant:
        return Merchant.objects.get(id=product.merchant_id)

    monkeypatch.setattr(listing, "_locked_seller", read)
    assert listed_while_suspended(on_postgresql, monkeypatch, waits=True) == 1
