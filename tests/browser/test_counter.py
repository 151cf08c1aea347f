"""At the counter, by code and by QR, and what members are told: on a phone and on a desktop."""

import re

import pytest
from playwright.sync_api import Browser

from patronage.commerce import jobs
from patronage.commerce.models import CounterPayment, Merchant
from patronage.members import noticing, ranking
from patronage.members.models import Level, Person, Reward, SentText
from tests.browser.conftest import Arrive, Visitor
from tests.integration.commerce.play import Mall
from tests.integration.commerce.test_counter import customer, shown, staff
from tests.integration.commerce.test_notices import close, near
from tests.integration.web.test_pages import desk_paths
from tests.shop import Shop
from tests.unit.members.test_pins import OTHER, RIGHT, give_pin

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
LANGUAGES = pytest.mark.parametrize(
    ("language", "size"),
    [("zh-CN", "phone"), ("en-GB", "desktop")],
)

WORDS = {
    "zh-CN": {
        "show": "出示付款码",
        "paid": "已付款",
        "back": "退还恒定积分",
        "give": "退回",
        "given": "已退回",
        "takings": "今日收款",
        "pay": "付款",
        "wrong": "支付密码错误",
        "bad code": "付款码无效或已失效",
    },
    "en-GB": {
        "show": "Show the code",
        "paid": "Paid",
        "back": "Give coins back",
        "give": "Give back",
        "given": "Given back",
        "takings": "Today's takings",
        "pay": "Pay",
        "wrong": "The PIN is wrong",
        "bad code": "This pay code is not good",
    },
}


@pytest.fixture
def merchant(fresh: Mall) -> Merchant:
    return fresh.merchant(name="云岭茶庄", name_en="Yunling Tea")


@pytest.fixture
def li(fresh: Mall) -> Person:
    return customer(fresh)


def shown_digits(visitor: Visitor) -> str:
    text = visitor.page.locator(".paycode__digits").inner_text()
    assert re.fullmatch(r"\d{6} \d{6} \d{6}", text)
    return text


@LANGUAGES
def test_paying_by_code(
    fresh: Mall, li: Person, merchant: Merchant, arrive: Arrive, language: str, size: str
) -> None:
    says = WORDS[language]
    member = arrive(li, size=size, language=language)
    desk = arrive(staff(merchant), size=size, language=language)
    coins = fresh.held(li.account).coins

    member.go("/wallet/pay-code/")
    member.keep("locked")
    member.page.fill("[name=pin]", OTHER)
    member.press(says["show"])
    member.sees(says["wrong"])
    member.page.fill("[name=pin]", RIGHT)
    member.press(says["show"])
    code = shown_digits(member)
    member.keep("code")

    desk.go("/desk/")
    desk.sees(merchant.name if language == "zh-CN" else merchant.name_en)
    desk.keep("desk")
    desk.page.fill("[name=amount]", "12.50")
    desk.page.fill("[name=code]", "123456789012345678")
    charge = desk.page.locator("main form button.weui-btn_primary")
    charge.click()
    desk.sees(says["bad code"])
    desk.keep("wrong-code")
    desk.page.fill("[name=code]", code)
    charge.click()
    desk.sees(says["paid"], "12.50", li.masked_phone)
    desk.keep("charged")

    # The member's page goes to the receipt by itself.
    member.sees(says["paid"], "12.50", merchant.name if language == "zh-CN" else merchant.name_en)
    member.keep("receipt")
    paid = CounterPayment.objects.get()
    for visitor in (member, desk):
        visitor.sees(paid.number, f"{paid.record}")
    assert fresh.held(li.account).coins == coins - 12_50

    desk.page.locator("summary").click()
    desk.page.fill("[name=amount]", "2.50")
    desk.press(says["give"])
    desk.sees(says["given"], "2.50")
    desk.keep("given-back")
    member.page.reload()
    member.sees(says["given"], "2.50")
    assert fresh.held(li.account).coins == coins - 10_00

    desk.go(f"/desk/{merchant.id}/takings/")
    desk.sees(says["takings"], "10.00", "12.50", li.masked_phone)
    desk.keep("takings")
    fresh.verify()


@LANGUAGES
def test_paying_by_the_merchants_qr_code(
    fresh: Mall, li: Person, merchant: Merchant, arrive: Arrive, language: str, size: str
) -> None:
    says = WORDS[language]
    desk = arrive(staff(merchant), size=size, language=language)
    desk.go(f"/desk/{merchant.id}/qr/")
    desk.keep("placard")
    link = desk.page.locator(".placard__link").inner_text()
    member = arrive(li, size=size, language=language)
    member.go(link.removeprefix(member.address))
    member.sees(merchant.name if language == "zh-CN" else merchant.name_en)
    member.page.fill("[name=amount]", "33.30")
    member.page.fill("[name=pin]", OTHER)
    member.press(says["pay"])
    member.sees(says["wrong"])
    member.keep("wrong-pin")
    member.page.fill("[name=pin]", RIGHT)
    member.press(says["pay"])
    member.sees(says["paid"], "33.30")
    member.keep("receipt")
    member.go("/wallet/receipts/")
    member.sees("33.30")
    member.keep("receipts")
    desk.go(f"/desk/{merchant.id}/takings/")
    desk.sees("33.30")
    assert fresh.held(merchant.account).coins == 33_30
    fresh.verify()


def test_the_code_on_the_page_turns_and_the_pin_is_asked_for_again(
    fresh: Mall, li: Person, merchant: Merchant, arrive: Arrive
) -> None:
    del merchant
    member = arrive(li)
    member.go("/wallet/pay-code/")
    member.page.fill("[name=pin]", RIGHT)
    member.press("出示付款码")
    first = shown_digits(member)
    fresh.time.pass_by(seconds=51)
    member.page.wait_for_function(
        "was => document.querySelector('.paycode__digits').innerText !== was", arg=first
    )
    fresh.time.pass_by(minutes=5)
    member.page.wait_for_selector("[name=pin]")
    member.sees("请输入支付密码")


@SIZES
def test_who_nears_the_quota_is_warned_and_then_told_of_the_end(
    fresh: Mall, arrive: Arrive, size: str
) -> None:
    li = fresh.person()
    fresh.buy(li, (fresh.sku(100_00), 1))
    give_pin(li)
    member = arrive(li, size=size)
    member.go("/mine/notices/")
    member.page.locator("summary").click()
    member.page.get_by_label("强制卖出").check()
    member.press("保存")
    member.sees("已保存")
    near(fresh, li, 85)
    close(fresh)
    member.go("/mine/")
    member.sees("通知")
    member.keep("mine")
    member.page.get_by_role("link", name="通知").click()
    member.sees("分红额度 ¥200.00 的 85 %", "订单所得积分", "21.0000")
    member.keep("warned")
    near(fresh, li, 96)
    close(fresh)
    near(fresh, li, 100)
    close(fresh)
    member.go("/mine/notices/")
    member.sees("的 96 %", "全部 21.0000 增值积分已按规则卖出", "¥180.00 已入现金", "手续费 ¥20.00")
    member.keep("bought-out")
    jobs.run_all()
    text = SentText.objects.filter(phone=li.phone).latest("id").text
    assert "全部 21.0000 增值积分已按规则卖出" in text
    member.page.reload()
    assert member.page.locator(".told__one_new").count() == 0
    assert fresh.held(li.account).points == 0
    fresh.verify()


@LANGUAGES
def test_the_leaderboard_and_partners(
    fresh: Mall, arrive: Arrive, language: str, size: str
) -> None:
    people = [fresh.person() for _ in range(11)]
    for index, person in enumerate(people):
        fresh.submit(
            type="order.completed", order=f"o{index}", member=person.account,
            amount=100_00 * (index + 1), profit=0,
        )  # fmt: skip
    Reward.objects.create(
        first_place=1, last_place=3, text="红酒一箱", text_en="A case of wine",
        decided_on="2026-12-31",
    )  # fmt: skip
    Level.objects.create(
        name="金卡", name_en="Gold", from_nano=50 * 10**9, is_partner=True,
        brings="新酒优先购买。", brings_en="New wine before others.",
    )  # fmt: skip
    ranking.rank()
    noticing.follow_journal()
    best, least = (
        arrive(person, size=size, language=language) for person in (people[-1], people[0])
    )
    best.go("/mine/leaderboard/")
    best.sees(people[-1].masked_phone, people[1].masked_phone)
    best.sees("您", "红酒一箱") if language == "zh-CN" else best.sees("you", "A case of wine")
    assert people[0].masked_phone not in best.page.locator(".ranks").inner_text()
    best.keep("leaderboard")
    best.go("/mine/partners/")
    best.sees("新酒优先购买。" if language == "zh-CN" else "New wine before others.")
    best.keep("partners")
    least.go("/mine/partners/")
    least.keep("not-yet")
    assert "新酒" not in least.page.content()
    assert "New wine" not in least.page.content()


def test_a_desk_for_nobody(fresh: Mall, arrive: Arrive) -> None:
    clerk = arrive(Person.objects.create_user(email="x@example.com", is_staff=True))
    assert clerk.go("/desk/").status == 403
    clerk.sees("您没有可用的收银台")
    clerk.keep("no-desk")
    both = staff(fresh.merchant(name="云岭茶庄"))
    fresh.house.staff.add(both)
    visitor = arrive(both)
    visitor.go("/desk/")
    visitor.sees("云岭茶庄", "酒庄")
    visitor.keep("which-desk")


@pytest.mark.parametrize(
    ("size", "scheme"), [("phone", "light"), ("phone", "dark"), ("desktop", "light")]
)
def test_the_desks_pages_fit(shop: Shop, arrive: Arrive, size: str, scheme: str) -> None:
    """Down to a phone at twice the size, 195 wide."""
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    desk = arrive(shop.clerk, size=size, scheme=scheme)
    wide = {}
    for path in dict.fromkeys(desk_paths(shop)):
        if not path.endswith("/refund/"):
            desk.go(path)
            desk.keep("-".join(path.strip("/").split("/")[2:3]) or "desk")
            for width in (320, 195) if size == "phone" else ():
                desk.page.set_viewport_size({"width": width, "height": 600})
                if (by := desk.page.evaluate(over)) > 0:
                    wide[path, width] = by
            if size == "phone":
                desk.page.set_viewport_size({"width": 390, "height": 844})
    assert wide == {}


def test_the_desk_works_without_scripts(
    fresh: Mall, li: Person, merchant: Merchant, chromium: Browser, server: str
) -> None:
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
    desk = Visitor(context, server, "desk-no-scripts")
    desk.sign_in(staff(merchant))
    desk.go(f"/desk/{merchant.id}/")
    # Who cannot scan is told so.
    assert not desk.page.get_by_role("button", name="扫码").is_visible()
    desk.page.get_by_text("此浏览器不能用摄像头读码").wait_for()
    desk.page.fill("[name=amount]", "5")
    desk.page.fill("[name=code]", shown(li))
    desk.page.locator("main form button.weui-btn_primary").click()
    desk.page.get_by_text("已付款").wait_for()
    assert fresh.held(merchant.account).coins == 5_00
    context.close()


# A camera that shows a blank page, and a reader of codes that finds one in it the second time.
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  if (window.name === "no camera") throw new Error("denied");
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return canvas.captureStream(5);
};
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code", "ean_13"]; }
  looks = 0;
  async detect() {
    this.looks += 1;
    return this.looks < 2 ? [{ rawValue: "https://example.com/" }] : [{ rawValue: "DIGITS" }];
  }
};
"""


def test_the_camera_reads_a_code_where_the_browser_can(
    fresh: Mall, li: Person, merchant: Merchant, arrive: Arrive
) -> None:
    desk = arrive(staff(merchant))
    desk.page.add_init_script(CAMERA.replace("DIGITS", shown(li)))
    desk.go(f"/desk/{merchant.id}/")
    desk.sees("可用摄像头扫码")
    desk.page.fill("[name=amount]", "5")
    desk.page.evaluate("window.name = 'no camera'")
    desk.press("扫码")
    desk.sees("无法使用摄像头")
    desk.keep("no-camera")
    desk.page.evaluate("window.name = ''")
    desk.press("扫码")
    desk.page.wait_for_function("() => document.getElementById('code').value.length === 18")
    assert not desk.page.locator("video").is_visible()
    desk.page.keyboard.press("Enter")  # the button has the focus, as the amount is there
    desk.sees("已付款", "5.00")
    assert fresh.held(merchant.account).coins == 5_00
