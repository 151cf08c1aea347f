"""Amounts and moments as people read them."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils.translation import override

from patronage.web.shared.templatetags import amounts


@pytest.mark.parametrize(
    ("minor", "text"),
    [(0, "¥0.00"), (5, "¥0.05"), (123400, "¥1,234.00"), (-5, "¥−0.05"), (None, "")],
)
def test_money_is_minor_units_with_sign_and_separators(minor: int | None, text: str) -> None:
    assert amounts.money(minor) == text


def test_a_currency_without_decimals_shows_none(settings) -> None:
    settings.CURRENCY = "JPY"
    assert amounts.money(123400) == "¥123,400"
    settings.CURRENCY = "KWD"
    assert amounts.money(1234) == "KWD 1.234"


@pytest.mark.parametrize(
    ("nano", "text"), [(0, "0.0000"), (1_234_567_899_999, "1,234.5678"), (99_999, "0.0000")]
)
def test_points_have_four_decimals_rounded_down(nano: int, text: str) -> None:
    assert amounts.points(nano) == text


@pytest.mark.parametrize(
    ("micro", "text"), [(125000, "12.5%"), (1_000_000, "100%"), (0, "0%"), (5, "0.0005%")]
)
def test_rates_are_percentages(micro: int, text: str) -> None:
    assert amounts.percent(micro) == text


def test_moments_are_told_in_the_readers_language_and_the_malls_time() -> None:
    at = datetime(2026, 3, 1, 18, 5, tzinfo=UTC)
    with override("zh-hans"):
        assert (amounts.moment(at), amounts.day(at)) == ("2026年3月2日 02:05", "2026年3月2日")
    with override("en"):
        assert (amounts.moment(at), amounts.day(at)) == ("2 Mar 2026, 02:05", "2 Mar 2026")
    assert amounts.moment(None) == amounts.day(None) == ""


def test_a_price_has_a_small_sign() -> None:
    shown = Template("{% load amounts %}{{ 1999|price }}").render(Context())
    assert shown == '<span class="price__sign">¥</span>19.99'


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (Fraction(30_00, 21 * 10**9), "1.428571"),
        (Fraction(54_00, 10**9), "54.000000"),
        (Fraction(1234_56, 10**9), "1,234.560000"),
        (Fraction(1, 9 * 10**18), "0.000000"),
    ],
)
def test_the_price_of_a_point_has_six_decimals_rounded_down(price: Fraction, text: str) -> None:
    assert amounts.price_per_point(price) == text
    assert amounts.price_per_point(price, "sign") == f"¥{text}"
