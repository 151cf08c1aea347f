"""The colours can be told apart: WCAG 2.2 AA, in light and in dark."""

import re
from pathlib import Path

import pytest

import patronage.web

CSS = Path(patronage.web.__file__).parent / "shared" / "static" / "shared" / "tokens.css"
_LIGHT, _DARK = CSS.read_text().split("@media (prefers-color-scheme: dark)")


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", css))


LIGHT = colours(_LIGHT)
DARK = LIGHT | colours(_DARK)

# Text on ground. Texts need 4.5 to 1; the large and bold ones here are held to the same.
PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in
      ("ground", "surface", "surface-2")],
    ("on-accent", "accent-fill"), ("on-accent", "accent-fill-active"),
    ("accent", "accent-wash"), ("ink", "accent-wash"), ("ink-2", "accent-wash"),
    ("good", "good-wash"), ("good", "surface"),
    ("warn", "warn-wash"), ("warn", "surface"),
    ("bad", "bad-wash"), ("bad", "surface"), ("bad", "ground"),
]  # fmt: skip


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(ink: str, ground: str, mode: str) -> None:
    of = LIGHT if mode == "light" else DARK
    assert contrast(of[ink], of[ground]) >= 4.5
