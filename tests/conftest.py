"""What every suite shares: the proofs' figures are shown at the end."""

import pytest


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
