"""What members agreed to, and when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


class Document(models.TextChoices):
    """A text that who joins agrees to."""

    TERMS = "terms", _("Terms of use")
    PRIVACY = "privacy", _("Privacy policy")
    POINTS = "points", _("Rules of points")


class Consent(models.Model):
    """A member's agreement to one version of a document. Never changed; the newest counts."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    document = models.CharField(_("document"), max_length=12, choices=Document.choices)
    version = models.CharField(_("version"), max_length=20)
    agreed_at = models.DateTimeField(_("agreed at"), default=clock.now)

    class Meta:
        """Each version once."""

        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("-agreed_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "document", "version"), name="members_consent_once"
            ),
            models.CheckConstraint(
                condition=Q(document__in=Document.values), name="members_consent_document"
            ),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.version}"
