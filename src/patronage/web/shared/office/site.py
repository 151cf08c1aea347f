"""A back office and the pages of its models, with one place that says whose rows are seen."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model, QuerySet
from django.forms import BaseForm, ModelForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from unfold.admin import TabularInline
from unfold.sites import UnfoldAdminSite

from patronage.commerce.models import Merchant
from patronage.members.models import Person
from patronage.members.refusals import Refusal
from patronage.web.shared.amount_fields import WrittenAmounts
from patronage.web.shared.audited import AuditedAdmin


class Office(UnfoldAdminSite):
    """A site for staff alone; whoever is not signed in is sent to where staff sign in."""

    site_url = "/"

    is_of_the_mall = False
    """Whether its readers see what is every merchant's, and not their own merchants' alone."""

    def merchants(self, request: HttpRequest) -> QuerySet[Merchant]:
        """Return the merchants whose things the reader may see."""
        everyone = Merchant.objects.all()
        return everyone if self.is_of_the_mall else everyone.filter(id__in=own(request))

    def lets(self, request: HttpRequest) -> bool:
        """Tell whether the page asked for is open to one of the staff."""
        return bool(self.has_permission(request))

    def may(self, request: HttpRequest, model: type[Model], *, change: bool) -> bool:
        """Tell whether a reader may look at rows of a model, or change them."""
        del request, model, change
        return True

    def may_press(self, request: HttpRequest, model: type[Model], action: str) -> bool:
        """Tell whether a reader may use an action of a model's pages."""
        del request, model, action
        return True

    def admin_view(
        self,
        view: Callable[..., HttpResponseBase],
        cacheable: bool = False,  # noqa: FBT001, FBT002  (so does Django)
    ) -> Callable[..., HttpResponseBase]:
        """Refuse staff who may not come in at once: signing in would lead them back here."""
        guarded: Callable[..., HttpResponseBase] = super().admin_view(view, cacheable)

        @wraps(guarded)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if getattr(request.user, "is_staff", False) and not self.lets(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return answered

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the page where staff sign in with their second factor."""
        del extra_context
        to = request.GET.get("next", reverse(f"{self.name}:index"))
        return redirect(f"{resolve_url('account_login')}?{urlencode({'next': to})}")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to where staff change their password, by the rules of signing in."""
        del request, extra_context
        return redirect("account_change_password")


def own(request: HttpRequest) -> Sequence[int]:
    """Return the ids of the merchants for which the reader acts, read once a request."""
    if not hasattr(request, "merchant_ids"):
        found = Merchant.objects.filter(staff=request.user.pk)
        request.merchant_ids = list(found.values_list("id", flat=True))  # type: ignore[attr-defined]
    return request.merchant_ids  # type: ignore[attr-defined, no-any-return]


def person(request: HttpRequest) -> Person:
    """Return the reader, who is signed in."""
    assert isinstance(request.user, Person)  # noqa: S101  (no office lets anyone else in)
    return request.user


class Scoped(WrittenAmounts):
    """What of a model may be done in an office.

    `of_merchant` is the way from the model to its merchant; empty where a thing is the mall's.
    """

    of_merchant = ""
    can_add = can_change = can_delete = True
    admin_site: Office
    model: type[Model]

    def _is_open(self, request: HttpRequest, *, change: bool = False) -> bool:
        is_here = self.admin_site.is_of_the_mall or bool(self.of_merchant)
        return is_here and self.admin_site.may(request, self.model, change=change)

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
        return self.can_add and self._is_open(request, change=True)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let it be changed."""
        del obj
        return self.can_change and self._is_open(request, change=True)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let it be deleted."""
        del obj
        return self.can_delete and self._is_open(request, change=True)


class OfficeAdmin(Scoped, AuditedAdmin):
    """Pages of one model, scoped."""

    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what the reader may see."""
        found: QuerySet[Any] = super().get_queryset(request)
        if self.admin_site.is_of_the_mall:
            return found
        if not self.of_merchant:
            return found.none()
        return found.filter(**{f"{self.of_merchant}__in": self.admin_site.merchants(request)})

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row of a page; read once where it is only looked at, however many ask."""
        if request.method != "GET":
            return super().get_object(request, object_id, from_field)
        key = (self.opts.label, str(object_id), from_field)
        kept: dict[Any, Any] = request.__dict__.setdefault("rows_kept", {})
        if key not in kept:
            kept[key] = super().get_object(request, object_id, from_field)
        return kept[key]

    def formfield_for_foreignkey(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the merchants that the reader may see."""
        if db_field.name == "merchant":
            kwargs["queryset"] = self.admin_site.merchants(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer what the reader may do with rows; what is not offered is not done."""
        return {
            name: told
            for name, told in super().get_actions(request).items()
            if self.admin_site.may_press(request, self.model, name)
        }

    def _filter_unfold_actions_by_permissions(
        self, request: HttpRequest, actions: list[Any], object_id: int | str | None = None
    ) -> list[Any]:
        """Offer the buttons that the reader may press."""
        found = super()._filter_unfold_actions_by_permissions(request, actions, object_id)
        return [
            one for one in found if self.admin_site.may_press(request, self.model, one.path or "")
        ]

    def side(self, merchant: Merchant) -> Merchant | None:
        """Return in whose name the reader acts for a merchant; None for the mall's."""
        return None if self.admin_site.is_of_the_mall else merchant

    def page_of(self, view: str, *args: object) -> HttpResponse:
        """Send to a page of this model: "changelist", "change", or the name of an action."""
        meta = self.opts
        name = f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_{view}"
        return redirect(name, *args)

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
        return self.show(
            request, "shared/office/ask.html", title=title, told=told, form=form, button=button
        )

    def ask_and_do(
        self,
        request: HttpRequest,
        object_id: object,
        kind: type[BaseForm],
        do: Callable[..., object],
        *,
        said: str,
        **asked: str,
    ) -> HttpResponse:
        """Ask with a form; once it is filled in, do it, say what came of it, and show the row.

        `do` takes the form's data; `asked` is what `ask` shows.
        """
        form = kind(request.POST if request.method == "POST" else None)
        if form.is_valid():
            self.tell(request, do(**form.cleaned_data), said)
            return self.page_of("change", object_id)
        return self.ask(request, form, **asked)

    def show(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """Show a page of one's own within the office's frame."""
        # Its links, like those of Django's own pages, lead within this office.
        request.current_app = self.admin_site.name
        return render(request, template, {**self.admin_site.each_context(request), **context})


class OfficeInline(Scoped, TabularInline):
    """Rows inside a page, open as the page is."""

    extra = 0
    # Unfold turned the name around.
    if hasattr(TabularInline, "show_title"):
        show_title = False
    else:
        hide_title = True

    def _is_open(self, request: HttpRequest, *, change: bool = False) -> bool:
        return self.admin_site.may(request, self.parent_model, change=change)


class ReadOnlyInline(OfficeInline):
    """Rows to be read."""

    can_add = can_change = can_delete = False


class ReadOnlyAdmin(OfficeAdmin):
    """Rows to be read."""

    can_add = can_change = can_delete = False


Form = ModelForm[Any]
