"""The member's addresses."""

import re
import unicodedata

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patronage.members.addresses import AddressRefusal, delete_address, save_address
from patronage.members.models import Address
from patronage.members.regions import PROVINCES
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest

_PHONE = re.compile(r"\+?\d[\d -]{5,18}", re.ASCII)


class AddressForm(forms.ModelForm[Address]):
    """An address in the Chinese form."""

    class Meta:
        """From the whole to the door, as addresses are written in China."""

        model = Address
        fields = ("name", "phone", "province", "city", "district", "street", "is_default")
        widgets = {  # noqa: RUF012
            "name": forms.TextInput({"autocomplete": "name"}),
            "phone": forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
            "city": forms.TextInput({"autocomplete": "address-level2"}),
            "district": forms.TextInput({"autocomplete": "address-level3"}),
            "street": forms.TextInput({"autocomplete": "street-address"}),
        }

    province = forms.ChoiceField(
        label=gettext_lazy("Province"),
        choices=(("", gettext_lazy("Choose a province")), *PROVINCES),
        widget=forms.Select({"autocomplete": "address-level1"}),
    )

    def clean_phone(self) -> str:
        """Take a mobile number or one of the fixed net."""
        phone = unicodedata.normalize("NFKC", self.cleaned_data["phone"]).strip()
        if not _PHONE.fullmatch(phone):
            raise forms.ValidationError(
                gettext_lazy("Enter a phone number that the courier can call.")
            )
        return phone


@never_cache
@require_safe
@member_required
def addresses(request: MemberRequest) -> HttpResponse:
    """List the member's addresses."""
    found = request.user.addresses.all()
    return render(request, "mall/members/addresses.html", {"tab": "mine", "addresses": found})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def address_add(request: MemberRequest) -> HttpResponse:
    """Add an address."""
    return _edit(request, Address())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def address_edit(request: MemberRequest, id: int) -> HttpResponse:
    """Change an address of the member's."""
    return _edit(request, _own(request, id))


@require_POST
@member_required
def address_default(request: MemberRequest, id: int) -> HttpResponse:
    """Make an address of the member's the default."""
    address = _own(request, id)
    address.is_default = True
    save_address(person=request.user, address=address)
    return redirect("addresses")


@require_POST
@member_required
def address_delete(request: MemberRequest, id: int) -> HttpResponse:
    """Delete an address of the member's."""
    if not delete_address(person=request.user, id=id):
        raise Http404
    messages.success(request, _("The address is deleted."))
    return redirect("addresses")


def _edit(request: MemberRequest, address: Address) -> HttpResponse:
    to = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}):
        to = ""
    form = AddressForm(request.POST or None, instance=address)
    if request.method == "POST" and form.is_valid():
        answer = save_address(person=request.user, address=form.instance)
        if not isinstance(answer, AddressRefusal):
            return redirect(to or "addresses")
        form.add_error(None, str(answer))
    return render(
        request,
        "mall/members/address.html",
        {"tab": "mine", "form": form, "address": address, "next": to},
    )


def _own(request: MemberRequest, id: int) -> Address:
    address = request.user.addresses.filter(pk=id).first()
    if address is None:
        raise Http404
    return address
