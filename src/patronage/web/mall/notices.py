"""What a member was told, and of what they want text messages too."""

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from patronage.members import notices as told
from patronage.members.models import NoticeKind
from patronage.members.sentences import sentence
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest

_SHOWN: Final = 20
_ICONS: Final = {
    NoticeKind.POINTS_GRANTED: "sprout",
    NoticeKind.REFERRAL_GRANTED: "users",
    NoticeKind.POINTS_TAKEN_BACK: "undo-2",
    NoticeKind.POINTS_REDEEMED: "banknote",
    NoticeKind.POINTS_CONVERTED: "coins",
    NoticeKind.QUOTA_NEAR: "triangle-alert",
    NoticeKind.BOUGHT_OUT: "circle-alert",
    NoticeKind.DIVIDENDS: "calendar",
    NoticeKind.COINS_PAID: "receipt-text",
    NoticeKind.COINS_BACK: "undo-2",
    NoticeKind.CASH_CREDITED: "banknote",
    NoticeKind.CASH_CHARGED: "banknote",
    NoticeKind.CASH_BACK: "undo-2",
    NoticeKind.PAYOUT: "banknote",
    NoticeKind.AFTERSALE: "undo-2",
    NoticeKind.INVOICE: "receipt-text",
    NoticeKind.STOREFRONT: "store",
    NoticeKind.REWARD: "hourglass",
}


@never_cache
@require_safe
@member_required
def notices(request: MemberRequest) -> HttpResponse:
    """List a member's notices, the newest first; those shown count as read from then on."""
    found = told.notices_of(request.user)
    if before := whole(request.GET.get("before")):
        found = found.filter(id__lt=before)
    page = list(found[: _SHOWN + 1])
    shown = page[:_SHOWN]
    chosen = told.texted_kinds(request.user)
    response = render(
        request,
        "mall/members/notices.html",
        {
            "tab": "mine",
            "notices": [
                (notice, _ICONS[NoticeKind(notice.kind)], sentence(notice.kind, notice.facts))
                for notice in shown
            ],
            "older": shown[-1].id if len(page) > _SHOWN else None,
            "kinds": [(kind, kind.value in chosen) for kind in NoticeKind],
        },
    )
    if request.method == "GET":
        told.mark_read(shown)
    return response


@require_POST
@member_required
def notice_texts(request: MemberRequest) -> HttpResponse:
    """Set the kinds of which a member wants text messages."""
    told.choose_texts(person=request.user, kinds=request.POST.getlist("kind"))
    messages.success(request, _("Saved."))
    return redirect("notices")
