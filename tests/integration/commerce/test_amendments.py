"""Amendments are announced beforehand, and in force when the time has come, once."""

from datetime import timedelta

import pytest
from django.test import override_settings

from patronage import ledger
from patronage.commerce import amendments, jobs
from patronage.commerce.amendments import AmendmentRefusal
from patronage.commerce.models import Alarm, Amendment
from patronage.members import clock
from tests.integration.commerce.play import REDWINE, Mall
from tests.shop import announce


def fee() -> int:
    return ledger.state("mall").charter.fee_micro


def tried(charter: str, **span: int) -> object:
    return amendments.announce(
        charter=charter, in_force_from=clock.now() + timedelta(**span), why="试"
    )


def test_an_amendment_is_in_force_from_its_moment_on(mall: Mall) -> None:
    made = announce(REDWINE, redemption={"fee": "0.05"})
    (told,) = amendments.announced()
    assert (told.amendment, told.charter.fee_micro) == (made, 50_000)
    mall.time.pass_by(days=7)
    assert amendments.put_in_force() == 0
    assert fee() == 100_000
    mall.time.pass_by(days=1)
    jobs.run_all()
    assert fee() == 50_000
    assert amendments.announced() == []
    assert amendments.put_in_force() == 0
    assert len(ledger.charters("mall")) == 2
    assert amendments.withdraw(amendment_id=made.id, by=mall.person()) is AmendmentRefusal.OVER
    assert not Alarm.objects.exists()


def test_handed_in_again_after_a_crash_it_is_the_same_event(mall: Mall) -> None:
    """The process died after the ledger settled, and the row came back from a backup."""
    made = announce(REDWINE, redemption={"fee": "0.05"})
    mall.time.pass_by(days=8)
    assert amendments.put_in_force() == 1
    Amendment.objects.filter(id=made.id).update(submitted_at=None)
    assert amendments.put_in_force() == 1
    assert len(ledger.charters("mall")) == 2
    assert not Alarm.objects.exists()


def test_what_is_withdrawn_never_holds(mall: Mall) -> None:
    made = announce(REDWINE, redemption={"fee": "0.05"})
    assert amendments.withdraw(amendment_id=made.id, by=mall.person()) is None
    assert amendments.withdraw(amendment_id=made.id, by=mall.person()) is AmendmentRefusal.OVER
    mall.time.pass_by(days=9)
    assert amendments.put_in_force() == 0
    assert fee() == 100_000


def test_what_the_ledger_refuses_after_all_is_an_alarm(mall: Mall) -> None:
    """As it would where another amendment came in between."""
    made = announce(REDWINE, redemption={"fee": "0.05"})
    charter = made.charter.replace('currency = "CNY"', 'currency = "JPY"')
    Amendment.objects.filter(id=made.id).update(charter=charter)
    mall.time.pass_by(days=8)
    assert amendments.put_in_force() == 1
    assert fee() == 100_000
    assert Alarm.objects.get().kind == "event_refused"


@pytest.mark.usefixtures("mall")
def test_what_cannot_be_is_refused_at_once() -> None:
    usual = announce(REDWINE, redemption={"fee": "0.05"}).charter
    assert tried("no charter", days=8) is AmendmentRefusal.UNREADABLE
    assert tried(usual.replace('"0.70"', '"1.70"'), days=8) is AmendmentRefusal.UNREADABLE
    other = usual.replace('issue_price = "1.00"', 'issue_price = "2.00"')
    assert tried(other, days=8) is AmendmentRefusal.FORBIDDEN
    assert tried(usual, days=6, hours=23) is AmendmentRefusal.TOO_SOON
    assert isinstance(tried(usual, days=7), Amendment)
    with override_settings(AMENDMENT_NOTICE_DAYS=30):
        assert tried(usual, days=29) is AmendmentRefusal.TOO_SOON
    assert Amendment.objects.count() == 2
