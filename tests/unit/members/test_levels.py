"""Levels by points held."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from patronage.members.levels import is_partner, level_of
from patronage.members.models import Level

pytestmark = pytest.mark.django_db


def test_the_highest_level_reached_counts() -> None:
    assert level_of(10**15) is None
    assert not is_partner(10**15)
    silver = Level.objects.create(name="银卡", name_en="Silver", from_nano=1)
    gold = Level.objects.create(name="金卡", from_nano=100 * 10**9, is_partner=True)
    top = Level.objects.create(name="黑卡", from_nano=1000 * 10**9)
    assert [level_of(n) for n in (0, 1, 100 * 10**9 - 1, 100 * 10**9, 10**15)] == [
        None,
        silver,
        silver,
        gold,
        top,
    ]
    assert [is_partner(n) for n in (100 * 10**9 - 1, 100 * 10**9, 10**15)] == [False, True, True]
    assert str(silver) == "银卡"
    with override("en"):
        assert (str(silver), str(gold)) == ("Silver", "金卡")


def test_one_threshold_makes_partners() -> None:
    Level.objects.create(name="金卡", from_nano=1, is_partner=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Level.objects.create(name="黑卡", from_nano=2, is_partner=True)
