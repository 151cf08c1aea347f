"""Values of other programs, in tests/vectors/tlog.json and, where present, the shared file."""

import hmac
import json
from hashlib import sha256
from pathlib import Path

import pytest

from patronage.tlog import (
    COSIGNATURE,
    EMPTY_ROOT,
    NOTE,
    Checkpoint,
    Note,
    ProofFile,
    Reader,
    Signature,
    SignerKey,
    SumTree,
    Tile,
    Tree,
    Trust,
    UnprovenError,
    Writer,
    consistency_proof,
    cosign,
    format_note,
    format_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    parse_checkpoint,
    parse_note,
    parse_proof,
    parse_signer_key,
    parse_verifier_key,
    root_of,
    sign,
    sign_checkpoint,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_note,
    verify_proof,
    verify_sum,
)
from patronage.tlog.text import parse_base64
from tests.unit.tlog.store import MemoryStore

ROOT = Path(__file__).resolve().parents[3]
FILES = {
    "ours": ROOT / "tests" / "vectors" / "tlog.json",
    "shared": ROOT.parent / "shared" / "vectors" / "tlog" / "vectors.json",
}


@pytest.fixture(params=[name for name, file in FILES.items() if file.is_file()])
def known(request):
    return json.loads(FILES[request.param].read_text(encoding="utf-8"))


def unhex(values):
    return tuple(map(bytes.fromhex, values))


def unbase64(values):
    return tuple(parse_base64(value, "a hash") for value in values)


@pytest.fixture
def rfc6962(known):
    return known["rfc6962"]


@pytest.fixture
def tree(rfc6962):
    return Tree(map(leaf_hash, unhex(rfc6962["leaf_inputs_hex"])))


def test_hashes_of_leaves_and_nodes(rfc6962):
    assert leaf_hash(b"L123456").hex() == rfc6962["leaf_hash_L123456"]
    assert node_hash(b"N123", b"N456").hex() == rfc6962["node_N123_N456"]


def test_roots(rfc6962, tree):
    hashes = [leaf_hash(leaf) for leaf in unhex(rfc6962["leaf_inputs_hex"])]
    for size, root in enumerate(unhex(rfc6962["roots_by_size"])):
        assert tree.root(size) == root_of(hashes[:size]) == root


def test_inclusion(rfc6962, tree):
    inputs, roots = unhex(rfc6962["leaf_inputs_hex"]), unhex(rfc6962["roots_by_size"])
    for vector in rfc6962["inclusion"]:
        index, size, proof = vector["index"], vector["size"], unhex(vector["proof"])
        assert inclusion_proof(tree.subtree, index, size) == proof
        verify_inclusion(leaf_hash(inputs[index]), index, size, proof, roots[size])


def test_consistency(rfc6962, tree):
    roots = unhex(rfc6962["roots_by_size"])
    for vector in rfc6962["consistency"]:
        old, new, proof = vector["from"], vector["to"], unhex(vector["proof"])
        assert consistency_proof(tree.subtree, old, new) == proof
        verify_consistency(old, roots[old], new, roots[new], proof)


def test_a_leaf_of_another_log_with_its_witnesses(known):
    rekor = known["rekor_v2_staging_alpha3"]
    log = parse_verifier_key(rekor["log_vkey"])
    witnesses = tuple(map(parse_verifier_key, rekor["witness_vkeys"]))
    checkpoint, cosigned = verify_checkpoint(
        rekor["checkpoint"].encode(), Trust(log, witnesses, quorum=3)
    )
    assert {key for key, _ in cosigned} == set(witnesses)
    assert {time for _, time in cosigned} == {rekor["cosignature_time"]}
    assert checkpoint.size == rekor["size"]
    (leaf,) = unbase64([rekor["leaf_hash_b64"]])
    proof = unbase64(rekor["proof_b64"])
    verify_inclusion(leaf, rekor["index"], checkpoint.size, proof, checkpoint.root)
    with pytest.raises(UnprovenError):
        verify_inclusion(leaf, rekor["index"] - 1, checkpoint.size, proof, checkpoint.root)


def test_the_note_of_the_specification(known):
    example = known["notes"]["c2sp_example"]
    key = parse_verifier_key(example["vkey"])
    note = parse_note(example["note"].encode())
    assert [signed.key for signed in verify_note(note, [key])] == [key]
    assert str(key) == example["vkey"]
    assert format_note(note) == example["note"].encode()


def test_a_note_as_go_signs_it(known):
    example = known["notes"]["go_peterneumann"]
    key = parse_signer_key(example["skey"])
    assert key.secret_text() == example["skey"]
    assert str(key.verifier) == example["vkey"]
    note = format_note(Note(example["text"], (sign(example["text"], key),)))
    assert note.decode() == f"{example['text']}\n{example['sigline']}"


def test_the_checkpoint_of_the_checksum_database(known):
    example = known["notes"]["sumdb"]
    trust = Trust(parse_verifier_key(example["vkey"]), origin="go.sum database tree")
    assert verify_checkpoint(example["note"].encode(), trust).checkpoint.size == 35225469


def test_the_log_of_tessera_byte_for_byte(known):
    tessera = known["tessera_testdata"]
    key = parse_signer_key(tessera["skey"])
    assert str(key.verifier) == tessera["vkey"]
    store = MemoryStore()
    writer = Writer(store)
    hashes = b""
    bundle = b""
    for size in range(16):
        if size:
            leaf = tessera["entries"][size - 1].encode()
            writer.append([leaf])
            # The forms, written out: 0x00 ‖ leaf hashed; two bytes of length ‖ leaf.
            hashes += sha256(b"\0" + leaf).digest()
            bundle += bytes([0, len(leaf)]) + leaf
            assert store[f"tile/0/000.p/{size}"] == hashes
            assert store[f"tile/entries/000.p/{size}"] == bundle
        checkpoint = Checkpoint("example.com/log/testdata", writer.size, writer.root())
        signed = sign_checkpoint(checkpoint, key)
        assert signed.decode() == tessera["checkpoints"][str(size)]
        assert verify_checkpoint(signed, Trust(key.verifier)).checkpoint == checkpoint
    assert len(store) == 2 * 15


def test_paths(known):
    tiles = {
        "entries(1234067 .p/8)": Tile(0, 1234067, 8).bundle_path,
        "tile(15,455667)": Tile(15, 455667).path,
        "tile(15,123456789,w41)": Tile(15, 123456789, 41).path,
        "entry seq 256 of size 257": Tile(0, 1, 1).bundle_path,
        "entry seq 3 of size 257": Tile(0, 0).bundle_path,
    }
    assert tiles == dict(known["tile_paths"])


def test_a_whole_log_byte_for_byte(known):
    own = known["own_log_300"]
    key = SignerKey("ledger.example.com/points", NOTE, seed("points-ledger"))
    witness = SignerKey("witness.example.org/w1", COSIGNATURE, seed("witness"))
    assert (str(key.verifier), str(witness.verifier)) == (own["vkey"], own["witness_vkey"])
    trust = Trust(key.verifier, (witness.verifier,), quorum=1)
    leaves = [
        json.dumps({"amt": n * 100, "seq": n, "t": "grant"}, separators=(",", ":")).encode()
        for n in range(300)
    ]
    store = MemoryStore()
    root = Writer(store).append(leaves)

    checkpoint, cosigned = verify_checkpoint(own["checkpoint"].encode(), trust)
    assert checkpoint == Checkpoint("ledger.example.com/points", 300, root)
    text = parse_note(own["checkpoint"].encode()).text
    lines = (sign(text, key), cosign(text, witness, cosigned[0].time))
    assert format_note(Note(text, lines)).decode() == own["checkpoint"]

    reader = Reader(store.get, 300, root)
    file = ProofFile(137, reader.inclusion_proof(137), own["checkpoint"].encode())
    assert format_proof(file).decode() == own["tlog_proof_137"]
    assert parse_proof(own["tlog_proof_137"].encode()) == file
    assert verify_proof(file, own["entry_137"].encode(), trust).checkpoint == checkpoint
    assert leaves[137] == own["entry_137"].encode()

    growth = own["consistency_100_300"]
    assert reader.consistency_proof(100) == unbase64(growth["p"])
    assert (reader.root(100), root) == unbase64([growth["r1"], growth["r2"]])
    verify_consistency(100, reader.root(100), 300, root, unbase64(growth["p"]))


def test_the_sum_tree():
    vector = json.loads(FILES["ours"].read_text(encoding="utf-8"))["sum_tree"]
    domain = vector["domain"].encode()
    leaves = [
        (hmac.digest(bytes.fromhex(m["salt_hex"]), m["message"].encode(), "sha256"), m["amount"])
        for m in vector["members"]
    ]
    tree = SumTree(domain, leaves)
    root = tree.root()
    assert (root.digest.hex(), root.amount) == (vector["root"], vector["sum"])
    for index, (commitment, amount) in enumerate(leaves):
        verify_sum(domain, commitment, amount, index, 2, tree.proof(index), root)
        (sibling,) = tree.proof(1 - index)
        assert sibling.digest.hex().startswith(vector["members"][index]["digest_start"])
        assert sibling.digest.hex().endswith(vector["members"][index]["digest_end"])


def test_what_is_verified_is_what_was_written(known):
    # The empty log's checkpoint, and one that only has another name for its key.
    empty = known["tessera_testdata"]["checkpoints"]["0"]
    assert parse_checkpoint(parse_note(empty.encode()).text).root == EMPTY_ROOT
    signature = parse_note(empty.encode()).signatures[0]
    renamed = Signature("example.com/other", signature.key_id, signature.payload)
    trust = Trust(parse_verifier_key(known["tessera_testdata"]["vkey"]))
    with pytest.raises(UnprovenError, match="not signed"):
        verify_checkpoint(format_note(Note(parse_note(empty.encode()).text, (renamed,))), trust)


def seed(name):
    return sha256(f"test seed: {name}".encode()).digest()
