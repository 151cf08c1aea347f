"""The policy of the mall is kept where value moves."""

from typing import Any

import pytest

from patronage import ledger
from patronage.commerce import opening
from patronage.commerce.opening import OpeningRefusal
from patronage.economy.events import FORMS
from patronage.members import posting, profiles
from patronage.members.models import Payout
from patronage.members.profiles import ForbiddenEventError
from tests.integration.commerce.play import REDWINE, Mall


def test_every_event_of_the_rules_is_known_or_left_out_on_purpose() -> None:
    """A new kind of event is off until somebody has thought about it."""
    assert profiles.profile().events == set(FORMS)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "points.sold", "account": "a", "points": 1, "id": "x"},
        {"type": "points.sent", "from": "a", "to": "b", "points": 1, "id": "x"},
        {"type": "order.completed", "order": "1", "member": "a", "amount": 1, "id": "gift"},
        {"type": "order.completed", "order": "1", "member": "a", "id": "order:2:completed"},
        {"id": "x"},
    ],
)
def test_what_is_off_is_not_handed_in(mall: Mall, event: dict[str, Any]) -> None:
    before = ledger.summary("mall").unsettled
    with pytest.raises(ForbiddenEventError):
        posting.submit(event)
    assert ledger.summary("mall").unsettled == before
    assert mall.house


@pytest.mark.parametrize(("named", "licence"), [(False, "91310000X"), (True, "")])
def test_no_economy_is_opened_by_an_issuer_without_name_and_number(
    mall: Mall, settings: Any, *, named: bool, licence: str
) -> None:
    settings.ECONOMY, settings.DEMO = "another", False
    settings.COMPANY_IS_NAMED, settings.COMPANY_LICENCE = named, licence
    told = {"charter": REDWINE, "payout": Payout.CASH, "by": mall.person()}
    assert opening.open_economy(**told) is OpeningRefusal.ISSUER
    settings.COMPANY_IS_NAMED, settings.COMPANY_LICENCE = True, "91310000X"
    assert opening.open_economy(**told) is not OpeningRefusal.ISSUER
