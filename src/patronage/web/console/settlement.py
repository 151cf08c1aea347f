"""Settlement statements in the console: of any member, of any merchant, of the house."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from patronage.commerce.debts import Holder
from patronage.members import auditing
from patronage.members.models import AuditVerb
from patronage.web.shared import statements
from patronage.web.shared.exports import amount, points, send
from patronage.web.shared.office.site import OfficeAdmin, person


def settlement(pages: OfficeAdmin, request: HttpRequest, holder: Holder) -> HttpResponseBase:
    """Show a holder's statement of a period, or send it as a file; either is recorded."""
    found = statements.asked(request, holder)
    table = statements.table(found, holder)
    if form := request.GET.get("file"):
        return send(request, table, form)
    facts = {"page": "settlement"}
    auditing.record(actor=person(request), verb=AuditVerb.VIEWED, subject=holder, facts=facts)
    query = f"first={found.first}&last={found.last}"
    sums = [
        {"cells": (told, amount(of.cash_minor), amount(of.coins_minor), points(of.points_nano))}
        for told, of in statements.sums(found)
    ]
    return pages.show(
        request,
        "console/settlement.html",
        title=_("Settlement statement of %(who)s") % {"who": holder},
        statement=found,
        sums_header=(_("What"), _("Cash"), _("Coins"), _("Points")),
        sums=sums,
        header=table.header,
        rows=[{"cells": row} for row in table.rows],
        query=query,
    )
