"""A merchant's account: what it holds and owes, its settlement statement, and redeeming."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from patronage.commerce import debts, merchant_value, orders, posting
from patronage.commerce.merchant_value import Brought, Wanted
from patronage.commerce.models import Merchant
from patronage.members.refusals import Refusal
from patronage.web.merchant.frame import show
from patronage.web.shared import second_factor, statements
from patronage.web.shared.exports import send
from patronage.web.shared.forms import amount_minor, points_nano
from patronage.web.shared.office.site import Office, person
from patronage.web.shared.templatetags.amounts import coins, money
from patronage.web.shared.templatetags.amounts import points as points_text


def account(office: Office, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Show what a merchant holds and owes, and let it redeem."""
    return _account(office, request, merchant)


def _account(
    office: Office,
    request: HttpRequest,
    merchant: Merchant,
    *,
    told: Brought | None = None,
    wanted: Wanted | None = None,
) -> HttpResponse:
    return show(
        office,
        request,
        "merchant/office/account.html",
        title=_("Account"),
        merchant=merchant,
        place="account",
        held=posting.holdings(merchant.account),
        owed=debts.owed_by(merchant),
        held_coins=orders.held_coins(merchant),
        free_coins=merchant_value.free_coins(merchant),
        told=told,
        wanted=wanted,
        key=secrets.token_hex(16),
    )


def redeem(office: Office, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Show what redeeming would bring, and do it with a code of the app."""
    if request.method != "POST":
        return redirect(f"{office.name}:account", merchant.id)
    wanted = Wanted(
        coins_minor=amount_minor(request.POST.get("coins", "")) or 0,
        points_nano=points_nano(request.POST.get("points", "")) or 0,
    )
    answer: Brought | Refusal
    code = request.POST.get("code", "")
    if not code:
        answer = merchant_value.quote(merchant, wanted)
        if isinstance(answer, Brought):
            return _account(office, request, merchant, told=answer, wanted=wanted)
    else:
        answer = merchant_value.redeem(
            merchant=merchant,
            wanted=wanted,
            key=request.POST.get("key", ""),
            who=person(request),
            is_proved=second_factor.gives_code(person(request), code),
        )
    if isinstance(answer, Refusal):
        messages.error(request, str(answer))
    else:
        messages.success(request, _said(answer))
    return redirect(f"{office.name}:account", merchant.id)


def _said(done: Brought) -> str:
    if done.coins_minor:
        return _("%(coins)s coins became %(points)s points.") % {
            "coins": coins(done.coins_minor),
            "points": points_text(done.points_nano),
        }
    return _("%(points)s points became %(cash)s; the fee was %(fee)s.") % {
        "points": points_text(done.points_nano),
        "cash": money(done.cash_minor),
        "fee": money(done.fee_minor),
    }


def statement(office: Office, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Show the settlement statement of a period, this month's unless another is asked for."""
    return show(
        office,
        request,
        "merchant/office/statement.html",
        title=_("Settlement statement"),
        merchant=merchant,
        place="statement",
        statement=statements.asked(request, merchant),
    )


def statement_file(
    office: Office, request: HttpRequest, merchant: Merchant, form: str
) -> HttpResponseBase:
    """Send the statement of a period as a file for spreadsheets."""
    del office
    found = statements.asked(request, merchant)
    return send(request, statements.table(found, merchant), form)
