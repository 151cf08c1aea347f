"""Lays an export's orders and returns out as days of events."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from patronage.economy import Event
from patronage.intake.accounts import account_id
from patronage.intake.records import Day, Reason, Return, Sale, Unusable

_Bucket = tuple[list[Sale], list[Return]]


def days(
    sales: Sequence[Sale],
    returns: Sequence[Return],
    *,
    key: bytes,
    margin: Fraction | None = None,
    recorded: Collection[str] = (),
) -> tuple[list[Day], list[Unusable]]:
    """Lay out every calendar day from the first event to the last, empty ones too, without closes.

    On a day come the orders and then the returns, in the order given. A return goes to the order it
    names, not before its date, or lacking one to the customer's latest order so far that can bear
    the whole; a return that no order can bear is unusable. `recorded` are orders of elsewhere, not
    among the sales: what they can bear is not known here. An order's profit is its own, else
    ⌊amount × margin⌋, else unknown. Raises ValueError for a margin above 1.

    Ids say what an event is and do not depend on what else the export holds: a later export of the
    same shop repeats them, in whatever order.
    """
    if margin is not None and margin > 1:
        raise ValueError("a margin is at most 1")
    accounts = _Accounts(key)
    orders = _Orders(accounts, sales, recorded)
    refunds: Counter[str] = Counter()
    laid: list[Day] = []
    unusable: list[Unusable] = []
    for day, (day_sales, day_returns) in _by_day(sales, returns):
        events: list[Event] = []
        for sale in day_sales:
            orders.complete(sale)
            events.append(_completed(sale, accounts, margin))
        for item in day_returns:
            order = orders.take_back(item)
            if order is None:
                unusable.append(_nowhere(item))
            else:
                name = f"order:{order}:refunded"
                if item.order is None:  # it may find another order when the export has grown
                    name = f"member:{accounts[item.customer]}:returned"
                refund = _refunded(f"{name}:{day}:{item.amount}", item, day, order)
                refunds[refund["id"]] += 1
                if (count := refunds[refund["id"]]) > 1:
                    refund["id"] += f":{count}"
                events.append(refund)
        laid.append(Day(day, events))
    return _trimmed(laid), unusable


def day_closed(date: str) -> Event:
    """Return the event that closes a day, without profit of its own."""
    return {"id": f"day:{date}", "type": "day.closed", "at": f"{date}T23:59:59Z", "date": date}


def _by_day(sales: Sequence[Sale], returns: Sequence[Return]) -> Iterable[tuple[str, _Bucket]]:
    buckets: defaultdict[str, _Bucket] = defaultdict(lambda: ([], []))
    dates: dict[str, str] = {}
    for sale in sales:
        buckets[sale.date][0].append(sale)
        dates[sale.order] = sale.date
    for item in returns:
        day = item.date if item.order is None else max(item.date, dates.get(item.order, ""))
        buckets[day][1].append(item)
    if not buckets:
        return
    first, last = map(date.fromisoformat, (min(buckets), max(buckets)))
    for offset in range((last - first).days + 1):
        text = (first + timedelta(days=offset)).isoformat()
        yield text, buckets.get(text) or ([], [])


def _trimmed(laid: list[Day]) -> list[Day]:
    """Leave out the days before the first event and after the last: only unusable returns."""
    filled = [at for at, day in enumerate(laid) if day.events]
    return laid[filled[0] : filled[-1] + 1] if filled else []


class _Accounts(dict[str, str]):
    """Account ids by customer, each made once."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._key = key

    def __missing__(self, customer: str) -> str:
        id = self[customer] = account_id(self._key, customer)
        return id


class _Place(NamedTuple):
    """Where an order stands: among all orders of its account, in order of date."""

    bearers: "_Bearers"
    at: int


class _Orders:
    """What each order can still bear."""

    def __init__(
        self, accounts: _Accounts, sales: Iterable[Sale], recorded: Collection[str]
    ) -> None:
        self._accounts = accounts
        self._recorded = recorded
        self._places: dict[str, _Place] = {}
        by_account: defaultdict[str, list[str]] = defaultdict(list)
        for sale in sales:
            by_account[accounts[sale.customer]].append(sale.order)
        self._bearers = {id: _Bearers(len(orders)) for id, orders in by_account.items()}

    def complete(self, sale: Sale) -> None:
        bearers = self._bearers[self._accounts[sale.customer]]
        self._places[sale.order] = _Place(bearers, bearers.append(sale.order, sale.amount))

    def take_back(self, item: Return) -> str | None:
        """Take a return from the order that bears it, and return that order, None if none can."""
        if item.order is not None:
            if item.order in self._recorded:
                return item.order
            place = self._places.get(item.order)
        else:
            bearers = self._bearers.get(self._accounts[item.customer])
            at = bearers.latest(item.amount) if bearers else None
            place = None if bearers is None or at is None else _Place(bearers, at)
        if place is None or not place.bearers.take(place.at, item.amount):
            return None
        return place.bearers.orders[place.at]


class _Bearers:
    """An account's orders in order of date, and what each can still bear, in a tree of maxima."""

    def __init__(self, count: int) -> None:
        self.orders: list[str] = []
        self._leaves = 1 << (count - 1).bit_length()
        self._most = [0] * (2 * self._leaves)

    def append(self, order: str, amount: int) -> int:
        at = len(self.orders)
        self.orders.append(order)
        self._set(at, amount)
        return at

    def take(self, at: int, amount: int) -> bool:
        rest = self._most[self._leaves + at] - amount
        if rest < 0:
            return False
        self._set(at, rest)
        return True

    def latest(self, amount: int) -> int | None:
        """Find the last order that can bear an amount."""
        if self._most[1] < amount:
            return None
        node = 1
        while node < self._leaves:
            node = 2 * node + (self._most[2 * node + 1] >= amount)
        return node - self._leaves

    def _set(self, at: int, amount: int) -> None:
        node = self._leaves + at
        most = self._most
        most[node] = amount
        while node > 1:
            node //= 2
            most[node] = max(most[2 * node], most[2 * node + 1])


def _completed(sale: Sale, accounts: _Accounts, margin: Fraction | None) -> Event:
    event: Event = {
        "id": f"order:{sale.order}:completed",
        "type": "order.completed",
        "at": f"{sale.date}T00:00:00Z",
        "order": sale.order,
        "member": accounts[sale.customer],
        "amount": sale.amount,
    }
    if sale.profit is not None:
        event["profit"] = sale.profit
    elif margin is not None:
        event["profit"] = sale.amount * margin.numerator // margin.denominator
    if sale.referrer is not None:
        event["referrer"] = accounts[sale.referrer]
    return event


def _refunded(id: str, item: Return, day: str, order: str) -> Event:
    return {
        "id": id,
        "type": "order.refunded",
        "at": f"{day}T00:00:00Z",
        "order": order,
        "amount": item.amount,
    }


def _nowhere(item: Return) -> Unusable:
    text = f"{item.order or '-'} {item.customer} {item.date} -{item.amount}"
    return Unusable(item.line, Reason.NO_ORDER_TO_RETURN, text)
