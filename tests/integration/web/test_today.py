"""Today: figures, the rows that each opens, and both as files."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patronage import ledger
from patronage.commerce import figures
from patronage.commerce.models import DayFigures, Job, Order
from patronage.members import clock
from patronage.members.models import Person
from patronage.web.console.today import rows
from patronage.web.console.today.figures import FIGURES, charts
from patronage.web.shared.templatetags.amounts import money
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

WHOLE = "from=2026-03-01&to=2026-03-31"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    figures.count_days()
    return shop


def test_today_shows_how_the_mall_stands(shop: Shop) -> None:
    page = signed_in(shop.operator, "en").get(f"/console/?{WHOLE}")
    state = ledger.tip("mall").state
    assert money(state.dividend_pool) in page.text
    assert money(state.paid_in - state.paid_out - state.returned) in page.text
    told = {tile.label: tile for tile in page.context["tiles"]}
    days = list(DayFigures.objects.all())
    assert told["Orders placed"].of_all == str(Order.objects.count())
    assert told["Sales"].of_all == money(sum(day.sales_minor for day in days))
    assert told["Redemptions"].of_all == "1"
    for tile in page.context["tiles"]:
        assert f"/console/today/{tile.rows}/?{WHOLE}".replace("&", "&amp;") in page.text


def test_what_a_close_would_pay_is_what_it_then_pays(shop: Shop) -> None:
    now = signed_in(shop.operator).get("/console/").context["now"]
    shop.mall.submit(type="day.closed", date="2026-12-31")
    day = ledger.latest_days("mall", last=1)[0]
    assert now["pool"] == day.dividend
    assert now["per_point"] * 10**24 == day.step


def test_each_figure_opens_its_rows(shop: Shop) -> None:
    operator = signed_in(shop.operator, "en")
    days = list(DayFigures.objects.all())
    for code, figure in FIGURES.items():
        page = operator.get(f"/console/today/{figure.rows}/?{WHOLE}")
        if code in ("placed", "paid", "completed", "joined"):
            assert len(page.context["rows"]) == sum(map(figure.of, days)), code
    paid = operator.get(f"/console/today/paid/?{WHOLE}")
    sums = sum(row.cells[5] for row in paid.context["rows"])
    assert sums * 100 == sum(day.sales_minor for day in days)
    redeemed = operator.get(f"/console/today/redemptions/?{WHOLE}")
    assert [row.cells[2] for row in redeemed.context["rows"]] == [shop.owner.name]
    for listing in rows.LISTINGS:
        page = operator.get(f"/console/today/{listing}/?{WHOLE}")
        for row in page.context["rows"]:
            if row.link:
                assert operator.get(row.link).status_code == 200, row.link
    assert operator.get("/console/today/nothing/").status_code == 404


def test_rows_come_in_pages_that_leave_none_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 3)
    operator = signed_in(shop.operator)
    for listing, count in (
        ("placed", Order.objects.count()),
        ("joined", Person.objects.filter(is_staff=False).count()),
        ("days", DayFigures.objects.count()),
    ):
        seen, path = [], f"/console/today/{listing}/?{WHOLE}"
        while path:
            page = operator.get(path)
            assert len(page.context["rows"]) <= 3
            seen += [row.cells for row in page.context["rows"]]
            older = page.context["older"]
            path = f"/console/today/{listing}/{older}" if older else ""
        assert len(seen) == len(set(seen)) == count, listing
    for place in ("x", "2026-03-01_x", "1.x", "2026-02-31", "9_9"):
        for listing in rows.LISTINGS:
            page = operator.get(f"/console/today/{listing}/?{WHOLE}&before={place}")
            assert page.status_code == 200, (listing, place)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_rows_are_files_too(shop: Shop, form: str) -> None:
    operator = signed_in(shop.operator, "en")
    for listing in rows.LISTINGS:
        answer = operator.get(f"/console/today/{listing}/file/?{WHOLE}&form={form}")
        sent = b"".join(answer.streaming_content)
        answer.close()
        assert f"today-{listing}-" in answer["Content-Disposition"]
        assert sent.startswith("\ufeff".encode() if form == "csv" else b"PK"), listing
    if form == "csv":
        answer = operator.get(f"/console/today/days/file/?{WHOLE}&form=csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        told = list(csv.DictReader(io.StringIO(text)))
        assert [row["Day"] for row in told] == [f"{one.day}" for one in DayFigures.objects.all()]
        assert sum(int(row["Orders placed"]) for row in told) == Order.objects.count()


def test_a_period_that_is_none_is_told_and_the_usual_one_shown(shop: Shop) -> None:
    operator = signed_in(shop.operator)
    for asked in ("from=x&to=2026-03-01", "from=2026-03-02&to=2026-03-01", "to=2026-02-31"):
        page = operator.get(f"/console/?{asked}")
        assert "请给出两个日期" in page.text, asked
        assert (page.context["period"].last - page.context["period"].first).days == 29
    one = operator.get("/console/?from=2026-03-01&to=2026-03-01")
    assert "请给出两个日期" not in one.text
    assert not one.context["is_today"]


def test_before_an_economy_is_open_nothing_is_told(shop: Shop, settings: Any) -> None:
    settings.ECONOMY = "none"
    operator = signed_in(shop.operator, "en")
    assert "No economy is open yet." in operator.get("/console/").text
    assert operator.get("/console/today/days/").status_code == 404


def test_jobs_late_or_failed_are_told(shop: Shop) -> None:
    operator = signed_in(shop.operator, "en")
    Job.objects.update_or_create(name="settle", defaults={"error": "OSError()"})
    shop.mall.time.pass_by(days=2)
    page = operator.get("/console/")
    assert "2 days are not closed" in page.text
    jobs = operator.get("/console/today/jobs/").context["rows"]
    assert {row.cells[0]: row.cells[2] for row in jobs}["settle what waits"] == "failed"
    assert {row.cells[2] for row in jobs} == {"failed", "late"}


def test_a_long_period_is_drawn_by_many_days_together() -> None:
    days = [
        DayFigures(day=date(2026, 1, 1) + timedelta(n), orders_paid=1, members_active=n)
        for n in range(100)
    ][::-1]
    orders, _redeemed, _price, members = charts(days)
    assert orders["together"] == 7
    assert sum(map(int, orders["lines"][1]["values"])) == 100
    assert orders["dates"][-1] == f"{days[6].day}"
    assert members["lines"][1]["values"][-1] == f"{sum(range(93, 100)) // 7}"
    assert charts(days[:92])[0]["together"] == 1


def test_today_asks_the_same_few_questions_however_long_the_period(shop: Shop) -> None:
    operator = signed_in(shop.operator)
    first = clock.now().date() - timedelta(days=900)
    DayFigures.objects.bulk_create(
        DayFigures(day=first + timedelta(days=n), through_seq=1, is_final=True) for n in range(600)
    )
    for path in (f"/console/?{WHOLE}", f"/console/?from={first}&to=2026-12-31"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            operator.get(path)
        assert len(asked) <= 20, [one["sql"] for one in asked]


def test_what_is_drawn_says_what_the_table_says(shop: Shop) -> None:
    page = signed_in(shop.operator).get(f"/console/?{WHOLE}")
    days = list(DayFigures.objects.order_by("day"))
    sales = page.context["charts"][0]["lines"][0]["values"]
    assert [int(text.replace(".", "")) for text in sales] == [day.sales_minor for day in days]
    assert page.context["charts"][0]["dates"] == [f"{day.day}" for day in days]
    assert len(re.findall(r"data-chart=", page.text)) == 4
