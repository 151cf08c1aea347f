"""What a stretch of the journal came to, and the movements behind it."""

import pytest

from patronage import ledger
from patronage.ledger import stretches
from patronage.ledger.opening import open_unchecked
from tests.integration.commerce.play import REDWINE
from tests.integration.play import fresh


def lived(using: str) -> str:
    """Let two members order, one give half back, and both redeem, with a close between."""
    economy = fresh("flows")
    open_unchecked(economy, REDWINE, using=using)
    buyers = [{"order": f"{n}", "member": f"m\x00{n}", "amount": 100_00} for n in (1, 2)]
    for event in (
        *({"type": "order.completed", "profit": 50_00, **buyer} for buyer in buyers),
        {"type": "order.completed", **buyers[0]},  # refused: there is such an order
        {"type": "points.redeemed", "account": "m\x001", "points": 10**9},
        {"type": "day.closed", "date": "2026-03-01"},
        {"type": "order.refunded", "order": "2", "amount": 50_00},
        {"type": "points.redeemed", "account": "m\x001", "points": 2 * 10**9},
    ):
        ledger.submit(economy, {"id": f"{event}", **event}, using=using)
    while ledger.settle(economy, using=using):
        pass
    return economy


def test_a_stretch_is_what_its_records_did(using: str, monkeypatch: pytest.MonkeyPatch) -> None:
    economy = lived(using)
    all_of_it = ledger.flows(economy, after=0, through=8, using=using)
    assert (all_of_it.orders, all_of_it.contributed) == (2, 60_00)
    assert all_of_it.dividend_contributed == 30_00
    refund = ledger.record_at(economy, 7, using=using)
    assert refund is not None
    assert all_of_it.given_back == refund.told["facts"]["back"] > 0
    redeemed = all_of_it.of("redemption")
    assert (redeemed.times, redeemed.points) == (2, -3 * 10**9)
    facts = [ledger.record_at(economy, seq, using=using).told["facts"] for seq in (5, 8)]  # type: ignore[union-attr]
    assert redeemed.cash == sum(one["pay"] - one["fee"] for one in facts)
    assert redeemed.fee == sum(one["fee"] for one in facts) > 0
    assert all_of_it.of("conversion", "payment").times == 0
    monkeypatch.setattr(stretches, "_RECORDS", 3)
    assert ledger.flows(economy, after=0, through=8, using=using) == all_of_it
    parts = [ledger.flows(economy, after=a, through=b, using=using) for a, b in ((0, 6), (6, 8))]
    assert [one.of("redemption").times for one in parts] == [1, 1]
    assert [one.orders for one in parts] == [2, 0]
    assert sum(one.of("redemption").cash for one in parts) == redeemed.cash


def test_movements_come_in_pages_the_newest_first(
    using: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    economy = lived(using)

    def pages(limit: int) -> list[list[int]]:
        found, before = [], None
        while True:
            page, before = ledger.movements(
                economy,
                ("redemption",),
                after=0,
                through=8,
                before=before,
                limit=limit,
                using=using,
            )
            found.append([one.place[0] for one in page])
            if before is None:
                return found

    assert pages(10) == [[8, 5]]
    assert pages(1) == [[8], [5], []]
    one = ledger.movements(economy, ("redemption",), after=5, through=8, using=using)[0]
    assert [(moving.account, moving.points) for moving in one] == [("m\x001", -2 * 10**9)]
    assert one[0].event_id is not None
    assert ledger.movements(economy, ("payment",), after=0, through=8, using=using) == ([], None)
    monkeypatch.setattr(stretches, "SEARCHED", 2)
    assert [seq for page in pages(10) for seq in page] == [8, 5]
    assert len(pages(10)) > 1
