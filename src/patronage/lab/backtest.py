"""Backtest: a shop's past days through a charter, and what would have come of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from heapq import nlargest
from itertools import chain

from patronage.economy import (
    Applied,
    BrokenInvariantError,
    Charter,
    Event,
    Order,
    Replay,
    check_identities,
)
from patronage.economy.governance import DayClose
from patronage.economy.operations import Redemption
from patronage.economy.orders import Refund
from patronage.economy.state import Account, payable
from patronage.economy.value import Conversion
from patronage.intake import Day, day_closed
from patronage.lab.behaviour import Behaviour, Conduct
from patronage.lab.record import Record
from patronage.lab.result import DayEnd, Holding, Redemptions, Result, Use

_LARGEST = 10


def backtest(
    charter: Charter,
    days: Iterable[Day],
    behaviour: Behaviour | None = None,
    on_event: Callable[[Event], None] | None = None,
    record: Record | None = None,
) -> Result:
    """Run days in order: each one's events, then the stated behaviour, then its close.

    `on_event` is given every event before it is judged: written to a file they make `Replay` end in
    the same state. `record` is told of everything and knows afterwards who paid whom.

    Raises BrokenInvariantError if the identities do not hold at the end.
    """
    run = _Run(charter, behaviour or Behaviour(), on_event, record)
    for day, following in _with_following(days):
        run.day(day, ends_month=following is None or following[:7] != day.date[:7])
    return run.result()


def _with_following(days: Iterable[Day]) -> Iterator[tuple[Day, str | None]]:
    """Pair each day with the date of the next one."""
    previous: Day | None = None
    for day in chain(days, (None,)):
        if previous is not None:
            yield previous, day and day.date
        previous = day


class _Run:
    """One economy, and what is counted while its events go by."""

    def __init__(
        self,
        charter: Charter,
        behaviour: Behaviour,
        on_event: Callable[[Event], None] | None,
        record: Record | None,
    ) -> None:
        self._economy = Replay(charter)
        self._conduct = Conduct(behaviour, self._economy)
        self._on_event = on_event
        self._record = record
        self._first_price = self._economy.state.price
        self._days: list[DayEnd] = []
        self._count: Counter[str] = Counter()
        self._today: Counter[str] = Counter()
        # Beyond its cash, what an account's quota has paid: fees kept back, and coins.
        self._used_otherwise: Counter[str] = Counter()

    def day(self, day: Day, *, ends_month: bool) -> None:
        """Run one day: its events, the stated behaviour, the close."""
        self._today = Counter()
        conduct = self._conduct
        if self._record is not None:
            self._record.begin(day.date)
        for event in chain(conduct.morning(day.date), day.events, conduct.evening(day.date)):
            self._submit(event)
        if ends_month:
            for event in conduct.month_end(day.date):
                self._submit(event)
        self._submit(day_closed(day.date))
        state, today = self._economy.state, self._today
        if self._record is not None:
            self._record.close(self._economy)
        self._days.append(
            DayEnd(
                date=day.date,
                price=state.price,
                reserve=state.reserve,
                orders=today["orders"],
                sales=today["sales"],
                refunded=today["refunded"],
                dividends=today["dividends_distributed"],
                redeemed=today["redeemed.gross"],
                bought_out=today["compulsory.gross"],
            )
        )
        self._count.update(today)

    def _submit(self, event: Event) -> None:
        if self._on_event is not None:
            self._on_event(event)
        state = self._economy.state
        price, bought_out = state.price, state.compulsory_redemptions
        outcome = self._economy.submit(event)
        if not isinstance(outcome, Applied):
            return
        if self._record is not None:
            self._record.note(event, outcome, self._economy)
        facts, count = outcome.facts, self._today
        match facts:
            case Order():
                count["orders"] += 1
                count["sales"] += facts.amount
                count["contributions"] += facts.contribution
                count["dividend_contributions"] += facts.dividend
                self._conduct.note(facts, price)
            case Refund():
                count["refunds"] += 1
                count["refunded"] += event["amount"]
                count["missing"] += facts.missing
            case Redemption():
                self._count_redemption(
                    "redeemed", event["account"], facts.points, facts.pay, facts.fee
                )
            case Conversion() if event["type"] == "points.converted":
                count["converted_points"] += facts.points
                count["converted_coins"] += facts.coins
                self._used_otherwise[event["account"]] += facts.coins
            case DayClose():
                count["dividends_distributed"] += facts.dividend
                count["lifted"] += facts.lift
            case _:
                if event["type"] == "coins.spent":
                    count["spent_coins"] += event["amount"]
        if state.compulsory_redemptions > bought_out:
            for account, cause, points, _, cash, *_, dividend, fee in outcome.movements:
                if cause == "compulsory_redemption":
                    gross = cash - dividend + fee
                    self._count_redemption("compulsory", account.id, -points, gross, fee)

    def _count_redemption(self, kind: str, id: str, points: int, gross: int, fee: int) -> None:
        self._today[f"{kind}.number"] += 1
        self._today[f"{kind}.points"] += points
        self._today[f"{kind}.gross"] += gross
        self._today[f"{kind}.fee"] += fee
        self._used_otherwise[id] += fee

    def result(self) -> Result:
        """Settle everyone, on paper, and add up."""
        economy, count = self._economy, self._count
        state, accounts = economy.state, economy.book.accounts
        check_identities(state, accounts.values())
        final = economy.final_state()
        holders = [account for account in accounts.values() if account.points]
        largest = nlargest(_LARGEST, holders, key=lambda account: account.points)
        redemptions, compulsory = (
            Redemptions(*(count[f"{kind}.{figure}"] for figure in Redemptions._fields))
            for kind in ("redeemed", "compulsory")
        )
        cash = sum(account["cash"] for account in final["accounts"].values())
        paid = cash - redemptions.net - compulsory.net  # what is not from redemptions is dividends
        return Result(
            charter=state.charter,
            days=self._days,
            first_price=self._first_price,
            last_price=state.price,
            orders=count["orders"],
            members=sum(not account.merchant for account in accounts.values()),
            sales=count["sales"],
            refunds=count["refunds"],
            refunded=count["refunded"],
            returned=state.returned,
            missing=count["missing"],
            contributions=count["contributions"],
            dividend_contributions=count["dividend_contributions"],
            reserve=state.reserve,
            issued=state.issued,
            burned=state.burned,
            circulating=state.circulating,
            treasury=state.treasury,
            founding=state.founding,
            coins=state.coins,
            converted_points=count["converted_points"],
            converted_coins=count["converted_coins"],
            spent_coins=count["spent_coins"],
            dividend_pool=state.dividend_pool,
            dividends_distributed=count["dividends_distributed"],
            dividends_paid=paid,
            dividends_unpaid=final["dividends_unpaid"],
            fees=state.fees,
            lifted=count["lifted"],
            surplus=final["surplus"],
            redemptions=redemptions,
            compulsory=compulsory,
            quota_used=paid + redemptions.gross + compulsory.gross + count["converted_coins"],
            quota_left=sum(account["quota"] for account in final["accounts"].values()),
            holders=len(holders),
            largest=[self._holding(account) for account in largest],
            rejected=[(id, code.value) for id, code in economy.rejected],
            uses=self._uses(
                final["surplus"], final["dividends_unpaid"], redemptions, compulsory, cash
            ),
        )

    def _holding(self, account: Account) -> Holding:
        state = self._economy.state
        price, per = state.price
        paid = payable(state, account)[2]
        cash = account.cash + paid
        return Holding(
            account=account.id,
            kind="merchant" if account.merchant else "member",
            points=account.points,
            worth=account.points * price // per,
            used=cash + self._used_otherwise[account.id],
            quota=account.quota - paid,
            cash=cash,
            coins=account.coins,
        )

    def _uses(
        self,
        surplus: int,
        dividends_unpaid: int,
        redemptions: Redemptions,
        compulsory: Redemptions,
        cash: int,
    ) -> dict[Use, int]:
        """Say what sales became. Founding money is the operator's and left aside.

        All but the shop's own part comes from the final balances, so that the sum is the sales only
        if no money appeared or vanished.
        """
        state, count = self._economy.state, self._count
        if not count["sales"]:
            return {}
        price, per = state.price
        founding = state.founding * price // per if state.circulating else 0
        treasury = state.treasury * price // per if state.circulating else 0
        contributed = count["contributions"] + count["dividend_contributions"]
        uses = {
            Use.REFUNDED: count["refunded"],
            Use.SHOP: count["sales"] - count["refunded"] - contributed + state.returned,
            Use.REDEEMED: redemptions.net,
            Use.BOUGHT_OUT: compulsory.net,
            Use.DIVIDENDS_PAID: cash - redemptions.net - compulsory.net,
            Use.DIVIDENDS_WAITING: dividends_unpaid + state.dividend_pool,
            Use.BEHIND_POINTS: state.reserve - founding - treasury,
            Use.BEHIND_TREASURY: treasury,
            # Founding points cannot be redeemed: their part never falls below the founding money.
            Use.BEHIND_FOUNDING: founding - state.charter.founding_minor,
            Use.FEES: state.fees,
            Use.SURPLUS: surplus,
        }
        if sum(uses.values()) != count["sales"]:
            raise BrokenInvariantError("what sales became does not add up to the sales")
        return uses
