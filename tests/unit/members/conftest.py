"""A clock that tests move, and members."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from patronage.members import clock
from patronage.members.models import Person, SentText

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


class Time:
    """The clock, which goes on as told."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def pass_by(self, **span: int) -> None:
        self._stack.enter_context(clock.at(clock.now() + timedelta(**span)))


@pytest.fixture(autouse=True)
def time() -> Iterator[Time]:
    with ExitStack() as stack:
        stack.enter_context(clock.at(NOON))
        yield Time(stack)


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    # A page that another test asked for in English leaves its language behind.
    with override("zh-hans"):
        yield


@pytest.fixture
def new_member() -> Callable[..., Person]:
    phones = count(13900000000)
    return lambda **fields: Person.objects.create_user(phone=f"+86{next(phones)}", **fields)


def orders(*, are_open: bool = False) -> Any:
    """Stand in for what commerce tells of a member's orders."""
    return SimpleNamespace(
        has_open=lambda _person: are_open,
        exported=lambda _person: [],
        paid_at_counters=lambda _person: [],
        storefront_of=lambda _person: None,
        rewards_of=lambda _person: [],
        forget=lambda _person: None,
    )


def code_sent(phone: str) -> str:
    """Return the code in the last message to a phone."""
    text = SentText.objects.filter(phone=phone).latest("id").text
    (code,) = re.findall(r"\b\d{6}\b", text, re.ASCII)
    return code
