"""Every vector ends in its state through the ledger, and verifies."""

import json
import random
import tomllib
from itertools import chain, repeat
from pathlib import Path

import pytest

from patronage.ledger import submit_lines, verify
from patronage.ledger.opening import open_unchecked
from tests.integration.play import final_state, fresh, settle_all

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
FILES = sorted(VECTORS.glob("*.events.jsonl"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.split(".")[0])
def test_a_vector_ends_in_its_state(using: str, file: Path) -> None:
    charter = tomllib.loads(
        file.with_name(file.name.split(".")[-3] + ".toml").read_text(encoding="utf-8")
    )
    stem = file.name.removesuffix(".events.jsonl")
    expected = json.loads(file.with_name(f"{stem}.state.json").read_bytes())
    lines = file.read_bytes().split(b"\n")
    economy = fresh("vector")
    open_unchecked(economy, charter, using=using)
    cut = random.Random(stem).randrange(len(lines) + 1)
    for part, sizes in ((lines[:cut], chain((1, 3, 2), repeat(7))), (lines[cut:], repeat(1000))):
        submit_lines(economy, part, using=using)
        settle_all(using, economy, sizes)
    assert final_state(using, economy) == expected
    verified = verify(economy, using=using)
    assert verified.difference is None
