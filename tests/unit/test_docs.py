"""The documents tell the truth about today's code."""

import re
import tomllib
from pathlib import Path

import pytest

from patronage.economy import Refusal
from patronage.economy.events import FORMS
from tests.docs import PAGE, cli_page

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")])


def test_the_page_on_the_command_is_its_help():
    assert PAGE.read_text(encoding="utf-8") == cli_page(), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("name", ["docs/glossary.md", "docs/economy.md", "docs/economy.zh-Hans.md"])
def test_every_event_and_refusal_is_explained(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for word in [*FORMS, *Refusal]:
        assert word in text, word


@pytest.mark.parametrize("readme", ["README.md", "README.zh-Hans.md"])
def test_the_readme_shows_the_example_charter(readme):
    shown = re.search(r"```toml\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    example = (ROOT / "examples" / "redwine.toml").read_text(encoding="utf-8")
    assert tomllib.loads(shown[1]) == tomllib.loads(example)


def test_no_file_is_longer_than_500_lines():
    for path in ROOT.glob("src/**/*.py"):
        if path.parent.name == "migrations":
            continue  # Django writes these
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, path
