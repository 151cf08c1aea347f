"""Two at once over a reward, on PostgreSQL; each with the twin without its guard."""

from threading import Event
from typing import Any

import pytest

from patronage.commerce import completion, distributors, jobs, rewarding
from patronage.commerce.models import Reward, RewardState
from patronage.commerce.rewarding import RewardRefusal
from tests.integration.commerce.play import Mall
from tests.integration.commerce.test_races import TIMEOUT, Meeting, meet_before, together
from tests.integration.commerce.test_rewarding import cash, caught, staff


def release_and_cancel(reward: Reward) -> list[Any]:
    """Return what both who decide were told; the reward is read anew."""
    first, second = staff(), staff()
    told = together(
        lambda: rewarding.release(reward_id=reward.id, by=first, reason="yes"),
        lambda: rewarding.cancel(reward_id=reward.id, by=second, reason="no"),
    )
    reward.refresh_from_db()
    return told


def test_of_two_decisions_at_once_the_first_holds(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    reward = caught(on_postgresql)
    house = on_postgresql.held(on_postgresql.house.account).cash
    meet_before(monkeypatch, rewarding, "_locked", Meeting())
    told = release_and_cancel(reward)
    assert sum(one is RewardRefusal.OVER for one in told) == 1
    is_paid = reward.state == RewardState.PAID
    assert is_paid or reward.state == RewardState.CANCELLED
    assert cash(reward.person) == (reward.amount_minor if is_paid else 0)
    given = on_postgresql.held(on_postgresql.house.account).cash - house
    assert given == (0 if is_paid else reward.amount_minor)
    on_postgresql.verify()


def test_released_by_two_at_once_it_is_paid_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    reward = caught(on_postgresql)
    meet_before(monkeypatch, rewarding, "_locked", Meeting())
    first, second = staff(), staff()
    told = together(
        lambda: rewarding.release(reward_id=reward.id, by=first, reason="yes"),
        lambda: rewarding.release(reward_id=reward.id, by=second, reason="yes"),
    )
    assert sum(one is RewardRefusal.OVER for one in told) == 1
    assert cash(reward.person) == reward.amount_minor
    on_postgresql.verify()


def test_twin_without_the_lock_what_is_cancelled_is_paid_too(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    reward = caught(on_postgresql)
    house = on_postgresql.held(on_postgresql.house.account).cash
    meeting = Meeting()

    def unguarded(reward_id: int) -> Reward | None:
        found = Reward.objects.select_related("order__merchant", "person").filter(id=reward_id)
        read = found.first()
        meeting.wait()
        return read

    monkeypatch.setattr(rewarding, "_locked", unguarded)
    told = release_and_cancel(reward)
    assert all(isinstance(one, Reward) for one in told)
    given = on_postgresql.held(on_postgresql.house.account).cash - house
    assert given + cash(reward.person) > reward.amount_minor


def resume_while_made(mall: Mall, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool) -> Reward:
    """Let a suspension end after it was seen, before the reward it makes wait is stored."""
    seen, at_the_guard, is_over = Event(), Event(), Event()
    one, seller = staff(), mall.person()
    item = mall.item(mall.sku(100_00), 60_00, 90_00, person=seller)
    (order,) = mall.place(mall.person(), (item, 1))
    mall.pay([order])
    mall.receive(order)
    of_theirs = {"distributor_id": item.distributor_id, "who": one}
    assert distributors.suspend(**of_theirs, reason="x") is None
    judge, keep = rewarding._judge, rewarding._keep

    def judged(reward: Reward) -> None:
        judge(reward)
        seen.set()
        assert (at_the_guard if is_guarded else is_over).wait(TIMEOUT)

    def kept(person_id: int) -> None:
        if seen.is_set():
            at_the_guard.set()
        if is_guarded:
            keep(person_id)

    def resume() -> None:
        assert seen.wait(TIMEOUT)
        assert distributors.resume(**of_theirs) is None
        is_over.set()

    monkeypatch.setattr(rewarding, "_judge", judged)
    monkeypatch.setattr(rewarding, "_keep", kept)
    mall.time.pass_by(days=7)
    together(lambda: completion.complete(order.id), resume)
    monkeypatch.undo()
    jobs.run_all()
    return order.rewards.get()


def test_a_reward_made_while_a_suspension_ends_is_freed(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    reward = resume_while_made(on_postgresql, monkeypatch, is_guarded=True)
    assert reward.state == RewardState.PAID
    assert cash(reward.person) == reward.amount_minor
    on_postgresql.verify()


def test_twin_without_the_guard_it_waits_for_ever(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    reward = resume_while_made(on_postgresql, monkeypatch, is_guarded=False)
    assert reward.state == RewardState.WAITING
