"""Phone numbers as people write them."""

import pytest

from patronage.members.phones import digest_of, masked, parsed


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "+86 138 0013 8000",
        "0086 13800138000",
        "8613800138000",
        "１３８００１３８０００",
    ],
)
def test_one_number_however_written(text: str) -> None:
    assert parsed(text) == "+8613800138000"


@pytest.mark.parametrize(
    "text",
    ["", "1380013800", "138001380000", "12800138000", "+1 202 555 0100", "١٣٨٠٠١٣٨٠٠٠x", "x"],
)
def test_what_is_no_mobile_number(text: str) -> None:
    assert parsed(text) is None


def test_the_middle_is_hidden() -> None:
    assert masked("+8613800138000") == "138****8000"
    assert masked("") == masked("+861380") == "****"


def test_a_digest_needs_the_key(settings) -> None:
    settings.PHONE_KEY = "one"
    one = digest_of("+8613800138000")
    assert digest_of("+8613800138000") == one
    assert digest_of("+8613800138001") != one
    settings.PHONE_KEY = "two"
    assert digest_of("+8613800138000") != one
