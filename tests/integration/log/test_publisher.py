"""What is published is the journal, and what is signed continues what was signed."""

import json
import shutil
import stat
from pathlib import Path

import pytest
from django.db import connections

from patronage import ledger
from patronage.ledger.canonical import EVENT_BYTES_MAX, content_of
from patronage.ledger.log import keys, leaves
from patronage.ledger.log.attestation import AttestationError, read_attestation
from patronage.ledger.log.keys import KeyFileError, make_key, read_key
from patronage.ledger.log.publisher import Fork, ForkError
from patronage.ledger.log.solvency import PAGE, prove_balance, verify_balance
from patronage.tlog import LEAF_BYTES_MAX, NOTE, SignerKey, format_note, parse_note, sign
from patronage.tlog.notes import Note
from tests.integration.log.play import ORIGIN, Public, close, order
from tests.integration.test_verify import EVENTS


def journal(public: Public) -> list[bytes]:
    lines = ledger.journal_lines(public.economy, using=public.using)
    return [line.encode() for line in lines]


def test_the_journal_is_what_is_published(public: Public) -> None:
    assert public.publish() == (1, 1)
    public.settle(*EVENTS)
    assert public.publish() == (11, 10)
    before = public.files.get("checkpoint")
    assert public.publish() == (11, 0)
    assert public.files.get("checkpoint") == before, "nothing new, nothing signed"
    *records, solvency = public.leaves()
    assert records == journal(public)
    told = json.loads(solvency)
    assert (told["seq"], told["number"], told["day"]) == (10, 1, "2026-01-01")
    assert told["previous"] == ledger.summary(public.economy, using=public.using).head
    assert public.checkpoint().origin == ORIGIN


def test_many_records_come_in_parts_that_are_each_signed(public: Public) -> None:
    public.settle(*(order(number) for number in range(600)))
    sizes = []
    while (published := public.publish(at_once=250)).new:
        sizes.append(published.size)
        assert public.checkpoint().size == published.size
    assert sizes == [250, 500, 601]
    assert public.leaves() == journal(public)
    # Partial tiles go when they are full; the newest stay.
    assert not (public.log / "tile/0/000.p").exists()
    assert (public.log / "tile/0/002.p/89").exists()


def test_each_day_has_its_solvency_record_after_all_else(public: Public) -> None:
    for day in (1, 2, 3):
        public.settle(order(day), close(day), order(10 + day))
        public.publish()
        public.settle(order(20 + day))
        public.publish()
    found = public.leaves()
    assert [leaf for leaf in found if not leaves.is_solvency(leaf)] == journal(public)
    reader = public.reader()
    for number in (1, 2, 3):
        index = leaves.find_solvency(reader, number)
        told = json.loads(found[index])
        assert (told["number"], told["day"]) == (number, f"2026-02-{number:02}")
        assert index == told["seq"] + number - 1
    assert leaves.find_solvency(reader, 4) is None
    for seq, record in enumerate(journal(public), start=1):
        assert found[leaves.find_record(reader, seq, 3)] == record
    assert leaves.find_record(reader, 14, 3) is None
    # Balances of the last two records are kept.
    kept = {str(leaves.find_solvency(reader, number)) for number in (2, 3)}
    assert set(public.files.names("balances")) == kept


def test_balances_are_proved(here: Public) -> None:
    members = [f"m{number:05}" for number in range(PAGE + 5)]
    here.settle(*(order(number, id) for number, id in enumerate(members)), close(1))
    here.publish()
    index = leaves.find_solvency(here.reader(), 1)
    told = json.loads(here.leaves()[index])
    for id in (members[0], members[7], members[PAGE - 1], members[PAGE], members[-1]):
        proof = prove_balance(here.files.get, index, id)
        assert json.loads(proof.line)["account"] == id
        verify_balance(told, proof)
    for id in ("", "m0000", "m00000a", "z"):
        assert prove_balance(here.files.get, index, id) is None


def test_a_statement_of_the_custody_stands_in_the_record(here: Public, tmp_path: Path) -> None:
    attester = SignerKey("auditor.example.com", NOTE, bytes(32))
    text = f"patronage custody/v1\n{ORIGIN}\n2026-02-01 CNY 100000\n"
    file = tmp_path / "statement"
    file.write_bytes(format_note(Note(text, (sign(text, attester),))))
    here.settle(order(1), close(1))
    here.publish(attestation=read_attestation(file))
    stated = json.loads(here.leaves()[-1])["attestation"]
    assert parse_note(stated.encode()).text == text
    assert read_attestation(tmp_path / "nothing") is None
    for wrong in (b"", b"patronage custody/v1\n", file.read_bytes() * 100, b"\xff"):
        file.write_bytes(wrong)
        with pytest.raises(AttestationError):
            read_attestation(file)


def test_an_event_too_long_for_a_leaf_has_no_canonical_form(public: Public) -> None:
    longest = {**order(1), "amount": 10 ** (EVENT_BYTES_MAX - 90)}
    assert content_of(longest).text is not None
    too_long = {**order(2), "amount": 10**EVENT_BYTES_MAX}
    assert content_of(too_long).text is None
    widest = {**order(3, "\x01" * 200), "referrer": "\x02" * 200, "order": "\x03" * 200}
    public.settle(longest, too_long, {**widest, "id": "\x04" * 200})
    assert public.publish() == (4, 4)
    assert max(map(len, public.leaves())) <= LEAF_BYTES_MAX
    codes = [json.loads(leaf)["code"] for leaf in public.leaves()]
    assert codes == ["applied", "invalid_amount", "malformed", "applied"]
    assert ledger.verify(public.economy, using=public.using) == (4, None)


class TestRefused:
    """Nothing is signed that does not continue what was signed."""

    @staticmethod
    def refused(public: Public) -> tuple[Fork, int]:
        before = public.files.get("checkpoint")
        with pytest.raises(ForkError) as raised:
            public.publish()
        assert public.files.get("checkpoint") == before
        return raised.value.fork, raised.value.record

    @staticmethod
    def sql(public: Public, statement: str, *values: object) -> None:
        with connections[public.using].cursor() as cursor:
            cursor.execute(statement, [*values, public.economy])
            assert cursor.rowcount

    def test_an_old_state_of_the_database(self, public: Public) -> None:
        public.live()
        self.sql(public, "DELETE FROM ledger_journal WHERE seq > %s AND economy = %s", 7)
        self.sql(public, "UPDATE ledger_economy SET seq = %s WHERE economy = %s", 7)
        assert self.refused(public) == (Fork.OLD_DATABASE, 10)

    def test_an_old_state_that_grew_beyond(self, here: Public) -> None:
        """Another economy's journal under the same key is that, too."""
        here.live()
        other = Public(here.using, here.root / "other")
        other.settle(*(order(number) for number in range(20)))
        here.economy = other.economy
        assert self.refused(here) == (Fork.CHANGED_RECORD, 10)

    def test_a_new_record_that_was_edited(self, public: Public) -> None:
        public.publish()
        public.settle(*EVENTS)
        edit = "UPDATE ledger_journal SET record = replace(record, ':9000', ':9001') "
        self.sql(public, f"{edit} WHERE economy = %s")
        assert self.refused(public) == (Fork.BROKEN_CHAIN, 4)

    def test_a_new_record_that_was_deleted(self, public: Public) -> None:
        public.publish()
        public.settle(*EVENTS)
        self.sql(public, "DELETE FROM ledger_journal WHERE seq = %s AND economy = %s", 5)
        assert self.refused(public) == (Fork.MISSING_RECORD, 5)

    def test_the_last_new_record_deleted(self, public: Public) -> None:
        public.publish()
        public.settle(*EVENTS)
        self.sql(public, "DELETE FROM ledger_journal WHERE seq = %s AND economy = %s", 10)
        assert self.refused(public) == (Fork.MISSING_RECORD, 10)

    def test_the_last_new_record_edited(self, public: Public) -> None:
        public.publish()
        public.settle(*EVENTS)
        edit = "UPDATE ledger_journal SET record = replace(record, '2026-01-01', '2026-01-02') "
        self.sql(public, f"{edit} WHERE seq = 10 AND economy = %s")
        assert self.refused(public) == (Fork.OTHER_HEAD, 10)

    def test_balances_that_do_not_add_up(self, public: Public) -> None:
        public.settle(*EVENTS)
        self.sql(public, "UPDATE ledger_account SET coins = coins + %s WHERE economy = %s", 1)
        with pytest.raises(ForkError) as raised:
            public.publish()
        assert raised.value.fork == Fork.OTHER_BALANCES
        assert public.files.get("checkpoint") is None

    def test_files_that_are_not_the_logs(self, here: Public) -> None:
        here.live()
        tile = here.log / "tile/entries/000.p/11"
        data = tile.read_bytes()
        tile.write_bytes(data[:-1] + b"]")
        assert self.refused(here) == (Fork.LOST_FILES, 0)
        tile.unlink()
        assert self.refused(here) == (Fork.LOST_FILES, 0)

    def test_an_older_folder_beside_a_newer_memory(self, here: Public) -> None:
        here.publish()
        shutil.copytree(here.log, here.root / "old")
        here.live()
        shutil.rmtree(here.log)
        (here.root / "old").rename(here.log)
        assert self.refused(here) == (Fork.LOST_FILES, 0)

    def test_a_lost_memory_is_found_in_the_folder(self, here: Public) -> None:
        here.live()
        memory = keys.Memory(here.key_file)
        memory.path.unlink()
        here.settle(order(1))
        assert here.publish() == (12, 1)
        assert memory.recall() == here.files.get("checkpoint")

    def test_two_histories_under_one_key(self, here: Public) -> None:
        """The signer's memory was restored from before, and the key has signed another log."""
        here.live()
        memory = keys.Memory(here.key_file)
        twin = Public(here.using, here.root / "twin")
        shutil.copy(here.key_file, twin.key_file)
        twin.settle(order(1))
        twin.publish()
        memory.keep(keys.Memory(twin.key_file).recall())
        assert self.refused(here) == (Fork.SIGNED_FORK, 0)

    def test_another_key(self, here: Public) -> None:
        here.live()
        here.key_file.unlink()
        make_key("log.example.com/other", here.key_file)
        assert self.refused(here) == (Fork.FOREIGN_CHECKPOINT, 0)

    def test_an_unknown_economy(self, here: Public) -> None:
        here.economy = "nothing"
        with pytest.raises(ledger.UnknownEconomyError):
            here.publish()


def test_a_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "log.key"
    made = make_key(ORIGIN, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_key(file).verifier == made.verifier
    with pytest.raises(FileExistsError):
        make_key(ORIGIN, file)
    file.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key(file)
    file.chmod(0o600)
    for wrong in ("", "PRIVATE+KEY+", str(made.verifier)):
        file.write_text(wrong)
        with pytest.raises(KeyFileError, match="holds no key"):
            read_key(file)
    assert list(file.parent.iterdir()) == [file]
