"""Pages of the back offices whose use stands in the audit log."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from patronage.members import auditing
from patronage.members.models import AuditVerb, Person


class AuditedAdmin(ModelAdmin):  # type: ignore[misc]
    """Pages of one model: what is added, changed and deleted there is recorded with the deed.

    So is each look at a row that `holds_personal_data`.
    """

    holds_personal_data = False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Show a row; the look is recorded before anything is shown."""
        response: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        if self.holds_personal_data and request.method == "GET" and response.status_code == 200:
            self._record(request, AuditVerb.VIEWED, self.get_object(request, str(object_id)))
        return response

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Record what was added."""
        self._record(request, AuditVerb.ADDED, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Record what was changed: the fields, and not what stands in them."""
        self._record(request, AuditVerb.CHANGED, obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        """Record what was deleted."""
        for one in queryset:
            self._record(request, AuditVerb.DELETED, one)
        return super().log_deletions(request, queryset)

    def _record(
        self, request: HttpRequest, verb: AuditVerb, subject: Model | None, message: Any = ""
    ) -> None:
        assert isinstance(request.user, Person)  # noqa: S101  (the site lets no one else in)
        facts = {"changes": _without_names(message)} if message else {}
        auditing.record(actor=request.user, verb=verb, subject=subject, facts=facts)


def _without_names(message: Any) -> Any:
    """Return what an admin page says of a change without what the rows are called."""
    if isinstance(message, str):
        return message
    return [
        {deed: {key: told for key, told in of.items() if key != "object"}}
        for one in message
        for deed, of in one.items()
    ]
