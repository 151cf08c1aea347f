"""A record of one economy while its events go by: day by day, cohort by cohort, and the end."""

from collections import Counter
from fractions import Fraction

from patronage.economy import Applied, Event, Order, Replay, State
from patronage.economy.charter import NANO
from patronage.economy.governance import DayClose
from patronage.economy.orders import Refund
from patronage.economy.value import Conversion
from patronage.lab.cohorts import Cohorts, Standing, back, back_held, by_month
from patronage.lab.concentration import concentration
from patronage.lab.simulation import Operator, Period, Simulation, Stop


class Record:
    """What is told of every day and every applied event, and what comes of it."""

    def __init__(self) -> None:
        self._economy: Replay | None = None
        self._cohorts = Cohorts()
        self._days: list[Period] = []
        self._date = ""
        self._today: Counter[str] = Counter()
        self._total: Counter[str] = Counter()
        self._profits: dict[str, int] = {}  # by order

    @property
    def knows_profit(self) -> bool:
        """Whether every order so far said what profit it made."""
        return self._total["orders_with_profit"] == self._total["orders"]

    def begin(self, day: str) -> None:
        """Say which day (YYYY-MM-DD) the next events are of."""
        self._date = day
        self._today = Counter()
        self._cohorts.begin(day)

    def note(self, event: Event, outcome: Applied, economy: Replay) -> None:
        """Take note of an applied event."""
        members = len(self._cohorts)
        self._cohorts.note(event, outcome, economy)
        facts, count = outcome.facts, self._today
        count["newcomers"] += len(self._cohorts) - members
        match facts:
            case Order():
                count["orders"] += 1
                count["sales"] += facts.amount
                count["contributions"] += facts.contribution
                count["dividend_contributions"] += facts.dividend
                if "profit" in event:
                    count["orders_with_profit"] += 1
                    count["profit"] += event["profit"]
                    self._profits[event["order"]] = event["profit"]
            case Refund():
                self._count_refund(event, facts, economy)
            case Conversion() if event["type"] == "points.converted":
                count["converted"] += facts.coins
            case DayClose():
                count["dividends"] += facts.dividend
            case _:
                if event["type"] == "coins.spent":
                    count["spent_coins"] += event["amount"]
        for _, cause, _, _, cash, *_, dividend, _ in outcome.movements:
            if cause == "redemption":
                count["redeemed"] += cash - dividend
            elif cause == "compulsory_redemption":
                count["bought_out"] += cash - dividend
                count["exits"] += 1

    def _count_refund(self, event: Event, facts: Refund, economy: Replay) -> None:
        """Take off what a return takes back: sales, the profit on them, what they brought in."""
        count, order = self._today, economy.book.orders[event["order"]]
        amount = event["amount"]
        before = order._replace(refunded=order.refunded - amount)
        count["sales"] -= amount
        count["profit"] -= before.part(self._profits.get(event["order"], 0), amount)
        count["contributions"] -= facts.back
        count["dividend_contributions"] -= facts.dividend_back

    def close(self, economy: Replay) -> None:
        """Say that the day's close has been applied."""
        self._economy = economy
        state, today = economy.state, self._today
        self._cohorts.close(state)
        self._days.append(
            Period(
                last_day=self._date,
                price=_price(state),
                reserve=state.reserve,
                supply=state.circulating,
                issued=state.issued,
                treasury=state.treasury,
                coins=state.coins,
                surplus=state.surplus,
                fees=state.fees,
                members=len(self._cohorts),
                newcomers=today["newcomers"],
                orders=today["orders"],
                sales=today["sales"],
                profit=today["profit"],
                contributions=today["contributions"],
                dividends=today["dividends"],
                redeemed=today["redeemed"],
                bought_out=today["bought_out"],
                exits=today["exits"],
                converted=today["converted"],
                spent_coins=today["spent_coins"],
            )
        )
        self._total.update(today)

    def simulation(self, seed: int = 0, settings: tuple[tuple[str, str], ...] = ()) -> Simulation:
        """Settle everyone, on paper, and say who paid whom; a day must have been closed."""
        if self._economy is None:
            raise ValueError("no day has been closed yet")
        state, charter = self._economy.state, self._economy.state.charter
        standings = self._cohorts.standings(state)
        total = self._total
        taken = total["contributions"] + total["dividend_contributions"]
        return Simulation(
            scenario=charter.name,
            settings=settings,
            seed=seed,
            gear="exact",
            period="day",
            currency=charter.currency,
            exponent=charter.minor_unit_exponent,
            first_price=_price(State(charter)),
            periods=tuple(self._days),
            cohorts=by_month(standings),
            members=len(standings),
            spent=sum(one.spent for one in standings),
            ever_out=_share(sum(one.exits > 0 for one in standings), len(standings)),
            back=back(standings),
            operator=Operator(
                sales=total["sales"],
                profit=total["profit"],
                contributions=total["contributions"],
                dividend_contributions=total["dividend_contributions"],
                margin=total["profit"] - taken,
                founding=charter.founding_minor,
                surplus=state.surplus,
            ),
            held=concentration(one.points for one in standings),
            got=concentration(one.got for one in standings),
            stop=_stop(state, standings),
        )


def _stop(state: State, standings: list[Standing]) -> Stop:
    """Let everyone redeem at once, on paper: redeeming does not move the price."""
    spenders = [one for one in standings if one.spent > 0]
    return Stop(
        points=sum(one.points for one in standings),
        worth=sum(one.worth for one in standings),
        paid=sum(one.held for one in standings),
        fees=sum(one.fee for one in standings),
        coins=state.coins,
        whole=_share(sum(one.got + one.held >= one.spent for one in spenders), len(spenders)),
        back=back_held(standings),
    )


def _price(state: State) -> float:
    return float(Fraction(*state.price) * NANO)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
