"""A stranger's audit finds whatever is wrong with a log, whoever made it so."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings

from patronage import ledger
from patronage.ledger.canonical import encode
from patronage.ledger.log import leaves as places
from patronage.ledger.log.audit import Wrong, audit
from patronage.ledger.log.remote import UnreachableError, opened_log
from patronage.ledger.log.solvency import balances_of, solvency_record
from patronage.tlog import (
    NOTE,
    Checkpoint,
    Note,
    SignerKey,
    Trust,
    Writer,
    format_note,
    sign,
    sign_checkpoint,
)
from tests.integration.log.play import ORIGIN, Public, close, order
from tests.integration.play import START, in_memory
from tests.integration.running import Run
from tests.integration.test_verify import EVENTS
from tests.properties.strategies import Stream, streams
from tests.unit.tlog.store import MemoryStore

KEY = SignerKey(ORIGIN, NOTE, b"audited".ljust(32))
TRUST = Trust(KEY.verifier)
ATTESTER = SignerKey("auditor.example.com", NOTE, b"attester".ljust(32))


def signed(leaves: list[bytes], store: MemoryStore | None = None) -> MemoryStore:
    """Return a log of these leaves, rightly signed whatever they say."""
    store = MemoryStore() if store is None else store
    root = Writer(store).append(leaves)
    store["checkpoint"] = sign_checkpoint(Checkpoint(ORIGIN, len(leaves), root), KEY)
    return store


@pytest.fixture
def leaves(here: Public) -> list[bytes]:
    """Ten records, a solvency record, three records, another solvency record."""
    here.settle(*EVENTS)
    here.publish()
    here.settle(order(1), order(2, "n"), close(1))
    here.publish()
    return here.leaves()


def found_in(leaves: list[bytes], **options: object) -> tuple[Wrong, int, str]:
    fault = audit(signed(leaves).get, TRUST, **options).fault
    assert fault is not None
    return tuple(fault)


def edited(leaf: bytes, old: str, new: str) -> bytes:
    text = leaf.decode()
    assert old in text
    return text.replace(old, new).encode()


def chained(leaves: list[bytes]) -> list[bytes]:
    """Let every record name the one before it again, as one who edits would."""
    made: list[bytes] = []
    previous = bytes(32).hex()
    for leaf in leaves:
        told = {**json.loads(leaf), "previous": previous}
        made.append(encode(told).encode())
        if not places.is_solvency(leaf):
            previous = sha256(made[-1]).hexdigest()
    return made


def test_a_log_is_replayed_to_what_the_ledger_has(public: Public) -> None:
    public.settle(*EVENTS)
    public.publish()
    found = audit(public.files.get, Trust(public.key))
    assert found.fault is None
    assert (found.records, found.solvencies, found.accounts) == (10, 1, 3)
    summary = ledger.summary(public.economy, using=public.using)
    assert {name: getattr(found.state, name) for name in summary.figures} == summary.figures
    assert found.note == public.files.get("checkpoint")


@settings(max_examples=60)
@given(streams())
def test_every_stream_can_be_audited(stream: Stream) -> None:
    batch = in_memory(stream.charter, "e", stream.events, lambda: START)
    leaves = [row[6].encode() for row in batch.records]
    accounts = [batch.book.accounts[id] for id in sorted(batch.book.accounts)]
    if accounts:
        balances = balances_of(batch.state, accounts)
        head = batch.hash.hex()
        leaves.append(solvency_record(batch.state, balances, batch.seq, 1, head, None))
    found = audit(signed(leaves).get, TRUST)
    assert found.fault is None
    assert found.records == batch.seq
    assert found.state.figures() == batch.state.figures()


EDITS = {
    "an amount": (3, lambda leaf: edited(leaf, "9000", "9001"), "content, facts"),
    "what was granted": (3, lambda leaf: edited(leaf, '"points":"', '"points":"1'), "facts"),
    "the state": (3, lambda leaf: edited(leaf, '"surplus":0', '"surplus":1'), "state"),
    "a refusal": (9, lambda leaf: edited(leaf, '"malformed"', '"applied"'), "code"),
    "the time": (4, lambda leaf: edited(leaf, '"at":"20', '"at":"19'), "at"),
    "spaces": (4, lambda leaf: edited(leaf, '"changes":', ' "changes":'), "its form"),
    "a key twice": (3, lambda leaf: edited(leaf, '"amount":9000,', '"amount":1,"amount":9000,'),
                    "is no record"),
    "other JSON": (4, lambda _: b"[1]", "is no record"),
    "no JSON": (4, lambda _: b"\xff", "is no record"),
    "no event": (4, lambda _: b'{"event":1,"seq":4}', "is no record"),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_record_is_named(leaves: list[bytes], edit: str) -> None:
    seq, change, how = EDITS[edit]
    assert found_in([*leaves[: seq - 1], change(leaves[seq - 1]), *leaves[seq:]]) == (
        Wrong.RECORD,
        seq,
        how if how.startswith("is") else f"{how} not as replayed",
    )


@pytest.mark.parametrize("edit", ["an amount", "what was granted", "the state", "a refusal"])
def test_nor_does_a_chain_made_anew_help(leaves: list[bytes], edit: str) -> None:
    seq, change, _ = EDITS[edit]
    made = chained([*leaves[: seq - 1], change(leaves[seq - 1]), *leaves[seq:]])
    assert found_in(made)[:2] == (Wrong.RECORD, seq)


@pytest.mark.parametrize("chain", [False, True])
def test_deleted_swapped_and_inserted_records_are_found(leaves: list[bytes], chain: bool) -> None:
    deleted = [*leaves[:4], *leaves[5:]]
    swapped = [*leaves[:3], leaves[4], leaves[3], *leaves[5:]]
    inserted = [*leaves[:5], leaves[2], *leaves[5:]]
    for wrong, seq in ((deleted, 5), (swapped, 4), (inserted, 6)):
        assert found_in(chained(wrong) if chain else wrong)[:2] == (Wrong.RECORD, seq)


def test_the_opening_is_checked(leaves: list[bytes]) -> None:
    told = found_in([edited(leaves[0], '"0.70"', '"0.71"'), *leaves[1:]])
    assert told == (Wrong.RECORD, 1, "content not as replayed")
    for wrong in (b"{}", b"\xff", leaves[1]):
        assert found_in([wrong]) == (Wrong.RECORD, 1, "does not open an economy")
    empty = audit(signed([]).get, TRUST)
    assert (empty.fault, empty.records, empty.state) == (None, 0, None)


BOOKS = "it does not tell what the books hold"
SOLVENCY_EDITS = {
    "what is owed": ('"owed":20,', '"owed":19,', BOOKS),
    "coins": ('"owed":429', '"owed":428', BOOKS),
    "points": ('"worth":3037', '"worth":3036', BOOKS),
    "a root": ('"root":"', '"root":"0', BOOKS),
    "how many": ('"accounts":3', '"accounts":2', BOOKS),
    "the day": ("2026-01-01", "2026-01-02", BOOKS),
    "its number": ('"number":1', '"number":2', BOOKS),
    "what it follows": ('"previous":"', '"previous":"0', BOOKS),
    "custody": ('"custody":4920', '"custody":4919', BOOKS),
    "a missing part": ('"custody":4920,', "", BOOKS),
    "a part more": ('"custody":4920,', '"custody":4920,"extra":1,', None),
}  # fmt: skip


@pytest.mark.parametrize("edit", SOLVENCY_EDITS)
def test_an_edited_solvency_record_is_named(leaves: list[bytes], edit: str) -> None:
    old, new, how = SOLVENCY_EDITS[edit]
    last = leaves[:10], edited(leaves[10], old, new)
    told = found_in([*last[0], last[1]])
    assert told[:2] == (Wrong.SOLVENCY, 10)
    assert told[2] == (how or BOOKS)
    if edit not in ("what is owed", "a root", "a part more"):  # these only the roots tell
        assert found_in([*last[0], last[1], *leaves[11:]])[:2] == (Wrong.SOLVENCY, 10)


def test_more_owed_than_held_is_named(leaves: list[bytes]) -> None:
    last = edited(leaves[10], '"owed":20,', '"owed":21,')
    assert found_in([*leaves[:10], last]) == (
        Wrong.SOLVENCY, 10, "more cash are owed than are held",
    )  # fmt: skip


def test_every_byte_of_every_file_counts(leaves: list[bytes]) -> None:
    many = [*leaves, *(b"x%d" % number for number in range(300))]
    whole = signed(leaves)
    for path in whole:
        for at in (0, len(whole[path]) // 2, len(whole[path]) - 1):
            store = MemoryStore()
            store.update(whole)
            data = store[path]
            store[path] = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            fault = audit(store.get, TRUST).fault
            assert fault is not None, (path, at)
            assert fault.wrong in (Wrong.FILES, Wrong.CHECKPOINT)
        del store[path]
        assert audit(store.get, TRUST).fault.wrong in (Wrong.FILES, Wrong.NO_LOG)
    # What is no record, rightly signed, is found in its turn.
    assert found_in(many) == (Wrong.RECORD, 14, "is no record")


def test_what_was_seen_before_must_continue(leaves: list[bytes]) -> None:
    half = audit(signed(leaves[:7]).get, TRUST).verified.checkpoint
    assert audit(signed(leaves).get, TRUST, half).fault is None
    assert found_in(leaves[:5], seen=half)[0] == Wrong.SHORTENED
    other = in_memory(json.loads(leaves[0])["event"]["charter"], "other", EVENTS, lambda: START)
    rewritten = [row[6].encode() for row in other.records]
    assert audit(signed(rewritten).get, TRUST).fault is None, "a journal like any other"
    assert found_in(rewritten, seen=half)[0] == Wrong.REWRITTEN


def test_who_must_have_signed(leaves: list[bytes]) -> None:
    store = signed(leaves)
    stranger = SignerKey(ORIGIN, NOTE, bytes(32)).verifier
    assert audit(store.get, Trust(stranger)).fault.wrong == Wrong.CHECKPOINT
    assert audit(store.get, TRUST._replace(quorum=1)).fault.wrong == Wrong.CHECKPOINT
    assert audit({}.get, TRUST).fault.wrong == Wrong.NO_LOG


@pytest.mark.parametrize(
    ("stated", "right"),
    [
        (f"{ORIGIN}\n2026-01-02 CNY 4920\n", True),
        (f"{ORIGIN}\n2026-01-02 CNY 4919\n", False),
        (f"{ORIGIN}\n2026-01-02 EUR 4920\n", False),
        ("log.example.com/other\n2026-01-02 CNY 4920\n", False),
    ],
)
def test_an_attesters_statement(here: Public, stated: str, right: bool) -> None:
    text = f"patronage custody/v1\n{stated}"
    here.settle(*EVENTS)
    here.publish(attestation=format_note(Note(text, (sign(text, ATTESTER),))).decode())
    log = signed(here.leaves())
    found = audit(log.get, TRUST, attester=ATTESTER.verifier)
    assert (found.fault is None) == right
    if right:
        assert found.attested.amount == 4920
    else:
        assert found.fault.wrong == Wrong.ATTESTATION
    assert audit(log.get, TRUST).fault is None, "nobody was named"
    assert audit(log.get, TRUST, attester=KEY.verifier).fault.wrong == Wrong.ATTESTATION


class Server:
    """Serves a log's files over HTTP, in one of many ways."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.how = files, "plain"
        self.asked: list[str] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.removeprefix("/log/")
        self.asked.append(path)
        data = self.files.get(path)
        handler.protocol_version = "HTTP/1.1"
        if self.how == "hangs up" and len(self.asked) % 2:
            handler.close_connection = True
            return
        handler.send_response(500 if self.how == "broken" else 404 if data is None else 200)
        if self.how == "gzip" and data is not None and "entries" in path:
            data = gzip.compress(data)
            handler.send_header("Content-Encoding", "gzip")
        if self.how == "bomb" and data is not None:
            data = gzip.compress(bytes(20_000_000))
            handler.send_header("Content-Encoding", "gzip")
        if self.how == "no gzip" and data is not None:
            handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(data or b"")))
        handler.end_headers()
        handler.wfile.write(data or b"")


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[tuple[str, Server]]:
    server = Server(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/log/", server
        http.shutdown()
        thread.join()


class TestOverHttp:
    @pytest.mark.parametrize("how", ["plain", "gzip", "hangs up"])
    def test_a_log_is_read(self, leaves: list[bytes], how: str) -> None:
        with serving(signed(leaves)) as (url, server), opened_log(url) as fetch:
            server.how = how
            assert audit(fetch, TRUST).fault is None
            assert fetch("nothing") is None

    @pytest.mark.parametrize("how", ["broken", "bomb", "no gzip"])
    def test_what_cannot_be_read_is_said(self, leaves: list[bytes], how: str) -> None:
        with serving(signed(leaves)) as (url, server), opened_log(url) as fetch:
            server.how = how
            with pytest.raises(UnreachableError):
                audit(fetch, TRUST)

    @pytest.mark.parametrize(
        "url", ["ftp://x/", "http://[::1", "http://h:x/", "http://127.0.0.1:1/"]
    )
    def test_what_is_no_address(self, url: str) -> None:
        with pytest.raises(UnreachableError), opened_log(url) as fetch:
            fetch("checkpoint")


class TestCommand:
    @pytest.fixture
    def log(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, str]:
        monkeypatch.setenv("XDG_STATE_HOME", str(Path("state").absolute()))
        key = run("log-key", ORIGIN).stdout.strip()
        ledger.submit_many("wine", EVENTS)
        run("settle")
        run("publish", "wine")
        return run, key

    def test_a_log_that_is_right(self, log, monkeypatch: pytest.MonkeyPatch) -> None:
        run, key = log
        said = run("audit", "log", "--key", key).stdout
        assert "All is right: 10 records replayed, nothing differs." in said
        (kept,) = Path("state/patronage").iterdir()
        assert kept.read_bytes() == Path("log/checkpoint").read_bytes()
        told = json.loads(run("audit", "log", "--key", key, "--json").stdout)
        status = json.loads(run("status", "wine", "--json").stdout)
        assert told["right"] is True
        assert {name: told[name] for name in ("reserve", "coins", "issued", "records")} == {
            name: status[name] for name in ("reserve", "coins", "issued", "records")
        }
        monkeypatch.setenv("PATRONAGE_LANG", "zh")
        assert "全部无误：重放 10 条记录" in run("audit", "log", "--key", key).stdout

    def test_a_log_that_is_wrong(self, log, monkeypatch: pytest.MonkeyPatch) -> None:
        run, key = log
        run("audit", "log", "--key", key)
        bundle = next(Path("log/tile/entries/000.p").iterdir())
        bundle.write_bytes(bundle.read_bytes().replace(b"9000", b"9001"))
        said = run("audit", "log", "--key", key, code=1).stdout
        assert "First fault: the log's files are not what its checkpoint says: leaf 2 in" in said
        assert run("audit", "nothing", "--key", key, code=1).stdout.startswith(
            "First fault: there is no log here."
        )
        monkeypatch.setenv("PATRONAGE_LANG", "zh")
        assert (
            "第一处错误：日志文件与检查点不符" in run("audit", "log", "--key", key, code=1).stdout
        )

    def test_a_log_that_was_begun_anew(self, log) -> None:
        run, key = log
        run("audit", "log", "--key", key, "--seen", "seen")
        told = json.loads(run("audit", "log", "--key", key, "--seen", "seen", "--json").stdout)
        Path("log.key.signed").unlink()
        run("open", "beer", "charter.toml")
        run("publish", "beer", "--log", "other")
        said = run("audit", "other", "--key", key, "--seen", "seen", code=1).stdout
        assert "the log is shorter than when last seen (11 leaves" in said
        assert Path("seen.conflict").read_bytes() == Path("other/checkpoint").read_bytes()
        assert told["leaves"] == 11
        ledger.submit_many("beer", [order(number) for number in range(20)])
        run("settle")
        run("publish", "beer", "--log", "other")
        said = run("audit", "other", "--key", key, "--seen", "seen", code=1).stdout
        assert "the log was rewritten since (11 leaves were seen before)" in said

    def test_what_is_wrong_with_the_call_is_said(self, log) -> None:
        run, key = log
        assert "--key is no public key" in run("audit", "log", "--key", "x", code=2).stderr
        said = run("audit", "http://127.0.0.1:1/", "--key", key, code=2).stderr
        assert "cannot be read" in said
        Path("seen").write_text("nothing")
        said = run("audit", "log", "--key", key, "--seen", "seen", code=2).stderr
        assert "is no checkpoint of this log" in said
