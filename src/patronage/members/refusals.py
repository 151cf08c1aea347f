"""How members and commerce say no: a member of an enum per subject, each with its sentence."""

from enum import Enum
from typing import Any, Self


class Refusal(Enum):
    """A named reason; `sentence` tells it in the active language. Subjects subclass it."""

    sentence: Any

    def __new__(cls, code: str, sentence: Any) -> Self:
        """Make a member whose value is its code."""
        member = object.__new__(cls)
        member._value_ = code
        member.sentence = sentence
        return member

    def __str__(self) -> str:
        return str(self.sentence)
