"""`patronage open`, `submit`, `settle`, `status`, `account`, `verify`: the ledger."""

import json
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from patronage import ledger
from patronage.cli import show
from patronage.cli.files import read_bytes, read_charter
from patronage.cli.words import fail, say

_AT_ONCE = 1000
_POLL_SECONDS = 0.1

EconomyId = Annotated[str, typer.Argument(help=say("The economy's id.", "经济体的编号。"))]
AccountId = Annotated[str, typer.Argument(help=say("The account's id.", "账户的编号。"))]
AsJson = Annotated[
    bool, typer.Option("--json", help=say("Print one JSON object.", "输出一个 JSON 对象。"))
]


@contextmanager
def _database() -> Iterator[None]:
    """Reach the database, create its tables if need be, and turn what goes wrong into words."""
    try:
        ledger.set_up()
        ledger.create_tables()
        yield
    except ledger.UnknownEconomyError as error:
        fail(
            f"there is no economy {error}; `patronage open` opens one.",
            f"没有经济体 {error}；用 `patronage open` 开设。",
        )
    except ledger.UnknownAccountError as error:
        fail(f"there is no account {error} here.", f"这里没有账户 {error}。")
    except (ledger.DatabaseUrlError, ImproperlyConfigured, DatabaseError) as error:
        if ledger.is_disk_full(error):
            fail(
                "the database's disk is full, nothing is half done; make space, then repeat this.",
                "数据库所在磁盘已满，没有留下任何半成品；请腾出空间后重做。",
            )
        reason = " ".join(str(error).split())
        fail(
            f"the database cannot be used ({reason}); check DATABASE_URL.",
            f"无法使用数据库（{reason}）；请检查 DATABASE_URL。",
        )


def open_(
    economy: EconomyId,
    charter: Annotated[
        Path, typer.Argument(help=say("The charter, a TOML file.", "章程（TOML 文件）。"))
    ],
) -> None:
    """Open an economy under a charter."""
    parsed = read_charter(charter)
    tables = tomllib.loads(read_bytes(charter).decode("utf-8-sig"))
    with _database():
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
                f"the economy {economy} is open already, under another charter.",
                f"经济体 {economy} 已用另一份章程开设。",
            )
        except ledger.EconomyIdError:
            fail(
                f"{economy!r} is no id: use 1 to 63 of a-z, 0-9, ., _ and -, a-z or 0-9 first.",
                f"{economy!r} 不能作为编号：请用 1 至 63 个 a-z、0-9、.、_、-，首位为 a-z 或 0-9。",
            )
    show.console.print(say(f"{economy} is open.", f"{economy} 已开设。"))


def submit(
    economy: EconomyId,
    file: Annotated[
        Path,
        typer.Argument(
            help=say("The events, one JSON object a line.", "事件文件，每行一个 JSON 对象。")
        ),
    ],
) -> None:
    """Submit a file of events; `settle` applies them."""
    new = known = 0
    with _database():
        try:
            with file.open("rb") as lines:
                while chunk := list(islice(lines, _AT_ONCE)):
                    for receipt in ledger.submit_lines(economy, chunk):
                        known += receipt.outcome is not None
                        new += receipt.outcome is None
        except OSError as error:
            fail(
                f"cannot read {file} ({error.strerror}); check its name and permissions.",
                f"无法读取 {file}（{error.strerror}）；请检查文件名与权限。",
            )
    show.console.print(
        say(
            f"{new:,} submitted, {known:,} settled before.",
            f"已提交 {new:,} 个事件，另有 {known:,} 个早已入账。",
        )
    )


def settle(
    economy: Annotated[
        str | None,
        typer.Argument(
            help=say("The economy's id; all of them without.", "经济体的编号；省略则为全部。")
        ),
    ] = None,
    *,
    follow: Annotated[
        bool,
        typer.Option("--follow", help=say("Go on until interrupted.", "持续进行，直到被中断。")),
    ] = False,
) -> None:
    """Settle what was submitted."""
    count = 0
    with _database():
        try:
            while True:
                settled = 0
                for id in [economy] if economy is not None else ledger.economies():
                    while one := ledger.settle(id):
                        settled += one
                count += settled
                if not follow:
                    break
                if not settled:
                    time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            pass
    show.console.print(say(f"{count:,} settled.", f"已入账 {count:,} 个事件。"))


def status(economy: EconomyId, *, as_json: AsJson = False) -> None:
    """Show an economy."""
    with _database():
        told = ledger.summary(economy)
    if as_json:
        _print_json(
            {
                "economy": economy,
                "name": told.charter.name,
                "currency": told.charter.currency,
                "records": told.records,
                "head": told.head,
                "unsettled": told.unsettled,
                "members": told.members,
                "merchants": told.merchants,
                "last_closed": told.last_closed or None,
                "price": list(told.price.as_integer_ratio()),
                **told.figures,
            }
        )
        return
    charter, figures = told.charter, told.figures
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
        (say("fees", "手续费"), show.money(figures["fees"], charter)),
        (say("surplus", "盈余"), show.money(figures["surplus"], charter)),
        (say("coins", "恒定积分"), show.money(figures["coins"], charter)),
        (say("head", "链头"), told.head[:16]),
    ]
    show.table(f"{charter.name} ({economy}), {charter.currency}", ("", ""), rows)


def account(economy: EconomyId, account: AccountId, *, as_json: AsJson = False) -> None:
    """Show an account, and what settling and redeeming would bring."""
    with _database():
        told = ledger.account(economy, account)
        charter = ledger.summary(economy).charter
    if as_json:
        worth = list(told.worth.as_integer_ratio())
        _print_json({**told._asdict(), "worth": worth})
        return
    after_fee = told.redeemable - told.fee
    rows = [
        (say("points", "增值积分"), show.points(told.points)),
        (say("worth", "价值"), show.money(int(told.worth), charter)),
        (
            say("redeeming all, before the fee", "全部卖出，扣费前"),
            show.money(told.redeemable, charter),
        ),
        (say("redeeming all, after the fee", "全部卖出，扣费后"), show.money(after_fee, charter)),
        (say("dividend to be paid", "待付分红"), show.money(told.dividend, charter)),
        (say("quota", "分红额度"), show.money(told.quota, charter)),
        (say("cash", "现金"), show.money(told.cash, charter)),
        (say("coins", "恒定积分"), show.money(told.coins, charter)),
    ]
    kind = say(told.kind, "商家" if told.kind == "merchant" else "会员")
    show.table(f"{account} ({kind})", ("", ""), rows)


def verify(economy: EconomyId) -> None:
    """Rebuild an economy from its journal and compare everything stored with it."""
    with _database():
        found = ledger.verify(economy)
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


def _print_json(value: object) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")
