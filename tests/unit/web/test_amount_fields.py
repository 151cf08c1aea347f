"""Amounts are written as people write them, and stored as integers."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from patronage.web.shared.amount_fields import AmountField, unit_of, written


@pytest.mark.parametrize(
    ("of", "text", "small"),
    [
        ("price_minor", "12.50", 1250),
        ("price_minor", " 1,234.5 ", 123_450),
        ("price_minor", "¥0.01", 1),
        ("price_minor", "12.", 1200),
        ("concession_micro", "12.5", 125_000),
        ("concession_micro", "100%", 1_000_000),
        ("from_nano", "10000.000000001", 10_000_000_000_001),
    ],
)
def test_what_is_written_is_a_whole_number_of_small_units(of: str, text: str, small: int) -> None:
    field = AmountField(of=of)
    assert field.clean(text) == small
    assert field.clean(field.prepare_value(small)) == small
    assert not field.has_changed(small, field.prepare_value(small))


@pytest.mark.parametrize(
    ("of", "text", "said"),
    [
        ("price_minor", "12.505", "最多 2 位小数"),
        ("price_minor", "-1", "请填写数字"),
        ("price_minor", ".5.5", "请填写数字"),
        ("price_minor", "1e3", "请填写数字"),
        ("price_minor", "９", "请填写数字"),
        ("price_minor", "12元", "请填写数字"),
        ("price_minor", "9" * 17, "数字太大"),
        ("concession_micro", "0.00001", "最多 4 位小数"),
        ("price_minor", "", "必填"),
        ("price_minor", "0.05", "不得少于 0.10"),
        ("price_minor", "100.01", "不得多于 100.00"),
    ],
)
def test_what_is_no_such_amount_is_refused_in_one_sentence(of: str, text: str, said: str) -> None:
    with override("zh-hans"), pytest.raises(ValidationError) as refused:
        AmountField(of=of, min_value=10, max_value=10_000).clean(text)
    (sentence,) = refused.value.messages
    assert said in sentence


def test_a_field_shows_what_is_stored_without_needless_zeros() -> None:
    shown = [("price_minor", 1250), ("off_micro", 125_000), ("from_nano", 10 * 10**9)]
    assert [written(small, unit_of(of)) for of, small in shown] == ["12.50", "12.5", "10"]


def test_a_currency_without_decimals_has_none(settings) -> None:
    settings.CURRENCY = "JPY"
    assert AmountField(of="price_minor").clean("1200") == 1200
    with override("zh-hans"), pytest.raises(ValidationError, match="整数"):
        AmountField(of="price_minor").clean("12.5")
