"""What a monitor is told, and who is told it."""

from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from patronage import ledger
from patronage.commerce import figures
from patronage.commerce.models import DayFigures, Job
from tests.shop import Shop

TOKEN = "t" * 40


def told(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_monitor_is_told_how_the_mall_stands(shop: Shop, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    figures.count_days()
    Job.objects.update_or_create(name="settle", defaults={"error": "OSError()"})
    found = told(Client())
    tip = ledger.tip("mall")
    assert found["patronage_journal_records"] == tip.seq
    assert found["patronage_reserve_minor"] == tip.state.reserve
    assert found["patronage_jobs_failed"] == 1
    assert found["patronage_alarms_open"] == 1
    assert found["patronage_days_late"] == found["patronage_events_unsettled"] == 0
    assert found["patronage_orders_paid_today"] == DayFigures.objects.all()[0].orders_paid
    shop.mall.time.pass_by(days=2)
    ledger.submit("mall", {"id": "x", "type": "day.closed", "date": "2026-12-31"})
    found = told(Client())
    assert found["patronage_days_late"] == 2
    assert found["patronage_events_unsettled"] == 1
    settings.ECONOMY = "none"
    assert "patronage_reserve_minor" not in told(Client())


@pytest.mark.usefixtures("shop")
def test_without_the_token_there_is_no_such_page(settings: Any) -> None:
    for token, given in (
        ("", ""),
        ("", "Bearer "),
        (TOKEN, ""),
        (TOKEN, "Bearer x"),
        (TOKEN, TOKEN[:-1]),
    ):
        settings.METRICS_TOKEN = token
        assert Client().get("/metrics", headers={"authorization": given}).status_code == 404
