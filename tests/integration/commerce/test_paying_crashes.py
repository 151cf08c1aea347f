"""Paying and cancelling that died half way are caught up once."""

from typing import Any

import pytest

from patronage.commerce import jobs, orders, paying, payments, posting, refunds, testpay
from patronage.commerce.models import (
    Refund,
    RefundState,
    State,
    TestRefund,
)
from patronage.commerce.testpay import Choice
from tests.integration.commerce.play import Died, Mall, die, unpaid


@pytest.mark.parametrize("inner_minor", [40_00, 100_00])
@pytest.mark.parametrize(
    ("where", "what"),
    [
        (posting, "settle_all"),  # what is to be taken was handed in
        (payments, "_is_inner_taken"),  # it was taken
        (testpay.TestChannel, "open"),  # the provider was not asked yet
    ],
)
def test_a_payment_that_died_goes_on(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, where: Any, what: str, inner_minor: int
) -> None:
    person = mall.person()
    mall.give(person, 100_00)
    order = unpaid(mall, person)
    needs_provider = inner_minor < 100_00
    with monkeypatch.context() as patched:
        patched.setattr(where, what, die)
        if what != "open" or needs_provider:
            with pytest.raises(Died):
                mall.pay([order], inner="cash", inner_minor=inner_minor)
        else:
            mall.pay([order], inner="cash", inner_minor=inner_minor)
    mall.time.pass_by(minutes=1)
    jobs.run_all()
    if needs_provider:
        told = paying.continue_paying(person=person, checkout_number=order.checkout.number)
        testpay.choose(reference=told.payment.reference, choice=Choice.SUCCEED)
        payments.deliver_test_messages()
    order.refresh_from_db()
    assert order.state == State.PAID
    assert mall.held(person.account).cash == 100_00 - inner_minor
    mall.verify()


@pytest.mark.parametrize(
    ("where", "what"),
    [(refunds, "carry_out"), (refunds, "_from_ledger"), (refunds, "_by_provider")],
)
def test_a_cancellation_that_died_gives_everything_back_once(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, where: Any, what: str
) -> None:
    person = mall.person()
    mall.give(person, 40_00)
    order = unpaid(mall, person)
    mall.pay([order], inner="cash", inner_minor=40_00)
    with monkeypatch.context() as patched:
        patched.setattr(where, what, die)
        with pytest.raises(Died):
            orders.cancel_order(person=person, number=order.number)
    for _ in range(2):
        jobs.run_all()
        assert mall.held(person.account).cash == 40_00
        assert TestRefund.objects.get().amount_minor == 60_00
        assert set(Refund.objects.values_list("state", flat=True)) == {RefundState.SUCCEEDED}
    mall.verify()
