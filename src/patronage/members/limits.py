"""How often something may be done: counted in the database, for all workers together."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import F

from patronage.members import clock
from patronage.members.models import Allowance


class Limit(NamedTuple):
    """So many times in each window of so many seconds."""

    times: int
    seconds: int


def take(what: str, who: str, *limits: Limit) -> bool:
    """Count one more of something by someone; False, and not to be done, past one of its limits.

    Safe against others who count at once. `who` is kept only as a keyed hash.
    """
    now = int(clock.now().timestamp())
    return all(_take_one(what, who, limit, now // limit.seconds) for limit in limits)


def give_back(what: str, who: str, *limits: Limit) -> None:
    """Count one less: what was taken turned out not to be what is limited."""
    now = int(clock.now().timestamp())
    for limit in limits:
        key = _key(what, who, limit, now // limit.seconds)
        Allowance.objects.filter(key=key, used__gte=1).update(used=F("used") - 1)


def _take_one(what: str, who: str, limit: Limit, window: int) -> bool:
    key = _key(what, who, limit, window)
    ends_at = datetime.fromtimestamp((window + 1) * limit.seconds, UTC)
    Allowance.objects.get_or_create(key=key, defaults={"ends_at": ends_at})
    open_ones = Allowance.objects.filter(key=key, used__lt=limit.times)
    return open_ones.update(used=F("used") + 1) == 1


def _key(what: str, who: str, limit: Limit, window: int) -> str:
    text = f"{what} {limit.seconds} {window} {who}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
