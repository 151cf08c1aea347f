"""Applying to sell in the mall: a form for everybody."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from patronage.commerce import merchants
from patronage.commerce.merchants import MerchantRefusal
from patronage.commerce.models import Application
from patronage.web.mall.signin import source_of
from patronage.web.shared.requests import Request


class ApplicationForm(forms.ModelForm[Application]):
    """Who wants to sell, and what."""

    licence = forms.RegexField(
        r"^[0-9A-Z]{15,18}$",
        label=gettext_lazy("registration number"),
        help_text=gettext_lazy("The unified social credit code of your business licence."),
        error_messages={
            "invalid": gettext_lazy("Write 15 to 18 digits and capital letters, as on the licence.")
        },
    )

    class Meta:
        """From the shop to whom to call."""

        model = Application
        fields = ("name", "company", "licence", "contact", "phone", "email", "goods")
        widgets = {  # noqa: RUF012
            "company": forms.TextInput({"autocomplete": "organization"}),
            "contact": forms.TextInput({"autocomplete": "name"}),
            "phone": forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
            "email": forms.EmailInput({"autocomplete": "email"}),
            "goods": forms.Textarea({"rows": 4}),
        }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: Request) -> HttpResponse:
    """Show the form, or take an application."""
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = merchants.apply(source=source_of(request), application=form.instance)
        if not isinstance(answer, MerchantRefusal):
            return redirect("sell_sent")
        form.add_error(None, str(answer))
    return render(request, "mall/apply.html", {"form": form})


@require_safe
def sent(request: Request) -> HttpResponse:
    """Say that an application has arrived."""
    return render(request, "mall/apply_sent.html")
