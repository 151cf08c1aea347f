"""The log's private key in a file, and beside it the last checkpoint that it signed."""

import os
import secrets
from pathlib import Path
from typing import Final

from patronage.ledger.log.folder import make_folders, write_durably
from patronage.tlog import NOTE, MalformedError, SignerKey, parse_signer_key

_OTHERS: Final = 0o077


class KeyFileError(ValueError):
    """A key file that is none, or that others may read. The message is one sentence."""


def make_key(origin: str, path: Path) -> SignerKey:
    """Make a key for a log of this name in a file that only its owner may read.

    Raises MalformedError for a name that is none, FileExistsError where a file is.
    """
    key = SignerKey(origin, NOTE, secrets.token_bytes(32))
    make_folders(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{key.secret_text()}\n")
        file.flush()
        os.fsync(descriptor)
    return key


def read_key(path: Path) -> SignerKey:
    """Read a key. Raises KeyFileError, and OSError where it cannot be read."""
    with path.open(encoding="utf-8") as file:
        if os.fstat(file.fileno()).st_mode & _OTHERS:
            raise KeyFileError(f"others may read {path}: chmod 600 it")
        try:
            return parse_signer_key(file.read().strip())
        except (MalformedError, UnicodeDecodeError):
            raise KeyFileError(f"{path} holds no key of a log") from None


class Memory:
    """The last checkpoint a key signed, kept beside it: what is signed next must continue it.

    It is written before a checkpoint is given out, so nobody has seen a later one.
    """

    def __init__(self, key_file: Path) -> None:
        self.path = key_file.with_name(f"{key_file.name}.signed")

    def recall(self) -> bytes | None:
        """Return the last checkpoint signed, None before the first."""
        return self.path.read_bytes() if self.path.exists() else None

    def keep(self, checkpoint: bytes) -> None:
        """Keep a checkpoint, durably when it returns."""
        write_durably(self.path, checkpoint)
