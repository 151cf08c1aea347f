"""Alarms in words."""

import re
from pathlib import Path

import patronage
from patronage.web.console.alarms import KINDS

_SOUNDED = re.compile(r'\b(?:sound|one_by_one)\(\s*"(\w+)"')


def test_every_kind_that_is_sounded_is_told_in_words() -> None:
    source = Path(patronage.__file__).parent.rglob("*.py")
    sounded = {kind for file in source for kind in _SOUNDED.findall(file.read_text())}
    assert "event_refused" in sounded
    assert sounded == set(KINDS)
