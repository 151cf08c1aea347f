"""Making the demonstration once."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from patronage import ledger
from patronage.commerce.models import Order
from patronage.members import clock
from patronage.members.models import Person
from patronage.web.demo import shop
from patronage.web.demo.wallets import PIN
from patronage.web.demo.year import DAYS, Year
from patronage.web.shared import second_factor

_ZONE: Final = ZoneInfo("Asia/Shanghai")


class Logins(NamedTuple):
    """Who can sign in: the phone and pay PIN of a member with orders; who runs it; who sells."""

    phone: str
    pin: str
    operator: str
    clerk: str
    password: str


def prepare(told: Callable[[int, int], None]) -> Logins:
    """Make the mall and let it live a year, unless that was done; `told` hears of each day.

    The year ends yesterday. The database and the media folder must be empty or a demonstration's.
    """
    if settings.ECONOMY not in ledger.economies():
        if connection.vendor == "sqlite":
            # Whoever pulls the plug now starts again; afterwards nothing acknowledged is lost.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")
        _make(told)
        connection.close()
    buyer = Order.objects.order_by("person_id").values_list("person__phone", flat=True).first()
    return Logins(buyer or "", PIN, shop.OPERATOR, shop.CLERK, shop.PASSWORD)


def _make(told: Callable[[int, int], None]) -> None:
    first = (datetime.now(_ZONE) - timedelta(days=DAYS)).date()
    opening = datetime.combine(first, time(1), _ZONE).astimezone(UTC)
    with clock.at(opening):
        shop.open_economy(opening)
        shop.fit_out()
        shop.announce(first + timedelta(days=DAYS + 30))
        for person in Person.objects.filter(is_staff=True):
            second_factor.enrol(person)
    Year(first).live(lambda day: told(day + 1, DAYS))
    shop.bring_news()
