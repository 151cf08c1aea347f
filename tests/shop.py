"""A small mall with something of everything, built once and copied for each test.

Its data are Chinese with an English column each, so that a page shows one language alone.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from PIL import Image

from patronage.commerce import (
    aftersales,
    amendments,
    bills,
    checkout,
    completion,
    counter,
    custody,
    days,
    distributors,
    invoices,
    merchants,
    orders,
    proposals,
    returns,
    storefronts,
    supplying,
)
from patronage.commerce.models import (
    AfterSale,
    Agreement,
    Alarm,
    Amendment,
    Announcement,
    Application,
    Banner,
    BillSource,
    Category,
    CounterPayment,
    Coupon,
    Distributor,
    FreightRule,
    Invoice,
    InvoiceKind,
    Line,
    Merchant,
    Order,
    Picture,
    Product,
    Proposal,
    ProposalKind,
    RewardState,
    Sku,
    StorefrontItem,
    Voucher,
)
from patronage.commerce.publishing import publish
from patronage.commerce.testpay import Choice
from patronage.ledger.database import database
from patronage.ledger.log.keys import make_key
from patronage.members import awards, clock, devices, noticing, ranking, testpayout
from patronage.members.gate import Proof
from patronage.members.models import Address, Level, Person, Quote, Reward, Withdrawal
from patronage.members.payout_port import Standing
from patronage.members.payouts import approve, confirm, go_on, save_payee, withdraw
from patronage.web.shared.charters import toml_of
from tests.integration.commerce.malls import as_default
from tests.integration.commerce.play import HOME, OPENED, REDWINE, Mall, Time, put
from tests.integration.members.play import PIN, confirmed, give_pin, quoted

FILES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


# Orders that are known by something else than their state.
SPECIAL = ("codes", "aftersale")


class Shop(NamedTuple):
    """Who and what there is; orders by the state they are in, and by what is special."""

    mall: Mall
    owner: Person
    other: Person
    clerk: Person
    operator: Person
    tea: Merchant
    wine: Sku
    box: Sku
    cake: Sku
    meal: Sku
    coupon: Coupon
    item: StorefrontItem
    receipts: list[CounterPayment]
    orders: dict[str, Order]


def announce(charter: dict, *, days: int = 8, **sections: dict[str, str]) -> Amendment:
    """Announce an amendment that is in force so many days from now."""
    made = amendments.announce(
        charter=toml_of({**charter, **sections}),
        in_force_from=clock.now() + timedelta(days=days),
        why="降低手续费",
        why_en="A lower fee",
    )
    assert isinstance(made, Amendment), made
    return made


def drawing(colour: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">'
        '<rect width="400" height="400" fill="#f4ece6"/>'
        '<path d="M182 50h36v76c0 22 30 34 30 70v140c0 10-8 16-18 16h-60c-10 0-18-6-18-16V196'
        f'c0-36 30-48 30-70z" fill="{colour}"/>'
        '<rect x="152" y="214" width="96" height="84" fill="#fff"/>'
        "</svg>"
    )


def draw(sku: Sku, *colours: str) -> None:
    for position, colour in enumerate(colours):
        picture = Picture(product=sku.product, position=position)
        picture.file.save(f"{sku.id}-{position}.svg", ContentFile(drawing(colour).encode()))


def furnish(mall: Mall) -> Shop:
    """Fill a mall."""
    house = mall.house
    Merchant.objects.filter(id=house.id).update(name_en="The winery")
    mall.category.name_en = "Wine"
    mall.category.save()
    Category.objects.create(name="干红", name_en="Dry", parent=mall.category)
    teas = Category.objects.create(name="茶叶", name_en="Tea", position=1)
    tea = mall.merchant(name="云岭茶庄", name_en="Yunling Tea", concession_micro=500_000)
    FreightRule.objects.create(merchant=tea, first_minor=12_00, next_minor=3_00)
    wine = mall.sku(
        199_00,
        cost=60_00,
        name="赤霞珠干红葡萄酒",
        name_en="Cabernet Sauvignon",
        summary="产区直供",
        summary_en="Straight from the grower",
        description="手工采摘，橡木桶陈酿。",
        description_en="Picked by hand, aged in oak.",
    )
    Sku.objects.filter(id=wine.id).update(name="单瓶", name_en="One bottle")
    box = Sku.objects.create(
        product=wine.product, name="双支", name_en="Two", price_minor=388_00, stock=5, position=1
    )
    cake = mall.sku(168_00, merchant=tea, name="古树普洱茶饼", name_en="Tea cake")
    meal = mall.sku(138_00, name="双人套餐券", name_en="Meal for two", delivery="code")
    Product.objects.filter(id=cake.product_id).update(category=teas)
    for sku, *colours in ((wine, "#4a0f22", "#8e1f3f"), (cake, "#5b4632"), (meal, "#c2572b")):
        draw(sku, *colours)
    coupon = Coupon.objects.create(
        merchant=house,
        name="满减券",
        name_en="Welcome",
        threshold_minor=100_00,
        off_minor=20_00,
        ends_at=clock.now() + timedelta(days=300),
    )
    owner, other = mall.person(name="李雷"), mall.person(name="韩梅梅")
    for person in (owner, other):
        Address.objects.create(person=person, is_default=True, **HOME._asdict())
    Level.objects.create(
        name="银卡",
        name_en="Silver",
        from_nano=1,
        is_partner=True,
        brings="优先购买新茶。",
        brings_en="New teas before others.",
    )
    announce(REDWINE, days=28, redemption={"fee": "0.08"})
    Reward.objects.create(
        first_place=1,
        last_place=3,
        text="红酒一箱",
        text_en="A case of wine",
        decided_on=clock.now() + timedelta(days=300),
    )
    clerk = Person.objects.create_user(email="clerk@example.com", name="茶庄", is_staff=True)
    tea.staff.add(clerk)
    operator = Person.objects.create_superuser(email="operator@example.com", password="x")  # noqa: S106
    item = _open_storefronts(owner, other, operator, cake)
    shop = Shop(
        mall, owner, other, clerk, operator, tea, wine, box, cake, meal, coupon, item, [], {}
    )
    _catch(shop)  # its days pass before those of what waits for an answer
    _order(shop)
    _pay_at_the_counter(shop)
    _take_out(shop)
    _fill_the_office(shop)
    _watch(operator)
    funding = {"kind": ProposalKind.FUNDING, "facts": {"amount_minor": 5_00}}
    assert isinstance(proposals.propose(**funding, reason="贴补", by=operator), Proposal)
    noticing.follow_journal()
    ranking.rank()
    return shop


def _open_storefronts(owner: Person, other: Person, operator: Person, cake: Sku) -> StorefrontItem:
    """Let both members have storefronts, and the owner's sell the tea merchant's cake."""
    Product.objects.filter(id=cake.product_id).update(commission_micro=50_000)
    told = supplying.offer(sku_id=cake.id, terms=supplying.Terms(120_00, 150_00, 190_00))
    assert told.refusal is None, told
    storefront = _opened(owner, operator, "8848")
    _opened(other, operator, "1573")
    item = storefronts.take(
        distributor=storefront, sku_id=cake.id, title="7572", price_minor=160_00
    )
    assert isinstance(item, StorefrontItem), item
    return item


def _opened(person: Person, operator: Person, title: str) -> Distributor:
    asked = distributors.apply(person=person, title=title, plan="朋友圈")
    assert isinstance(asked, Distributor), asked
    made = distributors.accept(distributor_id=asked.id, who=operator)
    assert isinstance(made, Distributor), made
    return made


def _fill_the_office(shop: Shop) -> None:
    """Let there be an application, agreements, invoices, a banner, an announcement and an award."""
    asked = merchants.apply(source="here", application=application())
    assert isinstance(asked, Application), asked
    told = merchants.Terms(500_000, merchants.today(), text="按月结算。")
    made = merchants.agree(merchant_id=shop.tea.id, who=shop.operator, terms=told)
    assert isinstance(made, Agreement), made
    for state in ("completed", "paid"):
        order = shop.orders[state]
        invoice = invoices.ask(
            person=order.person,
            number=order.number,
            kind=InvoiceKind.COMPANY,
            title="某某商贸公司",
            tax_number="91330000000000001X",
        )
        assert isinstance(invoice, Invoice), invoice
        if state == "completed":
            answered = {"merchant": None, "invoice_id": invoice.id, "who": shop.operator}
            file = ContentFile(b"%PDF-1.4 ...", name="document.pdf")
            invoices.issue(**answered, number="24332000000001", amount_minor=199_00, file=file)
    banner = Banner(title="新酒上市", title_en="New wine", link="/categories/")
    banner.picture.save("banner.svg", ContentFile(drawing("#8e1f3f").encode()))
    Announcement.objects.create(
        title="国庆发货安排",
        title_en="Parcels in the holidays",
        text="十月一日至三日不发货。",
        text_en="None are sent from the first to the third of October.",
    )
    yesterday = clock.now() - timedelta(days=1)
    Reward.objects.create(
        first_place=1, last_place=1, text="茶饼", text_en="A tea cake", decided_on=yesterday
    )
    awards.take_cut_offs()
    awards.list_partners()


def _catch(shop: Shop) -> None:
    """Let somebody buy from themselves: a second account, one browser, the reward waits.

    They make coins of their points at once.
    """
    seller, buyer = shop.mall.person(), shop.mall.person()
    Product.objects.filter(id=shop.box.product_id).update(commission_micro=50_000)
    for person in (seller, buyer):
        devices.note(person, "one browser")
    (order,) = shop.mall.place(buyer, (shop.box, 1), promoter=seller)
    shop.mall.pay([order])
    shop.mall.receive(order)
    # Not by letting the hold pass: what waits for somebody would be decided by the jobs.
    Order.objects.filter(id=order.id).update(completes_at=clock.now())
    assert completion.complete(order.id)
    assert order.rewards.get().state == RewardState.WAITING
    Product.objects.filter(id=shop.box.product_id).update(commission_micro=0)
    points = shop.mall.held(buyer.account).points
    shop.mall.submit(type="points.converted", account=buyer.account, points=points)


def application(licence: str = "91330000000000009X") -> Application:
    return Application(
        name="溪山瓷器",
        company="溪山瓷业有限公司",
        licence=licence,
        contact="王芳",
        phone="13700137000",
        email="china@example.com",
        goods="手工茶具",
    )


def _watch(operator: Person) -> None:
    """State a day's custody, and import a bill with a line that fits nothing."""
    paper = {"evidence": b"paper", "name": "银行对账单.pdf", "by": operator}
    made = custody.state(day=date(2026, 3, 1), balance_minor=0, **paper)
    assert not isinstance(made, custody.CustodyRefusal), made
    line = b"kind,reference,amount\npayout,unknown,1.00\n"
    told = {"source": BillSource.PAYOUT, "day": date(2026, 3, 1), "data": line}
    assert isinstance(bills.import_bill(**told, by=operator), bills.Imported)


def _order(shop: Shop) -> None:
    """Let the owner have an order in every state."""
    mall, owner, made = shop.mall, shop.owner, shop.orders
    (made["completed"],) = mall.buy(owner, (shop.wine, 1))
    (made["aftersale"],) = mall.buy(owner, (shop.cake, 2))
    _ask_after_sales(made["aftersale"], shop)
    (made["returned"],) = mall.place(owner, (shop.cake, 1))
    mall.pay([made["returned"]])
    mall.receive(made["returned"])
    give_back(made["returned"], shop, quantity=1, approve=True)
    mall.give(owner, cash=50_00)
    for state in ("unpaid", "paying", "paid", "shipped", "received", "cancelled"):
        (made[state],) = mall.place(owner, (shop.cake if state == "paid" else shop.wine, 2))
    mall.pay([made["paying"]], None)
    mall.pay([made["paid"]], inner="cash", inner_minor=20_00)
    for state in ("shipped", "received"):
        mall.pay([made[state]])
    mall.ship(made["shipped"])
    mall.receive(made["received"])
    give_back(made["received"], shop, quantity=1, approve=None)
    assert isinstance(orders.cancel_order(person=owner, number=made["cancelled"].number), Order)
    (made["codes"],) = mall.place(owner, (shop.meal, 2))
    mall.pay([made["codes"]], Choice.SUCCEED_TWICE)
    (sold,) = mall.place(shop.other, (shop.item, 1))
    mall.pay([sold])
    put(owner, (shop.wine, 1), (shop.cake, 1))
    Voucher.objects.create(coupon=shop.coupon, person=owner)
    Alarm.objects.create(kind="event_refused", subject="order:1:completed")
    for order in made.values():
        order.refresh_from_db()
    assert {state: order.state for state, order in made.items() if state not in SPECIAL} == {
        state: state for state in made if state not in SPECIAL
    }


def _pay_at_the_counter(shop: Shop) -> None:
    """Let the owner pay twice at the tea house's counter, of which one goes back in part."""
    mall, owner, tea = shop.mall, shop.owner, shop.tea
    mall.give_coins(owner, 20 * 10**9)
    for key, amount in (("1", 8_00), ("2", 5_50)):
        shown = counter.show_code(person=owner, pin=Proof.EARLIER)
        assert isinstance(shown, counter.Shown)
        press = {"merchant": tea, "key": key, "who": shop.clerk}
        paid = counter.charge(**press, code=shown.digits, amount_minor=amount)
        assert isinstance(paid, CounterPayment)
        shop.receipts.append(paid)
    back = counter.refund(**press, number=paid.number, amount_minor=1_50)
    assert not isinstance(back, counter.CounterRefusal)
    counter.show_code(person=owner, pin=Proof.EARLIER)


def _take_out(shop: Shop) -> None:
    """Let the owner redeem a point, withdraw cash in every way it can end, and have a quote."""
    mall, owner = shop.mall, shop.owner
    give_pin(owner)
    confirmed(owner, quoted(owner, Quote.Verb.REDEEM, 10**9))
    mall.give(owner, cash=100_00)
    save_payee(person=owner, name="李雷", bank="工商银行", account="622202100111")
    eyes = Person.objects.create_user(email="eyes@example.com", is_staff=True, is_superuser=True)
    for standing in (Standing.PAID, Standing.FAILED, None):
        made = withdraw(person=owner, key=f"{standing}", amount_minor=10_00, pin=PIN)
        assert isinstance(made, Withdrawal), made
        approve(number=made.number, who=shop.operator)
        if standing is not None:
            confirm(number=made.number, who=eyes)
            testpayout.answer(reference=made.number, standing=standing, reason="account closed")
    mall.time.pass_by(minutes=2)
    go_on()
    quoted(owner, Quote.Verb.REDEEM, 10**9)


def give_back(order: Order, shop: Shop, *, quantity: int, approve: bool | None) -> None:
    line = Line.objects.filter(order=order).first()
    assert line is not None
    asked = returns.request_return(
        person=order.person, number=order.number, key=f"{quantity}", quantities={line.id: quantity}
    )
    assert not isinstance(asked, returns.ReturnRefusal), asked
    if approve is not None:
        returns.answer_return(merchant=None, return_id=asked.id, who=shop.operator, approve=approve)


def _ask_after_sales(order: Order, shop: Shop) -> None:
    """Let one cake of two be refunded after completion, and the other wait with a picture."""
    line = order.lines.get()
    for key in ("1", "2"):
        case = aftersales.request(
            person=order.person,
            number=order.number,
            key=key,
            quantities={line.id: 1},
            reason="漏液",
            pictures=[ContentFile(photograph(), name="shown.webp")],
        )
        assert isinstance(case, AfterSale), case
        if key == "1":
            done = aftersales.answer(
                merchant=shop.tea,
                number=case.number,
                who=shop.clerk,
                approve=True,
                needs_goods=False,
            )
            assert isinstance(done, AfterSale), done


def photograph(form: str = "WEBP") -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 64), "#a8325a").save(written, form)
    return written.getvalue()


def wanted(sku: Sku, quantity: int = 1) -> list[checkout.Wanted]:
    return [checkout.Wanted(sku.id, quantity)]


@contextmanager
def on_file(path: Path, media: Path) -> Iterator[None]:
    """Let the mall live in a database file, in every thread."""
    alias = f"file_{path.stem}"
    described = database(f"sqlite:///{path}")
    # Nobody pulls the plug on a test, and a server's threads come and go.
    described["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;"
    described["CONN_MAX_AGE"] = 0
    connections.settings[alias] = {**connections.settings["default"], **described}
    settings = {"ECONOMY": "mall", "STORAGES": FILES, "MEDIA_ROOT": media}
    log = {"LOG": str(path.with_suffix(".log")), "LOG_KEY": str(path.with_suffix(".key"))}
    clock_file = {"DEMO_CLOCK": str(path.with_suffix(".clock"))}
    with as_default(alias), override_settings(**settings, **log, **clock_file):
        yield
    del connections[alias], connections.settings[alias]


def copied(path: Path, to: Path) -> Path:
    """Copy a database with what lies beside it, its log among that."""
    for file in path.parent.glob(f"{path.stem}.*"):
        there = to.with_name(file.name.replace(path.stem, to.stem))
        (shutil.copytree if file.is_dir() else shutil.copy)(file, there)
    return to


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with tables and nothing in them."""
    path = tmp_path_factory.mktemp("mall") / "migrated.sqlite3"
    make_key("log.example.com/mall", path.with_suffix(".key"))
    with on_file(path, path.parent / "media"):
        call_command("migrate", verbosity=0, interactive=False)
    return path


@pytest.fixture(scope="session")
def furnished(migrated: Path) -> tuple[Path, Shop, datetime]:
    """Build the mall once; return its file, what is in it, and when it was done."""
    path = copied(migrated, migrated.with_name("furnished.sqlite3"))
    with on_file(path, path.parent / "media"), ExitStack() as stack:
        stack.enter_context(clock.at(OPENED))
        shop = furnish(Mall(Time(stack)))
        shop.mall.time.pass_by(days=1)
        days.close_due()
        publish()
        return path, shop, clock.now()


@pytest.fixture
def shop(furnished: tuple[Path, Shop, datetime], tmp_path: Path) -> Iterator[Shop]:
    """Open a copy of the mall, at the moment when it was furnished."""
    path, shop, now = furnished
    with ExitStack() as stack:
        stack.enter_context(on_file(copied(path, tmp_path / "shop.sqlite3"), path.parent / "media"))
        stack.enter_context(clock.at(now))
        shop.mall.time = Time(stack)
        yield shop


@pytest.fixture
def fresh(migrated: Path, tmp_path: Path) -> Iterator[Mall]:
    """Open a mall in which nothing was bought yet, under the rule book's example charter."""
    with ExitStack() as stack:
        stack.enter_context(
            on_file(copied(migrated, tmp_path / "fresh.sqlite3"), tmp_path / "media")
        )
        stack.enter_context(clock.at(OPENED))
        yield Mall(Time(stack))


def proof(person: Person) -> dict[str, object]:
    """Return what a session holds once its owner, of the staff, has given the code of their app."""
    return {
        "account_authentication_methods": [{"method": "mfa", "type": "totp"}],
        "account_authentication_methods_user": str(person.pk),
    }
