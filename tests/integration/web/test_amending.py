"""The operator announces an amendment in the console; nobody else does."""

from datetime import timedelta

from django.utils import timezone

from patronage.commerce.models import Amendment
from patronage.members import clock
from tests.integration.web.conftest import signed_in
from tests.shop import Shop


def test_the_operator_announces_and_withdraws(shop: Shop) -> None:
    Amendment.objects.all().update(withdrawn_at=clock.now())
    charter = Amendment.objects.get().charter
    at = timezone.localtime(clock.now())
    sent = {"charter": charter, "why": "降费", "why_en": "", "in_force_from_1": "12:00:00"}
    url, browser = "/console/commerce/amendment/add/", signed_in(shop.operator)
    soon = browser.post(url, {**sent, "in_force_from_0": f"{at + timedelta(days=3):%Y-%m-%d}"})
    assert "必须提前让会员知道" in soon.text
    due = {**sent, "in_force_from_0": f"{at + timedelta(days=9):%Y-%m-%d}"}
    wrong = browser.post(
        url, {**due, "charter": charter.replace('price = "1.00"', 'price = "2.00"')}
    )
    assert "不能更改币种" in wrong.text
    assert signed_in(shop.clerk).post(url, due).status_code == 403
    assert Amendment.objects.count() == 1
    assert browser.post(url, due).status_code == 302
    made = Amendment.objects.latest("id")
    assert (made.why, made.withdrawn_at, made.submitted_at) == ("降费", None, None)
    action = {"action": "withdraw", "_selected_action": [made.id]}
    assert browser.post("/console/commerce/amendment/", action).status_code == 302
    made.refresh_from_db()
    assert made.withdrawn_at is not None
