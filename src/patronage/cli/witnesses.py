"""`patronage witness-push`: outsiders cosign the log's checkpoint."""

from pathlib import Path
from typing import Annotated, Final

import typer

from patronage.cli import show
from patronage.cli.audit import moment
from patronage.cli.log import LogFolder
from patronage.cli.words import fail, say

_MISSING: Final = 1


def witness_push(
    witnesses: Annotated[
        Path,
        typer.Argument(
            help=say(
                "Whom to ask, a file with lines `witness NAME VERIFIER-KEY URL`.",
                "见证人名单文件，每行 `witness 名称 公钥 网址`。",
            )
        ),
    ],
    log: LogFolder = Path("log"),
) -> None:
    """Send the last checkpoint to witnesses, and keep what they sign."""
    from patronage.ledger.log.folder import Folder
    from patronage.ledger.log.witnesses import Outcome, WitnessFileError, push, read_witnesses
    from patronage.tlog import TlogError

    try:
        named = read_witnesses(witnesses)
        pushed = push(Folder(log), named)
    except WitnessFileError as error:
        fail(
            f"{witnesses} is no list of witnesses ({error}); mend it.",
            f"{witnesses} 不是见证人名单（{error}）；请修正。",
        )
    except TlogError as error:
        fail(
            f"the log in {log} cannot be read ({error}); check --log.",
            f"无法读取 {log} 中的日志（{error}）；请检查 --log。",
        )
    except OSError as error:
        fail(
            f"cannot use {error.filename or log} ({error.strerror}); check its name.",
            f"无法使用 {error.filename or log}（{error.strerror}）；请检查名称。",
        )
    words = {
        Outcome.COSIGNED: say("cosigned", "已联署"),
        Outcome.UNREACHABLE: say("cannot be reached", "无法连接"),
        Outcome.UNKNOWN_LOG: say("does not know this log", "不认识此日志"),
        Outcome.REFUSED: say("refused", "拒绝"),
        Outcome.CONTRADICTED: say("HAS SEEN ANOTHER HISTORY", "所见历史与此矛盾"),
    }
    rows = [
        (
            one.witness.key.name,
            words[one.outcome],
            moment(int(one.detail)) if one.outcome is Outcome.COSIGNED else one.detail,
        )
        for one in pushed
    ]
    if rows:
        show.table(say("Witnesses", "见证人"), ("", "", ""), rows, justify="left")
    else:
        show.console.print(say("Nothing new to cosign.", "没有需要联署的新内容。"))
    if any(one.outcome is not Outcome.COSIGNED for one in pushed):
        raise typer.Exit(_MISSING)
