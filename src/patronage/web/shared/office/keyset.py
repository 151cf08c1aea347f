"""Lists of any length: a page begins where the one before ended, and nothing is counted."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from patronage.web.shared.office.site import OfficeAdmin

AFTER = "after"
"""Names the row after which a page begins, by its primary key."""


class _NextOnly(Paginator):  # type: ignore[type-arg]
    """What unfold asks of a paginator, of which only the template is used."""

    template_name = "shared/office/keyset.html"


class KeysetList(ChangeList):
    """Rows in the order of the page's `keyset`, which ends with the primary key."""

    def get_filters(self, request: HttpRequest) -> Any:
        """Take the place out of what is filtered by, and of the links to other filters."""
        for params in (self.params, self.filter_params):
            params.pop(AFTER, None)
        return super().get_filters(request)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        """Return the one order there is."""
        del request, queryset
        return list(self.model_admin.keyset)

    def get_results(self, request: HttpRequest) -> None:
        """Read one page, and whether there is another."""
        limit, after = self.list_per_page, request.GET.get(AFTER)
        found = self.queryset
        if after:
            try:
                last = self.root_queryset.filter(pk=after).first()
            except (ValueError, ValidationError) as error:
                raise IncorrectLookupParameters(error) from error
            # A row that is gone begins at the start.
            found = found if last is None else found.filter(beyond(last, self.model_admin.keyset))
        rows = list(found[: limit + 1])
        self.result_list = rows[:limit]
        self.is_first = not after
        self.next = str(self.result_list[-1].pk) if len(rows) > limit else ""
        self.next_url = self.get_query_string({AFTER: self.next}) if self.next else ""
        self.first_url = self.get_query_string()
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = False
        self.show_admin_actions, self.can_show_all, self.multi_page = True, False, False
        self.paginator = _NextOnly([], limit)


def beyond(last: Model, keyset: tuple[str, ...]) -> Q:
    """Return what holds of the rows after one, in an order whose last field tells all apart."""
    name, *rest = keyset
    field, way = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    value = getattr(last, field)
    if not rest:
        return Q(**{f"{field}__{way}": value})
    # Said twice, so that an index of the first field alone finds where to begin.
    further = Q(**{f"{field}__{way}": value}) | Q(**{field: value}) & beyond(last, tuple(rest))
    return Q(**{f"{field}__{way}e": value}) & further


class KeysetAdmin(OfficeAdmin):
    """Pages of a model of which there may be millions.

    `search_fields` are searched for exactly what was written: an index each.
    """

    keyset: tuple[str, ...] = ("-pk",)
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **told: Any) -> type[KeysetList]:
        """Return the list without counts."""
        del request, told
        return KeysetList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return what is found by a text, without doubles."""
        del request
        text = search_term.strip()
        return (queryset.filter(self.matching(text)) if text else queryset), False

    def matching(self, text: str) -> Q:
        """Return what holds of the rows that a text is about."""
        return Q(*((field, text) for field in self.search_fields), _connector=Q.OR)


class KeysetReadOnlyAdmin(KeysetAdmin):
    """Such rows, to be read."""

    can_add = can_change = can_delete = False
