"""Canonical bytes: one text for one value, so that a hash of it means the value.

JSON with sorted ASCII keys and no spaces. Money below 2⁵³ is an integer; points, the index, price
parts and whatever reaches 2⁵³ are decimal strings. On this subset it is RFC 8785.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from json import encoder
from typing import Any, Final, NamedTuple

from patronage.economy import CharterError, Event, is_well_formed, parse_charter
from patronage.economy.events import FORMS, is_text

INTEGER_MAX: Final = 2**53 - 1
EVENT_BYTES_MAX: Final = 50_000
"""A record with a longer event would be no leaf of the public log, which has at most 65,535."""

_SURELY_SHORT: Final = EVENT_BYTES_MAX // 4  # in characters, each of at most four bytes
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False, allow_nan=False
)
_encode = _ENCODER.encode
_c_encode: Callable[[object, int], Iterable[str]] | None = None
if encoder.c_make_encoder is not None:  # type: ignore[attr-defined]
    _flags = (True, False, False)  # keys sorted, none skipped, no NaN
    _c_encode = encoder.c_make_encoder(  # type: ignore[attr-defined]
        None, _ENCODER.default, encoder.encode_basestring, None, ":", ",", *_flags
    )
_decode = json.JSONDecoder().raw_decode

_INTEGERS: Final = {
    kind: tuple(name for name, test in form.fields.items() if test is int)
    for kind, form in FORMS.items()
}
_EVERY_INTEGER: Final = frozenset(name for names in _INTEGERS.values() for name in names)
# Of orders, by far the most events, a text that surely is canonical: nothing in it is escaped, no
# text can have more than 200 bytes, no integer as many as 2⁵³.
_TEXT = r'"([^"\\\x00-\x1f]{1,50})"'
_INTEGER = r"(0|-?[1-9][0-9]{0,14})"
_ORDER: Final = re.compile(
    rf'{{"amount":{_INTEGER}(?:,"at":{_TEXT}|)(?:,"base":{_INTEGER}|),"id":{_TEXT},'
    rf'"member":{_TEXT},"order":{_TEXT}(?:,"profit":{_INTEGER}|)(?:,"referrer":{_TEXT}|),'
    r'"type":"order\.completed"}'
)
_DIGITS_AT_ONCE = 4000
_BITS_AT_ONCE = 13_000  # fewer than 4,000 digits


class Content(NamedTuple):
    """What was submitted, as the ledger keeps and compares it.

    `id` is None where there is no valid one. `text` is the event's canonical form, None for what
    has none (it is malformed); that is kept as `raw` and never published. Two submissions are the
    same if and only if their hashes are (`economy.is_same`).
    """

    id: str | None
    text: str | None
    raw: bytes | None
    hash: bytes


def content_of(value: object) -> Content:
    """Return the content of a parsed JSON value."""
    id = value.get("id") if isinstance(value, dict) else None
    if not is_text(id):
        return opaque_content(opaque(value))
    try:
        text = encode_event(value)  # type: ignore[arg-type]  # with an id it is an object
        if text is not None:
            return Content(id, text, None, content_hash(text))
    except UnicodeEncodeError:  # a lone surrogate: no JSON object, says the rule book
        return opaque_content(opaque(value))
    return opaque_content(opaque(value), id)


def content_hash(text: str) -> bytes:
    """Return the hash of a canonical text. Raises UnicodeEncodeError for a lone surrogate."""
    return sha256(text.encode()).digest()


def opaque_content(raw: bytes, id: str | None = None) -> Content:
    """Return the content of what has no canonical form.

    Its hash is kept apart from all canonical texts by a byte that begins none of them.
    """
    return Content(id, None, raw, sha256(b"\0" + raw).digest())


def encode(value: object) -> str:
    """Return the canonical text of a value made of texts, small integers, None and objects."""
    # What JSONEncoder.encode does, without building its encoder anew each time.
    return _encode(value) if _c_encode is None else "".join(_c_encode(value, 0))


def encode_event(event: Event) -> str | None:
    """Return an event's canonical text, None if it is malformed or longer than a record may be."""
    if not is_well_formed(event):
        return None
    text = _encode_formed(event)
    if text is None or len(text) <= _SURELY_SHORT or len(text.encode()) <= EVENT_BYTES_MAX:
        return text
    return None


def _encode_formed(event: Event) -> str | None:
    kind = event["type"]
    if kind == "charter.amended":
        try:
            parse_charter(event["charter"])
        except CharterError:
            return None
        return encode({**event, "charter": _with_days(event["charter"], number)})
    for name in _INTEGERS[kind]:
        value = event.get(name, 0)
        if name == "points" or not -INTEGER_MAX <= value <= INTEGER_MAX:
            event = {**event, name: decimal(value)}
    return encode(event)


def decode_event(text: str) -> Event:
    """Return the event that has a canonical text."""
    return restore_event(_decode(text)[0])


def read_event(text: str) -> Event | None:
    """Return the well-formed event that has this canonical text, None if it is no such text."""
    order = _ORDER.fullmatch(text)
    if order is not None:
        amount, at, base, id, member, number_, profit, referrer = order.groups()
        event: Event = {"amount": int(amount)}
        if at is not None:
            event["at"] = at
        if base is not None:
            event["base"] = int(base)
        event["id"] = id
        event["member"] = member
        event["order"] = number_
        if profit is not None:
            event["profit"] = int(profit)
        if referrer is not None:
            event["referrer"] = referrer
        event["type"] = "order.completed"
        return event
    try:
        event, end = _decode(text)
        if end == len(text) and _is_plain(event, text):
            return event if is_well_formed(event) else None
        event = restore_event(event)
        return event if encode_event(event) == text else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _is_plain(event: Event, text: str) -> bool:
    """Tell whether what was parsed can have no other canonical text, without writing one.

    There is no object within, no key twice, none out of order; nothing is escaped, no space is
    between; no integer is minus zero, and none must be a decimal string.
    """
    integers = _integers_of(tuple(event))
    if (
        integers is None
        or len(event) != text.count('":')
        or "\\" in text
        or " " in text
        or "\n" in text
        or "\t" in text
        or "\r" in text
        or ":-0" in text
        or len(text) > _SURELY_SHORT
    ):
        return False
    for name in integers:
        value = event[name]
        if type(value) is not int or not -INTEGER_MAX <= value <= INTEGER_MAX:
            return False
    return True


@lru_cache(maxsize=1000)
def _integers_of(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return which of an event's fields are integers, None where its text is not plain.

    That is, where fields are out of order, one is an object, or points are told, as a text.
    """
    is_sorted = all(one < other for one, other in pairwise(names))
    if not is_sorted or "charter" in names or "points" in names:
        return None
    return tuple(name for name in names if name in _EVERY_INTEGER)


def restore_event(event: Event) -> Event:
    """Turn the parsed canonical text of an event into the event itself."""
    kind = event["type"]
    if kind == "charter.amended":
        event["charter"] = _with_days(event["charter"], integer)
        return event
    for name in _INTEGERS[kind]:
        if type(event.get(name)) is str:
            event[name] = integer(event[name])
    return event


def encode_charter(document: dict[str, Any]) -> str:
    """Return the canonical text of a sound charter's tables."""
    return encode(_with_days(document, number))


def decode_charter(text: str) -> dict[str, Any]:
    """Return the tables of a charter that has a canonical text."""
    return _with_days(json.loads(text), integer)


def _with_days(charter: dict[str, Any], change: Any) -> dict[str, Any]:
    # The one integer of a charter.
    if "hold" not in charter:
        return charter
    return {**charter, "hold": {"days": change(charter["hold"]["days"])}}


def number(value: int) -> int | str:
    """Return an integer as canonical JSON holds it: from 2⁵³ on, a decimal string."""
    return value if -INTEGER_MAX <= value <= INTEGER_MAX else decimal(value)


def decimal(value: int) -> str:
    """Write an integer of any length in decimal digits."""
    if value.bit_length() <= _BITS_AT_ONCE:
        return str(value)
    sign, rest = ("-", -value) if value < 0 else ("", value)
    chunks = []
    while rest.bit_length() > _BITS_AT_ONCE:
        rest, low = divmod(rest, 10**_DIGITS_AT_ONCE)
        chunks.append(f"{low:0{_DIGITS_AT_ONCE}d}")
    return sign + str(rest) + "".join(reversed(chunks))


def integer(digits: str | int) -> int:
    """Read what `decimal` or `number` wrote."""
    if isinstance(digits, int):
        return digits
    if len(digits) <= _DIGITS_AT_ONCE:
        return int(digits)
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits)
    value = 0
    for start in range(0, len(digits), _DIGITS_AT_ONCE):
        chunk = digits[start : start + _DIGITS_AT_ONCE]
        value = value * 10 ** len(chunk) + int(chunk)
    return sign * value


class _Token(str):
    """A piece of text that stands for itself."""

    __slots__ = ()


def opaque(value: object) -> bytes:
    """Return bytes that two parsed JSON values share if and only if they are the same.

    1, 1.0 and true are three values, 0.0 and -0.0 one. Raises TypeError for what is no JSON value.
    """
    parts: list[str] = []
    pending: list[object] = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, _Token):
            parts.append(value)
        elif isinstance(value, dict):
            inner: list[object] = [_Token("{")]
            for key in sorted(value):
                inner += (_Token(json.dumps(key) + ":"), value[key], _Token(","))
            pending.extend(reversed([*inner, _Token("}")]))
        elif isinstance(value, list):
            inner = [_Token("[")]
            for item in value:
                inner += (item, _Token(","))
            pending.extend(reversed([*inner, _Token("]")]))
        elif isinstance(value, bool) or value is None:
            parts.append(json.dumps(value))
        elif isinstance(value, int):
            parts.append(decimal(value))
        elif isinstance(value, float):
            parts.append(repr(value + 0.0))  # −0.0 becomes 0.0
        else:
            parts.append(json.dumps(value))
    return "".join(parts).encode()
