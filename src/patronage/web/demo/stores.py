"""Two members of the demonstration sell on behalf of the house and of a merchant, a third asks to.

Random numbers of its own, as the wallets have.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

from django.core.files.base import ContentFile

from patronage.commerce import (
    checkout,
    distributors,
    orders,
    paying,
    payments,
    purchasing,
    quoting,
    returns,
    storefronts,
    supplying,
    testpay,
)
from patronage.commerce.models import Distributor, Order, Product, Sku, StorefrontItem
from patronage.commerce.quoting import Wanted
from patronage.members.models import Person
from patronage.members.refusals import Refusal
from patronage.web.demo import art
from patronage.web.demo.catalogue import OFFERS, STOREFRONTS, Front

_FROM_END: Final = 60
"""So many days before the year is over the storefronts open."""
_EVERY: Final = 3
_RETURNED, _DECLINED, _CANCELLED, _OWN, _BY_LINK = 2, 4, 7, 9, 11
"""Which sales in turn come to something else than a completed order of a stranger's."""


class Storefronts:
    """The storefronts of a mall, and what becomes of what they sell."""

    def __init__(self, days: int) -> None:
        self.random = random.Random(days + 1)  # noqa: S311  (an invented year is no secret)
        self.from_day = days - _FROM_END
        self.items: list[StorefrontItem] = []
        self.sold = 0
        self._later: dict[int, list[Callable[[], object]]] = {}

    def live(self, day: int, people: Sequence[Person]) -> None:
        """Do what is due on a day; `people` are all members in the order in which they joined."""
        for do in self._later.pop(day, ()):
            do()
        if day == self.from_day:
            operator = Person.objects.filter(is_superuser=True).order_by("id")[0]
            _offer()
            for front, person in zip(STOREFRONTS, people, strict=False):
                self.items += _open(front, person, operator)
        since = day - self.from_day
        # On the last day, too, so that a purchase order waits for its supplier.
        if since > 0 and (since % _EVERY == 0 or since == _FROM_END - 1):
            self._sell(day, people)

    def _sell(self, day: int, people: Sequence[Person]) -> None:
        self.sold += 1
        item = self.random.choice(self.items)
        seller = item.distributor.person
        buyer = seller
        if self.sold != _OWN:
            buyer = self.random.choice([one for one in people if one != seller])
        if self.sold == _BY_LINK:
            order = bought(buyer, Wanted(item.sku_id, 1), promoter=seller)
        else:
            quantity = 2 if self.sold == _RETURNED else 1
            order = bought(buyer, Wanted(item.sku_id, quantity, item.id))
        merchant, number = order.merchant, order.number
        clerk = merchant.staff.order_by("id")[0]
        if self.sold == _CANCELLED:
            self._on(day + 1, lambda: orders.cancel_order(person=buyer, number=number))
            return
        if order.distributor is not None:
            purchase = order.purchase.number
            if self.sold == _DECLINED:
                why = "本批次已售完"
                self._on(
                    day + 1,
                    lambda: purchasing.decline(
                        merchant=merchant, number=purchase, who=clerk, reason=why
                    ),
                )
                return
            self._on(
                day + 1, lambda: purchasing.confirm(merchant=merchant, number=purchase, who=clerk)
            )
        parcel = {"carrier": "顺丰", "tracking": f"SF{self.random.randrange(10**12):012}"}
        self._on(
            day + 3,
            lambda: orders.ship_order(merchant=merchant, number=number, who=clerk, **parcel),
        )
        if self.sold == _RETURNED:
            self._on(day + 4, lambda: _give_back(order, clerk))
        self._on(day + 6, lambda: orders.confirm_receipt(person=buyer, number=number))

    def _on(self, day: int, do: Callable[[], object]) -> None:
        self._later.setdefault(day, []).append(do)


def _offer() -> None:
    """Let suppliers offer some of their goods to distributors."""
    for name, percent, terms in OFFERS:
        Product.objects.filter(name=name).update(commission_micro=percent * 10_000)
        sku = _sku(name)
        refusal = supplying.offer(sku_id=sku.id, terms=terms).refusal
        if refusal is not None:
            raise TypeError(f"{name} cannot be offered: {refusal}")


def _sku(name: str) -> Sku:
    """Return the first SKU of a product."""
    return Sku.objects.filter(product__name=name).order_by("position", "id")[0]


def _open(front: Front, person: Person, operator: Person) -> list[StorefrontItem]:
    """Let a member apply, and sell what they chose once the operator has accepted."""
    title, intro, plan = front.title, front.intro, front.plan
    asked = distributors.apply(person=person, title=title, intro=intro, plan=plan)
    if not isinstance(asked, Distributor):
        raise TypeError(f"no application: {asked}")
    if not front.items:
        return []
    made = distributors.accept(distributor_id=asked.id, who=operator)
    if not isinstance(made, Distributor):
        raise TypeError(f"no storefront: {made}")
    drawn = ContentFile(art.picture(front.drawing, front.palette).encode(), name="demo.svg")
    distributors.present(distributor=made, title=title, intro=intro, picture=drawn)
    items = []
    for name, called, price in front.items:
        sku_id = _sku(name).id
        item = storefronts.take(distributor=made, sku_id=sku_id, title=called, price_minor=price)
        if not isinstance(item, StorefrontItem):
            raise TypeError(f"{called} is no item: {item}")
        items.append(item)
    return items


def bought(person: Person, wanted: Wanted, promoter: Person | None = None) -> Order:
    """Let a member order at once and pay, and return the order."""
    home = person.addresses.get()
    address = checkout.AddressText(
        home.name, home.phone, home.province, home.city, home.district, home.street
    )
    priced = quoting.quote(person=person, wanted=[wanted], address=address)
    key = f"demo-store-{Order.objects.count()}"
    placed = checkout.place(
        person=person,
        key=key,
        wanted=[wanted],
        total_minor=priced.total_minor,
        address=address,
        promoter=promoter,
    )
    if isinstance(placed, Refusal):
        raise TypeError(f"nothing was ordered: {placed}")
    number = placed.checkout.number
    started = paying.start_paying(person=person, checkout_number=number, key=key, channel="test")
    if isinstance(started, Refusal):
        raise TypeError(f"checkout {number} cannot be paid: {started}")
    testpay.choose(reference=started.payment.reference, choice=testpay.Choice.SUCCEED)
    payments.deliver_test_messages()
    return Order.objects.select_related("merchant", "purchase", "distributor").get(
        checkout=placed.checkout
    )


def _give_back(order: Order, clerk: Person) -> None:
    """Let one piece of an order go back."""
    line = order.lines.get()
    asked = returns.request_return(
        person=order.person,
        number=order.number,
        key=f"demo-{order.number}",
        quantities={line.id: 1},
        reason="多买了",
    )
    if isinstance(asked, Refusal):
        raise TypeError(f"no return: {asked}")
    returns.answer_return(merchant=order.merchant, return_id=asked.id, who=clerk, approve=True)
