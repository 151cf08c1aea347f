"""`patronage open`, `status`, `verify`: an economy as a whole."""

import tomllib
from contextlib import suppress

import typer

from patronage.cli import options, show
from patronage.cli.database import reached
from patronage.cli.files import read_bytes, read_charter
from patronage.cli.words import fail, say


def open_(economy: options.EconomyId, charter: options.CharterFile) -> None:
    """Open an economy under a charter."""
    from patronage import ledger

    parsed = read_charter(charter)
    tables = tomllib.loads(read_bytes(charter).decode("utf-8-sig"))
    with reached():
        try:
            ledger.open_economy(economy, tables)
        except ledger.FoundingRequiredError as error:
            needed = show.money(error.needed, parsed)
            fail(
                f"founding_required: the charter {charter} needs a founding of at least {needed}.",
                f"founding_required：章程 {charter} 的创始储备至少须为 {needed}。",
            )
        except ledger.EconomyExistsError:
            fail(
                f"the economy {economy} is open already, under another charter; choose another id.",
                f"经济体 {economy} 已用另一份章程开设；请换一个编号。",
            )
        except ledger.EconomyIdError:
            fail(
                f"{economy!r} is no id: use 1 to 63 of a-z, 0-9, ., _ and -, a-z or 0-9 first.",
                f"{economy!r} 不能作为编号：请用 1 至 63 个 a-z、0-9、.、_、-，首位为 a-z 或 0-9。",
            )
    show.console.print(say(f"{economy} is open.", f"{economy} 已开设。"))


def status(economy: options.EconomyId, *, as_json: options.AsJson = False) -> None:
    """Show an economy."""
    from patronage import ledger

    with reached():
        told = ledger.summary(economy)
    charter, figures = told.charter, told.figures
    if as_json:
        show.json_line(
            {
                "economy": economy,
                "name": charter.name,
                "currency": charter.currency,
                "records": told.records,
                "head": told.head,
                "unsettled": told.unsettled,
                "members": told.members,
                "merchants": told.merchants,
                "last_closed": told.last_closed or None,
                "price": list(told.price.as_integer_ratio()),
                **figures,
            }
        )
        return
    rows = [
        (say("records", "记录"), f"{told.records:,}"),
        (say("waiting to be settled", "待入账"), f"{told.unsettled:,}"),
        (say("members", "会员"), f"{told.members:,}"),
        (say("merchants", "商家"), f"{told.merchants:,}"),
        (say("last day closed", "上一个已结日"), told.last_closed or "–"),
        (say("price of a point", "积分价格"), show.price(told.price, charter)),
        (say("reserve", "底池"), show.money(figures["reserve"], charter)),
        (say("circulating points", "流通积分"), show.points(figures["circulating"])),
        (say("dividend pool", "分红池"), show.money(figures["dividend_pool"], charter)),
        (say("unpaid dividends", "待付分红"), show.money(figures["dividends_unpaid"], charter)),
        (say("fees", "手续费"), show.money(figures["fees"], charter)),
        (say("surplus", "盈余"), show.money(figures["surplus"], charter)),
        (say("coins outstanding", "未兑回的恒定积分"), show.money(figures["coins"], charter)),
        (say("head", "链头"), told.head[:16]),
    ]
    show.table(f"{charter.name} ({economy}), {charter.currency}", ("", ""), rows)


def verify(economy: options.EconomyId) -> None:
    """Rebuild an economy from its journal and compare everything stored with it."""
    from django.db import DatabaseError

    from patronage import ledger

    with reached():
        found = ledger.verify(economy)
    with suppress(DatabaseError):  # who may only read has verified all the same
        ledger.note_verified(economy, found)
    if found.difference is None:
        show.console.print(
            say(
                f"{found.records:,} records verified: nothing differs.",
                f"已核验 {found.records:,} 条记录：没有差异。",
            )
        )
        return
    where, what = found.difference
    show.console.print(say(f"first difference: {where}: {what}.", f"第一处差异：{where}：{what}。"))
    raise typer.Exit(1)
