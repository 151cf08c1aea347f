"""A year of the demonstration mall, lived through its own functions day by day.

Seeded, so that the same year comes out each time; only the dates follow the day it is made.
"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from patronage.commerce import (
    checkout,
    fulfilment,
    jobs,
    orders,
    paying,
    payments,
    quoting,
    returns,
    testpay,
)
from patronage.commerce.models import Delivery, Merchant, Order, RedemptionCode, Sku
from patronage.members import addresses, clock, consents, referral
from patronage.members.models import Address, Person
from patronage.web.demo.stores import Storefronts
from patronage.web.demo.wallets import Wallets

DAYS: Final = 365
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_MEMBERS: Final = 320
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高"
_GIVEN: Final = "安宁嘉悦明远思源清和若溪子墨书瑶景行知夏临川"
_PLACES: Final = (
    ("上海市", "上海市", "徐汇区"),
    ("北京市", "北京市", "朝阳区"),
    ("浙江省", "杭州市", "西湖区"),
    ("广东省", "深圳市", "南山区"),
    ("四川省", "成都市", "锦江区"),
    ("宁夏回族自治区", "银川市", "金凤区"),
)


class Year:
    """The year so far: who has joined, and what is still to be done on which day."""

    def __init__(self, first: date, seed: int = 1) -> None:
        self.first = first
        self.random = random.Random(seed)  # noqa: S311  (an invented year is no secret)
        self.people: list[Person] = []
        self.skus = list(Sku.objects.select_related("product__merchant").order_by("id"))
        self.wallets = Wallets(DAYS)
        self.storefronts = Storefronts(DAYS)
        self._later: dict[int, list[Callable[[], object]]] = {}

    def live(self, told: Callable[[int], None], days: int = DAYS) -> None:
        """Live so many days; `told` hears of each that is over."""
        for day in range(days):
            moment = datetime.combine(self.first + timedelta(days=day), time(9), _ZONE)
            with clock.at(moment.astimezone(UTC)):
                self._do_what_is_due(day)
                self._grow(day)
                self._shop(day)
                self.wallets.live(day, self.people)
                self.storefronts.live(day, self.people)
            midnight = moment + timedelta(hours=15, minutes=1)
            with clock.at(midnight.astimezone(UTC)):
                jobs.run_all()
            told(day)

    def _grow(self, day: int) -> None:
        """Let newcomers sign up, ever more in the first half year; four in ten are referred."""
        wanted = _MEMBERS * min(day + 12, DAYS) // DAYS
        while len(self.people) < wanted:
            self.people.append(self._joined(len(self.people)))

    def _joined(self, number: int) -> Person:
        """Sign a member up, with an address."""
        phone = f"+86139{number:08}"
        code = ""
        if self.people and self.random.random() < 0.4:
            code = self.random.choice(self.people).referral_code
        name = self.random.choice(_SURNAMES) + self.random.choice(_GIVEN)
        person = Person.objects.create_user(
            phone=phone, name=name, referrer=referral.referrer_for(phone, code)
        )
        consents.record_consents(person)
        province, city, district = self.random.choice(_PLACES)
        address = Address(
            name=name,
            phone=phone.removeprefix("+86"),
            province=province,
            city=city,
            district=district,
            street=f"梧桐路 {self.random.randrange(1, 200)} 号",
        )
        addresses.save_address(person=person, address=address)
        return person

    def _shop(self, day: int) -> None:
        season = 4 if day % 30 < 2 else 1
        for _ in range(self.random.randrange(1, 4) * season // 2 + 1):
            self._buy(day, self.random.choice(self.people))

    def _buy(self, day: int, person: Person) -> None:
        choose = self.random
        chosen = choose.sample(self.skus, choose.choice((1, 1, 1, 2, 2, 3)))
        wanted = [checkout.Wanted(sku.id, choose.choice((1, 1, 1, 2))) for sku in chosen]
        address = None
        if any(sku.product.delivery == Delivery.SHIP for sku in chosen):
            home = person.addresses.get()
            address = checkout.AddressText(
                home.name, home.phone, home.province, home.city, home.district, home.street
            )
        priced = quoting.quote(person=person, wanted=wanted, address=address)
        placed = checkout.place(
            person=person,
            key=f"demo-{day}-{choose.getrandbits(64)}",
            wanted=wanted,
            total_minor=priced.total_minor,
            address=address,
        )
        if not isinstance(placed, checkout.Placed) or choose.random() < 0.03:
            return  # one in thirty is never paid, and cancelled by the jobs
        number = placed.checkout.number
        started = paying.start_paying(
            person=person, checkout_number=number, key=number, channel="test"
        )
        if not isinstance(started, paying.Started):
            raise TypeError(f"checkout {number} cannot be paid: {started}")
        testpay.choose(reference=started.payment.reference, choice=testpay.Choice.SUCCEED)
        payments.deliver_test_messages()
        for order in Order.objects.filter(checkout=placed.checkout).select_related("merchant"):
            self._follow(day, person, order)

    def _follow(self, day: int, person: Person, order: Order) -> None:
        """Plan what becomes of a paid order."""
        number, merchant = order.number, order.merchant
        shipped = day + self.random.randrange(1, 3)
        arrived = shipped + self.random.randrange(2, 6)
        if order.lines.filter(delivery=Delivery.SHIP).exists():
            if self.random.random() < 0.02:
                self._on(day + 1, lambda: orders.cancel_order(person=person, number=number))
                return
            tracking = f"SF{self.random.randrange(10**12):012}"
            self._on(
                shipped,
                lambda: orders.ship_order(
                    merchant=merchant, number=number, who=None, carrier="顺丰", tracking=tracking
                ),
            )
            if self.random.random() < 0.04:
                self._on(arrived, lambda: self._return(person, order))
            elif self.random.random() < 0.7:
                self._on(arrived, lambda: orders.confirm_receipt(person=person, number=number))
        for code in RedemptionCode.objects.filter(line__order=order):
            at = day + self.random.randrange(1, 20)
            self._on(at, self._redeeming(merchant, code.code, person))

    @staticmethod
    def _redeeming(merchant: Merchant, code: str, person: Person) -> Callable[[], object]:
        return lambda: fulfilment.redeem_code(merchant=merchant, code=code, who=person)

    def _return(self, person: Person, order: Order) -> None:
        quantities = returns.returnable(order)
        asked = returns.request_return(
            person=person,
            number=order.number,
            key=f"demo-{order.number}",
            quantities=quantities,
            reason="不合口味",
        )
        if not isinstance(asked, returns.ReturnRefusal):
            returns.answer_return(
                merchant=order.merchant, return_id=asked.id, who=person, approve=True
            )

    def _on(self, day: int, do: Callable[[], object]) -> None:
        self._later.setdefault(day, []).append(do)

    def _do_what_is_due(self, day: int) -> None:
        for do in self._later.pop(day, ()):
            do()
