"""An economy whose journal is published, and what a stranger finds in the log."""

from pathlib import Path

from patronage import ledger
from patronage.ledger.log.folder import Folder
from patronage.ledger.log.keys import make_key
from patronage.ledger.log.publisher import Published, publish
from patronage.tlog import Checkpoint, Reader, Trust, VerifierKey, verify_checkpoint
from tests.integration.play import fresh, settle_all
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS

ORIGIN = "log.example.com/wine"


def order(number: int, member: str = "m") -> dict:
    id = f"o{number}"
    return {"id": id, "type": "order.completed", "order": id, "member": member, "amount": 4000}


def close(day: int) -> dict:
    date = f"2026-02-{day:02}"
    return {"id": f"day:{date}", "type": "day.closed", "date": date}


class Public:
    """An economy, the folder of its log, and the key."""

    def __init__(self, using: str, folder: Path) -> None:
        self.using, self.root = using, folder
        self.log, self.key_file = folder / "log", folder / "log.key"
        self.key: VerifierKey = make_key(ORIGIN, self.key_file).verifier
        self.economy = fresh("log")
        ledger.open_economy(self.economy, CHARTER, using=using)

    def settle(self, *events: dict) -> None:
        ledger.submit_many(self.economy, events, using=self.using)
        settle_all(self.using, self.economy)

    def publish(self, **options: object) -> Published:
        return publish(self.economy, self.log, self.key_file, using=self.using, **options)

    def live(self) -> None:
        """Let all kinds of events happen, and publish them."""
        self.settle(*EVENTS)
        self.publish()

    @property
    def files(self) -> Folder:
        return Folder(self.log)

    def checkpoint(self) -> Checkpoint:
        note = self.files.get("checkpoint")
        assert note is not None
        return verify_checkpoint(note, Trust(self.key)).checkpoint

    def reader(self) -> Reader:
        checkpoint = self.checkpoint()
        return Reader(self.files.get, checkpoint.size, checkpoint.root)

    def leaves(self) -> list[bytes]:
        return list(self.reader().leaves())
