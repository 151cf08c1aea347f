"""The test provider, embedded: it asks someone what to do, and calls back signed like a real one.

For demonstrations and tests only. It believes its own tables alone, and knows the mall by the
messages it delivers.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from django.db import transaction
from django.db.models import F, Sum

from patronage.commerce.models import (
    Payment,
    Refund,
    TestCharge,
    TestDelivery,
    TestKey,
    TestRefund,
)
from patronage.commerce.port import Message, NotificationRefusal, Standing
from patronage.members import clock

WINDOW = timedelta(minutes=5)
LATE = timedelta(minutes=10)
TIMESTAMP, SIGNATURE = "X-Test-Timestamp", "X-Test-Signature"
_TRIES = 8

Receive = Callable[[str, Mapping[str, str], bytes], NotificationRefusal | None]


class Choice(StrEnum):
    """What the person at the provider's page may do."""

    SUCCEED = "succeed"
    FAIL = "fail"
    SUCCEED_LATE = "succeed_late"
    SUCCEED_TWICE = "succeed_twice"
    SUCCEED_SILENTLY = "succeed_silently"


def charge_of(reference: str) -> TestCharge | None:
    """Return what the provider knows under a reference."""
    return TestCharge.objects.filter(reference=reference).first()


def choose(*, reference: str, choice: Choice, payer: str = "") -> TestCharge | None:
    """Do what the person chose with a charge that waits; None if there is no such charge.

    The mall is told by messages in the outbox; `deliver_due` sends them. `payer` is the account
    that pays, if it has a name.
    """
    with transaction.atomic():
        charge = TestCharge.objects.select_for_update().filter(reference=reference).first()
        if charge is None or charge.state != Standing.WAITING:
            return charge
        charge.state = Standing.FAILED if choice == Choice.FAIL else Standing.SUCCEEDED
        charge.save(update_fields=["state"])
        if choice == Choice.SUCCEED_SILENTLY:
            return charge
        event_id = secrets.token_hex(16)
        body = json.dumps(
            {
                "event": event_id,
                "reference": charge.reference,
                "standing": charge.state,
                "amount": charge.amount_minor,
                "payer": payer,
            }
        )
        due = clock.now() + (LATE if choice == Choice.SUCCEED_LATE else timedelta())
        times = 2 if choice == Choice.SUCCEED_TWICE else 1
        TestDelivery.objects.bulk_create(
            TestDelivery(event_id=event_id, body=body, due_at=due) for _ in range(times)
        )
    return charge


def deliver_due(receive: Receive) -> int:
    """Deliver the messages that are due to the mall; return how many it took.

    What it does not take is tried again, each time after twice as long.
    """
    taken = 0
    for delivery in TestDelivery.objects.filter(
        delivered_at=None, due_at__lte=clock.now()
    ).order_by("id"):
        body = delivery.body.encode()
        now = clock.now()
        refusal = receive("test", sign(body), body)
        wait = timedelta(minutes=2**delivery.tries)
        gives_up = delivery.tries + 1 >= _TRIES
        TestDelivery.objects.filter(id=delivery.id).update(
            tries=F("tries") + 1,
            due_at=now + wait,
            delivered_at=now if refusal is None or gives_up else None,
        )
        taken += refusal is None
    return taken


def _secret() -> bytes:
    key, _is_new = TestKey.objects.get_or_create(id=1, defaults={"secret": secrets.token_hex(32)})
    return bytes.fromhex(key.secret)


def _signature(timestamp: str, body: bytes) -> str:
    return hmac.new(_secret(), timestamp.encode() + b"\n" + body, sha256).hexdigest()


def sign(body: bytes) -> dict[str, str]:
    """Return the headers that go with a message sent now."""
    timestamp = str(int(clock.now().timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: _signature(timestamp, body)}


class TestChannel:
    """The mall's side of the provider."""

    __test__ = False

    def open(self, payment: Payment) -> str:
        """Ask for a payment; return the page where someone says what to do."""
        TestCharge.objects.get_or_create(
            reference=payment.reference, defaults={"amount_minor": payment.amount_minor}
        )
        return f"/pay/test/{payment.reference}"

    def receive(self, headers: Mapping[str, str], body: bytes) -> Message | NotificationRefusal:
        """Check signature and time, then read.

        A message sent again is known by its event's id, which is signed too.
        """
        given = {name.lower(): value for name, value in headers.items()}
        timestamp = given.get(TIMESTAMP.lower(), "")
        signature = given.get(SIGNATURE.lower(), "")
        if not hmac.compare_digest(_signature(timestamp, body).encode(), signature.encode()):
            return NotificationRefusal.BAD_SIGNATURE
        if abs(clock.now().timestamp() - int(timestamp)) > WINDOW.total_seconds():
            return NotificationRefusal.STALE
        try:
            told = json.loads(body)
            return Message(
                str(told["event"]),
                str(told["reference"]),
                Standing(told["standing"]),
                int(told["amount"]),
                str(told.get("payer", "")),
            )
        except (ValueError, KeyError, TypeError):
            return NotificationRefusal.MALFORMED

    def query(self, payment: Payment) -> Standing:
        """Say how a payment stands; one never asked for waits."""
        charge = charge_of(payment.reference)
        return Standing.WAITING if charge is None else Standing(charge.state)

    def close(self, payment: Payment) -> Standing:
        """Give a payment up, unless it has ended; one never asked for is closed all the same."""
        with transaction.atomic():
            charge, _is_new = TestCharge.objects.select_for_update().get_or_create(
                reference=payment.reference, defaults={"amount_minor": payment.amount_minor}
            )
            if charge.state == Standing.WAITING:
                charge.state = Standing.CLOSED
                charge.save(update_fields=["state"])
            return Standing(charge.state)

    def refund(self, refund: Refund) -> bool:
        """Send money back, once a key, as far as there is any left of the charge."""
        with transaction.atomic():
            charge = TestCharge.objects.select_for_update().get(reference=refund.payment.reference)
            made = charge.refunds.filter(key=refund.key).first()
            if made is not None:
                return made.amount_minor == refund.sent_minor
            back = charge.refunds.aggregate(sum=Sum("amount_minor"))["sum"] or 0
            if charge.state != Standing.SUCCEEDED:
                return False
            if back + refund.sent_minor > charge.amount_minor:
                return False
            TestRefund.objects.create(charge=charge, key=refund.key, amount_minor=refund.sent_minor)
            return True
