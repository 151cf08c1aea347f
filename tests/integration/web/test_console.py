"""What staff do in the back offices beyond looking."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from patronage.commerce import catalogue
from patronage.commerce.models import Category, Coupon, Payment, Return, Sku, State
from patronage.members import clock
from patronage.members.models import AuditEntry, Person
from patronage.web.shared.amount_fields import unit_of, written
from tests.integration.web.conftest import signed_in
from tests.shop import Shop


def cancel_path(shop: Shop, state: str, office: str = "merchant") -> str:
    return f"/{office}/commerce/order/{shop.orders[state].id}/cancel/"


def test_a_clerk_cancels_what_cannot_be_delivered_and_the_shopper_reads_why(shop: Shop) -> None:
    clerk, order = signed_in(shop.clerk), shop.orders["paid"]
    path, line = cancel_path(shop, "paid"), order.lines.get()
    page = clerk.get(path)
    assert page.context["form"][f"quantity-{line.id}"].initial == 2
    told = {"key": "k", "reason": "茶饼受潮", f"quantity-{line.id}": "1"}
    assert clerk.post(path, told)["Location"] == f"/merchant/commerce/order/{order.id}/change/"
    order.refresh_from_db()
    assert (order.state, order.lines.get().returned) == (State.PAID, 1)
    page = signed_in(shop.owner).get(f"/orders/{order.number}/").text
    assert "商家无法交付" in page
    assert "茶饼受潮" in page
    clerk.post(path, {**told, "key": "2"})
    order.refresh_from_db()
    assert order.state == State.CANCELLED
    assert "只有已付款且未发货的订单才能取消" in clerk.post(path, {**told, "key": "3"}).text
    assert clerk.get(path).status_code == 403
    page = clerk.get(f"/merchant/commerce/order/{order.id}/change/").text
    assert "/cancel/" not in page
    assert "保存并发货" not in page
    page = signed_in(shop.owner).get(f"/orders/{order.number}/").text
    assert page.count("茶饼受潮") == 3  # of each, and in the history


def test_nobody_cancels_what_is_another_merchants(shop: Shop) -> None:
    shipped = shop.orders["codes"]
    answer = signed_in(shop.clerk).post(cancel_path(shop, "codes"), {"key": "k", "reason": "x"})
    assert answer.status_code in (302, 403, 404)
    shipped.refresh_from_db()
    assert shipped.state == State.PAID
    path = cancel_path(shop, "codes", "console")
    assert signed_in(shop.operator).get(path).status_code == 200


def test_a_return_goes_back_into_stock_once(shop: Shop) -> None:
    operator = signed_in(shop.operator)
    asked = Return.objects.get(order=shop.orders["received"])

    def act(name: str) -> int:
        body = {"action": name, "_selected_action": [asked.id], "index": 0}
        operator.post("/console/commerce/return/", body)
        return Sku.objects.get(id=shop.wine.id).stock

    before = Sku.objects.get(id=shop.wine.id).stock
    assert act("restock") == before  # not approved yet
    assert act("approve_fit") == before + 1
    assert act("restock") == before + 1


def offer(shop: Shop, **told: Any) -> dict[str, Any]:
    ends = clock.now() + timedelta(days=9)
    return {
        "merchant": shop.mall.house.id,
        "name": "满减",
        "name_en": "Off",
        "threshold_minor": "0",
        "starts_at_0": f"{clock.now():%Y-%m-%d}",
        "starts_at_1": "00:00:00",
        "ends_at_0": f"{ends:%Y-%m-%d}",
        "ends_at_1": "00:00:00",
        **told,
    }


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"off_minor": "199"}, "售价 ¥0.00"),
        ({"off_micro": "90"}, "赤霞珠干红葡萄酒 单瓶"),
        ({}, "二者填其一"),
        ({"off_minor": "1", "off_micro": "1"}, "二者填其一"),
    ],
)
def test_a_coupon_that_loses_money_is_refused_with_its_sums(
    shop: Shop, told: dict[str, str], said: str
) -> None:
    before = Coupon.objects.count()
    page = signed_in(shop.operator).post("/console/commerce/coupon/add/", offer(shop, **told))
    assert said in page.text
    assert Coupon.objects.count() == before


def test_a_sound_coupon_is_offered(shop: Shop) -> None:
    told = offer(shop, off_minor="1.00")
    assert signed_in(shop.operator).post("/console/commerce/coupon/add/", told).status_code == 302
    assert Coupon.objects.get(name="满减").off_minor == 100


def test_a_drawing_is_not_taken_and_a_picture_is_written_anew(shop: Shop) -> None:
    browser, path = signed_in(shop.operator), f"/console/commerce/category/{teas(shop).id}/change/"
    body = {"name": "茗茶", "name_en": "Fine tea", "position": "1"}
    drawn = SimpleUploadedFile("a.png", b"<svg/>")
    assert "不是我们能读取的图片" in browser.post(path, {**body, "picture": drawn}).text
    written = BytesIO()
    Image.new("RGB", (9, 9)).save(written, "PNG")
    picture = SimpleUploadedFile("a.png", written.getvalue())
    assert browser.post(path, {**body, "picture": picture}).status_code == 302
    assert teas(shop).picture.name.endswith(".webp")
    teas(shop).picture.delete()


def test_what_is_renamed_is_found_by_its_new_name(shop: Shop) -> None:
    browser = signed_in(shop.operator)
    path = f"/console/commerce/category/{teas(shop).id}/change/"
    browser.post(path, {"name": "茗品", "name_en": "Fine", "position": "1"})
    path = f"/console/commerce/merchant/{shop.tea.id}/change/"
    told = {"name": "高山茶行", "name_en": "Hill"}
    told |= {f"agreements-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    assert browser.post(path, {**told, "staff": [shop.clerk.id]}).status_code == 302
    for query in ("茗品", "高山"):
        assert [one.id for one in catalogue.browse(query=query).products] == [shop.cake.product_id]
    assert catalogue.browse(query="云岭").products == []


def test_amounts_that_may_not_be_changed_are_shown_as_people_write_them(shop: Shop) -> None:
    payment = Payment.objects.filter(amount_minor__gt=0).first()
    assert payment is not None
    page = signed_in(shop.operator).get(f"/console/commerce/payment/{payment.id}/change/")
    assert f"¥{written(payment.amount_minor, unit_of('amount_minor'))}" in page.text


def teas(shop: Shop) -> Category:
    return Category.objects.get(products=shop.cake.product_id)


def test_a_zone_is_one_of_the_provinces(shop: Shop) -> None:
    browser, rule = signed_in(shop.operator), shop.tea.freight_rule

    def zone(province: str) -> dict[str, object]:
        return {
            "merchant": shop.tea.id,
            "basis": "piece",
            "first_units": 1,
            "first_minor": "12.00",
            "next_units": 1,
            "next_minor": "3",
            "zones-TOTAL_FORMS": 1,
            "zones-INITIAL_FORMS": 0,
            "zones-0-rule": rule.id,
            "zones-0-province": province,
            "zones-0-is_served": "on",
            "zones-0-first_minor": "20",
            "zones-0-next_minor": "9.00",
        }

    path = f"/console/commerce/freightrule/{rule.id}/change/"
    assert browser.post(path, zone("新疆")).status_code == 200
    assert rule.zones.count() == 0
    assert browser.post(path, zone("新疆维吾尔自治区")).status_code == 302
    assert rule.zones.get().province == "新疆维吾尔自治区"


def test_an_operator_appoints_renews_blocks_and_unblocks(shop: Shop) -> None:
    browser, people = signed_in(shop.operator), "/console/members/person/"
    told = {"email": "new@example.com", "name": "店员"}
    page = browser.post(f"{people}appoint/", told)
    clerk = Person.objects.get(email="new@example.com")
    password = page.context["access"].password
    assert clerk.check_password(password)
    assert password in page.text
    assert "no-store" in page["Cache-Control"]
    assert "已有" in browser.post(f"{people}appoint/", told).text
    page = browser.post(f"{people}{clerk.id}/renew/")
    clerk.refresh_from_db()
    assert clerk.check_password(page.context["access"].password)
    assert not clerk.check_password(password)
    browser.post(f"{people}{shop.owner.id}/block/", {"reason": "刷单"})
    shop.owner.refresh_from_db()
    assert not shop.owner.is_active
    assert "刷单" in browser.get(f"{people}{shop.owner.id}/change/").text
    browser.post(f"{people}{shop.owner.id}/unblock/", {"reason": "误判"})
    shop.owner.refresh_from_db()
    assert shop.owner.is_active


def test_a_clerk_does_none_of_it(shop: Shop) -> None:
    browser, people = signed_in(shop.clerk), "/console/members/person/"
    for path in ("appoint/", *(f"{shop.owner.id}/{do}/" for do in ("block", "unblock", "renew"))):
        told = {"reason": "x", "email": "new@example.com"}
        for answer in (browser.get(people + path), browser.post(people + path, told)):
            assert answer.status_code in (302, 403, 404), path
    shop.owner.refresh_from_db()
    assert shop.owner.is_active
    assert not Person.objects.filter(email="new@example.com").exists()


def test_looks_files_and_changes_stand_in_the_audit_log(shop: Shop) -> None:
    browser = signed_in(shop.operator)
    browser.get(f"/console/members/person/{shop.owner.id}/change/")
    path = f"/console/commerce/category/{teas(shop).id}/change/"
    browser.post(path, {"name": "茗品", "name_en": "Fine", "position": "1"})
    told = [(one.verb, one.subject_kind, one.facts) for one in AuditEntry.objects.all()[:2]]
    assert told == [
        (
            "changed",
            "category",
            {"changes": [{"changed": {"fields": ["Name", "Name in English"]}}]},
        ),
        ("viewed", "person", {}),
    ]
