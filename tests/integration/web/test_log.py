"""The log as it is served: to everyone, each file with the right to be kept."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from patronage.commerce import days, publishing
from patronage.ledger.log.folder import Folder
from patronage.ledger.log.keys import read_key
from patronage.tlog import Reader, Trust, verify_checkpoint
from tests.shop import Shop


def fetch(path: str) -> bytes | None:
    answer = Client().get(f"/log/{path}")
    return answer.content if answer.status_code == 200 else None


@pytest.mark.usefixtures("shop")
def test_a_stranger_reads_the_log_from_its_pages() -> None:
    key = read_key(Path(settings.LOG_KEY)).verifier
    checkpoint = verify_checkpoint(fetch("checkpoint"), Trust(key)).checkpoint
    assert len(list(Reader(fetch, checkpoint.size, checkpoint.root).leaves())) > 3


def test_the_checkpoint_is_asked_for_anew_and_tiles_are_kept(shop: Shop) -> None:
    shop.mall.time.pass_by(days=2)
    days.close_due()
    assert publishing.publish() > 0
    assert publishing.publish() == 0
    checkpoint = Client().get("/log/checkpoint")
    assert checkpoint["Cache-Control"] == "no-cache"
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    folder = Folder(Path(settings.LOG))
    paths = [
        file.relative_to(folder.root).as_posix()
        for part in ("tile", "balances")
        for file in (folder.root / part).rglob("*")
        if file.is_file()
    ]
    assert {path.split("/")[0] for path in paths} == {"tile", "balances"}
    for path in paths:
        answer = Client().get(f"/log/{path}")
        assert answer.content == folder.get(path)
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies
        assert "Vary" not in answer, "one copy for all readers"
        assert "Content-Language" not in answer


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "path",
    ["tile/0/999", "tile/entries/../../shop.key", "tile/0/", "tile/0/000.p/", ".lock", "tile",
     "balances/0/../../shop.key", "balances/0/", "checkpoint.new", "tile/99999/000"],
)  # fmt: skip
def test_nothing_else_is_served(path: str) -> None:
    assert Client().get(f"/log/{path}").status_code == 404


@pytest.mark.usefixtures("shop")
def test_an_installation_without_a_log_has_none(settings) -> None:
    settings.LOG = ""
    for path in ("", "check/", "checkpoint", "vkey", "witnesses.json", "tile/0/000"):
        assert Client().get(f"/log/{path}").status_code == 404
    assert publishing.publish() == 0


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "20 records, on"), ("zh-hans", "20 条记录，于")]
)
def test_who_cosigned_and_when_is_shown(language: str, sentence: str) -> None:
    told = [{"name": "witness.example.com/w", "key": "k", "size": 20, "time": 1_800_000_000}]
    Folder(Path(settings.LOG)).replace("witnesses.json", json.dumps(told).encode())
    page = Client(headers={"accept-language": language}).get("/log/").text
    assert "witness.example.com/w" in page
    assert sentence in page
    assert "2027" in page


@pytest.mark.usefixtures("shop")
def test_a_log_that_its_key_has_not_signed_has_no_page() -> None:
    folder = Folder(Path(settings.LOG))
    folder.replace("vkey", b"nothing")
    assert Client().get("/log/").status_code == 404
    assert Client().get("/log/vkey").content == b"nothing"
