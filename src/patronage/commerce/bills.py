"""Bills of payment channels and the payout provider, matched with the mall line by line.

A bill is a CSV file with the columns `kind` (payment, refund or payout), `reference` (ours) and
`amount` (as people write it), of one source and one day. What bill and mall do not agree on is a
case until somebody closes it with a reason, or a later bill has the line.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import (
    Bill,
    BillCase,
    BillKind,
    BillLine,
    BillSource,
    Payment,
    PaymentState,
    Refund,
    RefundState,
)
from patronage.economy.currencies import MINOR_UNIT_EXPONENTS
from patronage.members import auditing, clock
from patronage.members.auditing import REASON_LENGTH
from patronage.members.models import AuditVerb, Person, Withdrawal, WithdrawalState
from patronage.members.refusals import Refusal

BYTES_MAX: Final = 20 << 20
_COLUMNS: Final = ("kind", "reference", "amount")
_REFERENCE_LENGTH: Final = 80
_DIGITS_MAX: Final = 15
_CHUNK: Final = 500


class BillRefusal(Refusal):
    """Why nothing is imported or closed."""

    TOO_LONG = "too_long", _("A bill has at most 20 MB.")
    UNREADABLE = "unreadable", _("This is no CSV file in UTF-8 or GB18030.")
    COLUMNS = "columns", _("The first line must name the columns kind, reference and amount.")
    KNOWN = "known", _("This file is imported already; nothing is added.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    OVER = "over", _("It is closed already.")


class BadLine(NamedTuple):
    """The first line that cannot be read, by its number in the file; nothing is imported."""

    number: int


class Imported(NamedTuple):
    """What a bill brought: lines that are new, those of them that fit, and cases it opened."""

    bill: Bill
    lines: int
    matched: int
    cases: int


class _Line(NamedTuple):
    kind: str
    reference: str
    amount_minor: int


_KINDS: Final = {
    BillSource.PAYOUT: (BillKind.PAYOUT,),
    BillSource.TEST: (BillKind.PAYMENT, BillKind.REFUND),
}


def import_bill(
    *, source: BillSource, day: date, data: bytes, by: Person
) -> Imported | BadLine | BillRefusal:
    """Import a source's bill of a day, and open a case for all that does not fit."""
    if len(data) > BYTES_MAX:
        return BillRefusal.TOO_LONG
    lines = _read(source, data)
    if isinstance(lines, (BadLine, BillRefusal)):
        return lines
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        bill, is_new = Bill.objects.get_or_create(
            source=source,
            day=day,
            file_hash=digest,
            defaults={"line_count": 0, "imported_by": by, "imported_at": clock.now()},
        )
        if not is_new:
            return BillRefusal.KNOWN
        new = _added(bill, lines)
        differing = list(_differing(bill, new))
        missing = _missing(bill)
        opened = BillCase.objects.bulk_create([*differing, *missing], ignore_conflicts=True)
        bill.line_count = len(new)
        bill.save(update_fields=["line_count"])
        facts = {"source": str(source), "day": str(day), "file": digest, "lines": len(new)}
        auditing.record(actor=by, verb=AuditVerb.IMPORTED, subject=bill, facts=facts)
    return Imported(bill, len(new), len(new) - len(differing), len(opened))


def close_case(*, case_id: int, by: Person, reason: str) -> BillCase | BillRefusal:
    """Close a case, with the reason why bill and mall differ and what became of it."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return BillRefusal.REASON_NEEDED
    with transaction.atomic():
        case = BillCase.objects.select_for_update().filter(pk=case_id, closed_at=None).first()
        if case is None:
            return BillRefusal.OVER
        case.closed_at, case.closed_by, case.reason = clock.now(), by, reason
        case.save(update_fields=["closed_at", "closed_by", "reason"])
        auditing.record(actor=by, verb=AuditVerb.CLOSED, subject=case, reason=reason)
    return case


def _read(source: BillSource, data: bytes) -> list[_Line] | BadLine | BillRefusal:
    text = _text(data)
    if text is None:
        return BillRefusal.UNREADABLE
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if not set(_COLUMNS) <= set(names):
        return BillRefusal.COLUMNS
    reader.fieldnames = names
    found = []
    try:
        for row in reader:
            line = _line(source, row)
            if line is None:
                return BadLine(reader.line_num)
            found.append(line)
    except csv.Error:
        return BadLine(reader.line_num)
    return found


def _text(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _line(source: BillSource, row: dict[str, str]) -> _Line | None:
    kind, reference, amount = ((row[name] or "").strip() for name in _COLUMNS)
    minor = _minor(amount)
    if kind not in _KINDS[source] or not 0 < len(reference) <= _REFERENCE_LENGTH or not minor:
        return None
    return _Line(kind, reference, minor)


def _minor(text: str) -> int | None:
    """Return an amount as minor units; a bill may write what left with a minus."""
    exponent = MINOR_UNIT_EXPONENTS[settings.CURRENCY]
    whole, _point, decimals = text.removeprefix("-").replace(",", "").partition(".")
    digits = whole + decimals.ljust(exponent, "0")[:exponent]
    is_exact = not decimals[exponent:].strip("0")
    fits = digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX
    return int(digits) if whole and is_exact and fits else None


def _added(bill: Bill, lines: list[_Line]) -> list[_Line]:
    """Write the lines that are new, and return them."""
    known = set()
    for chunk in _chunks([line.reference for line in lines]):
        found = BillLine.objects.filter(source=bill.source, reference__in=chunk)
        known |= set(found.values_list("kind", "reference"))
    new = {line[:2]: line for line in lines if line[:2] not in known}
    rows = [BillLine(bill=bill, source=bill.source, **line._asdict()) for line in new.values()]
    BillLine.objects.bulk_create(rows, batch_size=_CHUNK)
    return list(new.values())


def _differing(bill: Bill, lines: list[_Line]) -> Iterator[BillCase]:
    """Yield a case for each line that fits nothing of ours; close those that waited for one."""
    ours: dict[tuple[str, str], int] = {}
    for kind in _KINDS[BillSource(bill.source)]:
        for chunk in _chunks([line.reference for line in lines if line.kind == kind]):
            ours |= {(kind.value, name): sum_ for name, sum_ in _ours(kind, names=chunk)}
            late = BillCase.objects.filter(
                source=bill.source, kind=kind, reference__in=chunk, billed_minor=None
            )
            late.filter(closed_at=None).update(
                closed_at=clock.now(), reason=gettext("Found on a later bill.")
            )
    for line in lines:
        amount = ours.get(line[:2])
        if amount != line.amount_minor:
            yield BillCase(
                source=bill.source,
                kind=line.kind,
                reference=line.reference,
                day=bill.day,
                billed_minor=line.amount_minor,
                ours_minor=amount,
                opened_at=clock.now(),
            )


def _missing(bill: Bill) -> list[BillCase]:
    """Return a case for each thing of ours that ended on the bill's day and is on no bill."""
    return [
        BillCase(
            source=bill.source,
            kind=kind,
            reference=reference,
            day=bill.day,
            ours_minor=amount,
            opened_at=clock.now(),
        )
        for kind in _KINDS[BillSource(bill.source)]
        for reference, amount in _ours(kind, day=bill.day, source=bill.source)
    ]


def _ours(
    kind: BillKind,
    *,
    names: list[str] | None = None,
    day: date | None = None,
    source: str = "",
) -> Iterable[tuple[str, int]]:
    """Return reference and amount of what the mall knows: by name, or of a day and on no bill."""
    model, name, amount, ended = {
        BillKind.PAYMENT: (Payment, "reference", "amount_minor", _PAID),
        BillKind.REFUND: (Refund, "key", "amount_minor", _REFUNDED),
        BillKind.PAYOUT: (Withdrawal, "number", None, Q(state=WithdrawalState.PAID)),
    }[kind]
    found = model.objects.filter(ended)  # type: ignore[attr-defined]
    if names is not None:
        found = found.filter(**{f"{name}__in": names})
    if day is not None:
        first, last = _bounds(day)
        lines = BillLine.objects.filter(source=source, kind=kind, reference=OuterRef(name))
        found = found.filter(ended_at__gte=first, ended_at__lt=last).exclude(Exists(lines))
    return [
        (getattr(one, name), one.net_minor if amount is None else getattr(one, amount))
        for one in found.distinct()
    ]


# Money that came too late for its order came all the same, and went back.
_PAID: Final = Q(channel=BillSource.TEST.value) & (
    Q(state=PaymentState.SUCCEEDED) | Q(refunds__tender=None, refunds__isnull=False)
)
_REFUNDED: Final = Q(channel=BillSource.TEST.value, state=RefundState.SUCCEEDED)


def _bounds(day: date) -> tuple[datetime, datetime]:
    """Return where a day begins and ends, in the mall's time zone."""
    first = datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
    return first, datetime.combine(day + timedelta(days=1), time(), first.tzinfo)


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]
