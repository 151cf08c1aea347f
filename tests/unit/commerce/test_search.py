"""What texts are cut into, and what queries ask for."""

import pytest

from patronage.commerce.search import pieces, wanted


def test_chinese_is_found_by_one_and_two_characters() -> None:
    assert pieces("干红酒") == {"干", "红", "酒", "干红", "红酒"}


def test_other_words_are_found_by_their_beginnings() -> None:
    assert pieces("Merlot 75") == {"me", "mer", "merl", "merlo", "merlot", "75"}
    assert pieces("A") == {"a"}


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("红酒", ["红酒"]),
        ("红酒杯", ["红酒", "酒杯"]),
        ("酒", ["酒"]),
        ("  ＭＥＲＬＯＴ红酒 ", ["merlot", "红酒"]),
        ("——！", []),
        ("", []),
        ("a" * 40, ["a" * 16]),
    ],
)
def test_a_query_asks_for_all_its_pieces(query: str, asked: list[str]) -> None:
    assert wanted(query) == asked


@pytest.mark.parametrize("text", ["红酒", "酒", "解百纳 2019", "Cabernet Sauvignon", "x" * 40])
def test_a_text_is_found_by_itself(text: str) -> None:
    assert set(wanted(text)) <= pieces(text)


def test_a_long_query_asks_for_twelve_pieces_at_most() -> None:
    assert len(wanted("一二三四五六七八九十甲乙丙丁戊己庚辛")) == 12
