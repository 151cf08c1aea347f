"""Attack: a search for sequences of events that break a charter's promises or pay too much."""

from patronage.lab.attack.picture import BOUNDS, BrokenBoundError
from patronage.lab.attack.search import EVENTS_MAX, Finding, Search, breach

__all__ = ["BOUNDS", "EVENTS_MAX", "BrokenBoundError", "Finding", "Search", "breach"]
