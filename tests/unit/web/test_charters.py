"""A charter's rules in words, in both languages, and its file."""

import tomllib

import pytest
from django.utils.translation import override

from patronage.economy import parse_charter
from patronage.web.shared.charters import changed, rules_of, toml_of
from tests.integration.commerce.play import REDWINE

VARIANTS = (
    {},
    {"founding": {"amount": "5000.00"}},
    {"reserve": {"rate": "0.30", "of": "profit"}},
    {"grant": {"rate": "0.70", "mode": "units", "per": "200.00"}},
    {"grant": {"rate": "0.70", "mode": "units", "per": "0.015"}},
    {"referral": {"rate": "0"}},
    {"quota": {"multiple": "2.5"}},
    {"dividend": {"rate": "0"}},
    {"redemption": {"fee": "0.10", "merchant_fee": "0.02"}},
    {"hold": {"days": 1}},
    {"points": {"authorised": "1000", "issue_price": "0.001"}},
)


@pytest.mark.parametrize("variant", VARIANTS[1:], ids=str)
def test_each_rule_has_its_words(variant: dict[str, dict[str, object]]) -> None:
    """What differs in a charter differs in words, and in nothing but its own rule."""
    usual, other = parse_charter(REDWINE), parse_charter({**REDWINE, **variant})
    assert tomllib.loads(toml_of({**REDWINE, **variant})) == {**REDWINE, **variant}
    for language in ("zh-hans", "en"):
        with override(language):
            assert len(changed(usual, other)) == 1
            assert len({rule.about for rule in rules_of(other)}) == len(rules_of(usual))


def test_exact_amounts_are_written_out() -> None:
    with override("en"):
        texts = [
            rule.text
            for variant in VARIANTS
            for rule in rules_of(parse_charter({**REDWINE, **variant}))
        ]
    assert any("¥0.015000" in text for text in texts)
    assert any("¥0.001000" in text for text in texts)
    assert any("2.5 times" in text for text in texts)
    assert any("¥200.00" in text for text in texts)
