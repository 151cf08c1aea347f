"""What the log's tests share."""

from pathlib import Path

import pytest

from tests.integration.log.play import Public


@pytest.fixture
def public(using: str, tmp_path: Path) -> Public:
    return Public(using, tmp_path)


@pytest.fixture
def here(sqlite_alias: str, tmp_path: Path) -> Public:
    """On SQLite alone, for what no database has a part in."""
    return Public(sqlite_alias, tmp_path)
