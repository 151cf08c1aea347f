"""Fields of the offices' own forms."""

from django import forms
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

REASON_LENGTH = 200


class DayInput(UnfoldAdminTextInputWidget):
    """A day, chosen as the browser offers it."""

    input_type = "date"


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=pgettext_lazy("of what staff do", "Reason"),
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )


class LongText(UnfoldAdminTextareaWidget):
    """Several lines."""
