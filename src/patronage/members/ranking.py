"""The leaderboard: the ten members with the most points, as of when they were last ranked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from patronage import ledger
from patronage.members import clock
from patronage.members.models import Person, Rank, Reward

PLACES: Final = 10


class Place(NamedTuple):
    """A place as everyone may see it: whose stays hidden but for what `who` leaves of it.

    `is_reader` where it is the reader's own.
    """

    place: int
    who: str
    points_nano: int
    is_reader: bool


class Board(NamedTuple):
    """The places, when they were ranked (None: never), and the rewards announced for them."""

    places: Sequence[Place]
    ranked_at: datetime | None
    rewards: Sequence[Reward]


def rank() -> int:
    """Rank the members anew; return how many places are taken.

    Whoever else does so at once writes much the same.
    """
    highest = ledger.highest(settings.ECONOMY, limit=PLACES)
    now = clock.now()
    with transaction.atomic():
        for place, one in enumerate(highest, start=1):
            Rank.objects.update_or_create(
                place=place,
                defaults={"account": one.account, "points_nano": one.points, "ranked_at": now},
            )
        Rank.objects.filter(place__gt=len(highest)).delete()
    return len(highest)


def board(reader: Person) -> Board:
    """Return the leaderboard as a member sees it."""
    ranks = list(Rank.objects.all())
    people = Person.objects.filter(account__in=[rank.account for rank in ranks])
    masked = {person.account: person.masked_phone for person in people}
    places = [
        Place(
            rank.place,
            # An account without a person came with an import.
            masked.get(rank.account, f"{rank.account[:2]}****"),
            rank.points_nano,
            rank.account == reader.account,
        )
        for rank in ranks
    ]
    upcoming = Reward.objects.filter(decided_on__gte=timezone.localdate(clock.now()))
    return Board(places, ranks[0].ranked_at if ranks else None, list(upcoming))
