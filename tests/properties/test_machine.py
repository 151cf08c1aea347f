"""The engine and the slow model side by side, compared after every step."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from patronage.economy import (
    Applied,
    Refused,
    Replay,
    check_identities,
    check_outcome,
    parse_charter,
)
from tests.properties.strategies import OPENING, Planner, charters

DRAWN = st.binary(min_size=7, max_size=7)


class TwoEconomies(RuleBasedStateMachine):
    """Where an implementation is faster than these rules read, it must still end in exactly the
    same integers.
    """

    @initialize(charter=charters(), opening=st.sampled_from([8, 4, 8, 0]))
    def open(self, charter: dict, opening: int) -> None:
        self.planner = Planner(charter)
        self.model = self.planner.model
        self.replay = Replay(parse_charter(charter))
        self.replay.submit(self.planner.events[0])
        for move in OPENING[:opening]:
            self.submit(self.planner.event(move))

    def play(self, kind: str, drawn: bytes) -> None:
        move = (kind, drawn[0] // 8 % 4, drawn[0] % 8, drawn[1] % 16, int.from_bytes(drawn[2:]))
        event = self.planner.event(move)
        if event is not None:
            self.submit(event)

    def submit(self, event: dict) -> None:
        recorded = len(self.model.rejected)
        self.planner.submit(event)
        outcome = self.replay.submit(self.planner.events[-1])
        if isinstance(outcome, Applied):
            check_outcome(outcome)
            check_identities(self.replay.state, self.replay.book.accounts.values())
        assert isinstance(outcome, Refused) == (len(self.model.rejected) > recorded)
        assert self.replay.final_state() == self.model.state()

    @rule(drawn=DRAWN)
    def order_completed(self, drawn: bytes) -> None:
        self.play("order", drawn)

    @rule(drawn=DRAWN)
    def order_refunded(self, drawn: bytes) -> None:
        self.play("refund", drawn)

    @rule(drawn=DRAWN)
    def points_redeemed(self, drawn: bytes) -> None:
        self.play("redeem", drawn)

    @rule(drawn=DRAWN)
    def points_converted(self, drawn: bytes) -> None:
        self.play("convert", drawn)

    @precondition(lambda self: self.model.coins)
    @rule(drawn=DRAWN, kind=st.sampled_from(["spend", "coins_redeem", "coins_back"]))
    def coins(self, drawn: bytes, kind: str) -> None:
        self.play(kind, drawn)

    @rule(drawn=DRAWN, kind=st.sampled_from(["withdraw", "restore", "credit", "charge"]))
    def cash(self, drawn: bytes, kind: str) -> None:
        self.play(kind, drawn)

    @rule(drawn=DRAWN)
    def day_closed(self, drawn: bytes) -> None:
        self.play("close", drawn)

    @rule(drawn=DRAWN, kind=st.sampled_from(["fund", "lift", "lift"]))
    def reserve_funded(self, drawn: bytes, kind: str) -> None:
        self.play(kind, drawn)

    @rule(drawn=DRAWN, kind=st.sampled_from(["burn", "amend", "open", "again"]))
    def operate(self, drawn: bytes, kind: str) -> None:
        self.play(kind, drawn)

    @rule(
        field=st.sampled_from(["type", "amount", "points", "account", "member", "at", "extra"]),
        value=st.sampled_from([None, True, 1.5, "1", "", "x" * 201, [], {}, 10**30, "\ud800"]),
        drawn=DRAWN,
    )
    def malformed(self, field: str, value: object, drawn: bytes) -> None:
        self.play("order", drawn)
        if value != "\ud800":
            self.submit(
                {**self.planner.events[-1], "id": f"bad {len(self.planner.events)}", field: value}
            )

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.model.check()


TestTwoEconomies = TwoEconomies.TestCase
TestTwoEconomies.settings = settings(stateful_step_count=30)
