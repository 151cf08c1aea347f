"""Every page is looked at: it fits, in light and dark, works by keyboard and without scripts."""

import re
from typing import Any

import pytest

from patronage.commerce.models import Order, State
from patronage.web.mall import catalogue
from tests.browser.conftest import Arrive
from tests.integration.web.conftest import signed_in
from tests.integration.web.test_pages import paths
from tests.shop import Shop


def pages(shop: Shop) -> list[str]:
    """Return the paths of the pages that can be looked at, each once: those that answer with one.

    What leads to another page is looked at there.
    """
    browser = signed_in(shop.owner)
    return [path for path in dict.fromkeys(paths(shop)) if is_page(browser.get(path))]


def is_page(answer: Any) -> bool:
    return answer.status_code in (200, 404) and "text/html" in answer.get("Content-Type", "")


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_pages_fit(shop: Shop, arrive: Arrive, size: str, scheme: str) -> None:
    shopper = arrive(shop.owner, size=size, scheme=scheme)
    for path in pages(shop):
        shopper.go(path)
        # An order's number is another in each run; the picture's name is not.
        shopper.keep(
            re.sub(r"\W+", "-", re.sub(r"\d{6,}|[0-9a-f]{24,32}", "n", path)).strip("-") or "home"
        )


def test_pages_can_be_read_at_200_percent(shop: Shop, arrive: Arrive) -> None:
    """A phone of 390 at twice the size is 195 wide; WCAG asks for 320."""
    shopper = arrive(shop.owner)
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    wide = {}
    for path in pages(shop):
        shopper.go(path)
        for width in (320, 195):
            shopper.page.set_viewport_size({"width": width, "height": 600})
            if (by := shopper.page.evaluate(over)) > 0:
                wide[path, width] = by
    assert wide == {}
    shopper.go("/")
    shopper.keep("home-at-200")


def test_english_pages_are_complete(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner, language="en-GB")
    for path in ("/", f"/products/{shop.wine.product_id}/", "/cart/", "/checkout/", "/orders/"):
        shopper.go(path)
        shopper.keep(f"english-{path.strip('/').replace('/', '-') or 'home'}")
    shopper.sees("My orders")
    shopper.press("中文")
    shopper.sees("我的订单")


def test_the_keyboard_reaches_everything(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner)
    shopper.go(f"/products/{shop.wine.product_id}/")
    shopper.page.keyboard.press("Tab")
    focused = "document.activeElement.textContent.trim()"
    assert shopper.page.evaluate(focused) == "跳到正文"
    shopper.keep("skip")
    shopper.page.keyboard.press("Enter")
    reached = set()
    for _ in range(20):
        shopper.page.keyboard.press("Tab")
        reached.add(shopper.page.evaluate(focused))
    assert {"加入购物车", "立即购买"} <= {text.split()[0] for text in reached if text}


def test_buying_needs_no_scripts(shop: Shop, arrive: Arrive, chromium, server: str) -> None:
    del arrive
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
    )
    from tests.browser.conftest import Visitor  # noqa: PLC0415  (an unwatched one)

    shopper = Visitor(context, server, "no-scripts")
    shopper.sign_in(shop.other)
    shopper.go(f"/products/{shop.cake.product_id}/")
    shopper.press("加入购物车")
    shopper.press("加一件")
    shopper.sees("已选 2 件", "¥336.00")
    shopper.keep("cart")
    shopper.press("结算")
    shopper.press("提交订单")
    shopper.press("付款")
    shopper.press("付款")
    shopper.sees("付款成功")
    assert Order.objects.filter(person=shop.other).latest("id").state == State.PAID
    context.close()


def test_without_a_connection_a_page_says_so(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner, workers="allow", is_watched=False)
    shopper.go("/")
    shopper.page.evaluate("navigator.serviceWorker.ready")
    shopper.page.reload()
    shopper.context.set_offline(True)
    shopper.go("/orders/")
    shopper.sees("网络未连接", "请联网后重试")
    shopper.keep("offline")
    kept = shopper.page.evaluate(
        "caches.keys().then(n => caches.open(n[0])).then(c => c.keys())"
        ".then(k => k.map(r => new URL(r.url).pathname))"
    )
    assert "/offline/" in kept
    assert not any(path.startswith(("/orders", "/cart", "/mine")) for path in kept)
    shopper.context.set_offline(False)
    shopper.go("/orders/")
    shopper.sees("我的订单")
    shopper.context.close()


def test_errors_are_told(shop: Shop, arrive: Arrive, monkeypatch: pytest.MonkeyPatch) -> None:
    shopper = arrive(shop.owner, is_watched=False)
    assert shopper.go("/nothing/").status == 404
    shopper.sees("页面不存在")
    shopper.keep("404")
    shopper.go("/cart/")
    shopper.page.evaluate(
        "document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(e => e.remove())"
    )
    shopper.press("结算")
    shopper.sees("页面停留太久")
    shopper.keep("csrf")

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(catalogue.catalogue, "browse", fail)
    assert shopper.go("/").status == 500
    shopper.sees("出错了", "请先查看订单")
    shopper.keep("500")
    shopper.context.close()
