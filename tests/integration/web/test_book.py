"""The open book: anybody's figures are the ledger's, to the last integer, and name nobody."""

import json
import tomllib
from base64 import b64encode
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from patronage import ledger
from patronage.commerce import amendments, posting
from patronage.commerce.models import Amendment
from patronage.economy import Replay, parse_charter
from patronage.members.models import Person
from patronage.web.book import files
from patronage.web.shared import owed
from tests.integration.commerce.play import REDWINE

pytestmark = pytest.mark.usefixtures("shop")

FILES = (
    *("/book/", "/book/records/", "/book/rules/", "/book/check/", "/book/summary.json"),
    *("/book/records/part-1.jsonl", "/book/events/part-1.jsonl", "/book/charter.toml"),
)


def amend(**sections: dict[str, str]) -> None:
    event = {"id": "a", "type": "charter.amended", "charter": {**REDWINE, **sections}}
    posting.settle(posting.submit(event))


def test_whoever_replays_the_files_comes_to_the_figures(client: Client) -> None:
    amend(redemption={"fee": "0.05"})
    charter = tomllib.loads(client.get("/book/charter.toml").text)
    assert charter == REDWINE
    replay = Replay(parse_charter(charter))
    for line in client.get("/book/events/part-1.jsonl").text.splitlines():
        replay.submit_line(line.encode())
    state, told = replay.state, client.get("/book/summary.json").json()
    price, per = state.price
    assert int(told["price"][0]) * per == int(told["price"][1]) * price
    assert told["reserve"] == str(state.reserve)
    assert told["points"] == {
        "circulating": str(state.circulating),
        "founding": str(state.founding),
        "treasury": str(state.treasury),
        "issued": str(state.issued),
        "burned": str(state.burned),
        "authorised": str(state.charter.authorised_nano),
    }
    assert (told["fees"], told["surplus"]) == (str(state.fees), str(state.surplus))
    assert [one["charter"]["redemption"] for one in told["charters"]] == [
        {"fee": "0.10"},
        {"fee": "0.05"},
    ]


def test_what_must_be_at_hand_is_what_is_owed(client: Client) -> None:
    told = client.get("/book/summary.json").json()
    accounts = [ledger.account("mall", id) for id in account_ids()]
    assert int(told["cash"]) == sum(one.cash for one in accounts)
    assert int(told["coins"]["owed"]) == sum(one.coins for one in accounts)
    parts = (told["reserve"], told["cash"], told["fees"], told["surplus"])
    dividends = (told["dividends"]["unpaid"], told["dividends"]["pool"])
    assert int(told["custody"]["owed"]) == sum(map(int, (*parts, *dividends)))
    assert told["custody"]["stated"] is None
    assert "目前还没有托管账户的声明" in client.get("/book/").text


def account_ids() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT account FROM ledger_account WHERE economy = 'mall'")
        return [row[0] for row in cursor.fetchall()]


def test_a_statement_of_the_custody_is_shown_with_the_difference(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = int(client.get("/book/summary.json").json()["custody"]["owed"])
    said = owed.Stated(date(2026, 3, 9), due - 1_00, due)
    for module in ("pages", "files"):
        monkeypatch.setattr(f"patronage.web.book.{module}.stated", lambda: said)
    page = client.get("/book/").text
    assert "2026年3月9日" in page
    assert "−¥1.00" in page
    custody = client.get("/book/summary.json").json()["custody"]
    assert custody == {"owed": str(due), "stated": str(due - 100), "stated_on": "2026-03-09"}


def test_a_file_that_holds_no_statement_is_none(tmp_path: Path) -> None:
    with override_settings(LOG_ATTESTATION=""):
        assert owed.stated() is None
    with override_settings(LOG_ATTESTATION=str(tmp_path / "note")):
        assert owed.stated() is None
        (tmp_path / "note").write_text("no note")
        assert owed.stated() is None


def test_records_are_the_journals_and_hash_as_told(client: Client) -> None:
    lines = client.get("/book/records/part-1.jsonl").text.splitlines()
    assert lines == list(ledger.journal_lines("mall"))
    end = ledger.tip("mall")
    assert len(lines) == end.seq
    page = client.get(f"/book/records/{end.seq}/").text
    assert end.hash in page
    alone = client.get(f"/book/records/{end.seq}.json")
    assert sha256(alone.content).hexdigest() == end.hash
    for path in (f"/book/records/{end.seq + 1}/", "/book/records/0/", "/book/records/0.json"):
        assert client.get(path).status_code == 404


def test_full_parts_are_for_ever_and_the_last_for_a_minute(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PART", 4)
    whole, part = list(ledger.event_lines("mall")), 1
    told: list[str] = []
    while (answer := client.get(f"/book/events/part-{part}.jsonl")).status_code == 200:
        told += answer.text.splitlines()
        is_full = part * 4 <= len(whole) + 1
        assert ("immutable" in answer["Cache-Control"]) == is_full, part
        part += 1
    assert told == whole
    for path in (f"/book/records/part-{part}.jsonl", "/book/records/part-0.jsonl"):
        assert client.get(path).status_code == 404


def test_pages_are_asked_for_anew_and_figures_kept_a_minute(client: Client) -> None:
    assert client.get("/book/")["Cache-Control"] == "private, no-cache"
    assert client.get("/book/summary.json")["Cache-Control"] == "public, max-age=60"
    assert client.get("/book/summary.json")["Access-Control-Allow-Origin"] == "*"


def test_the_book_names_nobody(client: Client) -> None:
    people = Person.objects.exclude(phone=None)
    known = {text for one in people for text in (one.phone, one.name) if text}
    assert len(known) > 2
    last = ledger.tip("mall").seq
    for path in (*FILES, *(f"/book/records/{seq}/" for seq in range(1, last + 1))):
        page = client.get(path).text
        assert not any(text in page for text in known), path


def test_every_amendment_is_told_in_words(client: Client) -> None:
    assert "没有修订过" in client.get("/book/rules/").text
    amend(redemption={"fee": "0.05"}, referral={"rate": "0.2"})
    page = client.get("/book/rules/").text
    assert "没有修订过" not in page
    for text in ("扣留 10%", "扣留 5%", "积分和额度的 10%", "积分和额度的 20%"):
        assert text in page
    assert "扣留 5%" in client.get("/disclosure/").text


def test_what_is_announced_is_told_with_its_day(client: Client) -> None:
    """The shop announces a lower fee."""
    for path in ("/book/", "/book/rules/"):
        assert "自 2026年3月" in client.get(path).text, path
    page = client.get("/book/rules/").text
    assert "扣留 8%" in page
    assert "扣留 8%" not in client.get("/book/").text
    amendments.withdraw(
        amendment_id=Amendment.objects.get().id, by=Person.objects.get(email="operator@example.com")
    )
    assert "目前没有预告的修订" in client.get("/book/rules/").text


def test_without_an_economy_there_is_no_book(client: Client) -> None:
    with override_settings(ECONOMY="nowhere"):
        for path in (*FILES[:1], *FILES[2:], "/disclosure/"):
            assert client.get(path).status_code == 404, path


def test_the_summary_is_a_fixed_form(client: Client) -> None:
    """Programs of others rely on these names."""
    told = client.get("/book/summary.json")
    assert sorted(json.loads(told.content)) == [
        *("cash", "charters", "coins", "compulsory_redemptions", "currency", "custody"),
        *("days_closed", "dividends", "economy", "fees", "head", "last_closed"),
        *("minor_unit_exponent", "points", "policy", "price", "records", "reserve", "surplus"),
    ]


SHEET = "<html><head><style>p{color:red}</style></head><body><p>%s</p></body></html>"


@pytest.fixture
def sheets(tmp_path: Path, settings: Any) -> None:
    for language, text in (("en", "Points brought"), ("zh-Hans", "积分带来")):
        (tmp_path / f"disclosure.{language}.html").write_text(SHEET % text, "utf-8")
    settings.SHEETS = str(tmp_path)


def test_without_a_sheet_none_is_linked_and_its_address_leads_to_the_words(client: Client) -> None:
    for path in ("/book/", "/disclosure/"):
        assert "/disclosure/sheet/" not in client.get(path).text
    assert client.get("/disclosure/sheet/")["Location"] == "/disclosure/"


@pytest.mark.usefixtures("sheets")
def test_the_operators_sheet_is_shown_as_it_is_in_the_readers_language(client: Client) -> None:
    for path in ("/book/", "/disclosure/"):
        assert 'href="/disclosure/sheet/"' in client.get(path).text
    page = client.get("/disclosure/sheet/")
    assert page.text == SHEET % "积分带来"
    english = client.get("/disclosure/sheet/", headers={"accept-language": "en"})
    assert english.text == SHEET % "Points brought"
    policy = page["Content-Security-Policy"]
    digest = b64encode(sha256(b"p{color:red}").digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
