"""The mall's first page: banners and announcements."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patronage.commerce.models import Announcement, Banner
from patronage.members import clock
from patronage.web.console.site import site
from patronage.web.shared.office.site import OfficeAdmin
from patronage.web.shared.pictures import PictureField


class BannerForm(forms.ModelForm[Banner]):
    """Pictures are pictures, and a time ends after it begins."""

    class Meta:
        """Looked into when they come."""

        field_classes = {"picture": PictureField}  # noqa: RUF012

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        return _in_order(super().clean() or self.cleaned_data)


class AnnouncementForm(forms.ModelForm[Announcement]):
    """A time ends after it begins."""

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        return _in_order(super().clean() or self.cleaned_data)


def _in_order(cleaned: dict[str, Any]) -> dict[str, Any]:
    starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
    if starts and ends and ends <= starts:
        raise ValidationError(_("It would end before it begins."))
    return cleaned


@admin.register(Banner, site=site)
class BannerAdmin(OfficeAdmin):
    """Banners, in the order in which they stand."""

    form = BannerForm
    list_display = ("title", "link", "starts_at", "ends_at", "position", "is_shown")

    @admin.display(description=gettext_lazy("is shown"), boolean=True)
    def is_shown(self, banner: Banner) -> bool:
        """Whether shoppers see it now."""
        now = clock.now()
        return banner.starts_at <= now and (banner.ends_at is None or now < banner.ends_at)


@admin.register(Announcement, site=site)
class AnnouncementAdmin(OfficeAdmin):
    """Announcements, the newest first."""

    form = AnnouncementForm
    list_display = ("title", "starts_at", "ends_at")
    search_fields = ("title", "title_en")
