"""What tlog may import: less than the standard library, one package, and nothing of Patronage."""

import ast
from pathlib import Path

import patronage.tlog

ALLOWED = {
    "base64", "binascii", "collections.abc", "dataclasses", "hashlib", "re", "typing",
    "cryptography.exceptions", "cryptography.hazmat.primitives.asymmetric.ed25519",
}  # fmt: skip


def test_what_is_imported():
    folder = Path(patronage.tlog.__file__).parent
    found = set()
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module)
    ours = {name for name in found if name.startswith("patronage.tlog.")}
    assert found - ours == ALLOWED
