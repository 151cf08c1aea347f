"""`patronage audit`: a stranger replays a public log, trusting nobody."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from patronage.cli import options, show
from patronage.cli.words import fail, say
from patronage.economy import State
from patronage.tlog import (
    Checkpoint,
    TlogError,
    Trust,
    VerifierKey,
    parse_verifier_key,
    verify_checkpoint,
)

if TYPE_CHECKING:
    from patronage.ledger.log.audit import Audit, Fault

_FAULTY: Final = 1

Where = Annotated[
    str,
    typer.Argument(
        help=say(
            "The log: a URL, or a folder with its files.", "日志：网址，或存放其文件的文件夹。"
        )
    ),
]
PublicKey = Annotated[
    str,
    typer.Option("--key", help=say("The log's public key, as text.", "日志的公钥（文本）。")),
]
WitnessKeys = Annotated[
    list[str],
    typer.Option(
        "--witness", help=say("A witness's public key; may be repeated.", "见证人公钥，可重复。")
    ),
]
Quorum = Annotated[
    int,
    typer.Option(
        min=0, help=say("So many of the witnesses must have cosigned.", "至少须有几位见证人联署。")
    ),
]


def audit(
    where: Where,
    key: PublicKey,
    witness: WitnessKeys = [],  # noqa: B006  (typer's form of a repeated option)
    quorum: Quorum = 0,
    attester: Annotated[
        str | None,
        typer.Option(
            help=say(
                "The public key of who states how much money is there.",
                "就托管资金作出声明的机构的公钥。",
            )
        ),
    ] = None,
    seen: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Where the last checkpoint seen is kept; else in your state folder.",
                "保存上次所见检查点的文件；默认放在个人状态目录。",
            )
        ),
    ] = None,
    *,
    as_json: options.AsJson = False,
) -> None:
    """Replay a log and check all of it; exit code 1 if anything is wrong, the first of it said."""
    from patronage.ledger.log.audit import Wrong
    from patronage.ledger.log.audit import audit as audit_log
    from patronage.ledger.log.remote import UnreachableError, opened_log

    trust = trust_of(key, witness, quorum)
    attesting = None if attester is None else read_key(attester, "--attester")
    kept = seen if seen is not None else _state_file(trust.log)
    last = _last_seen(kept, trust)
    try:
        with opened_log(where) as fetch:
            found = audit_log(fetch, trust, last, attesting)
    except UnreachableError as error:
        fail(f"{error}; check the address.", f"无法读取 {where}（{error}）；请检查地址。")
    except OSError as error:
        fail_to_read(Path(where), error)
    fault = found.fault
    if found.note is not None:
        if fault is not None and fault.wrong in (Wrong.SHORTENED, Wrong.REWRITTEN):
            _keep(kept.with_name(f"{kept.name}.conflict"), found.note)
        elif fault is None or fault.wrong != Wrong.FILES:
            _keep(kept, found.note)
    if as_json:
        show.json_line(_document(found))
    else:
        _render(found)
        if fault is not None:
            typer.echo(_sentence(fault, found, kept))
        else:
            typer.echo(
                say(
                    f"All is right: {found.records:,} records replayed, nothing differs.",
                    f"全部无误：重放 {found.records:,} 条记录，没有差异。",
                )
            )
    if fault is not None:
        raise typer.Exit(_FAULTY)


def trust_of(key: str, witnesses: list[str], quorum: int) -> Trust:
    """Return whom to believe, as the options say."""
    keys = tuple(read_key(witness, "--witness") for witness in witnesses)
    return Trust(read_key(key, "--key"), keys, quorum)


def read_key(text: str, option: str) -> VerifierKey:
    """Read a public key."""
    try:
        return parse_verifier_key(text.strip())
    except TlogError as error:
        fail(
            f"{option} is no public key ({error}); copy it whole, name and all.",
            f"{option} 不是公钥（{error}）；请完整复制，包括名称。",
        )


def fail_to_read(path: Path, error: OSError) -> None:
    """Say that something cannot be read."""
    fail(
        f"cannot read {path} ({error.strerror}); check its name and permissions.",
        f"无法读取 {path}（{error.strerror}）；请检查文件名与权限。",
    )


def _state_file(key: VerifierKey) -> Path:
    """Return where the last checkpoint of a log is kept: one file a key."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    name = re.sub(r"[^A-Za-z0-9.-]+", "_", key.name)
    return Path(home) / "patronage" / f"{name}-{key.id.hex()}.checkpoint"


def _last_seen(file: Path, trust: Trust) -> Checkpoint | None:
    try:
        if not file.exists():
            return None
        return verify_checkpoint(file.read_bytes(), Trust(trust.log)).checkpoint
    except OSError as error:
        fail_to_read(file, error)
        raise
    except TlogError:
        fail(
            f"{file} is no checkpoint of this log; name another with --seen.",
            f"{file} 不是此日志的检查点；请用 --seen 指定另一个文件。",
        )


def _keep(file: Path, note: bytes) -> None:
    from patronage.ledger.log.folder import write_durably

    try:
        write_durably(file, note)
    except OSError as error:
        fail(
            f"cannot write {file} ({error.strerror}); name another with --seen.",
            f"无法写入 {file}（{error.strerror}）；请用 --seen 指定另一个文件。",
        )


def _sentence(fault: "Fault", found: "Audit", kept: Path) -> str:
    """Say the first fault in one sentence."""
    from patronage.ledger.log.audit import Wrong

    n, detail = fault.record, fault.detail
    conflict = f"{kept.name}.conflict"
    english, chinese = {
        Wrong.NO_LOG: ("there is no log here", "这里没有日志"),
        Wrong.CHECKPOINT: (
            f"the checkpoint is not to be believed: {detail}",
            f"检查点不可信：{detail}",
        ),
        Wrong.SHORTENED: (
            f"the log is shorter than when last seen ({detail}); {kept} and {conflict} prove it",
            f"日志比上次所见更短（{detail}）；{kept} 与 {conflict} 即为证据",
        ),
        Wrong.REWRITTEN: (
            f"the log was rewritten since ({detail}); {kept} and {conflict} prove it",
            f"日志的历史自上次所见以来被改写（{detail}）；{kept} 与 {conflict} 即为证据",
        ),
        Wrong.FILES: (
            f"the log's files are not what its checkpoint says: {detail}",
            f"日志文件与检查点不符：{detail}",
        ),
        Wrong.RECORD: (f"record {n}: {detail}", f"记录 {n}：{detail}"),
        Wrong.RULES: (
            f"record {n} breaks a promise of the rules: {detail}",
            f"记录 {n} 违反规则的承诺：{detail}",
        ),
        Wrong.SOLVENCY: (
            f"the solvency record after record {n}: {detail}",
            f"记录 {n} 之后的偿付记录：{detail}",
        ),
        Wrong.ATTESTATION: (
            f"the statement in the solvency record after record {n}: {detail}",
            f"记录 {n} 之后偿付记录中的托管声明：{detail}",
        ),
        Wrong.IDENTITY: (
            f"after record {n} an identity does not hold: {detail}",
            f"记录 {n} 之后恒等式不成立：{detail}",
        ),
    }[fault.wrong]
    right = found.records
    return say(
        f"First fault: {english}. {right:,} records before it are right.",
        f"第一处错误：{chinese}。此前 {right:,} 条记录无误。",
    )


def _render(found: "Audit") -> None:
    state = found.state
    if found.verified is None or state is None:
        return
    charter = state.charter
    cosigned = ", ".join(f"{one.key.name} ({moment(one.time)})" for one in found.verified.cosigned)
    rows = [
        (say("log", "日志"), found.verified.checkpoint.origin),
        (say("leaves", "叶子"), f"{found.verified.checkpoint.size:,}"),
        (say("records replayed", "已重放的记录"), f"{found.records:,}"),
        (say("solvency records", "偿付记录"), f"{found.solvencies:,}"),
        (say("cosigned by", "联署的见证人"), cosigned or "–"),
        (say("accounts", "账户"), f"{found.accounts:,}"),
        (say("last day closed", "上一个已结日"), state.last_closed or "–"),
        (say("price of a point", "积分价格"), show.price(state.price, charter)),
        (say("reserve", "底池"), show.money(state.reserve, charter)),
        (say("issued points", "已发行积分"), show.points(state.issued)),
        (say("circulating points", "流通积分"), show.points(state.circulating)),
        (say("points in the treasury", "金库积分"), show.points(state.treasury)),
        (say("coins outstanding", "未兑回的恒定积分"), show.money(state.coins, charter)),
        (say("dividend pool", "分红池"), show.money(state.dividend_pool, charter)),
        (say("unpaid dividends", "待付分红"), show.money(state.dividends_unpaid, charter)),
        (say("fees", "手续费"), show.money(state.fees, charter)),
        (say("surplus", "盈余"), show.money(state.surplus, charter)),
        (say("money that must be at hand", "必须持有的资金"), show.money(_custody(state), charter)),
    ]
    if found.attested is not None:
        stated = f"{show.money(found.attested.amount, charter)} ({found.attested.day})"
        rows.append((say("stated to be at hand", "外部声明持有的资金"), stated))
    show.table(f"{charter.name}, {charter.currency}", ("", ""), rows)


def _custody(state: State) -> int:
    from patronage.ledger.log.solvency import custody

    return custody(state)


def moment(time: int | None) -> str:
    """Write a POSIX time as a moment in UTC."""
    return "–" if time is None else f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%SZ}"


def _document(found: "Audit") -> dict[str, Any]:
    from patronage.economy.state import FIGURES

    verified, state, fault = found.verified, found.state, found.fault
    return {
        "right": fault is None,
        "fault": None if fault is None else fault._asdict(),
        "origin": None if verified is None else verified.checkpoint.origin,
        "leaves": None if verified is None else verified.checkpoint.size,
        "cosigned": []
        if verified is None
        else [{"witness": key.name, "time": time} for key, time in verified.cosigned],
        "records": found.records,
        "solvency_records": found.solvencies,
        "accounts": found.accounts,
        "solvency": found.solvency,
        "attested": None if found.attested is None else found.attested._asdict(),
        "price": None if state is None else list(state.price),
        "last_closed": None if state is None else state.last_closed or None,
        "custody": None if state is None else _custody(state),
        **({} if state is None else {name: getattr(state, name) for name in FIGURES}),
    }
