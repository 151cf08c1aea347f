"""What every suite shares: databases of our own, and the proofs' figures shown at the end."""

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker


@pytest.fixture(autouse=True, scope="session")
def _databases_of_our_own(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the ledger's tests use the databases they add; the mall's ask for `db`."""
    # The commands that tests start choose their settings themselves.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    with django_db_blocker.unblock():
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as `proof`: so many points, so many examples."""
    lines = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "proof" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("proofs")
        for line in sorted(lines):
            terminalreporter.line(line)
