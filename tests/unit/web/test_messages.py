"""Both languages are complete, and the words are sober."""

import re

import django
import pytest

from tests import messages

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"%\([a-z_]+\)[sd]|%%|\{[a-z_]*\}")

# Promises nobody may make. Pages that explain the risks may name them; catalogues may not.
FORBIDDEN = re.compile(
    "只涨不跌|稳赚|保本|保证收益|股票|原始股|零风险|无风险|躺赚|暴富|"
    r"never falls|only rises|risk[- ]free|no risk|guaranteed? (return|income|profit|yield)s?|"
    r"principal[- ](protected|guaranteed)|\bshares\b|shareholder|stock market|\bipo\b|get rich",
    re.IGNORECASE,
)


@pytest.mark.skipif(django.VERSION >= (6,), reason="written with the unfold of Django 5.2")
def test_the_catalogue_is_what_sources_say_and_both_files_agree() -> None:
    stored = messages.stored()
    hint = "run `make messages` and translate"
    assert messages.written(messages.gathered(stored)) == messages.PO.read_text("utf-8"), hint
    assert messages.compiled(stored) == messages.MO.read_bytes(), hint


def test_every_sentence_has_a_translation_with_the_same_places() -> None:
    stored = messages.stored()
    assert messages.missing(stored) == []
    for message in stored:
        if message.id:
            english = message.id if isinstance(message.id, str) else message.id[-1]
            chinese = message.string if isinstance(message.string, str) else message.string[0]
            assert sorted(PLACES.findall(chinese)) == sorted(PLACES.findall(english)), english
            assert not CHINESE.search(english), english


def test_no_source_holds_a_sentence_outside_the_catalogue() -> None:
    """A template says nothing in Chinese by itself: it would stay Chinese for English readers."""
    for path in messages.sources():
        if path.suffix == ".html":
            text = path.read_text("utf-8").replace(">中文<", "><").replace("中文</button>", "")
            assert not CHINESE.search(text), path


def test_the_words_are_sober() -> None:
    for message in messages.stored():
        for text in (message.id, message.string):
            for part in [text] if isinstance(text, str) else text:
                assert not FORBIDDEN.search(part), part


@pytest.mark.parametrize(
    "text", ["积分只涨不跌", "a guaranteed return", "like shares", "risk-free"]
)
def test_the_guard_sees_what_it_must(text: str) -> None:
    assert FORBIDDEN.search(text)
