"""What always holds, as checks that name what does not."""

from collections.abc import Iterable

from patronage.economy.apply import Applied
from patronage.economy.refusals import BrokenInvariantError
from patronage.economy.state import INDEX_SCALE, Account, State, ceiling_of, is_due

_SIGNS: dict[str, dict[str, int]] = {
    # Each figure's sign in its asset's sum: what the economy holds is +, where it came from −.
    "money": {
        "reserve": 1,
        "dividend_pool": 1,
        "dividends_unpaid": 1,
        "fees": 1,
        "surplus": 1,
        "returned": 1,
        "paid_out": 1,
        "paid_in": -1,
    },
    "points": {"treasury": 1, "burned": 1, "issued": -1},
    "coins": {"coins": -1},
}


def check_outcome(outcome: Applied) -> None:
    """Raise BrokenInvariantError unless an event's changes sum to zero for each asset."""
    changes = outcome.changes()
    moved = {"money": 0, "points": 0, "coins": 0}
    for _account, _cause, points, _quota, cash, coins, *_ in outcome.movements:
        moved["points"] += points
        moved["money"] += cash
        moved["coins"] += coins
    for asset, signs in _SIGNS.items():
        total = moved[asset] + sum(changes.get(name, 0) * sign for name, sign in signs.items())
        if total:
            raise BrokenInvariantError(f"{asset} do not sum to zero: {total}")


def check_identities(state: State, accounts: Iterable[Account]) -> None:
    """Raise BrokenInvariantError unless the rule book's identities 1, 3, 4 and 5 hold.

    Needs every account; costs one pass over them. Identity 2 is checked at each event, and 6 is
    what replaying shows.
    """
    points = cash = coins = owed = 0
    for account in accounts:
        points += account.points
        cash += account.cash
        coins += account.coins
        owed += account.owed + account.points * (state.index - account.at)
        ceiling = ceiling_of(account)
        if ceiling is not None and is_due(ceiling, state):
            raise BrokenInvariantError(f"account {account.id!r} is due and was not bought out")

    _require(
        points + state.treasury + state.founding == state.circulating
        and state.issued <= state.charter.authorised_nano,
        "1: points do not add up to circulating, or more than authorised are issued",
    )
    price, per = state.price
    _require(
        state.treasury * price >= state.coins * per and state.coins == coins,
        "3: the treasury does not cover the coins, or coins do not add up",
    )
    _require(
        state.paid_in - state.paid_out - state.returned
        == state.reserve
        + state.dividend_pool
        + state.dividends_unpaid
        + state.fees
        + state.surplus
        + cash,
        "4: money appeared or vanished",
    )
    _require(
        owed <= state.dividends_unpaid * INDEX_SCALE,
        "5: accounts are owed more dividends than are set aside",
    )


def _require(holds: bool, what: str) -> None:  # noqa: FBT001  (it is the whole point)
    if not holds:
        raise BrokenInvariantError(f"identity {what}")
