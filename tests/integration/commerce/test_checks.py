"""An installation that would show every amount wrongly is told so."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from patronage.commerce import checks, posting
from tests.integration.commerce.malls import as_default
from tests.integration.databases import known


@pytest.mark.usefixtures("mall")
def test_the_currency_of_the_settings_must_be_the_charters() -> None:
    assert posting.currency_wanted() is None
    assert checks.check_currency(None, ["default"]) == []
    with override_settings(CURRENCY="EUR"):
        assert posting.currency_wanted() == "CNY"
        told = run_checks(tags=["database"], databases=["default"])
        (error,) = [one for one in told if one.id == "commerce.E001"]
        assert "CURRENCY is EUR" in error.msg
        assert error.hint == "Set PATRONAGE_CURRENCY=CNY."
        assert checks.check_currency(None, None) == []
        with override_settings(ECONOMY="nowhere"):
            assert checks.check_currency(None, ["default"]) == []


def test_nothing_is_said_before_there_are_tables(tmp_path: Path) -> None:
    with known("bare", f"sqlite:///{tmp_path}/bare.sqlite3"), as_default("bare"):
        assert checks.check_currency(None, ["default"]) == []
