"""Measure the transparency log: growth, reading and proofs, in processor time."""

import random
import time
from statistics import median

from patronage.tlog import (
    NOTE,
    Checkpoint,
    ProofFile,
    Reader,
    SignerKey,
    SumTree,
    Trust,
    Writer,
    format_proof,
    parse_proof,
    sign_checkpoint,
    verify_proof,
    verify_sum,
)
from tests.unit.tlog.store import MemoryStore

Row = tuple[str, str, str]

LEAF_BYTES = 100
LOG = SignerKey("log.example.com/bench", NOTE, bytes(32))
DOMAIN = b"bench/v1\n"


def leaf(number: int) -> bytes:
    """Make a leaf of a record's kind."""
    return (b'{"seq":%d}' % number).ljust(LEAF_BYTES)


def bench_log(size: int = 1_000_000, batch: int = 1_000, proofs: int = 200) -> list[Row]:
    """Append a million leaves, read them all, and prove single ones."""
    store = MemoryStore()
    writer = Writer(store)
    seconds = []
    for start in range(0, size, batch):
        leaves = [leaf(number) for number in range(start, start + batch)]
        started = time.process_time()
        root = writer.append(leaves)
        seconds.append(time.process_time() - started)
    tenth = max(len(seconds) // 10, 1)
    growth = median(seconds[-tenth:]) / median(seconds[:tenth])

    started = time.process_time()
    read = sum(1 for _ in Reader(store.get, size, root).leaves())
    reading = time.process_time() - started
    if read != size:
        raise AssertionError("the bench did not read what it wrote")

    checkpoint = sign_checkpoint(Checkpoint("log.example.com/bench", size, root), LOG)
    trust = Trust(LOG.verifier)
    rng = random.Random(4)
    made, verified = [], []
    for _ in range(proofs):
        index = rng.randrange(size)
        started = time.process_time()
        reader = Reader(store.get, size, root)
        told = reader.leaf(index)
        data = format_proof(ProofFile(index, reader.inclusion_proof(index), checkpoint))
        made.append(time.process_time() - started)
        started = time.process_time()
        verify_proof(parse_proof(data), told, trust)
        verified.append(time.process_time() - started)
    return [
        (
            f"leaves of {LEAF_BYTES} bytes appended a second, in batches of {batch:,}",
            f"{size / sum(seconds):,.0f}",
            "",
        ),
        (f"  a batch's cost, last ÷ first tenth of {size:,} leaves", f"{growth:.2f} ×", "≤ 1.5 ×"),
        ("  leaves read and proved a second", f"{size / reading:,.0f}", "50,000"),
        (
            f"a proof file for one among {size:,} leaves, from tiles",
            f"{1000 * median(made):.2f} ms",
            "≤ 50 ms",
        ),
        ("  the same file verified", f"{1000 * median(verified):.2f} ms", ""),
    ]


def bench_sums(size: int = 1_000_000, proofs: int = 200) -> list[Row]:
    """Sum a million amounts in a tree and prove single ones."""
    leaves = [(number.to_bytes(32), number) for number in range(size)]
    started = time.process_time()
    tree = SumTree(DOMAIN, leaves)
    building = time.process_time() - started
    rng = random.Random(5)
    seconds = []
    for _ in range(proofs):
        index = rng.randrange(size)
        started = time.process_time()
        proof = tree.proof(index)
        verify_sum(DOMAIN, *leaves[index], index, size, proof, tree.root())
        seconds.append(time.process_time() - started)
    return [
        (f"a sum tree over {size:,} amounts", f"{building:.1f} s", ""),
        ("  a proof in it, made and verified", f"{1000 * median(seconds):.2f} ms", "≤ 50 ms"),
    ]
