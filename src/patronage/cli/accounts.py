"""`patronage account`, `statement`: one account."""

from patronage.cli import options, show
from patronage.cli.database import reached
from patronage.cli.words import say


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
