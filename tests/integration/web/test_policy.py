"""The policy is shown to everybody, with why what is off is off."""

from typing import Any

from tests.integration.web.conftest import signed_in
from tests.shop import Shop


def test_the_book_and_the_console_tell_the_policy(shop: Shop, settings: Any) -> None:
    settings.COMPANY_NAME, settings.COMPANY_LICENCE = "Hui Gu Ltd", "91310000MA1FL00000"
    settings.COMPANY_IS_NAMED = True
    public, operator = signed_in(None, "en"), signed_in(shop.operator, "en")
    for browser, path in ((public, "/book/policy/"), (operator, "/console/economy/policy/")):
        page = browser.get(path).text
        assert "Issued by Hui Gu Ltd, registered under 91310000MA1FL00000." in page
        assert "Sending points, coins or cash to another member" in page
        assert "can be withdrawn" in page
    assert "/book/policy/" in public.get("/book/").text
    told = public.get("/book/summary.json").json()["policy"]
    assert told == {
        "profile": "green-points",
        "issuer": "Hui Gu Ltd",
        "issuer_number": "91310000MA1FL00000",
        "payout": "cash",
    }
    settings.COMPANY_LICENCE = ""
    assert "The issuer is not named yet" in public.get("/book/policy/").text
