"""Where a member stands: the leaderboard, and what it brings to be a partner."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.members import levels, ranking
from patronage.members.holdings import holding_of
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest


@never_cache
@require_safe
@member_required
def leaderboard(request: MemberRequest) -> HttpResponse:
    """Show the ten with the most points, and the rewards announced for them."""
    board = ranking.board(request.user)
    held = holding_of(request.user)
    context = {"tab": "mine", "board": board, "points": held.points if held else 0}
    return render(request, "mall/members/leaderboard.html", context)


@never_cache
@require_safe
@member_required
def partners(request: MemberRequest) -> HttpResponse:
    """Show from which level on a member is a partner, and to partners what that brings."""
    held = holding_of(request.user)
    points = held.points if held else 0
    table = levels.table()
    level = next((one for one in table if one.is_partner), None)
    context = {
        "tab": "mine",
        "points": points,
        "level": level,
        "is_partner": level is not None and points >= level.from_nano,
        "missing": max(0, level.from_nano - points) if level else 0,
        "reached": [(one, points >= one.from_nano) for one in table],
    }
    return render(request, "mall/members/partners.html", context)
