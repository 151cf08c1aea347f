"""A member's own data, as a file of theirs."""

from datetime import datetime
from typing import Any

from django.conf import settings

from patronage import ledger
from patronage.members import clock
from patronage.members.closing import Orders
from patronage.members.holdings import holding_of
from patronage.members.models import Payee, Person, Pin, Withdrawal
from patronage.members.notices import notices_of, texted_kinds
from patronage.members.referral import referred_by

_ADDRESS = ("name", "phone", "province", "city", "district", "street", "is_default")


def export_of(person: Person, orders: Orders) -> dict[str, Any]:
    """Return all that is stored of a member, as JSON would hold it.

    Money and coins are whole minor units, points whole nano-points; integers as text where a
    program that reads JSON could lose digits. Who was referred is masked.
    """
    return {
        "exported_at": _text(clock.now()),
        "profile": {
            "name": person.name,
            "phone": person.phone,
            "email": person.email,
            "account": person.account,
            "joined_at": _text(person.joined_at),
            "referral_code": person.referral_code,
            "was_referred": person.referrer_id is not None,
        },
        "consents": [
            {
                "document": consent.document,
                "version": consent.version,
                "agreed_at": _text(consent.agreed_at),
            }
            for consent in person.consents.all()
        ],
        "blocks": [
            {
                "reason": block.reason,
                "blocked_at": _text(block.blocked_at),
                "lifted_at": block.lifted_at and _text(block.lifted_at),
            }
            for block in person.blocks.all()
        ],
        "addresses": list(person.addresses.values(*_ADDRESS)),
        "devices": [
            {
                "digest": device.digest,
                "first_at": _text(device.first_at),
                "last_at": _text(device.last_at),
            }
            for device in person.devices.order_by("id")
        ],
        "referred": [
            {"phone": referred.masked_phone, "joined_at": _text(referred.joined_at)}
            for referred in referred_by(person)
        ],
        "notices": [
            {
                "kind": notice.kind,
                "facts": notice.facts,
                "created_at": _text(notice.created_at),
                "read_at": notice.read_at and _text(notice.read_at),
                "texted_at": notice.texted_at and _text(notice.texted_at),
            }
            for notice in notices_of(person)
        ],
        "texts_wanted_of": texted_kinds(person),
        "orders": orders.exported(person),
        "frozen": {"at": _text(person.frozen_at), "reason": person.frozen_reason}
        if person.frozen_at
        else None,
        "pay_pin_set_at": [_text(pin.set_at) for pin in Pin.objects.filter(person=person)],
        "payee": list(Payee.objects.filter(person=person).values("name", "bank", "account")),
        "withdrawals": [_withdrawal(one) for one in person.withdrawals.all()],
        "paid_at_counters": orders.paid_at_counters(person),
        "storefront": orders.storefront_of(person),
        "rewards": orders.rewards_of(person),
        "ledger": {"account": _account(person), "statement": _statement(person)},
    }


def _withdrawal(one: Withdrawal) -> dict[str, str | None]:
    return {
        "number": one.number,
        "state": one.state,
        "amount_minor": str(one.amount_minor),
        "fee_minor": str(one.fee_minor),
        "tax_minor": str(one.tax_minor),
        "payee_name": one.payee_name,
        "payee_bank": one.payee_bank,
        "payee_account": one.payee_account,
        "requested_at": _text(one.requested_at),
        "ended_at": _text(one.ended_at) if one.ended_at else None,
        "reason": one.reason,
    }


def _account(person: Person) -> dict[str, str] | None:
    held = holding_of(person)
    if held is None:
        return None
    return {
        "points_nano": str(held.points),
        "quota_minor": str(held.quota),
        "cash_minor": str(held.cash),
        "coins_minor": str(held.coins),
        "dividend_minor": str(held.dividend),
    }


def _statement(person: Person) -> list[dict[str, str | None]]:
    lines: list[ledger.Line] = []
    page = ledger.statement(settings.ECONOMY, person.account)
    while page:
        lines += page
        page = ledger.statement(settings.ECONOMY, person.account, before=page[-1].place)
    return [
        {
            "record": str(line.place[0]),
            "event": line.event_id,
            "cause": line.cause,
            "points_nano": str(line.points),
            "quota_minor": str(line.quota),
            "cash_minor": str(line.cash),
            "coins_minor": str(line.coins),
            "points_nano_after": str(line.points_after),
            "quota_minor_after": str(line.quota_after),
            "cash_minor_after": str(line.cash_after),
            "coins_minor_after": str(line.coins_after),
            "dividend_minor": str(line.dividend),
            "fee_minor": str(line.fee),
        }
        for line in lines
    ]


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
