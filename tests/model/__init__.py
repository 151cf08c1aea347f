"""The slow model: the rule book read aloud, the referee of the real engine."""

from tests.model.charter import charter_problem
from tests.model.economy import Model, run

__all__ = ["Model", "charter_problem", "run"]
