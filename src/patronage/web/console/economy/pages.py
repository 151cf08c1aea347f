"""Reading the economy: how it stands, its charter, its closed days, its journal."""

import json
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from patronage import ledger
from patronage.commerce import amendments, custody
from patronage.commerce.models import BillCase, Merchant, Proposal, ProposalState
from patronage.members import auditing, policy
from patronage.members.models import AuditVerb, Person
from patronage.web.console.economy.frame import show
from patronage.web.console.economy.verdicts import judged
from patronage.web.shared import policies
from patronage.web.shared.charters import changed, rules_of, toml_of
from patronage.web.shared.office.site import Office, person
from patronage.web.shared.owed import owed
from patronage.web.shared.records import moment_of, told

_NEWEST_DAYS = 7
_PAGE = 50
_OPEN_PROPOSALS = 20
_DIGITS = 18


def overview(office: Office, request: HttpRequest) -> HttpResponse:
    """Show how the economy stands, what waits for a decision, and the newest closes."""
    tip = ledger.tip(settings.ECONOMY)
    state = tip.state
    waiting = Proposal.objects.filter(state=ProposalState.OPEN).select_related("proposed_by")
    return show(
        office,
        request,
        "overview.html",
        title=_("Economy"),
        tip=tip,
        state=state,
        price=Fraction(*state.price),
        held=state.circulating - state.treasury - state.founding,
        owed=owed(state),
        waiting=waiting[:_OPEN_PROPOSALS],
        closes=[_close(one) for one in ledger.closes(settings.ECONOMY, limit=_NEWEST_DAYS)],
        payout=policy.payout(),
        statement=custody.latest(),
        has_cases=BillCase.objects.filter(closed_at=None).exists(),
    )


def mall_policy(office: Office, request: HttpRequest) -> HttpResponse:
    """Show who issues points, what holds of them, and what is off and why."""
    return show(office, request, "policy.html", title=_("Policy"), **policies.shown())


def charter(office: Office, request: HttpRequest) -> HttpResponse:
    """Show the charter in words, as its file, and judged; what is announced; what was before."""
    history = ledger.charters(settings.ECONOMY)
    now = history[-1]
    earlier = [
        {"seq": new.seq, "at": moment_of(new.at), "changes": changed(old.charter, new.charter)}
        for old, new in pairwise(history)
    ]
    announced = [
        {"amendment": one.amendment, "changes": changed(now.charter, one.charter)}
        for one in amendments.announced()
    ]
    return show(
        office,
        request,
        "charter.html",
        title=_("Charter"),
        rules=rules_of(now.charter),
        toml=toml_of(now.document),
        judged=judged(now.charter),
        announced=announced,
        earlier=earlier[::-1],
        payout=policy.payout(),
    )


def days(office: Office, request: HttpRequest) -> HttpResponse:
    """Show the closed days with their numbers, the newest first, in pages."""
    before = _number(request, "before")
    page = ledger.closes(settings.ECONOMY, before=before, limit=_PAGE)
    return show(
        office,
        request,
        "days.html",
        title=_("Closed days"),
        closes=[_close(one) for one in page],
        older=page[-1].seq if len(page) == _PAGE else None,
        is_first=before is None,
    )


def journal(office: Office, request: HttpRequest) -> HttpResponse:
    """Show the journal's records, the newest first; searched by number, event id or account."""
    asked = request.GET.get("q", "").strip()
    if asked:
        return _found(office, request, asked)
    before = _number(request, "before")
    page = ledger.records(settings.ECONOMY, before=before, limit=_PAGE)
    return show(
        office,
        request,
        "journal.html",
        title=_("Journal"),
        records=[told(one) for one in page],
        older=page[-1].seq if page and page[-1].seq > 1 else None,
        is_first=before is None,
    )


def _found(office: Office, request: HttpRequest, asked: str) -> HttpResponse:
    """Send to the record or the account that was asked for, or say that there is none."""
    if asked.isdecimal() and asked.isascii() and len(asked) < _DIGITS:
        if ledger.record_at(settings.ECONOMY, int(asked)) is not None:
            return redirect("console:economy_record", int(asked))
    elif (found := ledger.record_of(settings.ECONOMY, asked)) is not None:
        return redirect("console:economy_record", found.seq)
    elif ledger.statement(settings.ECONOMY, asked, limit=1):
        return redirect("console:economy_account", asked)
    return show(
        office, request, "journal.html", title=_("Journal"), asked=asked, records=[], is_first=False
    )


def record(office: Office, request: HttpRequest, seq: int) -> HttpResponse:
    """Show a record with its hash and what it moved."""
    found = ledger.record_at(settings.ECONOMY, seq) if seq < 10**_DIGITS else None
    if found is None:
        raise Http404
    after = _number(request, "after")
    first = -1 if after is None else after
    moved = ledger.movements_of(settings.ECONOMY, seq, after=first, limit=_PAGE)
    return show(
        office,
        request,
        "record.html",
        title=_("Record %(n)s") % {"n": seq},
        told=told(found),
        event=_pretty(found.told["event"]),
        facts=_pretty(found.told["facts"]),
        movements=moved,
        further=moved[-1].position if len(moved) == _PAGE else None,
        is_last=seq == ledger.tip(settings.ECONOMY).seq,
    )


def account(office: Office, request: HttpRequest, id: str) -> HttpResponse:
    """Show an account and the records that moved it, the newest first, in pages."""
    try:
        view = ledger.account(settings.ECONOMY, id)
    except ledger.UnknownAccountError:
        raise Http404 from None
    seq, position = _number(request, "before"), _number(request, "position")
    before = None if seq is None or position is None else (seq, position)
    lines = ledger.statement(settings.ECONOMY, id, before=before, limit=_PAGE)
    holder = Person.objects.filter(account=id).first()
    if holder is not None:
        auditing.record(actor=person(request), verb=AuditVerb.VIEWED, subject=holder)
    return show(
        office,
        request,
        "account.html",
        title=_("Account"),
        account=view,
        person=holder,
        merchant=Merchant.objects.filter(account=id).first(),
        lines=[(moment_of(line.at), line) for line in lines],
        older=lines[-1].place if len(lines) == _PAGE else None,
        is_first=before is None,
    )


def _close(one: ledger.Record) -> dict[str, Any]:
    """Return a day's close with its numbers, minor units and nano-points."""
    state, facts = one.told["state"], one.told["facts"]
    circulating = int(state["issued"]) - int(state["burned"])
    reserve = int(state["reserve"])
    return {
        "seq": one.seq,
        "date": one.told["event"]["date"],
        "at": moment_of(one.at),
        "price": Fraction(reserve, circulating) if circulating else None,
        "reserve": reserve,
        "circulating": circulating,
        "lift": int(facts["lift"]),
        "dividend": int(facts["dividend"]),
        "surplus": int(state["surplus"]),
        "compulsory": state["compulsory_redemptions"],
    }


def _number(request: HttpRequest, name: str) -> int | None:
    asked = request.GET.get(name, "")
    return int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < _DIGITS else None


def _pretty(told: Any) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False) if told else ""
