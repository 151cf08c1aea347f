"""Distributors ask, are answered, suspended and let go on; what their storefronts sell."""

from itertools import combinations

import pytest
from django.core.files.base import ContentFile
from django.utils.translation import override

from patronage.commerce import (
    distributors,
    listing,
    merchants,
    orders,
    posting,
    storefronts,
    supplying,
)
from patronage.commerce.distributors import DistributorRefusal
from patronage.commerce.models import (
    Delivery,
    Distributor,
    Merchant,
    Product,
    Sku,
    StorefrontItem,
    Supply,
)
from patronage.commerce.storefronts import Earning, StorefrontRefusal
from patronage.members import auditing, clock
from patronage.members.closing import close_account
from patronage.members.models import AuditEntry, Person
from patronage.members.sentences import sentence
from tests.integration.commerce.play import ROOT, Mall

TENTH = 100_000


def asked(person: Person, title: str = "小酒馆") -> Distributor:
    made = distributors.apply(person=person, title=title, plan="朋友圈")
    assert isinstance(made, Distributor), made
    return made


def opened(person: Person, by: Person) -> Distributor:
    made = distributors.accept(distributor_id=asked(person).id, who=by)
    assert isinstance(made, Distributor), made
    return made


def supplied(mall: Mall, supply: int = 80_00, *, least: int = 90_00, most: int = 120_00) -> Sku:
    """Return a SKU of an outside merchant that is offered to distributors, a tenth commission."""
    maker = mall.merchant(concession_micro=TENTH)
    sku = mall.sku(100_00, merchant=maker, commission_micro=TENTH)
    Supply.objects.create(
        sku=sku,
        supply_minor=supply,
        retail_min_minor=least,
        retail_max_minor=most,
        offered_at=clock.now(),
    )
    return sku


def taken(distributor: Distributor, sku: Sku, price: int = 100_00) -> StorefrontItem:
    made = storefronts.take(
        distributor=distributor, sku_id=sku.id, title="掌柜推荐", price_minor=price
    )
    assert isinstance(made, StorefrontItem), made
    return made


def read(item: StorefrontItem) -> StorefrontItem:
    found = storefronts.item_by(item.id)
    assert found is not None
    return found


def said(person: Person, language: str = "en") -> list[str]:
    with override(language):
        return [sentence(told.kind, told.facts) for told in person.notices.order_by("id")]


def test_an_application_is_answered_once_and_told_of(mall: Mall) -> None:
    person, who = mall.person(), mall.person()
    for title, plan, why in ((" ", "x", "TITLE_NEEDED"), ("店", " ", "PLAN_NEEDED")):
        told = distributors.apply(person=person, title=title, plan=plan)
        assert told is DistributorRefusal[why]
    made = asked(person)
    assert distributors.distributor_by(person.referral_code) is None, "nobody sees it yet"
    again = distributors.apply(person=person, title="另一家", plan="x")
    assert again is DistributorRefusal.WAITS
    no = {"distributor_id": made.id, "who": who}
    assert distributors.decline(**no, reason=" ") is DistributorRefusal.REASON_NEEDED
    assert isinstance(distributors.decline(**no, reason="资料不全"), Distributor)
    assert distributors.accept(distributor_id=made.id, who=who) is DistributorRefusal.ANSWERED
    assert asked(person, "改好的").id == made.id, "who was declined may ask anew"
    told = distributors.apply(person=person, title="x", plan="x")
    assert told is DistributorRefusal.TOO_OFTEN
    yes = distributors.accept(distributor_id=made.id, who=who)
    assert isinstance(yes, Distributor)
    assert (yes.title, yes.answer, yes.answered_by) == ("改好的", "", who)
    assert said(person) == [
        "Your application for a storefront was declined. The reason: 资料不全.",
        "Your storefront “改好的” is approved. You can choose goods now.",
    ]
    deeds = list(AuditEntry.objects.order_by("number").values_list("verb", "reason"))
    assert deeds == [("declined", "资料不全"), ("approved", "")]
    assert isinstance(auditing.check_chain(), auditing.Chain)
    mall.time.pass_by(days=1)
    told = distributors.apply(person=person, title="x", plan="x")
    assert told is DistributorRefusal.IS_ONE


def test_staff_and_whoever_is_frozen_or_gone_sell_nothing(mall: Mall) -> None:
    clerk = Person.objects.create_user(email="clerk@example.com", is_staff=True)
    told = distributors.apply(person=clerk, title="店", plan="x")
    assert told is DistributorRefusal.STAFF
    person, who = mall.person(), mall.person()
    made = asked(person)
    Person.objects.filter(id=person.id).update(frozen_at=clock.now())
    assert distributors.accept(distributor_id=made.id, who=who) is DistributorRefusal.FROZEN
    Person.objects.filter(id=person.id).update(frozen_at=None)
    distributors.accept(distributor_id=made.id, who=who)
    shown = distributors.distributor_by(person.referral_code.upper())
    assert shown is not None
    assert distributors.is_open(shown)
    assert list(distributors.open_ones()) == [shown]
    for state in ({"frozen_at": clock.now()}, {"frozen_at": None, "is_active": False}):
        Person.objects.filter(id=person.id).update(**state)
        shown = distributors.distributor_by(person.referral_code)
        assert shown is not None
        assert not distributors.is_open(shown)
        assert not distributors.open_ones().exists()


def test_a_suspended_storefront_is_closed_until_it_goes_on(mall: Mall) -> None:
    person, who = mall.person(), mall.person()
    made = asked(person)
    stop = {"distributor_id": made.id, "who": who}
    assert distributors.suspend(**stop, reason="虚假宣传") is DistributorRefusal.NOT_OPEN
    distributors.accept(**stop)
    item = taken(Distributor.objects.get(), supplied(mall))
    assert distributors.suspend(**stop, reason="") is DistributorRefusal.REASON_NEEDED
    assert distributors.resume(**stop) is DistributorRefusal.NOT_SUSPENDED
    assert distributors.suspend(**stop, reason="虚假宣传") is None
    assert storefronts.why_not(read(item)) is StorefrontRefusal.CLOSED
    assert not storefronts.on_sale(read(item).distributor).exists()
    sku = supplied(mall)
    told = storefronts.take(
        distributor=read(item).distributor, sku_id=sku.id, title="x", price_minor=100_00
    )
    assert told is StorefrontRefusal.CLOSED
    assert distributors.resume(**stop) is None
    assert storefronts.why_not(read(item)) is None
    suspended, resumed = said(person)[1:]
    assert "“小酒馆” is suspended. The reason: 虚假宣传." in suspended
    assert "“小酒馆” is open again" in resumed
    verbs = list(AuditEntry.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == ["approved", "suspended", "resumed"]


def test_a_sku_is_taken_once_within_the_suppliers_bounds(mall: Mall) -> None:
    distributor = opened(mall.person(), mall.person())
    sku = supplied(mall)
    want = {"distributor": distributor, "sku_id": sku.id}
    for price in (89_99, 120_01):
        told = storefronts.take(**want, title="x", price_minor=price)
        assert told is StorefrontRefusal.OUT_OF_BOUNDS
    told = storefronts.take(**want, title=" ", price_minor=100_00)
    assert told is StorefrontRefusal.TITLE_NEEDED
    item = taken(distributor, sku)
    assert storefronts.take(**want, title="x", price_minor=100_00) is (
        StorefrontRefusal.TAKEN_ALREADY
    )
    supply = storefronts.offers().get()
    assert storefronts.earning_of(supply, 100_00) == Earning(20_00, 8_00)
    plain = mall.sku(50_00)
    told = storefronts.take(distributor=distributor, sku_id=plain.id, title="x", price_minor=1)
    assert told is StorefrontRefusal.NOT_OFFERED
    stranger = opened(mall.person(), mall.person())
    for deed in (storefronts.take_out, storefronts.remove):
        assert deed(distributor=stranger, item_id=item.id) is StorefrontRefusal.UNKNOWN_ITEM
    told = storefronts.change(distributor=stranger, item_id=item.id, title="x", price_minor=100_00)
    assert told is StorefrontRefusal.UNKNOWN_ITEM


def test_nothing_is_taken_on_which_nothing_is_earned(mall: Mall) -> None:
    distributor = opened(mall.person(), mall.person())
    sku = supplied(mall, 80_00, least=80_00)
    Product.objects.update(commission_micro=0)
    want = {"distributor": distributor, "sku_id": sku.id, "title": "x"}
    assert storefronts.take(**want, price_minor=80_00) is StorefrontRefusal.NOTHING_LEFT
    assert isinstance(storefronts.take(**want, price_minor=80_01), StorefrontItem)


def test_new_terms_take_an_item_off_sale_and_leave_its_price(mall: Mall) -> None:
    distributor = opened(mall.person(), mall.person())
    sku = supplied(mall)
    item = taken(distributor, sku, 95_00)
    supply = Supply.objects.filter(sku=sku)

    def stands(why: StorefrontRefusal | None) -> None:
        assert storefronts.why_not(read(item)) is why
        assert list(storefronts.on_sale(distributor)) == ([] if why else [item])

    stands(None)
    supply.update(retail_min_minor=96_00)
    stands(StorefrontRefusal.OUT_OF_BOUNDS)
    assert read(item).price_minor == 95_00, "never repriced by anybody else"
    mine = {"distributor": distributor, "item_id": item.id, "title": "新价"}
    told = storefronts.change(**mine, price_minor=95_50)
    assert told is StorefrontRefusal.OUT_OF_BOUNDS
    assert isinstance(storefronts.change(**mine, price_minor=96_00), StorefrontItem)
    stands(None)
    supply.update(offered_at=None)
    stands(StorefrontRefusal.NOT_OFFERED)
    assert storefronts.change(**mine, price_minor=99_00) is StorefrontRefusal.NOT_OFFERED
    supply.update(offered_at=clock.now())
    listing.unlist_product(product=sku.product)
    stands(StorefrontRefusal.NOT_OFFERED)
    assert not storefronts.offers().exists()
    listing.list_product(product=sku.product)
    stands(None)
    assert merchants.suspend(merchant_id=sku.product.merchant_id, who=None, reason="x") is None
    stands(StorefrontRefusal.NOT_OFFERED)
    merchants.resume(merchant_id=sku.product.merchant_id, who=mall.person())
    stands(None)
    assert storefronts.take_out(distributor=distributor, item_id=item.id) is None
    stands(StorefrontRefusal.NOT_LISTED)
    assert isinstance(storefronts.change(**mine, price_minor=97_00), StorefrontItem)
    stands(None)
    assert storefronts.remove(distributor=distributor, item_id=item.id) is None
    assert storefronts.item_by(item.id) is None


def test_what_is_shown_is_what_can_be_bought(mall: Mall) -> None:
    """The one query and the one sentence agree, whatever fails, alone or with another."""
    distributor, sku = opened(mall.person(), mall.person()), supplied(mall)
    item, now = taken(distributor, sku), clock.now()
    # Of each, what lets it sell and what does not.
    sways = (
        (StorefrontItem, "listed_at", now, None),
        (Product, "listed_at", now, None),
        (Product, "delivery", Delivery.SHIP, Delivery.CODE),
        (Merchant, "suspended_at", None, now),
        (Supply, "offered_at", now, None),
        (Supply, "retail_max_minor", 120_00, 99_00),
        (Distributor, "suspended_at", None, now),
        (Person, "frozen_at", None, now),
    )
    sold = []
    for failing in ((), *combinations(sways, 1), *combinations(sways, 2)):
        for model, field, _good, bad in failing:
            model.objects.update(**{field: bad})
        found = read(item)
        shown = list(storefronts.on_sale(found.distributor))
        assert (shown == [item]) == (storefronts.why_not(found) is None), failing
        sold += [failing] if shown else []
        for model, field, good, _bad in failing:
            model.objects.update(**{field: good})
    assert sold == [()]


def test_a_picture_goes_with_what_it_was_of(mall: Mall, tmp_path: object, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    distributor = opened(mall.person(), mall.person())
    words = {"distributor": distributor, "title": "酒馆", "intro": "好酒"}
    shown = distributors.present(**words, picture=ContentFile(b"1", name="a.webp"))
    assert isinstance(shown, Distributor)
    assert shown.picture.name.startswith("storefronts/")
    kept = distributors.present(**words)
    assert isinstance(kept, Distributor)
    assert kept.picture.name == shown.picture.name
    gone = distributors.present(**words, picture=False)
    assert isinstance(gone, Distributor)
    assert not gone.picture
    told = distributors.present(distributor=distributor, title=" ", intro="")
    assert told is DistributorRefusal.TITLE_NEEDED


def test_who_leaves_takes_along_what_they_wrote(mall: Mall) -> None:
    assert orders.storefront_of(mall.person()) is None
    person = mall.person()
    distributor = opened(person, mall.person())
    distributors.present(distributor=distributor, title="小酒馆", intro="好酒")
    taken(distributor, supplied(mall))
    told = orders.storefront_of(person)
    assert told is not None
    assert (told["title"], told["introduction"], told["plan"]) == ("小酒馆", "好酒", "朋友圈")
    assert told["items"] == [{"title": "掌柜推荐", "price_minor": "10000"}]
    assert close_account(person=person, orders=orders) == []
    left = Distributor.objects.get(person=person)
    assert (left.title, left.intro, left.plan) == ("小酒馆", "", "")
    assert not distributors.is_open(left)


@pytest.mark.parametrize("model", [Distributor, StorefrontItem, Supply])
def test_no_table_can_hold_a_second_level(model: type) -> None:
    """A distributor is one member; nothing points from one to another."""
    to_distributors = {
        field.name
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is Distributor
    }
    assert to_distributors == ({"distributor"} if model is StorefrontItem else set())
    people = [
        field.name
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is Person
    ]
    assert people == (["person", "answered_by"] if model is Distributor else [])


def test_the_page_on_distribution_has_the_right_sums(mall: Mall) -> None:
    maker = mall.merchant(concession_micro=2 * TENTH)
    sku = mall.sku(120_00, merchant=maker, commission_micro=TENTH // 2)
    parts = supplying.parts_at(posting.state(), sku, 100_00, 120_00)
    worked = (
        ("margin: 120.00 − 100.00", parts.margin_minor),
        ("commission: 5 % of 100.00", parts.commission_minor),
        ("contribution: 30 % of the concession of 20.00", parts.contribution_minor),
        ("dividend contribution: 30 % of 14.00", parts.dividend_minor),
        ("platform: 20.00 − 6.00 − 4.20", parts.house_minor),
        ("proceeds: 100.00 − 20.00 − 5.00", parts.merchant_minor),
    )
    page = (ROOT / "docs/distribution.md").read_text(encoding="utf-8")
    for part, minor in worked:
        assert minor is not None
        assert f"| {part} | {minor // 100}.{minor % 100:02} |" in page, part
    assert sum(minor or 0 for _part, minor in worked) == 120_00
