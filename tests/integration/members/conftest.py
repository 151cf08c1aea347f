"""A mall of one's own on each database, as commerce has it, and members with a PIN."""

from tests.integration.commerce.conftest import (  # noqa: F401
    mall,
    on_postgresql,
    postgresql_mall,
    sqlite_mall,
)
