"""`patronage prove-account`, `check-proof`: what a member can show, and anyone can check."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from patronage.cli import options, show
from patronage.cli.audit import PublicKey, Quorum, WitnessKeys, moment, trust_of
from patronage.cli.database import reached
from patronage.cli.files import read_bytes
from patronage.cli.log import LogFolder
from patronage.cli.words import fail, say

if TYPE_CHECKING:
    from patronage.ledger.log.proving import Proved

_WRONG: Final = 1


def prove_account(
    economy: options.EconomyId,
    id: options.AccountId,
    log: LogFolder = Path("log"),
    output: Annotated[
        Path | None,
        typer.Option(
            help=say("Write to this file, not to stdout.", "写到此文件，而不是标准输出。")
        ),
    ] = None,
) -> None:
    """Write the proof of an account, with its latest records."""
    from patronage import ledger
    from patronage.ledger.log import proving
    from patronage.ledger.log.folder import Folder
    from patronage.tlog import TlogError

    with reached():
        lines = ledger.statement(economy, id, limit=proving.MOVEMENTS)
        try:
            proof = proving.prove_account(Folder(log), id, dict.fromkeys(n.place[0] for n in lines))
        except proving.NotCountedError:
            fail(
                f"the last solvency record in {log} does not count an account {id}; check the id, "
                "or wait until a day has closed and is published.",
                f"{log} 中最近的偿付记录不含账户 {id}；请检查编号，或等日结公布之后再试。",
            )
        except (TlogError, OSError) as error:
            fail(
                f"the log in {log} cannot be read ({error}); check --log.",
                f"无法读取 {log} 中的日志（{error}）；请检查 --log。",
            )
    if output is None:
        typer.get_binary_stream("stdout").write(proof + b"\n")
        return
    try:
        output.write_bytes(proof + b"\n")
    except OSError as error:
        fail(
            f"cannot write {output} ({error.strerror}); name another file.",
            f"无法写入 {output}（{error.strerror}）；请指定另一个文件。",
        )


def check_proof(
    file: Annotated[Path, typer.Argument(help=say("The proof, a file.", "证明文件。"))],
    key: PublicKey,
    witness: WitnessKeys = [],  # noqa: B006  (typer's form of a repeated option)
    quorum: Quorum = 0,
) -> None:
    """Check a proof without any server, and say in words what it proves."""
    from patronage.ledger.log.proving import WrongProofError
    from patronage.ledger.log.proving import check_proof as check

    trust = trust_of(key, witness, quorum)
    data = read_bytes(file)
    try:
        proved = check(data, trust)
    except WrongProofError as error:
        typer.echo(_refusal(error))
        raise typer.Exit(_WRONG) from None
    for paragraph in _sentences(proved):
        show.paragraph(paragraph)


def _refusal(error: Any) -> str:
    from patronage.ledger.log.proving import Part

    english, chinese = {
        Part.FORM: ("the file is no proof of an account", "文件不是账户证明"),
        Part.CHECKPOINT: (
            "the log has not signed what it rests on",
            "它所依据的检查点未经日志签署",
        ),
        Part.SOLVENCY: (
            "its solvency record is not in the log, or is no such record",
            "其偿付记录不在日志中，或不成立",
        ),
        Part.BALANCE: (
            "the account is not counted as it says",
            "该账户并未如其所述计入",
        ),
        Part.MOVEMENT: ("a record is not in the log as it says", "某条记录并不在日志中"),
    }[error.part]
    return say(f"NOTHING IS PROVED: {english} ({error}).", f"证明不成立：{chinese}（{error}）。")


def _sentences(proved: "Proved") -> list[str]:
    from patronage.ledger.canonical import integer

    told, line = proved.solvency, proved.account
    checkpoint = proved.verified.checkpoint

    def money(value: Any) -> str:
        exponent = told["exponent"]
        return show.decimal(Fraction(integer(value), 10**exponent), exponent)

    def owed(asset: str) -> tuple[str, str]:
        return money(told[asset]["owed"]), money(told[asset]["held"])

    points = show.points(integer(line["points"]), 9)
    witnesses = ", ".join(
        f"{one.key.name} ({moment(one.time)})" for one in proved.verified.cosigned
    )
    cash_owed, cash_held = owed("cash")
    coins_owed, coins_held = owed("coins")
    worth, reserve = money(told["points"]["worth"]), money(told["points"]["held"])
    named = sum(movement.is_named for movement in proved.movements)
    custody, currency = money(told["custody"]), told["currency"]
    return [
        say(
            f"Proved: the log {checkpoint.origin}, signed with {checkpoint.size:,} leaves, counts "
            f"the account {line['account']}, after the close of {told['day']} (record "
            f"{told['seq']:,}), with {points} points, {money(line['coins'])} in coins, "
            f"{money(line['cash'])} in cash, "
            f"{money(line['dividends'])} in dividends payable and a quota of "
            f"{money(line['quota'])} ({currency}).",
            f"已证明：日志 {checkpoint.origin}（已签署，共 {checkpoint.size:,} 片叶子）在 "
            f"{told['day']} 日结之后（记录 {told['seq']:,}）计入账户 {line['account']}："
            f"增值积分 {points}，恒定积分 {money(line['coins'])}，现金 {money(line['cash'])}，"
            f"可付分红 {money(line['dividends'])}，分红额度 {money(line['quota'])}（{currency}）。",
        ),
        say(
            f"It is a part of these totals over {told['accounts']:,} accounts: cash and dividends "
            f"{cash_owed} against {cash_held} held; coins {coins_owed} against {coins_held} in the "
            f"treasury; points worth {worth} against a reserve of {reserve}.",
            f"它包含在 {told['accounts']:,} 个账户的总额之中：现金与分红 {cash_owed}，持有 "
            f"{cash_held}；恒定积分 {coins_owed}，金库 {coins_held}；增值积分价值 {worth}，"
            f"底池 {reserve}。",
        ),
        say(
            f"{len(proved.movements)} records are in the log as they stand in the file, "
            f"{named} of which name the account.",
            f"文件中的 {len(proved.movements)} 条记录确在日志之中，其中 {named} 条写明该账户。",
        ),
        say(
            f"Cosigned by: {witnesses or 'no witness named here'}.",
            f"联署的见证人：{witnesses or '未指定'}。",
        ),
        say(
            f"Not proved: that the operator has the {custody} {currency} which must be at hand, "
            "and whose the account is.",
            f"未证明：运营方确实持有应有的 {custody} {currency}；以及账户属于谁。",
        ),
    ]
