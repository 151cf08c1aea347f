"""Somebody who never signed in reads the open book, follows it down to a record, and checks it."""

from hashlib import sha256

import pytest

from patronage import ledger
from patronage.commerce import posting
from tests.browser.conftest import Arrive
from tests.integration.commerce.play import REDWINE
from tests.shop import Shop

SAID = {
    "zh-CN": ("公开账本", "日记账", "关于积分您应当知道的", "额度是上限", "历次修订", "扣留 5%"),
    "en-GB": (
        *("The open book", "The journal", "What you should know about points"),
        *("The quota is a ceiling", "Every amendment", "5% of what is paid is kept back."),
    ),
}


@pytest.mark.parametrize(
    ("size", "language", "scheme"),
    [
        ("phone", "zh-CN", "light"),
        ("phone", "en-GB", "dark"),
        ("desktop", "zh-CN", "dark"),
        ("desktop", "en-GB", "light"),
    ],
)
def test_a_stranger_reads_the_book(
    shop: Shop, arrive: Arrive, size: str, language: str, scheme: str
) -> None:
    title, journal, disclosure, ceiling, amendments, fee = SAID[language]
    charter = {**REDWINE, "redemption": {"fee": "0.05"}}
    posting.settle(posting.submit({"id": "a", "type": "charter.amended", "charter": charter}))
    end = ledger.tip("mall")
    stranger = arrive(size=size, language=language, scheme=scheme)
    stranger.go(f"/products/{shop.wine.product_id}/")
    stranger.press(title)
    stranger.sees(title, fee, end.hash)
    stranger.keep("book")
    stranger.page.locator(f'a[href="/book/records/{end.seq}/"]').click()
    stranger.sees(end.hash)
    text = stranger.page.locator("pre").inner_text()
    assert sha256(text.encode()).hexdigest() == end.hash
    stranger.keep("record")
    stranger.press(journal)
    stranger.sees(journal)
    stranger.keep("journal")
    stranger.go("/book/rules/")
    stranger.sees(amendments, fee)
    stranger.keep("rules")
    stranger.go("/book/check/")
    stranger.sees("patronage replay charter.toml events.jsonl")
    stranger.keep("check")
    stranger.press(disclosure)
    stranger.sees(ceiling)
    stranger.keep("disclosure")
