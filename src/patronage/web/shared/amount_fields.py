"""Fields for amounts as people write them: 12.50, not 1250. What is stored stays an integer.

A model's field says by its name what it counts: `_minor` the currency's minor units, `_micro`
millionths, `_nano` nano-points. Forms ask for amounts of money, percentages and points.
"""

from typing import Any, Final, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from patronage.economy.currencies import MINOR_UNIT_EXPONENTS
from patronage.members.amounts import sign

_MOST: Final = 2**63 - 1  # what a database's integer holds


class Unit(NamedTuple):
    """What is written: its name, how many decimals it may have, how many it is shown with.

    `told` is how an amount stands in a sentence.
    """

    name: Any
    decimals: int
    shown: int
    told: str


def unit_of(name: str) -> Unit | None:
    """Return in which unit people write a model's field, None for one that is no amount."""
    if name.endswith("_minor"):
        exponent = MINOR_UNIT_EXPONENTS[settings.CURRENCY]
        return Unit(sign().strip(), exponent, exponent, sign() + "{}")
    if name.endswith("_micro"):
        return Unit("%", 4, 0, "{}%")
    if name.endswith("_nano"):
        return Unit(pgettext_lazy("unit", "points"), 9, 0, "{}")
    return None


def read(text: str, unit: Unit) -> int:
    """Return what was written as small units. Raises ValidationError with what to write."""
    name = str(unit.name)
    bare = text.replace(",", "").strip().removeprefix(name).removesuffix(name).strip()
    whole, _point, decimals = bare.partition(".")
    digits = whole + decimals.ljust(unit.decimals, "0")
    if not (whole.isascii() and whole.isdecimal() and digits.isascii() and digits.isdecimal()):
        raise ValidationError(_("Write a number, like 12 or 12.5."))
    if len(decimals) > unit.decimals:
        if not unit.decimals:
            raise ValidationError(_("Write a whole number."))
        told = ngettext("At most %(n)s decimal.", "At most %(n)s decimals.", unit.decimals)
        raise ValidationError(told % {"n": unit.decimals})
    if len(digits.lstrip("0")) > len(str(_MOST)) or int(digits) > _MOST:
        raise ValidationError(_("This number is too large."))
    return int(digits)


def written(small: int, unit: Unit) -> str:
    """Return small units as they are written in a form: 1250 → 12.50."""
    if not unit.decimals:
        return str(small)
    whole, rest = divmod(abs(small), 10**unit.decimals)
    decimals = f"{rest:0{unit.decimals}}"
    kept = decimals[: unit.shown] + decimals[unit.shown :].rstrip("0")
    return f"{'-' if small < 0 else ''}{whole}{f'.{kept}' if kept else ''}"


class AmountField(forms.Field):
    """An amount of a unit, never negative; its value is a whole number of small units."""

    widget = UnfoldAdminTextInputWidget

    def __init__(
        self,
        *,
        of: str,
        min_value: int | None = None,
        max_value: int | None = None,
        **told: Any,
    ) -> None:
        """Say by `of` what is counted, as the names of models' fields do; bounds in small units."""
        super().__init__(**told)
        unit = unit_of(of)
        assert unit is not None, of  # noqa: S101  (whoever writes a form names an amount)
        self.unit, self.min_value, self.max_value = unit, min_value, max_value
        if self.label:
            self.label = format_lazy("{} ({})", self.label, unit.name)
        self.widget.attrs.update(inputmode="decimal", autocomplete="off")

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the form: what was written, or what is stored as it is written."""
        return written(value, self.unit) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """Return small units, None for nothing written."""
        if value in self.empty_values:
            return None
        return value if isinstance(value, int) else read(str(value), self.unit)

    def validate(self, value: Any) -> None:
        """Hold the bounds."""
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            least = written(self.min_value, self.unit)
            raise ValidationError(_("Not less than %(least)s.") % {"least": least})
        if self.max_value is not None and value > self.max_value:
            most = written(self.max_value, self.unit)
            raise ValidationError(_("Not more than %(most)s.") % {"most": most})


class WrittenAmounts:
    """Pages of a back office, whole ones or rows in one, that write amounts as people do."""

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **told: Any
    ) -> Any:
        """Ask for an amount in the unit that people use."""
        if unit_of(db_field.name) is None:
            return super().formfield_for_dbfield(db_field, request, **told)  # type: ignore[misc]
        return db_field.formfield(form_class=AmountField, of=db_field.name)

    @property
    def readonly_preprocess_fields(self) -> dict[str, Any]:
        """Say how an amount is shown where it may not be changed."""
        fields = self.opts.get_fields()  # type: ignore[attr-defined]
        units = {field.name: unit_of(field.name) for field in fields}
        return {name: _shower(unit) for name, unit in units.items() if unit is not None}


def _shower(unit: Unit) -> Any:
    def show(contents: str) -> str:
        if not contents.lstrip("-").isdecimal():
            return contents  # nothing is there
        amount = written(int(contents), unit)
        return unit.told.format(amount)

    return show
