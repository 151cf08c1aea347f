"""Opening the economy: a guided form that begins with a ready charter."""

import tomllib
from importlib.resources import files
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from patronage.commerce import opening
from patronage.economy.charter import MICRO, NANO, CharterError, parse_charter
from patronage.economy.currencies import MINOR_UNIT_EXPONENTS
from patronage.members.models import Payout
from patronage.web.console.economy.frame import show
from patronage.web.console.economy.verdicts import judged
from patronage.web.shared.amount_fields import AmountField
from patronage.web.shared.charters import rules_of, toml_of
from patronage.web.shared.office.site import Office, person

_READY: Final = {
    "value": gettext_lazy("A club: points worth a part of what an order brings in"),
    "units": gettext_lazy("A mall: one point for so much spent, while the price allows it"),
}
_NAME_LENGTH: Final = 80
_RATE_MAX: Final = MICRO


def _amount(of: str, label: Any, **bounds: Any) -> AmountField:
    return AmountField(of=of, label=label, **bounds)


class CharterForm(forms.Form):
    """A charter's parameters, as people write them, and what cash may do."""

    name = forms.CharField(
        label=gettext_lazy("Name of the economy"),
        max_length=_NAME_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )
    timezone = forms.CharField(
        label=gettext_lazy("Time zone, whose midnight closes the day"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
    )
    founding_minor = _amount("x_minor", gettext_lazy("Founding money, which stays in"))
    authorised_nano = _amount("x_nano", gettext_lazy("Points that are ever issued at most"))
    issue_price_minor = _amount(
        "x_minor", gettext_lazy("Price of a point while none circulate"), min_value=1
    )
    reserve_micro = _amount(
        "x_micro", gettext_lazy("Part that goes to the reserve"), max_value=_RATE_MAX
    )
    reserve_of = forms.ChoiceField(
        label=gettext_lazy("Part of what"),
        choices=(
            ("revenue", gettext_lazy("of an order's money")),
            ("profit", gettext_lazy("of an order's profit")),
        ),
        widget=UnfoldAdminSelectWidget,
    )
    grant_micro = _amount(
        "x_micro",
        gettext_lazy("Part of that which points are worth at most"),
        max_value=_RATE_MAX,
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("How points are granted"),
        choices=(
            ("value", gettext_lazy("worth exactly that part")),
            ("units", gettext_lazy("one point for each so much, worth that part at most")),
        ),
        widget=UnfoldAdminSelectWidget,
    )
    per_minor = _amount(
        "x_minor", gettext_lazy("One point for each, where so granted"), required=False
    )
    referral_micro = _amount(
        "x_micro",
        gettext_lazy("Part of the buyer's points and quota for their referrer"),
        max_value=_RATE_MAX,
    )
    multiple = forms.IntegerField(
        label=gettext_lazy("Quota, so many times an order's money"),
        min_value=1,
        max_value=10,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    dividend_micro = _amount(
        "x_micro", gettext_lazy("Part of profit that is divided"), max_value=_RATE_MAX
    )
    fee_micro = _amount("x_micro", gettext_lazy("Fee of redeeming"), max_value=_RATE_MAX)
    hold_days = forms.IntegerField(
        label=gettext_lazy("Days between receipt and points"),
        min_value=0,
        max_value=365,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    payout = forms.ChoiceField(
        label=gettext_lazy("What cash may do (fixed for good)"),
        choices=Payout.choices,
        widget=UnfoldAdminRadioSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Judge the charter that these make."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.charter = parse_charter(self.document())
            except CharterError as error:
                raise forms.ValidationError(
                    _("The charter is refused: %(why)s") % {"why": error}
                ) from error
        return data

    def document(self) -> dict[str, dict[str, Any]]:
        """Return the charter's tables."""
        told = self.cleaned_data
        exponent = MINOR_UNIT_EXPONENTS[settings.CURRENCY]
        grant = {"rate": _decimal(told["grant_micro"], 6), "mode": told["mode"]}
        if told["mode"] == "units":
            grant["per"] = _decimal(told["per_minor"] or 0, exponent)
        return {
            "economy": {
                "name": told["name"],
                "currency": settings.CURRENCY,
                "timezone": told["timezone"],
            },
            "founding": {"amount": _decimal(told["founding_minor"], exponent)},
            "points": {
                "authorised": _decimal(told["authorised_nano"], 9),
                "issue_price": _decimal(told["issue_price_minor"], exponent),
            },
            "reserve": {"rate": _decimal(told["reserve_micro"], 6), "of": told["reserve_of"]},
            "grant": grant,
            "referral": {"rate": _decimal(told["referral_micro"], 6)},
            "quota": {"multiple": str(told["multiple"])},
            "dividend": {"rate": _decimal(told["dividend_micro"], 6)},
            "redemption": {"fee": _decimal(told["fee_micro"], 6)},
            "hold": {"days": told["hold_days"]},
        }


def open_economy(office: Office, request: HttpRequest) -> HttpResponse:
    """Ask for a charter, show it in words and judged, and open the economy under it."""
    if opening.is_open():
        return redirect("console:economy")
    ready = request.GET.get("from", "")
    ready = ready if ready in _READY else next(iter(_READY))
    form = CharterForm(request.POST or None, initial=_initial(ready))
    looked: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if "open" in request.POST:
            answer = opening.open_economy(
                charter=form.document(),
                payout=Payout(form.cleaned_data["payout"]),
                by=person(request),
            )
            if answer is None:
                messages.success(request, _("The economy is open."))
                return redirect("console:economy")
            form.add_error(None, str(answer))
        looked = _looked(form)
    return show(
        office,
        request,
        "open.html",
        title=_("Open the economy"),
        is_bare=True,
        form=form,
        ready=[(name, label, name == ready) for name, label in _READY.items()],
        **looked,
    )


def _looked(form: CharterForm) -> dict[str, Any]:
    return {
        "rules": rules_of(form.charter),
        "toml": toml_of(form.document()),
        "judged": judged(form.charter),
        "payout": Payout(form.cleaned_data["payout"]).label,
    }


def _initial(name: str) -> dict[str, Any]:
    """Return what stands in the form at first: a ready charter's parameters."""
    source = files("patronage.web.console.economy").joinpath("ready", f"{name}.toml")
    charter = parse_charter(tomllib.loads(source.read_text(encoding="utf-8")))
    minor, nano = charter.issue_price
    return {
        "name": settings.COMPANY_NAME,
        "timezone": charter.timezone,
        "founding_minor": charter.founding_minor,
        "authorised_nano": charter.authorised_nano,
        "issue_price_minor": minor * NANO // nano,
        "reserve_micro": charter.reserve_micro,
        "reserve_of": charter.reserve_of,
        "grant_micro": charter.grant_micro,
        "mode": "value" if charter.per_micro is None else "units",
        "per_minor": None if charter.per_micro is None else charter.per_micro // MICRO,
        "referral_micro": charter.referral_micro or 0,
        "multiple": charter.multiple_micro // MICRO,
        "dividend_micro": charter.dividend_micro,
        "fee_micro": charter.fee_micro,
        "hold_days": charter.hold_days,
        "payout": Payout.CASH.value,
    }


def _decimal(small: int, places: int) -> str:
    """Write a count of 10^-places as a charter has it: 300000 → 0.3."""
    whole, rest = divmod(small, 10**places)
    decimals = f"{rest:0{places}}".rstrip("0") if rest else ""
    return f"{whole}.{decimals}" if decimals else str(whole)
