"""The audit log: what staff did and looked at, each entry chained to the one before it."""

from typing import Any, ClassVar, Never

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FIRST_PREVIOUS = "0" * 64
"""What stands before the first entry."""


class AuditVerb(models.TextChoices):
    """What was done."""

    SIGNED_IN = "signed_in", pgettext_lazy("in the audit log", "signed in")
    SIGN_IN_FAILED = "sign_in_failed", pgettext_lazy("in the audit log", "failed to sign in")
    VIEWED = "viewed", pgettext_lazy("in the audit log", "looked at")
    EXPORTED = "exported", pgettext_lazy("in the audit log", "exported")
    ADDED = "added", pgettext_lazy("in the audit log", "added")
    CHANGED = "changed", pgettext_lazy("in the audit log", "changed")
    DELETED = "deleted", pgettext_lazy("in the audit log", "deleted")
    PROPOSED = "proposed", pgettext_lazy("in the audit log", "proposed")
    ACCEPTED = "accepted", pgettext_lazy("in the audit log", "accepted")
    REFUSED = "refused", pgettext_lazy("in the audit log", "refused")
    WITHDREW = "withdrew", pgettext_lazy("in the audit log", "withdrew")
    EXECUTED = "executed", pgettext_lazy("in the audit log", "carried out")
    APPROVED = "approved", pgettext_lazy("in the audit log", "approved")
    CONFIRMED = "confirmed", pgettext_lazy("in the audit log", "confirmed")
    DECLINED = "declined", pgettext_lazy("in the audit log", "declined")
    SUSPENDED = "suspended", pgettext_lazy("in the audit log", "suspended")
    RESUMED = "resumed", pgettext_lazy("in the audit log", "resumed")
    FROZE = "froze", pgettext_lazy("in the audit log", "froze")
    THAWED = "thawed", pgettext_lazy("in the audit log", "thawed")
    BLOCKED = "blocked", pgettext_lazy("in the audit log", "blocked")
    UNBLOCKED = "unblocked", pgettext_lazy("in the audit log", "unblocked")
    APPOINTED = "appointed", pgettext_lazy("in the audit log", "appointed")
    DISMISSED = "dismissed", pgettext_lazy("in the audit log", "dismissed")
    RENEWED = "renewed", pgettext_lazy("in the audit log", "made a new sign-in for")
    OPENED = "opened", pgettext_lazy("in the audit log", "opened")
    STATED = "stated", pgettext_lazy("in the audit log", "stated")
    IMPORTED = "imported", pgettext_lazy("in the audit log", "imported")
    RELEASED = "released", pgettext_lazy("in the audit log", "released")
    CANCELLED = "cancelled", pgettext_lazy("in the audit log", "cancelled")
    CLOSED = "closed", pgettext_lazy("in the audit log", "closed")


class AppendOnlyError(TypeError):
    """An entry of the audit log was to be changed or removed: a mistake in the program."""


class AuditEntries(models.QuerySet["AuditEntry"]):
    """Entries to be read."""

    def update(self, **_fields: Any) -> Never:
        """Raise AppendOnlyError."""
        raise AppendOnlyError("update")

    def delete(self) -> Never:
        """Raise AppendOnlyError."""
        raise AppendOnlyError("delete")

    def bulk_create(self, *_made: Any, **_options: Any) -> Never:
        """Raise AppendOnlyError: entries are made one after another."""
        raise AppendOnlyError("bulk_create")


class AuditEntry(models.Model):
    """One thing that someone of the staff did, by `auditing.record`. By whom of None: a
    command, or somebody who did not get in.

    `hash` is SHA-256 of the entry's canonical JSON with `previous`, the hash of the entry before
    it. Facts and reason name people by their number alone, so that whoever leaves is forgotten.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    verb = models.CharField(_("what was done"), max_length=16, choices=AuditVerb.choices)
    subject_kind = models.CharField(_("kind of thing"), max_length=40, blank=True)
    subject_id = models.CharField(_("of what"), max_length=64, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    previous = models.CharField(_("hash before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    objects: ClassVar[models.Manager["AuditEntry"]] = AuditEntries.as_manager()

    class Meta:
        """The newest first; found by whom and of what."""

        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        ordering = ("-number",)
        indexes = (
            models.Index(fields=("actor", "-number"), name="members_audit_actor"),
            models.Index(
                fields=("subject_kind", "subject_id", "-number"), name="members_audit_subject"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new entry. Raises AppendOnlyError for one that is there."""
        if not self._state.adding:
            raise AppendOnlyError(f"entry {self.number}")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_options: Any, **_named: Any) -> Never:
        """Raise AppendOnlyError."""
        raise AppendOnlyError(f"entry {self.number}")


class AuditHead(models.Model):
    """The end of the audit log: one row, locked by whoever adds to it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=FIRST_PREVIOUS)

    def __str__(self) -> str:
        return f"{self.number}"
