"""The wallet's first page: all that a member holds, and what they can do with it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.commerce.pending import count_pending
from patronage.ledger import AccountView
from patronage.members.holdings import holding_of
from patronage.members.models import Withdrawal, WithdrawalState
from patronage.web.mall.wallet.statement import told_entries
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest

_SHOWN = 5
_UNDER_WAY = (
    WithdrawalState.REQUESTED,
    WithdrawalState.APPROVED,
    WithdrawalState.CONFIRMED,
    WithdrawalState.FAILED,
)


def reached_percent(held: AccountView) -> int:
    """Return how far points and dividends have come towards the quota left, in whole percent.

    At 100 the rules redeem all points; so it is below 100 for whoever holds any.
    """
    if not held.points or not held.quota:
        return 0
    return int((held.worth + held.dividend) * 100 / held.quota)


@never_cache
@require_safe
@member_required
def wallet(request: MemberRequest) -> HttpResponse:
    """Show what the member holds."""
    held = holding_of(request.user)
    pending, first = count_pending(request.user)
    open_ones = Withdrawal.objects.filter(person=request.user, state__in=_UNDER_WAY)
    return render(
        request,
        "mall/wallet/home.html",
        {
            "tab": "mine",
            "held": held,
            "worth": int(held.worth) if held else 0,
            "cash": held.cash + held.dividend if held else 0,
            "reached": reached_percent(held) if held else 0,
            "pending": pending,
            "first": first,
            "withdrawals": open_ones[:_SHOWN],
            "entries": told_entries(request.user, limit=_SHOWN),
        },
    )
