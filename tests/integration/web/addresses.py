"""Every address of the web, with what it needs to be called.

A pattern that stands in no table here fails `test_walk`. `Access` says who may do what:
PUBLIC for everyone, MEMBER for whoever is signed in, each their own, OWNER for a thing of one
member, which is no one else's. `DESKS` are of a merchant, for its staff alone.
"""

from collections.abc import Callable, Iterator
from enum import Enum, auto
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from patronage import ledger
from patronage.commerce.models import AfterSale, Order, PayCode, Payment
from tests.integration.commerce.play import HOME
from tests.integration.members.play import PIN
from tests.shop import Shop


class Access(Enum):
    PUBLIC = auto()
    MEMBER = auto()
    OWNER = auto()


class Address(NamedTuple):
    """Who may; what goes into the path, and into the body of a POST."""

    access: Access
    path: Callable[[Shop], str]
    body: Callable[[Shop], dict[str, Any]] = lambda _shop: {}


def fixed(text: str) -> Callable[[Shop], str]:
    return lambda _shop: text


def order(state: str, tail: str = "") -> Callable[[Shop], str]:
    return lambda shop: f"/orders/{shop.orders[state].number}/{tail}"


def home(tail: str = "") -> Callable[[Shop], str]:
    return lambda shop: f"/mine/addresses/{shop.owner.addresses.get().id}/{tail}"


def pay(state: str, tail: str = "") -> Callable[[Shop], str]:
    return lambda shop: f"/pay/{shop.orders[state].checkout.number}/{tail}"


def reference(shop: Shop) -> str:
    payment = Payment.objects.get(checkout=shop.orders["paying"].checkout)
    return payment.reference


def return_body(shop: Shop) -> dict[str, Any]:
    line = shop.orders["shipped"].lines.get()
    return {"do": "ask", "key": "k", f"quantity-{line.id}": "1"}


def open_case(shop: Shop) -> AfterSale:
    return shop.orders["aftersale"].aftersales.get(state="requested")


def aftersale(tail: str = "") -> Callable[[Shop], str]:
    return lambda shop: f"/after-sales/{open_case(shop).number}/{tail}"


def aftersale_picture(shop: Shop) -> str:
    case = open_case(shop)
    return f"/after-sales/{case.number}/pictures/{case.pictures.get().id}/"


def aftersale_body(shop: Shop) -> dict[str, Any]:
    line = shop.orders["completed"].lines.get()
    return {"do": "ask", "key": "k", "reason": "坏了", f"quantity-{line.id}": "1"}


def cart_body(shop: Shop) -> dict[str, Any]:
    item = shop.owner.cart_items.order_by("id")[0]
    return {
        "do": f"remove-{item.id}",
        "shown": item.id,
        f"was-{item.id}": 1,
        f"quantity-{item.id}": 5,
    }


def log_file(_shop: Shop) -> str:
    """Name the bundle that the log's last leaf is in."""
    _origin, size, *_ = Path(settings.LOG, "checkpoint").read_text().split("\n")
    return f"/log/tile/entries/000.p/{size}"


def desk(tail: str = "") -> Callable[[Shop], str]:
    return lambda shop: f"/desk/{shop.tea.id}/{tail}"


def taken(tail: str = "") -> Callable[[Shop], str]:
    return lambda shop: f"/desk/{shop.tea.id}/payments/{shop.receipts[0].number}/{tail}"


def entry(shop: Shop) -> str:
    """Return the page of the owner's newest movement."""
    seq, position = ledger.statement("mall", shop.owner.account, limit=1)[0].place
    return f"/wallet/statement/{seq}.{position}/"


def withdrawal(shop: Shop) -> str:
    return f"/wallet/withdrawals/{shop.owner.withdrawals.get(state='paid').number}/"


def item(tail: str = "") -> Callable[[Shop], str]:
    return lambda shop: f"/mine/storefront/items/{shop.item.id}/{tail}"


def item_body(_shop: Shop) -> dict[str, Any]:
    return {"title": "改了名", "price_minor": "155"}


def sold(shop: Shop) -> Order:
    """Return what the owner's storefront sold."""
    return Order.objects.get(distributor__person=shop.owner)


def storefront(shop: Shop) -> str:
    return f"/s/{shop.owner.referral_code}/"


PUBLIC, MEMBER, OWNER = Access.PUBLIC, Access.MEMBER, Access.OWNER
MALL: dict[str, Address] = {
    "": Address(PUBLIC, fixed("/")),
    "categories/": Address(PUBLIC, fixed("/categories/")),
    "categories/<int:id>/": Address(PUBLIC, lambda shop: f"/categories/{shop.mall.category.id}/"),
    "announcements/": Address(PUBLIC, fixed("/announcements/")),
    "sell/": Address(PUBLIC, fixed("/sell/")),
    "sell/sent/": Address(PUBLIC, fixed("/sell/sent/")),
    "search/": Address(PUBLIC, fixed("/search/?q=红酒")),
    "products/<int:id>/": Address(PUBLIC, lambda shop: f"/products/{shop.wine.product_id}/"),
    "products/<int:id>/share/": Address(
        MEMBER, lambda shop: f"/products/{shop.wine.product_id}/share/"
    ),
    "products/<int:id>/share/code.svg": Address(
        MEMBER, lambda shop: f"/products/{shop.wine.product_id}/share/code.svg"
    ),
    "products/<int:id>/share/poster.svg": Address(
        MEMBER, lambda shop: f"/products/{shop.wine.product_id}/share/poster.svg"
    ),
    "coupons/<int:id>/claim/": Address(MEMBER, lambda shop: f"/coupons/{shop.coupon.id}/claim/"),
    "cart/": Address(MEMBER, fixed("/cart/"), cart_body),
    "cart/add/": Address(
        MEMBER, fixed("/cart/add/"), lambda shop: {"sku": shop.wine.id, "quantity": 1}
    ),
    "checkout/now/": Address(
        PUBLIC, fixed("/checkout/now/"), lambda shop: {"sku": shop.wine.id, "quantity": 2}
    ),
    "checkout/": Address(MEMBER, fixed("/checkout/"), lambda _shop: {"do": "update"}),
    "pay/test/<str:reference>": Address(
        PUBLIC, lambda shop: f"/pay/test/{reference(shop)}", lambda _shop: {"choice": "nothing"}
    ),
    "pay/back/<str:reference>": Address(OWNER, lambda shop: f"/pay/back/{reference(shop)}"),
    "pay/<str:number>/": Address(
        OWNER, pay("unpaid"), lambda _shop: {"channel": "test", "key": "of another"}
    ),
    "pay/<str:number>/result/": Address(OWNER, pay("paid", "result/")),
    "pay/<str:number>/go-on/": Address(OWNER, pay("paying", "go-on/")),
    "pay/<str:number>/give-up/": Address(OWNER, pay("paying", "give-up/")),
    "payments/<str:channel>/notify/": Address(PUBLIC, fixed("/payments/test/notify/")),
    "sign-in/": Address(PUBLIC, fixed("/sign-in/")),
    "sign-in/code/": Address(PUBLIC, fixed("/sign-in/code/"), lambda _shop: {"phone": "1"}),
    "sign-out/": Address(PUBLIC, fixed("/sign-out/")),
    "documents/<str:name>/": Address(PUBLIC, fixed("/documents/terms/")),
    "book/": Address(PUBLIC, fixed("/book/")),
    "book/rules/": Address(PUBLIC, fixed("/book/rules/")),
    "book/records/": Address(PUBLIC, fixed("/book/records/")),
    "book/records/<int:seq>/": Address(PUBLIC, fixed("/book/records/2/")),
    "book/policy/": Address(PUBLIC, fixed("/book/policy/")),
    "book/check/": Address(PUBLIC, fixed("/book/check/")),
    "book/summary.json": Address(PUBLIC, fixed("/book/summary.json")),
    "book/records/<int:seq>.json": Address(PUBLIC, fixed("/book/records/2.json")),
    "book/records/part-<int:part>.jsonl": Address(PUBLIC, fixed("/book/records/part-1.jsonl")),
    "book/events/part-<int:part>.jsonl": Address(PUBLIC, fixed("/book/events/part-1.jsonl")),
    "book/charter.toml": Address(PUBLIC, fixed("/book/charter.toml")),
    "disclosure/": Address(PUBLIC, fixed("/disclosure/")),
    "disclosure/sheet/": Address(PUBLIC, fixed("/disclosure/sheet/")),
    "dev/inbox/": Address(PUBLIC, fixed("/dev/inbox/")),
    "dev/clock/": Address(MEMBER, fixed("/dev/clock/"), lambda _shop: {"days": "2"}),
    "mine/": Address(PUBLIC, fixed("/mine/")),
    "mine/profile/": Address(MEMBER, fixed("/mine/profile/"), lambda _shop: {"name": "某人"}),
    "mine/consents/": Address(MEMBER, fixed("/mine/consents/")),
    "mine/data/": Address(MEMBER, fixed("/mine/data/")),
    "mine/leave/": Address(MEMBER, fixed("/mine/leave/"), lambda _shop: {"sure": "on"}),
    "mine/referral/": Address(MEMBER, fixed("/mine/referral/")),
    "mine/referral/code.svg": Address(MEMBER, fixed("/mine/referral/code.svg")),
    "mine/referral/poster.svg": Address(MEMBER, fixed("/mine/referral/poster.svg")),
    "mine/addresses/": Address(MEMBER, fixed("/mine/addresses/")),
    "mine/addresses/add/": Address(
        MEMBER, fixed("/mine/addresses/add/"), lambda _shop: HOME._asdict()
    ),
    "mine/addresses/<int:id>/": Address(OWNER, home(), lambda _shop: HOME._asdict()),
    "mine/addresses/<int:id>/default/": Address(OWNER, home("default/")),
    "mine/addresses/<int:id>/delete/": Address(OWNER, home("delete/")),
    "healthz": Address(PUBLIC, fixed("/healthz")),
    "wallet/": Address(MEMBER, fixed("/wallet/")),
    "wallet/points/": Address(MEMBER, fixed("/wallet/points/")),
    "wallet/pending/": Address(MEMBER, fixed("/wallet/pending/")),
    "wallet/quota/": Address(MEMBER, fixed("/wallet/quota/")),
    "wallet/dividends/": Address(MEMBER, fixed("/wallet/dividends/")),
    "wallet/redeem/": Address(MEMBER, fixed("/wallet/redeem/"), lambda _shop: {"points": "1"}),
    "wallet/convert/": Address(MEMBER, fixed("/wallet/convert/"), lambda _shop: {"all": "1"}),
    "wallet/quotes/<str:number>/": Address(
        OWNER,
        lambda shop: f"/wallet/quotes/{shop.owner.quotes.get(used_at=None).number}/",
        lambda _shop: {"pin": PIN},
    ),
    "wallet/withdraw/": Address(
        MEMBER, fixed("/wallet/withdraw/"), lambda _shop: {"amount": "10", "pin": PIN, "key": "k"}
    ),
    "wallet/withdrawals/": Address(MEMBER, fixed("/wallet/withdrawals/")),
    "wallet/withdrawals/<str:number>/": Address(
        OWNER,
        lambda shop: f"/wallet/withdrawals/{shop.owner.withdrawals.get(state='paid').number}/",
    ),
    "wallet/payee/": Address(
        MEMBER,
        fixed("/wallet/payee/"),
        lambda _shop: {"name": "李雷", "bank": "工商银行", "account": "12345678"},
    ),
    "wallet/statement/": Address(MEMBER, fixed("/wallet/statement/")),
    "wallet/statement/file.csv": Address(MEMBER, fixed("/wallet/statement/file.csv")),
    "wallet/statement/<str:place>/": Address(OWNER, entry),
    "wallet/pin/": Address(MEMBER, fixed("/wallet/pin/"), lambda _shop: {"pin": "142857"}),
    "wallet/pin/code/": Address(MEMBER, fixed("/wallet/pin/code/")),
    "wallet/pin/change/": Address(MEMBER, fixed("/wallet/pin/change/")),
    "prices/<str:span>.json": Address(PUBLIC, fixed("/prices/month.json")),
    "orders/": Address(MEMBER, fixed("/orders/")),
    "orders/<str:number>/": Address(OWNER, order("completed")),
    "orders/<str:number>/cancel/": Address(OWNER, order("paid", "cancel/")),
    "orders/<str:number>/receive/": Address(OWNER, order("shipped", "receive/")),
    "orders/<str:number>/return/": Address(OWNER, order("shipped", "return/"), return_body),
    "orders/<str:number>/invoice/": Address(
        OWNER, order("shipped", "invoice/"), lambda _shop: {"kind": "person", "title": "某人"}
    ),
    "invoices/<str:number>/": Address(
        OWNER, lambda shop: f"/invoices/{shop.orders['completed'].number}/"
    ),
    "orders/<str:number>/after-sales/": Address(
        OWNER, order("completed", "after-sales/"), aftersale_body
    ),
    "after-sales/<str:number>/": Address(OWNER, aftersale()),
    "after-sales/<str:number>/withdraw/": Address(OWNER, aftersale("withdraw/")),
    "after-sales/<str:number>/sent/": Address(OWNER, aftersale("sent/")),
    "after-sales/<str:number>/platform/": Address(OWNER, aftersale("platform/")),
    "after-sales/<str:number>/pictures/<int:id>/": Address(OWNER, aftersale_picture),
    "mine/notices/": Address(MEMBER, fixed("/mine/notices/")),
    "mine/notices/texts/": Address(
        MEMBER, fixed("/mine/notices/texts/"), lambda _shop: {"kind": "payout"}
    ),
    "s/<str:code>/": Address(PUBLIC, storefront),
    "s/<str:code>/<int:id>/": Address(PUBLIC, lambda shop: f"{storefront(shop)}{shop.item.id}/"),
    "mine/earnings/": Address(MEMBER, fixed("/mine/earnings/")),
    "mine/storefront/": Address(MEMBER, fixed("/mine/storefront/")),
    "mine/storefront/apply/": Address(
        MEMBER, fixed("/mine/storefront/apply/"), lambda _shop: {"title": "店", "plan": "朋友圈"}
    ),
    "mine/storefront/edit/": Address(
        MEMBER, fixed("/mine/storefront/edit/"), lambda _shop: {"title": "新名"}
    ),
    "mine/storefront/code.svg": Address(MEMBER, fixed("/mine/storefront/code.svg")),
    "mine/storefront/poster.svg": Address(MEMBER, fixed("/mine/storefront/poster.svg")),
    "mine/storefront/goods/": Address(MEMBER, fixed("/mine/storefront/goods/")),
    "mine/storefront/goods/<int:id>/": Address(
        MEMBER, lambda shop: f"/mine/storefront/goods/{shop.cake.id}/", item_body
    ),
    "mine/storefront/items/": Address(MEMBER, fixed("/mine/storefront/items/")),
    "mine/storefront/items/<int:id>/": Address(OWNER, item(), item_body),
    "mine/storefront/items/<int:id>/out/": Address(OWNER, item("out/")),
    "mine/storefront/items/<int:id>/remove/": Address(OWNER, item("remove/")),
    "mine/storefront/items/<int:id>/code.svg": Address(OWNER, item("code.svg")),
    "mine/storefront/items/<int:id>/poster.svg": Address(OWNER, item("poster.svg")),
    "mine/storefront/orders/": Address(MEMBER, fixed("/mine/storefront/orders/")),
    "mine/storefront/orders/<str:number>/": Address(
        OWNER, lambda shop: f"/mine/storefront/orders/{sold(shop).number}/"
    ),
    "mine/storefront/purchases/": Address(MEMBER, fixed("/mine/storefront/purchases/")),
    "mine/settlement/": Address(MEMBER, fixed("/mine/settlement/")),
    "mine/settlement/file.<str:form>": Address(MEMBER, fixed("/mine/settlement/file.csv")),
    "mine/leaderboard/": Address(MEMBER, fixed("/mine/leaderboard/")),
    "mine/partners/": Address(MEMBER, fixed("/mine/partners/")),
    "wallet/pay-code/": Address(MEMBER, fixed("/wallet/pay-code/"), lambda _s: {"pin": "142857"}),
    "wallet/pay-code/<int:id>/": Address(
        OWNER, lambda _shop: f"/wallet/pay-code/{PayCode.objects.latest('id').id}/"
    ),
    "wallet/pay/<int:id>/": Address(
        MEMBER,
        lambda shop: f"/wallet/pay/{shop.tea.id}/",
        lambda _shop: {"amount": "1", "pin": "142857", "key": "k"},
    ),
    "wallet/receipts/": Address(MEMBER, fixed("/wallet/receipts/")),
    "wallet/receipts/<str:number>/": Address(
        OWNER, lambda shop: f"/wallet/receipts/{shop.receipts[1].number}/"
    ),
    "offline/": Address(PUBLIC, fixed("/offline/")),
    "service-worker.js": Address(PUBLIC, fixed("/service-worker.js")),
    "manifest.webmanifest": Address(PUBLIC, fixed("/manifest.webmanifest")),
    "log/": Address(PUBLIC, fixed("/log/")),
    "log/check/": Address(PUBLIC, fixed("/log/check/")),
    "log/vkey": Address(PUBLIC, fixed("/log/vkey")),
    "mine/proof/": Address(MEMBER, fixed("/mine/proof/")),
    "mine/proof/file/": Address(MEMBER, fixed("/mine/proof/file/")),
    "log/checkpoint": Address(PUBLIC, fixed("/log/checkpoint")),
    "log/witnesses.json": Address(PUBLIC, fixed("/log/witnesses.json")),
    "log/^(?P<path>tile/[0-9a-z/.]+|balances/[0-9a-z/]+)$": Address(PUBLIC, log_file),
    "media/<path:path>": Address(PUBLIC, lambda shop: shop.wine.product.pictures.all()[0].file.url),
    "language/setlang/": Address(
        PUBLIC, fixed("/language/setlang/"), lambda _s: {"language": "en"}
    ),
}


DESKS: dict[str, Address] = {
    "desk/": Address(OWNER, fixed("/desk/")),
    "desk/<int:id>/": Address(
        OWNER, desk(), lambda _shop: {"amount": "1", "code": "1" * 18, "key": "k"}
    ),
    "desk/<int:id>/takings/": Address(OWNER, desk("takings/")),
    "desk/<int:id>/qr/": Address(OWNER, desk("qr/")),
    "desk/<int:id>/payments/<str:number>/": Address(OWNER, taken()),
    "desk/<int:id>/payments/<str:number>/refund/": Address(
        OWNER, taken("refund/"), lambda _shop: {"amount": "1", "key": "k"}
    ),
}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Yield every pattern of the project with its whole route."""

    def within(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
        for one in resolver.url_patterns:
            route = before + (
                str(one.pattern)
                if isinstance(one.pattern, RoutePattern)
                else one.pattern.regex.pattern
            )
            if isinstance(one, URLResolver):
                yield from within(one, route)
            else:
                yield route, one

    yield from within(get_resolver(), "")


def office_path(route: str, shop: Shop) -> str:
    """Return the path of one of a back office's patterns, about the shop's own things."""
    parts = route.split("/")
    if "<path:object_id>" in parts and parts[1] != "r":
        model = apps.get_model(parts[1], parts[2])
        thing = model.objects.order_by("-pk").first()
        assert thing is not None, f"the shop has no {model.__name__}"
        parts[parts.index("<path:object_id>")] = str(thing.pk)
    path = "/".join(parts)
    kind = ContentType.objects.get(app_label="commerce", model="order").id
    for variable, value in (
        ("<path:content_type_id>", str(kind)),
        ("<path:object_id>", str(shop.orders["paid"].id)),
        ("journal/<int:seq>", "journal/1"),
        ("accounts/<str:id>", f"accounts/{shop.owner.account}"),
        ("propose/<slug:kind>", "propose/funding"),
        ("waterfall/file/<slug:kind>", "waterfall/file/sums"),
        ("<slug:kind>", "paid"),
    ):
        path = path.replace(variable, value)
    return "/" + path
