"""Reading the files a user names, with one clear sentence when that cannot be done."""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from patronage.cli.words import fail
from patronage.economy import Charter, CharterError, load_charter


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes."""
    try:
        return path.read_bytes()
    except OSError as error:
        fail(
            f"cannot read {path} ({error.strerror}); check its name and permissions.",
            f"无法读取 {path}（{error.strerror}）；请检查文件名与权限。",
        )


def read_charter(path: Path) -> Charter:
    """Return the charter in a file."""
    try:
        return load_charter(read_bytes(path))
    except CharterError as error:
        fail(
            f"the charter {path} is refused: {error}.",
            f"章程 {path} 被拒绝：{error}。",
        )


def read_document(path: Path) -> dict[str, dict[str, Any]]:
    """Return a charter as its file has it: sections of keys. It must have been read before."""
    return tomllib.loads(read_bytes(path).decode("utf-8-sig"))


def forbid_overwriting(read: Iterable[Path], written: Iterable[tuple[str, Path]]) -> None:
    """End with a sentence if a file to be written is another one that is named."""
    taken = {os.path.realpath(path) for path in read}
    for option, path in written:
        if os.path.realpath(path) in taken:
            fail(
                f"{option} {path} would overwrite a file that is read or written; name another.",
                f"{option} {path} 会覆盖另一个要读或要写的文件；请另取名称。",
            )
        taken.add(os.path.realpath(path))
