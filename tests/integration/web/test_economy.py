"""The economy in the console: read, proposed, decided."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from patronage import ledger
from patronage.commerce.models import Amendment, Proposal, ProposalState
from patronage.members import clock, policy
from patronage.members.models import AuditEntry, Person
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

ECONOMY = "/console/economy/"


@pytest.fixture
def second(shop: Shop) -> Client:
    """The browser of another operator."""
    del shop
    return signed_in(Person.objects.get(email="eyes@example.com"))


def proposed(browser: Client, kind: str, **told: str) -> Proposal:
    answer = browser.post(f"{ECONOMY}propose/{kind}/", {"reason": "应当如此", **told})
    assert answer.status_code == 302, answer.text
    return Proposal.objects.latest("id")


def path_of(made: Proposal, tail: str = "change/") -> str:
    return f"/console/commerce/proposal/{made.pk}/{tail}"


def test_one_proposes_and_another_decides(shop: Shop, second: Client) -> None:
    first = signed_in(shop.operator)
    before = ledger.state("mall").reserve
    made = proposed(first, "funding", amount_minor="12.50")
    page = first.get(path_of(made)).text
    assert "¥12.50" in page
    assert "accept/" not in page
    assert first.post(path_of(made, "accept/"), {"reason": "r"}).status_code == 403
    page = second.get(path_of(made)).text
    assert "accept/" in page
    assert second.get(path_of(made, "withdraw/")).status_code == 403
    answer = second.post(path_of(made, "accept/"), {"reason": "核对无误"}, follow=True)
    assert ledger.state("mall").reserve == before + 12_50
    made.refresh_from_db()
    assert f"/console/economy/journal/{made.record}/" in answer.text
    other = proposed(first, "funding", amount_minor="1")
    second.post(path_of(other, "refuse/"), {"reason": "不必"})
    back = proposed(first, "funding", amount_minor="1")
    first.post(path_of(back, "withdraw/"))
    states = [Proposal.objects.get(pk=one.pk).state for one in (other, back)]
    assert states == [ProposalState.REFUSED, ProposalState.WITHDRAWN]
    assert ledger.state("mall").reserve == before + 12_50
    log = second.get("/console/members/auditentry/").text
    assert all(word in log for word in ("提议", "同意", "否决", "撤回", "执行"))


def test_what_could_not_be_done_is_told_in_the_form(shop: Shop) -> None:
    browser = signed_in(shop.operator)

    def told(kind: str, **sent: str) -> str:
        return browser.post(f"{ECONOMY}propose/{kind}/", {"reason": "r", **sent}).text

    assert "盈余不足" in told("surplus", amount_minor="999999")
    assert "金库没有这么多积分" in told("treasury", points_nano="999999")
    nobody = {"account": "13811112222", "amount_minor": "1", "ground": "reward"}
    assert "没有这个账户" in told("credit", **nobody)
    poor = {**nobody, "account": shop.other.account, "amount_minor": "9999999"}
    assert "现金不足" in told("charge", **poor)
    assert "没有被冻结" in told("unfreeze", account=shop.other.account)
    assert "没有这笔提取" in told("payout", withdrawal="x")
    assert browser.get(f"{ECONOMY}propose/nothing/").status_code == 404
    assert not Proposal.objects.filter(reason="r").exists()


def test_a_member_is_found_by_phone(shop: Shop) -> None:
    sent = {"account": shop.owner.phone or "", "amount_minor": "3", "ground": "reward"}
    made = proposed(signed_in(shop.operator), "credit", **sent)
    assert made.facts == {
        "account": shop.owner.account,
        "amount_minor": 3_00,
        "ground": "reward",
    }


def test_an_amendment_is_shown_proposed_and_announced(
    shop: Shop, second: Client, settings: Any, tmp_path: Path
) -> None:
    Amendment.objects.update(withdrawn_at=clock.now())
    first, url = signed_in(shop.operator), f"{ECONOMY}propose/amendment/"
    charter = first.get(url).context["form"].initial["charter"]
    at = timezone.localtime(clock.now())
    sent: dict[str, Any] = {
        "charter": re.sub(r'fee = "[^"]*"', 'fee = "0.05"', charter),
        "why": "降费",
        "why_en": "",
        "reason": "让利会员",
        "in_force_from_1": "00:00:00",
    }
    soon = first.post(url, {**sent, "in_force_from_0": f"{at + timedelta(days=3):%Y-%m-%d}"})
    assert "必须提前让会员知道" in soon.text
    sent["in_force_from_0"] = f"{at + timedelta(days=9):%Y-%m-%d}"
    wrong = {**sent, "charter": charter.replace('price = "1.00"', 'price = "2.00"')}
    assert "不能更改币种" in first.post(url, wrong).text
    looked = first.post(url, {**sent, "look": ""}).text
    assert "扣留 5%" in looked
    assert "订单抬升价格" in looked
    assert "还没有一页说明" in looked
    assert not Proposal.objects.filter(kind="amendment").exists()
    assert first.post(url, sent).status_code == 302
    made = Proposal.objects.get(kind="amendment")
    assert "5%" in second.get(path_of(made)).text
    (tmp_path / "disclosure.zh-Hans.html").write_text("", "utf-8")
    settings.SHEETS = str(tmp_path)
    assert 'href="/disclosure/sheet/"' in second.get(path_of(made)).text
    second.post(path_of(made, "accept/"), {"reason": "同意"})
    announced = Amendment.objects.latest("id")
    assert (announced.why, announced.withdrawn_at) == ("降费", None)
    assert "降费" in first.get(f"{ECONOMY}charter/").text
    action = {"action": "withdraw", "_selected_action": [announced.pk]}
    first.post("/console/commerce/amendment/", action)
    announced.refresh_from_db()
    assert announced.withdrawn_at is not None
    assert AuditEntry.objects.filter(verb="withdrew", subject_kind="amendment").exists()


def test_the_journal_is_searched_by_number_event_and_account(shop: Shop) -> None:
    browser = signed_in(shop.operator)
    newest = ledger.records("mall", limit=1)[0]

    def search(asked: str) -> Any:
        return browser.get(f"{ECONOMY}journal/", {"q": asked})

    assert search(f" {newest.seq} ")["Location"] == f"{ECONOMY}journal/{newest.seq}/"
    named = next(one for one in ledger.records("mall") if one.told["id"])
    assert search(named.told["id"])["Location"] == f"{ECONOMY}journal/{named.seq}/"
    account = shop.owner.account
    assert search(account)["Location"] == f"{ECONOMY}accounts/{account}/"
    assert "没有" in search("nothing").text
    assert search("9" * 30).status_code == 200
    page = browser.get(f"{ECONOMY}journal/{newest.seq}/").text
    assert newest.hash in page
    assert newest.told["previous"] in page
    page = browser.get(f"{ECONOMY}accounts/{account}/").text
    assert shop.owner.name in page
    assert browser.get(f"{ECONOMY}journal/{newest.seq + 1}/").status_code == 404
    assert browser.get(f"{ECONOMY}accounts/nobody/").status_code == 404


def test_pages_follow_on_each_other_without_counting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    from patronage.web.console.economy import pages  # noqa: PLC0415

    monkeypatch.setattr(pages, "_PAGE", 2)
    browser, seen = signed_in(shop.operator), []
    url = f"{ECONOMY}journal/"
    while url:
        with django_assert_max_num_queries(20):
            page = browser.get(url)
        seen += [one.record.seq for one in page.context["records"]]
        older = page.context["older"]
        url = f"{ECONOMY}journal/?before={older}" if older else ""
    assert seen == list(range(ledger.tip("mall").seq, 0, -1))
    lines, url = 0, f"{ECONOMY}accounts/{shop.owner.account}/"
    while url:
        page = browser.get(url)
        lines += len(page.context["lines"])
        older = page.context["older"]
        where = f"?before={older[0]}&position={older[1]}" if older else ""
        url = f"{ECONOMY}accounts/{shop.owner.account}/{where}" if older else ""
    assert lines == len(ledger.statement("mall", shop.owner.account, limit=1000))


@pytest.mark.parametrize("page", ["", "charter/", "days/", "journal/", "journal/1/"])
def test_each_page_is_shown(shop: Shop, page: str) -> None:
    answer = signed_in(shop.operator).get(ECONOMY + page)
    assert answer.status_code == 200
    assert "¥" in answer.text or "journal" in page


@pytest.fixture
def unopened(shop: Shop, settings: Any) -> Client:
    """The operator's browser at a mall whose economy is not open yet."""
    settings.ECONOMY = "second"
    return signed_in(shop.operator)


def filled(browser: Client, ready: str) -> dict[str, Any]:
    """Return what the form has at first, as a browser would send it."""
    form = browser.get(f"{ECONOMY}open/?from={ready}").context["form"]
    return {field.html_name: "" if field.value() is None else field.value() for field in form}


@pytest.mark.parametrize(("ready", "fee"), [("value", "12.5"), ("units", "10")])
def test_the_economy_is_opened_under_a_ready_charter(
    unopened: Client, ready: str, fee: str
) -> None:
    for path in (ECONOMY, f"{ECONOMY}charter/", f"{ECONOMY}propose/funding/"):
        assert unopened.get(path)["Location"] == f"{ECONOMY}open/"
    assert Client(headers={"accept-language": "zh-hans"}).get("/book/").status_code == 404
    sent = {**filled(unopened, ready), "payout": "mall_only", "fee_micro": fee}
    looked = unopened.post(f"{ECONOMY}open/", {**sent, "look": ""})
    assert looked.context["form"].errors == {}
    assert f"{fee}%" in looked.text
    assert "稳健" in looked.text
    assert "second" not in ledger.economies()
    assert unopened.post(f"{ECONOMY}open/", {**sent, "open": ""})["Location"] == ECONOMY
    charter = ledger.state("second").charter
    assert charter.fee_micro == int(float(fee) * 10_000)
    assert (charter.per_micro is None) is (ready == "value")
    assert policy.payout() == "mall_only"
    page = unopened.get(ECONOMY).text
    assert "不能提取" in page
    assert unopened.get(f"{ECONOMY}open/")["Location"] == ECONOMY
    assert AuditEntry.objects.latest("number").verb == "opened"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"founding_minor": "0"}, "至少须对应一个创始积分"),
        ({"grant_micro": "95", "referral_micro": "10"}, "章程不被接受"),
        ({"reserve_micro": "101"}, "100"),
        ({"payout": "else"}, "else"),
    ],
)
def test_an_unsound_charter_opens_nothing(
    unopened: Client, wrong: dict[str, str], said: str
) -> None:
    sent = {**filled(unopened, "value"), **wrong, "open": ""}
    assert said in unopened.post(f"{ECONOMY}open/", sent).text
    assert "second" not in ledger.economies()
