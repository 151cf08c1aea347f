"""Account ids are opaque, and the same for the same customer under the same key."""

import hashlib
import hmac
import os
import re
from pathlib import Path

import pytest

from patronage.intake import ErrorCode, ExportError, account_id, read_or_create_key

KEY = bytes(range(32))


def test_an_id_is_an_hmac() -> None:
    expected = hmac.new(KEY, b"13800000001", hashlib.sha256).hexdigest()
    assert account_id(KEY, "13800000001") == "a" + expected[:32]
    assert account_id(KEY, " 13800000001\n") == account_id(KEY, "13800000001")
    assert account_id(KEY, "e\u0301") == account_id(KEY, "é")
    assert account_id(KEY, "1") != account_id(KEY, "2")
    assert account_id(KEY, "1") != account_id(bytes(32), "1")


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "accounts.key"
    key = read_or_create_key(path)
    assert len(key) == 32
    assert re.fullmatch(rb"[0-9a-f]{64}\n", path.read_bytes())
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_or_create_key(path) == key
    assert read_or_create_key(tmp_path / "other.key") != key


@pytest.mark.parametrize("text", [b"", b"\n", b"ab" * 31, b"ab" * 33, b"xy" * 32, b"\xff" * 64])
def test_a_malformed_key_is_refused_and_kept(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "accounts.key"
    path.write_bytes(text)
    with pytest.raises(ExportError, match=r"accounts\.key") as caught:
        read_or_create_key(path)
    assert caught.value.code is ErrorCode.BAD_KEY
    assert path.read_bytes() == text


def test_a_key_that_can_be_neither_read_nor_made(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for path in (tmp_path, tmp_path / "no" / "such", tmp_path / "dangling"):
        with pytest.raises(ExportError) as caught:
            read_or_create_key(path)
        assert caught.value.code is ErrorCode.BAD_KEY


def test_no_half_key_is_left_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, mode: str) -> None:
        os.close(descriptor)
        raise OSError(28, f"No space left on device ({mode})")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(ExportError, match="No space left"):
        read_or_create_key(tmp_path / "accounts.key")
    assert list(tmp_path.iterdir()) == []
