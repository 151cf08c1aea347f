"""Who there is: staff appointed and let in again, people blocked and unblocked."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextInputWidget,
)

from patronage.commerce.models import ProposalKind
from patronage.members import blocking, freezing, phones, roles
from patronage.members.models import Block, Person, Role
from patronage.web.console.accounts import AccountPages
from patronage.web.console.site import site
from patronage.web.shared import staff
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import ReadOnlyInline, person


class BlockInline(ReadOnlyInline):
    """When and why someone could not sign in."""

    model = Block
    fk_name = "person"
    fields = ("reason", "blocked_at", "blocked_by", "lifting_reason", "lifted_at", "lifted_by")


def _roles_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=Role.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class RolesForm(forms.Form):
    """What someone of the staff is in the console."""

    given = _roles_field()


class StaffForm(forms.Form):
    """Who is to be of the staff."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=UnfoldAdminEmailInputWidget)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    given = _roles_field()


class StandingFilter(admin.SimpleListFilter):
    """Those few of whom there is something to know; each has an index of its own."""

    title = gettext_lazy("standing")
    parameter_name = "standing"
    _HOLDS: Final = {
        "staff": Q(is_staff=True),
        "frozen": Q(frozen_at__isnull=False),
        "shut": Q(is_active=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what may be chosen."""
        del request, model_admin
        return [
            ("staff", _("staff")),
            ("frozen", pgettext("of an account", "frozen")),
            ("shut", _("blocked or closed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        """Return those chosen."""
        del request
        holds = self._HOLDS.get(self.value() or "")
        return queryset if holds is None else queryset.filter(holds)


@admin.register(Person, site=site)
class PersonAdmin(AccountPages, KeysetReadOnlyAdmin):
    """People, without what they keep to themselves."""

    list_display = ("shown_phone", "name", "email", "shown_standing", "referrer", "joined_at")
    list_display_links = ("shown_phone", "name", "email", "joined_at")
    list_filter = (StandingFilter,)
    list_select_related = ("referrer",)
    search_help_text = gettext_lazy("Phone, e-mail, account, or how a name begins")
    search_fields = ("phone", "email", "account", "referral_code", "name")
    holds_personal_data = True
    inlines = (BlockInline,)
    actions_list = ("appoint",)
    actions_detail = (
        "statement",
        "settlement",
        "brought",
        "block",
        "lift",
        "freeze",
        "thaw",
        "credit",
        "charge",
        "roles",
        "renew",
    )
    fields = (
        ("shown_phone", "email"),
        "name",
        "account",
        "referrer",
        "shown_standing",
        ("frozen_at", "frozen_reason"),
        ("joined_at", "closed_at"),
    )
    readonly_fields = ("shown_phone", "shown_standing")

    def matching(self, text: str) -> Q:
        """Return what holds of the people that a text is about: by one index each."""
        phone = phones.parsed(text)
        if phone is not None:
            return Q(phone=phone)
        code = text.lower()
        exactly = Q(account=code) | Q(referral_code=code)
        return exactly | Q(email__startswith=code) | Q(name__startswith=text)

    @admin.display(description=gettext_lazy("phone"))
    def shown_phone(self, person: Person) -> str:
        """The phone with its middle hidden."""
        return person.masked_phone if person.phone else ""

    @admin.display(description=gettext_lazy("standing"))
    def shown_standing(self, person: Person) -> str:
        """What someone is here, and whether they may sign in."""
        if person.closed_at is not None:
            return pgettext("of an account", "closed")
        if not person.is_active:
            return pgettext("of an account", "blocked")
        if person.is_staff:
            held = [str(role.label) for role in Role if role in roles.roles_of(person)]
            return ", ".join(held) or _("staff")
        return _("member")

    def has_block_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for who is not blocked."""
        who = self._who(request, object_id)
        return who is not None and who.is_active and who.pk != request.user.pk

    def has_lift_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for who is blocked."""
        who = self._who(request, object_id)
        return who is not None and not who.is_active and who.closed_at is None

    def has_freeze_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for members whose account is not frozen."""
        who = self._who(request, object_id)
        return who is not None and not who.is_staff and who.frozen_at is None

    def has_thaw_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for who is frozen."""
        who = self._who(request, object_id)
        return who is not None and who.frozen_at is not None

    def has_credit_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for members."""
        who = self._who(request, object_id)
        return who is not None and not who.is_staff and who.closed_at is None

    def has_renew_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for staff."""
        who = self._who(request, object_id)
        return who is not None and who.is_staff

    def _who(self, request: HttpRequest, object_id: str | None) -> Person | None:
        """Return whom a page is about."""
        if object_id is None:
            return None
        found = self.get_object(request, str(object_id))
        return found if isinstance(found, Person) else None

    @action(description=gettext_lazy("Add staff"), url_path="appoint")
    def appoint(self, request: HttpRequest) -> HttpResponse:
        """Add someone to the staff, and show their first password."""
        form = StaffForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = staff.appoint(**form.cleaned_data, by=person(request))
            if isinstance(answer, staff.Access):
                return self._shown_once(request, answer)
            form.add_error("email", str(answer))
        told = _(
            "Without a role they only act for the merchants that name them among their staff. What "
            "each role may do is written in the documents."
        )
        return self.ask(request, form, title=_("Add staff"), told=told, button=_("Add"))

    def has_roles_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for others of the staff."""
        who = self._who(request, object_id)
        return who is not None and who.is_staff and who.pk != request.user.pk

    @action(description=gettext_lazy("Roles"), url_path="roles", permissions=["roles"])
    def roles(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say what someone of the staff may do in the console."""
        who = self.get_object(request, str(object_id))
        if not isinstance(who, Person):
            raise Http404
        form = RolesForm(request.POST or None, initial={"given": list(roles.roles_of(who))})
        if request.method == "POST" and form.is_valid():
            given = [Role(role) for role in form.cleaned_data["given"]]
            answer = roles.give(person=who, given=given, by=person(request))
            self.tell(request, answer, _("Done."))
            return self.page_of("change", object_id)
        told = _(
            "What each role may do is written in the documents. Without one the console is shut."
        )
        title = _("Roles of %(who)s") % {"who": who}
        return self.ask(request, form, title=title, told=told, button=_("Save"))

    @action(
        description=gettext_lazy("New password and app"), url_path="renew", permissions=["renew"]
    )
    def renew(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let someone of the staff in again who lost their password or phone."""
        who = self.get_object(request, str(object_id))
        if request.method == "POST" and isinstance(who, Person):
            answer = staff.renew(email=who.email or "", by=person(request))
            if isinstance(answer, staff.Access):
                return self._shown_once(request, answer)
            self.tell(request, answer, "")
        told = _(
            "They get a new password, their app and recovery codes are removed, and they are "
            "signed out everywhere. Be sure that it is they who asked."
        )
        title = _("New password and app for %(who)s") % {"who": who}
        return self.ask(request, forms.Form(), title=title, told=told, button=_("Go ahead"))

    def _shown_once(self, request: HttpRequest, access: staff.Access) -> HttpResponse:
        template = "shared/office/access.html"
        response = self.show(request, template, title=_("Shown once"), access=access)
        add_never_cache_headers(response)
        return response

    @action(description=gettext_lazy("Block"), url_path="block", permissions=["block"])
    def block(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Keep someone from signing in."""
        told = _(
            "They are signed out and cannot sign in. Their orders go on, and what they hold stays "
            "theirs."
        )
        return self._with_reason(request, object_id, blocking.block, _("Block"), told)

    @action(description=gettext_lazy("Unblock"), url_path="unblock", permissions=["lift"])
    def lift(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let someone sign in again."""
        told = _("They can sign in again.")
        return self._with_reason(request, object_id, blocking.lift, _("Unblock"), told)

    @action(description=gettext_lazy("Freeze"), url_path="freeze", permissions=["freeze"])
    def freeze(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let nothing leave a member's account, for a reason that the member reads."""
        told = _(
            "Nothing can be redeemed, converted, withdrawn or paid from their balance. They sign "
            "in and shop as before, and read the reason."
        )
        return self._with_reason(request, object_id, freezing.freeze, _("Freeze"), told)

    @action(description=gettext_lazy("Thaw"), url_path="thaw", permissions=["thaw"])
    def thaw(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Propose that value leave a member's account again."""
        return self._proposed(request, object_id, ProposalKind.UNFREEZE)

    @action(description=gettext_lazy("Credit"), url_path="credit", permissions=["credit"])
    def credit(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Propose that a member be credited cash."""
        return self._proposed(request, object_id, ProposalKind.CREDIT)

    @action(
        description=pgettext_lazy("a member's cash", "Charge"),
        url_path="charge",
        permissions=["credit"],
    )
    def charge(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Propose that a member be charged cash."""
        return self._proposed(request, object_id, ProposalKind.CHARGE)

    def _proposed(self, request: HttpRequest, object_id: int, kind: ProposalKind) -> HttpResponse:
        """Send to where it is proposed, about a person's account."""
        who = self.get_object(request, str(object_id))
        if not isinstance(who, Person):
            raise Http404
        to = reverse("console:economy_propose", args=[kind.value])
        return redirect(f"{to}?{urlencode({'account': who.account})}")

    def _with_reason(
        self,
        request: HttpRequest,
        object_id: int,
        do: Callable[..., object],
        title: str,
        told: str,
    ) -> HttpResponse:
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(do, person_id=object_id, by=person(request)),
            said=_("Done."),
            title=f"{title}: {self.get_object(request, str(object_id))}",
            told=told,
            button=title,
        )
