"""What some members of the demonstration do with what they hold: PINs, coins, counters, payouts.

Random numbers of its own, so that the year's orders stay what they are.
"""

import random
import re
from collections.abc import Sequence
from typing import Final

from patronage.commerce import counter
from patronage.commerce.models import CounterPayment, Merchant
from patronage.members import notices, payouts, pins, testpayout, value
from patronage.members.holdings import holding_of
from patronage.members.models import NoticeKind, Person, Quote, SentText, Withdrawal
from patronage.members.payout_port import Standing
from patronage.members.refusals import Refusal

PIN: Final = "271828"
MEMBERS: Final = 10
"""So many of the first members have a PIN."""

_SOURCE: Final = "192.0.2.1"
_FROM_DAY: Final = 45
_COINS_MINOR: Final = 100_00
_WITHDRAWALS: Final = {0.4: Standing.PAID, 0.6: Standing.FAILED, 0.8: Standing.PAID, 0.99: None}
"""When in the year the first member withdraws, and what the provider says; None: nothing yet."""


class Wallets:
    """The wallets of a mall whose staff can charge, approve and confirm."""

    def __init__(self, days: int) -> None:
        self.random = random.Random(days)  # noqa: S311  (an invented year is no secret)
        self.days = days
        self.withdrawals = {int(days * at): says for at, says in _WITHDRAWALS.items()}

    def live(self, day: int, people: Sequence[Person]) -> None:
        """Do what is due on a day; `people` are all members in the order in which they joined."""
        if day == _FROM_DAY:
            for person in people[:MEMBERS]:
                give_pin(person)
            notices.choose_texts(
                person=people[0], kinds=[NoticeKind.QUOTA_NEAR, NoticeKind.BOUGHT_OUT]
            )
        if day >= _FROM_DAY and day % 2 == 0:
            self._visit(self.random.choice(people[:MEMBERS]))
        if day >= _FROM_DAY and day in self.withdrawals:
            _withdraw(people[0], self.withdrawals[day])

    def _visit(self, person: Person) -> None:
        """Go to a counter, with coins, if there is enough of what they are converted from."""
        held = holding_of(person)
        if held is None or (held.coins < _COINS_MINOR // 2 and not _convert(person)):
            return
        merchant = self.random.choice(list(Merchant.objects.filter(is_house=False)))
        clerk = merchant.staff.get()
        amount = self.random.randrange(_COINS_MINOR // 16, _COINS_MINOR // 2, 5)
        key = f"demo-{self.random.getrandbits(64)}"
        if self.random.random() < 0.6:
            shown = counter.show_code(person=person, pin=PIN)
            if isinstance(shown, Refusal):
                raise TypeError(f"no pay code: {shown}")
            paid = counter.charge(
                merchant=merchant, code=shown.digits, amount_minor=amount, key=key, who=clerk
            )
        else:
            paid = counter.pay(
                person=person, merchant=merchant, amount_minor=amount, pin=PIN, key=key
            )
        if not isinstance(paid, CounterPayment):
            raise TypeError(f"nothing was paid: {paid}")
        if self.random.random() < 0.1:
            counter.refund(
                merchant=merchant, number=paid.number, amount_minor=amount // 2, key=key, who=clerk
            )


def give_pin(person: Person) -> None:
    """Set a member's PIN as members do, by the code of a text message."""
    ticket = pins.ask_code(person=person, source=_SOURCE)
    text = SentText.objects.filter(phone=person.phone).latest("id").text
    (code,) = re.findall(r"\b\d{6}\b", text, re.ASCII)
    refusal = pins.set_pin(person=person, ticket=str(ticket), code=code, pin=PIN, source=_SOURCE)
    if refusal is not None:
        raise TypeError(f"no PIN: {refusal}")


def _convert(person: Person) -> bool:
    """Convert points worth some coins, if there are twice as many."""
    return _change(person, Quote.Verb.CONVERT, _COINS_MINOR)


def _change(person: Person, verb: Quote.Verb, worth_minor: int) -> bool:
    held = holding_of(person)
    if held is None or held.worth < 2 * worth_minor or held.quota < 2 * worth_minor:
        return False
    nano = int(held.points * worth_minor / held.worth) + 1
    quote = value.quote(person=person, verb=verb, points_nano=nano)
    if isinstance(quote, Refusal):
        return False
    return not isinstance(value.confirm(person=person, number=quote.number, pin=PIN), Refusal)


def _withdraw(person: Person, says: Standing | None) -> None:
    """Withdraw, redeeming first if need be; two of the staff and the provider do their part."""
    payouts.save_payee(person=person, name=person.name, bank="工商银行", account="6222021001112233")
    amount = _COINS_MINOR // 2
    held = holding_of(person)
    if held is None or held.cash + held.dividend < amount:
        _change(person, Quote.Verb.REDEEM, _COINS_MINOR)
    made = payouts.withdraw(person=person, key=str(says), amount_minor=amount, pin=PIN)
    if not isinstance(made, Withdrawal) or says is None:
        return
    first, second = Person.objects.filter(is_superuser=True).order_by("id")[:2]
    payouts.approve(number=made.number, who=first)
    payouts.confirm(number=made.number, who=second)
    testpayout.answer(reference=made.number, standing=says, reason="账户信息不符")
