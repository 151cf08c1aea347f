"""What the console says of a charter: every finding of a check has its words there."""

from django.utils import translation

from patronage.web.console.economy.verdicts import _TITLES, _VERDICTS, judged
from tests.unit.lab.test_check import CASES, FOUNDED, charter


def test_every_finding_has_a_title_in_both_languages() -> None:
    assert {case[0] for case in CASES} == set(_TITLES)
    assert {case[1] for case in CASES} == set(_VERDICTS)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert len({str(title) for title in _TITLES.values()}) == len(_TITLES)


def test_a_charter_is_judged_as_the_command_does() -> None:
    told = judged(charter(FOUNDED))
    assert told.is_sound
    assert len(told.promises) >= 10
