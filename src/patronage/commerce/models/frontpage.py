"""What the mall's first page shows beside its products."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.bilingual import shown


class Banner(models.Model):
    """A picture on the first page that leads to a page of the mall, while it is shown.

    `title` is what a picture says to who does not see it.
    """

    title = models.CharField(_("title"), max_length=60)
    title_en = models.CharField(_("title in English"), max_length=60, blank=True)
    picture = models.FileField(_("picture"), upload_to="banners")
    link = models.CharField(
        _("leads to"),
        max_length=200,
        validators=[RegexValidator(r"^/(?![/\\])", _("A page of the mall, like /categories/3/."))],
    )
    starts_at = models.DateTimeField(_("starts at"), default=clock.now)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        """In the operator's order."""

        verbose_name = _("banner")
        verbose_name_plural = _("banners")
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="commerce_banner_time",
            ),
        )

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        """The title in the active language."""
        return shown(self.title, self.title_en)


class Announcement(models.Model):
    """Something that the operator tells everybody, from `starts_at` on."""

    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=80, blank=True)
    text = models.TextField(_("text"), max_length=4000)
    text_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    starts_at = models.DateTimeField(_("starts at"), default=clock.now)
    ends_at = models.DateTimeField(_("on the first page until"), null=True, blank=True)

    class Meta:
        """The newest first."""

        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ("-starts_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="commerce_announcement_time",
            ),
        )

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        """The title in the active language."""
        return shown(self.title, self.title_en)

    @property
    def shown_text(self) -> str:
        """The text in the active language."""
        return shown(self.text, self.text_en)
