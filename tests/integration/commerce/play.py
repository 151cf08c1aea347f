"""What shoppers and merchants do, in a line each."""

import tomllib
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

from patronage import ledger
from patronage.commerce import (
    cart,
    checkout,
    jobs,
    listing,
    orders,
    paying,
    payments,
    purchasing,
    storefronts,
    supplying,
    testpay,
)
from patronage.commerce.checkout import AddressText, Wanted
from patronage.commerce.models import (
    Alarm,
    Category,
    Coupon,
    Distributor,
    Merchant,
    Order,
    Payment,
    Product,
    PurchaseOrder,
    Refund,
    Sku,
    Split,
    StorefrontItem,
    Voucher,
)
from patronage.commerce.supplying import Terms
from patronage.commerce.testpay import Choice
from patronage.ledger.opening import open_unchecked
from patronage.members import clock
from patronage.members.gate import Proof
from patronage.members.models import Person

ROOT = Path(__file__).parents[3]
REDWINE = tomllib.loads((ROOT / "examples/redwine.toml").read_text(encoding="utf-8"))
OPENED = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # noon in Shanghai
HOME = AddressText("李雷", "13800138000", "浙江省", "杭州市", "西湖区", "文三路 1 号")
ELSEWHERE = HOME._replace(name="王芳", phone="13700137001", street="龙井路 2 号")
_phones = count(13900000000)


class Time:
    """The clock, which goes on as told."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def pass_by(self, **span: int) -> None:
        """Let time pass."""
        self._stack.enter_context(clock.at(clock.now() + timedelta(**span)))


class Mall:
    """A red-wine house, with an economy under the example charter."""

    def __init__(self, time: Time, charter: dict = REDWINE) -> None:
        self.time = time
        # As the rule book's table has it, from no founding.
        open_unchecked("mall", charter, clock=clock.now)
        self.category = Category.objects.create(name="红酒", name_en="Red wine")
        self.house = self.merchant(name="酒庄", is_house=True)

    def merchant(self, **fields: object) -> Merchant:
        fields.setdefault("name", f"商家 {uuid4().hex[:6]}")
        merchant = Merchant.objects.create(**fields)
        listing.approve_merchant(merchant_id=merchant.id)
        merchant.refresh_from_db()
        return merchant

    def person(self, **fields: object) -> Person:
        return Person.objects.create_user(phone=f"+86{next(_phones)}", **fields)

    def sku(
        self,
        price: int = 100_00,
        *,
        merchant: Merchant | None = None,
        stock: int = 100,
        cost: int | None = None,
        **fields: object,
    ) -> Sku:
        fields.setdefault("name", "干红葡萄酒")
        product = Product.objects.create(
            merchant=merchant or self.house, category=self.category, **fields
        )
        sku = Sku.objects.create(product=product, price_minor=price, stock=stock, cost_minor=cost)
        listed = listing.list_product(product=product)
        assert listed.refusal is None, listed
        return sku

    def item(
        self,
        sku: Sku,
        supply: int,
        price: int | None = None,
        *,
        person: Person | None = None,
        most: int = 10**6,
    ) -> StorefrontItem:
        """Offer a SKU to distributors, and sell it in the storefront of a new one or a member's."""
        price = price or sku.price_minor
        terms = Terms(supply, supply + 1, max(most, price))
        told = supplying.offer(sku_id=sku.id, terms=terms)
        assert told.refusal is None, told
        distributor, _is_new = Distributor.objects.get_or_create(
            person=person or self.person(), defaults={"title": "小店", "state": "approved"}
        )
        item = storefronts.take(
            distributor=distributor,
            sku_id=sku.id,
            title="好酒",
            price_minor=price or sku.price_minor,
        )
        assert isinstance(item, StorefrontItem), item
        return item

    def voucher(self, person: Person, merchant: Merchant, **fields: object) -> Voucher:
        fields.setdefault("ends_at", clock.now() + timedelta(days=365))
        coupon = Coupon.objects.create(merchant=merchant, name="优惠", **fields)
        return Voucher.objects.create(coupon=coupon, person=person)

    def place(
        self,
        person: Person,
        *wanted: tuple[Sku | StorefrontItem, int],
        key: str = "",
        **options: object,
    ) -> list[Order]:
        """Order at once what it costs now, of the mall or of a storefront."""
        asked = [
            Wanted(one.sku_id, quantity, one.id)
            if isinstance(one, StorefrontItem)
            else Wanted(one.id, quantity)
            for one, quantity in wanted
        ]
        promoter, home = options.pop("promoter", None), options.pop("address", HOME)
        told = checkout.quote(person=person, wanted=asked, address=home, **options)
        placed = checkout.place(
            person=person,
            key=key or uuid4().hex,
            wanted=asked,
            total_minor=told.total_minor,
            address=home,
            promoter=promoter,
            **options,
        )
        assert isinstance(placed, checkout.Placed), placed
        return list(placed.checkout.orders.order_by("id"))

    def pay(
        self,
        orders: list[Order],
        choice: Choice | None = Choice.SUCCEED,
        *,
        payer: str = "",
        **inner: object,
    ) -> paying.Started:
        """Pay for orders of one checkout, and let someone choose at the provider's page."""
        started = paying.start_paying(
            person=orders[0].person,
            checkout_number=orders[0].checkout.number,
            key=uuid4().hex,
            channel="test",
            pin=Proof.EARLIER,
            **inner,
        )
        assert isinstance(started, paying.Started), started
        if started.go_to and choice:
            testpay.choose(reference=started.payment.reference, choice=choice, payer=payer)
            payments.deliver_test_messages()
        for order in orders:
            order.refresh_from_db()
        started.payment.refresh_from_db()
        return started

    def ship(self, order: Order) -> None:
        if order.distributor_id is not None and not purchasing.is_confirmed(order):
            number, who = order.purchase.number, self.person()
            done = purchasing.confirm(merchant=order.merchant, number=number, who=who)
            assert isinstance(done, PurchaseOrder), done
        done = orders.ship_order(merchant=order.merchant, number=order.number, who=None)
        assert isinstance(done, Order), done

    def receive(self, order: Order) -> None:
        self.ship(order)
        done = orders.confirm_receipt(person=order.person, number=order.number)
        assert isinstance(done, Order), done

    def complete(self, *received: Order) -> None:
        """Let the hold pass."""
        self.time.pass_by(days=7)
        jobs.run_all()
        for order in received:
            order.refresh_from_db()

    def buy(
        self,
        person: Person,
        *wanted: tuple[Sku | StorefrontItem, int],
        promoter: Person | None = None,
        **inner: object,
    ) -> list[Order]:
        """Go all the way."""
        made = self.place(person, *wanted, promoter=promoter)
        self.pay(made, **inner)
        for order in made:
            self.receive(order)
        self.complete(*made)
        return made

    def held(self, account: str) -> ledger.AccountView:
        return ledger.account("mall", account)

    def submit(self, **event: object) -> ledger.Settled:
        event.setdefault("id", uuid4().hex)
        settled = ledger.settle_through("mall", ledger.submit("mall", event))
        assert settled.refusal is None, settled
        return settled

    def give(self, person: Person, cash: int = 0) -> None:
        """Let the operator owe someone cash."""
        self.submit(type="cash.credited", account=person.account, amount=cash, reason="gift")

    def give_coins(self, person: Person, points: int) -> int:
        """Let someone convert points; return the coins."""
        told = self.submit(type="points.converted", account=person.account, points=points)
        return int(told.facts["coins"])

    def verify(self) -> None:
        """Every balance follows from the journal, nothing waits, and no alarm was sounded."""
        assert ledger.verify("mall").difference is None
        assert ledger.summary("mall").unsettled == 0
        assert list(Alarm.objects.values_list("kind", "subject", "detail")) == []


def unpaid(mall: Mall, person: Person | None = None, price: int = 100_00) -> Order:
    (order,) = mall.place(person or mall.person(), (mall.sku(price), 1))
    return order


def refunded(payment: Payment) -> list[tuple[str, int, str]]:
    rows = Refund.objects.filter(payment=payment).order_by("id")
    return list(rows.values_list("channel", "amount_minor", "state"))


class Died(BaseException):
    """The process ends here."""


def die(*_: object, **__: object) -> None:
    raise Died


def splits(order: Order) -> dict[str, int]:
    return dict(Split.objects.filter(order=order).values_list("kind", "amount_minor"))


def put(person: Person, *wanted: tuple[Sku, int]) -> None:
    for sku, quantity in wanted:
        item = cart.add(person=person, sku_id=sku.id, quantity=quantity)
        assert not isinstance(item, cart.CartRefusal), item
