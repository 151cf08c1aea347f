"""The plain admin for merchants and operators, until they have desks of their own."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Field, Model, QuerySet
from django.forms import BaseForm, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.sites import UnfoldAdminSite

from patronage.commerce.models import Merchant
from patronage.members.models import Person
from patronage.members.refusals import Refusal
from patronage.web.shared.amount_fields import WrittenAmounts
from patronage.web.shared.audited import AuditedAdmin


class ConsoleSite(UnfoldAdminSite):
    """For staff alone; whoever is not signed in is sent to where staff sign in."""

    site_header = site_title = _("Console")
    index_title = _("Console")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let operators and the staff of merchants in."""
        user = request.user
        return bool(user.is_active and user.is_staff and (is_operator(request) or own(request)))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the page where staff sign in with their second factor."""
        del extra_context
        to = request.GET.get("next", "/console/")
        return redirect(f"{resolve_url('account_login')}?{urlencode({'next': to})}")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to where staff change their password, by the rules of signing in."""
        del request, extra_context
        return redirect("account_change_password")


site = ConsoleSite(name="console")


def is_operator(request: HttpRequest) -> bool:
    """Tell whether the reader runs the mall."""
    return bool(request.user.is_superuser)


def own(request: HttpRequest) -> Sequence[int]:
    """Return the ids of the merchants for which the reader acts, read once a request."""
    if not hasattr(request, "merchant_ids"):
        found = Merchant.objects.filter(staff=request.user.pk)
        request.merchant_ids = list(found.values_list("id", flat=True))  # type: ignore[attr-defined]
    return request.merchant_ids  # type: ignore[attr-defined, no-any-return]


def person(request: HttpRequest) -> Person:
    """Return the reader, who is signed in."""
    assert isinstance(request.user, Person)  # noqa: S101  (the site lets no one else in)
    return request.user


class Scoped(WrittenAmounts):
    """What is a merchant's is open to its staff, and all to operators.

    `of_merchant` is the way from the model to the merchant; empty where a thing is the operator's
    alone.
    """

    of_merchant = ""
    can_add = can_change = can_delete = True

    def _is_open(self, request: HttpRequest) -> bool:
        return is_operator(request) or bool(self.of_merchant and own(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it in the menu."""
        return self._is_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let it be read; which rows is a matter of the queryset."""
        del obj
        return self._is_open(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let one be made."""
        del obj
        return self.can_add and self._is_open(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let it be changed."""
        del obj
        return self.can_change and self._is_open(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let it be deleted."""
        del obj
        return self.can_delete and self._is_open(request)


class ConsoleAdmin(Scoped, AuditedAdmin):
    """Pages of one model, scoped."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what the reader may see."""
        found: QuerySet[Any] = super().get_queryset(request)
        if is_operator(request):
            return found
        if not self.of_merchant:
            return found.none()
        return found.filter(**{f"{self.of_merchant}__in": own(request)})

    def formfield_for_foreignkey(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the reader's own merchants only."""
        if db_field.name == "merchant" and not is_operator(request):
            kwargs["queryset"] = Merchant.objects.filter(id__in=own(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def tell(self, request: HttpRequest, answer: object, said: str) -> None:
        """Say what a function of commerce answered."""
        if isinstance(answer, Refusal):
            messages.error(request, str(answer))
        else:
            messages.success(request, said)

    def ask(
        self, request: HttpRequest, form: BaseForm, *, title: str, told: str, button: str
    ) -> HttpResponse:
        """Show a form of an action, with what it does."""
        context = {**self.admin_site.each_context(request), "title": title, "told": told}
        return render(request, "console/ask.html", {**context, "form": form, "button": button})


class ConsoleInline(Scoped, TabularInline):
    """Rows inside a page, open as the page is."""

    extra = 0
    # Unfold turned the name around.
    if hasattr(TabularInline, "show_title"):
        show_title = False
    else:
        hide_title = True

    def _is_open(self, request: HttpRequest) -> bool:
        del request
        return True


class ReadOnlyInline(ConsoleInline):
    """Rows to be read."""

    can_add = can_change = can_delete = False


class ReadOnlyAdmin(ConsoleAdmin):
    """Rows to be read."""

    can_add = can_change = can_delete = False


Form = ModelForm[Any]
