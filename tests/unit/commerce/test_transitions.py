"""Where orders can go, and how refusals are told."""

import pytest

from patronage.commerce import (
    cart,
    checkout,
    coupons,
    fulfilment,
    listing,
    orders,
    paying,
    port,
    returns,
)
from patronage.commerce.models import State
from patronage.commerce.transitions import ALLOWED

ENDS = {State.COMPLETED, State.CANCELLED, State.RETURNED}


def test_every_state_says_where_it_leads() -> None:
    assert set(ALLOWED) == set(State)
    assert {state for state, to in ALLOWED.items() if not to} == ENDS


def test_no_order_is_completed_but_after_receipt() -> None:
    assert [state for state in State if State.COMPLETED in ALLOWED[state]] == [State.RECEIVED]


@pytest.mark.parametrize("state", State)
def test_every_state_comes_from_the_first_and_leads_to_an_end(state: State) -> None:
    assert state in _reach(State.UNPAID)
    assert _reach(state) & ENDS


def _reach(start: State) -> set[State]:
    found = {start}
    while more := {to for state in found for to in ALLOWED[state]} - found:
        found |= more
    return found


@pytest.mark.parametrize(
    "subject",
    [
        cart.CartRefusal,
        checkout.CheckoutRefusal,
        coupons.CouponRefusal,
        fulfilment.CodeRefusal,
        listing.ListingRefusal,
        orders.OrderRefusal,
        paying.PayingRefusal,
        port.NotificationRefusal,
        returns.ReturnRefusal,
    ],
)
def test_every_refusal_has_a_code_and_a_sentence(subject: type) -> None:
    assert len({refusal.value for refusal in subject}) == len(subject)
    for refusal in subject:
        assert refusal.value == refusal.name.lower()
        assert str(refusal).endswith((".", "。"))
