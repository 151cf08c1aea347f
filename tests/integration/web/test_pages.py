"""Every page of the mall: one language, few queries, no more than needed to load, strict policy."""

import gzip
import re
from collections.abc import Iterator

import django
import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patronage.commerce import cancelling, orders, returns
from patronage.commerce.models import Order, Refund
from tests.integration.web.addresses import DESKS, MALL, office_path, order, patterns
from tests.integration.web.conftest import signed_in
from tests.integration.web.pages import chinese_in, english_in, texts
from tests.shop import Shop
from tests.unit.web.test_messages import FORBIDDEN

STATES = (
    *("unpaid", "paying", "paid", "shipped", "received", "completed", "cancelled", "returned"),
    "codes",
)
NO_PAGES = (
    "/media/",
    "/service-worker",
    "/manifest",
    "/healthz",
    "/mine/data/",
    "/prices/",
    "/wallet/statement/file",
    "/mine/settlement/file",
    "/log/tile/",
    "/log/checkpoint",
    "/log/vkey",
    "/log/witnesses",
    "/mine/proof/file/",
    "/invoices/",
    *(
        "/book/summary",
        "/book/records/2.json",
        "/book/records/part",
        "/book/events",
        "/book/charter",
    ),
)
PICTURES = "/pictures/"
QUERIES_MAX = 12
# An after-sale case is reckoned from what its points and their dividends did since the order.
RECKONED, RECKONED_MAX = "after-sales/", 20
ASSETS_MAX = 100_000


# The switch of languages, and a kind of alarm by which lists are filtered.
CODES = frozenset({"English", "en", "zh", "hans", "event", "refused", "SHA"})
# What Chinese writes in letters too.
LETTERS = frozenset({"ICP", "EN", "CSV", "SHA", "JSON", "TOML", "XLSX"})
HEADS = frozenset({"thead", "label", "button", "summary", "legend"})


def office_pages(shop: Shop, office: str) -> Iterator[str]:
    """Yield a back office's lists and the pages of what is in them."""
    for route, _pattern in patterns():
        parts = route.split("/")
        if parts[0] == office and (parts[-2] in ("change", "add") or len(parts) == 4):
            path = office_path(route, shop)
            if "<" not in path:
                yield path


def paths(shop: Shop) -> Iterator[str]:
    """Yield the path of every page, of an order in every state, and of what is empty or wrong."""
    paths = [address.path(shop) for address in MALL.values()]
    yield from (path for path in paths if not path.startswith(NO_PAGES) and PICTURES not in path)
    for state in STATES:
        yield order(state)(shop)
        yield order(state, "return/")(shop)
        yield f"/pay/{shop.orders[state].checkout.number}/"
        yield f"/pay/{shop.orders[state].checkout.number}/result/"
    for made in shop.owner.withdrawals.all():
        yield f"/wallet/withdrawals/{made.number}/"
    yield f"/wallet/quotes/{shop.owner.quotes.exclude(used_at=None).get().number}/"
    yield from (f"/wallet/points/?span={span}" for span in ("day", "year", "all", "none"))
    yield from ("/book/records/1/", "/book/records/?before=5", "/book/records/?before=1")
    yield from ("/search/", "/search/?q=nothing", "/nothing/", "/orders/?state=received")
    yield f"/checkout/?sku={shop.meal.id}&quantity=2"
    yield f"/products/{shop.meal.product_id}/"


def desk_paths(shop: Shop) -> Iterator[str]:
    """Yield the pages of a cash desk."""
    yield from (address.path(shop) for address in DESKS.values())
    yield f"/desk/{shop.tea.id}/takings/?day=2020-01-01"


@pytest.mark.parametrize("who", ["owner", "clerk"])
def test_pages_ask_the_database_little(shop: Shop, who: str) -> None:
    browser = signed_in(getattr(shop, who))
    told = {}
    for path in paths(shop) if who == "owner" else desk_paths(shop):
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(path)
        assert answer.status_code in (200, 302, 404, 405), path
        told[path] = len(queries)
    most = {path: RECKONED_MAX if RECKONED in path else QUERIES_MAX for path in told}
    assert {path: count for path, count in told.items() if count > most[path]} == {}


def eventful(shop: Shop) -> Order:
    """Make an order of which almost everything can be said."""
    mall, owner = shop.mall, shop.owner
    mall.give(owner, 300_00)
    (made,) = mall.place(owner, (shop.wine, 9), (shop.box, 3), (shop.meal, 4))
    mall.pay([made], inner="cash", inner_minor=300_00)
    wine, box, meal = made.lines.order_by("id")
    for code in meal.codes.all()[:2]:
        orders.redeem_code(merchant=made.merchant, code=code.code, who=shop.operator)
    told = {"merchant": None, "who": shop.operator}
    for line in (wine, box):
        cancelling.cancel_lines(
            number=made.number, key=f"{line.id}", quantities={line.id: 1}, reason="缺货", **told
        )
    mall.ship(made)
    for number, line in enumerate((wine, box, meal, wine, wine, wine, wine, wine, wine)):
        asked = returns.request_return(
            person=owner,
            number=made.number,
            key=f"r{number}",
            quantities={line.id: 1},
            reason="破损",
        )
        assert not isinstance(asked, returns.ReturnRefusal), asked
        if number < 8:
            returns.answer_return(return_id=asked.id, approve=number != 4, answer="已收到", **told)
    return made


def test_an_order_with_a_long_story_asks_no_more(shop: Shop) -> None:
    made, browser = eventful(shop), signed_in(shop.owner)
    assert Refund.objects.filter(tender__order=made).count() == 18
    told = {}
    for path in (f"/orders/{made.number}/", f"/orders/{made.number}/return/", "/orders/"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        told[path] = len(queries)
    assert {path: count for path, count in told.items() if count > QUERIES_MAX} == {}


def test_a_list_of_many_asks_no_more(shop: Shop) -> None:
    browser = signed_in(None)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get("/")
        counts.append(len(queries))
        for _ in range(15):
            shop.mall.sku(50_00)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["owner", "nobody", "clerk"])
def test_pages_speak_one_language(shop: Shop, who: str) -> None:
    person = getattr(shop, who, None)
    chinese, english = signed_in(person), signed_in(person, "en")
    wrong = {}
    for path in desk_paths(shop) if who == "clerk" else paths(shop):
        if found := english_in(chinese.get(path).text, LETTERS):
            wrong[path] = found
        if found := chinese_in(english.get(path).text):
            wrong[path] = found
    assert wrong == {}


@pytest.mark.skipif(django.VERSION >= (6,), reason="newer unfolds have words of their own")
@pytest.mark.parametrize("office", ["console", "merchant"])
def test_a_back_office_speaks_chinese(shop: Shop, office: str) -> None:
    """What is of the program, that is: heads of columns, labels and buttons."""
    browser = signed_in(shop.operator if office == "console" else shop.clerk)
    wrong = {}
    for path in office_pages(shop, office):
        page = browser.get(path).text
        if found := english_in(page, CODES, HEADS):
            wrong[path] = found
    assert wrong == {}


def test_pages_are_sober(shop: Shop) -> None:
    for language in ("zh-hans", "en"):
        browser = signed_in(shop.owner, language)
        for path in paths(shop):
            page = browser.get(path)
            if "text/html" in page.get("Content-Type", ""):
                for text in texts(page.text):
                    assert not FORBIDDEN.search(text), (path, text)


def test_no_page_needs_a_looser_policy(shop: Shop) -> None:
    for person in (shop.owner, shop.operator, shop.clerk, None):
        browser = signed_in(person)
        for path in desk_paths(shop) if person == shop.clerk else paths(shop):
            page = browser.get(path)
            assert "unsafe" not in page["Content-Security-Policy"], path
            if "text/html" in page.get("Content-Type", ""):
                assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page.text), path
                assert not re.search(r"<script(?![^>]*\ssrc=)", page.text), path


def test_back_offices_have_what_unfold_needs_for_staff_alone(shop: Shop) -> None:
    for path, staff in (("/console/", shop.operator), ("/merchant/", shop.clerk)):
        relaxed = signed_in(staff).get(path)["Content-Security-Policy"]
        assert "'unsafe-eval'" in relaxed
        assert "'unsafe-inline'" in relaxed
        for person in (shop.owner, None):
            assert "unsafe" not in signed_in(person).get(path)["Content-Security-Policy"]


@pytest.mark.usefixtures("shop")
def test_a_first_visit_loads_little() -> None:
    page = signed_in(None).get("/").text
    urls = set(re.findall(r'(?:src|href)="/static/([^"#]+)', page))
    assert any(url.endswith(".css") for url in urls)
    sizes = {}
    for url in urls:
        found = finders.find(url)
        assert found, url
        with open(str(found), "rb") as file:  # noqa: PTH123
            sizes[url] = len(gzip.compress(file.read(), 6))
    assert sum(sizes.values()) <= ASSETS_MAX, sizes
