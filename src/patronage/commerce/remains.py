"""What is left of an order after what goes back: of its money, and of its goods."""

from collections.abc import Sequence
from typing import NamedTuple

from patronage.commerce.allocation import piece_part
from patronage.commerce.models import Channel, Line, Order, Tender
from patronage.commerce.refunds import left_of, tenders_of
from patronage.commerce.sharing import Sold


class Money(NamedTuple):
    """What is left of what paid an order, in minor units.

    `money_minor` paid for goods by money (a provider, cash), `points_minor` by points;
    `freight_minor` for freight by these three; `coins_minor` all coins, for goods or freight,
    `coins_goods_minor` of them for goods.
    """

    money_minor: int
    points_minor: int
    freight_minor: int
    coins_minor: int
    coins_goods_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.money_minor + self.points_minor + self.freight_minor + self.coins_minor


def money_of(order: Order, tenders: Sequence[Tender] | None = None) -> Money:
    """Return what is left of what paid an order; its tenders are read unless given."""
    if tenders is None:
        tenders = tenders_of(order)
    left = left_of(tenders)
    money = points = freight = coins = coins_goods = 0
    for tender in tenders:
        amount, goods = left[tender.id]
        if tender.channel == Channel.COINS:
            coins += amount
            coins_goods += goods
            continue
        freight += amount - goods
        if tender.channel == Channel.POINTS:
            points += goods
        else:
            money += goods
    return Money(money, points, freight, coins, coins_goods)


def sold_of(order: Order) -> list[Sold]:
    """Return an order's lines less what was returned."""
    return [kept_of(line) for line in order.lines.all()]


def kept_of(line: Line) -> Sold:
    """Return a line less what was returned."""
    kept = line.quantity - line.returned
    gone = piece_part(line.net_minor, line.quantity, 0, line.returned)
    return Sold(
        line.net_minor - gone,
        None if line.cost_minor is None else line.cost_minor * kept,
        line.concession_micro,
        None if line.supply_minor is None else line.supply_minor * kept,
        line.commission_micro,
    )
