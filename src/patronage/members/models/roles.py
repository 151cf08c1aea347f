"""What someone of the staff is in the console."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


class Role(models.TextChoices):
    """What one of the staff is there for; `members.roles` says what each may do."""

    OWNER = "owner", _("owner")
    FINANCE = "finance", _("finance")
    SERVICE = "service", _("service")
    MERCHANDISER = "merchandiser", _("merchandiser")
    AUDITOR = "auditor", _("auditor")


class StaffRole(models.Model):
    """A role that someone of the staff has; given by None: by a command."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_roles"
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    given_at = models.DateTimeField(default=clock.now)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        """Each once; roles there are."""

        ordering: ClassVar[tuple[str, ...]] = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("person", "role"), name="members_staffrole_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="members_staffrole_role"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"
