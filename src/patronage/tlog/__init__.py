"""Makes a history provable: Merkle tree, tiles, checkpoints, proofs. Pure; needs `cryptography`.

The formats are those of the transparency world: RFC 6962 and 9162; C2SP tlog-tiles, signed-note,
tlog-checkpoint, tlog-cosignature, tlog-proof. It knows nothing of Patronage.
"""

from patronage.tlog.checkpoints import (
    Checkpoint,
    Trust,
    Verified,
    format_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from patronage.tlog.edge import Edge
from patronage.tlog.errors import MalformedError, MissingError, TlogError, UnprovenError
from patronage.tlog.keys import (
    COSIGNATURE,
    NOTE,
    SignerKey,
    VerifierKey,
    parse_signer_key,
    parse_verifier_key,
)
from patronage.tlog.notes import (
    Note,
    Signature,
    Signed,
    cosign,
    format_note,
    parse_note,
    parse_signatures,
    sign,
    verify_note,
    verify_signature,
)
from patronage.tlog.proof_files import ProofFile, format_proof, parse_proof, verify_proof
from patronage.tlog.proofs import (
    Proof,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from patronage.tlog.reader import Reader
from patronage.tlog.sums import Sum, SumProof, SumTree, verify_sum
from patronage.tlog.tiles import (
    LEAF_BYTES_MAX,
    Fetch,
    Store,
    Tile,
    count_at,
    decode_bundle,
    decode_hashes,
    encode_bundle,
    encode_hashes,
    grown_tiles,
    partial_tiles,
)
from patronage.tlog.tree import EMPTY_ROOT, HASH_BYTES, Tree, leaf_hash, node_hash, root_of
from patronage.tlog.writer import Writer

__all__ = [
    "COSIGNATURE",
    "EMPTY_ROOT",
    "HASH_BYTES",
    "LEAF_BYTES_MAX",
    "NOTE",
    "Checkpoint",
    "Edge",
    "Fetch",
    "MalformedError",
    "MissingError",
    "Note",
    "Proof",
    "ProofFile",
    "Reader",
    "Signature",
    "Signed",
    "SignerKey",
    "Store",
    "Sum",
    "SumProof",
    "SumTree",
    "Tile",
    "TlogError",
    "Tree",
    "Trust",
    "UnprovenError",
    "Verified",
    "VerifierKey",
    "Writer",
    "consistency_proof",
    "cosign",
    "count_at",
    "decode_bundle",
    "decode_hashes",
    "encode_bundle",
    "encode_hashes",
    "format_checkpoint",
    "format_note",
    "format_proof",
    "grown_tiles",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "parse_checkpoint",
    "parse_note",
    "parse_proof",
    "parse_signatures",
    "parse_signer_key",
    "parse_verifier_key",
    "partial_tiles",
    "root_of",
    "sign",
    "sign_checkpoint",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_note",
    "verify_proof",
    "verify_signature",
    "verify_sum",
]
