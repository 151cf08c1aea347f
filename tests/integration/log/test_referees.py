"""Others' programs accept what the ledger publishes, and refuse it with one byte changed."""

import json
from subprocess import run
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import verify_checkpoint as verify_signed
from sigstore._internal.trust import Keyring
from sigstore.errors import VerificationError
from sigstore_models.common.v1 import PublicKeyDetails

from patronage.tlog.text import encode_base64
from tests.integration.log.play import Public, close, order
from tests.integration.test_referees import changed, go_referee
from tests.integration.test_verify import EVENTS

__all__ = ["go_referee"]

INDEX = 137


@pytest.fixture
def published(here: Public) -> tuple[Public, int, bytes]:
    """Publish two days in three parts; return also the size and root after the first."""
    here.settle(*EVENTS)
    here.publish()
    first = here.checkpoint()
    here.settle(*(order(number) for number in range(400)), close(1))
    here.publish(at_once=300)
    here.publish()
    return here, first.size, first.root


def test_go_accepts_it_and_refuses_every_file_changed(published, go_referee) -> None:
    public, old, old_root = published
    reader = public.reader()
    question = {
        "folder": str(public.log),
        "key": str(public.key),
        "index": INDEX,
        "proof": list(map(encode_base64, reader.inclusion_proof(INDEX))),
        "old": old,
        "oldRoot": encode_base64(old_root),
        "growth": list(map(encode_base64, reader.consistency_proof(old))),
    }

    def ask() -> str:
        return run(
            [go_referee], input=json.dumps(question), capture_output=True, text=True
        ).stdout.strip()

    assert ask() == "accepted"
    size = public.checkpoint().size
    part = f"000.p/{size % 256}".replace("000", "001")
    for path in ("checkpoint", "tile/0/000", "tile/entries/000", f"tile/0/{part}",
                 f"tile/entries/{part}", "tile/1/000.p/1"):  # fmt: skip
        file = public.log / path
        data = file.read_bytes()
        file.write_bytes(changed(data, data.index(b"\n") - 1 if path == "checkpoint" else -1))
        assert ask() != "accepted", path
        file.write_bytes(data)
    assert ask() == "accepted"


def test_sigstore_accepts_a_record_and_refuses_it_changed(published) -> None:
    public, *_ = published
    reader, checkpoint = public.reader(), public.checkpoint()
    der = Ed25519PublicKey.from_public_bytes(public.key.public).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    key = SimpleNamespace(raw_bytes=der, key_details=PublicKeyDetails.PKIX_ED25519)

    def accepts(leaf: bytes, index: int = INDEX) -> bool:
        told = SimpleNamespace(
            log_index=index,
            tree_size=checkpoint.size,
            hashes=list(reader.inclusion_proof(INDEX)),
            root_hash=checkpoint.root,
            checkpoint=SimpleNamespace(envelope=public.files.get("checkpoint").decode()),
        )
        inner = SimpleNamespace(
            canonicalized_body=leaf,
            inclusion_proof=told,
            log_id=SimpleNamespace(key_id=public.key.id),
        )
        try:
            verify_merkle_inclusion(SimpleNamespace(_inner=inner))
            verify_signed(Keyring([key]), SimpleNamespace(_inner=inner))
        except VerificationError:
            return False
        return True

    record = reader.leaf(INDEX)
    assert accepts(record)
    assert not accepts(changed(record))
    assert not accepts(record, INDEX + 1)
