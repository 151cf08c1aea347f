"""The member's proof of what they hold, from the public log."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.ledger.log import proving
from patronage.ledger.log.folder import Folder
from patronage.members import clock
from patronage.members.models import Person
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest


@never_cache
@require_safe
@member_required
def proof(request: MemberRequest) -> HttpResponse:
    """Say what a proof is, and lead to the member's own and to where it is checked."""
    is_counted = _proof_of(request.user) is not None
    return render(request, "mall/members/proof.html", {"tab": "mine", "is_counted": is_counted})


@never_cache
@require_safe
@member_required
def proof_file(request: MemberRequest) -> HttpResponse:
    """Send the member the proof of their account."""
    data = _proof_of(request.user)
    if data is None:
        raise Http404
    name = f"patronage-proof-{clock.now():%Y%m%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type="application/json", headers=headers)


def _proof_of(person: Person) -> bytes | None:
    """Return a member's proof, None while the log does not count them; Http404 without a log."""
    if not settings.LOG:
        raise Http404
    lines = ledger.statement(settings.ECONOMY, person.account, limit=proving.MOVEMENTS)
    seqs = dict.fromkeys(line.place[0] for line in lines)
    try:
        return proving.prove_account(Folder(Path(settings.LOG)), person.account, seqs)
    except proving.NotCountedError:
        return None
