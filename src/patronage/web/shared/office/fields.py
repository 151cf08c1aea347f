"""Fields of the offices' own forms."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

REASON_LENGTH = 200


class DayInput(UnfoldAdminTextInputWidget):
    """A day, chosen as the browser offers it."""

    input_type = "date"


class ClockInput(UnfoldAdminTextInputWidget):
    """A time of day, likewise."""

    input_type = "time"


class MomentInput(forms.MultiWidget):
    """A day and a time of it."""

    def __init__(self) -> None:
        """Put one below the other."""
        super().__init__([DayInput(), ClockInput(attrs={"class": "mt-2"})])

    def decompress(self, value: datetime | None) -> list[date | time | None]:
        """Return the two as they are where the mall is."""
        if value is None:
            return [None, None]
        here = timezone.localtime(value)
        return [here.date(), here.time().replace(microsecond=0)]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=pgettext_lazy("of what staff do", "Reason"),
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )


class LongText(UnfoldAdminTextareaWidget):
    """Several lines."""
