"""Forms that actions of both offices ask with."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from patronage.commerce.aftersales import TEXT_LENGTH


class NoteForm(forms.Form):
    """A note that the member reads, if there is one."""

    note = forms.CharField(
        label=_("Note, which the member reads"),
        max_length=TEXT_LENGTH,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


class GroundsForm(forms.Form):
    """Why: the member reads it."""

    note = forms.CharField(
        label=_("Reason, which the member reads"),
        max_length=TEXT_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )


class GoodsForm(NoteForm):
    """What came back."""

    fit = forms.BooleanField(
        label=_("The pieces can be sold again: put them back into stock"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
