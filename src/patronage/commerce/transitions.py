"""The one place where an order moves from a state to another."""

from types import MappingProxyType
from typing import Final

from patronage.commerce.models import Order, State, Transition
from patronage.members import clock
from patronage.members.models import Person

ALLOWED: Final = MappingProxyType(
    {
        State.UNPAID: frozenset({State.PAYING, State.CANCELLED}),
        State.PAYING: frozenset({State.UNPAID, State.PAID}),
        State.PAID: frozenset({State.SHIPPED, State.CANCELLED, State.RETURNED}),
        State.SHIPPED: frozenset({State.RECEIVED, State.RETURNED}),
        State.RECEIVED: frozenset({State.COMPLETED, State.RETURNED}),
        State.COMPLETED: frozenset[State](),
        State.CANCELLED: frozenset[State](),
        State.RETURNED: frozenset[State](),
    }
)
"""Where an order may go from each state."""

_MOMENTS: Final = MappingProxyType(
    {
        State.PAID: "paid_at",
        State.SHIPPED: "shipped_at",
        State.RECEIVED: "received_at",
        State.COMPLETED: "completed_at",
        State.CANCELLED: "closed_at",
        State.RETURNED: "closed_at",
    }
)


class ImpossibleTransitionError(RuntimeError):
    """An order was to go where it cannot: whoever asked had not looked."""


def locked(order_id: int) -> Order:
    """Return an order, kept from everyone else until the transaction ends.

    Whoever locks more locks in this order: a checkout, its orders by id, cart, SKUs by id,
    vouchers, products by id.
    """
    return Order.objects.select_for_update().get(id=order_id)


def locked_of(checkout_id: int, state: State) -> list[Order]:
    """Return a checkout's orders in a state, kept from everyone else likewise."""
    orders = Order.objects.select_for_update().filter(checkout_id=checkout_id, state=state)
    return list(orders.order_by("id"))


def move(order_id: int, to: State, *, who: Person | None, note: str = "") -> Order:
    """Move an order to a state, in the caller's transaction; `who` of None is the system.

    Raises ImpossibleTransitionError.
    """
    order = locked(order_id)
    before = State(order.state)
    if to not in ALLOWED[before]:
        raise ImpossibleTransitionError(f"{order.number} cannot go from {before} to {to}")
    now = clock.now()
    order.state = to
    changed = ["state"]
    if to in _MOMENTS:
        setattr(order, _MOMENTS[to], now)
        changed.append(_MOMENTS[to])
    order.save(update_fields=changed)
    Transition.objects.create(
        order=order, from_state=before, to_state=to, who=who, at=now, note=note[:200]
    )
    return order
