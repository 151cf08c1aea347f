"""A mall on SQLite, for examples that need all of it."""

from collections.abc import Iterator

import pytest

from tests.integration.commerce.malls import migrated_sqlite


@pytest.fixture(scope="session")
def example_mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with migrated_sqlite("example_mall", tmp_path_factory.mktemp("mall")) as alias:
        yield alias
