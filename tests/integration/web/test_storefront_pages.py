"""The first page's banners and announcements, packing slips, awards and partners."""

from datetime import timedelta

import pytest

from patronage.commerce.models import Announcement, Banner
from patronage.members import clock
from patronage.members.models import Award, Role
from patronage.web.shared import staff
from tests.integration.web.conftest import signed_in
from tests.shop import Shop
from tests.unit.web.test_pictures import drawn, uploaded

MOMENT = {"starts_at_0": "2026-03-01", "starts_at_1": "00:00:00"}


@pytest.mark.usefixtures("shop")
def test_the_first_page_shows_what_is_shown_now() -> None:
    browser = signed_in(None)
    page = browser.get("/").text
    for text in ("新酒上市", 'href="/categories/"', "国庆发货安排"):
        assert text in page
    Banner.objects.update(starts_at=clock.now() + timedelta(days=1))
    Announcement.objects.update(ends_at=clock.now(), starts_at=clock.now() - timedelta(days=1))
    page = browser.get("/").text
    assert "新酒上市" not in page
    assert "国庆发货安排" not in page
    assert "hero" in page
    assert "十月一日" in browser.get("/announcements/").text, "it stays to be read"


def test_a_banner_leads_into_the_mall_and_is_a_picture(shop: Shop) -> None:
    browser, path = signed_in(shop.operator), "/console/commerce/banner/add/"
    told = {"title": "春茶", "position": "1", **MOMENT}
    for link in ("https://example.com/", "//example.com/", "categories/", "/\\example.com"):
        page = browser.post(path, {**told, "link": link, "picture": uploaded(drawn("PNG"))})
        assert "商城内的页面" in page.text, link
    page = browser.post(path, {**told, "link": "/", "picture": uploaded(b"<svg/>")})
    assert "不是我们能读取的图片" in page.text
    assert (
        browser.post(path, {**told, "link": "/", "picture": uploaded(drawn("PNG"))}).status_code
        == 302
    )
    assert Banner.objects.get(title="春茶").picture.name.endswith(".webp")
    ends = {"ends_at_0": "2026-02-01", "ends_at_1": "00:00:00"}
    page = browser.post(path, {**told, **ends, "link": "/", "picture": uploaded(drawn("PNG"))})
    assert "结束时间早于开始时间" in page.text


def test_a_packing_slip_says_what_goes_where(shop: Shop) -> None:
    order = shop.orders["paid"]
    page = signed_in(shop.clerk).get(f"/merchant/commerce/order/{order.id}/slip/").text
    for text in (order.number, order.name, order.phone, order.street, "古树普洱茶饼"):
        assert text in page
    assert "¥" not in page, "the parcel tells no prices"
    codes = shop.orders["codes"]
    answer = signed_in(shop.operator).get(f"/console/commerce/order/{codes.id}/slip/")
    assert answer.status_code == 403


def test_an_award_is_given_in_kind_once(shop: Shop) -> None:
    browser, award = signed_in(shop.operator), Award.objects.get()
    page = browser.get("/console/members/award/").text
    assert "李雷" in page
    path = f"/console/members/award/{award.pk}/give/"
    assert browser.post(path, {"note": ""}).status_code == 200
    assert browser.post(path, {"note": "茶饼一枚，SF1"}).status_code == 302
    assert "该奖励已处理" in browser.post(path, {"note": "again"}, follow=True).text
    cut_off = f"/console/members/cutoff/{award.place.cut_off_id}/change/"
    assert "李雷" in browser.get(cut_off).text
    decided = f"/console/members/reward/{award.reward_id}/change/"
    assert 'name="_save"' not in browser.get(decided).text
    assert "李雷" in browser.get("/console/members/partner/").text


def test_an_award_is_proposed_as_cash(shop: Shop) -> None:
    browser, award = signed_in(shop.operator), Award.objects.get()
    path = f"/console/members/award/{award.pk}/pay/"
    assert "不得少于 0.01" in browser.post(path, {"amount": "0", "reason": "第一名"}).text
    assert browser.post(path, {"amount": "88", "reason": "第一名"}).status_code == 302
    page = browser.get(f"/console/members/award/{award.pk}/change/").text
    assert "¥88.00" in page
    assert "/pay/" not in page


@pytest.mark.usefixtures("shop")
def test_who_serves_members_gives_in_kind_and_proposes_no_cash() -> None:
    appointed = staff.appoint(email="service@example.com", given=[Role.SERVICE])
    assert isinstance(appointed, staff.Access)
    browser, award = signed_in(appointed.person), Award.objects.get()
    path = f"/console/members/award/{award.pk}"
    page = browser.get(f"{path}/change/").text
    assert "/give/" in page
    assert "/pay/" not in page
    for answer in (browser.get(f"{path}/pay/"), browser.post(f"{path}/pay/", {"amount": "1"})):
        assert answer.status_code == 403
    assert browser.post(f"{path}/give/", {"note": "茶饼一枚"}).status_code == 302


def test_a_reward_is_announced_before_its_day_is_over(shop: Shop) -> None:
    told = {"first_place": "1", "last_place": "2", "text": "酒", "text_en": ""}
    day = (clock.now() - timedelta(days=2)).date()
    page = signed_in(shop.operator).post(
        "/console/members/reward/add/", {**told, "decided_on": f"{day}"}
    )
    assert "名次已经确定" in page.text
