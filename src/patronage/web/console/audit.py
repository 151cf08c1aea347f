"""The audit log, read by operators and auditors; nobody changes it."""

import json

from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy

from patronage.members.models import AuditEntry
from patronage.web.console.site import site
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin


@admin.register(AuditEntry, site=site)
class AuditAdmin(KeysetReadOnlyAdmin):
    """What staff did, exported and looked at, the newest first."""

    list_display = ("number", "at", "actor", "verb", "shown_subject", "reason")
    list_filter = ("verb",)
    list_select_related = ("actor",)
    search_fields = ("subject_id", "actor__email")
    search_help_text = gettext_lazy("Number of what it is about, or e-mail of who did it")
    fields = (
        ("number", "at"),
        ("actor", "verb"),
        ("subject_kind", "subject_id"),
        "reason",
        "shown_facts",
        "previous",
        "hash",
    )
    readonly_fields = ("shown_facts",)

    @admin.display(description=gettext_lazy("of what"))
    def shown_subject(self, entry: AuditEntry) -> str:
        """The kind of thing, and which."""
        return f"{_kind(entry.subject_kind)} {entry.subject_id}".strip()

    @admin.display(description=gettext_lazy("facts"))
    def shown_facts(self, entry: AuditEntry) -> str:
        """What else was noted."""
        return json.dumps(entry.facts, ensure_ascii=False)


def _kind(name: str) -> str:
    """Return what a kind of thing is called, its own name where it is none of ours any more."""
    for room in ("members", "commerce"):
        try:
            model = apps.get_model(room, name)
            return str(model._meta.verbose_name)  # noqa: SLF001  (Django has no other way)
        except (LookupError, ValueError):
            continue
    return name
