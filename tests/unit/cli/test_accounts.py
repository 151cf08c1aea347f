"""What moved an account has words in both languages."""

from patronage.cli.accounts import CAUSES
from patronage.economy import Applied, Replay
from tests.unit.economy.test_vectors import OURS, charter_of, judged


def test_every_cause_has_words_and_every_word_a_cause() -> None:
    causes = set()
    for events in OURS.glob("*.events.jsonl"):
        replay = Replay(charter_of(events))
        for event in judged(events):
            outcome = replay.submit(event)
            if isinstance(outcome, Applied):
                causes.update(movement[1] for movement in outcome.movements)
    assert causes == CAUSES.keys()
