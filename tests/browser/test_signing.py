"""Coming by a poster, signing up by code, and what a member keeps."""

import re

import pytest
from playwright.sync_api import Browser, expect

from patronage.members.models import Person, SentText
from tests.browser.conftest import SCREENSHOTS, Arrive, Visitor
from tests.integration.commerce.play import Mall

PHONE = "13700137000"
SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])


def code_sent() -> str:
    (code,) = re.findall(r"\b\d{6}\b", SentText.objects.latest("id").text, re.ASCII)
    return code


def poster_link(member: Visitor) -> str:
    """Return where the code on a member's poster leads: what their page shows as link."""
    member.go("/mine/referral/")
    return member.page.locator("#link").input_value()


@SIZES
def test_a_poster_leads_to_a_member(fresh: Mall, arrive: Arrive, size: str) -> None:
    li = fresh.person(name="李雷")
    member = arrive(li, size=size)
    link = poster_link(member)
    member.keep("referral")
    member.go("/mine/referral/poster.svg")
    member.page.screenshot(path=SCREENSHOTS / f"poster-{size}.png")
    guest = arrive(size=size)
    guest.go(link.removeprefix(guest.address))
    guest.sees(f"您受 {li.masked_phone} 邀请")
    # They look around first; the invitation is not forgotten.
    guest.go("/")
    guest.press("我的")
    guest.sees("您还没有登录")
    guest.press("登录 / 注册")
    guest.page.get_by_label("手机号码").fill(PHONE)
    guest.press("获取验证码")
    guest.sees("验证码短信正在发送")
    expect(guest.page.locator("#code-go")).to_be_disabled()
    guest.keep("code-sent")
    guest.page.get_by_label("验证码").fill("000000")
    guest.page.get_by_label("我已阅读并同意").check()
    guest.press("登录")
    guest.sees("验证码错误或已过期")
    guest.keep("code-wrong")
    guest.page.get_by_label("验证码").fill(code_sent())
    guest.page.get_by_label("我已阅读并同意").check()
    guest.press("登录")
    guest.sees("我的钱包", "137****7000")
    guest.keep("mine")
    new = Person.objects.get(phone=f"+86{PHONE}")
    assert new.referrer == li
    assert new.consents.count() == 3
    member.go("/mine/referral/")
    member.sees("137****7000")


@pytest.mark.usefixtures("fresh")
def test_signing_in_needs_neither_scripts_nor_a_mouse(chromium: Browser, server: str) -> None:
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/sign-in/?next=/cart/")
    page.get_by_label("手机号码").focus()
    page.keyboard.type(PHONE)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("验证码短信正在发送")).to_be_visible()
    page.get_by_label("验证码").focus()
    page.keyboard.type(code_sent())
    page.get_by_label("我已阅读并同意").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="登录", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart/")
    context.close()


@SIZES
def test_an_address_is_kept_and_a_member_leaves(fresh: Mall, arrive: Arrive, size: str) -> None:
    member = arrive(fresh.person(name="李雷"), size=size)
    member.go("/mine/addresses/")
    member.sees("还没有地址")
    member.press("添加地址")
    member.press("保存")
    member.sees("请选择省份")
    member.keep("address-wrong")
    for label, value in (
        ("收件人", "李雷"),
        ("手机号", PHONE),
        ("城市", "杭州市"),
        ("区县", "西湖区"),
        ("详细地址", "文三路 1 号"),
    ):
        member.page.get_by_label(label).fill(value)
    member.page.get_by_label("省份").select_option("浙江省")
    member.press("保存")
    member.sees("浙江省杭州市西湖区 文三路 1 号", "默认")
    member.keep("addresses")
    member.go("/mine/leave/")
    member.page.get_by_label("是的，永久注销我的账号").check()
    member.press("确认注销")
    member.sees("账号已注销")
    member.keep("left")
    assert not Person.objects.filter(name="李雷").exists()
