"""What happens to what members hold is told once, whoever tells it and however often they die."""

import json
from datetime import timedelta

import pytest
from django.utils.translation import override

from patronage import ledger
from patronage.commerce import counter, jobs
from patronage.members import clock, notices, noticing, payouts, ranking, sms
from patronage.members.models import Notice, NoticeKind, NoticePosition, Person, SentText
from patronage.members.noticing import follow_closes, follow_journal
from patronage.members.sentences import sentence
from tests.integration.commerce.play import Mall
from tests.integration.commerce.test_counter import charged, customer, staff
from tests.integration.members.test_payouts import (
    FAILED,
    PAID,
    Standing,
    answered,
    confirmed,
    rich,
)


def kinds(person: Person) -> list[str]:
    return list(person.notices.order_by("id").values_list("kind", flat=True))


def latest(person: Person, kind: NoticeKind) -> Notice:
    return person.notices.filter(kind=kind).latest("id")


def said(notice: Notice, language: str = "en") -> str:
    with override(language):
        return sentence(notice.kind, notice.facts)


def test_each_movement_is_told_once_in_its_figures(mall: Mall) -> None:
    li = mall.person()
    han = mall.person(referrer=li)
    (order,) = mall.buy(han, (mall.sku(1000_00), 1))
    points = mall.held(han.account).points
    mall.submit(type="points.redeemed", account=han.account, points=10**10)
    mall.give_coins(han, 20 * 10**9)
    mall.give(han, 5_00)
    mall.submit(type="cash.charged", account=han.account, amount=1_00, reason="r")
    mall.submit(id="w", type="cash.withdrawn", account=han.account, amount=2_00)
    mall.submit(type="cash.restored", withdrawal="w", amount=2_00)
    follow_journal()
    follow_journal()
    assert kinds(li) == ["referral_granted"]
    assert kinds(han) == [
        *("points_granted", "points_redeemed", "points_converted", "cash_credited"),
        *("cash_charged", "cash_back"),
    ]
    granted = latest(han, NoticeKind.POINTS_GRANTED)
    assert (granted.facts["points"], granted.facts["order"]) == (points, order.number)
    assert said(granted) == (
        f"Your order {order.number} is completed: 210.0000 points and a quota of ¥2,000.00 were "
        "granted."
    )
    assert "210.0000" in said(granted, "zh-hans")
    assert "¥5.00" in said(latest(han, NoticeKind.CASH_CREDITED))
    line = next(
        line for line in ledger.statement("mall", han.account) if line.cause == "redemption"
    )
    redeemed = latest(han, NoticeKind.POINTS_REDEEMED)
    assert (redeemed.facts["cash"], redeemed.facts["fee"]) == (line.cash - line.dividend, line.fee)
    assert NoticePosition.objects.get(name="journal").seq == ledger.summary("mall").records


def test_a_payment_at_a_counter_and_its_refund_are_told(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    paid = charged(mall, person, 20_00, merchant)
    counter.refund(
        merchant=merchant, number=paid.number, amount_minor=5_00, key="1", who=staff(merchant)
    )
    follow_journal()
    assert said(latest(person, NoticeKind.COINS_PAID)) == "You paid 20.00 coins."
    assert said(latest(person, NoticeKind.COINS_BACK)) == "5.00 coins came back to you."


def test_none_is_lost_where_the_process_dies(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    person = mall.person()
    for _ in range(3):
        mall.give(person, 1_00)
    tell_all = noticing.tell_all

    def die_after(told: object) -> int:
        tell_all(told)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(noticing, "tell_all", die_after)
        with pytest.raises(KeyboardInterrupt):
            follow_journal()
    assert kinds(person) == []
    follow_journal()
    assert kinds(person) == ["cash_credited"] * 3


def test_a_long_journal_is_followed_in_pages(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    person = mall.person()
    monkeypatch.setattr(noticing, "_PAGE", 2)
    moved = ledger.moved
    monkeypatch.setattr(
        noticing.ledger, "moved", lambda economy, after: moved(economy, after=after, limit=3)
    )
    for _ in range(8):
        mall.give(person, 1_00)
    follow_journal()
    assert kinds(person) == ["cash_credited"] * 8


def near(mall: Mall, person: Person, percent: int) -> None:
    """Lift the price until someone's points are worth such a part of their quota."""
    held, told = mall.held(person.account), ledger.summary("mall")
    wanted = -(-held.quota * percent * told.figures["circulating"] // (100 * held.points))
    mall.submit(
        type="reserve.funded", amount=wanted - told.figures["reserve"] + 1, source="operator"
    )


def close(mall: Mall) -> None:
    mall.time.pass_by(days=1)
    jobs.run_all()


def test_who_nears_the_quota_is_warned_once_and_then_told_of_the_end(mall: Mall) -> None:
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    near(mall, person, 79)
    close(mall)
    assert "quota_near" not in kinds(person)
    near(mall, person, 81)
    for _ in range(3):
        close(mall)
    assert kinds(person).count("quota_near") == 1
    assert said(latest(person, NoticeKind.QUOTA_NEAR)) == (
        "Your points and dividends are worth 81 % of your quota of ¥200.00. At 100 % all your "
        "points are redeemed by the rules and the quota ends."
    )
    near(mall, person, 96)
    close(mall)
    close(mall)
    assert [one.facts["percent"] for one in person.notices.filter(kind="quota_near")] == [81, 96]
    near(mall, person, 100)
    close(mall)
    assert mall.held(person.account).points == 0
    end = said(latest(person, NoticeKind.BOUGHT_OUT))
    assert "all 21.0000 points were redeemed by the rules, ¥180.00 is in your cash" in end
    assert "the fee was ¥20.00" in end


def test_after_a_new_order_the_warnings_begin_anew(mall: Mall) -> None:
    person, sku = mall.person(), mall.sku(100_00)
    mall.buy(person, (sku, 1))
    near(mall, person, 90)
    close(mall)
    mall.buy(person, (sku, 1))
    close(mall)
    assert kinds(person).count("quota_near") == 1
    near(mall, person, 85)
    close(mall)
    assert kinds(person).count("quota_near") == 2


def test_a_week_of_dividends_is_told_when_it_is_over(mall: Mall) -> None:
    """The mall opens on a Sunday: the first week is that day alone."""
    person, other = mall.person(), mall.person()
    mall.buy(person, (mall.sku(1000_00, cost=100_00), 1))
    for _ in range(20):
        close(mall)
    earned = {one.day.date: one.dividend for one in ledger.earned("mall", person.account)}
    told = [one.facts for one in person.notices.filter(kind="dividends").order_by("id")]
    assert told
    for facts in told:
        first, last = facts["first"], facts["last"]
        assert facts["amount"] == int(sum(v for day, v in earned.items() if first <= day <= last))
    assert sum(facts["amount"] for facts in told) > 0
    assert "dividends" not in kinds(other)
    assert Notice.objects.filter(kind="dividends").count() == len({one["last"] for one in told})
    words = said(latest(person, NoticeKind.DIVIDENDS))
    assert words.startswith("From ")
    assert words.endswith(f"you earned dividends of ¥{told[-1]['amount'] / 100:,.2f}.")


def test_telling_twice_is_telling_once(mall: Mall) -> None:
    person = mall.person()
    mall.buy(person, (mall.sku(1000_00, cost=100_00), 1))
    near(mall, person, 90)
    for _ in range(10):
        close(mall)
    before = list(Notice.objects.order_by("id").values_list("person", "kind", "source"))
    NoticePosition.objects.all().delete()  # as after a crash between notices and position
    follow_journal()
    follow_closes()
    assert list(Notice.objects.order_by("id").values_list("person", "kind", "source")) == before


def test_who_left_is_told_nothing(mall: Mall) -> None:
    person = mall.person()
    mall.give(person, 1_00)
    Person.objects.filter(id=person.id).update(
        closed_at=clock.now(), phone=None, name="", is_active=False
    )
    follow_journal()
    assert kinds(person) == []


def test_texts_go_to_who_asked_for_that_kind(mall: Mall) -> None:
    person, other = mall.person(), mall.person()
    notices.choose_texts(person=person, kinds=["cash_credited", "nonsense"])
    assert notices.texted_kinds(person) == ["cash_credited"]
    for one in (person, other):
        mall.give(one, 7_00)
    mall.submit(type="cash.charged", account=person.account, amount=1_00, reason="r")
    jobs.run_all()
    jobs.run_all()
    sent = SentText.objects.filter(phone=person.phone)
    assert [text.text for text in sent] == ["¥7.00 已存入您的现金。"]
    assert not SentText.objects.filter(phone=other.phone).exists()
    assert latest(person, NoticeKind.CASH_CREDITED).texted_at == clock.now()
    notices.choose_texts(person=person, kinds=[])
    mall.give(person, 7_00)
    jobs.run_all()
    assert sent.count() == 1


def test_a_text_that_is_not_taken_is_tried_three_times(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = mall.person()
    notices.choose_texts(person=person, kinds=["cash_credited"])
    mall.give(person, 7_00)
    follow_journal()
    tries = []

    def fail(*_: object, **asked: object) -> None:
        tries.append(asked["phone"])
        raise sms.SmsError("no")

    monkeypatch.setattr(sms.EmbeddedSender, "send_notice", fail)
    for _ in range(5):
        notices.send_texts()
        notices.send_texts()  # not before its time
        mall.time.pass_by(minutes=5)
    assert tries == [person.phone] * 3
    assert latest(person, NoticeKind.CASH_CREDITED).texted_at is None


def test_reading(mall: Mall) -> None:
    person, other = mall.person(), mall.person()
    for _ in range(3):
        mall.give(person, 1_00)
    follow_journal()
    assert (notices.unread(person), notices.unread(other)) == (3, 0)
    page = list(notices.notices_of(person)[:2])
    notices.mark_read(page)
    assert notices.unread(person) == 1
    read = notices.notices_of(person)[0].read_at
    mall.time.pass_by(hours=1)
    notices.mark_read(notices.notices_of(person))
    assert notices.unread(person) == 0
    assert notices.notices_of(person)[0].read_at == read


def test_the_leaderboard_masks_all_and_marks_the_reader(mall: Mall) -> None:
    people = [mall.person() for _ in range(12)]
    for index, person in enumerate(people):
        mall.submit(
            type="order.completed", order=f"o{index}", member=person.account,
            amount=100_00 * (index + 1), profit=0,
        )  # fmt: skip
    mall.submit(type="order.completed", order="i", member="imported", amount=10_000_00, profit=0)
    assert ranking.board(people[0]).places == []
    ranking.rank()
    board = ranking.board(people[11])
    assert [place.place for place in board.places] == list(range(1, 11))
    held = [place.points_nano for place in board.places]
    assert held == sorted(held, reverse=True)
    assert [place.who for place in board.places if place.is_reader] == [people[11].masked_phone]
    assert "im****" in {place.who for place in board.places}
    assert not any(place.is_reader for place in ranking.board(people[0]).places)
    phones = json.dumps([place.who for place in board.places])
    assert not any((person.phone or "")[3:] in phones for person in people)
    mall.submit(
        type="points.redeemed", account=people[11].account,
        points=mall.held(people[11].account).points,
    )  # fmt: skip
    mall.time.pass_by(minutes=10)
    ranking.rank()
    later = ranking.board(people[11])
    assert not any(place.is_reader for place in later.places)
    assert later.ranked_at - board.ranked_at == timedelta(minutes=10)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("standing", "words"), [(PAID, "was paid out."), (FAILED, "The money comes back to your cash.")]
)
def test_how_a_withdrawal_ended_is_told(mall: Mall, standing: Standing, words: str) -> None:
    person = rich(mall)
    made = confirmed(person)
    assert "payout" not in kinds(person)
    answered(mall, made, standing)
    payouts.go_on()
    follow_journal()
    (told,) = person.notices.filter(kind="payout")
    assert said(told).startswith("Your withdrawal of ¥100.00 ")
    assert said(told).endswith(words)
    assert ("cash_back" in kinds(person)) == (standing is FAILED)
