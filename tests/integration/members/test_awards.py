"""The places that decide rewards are frozen once, and each reward is given once."""

from datetime import timedelta

from patronage import ledger
from patronage.members import awards, clock
from patronage.members.awards import AwardRefusal
from patronage.members.models import Award, CutOff, CutOffPlace, Level, Partner, Reward
from tests.integration.commerce.play import Mall
from tests.integration.members.play import holder


def announced(first: int, last: int, in_days: int = 0) -> Reward:
    day = clock.now().date() + timedelta(days=in_days)
    return Reward.objects.create(first_place=first, last_place=last, text="酒", decided_on=day)


def test_the_places_are_frozen_when_their_day_is_over(mall: Mall) -> None:
    first, second = holder(mall, orders=3), holder(mall, orders=2)
    wine, glass, later = announced(1, 1), announced(1, 3), announced(1, 1, in_days=5)
    assert awards.take_cut_offs() == 0, "the day goes on"
    mall.time.pass_by(days=1)
    assert awards.take_cut_offs() == 1
    frozen = list(CutOffPlace.objects.values_list("place", "account", "points_nano"))
    assert [row[:2] for row in frozen] == [(1, first.account), (2, second.account)]
    cut_off = CutOff.objects.get()
    assert (cut_off.day, cut_off.record) == (wine.decided_on, ledger.summary("mall").records)
    holder(mall, orders=9)
    assert awards.take_cut_offs() == 0
    assert list(CutOffPlace.objects.values_list("place", "account", "points_nano")) == frozen
    given = Award.objects.order_by("reward", "place").values_list("reward", "place__place")
    assert list(given) == [(wine.id, 1), (glass.id, 1), (glass.id, 2)]
    assert not later.awards.exists()


def test_an_award_in_kind_is_given_once_and_says_what(mall: Mall) -> None:
    holder(mall)
    announced(1, 1)
    mall.time.pass_by(days=1)
    awards.take_cut_offs()
    award, who = Award.objects.get(), mall.person()
    told = {"award_id": award.id, "who": who}
    assert awards.give_in_kind(**told, note=" ") is AwardRefusal.NOTE_NEEDED
    given = awards.give_in_kind(**told, note="干红一箱，顺丰 SF1")
    assert isinstance(given, Award)
    assert (given.state, given.ended_by) == ("given", who)
    assert awards.give_in_kind(**told, note="again") is AwardRefusal.NOT_DUE


def test_partners_are_who_holds_enough(mall: Mall) -> None:
    assert awards.list_partners() == 0, "no level makes a partner"
    rich, poor = holder(mall, price=900_00), holder(mall, price=10_00)
    held = {one.account: mall.held(one.account).points for one in (rich, poor)}
    level = Level.objects.create(name="合伙人", from_nano=held[poor.account] + 1, is_partner=True)
    assert awards.list_partners() == 1
    assert Partner.objects.get().account == rich.account
    Level.objects.filter(id=level.id).update(from_nano=held[poor.account])
    mall.time.pass_by(minutes=1)
    assert awards.list_partners() == 2
    Level.objects.filter(id=level.id).update(from_nano=held[rich.account] + 1)
    mall.time.pass_by(minutes=1)
    assert awards.list_partners() == 0
    assert not Partner.objects.exists()
