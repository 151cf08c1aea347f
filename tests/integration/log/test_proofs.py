"""A member's proof proves what it says, and nothing else passes for one."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage import ledger
from patronage.ledger.log import proving
from patronage.ledger.log.proving import NotCountedError, Part, WrongProofError, check_proof
from patronage.tlog import (
    COSIGNATURE,
    NOTE,
    Note,
    SignerKey,
    Trust,
    cosign,
    format_note,
    parse_note,
)
from tests.integration.log.play import ORIGIN, Public, close, order
from tests.integration.running import Run
from tests.integration.test_verify import EVENTS

WITNESS = SignerKey("witness.example.com/w", COSIGNATURE, b"w".ljust(32))


def proof_of(public: Public, account: str, limit: int = 10) -> bytes:
    lines = ledger.statement(public.economy, account, limit=limit, using=public.using)
    return proving.prove_account(public.files, account, dict.fromkeys(n.place[0] for n in lines))


@pytest.fixture(scope="module")
def lived(sqlite_alias: str, tmp_path_factory: pytest.TempPathFactory) -> Public:
    """Three accounts, four days, more records than a bundle holds."""
    public = Public(sqlite_alias, tmp_path_factory.mktemp("proofs"))
    public.settle(*EVENTS)
    public.publish()
    for day in (1, 2, 3):
        public.settle(*(order(100 * day + n, "mn"[n % 2]) for n in range(90)), close(day))
        public.publish()
    public.settle(order(9), order(10, "late"))
    public.publish()
    return public


@pytest.mark.parametrize("account", ["m", "n", "s"])
def test_what_is_proved_is_what_the_ledger_has(lived: Public, account: str) -> None:
    data = proof_of(lived, account)
    proved = check_proof(data, Trust(lived.key))
    assert proved.account["account"] == account
    assert proved.solvency["day"] == "2026-02-03"
    held = ledger.account(lived.economy, account, using=lived.using)
    last = [move.record["event"]["id"] for move in proved.movements]
    if account == "m":  # one order came after the day's close
        assert last[0] == "o9"
    else:
        assert int(proved.account["points"]) == held.points
        assert (proved.account["coins"], proved.account["cash"]) == (held.coins, held.cash)
    lines = ledger.statement(lived.economy, account, limit=10, using=lived.using)
    assert last == list(dict.fromkeys(line.event_id for line in lines))
    assert all(move.is_named for move in proved.movements)


def test_old_records_are_found_too(lived: Public) -> None:
    proved = check_proof(proof_of(lived, "n", limit=500), Trust(lived.key))
    assert proved.movements[-1].record["id"] == "2"
    assert len(proved.movements) > 130


def test_who_is_not_counted_gets_no_proof(lived: Public, here: Public) -> None:
    for account in ("nobody", "late", "", "zz"):
        with pytest.raises(NotCountedError):
            proof_of(lived, account)
    with pytest.raises(NotCountedError):  # there is no log
        proving.prove_account(here.files, "m", [])
    here.publish()
    with pytest.raises(NotCountedError):  # and no solvency record
        proving.prove_account(here.files, "m", [])


def test_records_not_published_yet_are_left_out(here: Public) -> None:
    here.settle(*EVENTS)
    here.publish()
    here.settle(order(1))
    proved = check_proof(proof_of(here, "m"), Trust(here.key))
    assert [move.record["event"]["id"] for move in proved.movements] == ["5", "4", "1"]


def test_witnesses_are_told_and_asked_for(lived: Public) -> None:
    told = json.loads(proof_of(lived, "m"))
    note = parse_note(told["checkpoint"].encode())
    lines = (*note.signatures, cosign(note.text, WITNESS, 1_800_000_000))
    told["checkpoint"] = format_note(Note(note.text, lines)).decode()
    trust = Trust(lived.key, (WITNESS.verifier,), quorum=1)
    data = json.dumps(told).encode()
    assert check_proof(data, trust).verified.cosigned == ((WITNESS.verifier, 1_800_000_000),)
    with pytest.raises(WrongProofError) as raised:
        check_proof(proof_of(lived, "m"), trust)
    assert raised.value.part == Part.CHECKPOINT


def changed(told: Any, path: tuple, value: Any) -> bytes:
    told = copy.deepcopy(told)
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value(place[path[-1]]) if callable(value) else value
    return json.dumps(told).encode()


def one_more(text: str) -> str:
    return text.replace("1", "2", 1) if "1" in text else text + "1"


CHANGES = {
    "another form": (("format",), "patronage-proof/2", Part.FORM),
    "another account": (("account",), "n", Part.BALANCE),
    "no checkpoint": (("checkpoint",), None, Part.CHECKPOINT),
    "another size": (("checkpoint",), one_more, Part.CHECKPOINT),
    "another record": (("solvency", "leaf"), one_more, Part.SOLVENCY),
    "another place of it": (("solvency", "index"), lambda n: n - 1, Part.SOLVENCY),
    "a negative place": (("solvency", "index"), -1, Part.SOLVENCY),
    "a place that is none": (("solvency", "index"), True, Part.SOLVENCY),
    "a proof too short": (("solvency", "proof"), lambda p: p[:-1], Part.SOLVENCY),
    "no proof": (("solvency", "proof"), 5, Part.SOLVENCY),
    "another balance": (("balance", "line"), one_more, Part.BALANCE),
    "another's place": (("balance", "position"), 1, Part.BALANCE),
    "an endless place": (("balance", "position"), 10**30, Part.BALANCE),
    "a sum less": (("balance", "paths", "cash", 0, 1), "0", Part.BALANCE),
    "a sum below 0": (("balance", "paths", "cash", 0, 1), "-5", Part.BALANCE),
    "a digest": (("balance", "paths", "coins", 0, 0), "x" * 44, Part.BALANCE),
    "no path": (("balance", "paths", "points"), [], Part.BALANCE),
    "a movement": (("movements", 0, "leaf"), one_more, Part.MOVEMENT),
    "a movement's place": (("movements", 1, "index"), 0, Part.MOVEMENT),
    "movements that are none": (("movements",), [1], Part.MOVEMENT),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_altered_proves_nothing(lived: Public, change: str) -> None:
    path, value, part = CHANGES[change]
    told = json.loads(proof_of(lived, "m"))
    with pytest.raises(WrongProofError) as raised:
        check_proof(changed(told, path, value), Trust(lived.key))
    assert raised.value.part == part


def test_a_movement_is_no_solvency_record(lived: Public) -> None:
    told = json.loads(proof_of(lived, "m"))
    for part in ("solvency", "movements"):
        other = copy.deepcopy(told)
        if part == "solvency":
            other["solvency"] = other["movements"][0]
        else:
            other["movements"] = [other["solvency"]]
        with pytest.raises(WrongProofError):
            check_proof(json.dumps(other).encode(), Trust(lived.key))


def test_another_key_has_signed_nothing(lived: Public) -> None:
    stranger = SignerKey(ORIGIN, NOTE, bytes(32)).verifier
    with pytest.raises(WrongProofError) as raised:
        check_proof(proof_of(lived, "m"), Trust(stranger))
    assert raised.value.part == Part.CHECKPOINT


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_whatever_is_read_is_refused_with_a_part(data: bytes) -> None:
    with pytest.raises(WrongProofError):
        check_proof(data, Trust(SignerKey(ORIGIN, NOTE, bytes(32)).verifier))


def leaves_of(value: Any, path: tuple = ()) -> list[tuple]:
    """Return the path of every value within a JSON value."""
    if isinstance(value, dict):
        return [path, *(p for name in value for p in leaves_of(value[name], (*path, name)))]
    if isinstance(value, list):
        return [path, *(p for i, one in enumerate(value) for p in leaves_of(one, (*path, i)))]
    return [path]


def test_no_value_of_it_can_be_anything_else(lived: Public) -> None:
    """Every value, replaced by values of every kind, is refused by name or means the same."""
    told = json.loads(proof_of(lived, "m", limit=2))
    trust = Trust(lived.key)
    right = check_proof(json.dumps(told).encode(), trust)
    others = (None, True, 0, -1, 1.5, 2**70, "", "x", "A" * 44, [], {}, [[]], {"leaf": "{}"})
    for path in leaves_of(told)[1:]:
        for other in others:
            other_told = changed(told, path, other)
            try:
                found = check_proof(other_told, trust)
            except WrongProofError:
                continue
            is_same = json.loads(other_told) == told
            assert is_same or path == ("movements",), (path, other)
            assert found == (right if is_same else right._replace(movements=()))


def test_no_byte_of_it_can_be_anything_else(lived: Public) -> None:
    data = json.dumps(json.loads(proof_of(lived, "m", limit=2))).encode()
    trust = Trust(lived.key)
    right = check_proof(data, trust)
    rng = random.Random(1)
    for _ in range(500):
        at = rng.randrange(len(data))
        mutated = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
        try:
            found = check_proof(mutated, trust)
        except WrongProofError:
            continue
        assert found == right, "it means the same: a space for a space, a witness nobody named"


class TestCommand:
    @pytest.fixture
    def made(self, run: Run) -> tuple[Run, str]:
        key = run("log-key", ORIGIN).stdout.strip()
        ledger.submit_many("wine", EVENTS)
        run("settle")
        run("publish", "wine")
        run("prove-account", "wine", "m", "--output", "m.proof")
        return run, key

    def test_it_says_in_words_what_is_proved(self, made, monkeypatch: pytest.MonkeyPatch) -> None:
        run, key = made
        said = " ".join(run("check-proof", "m.proof", "--key", key).stdout.split())
        assert "counts the account m, after the close of 2026-01-01 (record 10)" in said
        held = ledger.account("wine", "m")
        points = f"{held.points // 10**9}.{held.points % 10**9:09}"
        assert f"with {points} points, {held.coins / 100:.2f} in coins, 0.00 in cash" in said
        assert "3 records are in the log as they stand in the file, 3 of which name" in said
        assert "Not proved: that the operator has the 89.20 CNY" in said
        monkeypatch.setenv("PATRONAGE_LANG", "zh")
        said = run("check-proof", "m.proof", "--key", key).stdout.replace("\n", "")
        assert "已证明：日志 log.example.com/wine" in said
        assert "未证明：运营方确实持有应有的 89.20 CNY" in said
        assert run("prove-account", "wine", "m").stdout_bytes == Path("m.proof").read_bytes()

    def test_what_proves_nothing_is_said_loudly(self, made, monkeypatch) -> None:
        run, key = made
        file = Path("m.proof")
        file.write_bytes(file.read_bytes().replace(b'\\"quota\\":', b'\\"quota\\":1'))
        said = run("check-proof", "m.proof", "--key", key, code=1).stdout
        assert said.startswith("NOTHING IS PROVED: the account is not counted as it says (")
        said = run("check-proof", "charter.toml", "--key", key, code=1).stdout
        assert "the file is no proof of an account" in said
        assert "cannot read" in run("check-proof", "none", "--key", key, code=2).stderr
        said = run("prove-account", "wine", "nobody", code=2).stderr
        assert "does not count an account nobody" in said
        monkeypatch.setenv("PATRONAGE_LANG", "zh")
        assert "证明不成立" in run("check-proof", "charter.toml", "--key", key, code=1).stdout
