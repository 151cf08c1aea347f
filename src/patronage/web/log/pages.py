"""The log's pages: what it is and who cosigned it, and the check of a proof in the browser."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from patronage.ledger.log.folder import CHECKPOINT, VKEY, WITNESSES
from patronage.tlog import TlogError, Trust, parse_verifier_key, verify_checkpoint
from patronage.tlog.text import encode_base64
from patronage.web.log.files import folder

_FAULTS: Final = (
    ("form", gettext_lazy("The file is no proof of an account.")),
    ("key", gettext_lazy("The public key is not whole; copy all of it, name and all.")),
    ("checkpoint", gettext_lazy("The log with this key has not signed what it rests on.")),
    ("solvency", gettext_lazy("Its solvency record is not in the log, or is no such record.")),
    ("balance", gettext_lazy("The account is not counted as the file says.")),
    ("movement", gettext_lazy("A record is not in the log as the file says.")),
)
_TYPES: Final = (
    ("order.completed", gettext_lazy("Order completed")),
    ("order.refunded", gettext_lazy("Order refunded")),
    ("points.redeemed", gettext_lazy("Points redeemed")),
    ("points.converted", gettext_lazy("Points converted")),
    ("merchant.opened", gettext_lazy("Merchant opened")),
    ("coins.spent", gettext_lazy("Paid in coins")),
    ("coins.refunded", gettext_lazy("Coins refunded")),
    ("coins.redeemed", gettext_lazy("Coins redeemed")),
    ("cash.withdrawn", gettext_lazy("Cash withdrawn")),
    ("cash.restored", gettext_lazy("Withdrawal restored")),
    ("cash.credited", gettext_lazy("Cash credited")),
    ("cash.charged", gettext_lazy("Cash charged")),
    ("reserve.funded", gettext_lazy("Reserve funded")),
    ("treasury.burned", gettext_lazy("Treasury burned")),
    ("day.closed", gettext_lazy("Day closed")),
    ("charter.amended", gettext_lazy("Charter amended")),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what the log is, how far it goes, who cosigned it, and how to check it."""
    files = folder()
    key, note = files.get(VKEY), files.get(CHECKPOINT)
    if key is None or note is None:
        raise Http404
    try:
        told = key.decode().strip()
        checkpoint = verify_checkpoint(note, Trust(parse_verifier_key(told))).checkpoint
    except (TlogError, UnicodeDecodeError):
        raise Http404 from None
    return render(
        request,
        "log/index.html",
        {
            "key": told,
            "checkpoint": checkpoint,
            "root": encode_base64(checkpoint.root),
            "witnesses": _witnesses(files.get(WITNESSES)),
            "address": request.build_absolute_uri(reverse("log")),
        },
    )


def _witnesses(data: bytes | None) -> list[dict[str, Any]]:
    """Return who cosigned what, and when."""
    return [
        {**witness, "at": datetime.fromtimestamp(witness["time"], UTC)}
        for witness in json.loads(data or b"[]")
    ]


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Show the page on which a browser checks a proof by itself."""
    key = folder().get(VKEY)
    context = {
        "key": "" if key is None else key.decode().strip(),
        "faults": _FAULTS,
        "types": _TYPES,
        "nothing": _("Nothing is proved"),
    }
    return render(request, "log/check.html", context)
