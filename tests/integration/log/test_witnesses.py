"""Witnesses by another author cosign our log over HTTP, and refuse another history of it."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from witness_log._core import WitnessService

from patronage.commerce import publishing
from patronage.ledger.log.audit import audit
from patronage.ledger.log.witnesses import Outcome, Witness, WitnessFileError, push, read_witnesses
from patronage.tlog import (
    COSIGNATURE,
    SignerKey,
    Trust,
    VerifierKey,
    parse_verifier_key,
    verify_checkpoint,
)
from tests.integration.log.play import ORIGIN, Public, order
from tests.integration.running import Run
from tests.integration.test_verify import EVENTS

NOW = 1_800_000_000


class Served:
    """A witness behind HTTP on this machine alone; it knows the logs it is told of."""

    def __init__(self, folder: Path, name: str, seed: bytes) -> None:
        state = str(folder / name.replace("/", "_"))
        WitnessService.create_state(state)
        self.service = WitnessService.new(name, seed.ljust(32), state)
        self.key = parse_verifier_key(self.service.vkey())
        self.statuses: list[int] = []
        self.answer: tuple[int, bytes] | None = None  # instead of its own
        self.time = NOW

    def add_log(self, key: VerifierKey) -> None:
        assert self.service.add_log(key.name, str(key))

    @contextmanager
    def serving(self) -> Iterator[Witness]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/w/add-checkpoint"
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, _, answer = served.service.handle_add_checkpoint_http(body, served.time)
                data = answer.encode() if isinstance(answer, str) else answer
                if served.answer is not None:
                    status, data = served.answer
                served.statuses.append(status)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as http:
            thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield Witness(self.key, f"http://127.0.0.1:{http.server_port}/w")
            http.shutdown()
            thread.join()


@pytest.fixture
def served(here: Public) -> Iterator[tuple[Served, Witness]]:
    found = Served(here.root, "witness.example.com/w", b"witness seed")
    found.add_log(here.key)
    with found.serving() as witness:
        yield found, witness


def outcomes(public: Public, *named: Witness) -> list[tuple[Outcome, str]]:
    return [(one.outcome, one.detail) for one in push(public.files, named)]


def test_growth_is_cosigned_kept_and_shown(here: Public, served) -> None:
    witness_service, witness = served
    trust = Trust(here.key, (witness.key,), quorum=1)
    for size, events in ((1, []), (11, EVENTS), (12, [order(1)])):
        here.settle(*events)
        assert here.publish().size == size
        witness_service.time += 60
        assert outcomes(here, witness) == [(Outcome.COSIGNED, str(witness_service.time))]
        note = here.files.get("checkpoint")
        ((key, time),) = verify_checkpoint(note, trust).cosigned
        assert (key, time) == (witness.key, witness_service.time)
        (kept,) = json.loads(here.files.get("witnesses.json"))
        assert (kept["size"], kept["time"]) == (size, time)
        assert verify_checkpoint(kept["note"].encode(), trust).checkpoint.size == size
        assert outcomes(here, witness) == [], "once is enough"
    assert witness_service.statuses == [200, 200, 200]
    found = audit(here.files.get, trust)
    assert found.fault is None
    assert found.verified.cosigned[0].key == witness.key
    # The publisher goes on from a cosigned checkpoint, and what is kept outlasts it.
    here.settle(order(2))
    assert here.publish() == (13, 1)
    assert json.loads(here.files.get("witnesses.json"))[0]["size"] == 12
    assert audit(here.files.get, trust).fault is not None, "not yet cosigned"


def test_a_size_that_was_forgotten_is_asked_of_the_witness(here: Public, served) -> None:
    witness_service, witness = served
    here.publish()
    outcomes(here, witness)
    here.files.remove("witnesses.json")
    (here.log / "witnesses.json").unlink()
    here.settle(*EVENTS)
    here.publish()
    assert outcomes(here, witness)[0][0] == Outcome.COSIGNED
    assert witness_service.statuses == [200, 409, 200]


def test_a_rewritten_history_is_refused(here: Public, served) -> None:
    """Everything of ours is replaced; the witness remembers."""
    _, witness = served
    here.settle(*EVENTS)
    here.publish()
    outcomes(here, witness)
    other = Public(here.using, here.root / "other")
    shutil.copy(here.key_file, other.key_file)
    other.settle(*(order(number) for number in range(3)))
    other.publish()
    (outcome, detail), *_ = outcomes(other, witness)
    assert (outcome, detail) == (
        Outcome.CONTRADICTED, "it has seen 11 leaves, and there are 4",
    )  # fmt: skip
    other.settle(*(order(number) for number in range(3, 20)))
    other.publish()
    assert outcomes(other, witness) == [(Outcome.CONTRADICTED, "it answered 422")]
    assert other.files.get("witnesses.json") is None


def test_an_unknown_log_is_refused(here: Public) -> None:
    stranger = Served(here.root, "witness.example.com/s", b"stranger")
    here.publish()
    with stranger.serving() as witness:
        assert outcomes(here, witness) == [(Outcome.UNKNOWN_LOG, "it answered 404")]


def test_one_who_is_away_does_not_stop_the_others(here: Public) -> None:
    here.publish()
    with ExitStack() as stack:
        served = [Served(here.root, f"witness.example.com/{n}", b"%d" % n) for n in range(3)]
        named = []
        for one in served:
            one.add_log(here.key)
            named.append(stack.enter_context(one.serving()))
        named[1] = named[1]._replace(url="http://127.0.0.1:1")
        told = [outcome for outcome, _ in outcomes(here, *named)]
        assert told == [Outcome.COSIGNED, Outcome.UNREACHABLE, Outcome.COSIGNED]
    trust = Trust(here.key, tuple(one.key for one in served), quorum=2)
    assert len(verify_checkpoint(here.files.get("checkpoint"), trust).cosigned) == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, b""), Outcome.REFUSED),
        ((200, "— witness.example.com/w AAAAAAAA\n".encode()), Outcome.REFUSED),
        ((200, "— other AAAAAAAA\n".encode()), Outcome.REFUSED),
        ((200, b"\xff" * 100_000), Outcome.REFUSED),
        ((409, b"x"), Outcome.REFUSED),
        ((409, b"0\n"), Outcome.REFUSED),
        ((409, b"99\n"), Outcome.CONTRADICTED),
        ((403, b""), Outcome.REFUSED),
        ((500, b""), Outcome.REFUSED),
    ],
)
def test_whatever_is_answered_nothing_false_is_kept(
    here: Public, served, answer: tuple[int, bytes], outcome: Outcome
) -> None:
    witness_service, witness = served
    here.publish()
    before = here.files.get("checkpoint")
    witness_service.answer = answer
    assert [told for told, _ in outcomes(here, witness)] == [outcome]
    assert here.files.get("checkpoint") == before
    assert here.files.get("witnesses.json") is None


def test_a_cosignature_of_another_key_is_not_kept(here: Public, served) -> None:
    _, witness = served
    here.publish()
    other = SignerKey(witness.key.name, COSIGNATURE, bytes(32)).verifier
    assert outcomes(here, Witness(other, witness.url))[0][0] == Outcome.REFUSED


def test_without_a_log_there_is_nothing_to_cosign(here: Public, served) -> None:
    assert outcomes(here, served[1]) == []


def test_the_file_of_witnesses(tmp_path: Path) -> None:
    file = tmp_path / "policy"
    key = SignerKey("w.example.com/x", COSIGNATURE, bytes(32)).verifier
    file.write_text(
        f"# whom we ask\n\nlog log.example.com+x+y\nwitness x {key} https://w.example.com/x/\n"
        "group g 1 x\nquorum g\n"
    )
    assert read_witnesses(file) == [Witness(key, "https://w.example.com/x")]
    log_key = SignerKey("w", 1, bytes(32)).verifier
    for wrong, why in (
        ("", "names no witness"),
        ("witness x", "line 1: write"),
        (f"witness x {key}", "line 1: write"),
        ("\nwitness x y https://z", "line 2: a verifier key"),
        (f"witness x {log_key} https://z", "none of a witness"),
        (f"witness x {key} ftp://z", "is no http:// or https:// address"),
        ("witnes x", "line 1: write"),
    ):
        file.write_text(wrong)
        with pytest.raises(WitnessFileError, match=why):
            read_witnesses(file)
    file.write_bytes(b"\xff")
    with pytest.raises(WitnessFileError, match="UTF-8"):
        read_witnesses(file)


def test_the_command(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = parse_verifier_key(run("log-key", ORIGIN).stdout.strip())
    run("publish", "wine")
    served = Served(tmp_path, "witness.example.com/w", b"seed")
    served.add_log(key)
    file = tmp_path / "policy"
    with served.serving() as witness:
        file.write_text(f"witness w {witness.key} {witness.url}\n")
        said = run("witness-push", file).stdout
        assert "witness.example.com/w" in said
        assert "2027-01-15" in said
        assert "Nothing new" in run("witness-push", file).stdout
    run("open", "beer", "charter.toml")
    Path("log.key.signed").unlink()
    run("publish", "beer", "--log", "other")
    said = run("witness-push", file, "--log", "other", code=1).stdout
    assert "cannot be reached" in said
    monkeypatch.setenv("PATRONAGE_LANG", "zh")
    assert "无法连接" in run("witness-push", file, "--log", "other", code=1).stdout
    assert "不是见证人名单" in run("witness-push", "charter.toml", code=2).stderr
    assert "无法使用" in run("witness-push", "none", code=2).stderr


def test_the_job_sounds_an_alarm_where_a_witness_contradicts(
    here: Public, served, settings
) -> None:
    witness_service, witness = served
    assert publishing.push_witnesses() == 0
    here.publish()
    policy = here.root / "policy"
    policy.write_text(f"witness w {witness.key} {witness.url}\n")
    settings.LOG, settings.LOG_WITNESSES = str(here.log), str(policy)
    assert publishing.push_witnesses() == 1
    assert publishing.push_witnesses() == 0
    here.settle(order(1))
    here.publish()
    witness_service.answer = (422, b"")
    with pytest.raises(publishing.ContradictedError):
        publishing.push_witnesses()
    witness_service.answer = (500, b"")
    assert publishing.push_witnesses() == 0
