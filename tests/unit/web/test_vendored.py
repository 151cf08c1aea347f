"""What we serve of others is what VENDOR.toml says it is, and nothing comes from elsewhere."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import patronage.web

WEB = Path(patronage.web.__file__).parent
STATIC = WEB / "shared" / "static"
FILES = tomllib.loads((WEB / "shared" / "VENDOR.toml").read_text())["file"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["name"])
def test_a_vendored_file_has_the_hash_that_is_written_down(file: dict[str, str]) -> None:
    assert hashlib.sha256((STATIC / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    assert (STATIC / file["licence_path"]).read_text().strip()


def test_every_vendored_file_is_written_down() -> None:
    written = {name for file in FILES for name in (file["path"], file["licence_path"])}
    there = {
        p.relative_to(STATIC).as_posix() for p in (STATIC / "vendor").rglob("*") if p.is_file()
    }
    assert there == written


def test_no_file_of_ours_names_another_host() -> None:
    own = [
        path
        for path in WEB.rglob("*")
        if path.suffix in (".html", ".css", ".js", ".svg") and "vendor" not in path.parts
    ]
    assert own
    for path in own:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(\s*['\"]?//|(src|href)=['\"]?//", text), path


def test_no_template_has_inline_style_or_script() -> None:
    for path in WEB.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        for tag in re.findall(r"<script[^>]*>", text):
            assert " src=" in tag, path
