"""The journal's records: what is hashed, chained and, later, published."""

import json
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, Final

from patronage.economy import Order, State
from patronage.economy.state import FIGURES
from patronage.ledger.canonical import INTEGER_MAX, decimal, encode, number

FORMAT: Final = 1
"""The version of this form; every record tells its own."""
START: Final = bytes(32)
"""What the first record has for the hash of the one before it."""
APPLIED: Final = "applied"
"""The code of an event that was not refused."""

_IN_POINTS: Final = frozenset(
    {"burned", "index", "issued", "points", "referrer_points", "step", "treasury"}
)
_PAID_IN: Final = FIGURES.index("paid_in")


def state_text(state: State, figures: Sequence[int]) -> str:
    """Return the canonical text of an economy's own figures, given with its state."""
    if figures[_PAID_IN] > INTEGER_MAX:  # all other money is a part of it
        return _careful_state(state, figures)
    (reserve, issued, burned, treasury, coins, pool, unpaid, fees, surplus, returned, paid_in,
     paid_out, index) = figures  # fmt: skip
    to_pool, to_issued, to_paid_in, to_reserve, end = _between(
        burned,
        coins,
        state.compulsory_redemptions,
        state.days_closed,
        fees,
        index,
        state.last_closed,
        paid_out,
        returned,
        surplus,
        treasury,
    )
    return (
        f'{to_pool}{pool},"dividends_unpaid":{unpaid}{to_issued}{issued}{to_paid_in}{paid_in}'
        f"{to_reserve}{reserve}{end}"
    )


@lru_cache(maxsize=16)
def _between(
    burned: int,
    coins: int,
    compulsory_redemptions: int,
    days_closed: int,
    fees: int,
    index: int,
    last_closed: str,
    paid_out: int,
    returned: int,
    surplus: int,
    treasury: int,
) -> tuple[str, str, str, str, str]:
    """Return what stands around the figures that orders change: most records repeat it."""
    begin = (
        f'{{"burned":"{burned}","coins":{coins},"compulsory_redemptions":{compulsory_redemptions},'
        f'"days_closed":{days_closed},"dividend_pool":'
    )
    return (
        begin,
        f',"fees":{fees},"index":"{index}","issued":"',
        f'","last_closed":"{last_closed}","paid_in":',
        f',"paid_out":{paid_out},"reserve":',
        f',"returned":{returned},"surplus":{surplus},"treasury":"{treasury}"}}',
    )


def _careful_state(state: State, figures: Sequence[int]) -> str:
    told = {name: _plain(name, value) for name, value in zip(FIGURES, figures, strict=True)}
    for name in ("compulsory_redemptions", "days_closed", "last_closed"):
        told[name] = getattr(state, name)
    return encode(told)


def changes_text(before: Sequence[int], after: Sequence[int]) -> str:
    """Return the canonical text of by how much the economy's own figures changed."""
    if after[_PAID_IN] > INTEGER_MAX:
        return encode(
            {
                name: _plain(name, now - was)
                for name, was, now in zip(FIGURES, before, after, strict=True)
                if now != was
            }
        )
    (reserve, issued, burned, treasury, coins, pool, unpaid, fees, surplus, returned, paid_in,
     paid_out, index) = before  # fmt: skip
    (reserve_now, issued_now, burned_now, treasury_now, coins_now, pool_now, unpaid_now, fees_now,
     surplus_now, returned_now, paid_in_now, paid_out_now, index_now) = after  # fmt: skip
    told = ""
    if burned_now != burned:
        told += f',"burned":"{burned_now - burned}"'
    if coins_now != coins:
        told += f',"coins":{coins_now - coins}'
    if pool_now != pool:
        told += f',"dividend_pool":{pool_now - pool}'
    if unpaid_now != unpaid:
        told += f',"dividends_unpaid":{unpaid_now - unpaid}'
    if fees_now != fees:
        told += f',"fees":{fees_now - fees}'
    if index_now != index:
        told += f',"index":"{index_now - index}"'
    if issued_now != issued:
        told += f',"issued":"{issued_now - issued}"'
    if paid_in_now != paid_in:
        told += f',"paid_in":{paid_in_now - paid_in}'
    if paid_out_now != paid_out:
        told += f',"paid_out":{paid_out_now - paid_out}'
    if reserve_now != reserve:
        told += f',"reserve":{reserve_now - reserve}'
    if returned_now != returned:
        told += f',"returned":{returned_now - returned}'
    if surplus_now != surplus:
        told += f',"surplus":{surplus_now - surplus}'
    if treasury_now != treasury:
        told += f',"treasury":"{treasury_now - treasury}"'
    return f"{{{told[1:]}}}"


def facts_text(facts: tuple[Any, ...] | None) -> str:
    """Return the canonical text of the figures that a rule named, "null" if it named none."""
    if facts is None:
        return "null"
    if type(facts) is Order:  # by far the most frequent, and all its money is at most 10¹³
        return _order_text(facts)
    names: tuple[str, ...] = facts._fields  # type: ignore[attr-defined]  # all are named tuples
    return encode({name: _plain(name, fact) for name, fact in zip(names, facts, strict=True)})


def _order_text(order: Order) -> str:
    (member, referrer, amount, contribution, dividend, points, referrer_points, quota,
     referrer_quota, days_closed, refunded) = order  # fmt: skip
    told_referrer = "null" if referrer is None else encode_basestring(referrer)
    return (
        f'{{"amount":{amount},"contribution":{contribution},"days_closed":{days_closed},'
        f'"dividend":{dividend},"member":{encode_basestring(member)},"points":"{points}",'
        f'"quota":{quota},"referrer":{told_referrer},"referrer_points":"{referrer_points}",'
        f'"referrer_quota":{referrer_quota},"refunded":{refunded}}}'
    )


def _plain(name: str, value: object) -> object:
    if type(value) is not int:
        return value
    return decimal(value) if name in _IN_POINTS else number(value)


def order_of(record: str, refunded: int) -> Order:
    """Return the order that an applied record tells of, with what was refunded since."""
    facts = json.loads(record)["facts"]
    for name in _IN_POINTS & facts.keys():
        facts[name] = int(facts[name])
    return Order(**{**facts, "refunded": refunded})


def record_text(
    at: str | None,
    changes: str,
    code: str,
    content: bytes,
    event: str,
    facts: str,
    id: str | None,
    previous: str,
    seq: int,
    state: str,
) -> str:
    """Return a record's canonical text; `changes`, `event`, `facts` and `state` are such texts.

    `at` is the ledger's clock, None where the event has its own; `event` is "null" where what was
    submitted has no canonical form, and then only its hash, `content`, is told; `previous` is the
    hash of the record before, in hexadecimal digits.
    """
    told_at = "null" if at is None else f'"{at}"'
    told_id = "null" if id is None else encode_basestring(id)
    return (
        f'{{"at":{told_at},"changes":{changes},"code":"{code}","content":"{content.hex()}",'
        f'"event":{event},"facts":{facts},"format":{FORMAT},"id":{told_id},'
        f'"previous":"{previous}","seq":{seq},"state":{state}}}'
    )


def record_hash(text: str) -> bytes:
    """Return the hash of a record, which the next one names."""
    return sha256(text.encode()).digest()
