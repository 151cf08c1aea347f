"""`patronage account`, `statement`: one account."""

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from patronage.cli import options, show
from patronage.cli.database import reached
from patronage.cli.words import fail, say
from patronage.economy import Charter

if TYPE_CHECKING:
    from patronage.ledger import Line

CAUSES: Final[dict[str, tuple[str, str]]] = {
    "charge": ("cash charged", "现金扣收"),
    "coin_redemption": ("coins redeemed", "恒定积分兑回"),
    "compulsory_redemption": ("redeemed compulsorily", "强制卖出（出局）"),
    "conversion": ("points converted", "增值积分转换"),
    "credit": ("cash credited", "现金入账"),
    "opening": ("merchant opened", "商家开户"),
    "order": ("order completed", "订单完成"),
    "payment": ("coins spent", "恒定积分支付"),
    "payment_refund": ("coins refunded", "恒定积分退款"),
    "redemption": ("points redeemed", "增值积分卖出"),
    "referral": ("order of someone referred", "被推荐人的订单"),
    "refund": ("order refunded", "订单退款"),
    "restoration": ("withdrawal restored", "提取退回"),
    "withdrawal": ("cash withdrawn", "现金提取"),
}
"""What moved an account, by the rules' own names."""

_PLACE = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})", re.ASCII)
_LINES_MAX = 10_000
_ID_SHOWN = 28


def account(
    economy: options.EconomyId, account: options.AccountId, *, as_json: options.AsJson = False
) -> None:
    """Show an account, and what settling and redeeming would bring."""
    from patronage import ledger

    with reached():
        told = ledger.account(economy, account)
        charter = ledger.summary(economy).charter
    if as_json:
        show.json_line({**told._asdict(), "worth": list(told.worth.as_integer_ratio())})
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
        (say("quota (a ceiling)", "分红额度（上限）"), show.money(told.quota, charter)),
        (say("cash", "现金"), show.money(told.cash, charter)),
        (say("coins", "恒定积分"), show.money(told.coins, charter)),
    ]
    kind = say(told.kind, "商家" if told.kind == "merchant" else "会员")
    show.table(f"{account} ({kind}), {charter.currency}", ("", ""), rows)


def statement(
    economy: options.EconomyId,
    account: options.AccountId,
    before: Annotated[
        str | None,
        typer.Option(
            metavar="RECORD.POSITION",
            help=say(
                "Only what came before this place: the page after the one that ends there.",
                "只列此位置之前的变动，即接着上一页往下看。",
            ),
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(min=1, max=_LINES_MAX, help=say("So many at most.", "最多列出的条数。")),
    ] = 20,
    *,
    as_json: options.AsJson = False,
) -> None:
    """Show what moved an account, the newest first, a page at a time."""
    from patronage import ledger

    place = None if before is None else _read_place(before)
    with reached():
        charter = ledger.summary(economy).charter
        ledger.account(economy, account)
        lines = ledger.statement(economy, account, before=place, limit=limit + 1)
    is_last = len(lines) <= limit
    lines = lines[:limit]
    older = None if is_last else "{}.{}".format(*lines[-1].place)
    if as_json:
        told = [{**line._asdict(), "place": "{}.{}".format(*line.place)} for line in lines]
        show.json_line({"lines": told, "older": older})
        return
    _print_lines(account, lines, charter)
    if older is not None:
        arguments = f"{economy} {account} --before {older} --limit {limit}"
        show.console.print(
            say(
                f"Older: patronage statement {arguments}",
                f"更早的：patronage statement {arguments}",
            )
        )


def _read_place(text: str) -> tuple[int, int]:
    match = _PLACE.fullmatch(text)
    if match is None:
        fail(
            f"--before {text} is no place in a statement; give it as a page names it, like 12.0.",
            f"--before {text} 不是对账单中的位置；请照上一页所示填写，例如 12.0。",
        )
    return int(match[1]), int(match[2])


def _print_lines(account: str, lines: "list[Line]", charter: Charter) -> None:
    rows = []
    for line in lines:
        rows.append(
            [
                f"{_day(line.at)}  {_cause(line, charter)}",
                _change(show.points(line.points), line.points),
                _change(show.money(line.quota, charter), line.quota),
                _change(show.money(line.cash, charter), line.cash),
                _change(show.money(line.coins, charter), line.coins),
            ]
        )
        rows.append(
            [
                f"  {_short(line.event_id or '')}",
                show.points(line.points_after),
                show.money(line.quota_after, charter),
                show.money(line.cash_after, charter),
                show.money(line.coins_after, charter),
            ]
        )
    header = [
        say("change, and the balance after it", "变动，及其后的余额"),
        say("points", "增值积分"),
        say("quota", "分红额度"),
        say("cash", "现金"),
        say("coins", "恒定积分"),
    ]
    show.table(f"{account}, {charter.currency}", header, rows)


def _short(id: str) -> str:
    return id if len(id) <= _ID_SHOWN else id[: _ID_SHOWN - 1] + "…"


def _day(at: str) -> str:
    """Return the day of a time as it is written, whatever stands behind it."""
    return at[:10]


def _cause(line: "Line", charter: Charter) -> str:
    words = say(*CAUSES[line.cause])
    if line.dividend:
        paid = show.money(line.dividend, charter)
        words += say(f", dividend {paid} paid", f"，付分红 {paid}")
    if line.fee:
        fee = show.money(line.fee, charter)
        words += say(f", fee {fee}", f"，手续费 {fee}")
    return words


def _change(shown: str, value: int) -> str:
    """Write a change with its sign, and none as a dot."""
    return "·" if not value else shown if value < 0 else f"+{shown}"
