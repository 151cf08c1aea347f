"""The queue of rewards that wait for a review, in the console."""

import pytest

from patronage.commerce import posting
from patronage.commerce.models import Reward, RewardState
from patronage.members.models import AuditEntry, Person, Role, StaffRole
from patronage.web.console.reviews import RewardAdmin
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

QUEUE = "/console/commerce/reward/"


@pytest.fixture
def reward(shop: Shop) -> Reward:
    assert shop
    return Reward.objects.get()


def page_of(reward: Reward, tail: str = "change/") -> str:
    return f"{QUEUE}{reward.pk}/{tail}"


def finance(number: int) -> Person:
    """One of the staff who looks after money."""
    made = Person.objects.create_user(email=f"finance{number}@example.com", is_staff=True)
    StaffRole.objects.create(person=made, role=Role.FINANCE)
    return made


def test_what_waits_is_counted_shown_and_decided_once(shop: Shop, reward: Reward) -> None:
    browser = signed_in(finance(1))
    queue = browser.get(QUEUE).text
    assert "收益 (1)" in queue
    assert reward.order.number in queue
    page = browser.get(page_of(reward)).text
    for told in ("设备相同", "¥19.40", str(reward.order.person), str(reward.person), "待复核"):
        assert told in page
    assert "/release/" in page
    asked = browser.get(page_of(reward, "release/")).text
    assert "¥19.40" in asked
    assert posting.holdings(reward.person.account) is None, "asking decides nothing"
    without = browser.post(page_of(reward, "release/"), {"reason": " "}, follow=True)
    assert Reward.objects.get().state == RewardState.WAITING, without
    answer = browser.post(page_of(reward, "release/"), {"reason": "一家人"}, follow=True)
    assert "已作出决定" in answer.text
    assert "一家人" in answer.text
    assert posting.holdings(reward.person.account).cash == 19_40
    again = signed_in(finance(2)).post(page_of(reward, "cancel/"), {"reason": "x"}, follow=True)
    assert "这笔收益已有决定" in again.text
    assert "/release/" not in browser.get(page_of(reward)).text
    assert "收益 (1)" not in browser.get(QUEUE).text
    assert AuditEntry.objects.filter(verb="released", subject_id=str(reward.pk)).count() == 1
    assert shop.operator


def test_cancelled_the_member_reads_why(reward: Reward) -> None:
    browser = signed_in(finance(1))
    answer = browser.post(page_of(reward, "cancel/"), {"reason": "自买自卖"}, follow=True)
    assert "已作出决定" in answer.text
    member = signed_in(reward.person)
    (kept,) = member.get("/mine/data/").json()["rewards"]
    assert (kept["amount_minor"], kept["state"]) == ("1940", "cancelled")
    told = member.get("/mine/notices/").text
    assert "收益 ¥19.40 已取消。原因：自买自卖。" in told
    assert posting.holdings(reward.person.account) is None


@pytest.mark.parametrize("role", [Role.SERVICE, Role.AUDITOR, Role.MERCHANDISER])
def test_who_does_not_look_after_money_decides_nothing(reward: Reward, role: Role) -> None:
    one = Person.objects.create_user(email="one@example.com", is_staff=True)
    StaffRole.objects.create(person=one, role=role)
    browser = signed_in(one)
    reads = role != Role.MERCHANDISER
    assert browser.get(page_of(reward)).status_code == (200 if reads else 403)
    for deed in ("release/", "cancel/"):
        answer = browser.post(page_of(reward, deed), {"reason": "x"})
        assert answer.status_code == 403
    assert Reward.objects.get().state == RewardState.WAITING


def test_what_waits_comes_first_page_by_page(
    reward: Reward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state whatever its number, and no row twice or never."""
    order = reward.order
    for state, kind in (("paid", "referral"),):
        Reward.objects.create(
            order=order, kind=kind, person=reward.person, amount_minor=1, state=state
        )
    monkeypatch.setattr(RewardAdmin, "list_per_page", 1)
    browser, seen, query = signed_in(finance(1)), [], ""
    while True:
        page = browser.get(QUEUE + query).context["cl"]
        seen += [row.state for row in page.result_list]
        if not page.next_url:
            break
        query = page.next_url
    assert seen == ["waiting", "paid"]
    assert "已支付: 1" in browser.get(page_of(reward)).text
