"""An owner gives a role in the console; whoever has it reads and exports, and changes nothing."""

import io

from openpyxl import load_workbook

from patronage.commerce import figures
from patronage.members.models import AuditEntry, AuditVerb, Person, Role
from patronage.web.shared import staff
from tests.browser.conftest import Arrive
from tests.shop import Shop


def test_from_today_to_a_file(shop: Shop, arrive: Arrive) -> None:
    figures.count_days()
    made = staff.appoint(email="books@example.com", name="陈审")
    assert isinstance(made, staff.Access)
    owner = arrive(shop.operator, size="desktop")
    owner.go("/console/")
    owner.sees("分红池", "每个增值积分的价格")
    # Each chart is drawn, in light and in dark.
    assert owner.page.locator("[data-chart] canvas").count() == 4
    owner.keep("today")
    owner.go("/console/economy/policy/")
    owner.sees("不提供的功能及原因")
    owner.keep("policy")
    owner.go(f"/console/members/person/{made.person.pk}/roles/")
    owner.page.get_by_label("审计").check()
    owner.keep("roles")
    owner.press("保存")
    owner.sees("审计")

    auditor = arrive(Person.objects.get(pk=made.person.pk), size="desktop", scheme="dark")
    auditor.go("/console/?from=2026-03-01&to=2026-03-31")
    auditor.keep("today")
    auditor.page.get_by_role("link", name="销售额").click()
    auditor.sees("付款订单")
    auditor.keep("rows")
    with auditor.page.expect_download() as download:
        auditor.page.get_by_role("link", name="XLSX").click()
    sheet = load_workbook(io.BytesIO(download.value.path().read_bytes())).active
    assert sheet is not None
    assert sheet.max_row > 3
    told = AuditEntry.objects.filter(verb=AuditVerb.EXPORTED).latest("number")
    assert told.actor_id == made.person.pk
    assert auditor.go(f"/console/members/person/{made.person.pk}/roles/").status == 403
    assert made.person.staff_roles.get().role == Role.AUDITOR
