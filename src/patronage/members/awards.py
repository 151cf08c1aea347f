"""Rewards of the leaderboard: the places frozen when their day is over, and what was given."""

from datetime import date
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.members import auditing, clock
from patronage.members.models import (
    AuditVerb,
    Award,
    AwardState,
    CutOff,
    CutOffPlace,
    Level,
    Partner,
    Person,
    Reward,
)
from patronage.members.ranking import PLACES
from patronage.members.refusals import Refusal

NOTE_LENGTH: Final = 200


class AwardRefusal(Refusal):
    """Why nothing is noted of an award."""

    NOT_DUE = "not_due", _("This award is not due any more.")
    NOTE_NEEDED = "note_needed", _("Write what was given, and how.")


def take_cut_offs() -> int:
    """Freeze the places of the days that decide rewards and are over; return how many days.

    Each day once, by whoever comes first: what is frozen never changes.
    """
    today = timezone.localdate(clock.now(), timezone.get_default_timezone())
    days = Reward.objects.filter(decided_on__lt=today).values_list("decided_on", flat=True)
    taken = set(CutOff.objects.filter(day__in=days).values_list("day", flat=True))
    return sum(_take(day) for day in sorted(set(days) - taken))


def _take(day: date) -> bool:
    with transaction.atomic():
        highest = ledger.highest(settings.ECONOMY, limit=PLACES)
        record = ledger.summary(settings.ECONOMY).records
        cut_off, is_new = CutOff.objects.get_or_create(day=day, defaults={"record": record})
        if not is_new:
            return False
        places = CutOffPlace.objects.bulk_create(
            CutOffPlace(cut_off=cut_off, place=n, account=one.account, points_nano=one.points)
            for n, one in enumerate(highest, start=1)
        )
        Award.objects.bulk_create(
            Award(reward=reward, place=place)
            for reward in Reward.objects.filter(decided_on=day)
            for place in places
            if reward.first_place <= place.place <= reward.last_place
        )
    return True


def give_in_kind(*, award_id: int, who: Person, note: str) -> Award | AwardRefusal:
    """Note that a reward was given in kind: what, and how."""
    note = note.strip()[:NOTE_LENGTH]
    if not note:
        return AwardRefusal.NOTE_NEEDED
    with transaction.atomic():
        award = Award.objects.select_for_update().get(id=award_id)
        if award.state != AwardState.DUE:
            return AwardRefusal.NOT_DUE
        award.state, award.note = AwardState.GIVEN, note
        award.ended_at, award.ended_by = clock.now(), who
        award.save()
        auditing.record(actor=who, verb=AuditVerb.CONFIRMED, subject=award)
    return award


def list_partners() -> int:
    """List anew who holds as many points as make a partner; return how many there are."""
    threshold = Level.objects.filter(is_partner=True).values_list("from_nano", flat=True).first()
    now, count = clock.now(), 0
    if threshold is not None:
        for page in ledger.holders(settings.ECONOMY, at_least=max(threshold, 1)):
            Partner.objects.bulk_create(
                [
                    Partner(account=one.account, points_nano=one.points, listed_at=now)
                    for one in page
                ],
                update_conflicts=True,
                unique_fields=["account"],
                update_fields=["points_nano", "listed_at"],
            )
            count += len(page)
    Partner.objects.filter(listed_at__lt=now).delete()
    return count
