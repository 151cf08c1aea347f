"""Becoming a distributor, and how the own storefront presents itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from patronage.commerce import distributors, sales
from patronage.commerce.distributors import DistributorRefusal
from patronage.commerce.models import ApplicationState, Distributor, PurchaseState
from patronage.web.mall import posters
from patronage.web.mall.workbench.access import distributor_required
from patronage.web.mall.workbench.goods import new_picture
from patronage.web.shared.access import member_required
from patronage.web.shared.pictures import PictureField
from patronage.web.shared.requests import MemberRequest


class ApplicationForm(forms.ModelForm[Distributor]):
    """What the storefront would be called, and how its goods would find buyers."""

    plan = forms.CharField(
        label=gettext_lazy("how you mean to sell"),
        max_length=distributors.PLAN_LENGTH,
        widget=forms.Textarea({"rows": 4}),
    )

    class Meta:
        """From the name to the plan."""

        model = Distributor
        fields = ("title", "intro", "plan")


class FrontForm(forms.ModelForm[Distributor]):
    """How the storefront presents itself."""

    picture = PictureField(label=gettext_lazy("picture"), required=False)

    class Meta:
        """From the name to the picture."""

        model = Distributor
        fields = ("title", "intro", "picture")


@never_cache
@require_safe
@member_required
def home(request: MemberRequest) -> HttpResponse:
    """Show the storefront's workbench, or where the application for one stands."""
    distributor = distributors.distributor_of(request.user)
    context: dict[str, Any] = {"tab": "mine", "distributor": distributor}
    if distributor is None or distributor.state != ApplicationState.APPROVED:
        return render(request, "mall/workbench/applied.html", context)
    distributor.person = request.user
    context |= {
        "is_open": distributors.is_open(distributor),
        "sums": sales.sums_of(request.user),
        "link": request.build_absolute_uri(_path(request)),
        "waiting": sales.purchases_of(distributor, PurchaseState.WAITING).count(),
        "item_count": distributor.items.filter(listed_at__isnull=False).count(),
    }
    return render(request, "mall/workbench/home.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def apply(request: MemberRequest) -> HttpResponse:
    """Ask to open a storefront; whoever was declined finds there what they wrote."""
    before = distributors.distributor_of(request.user)
    form = ApplicationForm(request.POST or None, instance=before)
    if before is not None and before.state != ApplicationState.DECLINED:
        return redirect("workbench")
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("title", "intro", "plan")}
        answer = distributors.apply(person=request.user, **told)
        if not isinstance(answer, DistributorRefusal):
            messages.success(request, _("Your application has arrived. We answer by a notice."))
            return redirect("workbench")
        form.add_error(None, str(answer))
    return render(request, "mall/workbench/apply.html", {"tab": "mine", "form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@distributor_required
def edit(request: MemberRequest, distributor: Distributor) -> HttpResponse:
    """Change the storefront's name, introduction and picture."""
    form = FrontForm(request.POST or None, request.FILES or None, instance=distributor)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        answer = distributors.present(
            distributor=distributor,
            title=told["title"],
            intro=told["intro"],
            picture=new_picture(told["picture"]),
        )
        if not isinstance(answer, DistributorRefusal):
            messages.success(request, _("Saved."))
            return redirect("workbench")
        form.add_error(None, str(answer))
    return render(request, "mall/workbench/edit.html", {"tab": "mine", "form": form})


@never_cache
@require_safe
@distributor_required
def code(request: MemberRequest, _distributor: Distributor) -> HttpResponse:
    """Draw the QR code of the storefront's link."""
    return posters.qr(request.build_absolute_uri(_path(request)))


@never_cache
@require_safe
@distributor_required
def poster(request: MemberRequest, distributor: Distributor) -> HttpResponse:
    """Draw the storefront's poster, to be shown or kept."""
    link = request.build_absolute_uri(_path(request))
    return posters.poster(request, link, title=distributor.title)


def _path(request: MemberRequest) -> str:
    return reverse("storefront", args=[request.user.referral_code])
