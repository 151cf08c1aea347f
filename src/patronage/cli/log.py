"""`patronage log-key`, `publish`, `copy-log`: the public log, from the operator's side."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from patronage.cli import options, show
from patronage.cli.database import reached
from patronage.cli.words import fail, say
from patronage.tlog import MalformedError

if TYPE_CHECKING:
    from patronage.ledger.log.publisher import ForkError

_REFUSED: Final = 3
_POLL_SECONDS = 1

LogFolder = Annotated[
    Path,
    typer.Option(
        "--log",
        envvar="PATRONAGE_LOG",
        help=say("The folder the log is published in.", "公开日志所在的文件夹。"),
    ),
]
LogKey = Annotated[
    Path,
    typer.Option(
        "--key",
        envvar="PATRONAGE_LOG_KEY",
        help=say("The log's private key, a file of `log-key`.", "日志的私钥（`log-key` 生成）。"),
    ),
]


def log_key(
    origin: Annotated[
        str,
        typer.Argument(
            help=say(
                "The log's name for ever, a URL without its scheme: log.example.com/mall.",
                "日志的永久名称，不带协议的网址，如 log.example.com/mall。",
            )
        ),
    ],
    key: LogKey = Path("log.key"),
) -> None:
    """Make the key of a log in a new file, and print the public key."""
    from patronage.ledger.log.keys import make_key

    try:
        made = make_key(origin, key)
    except MalformedError:
        fail(
            f"{origin!r} cannot name a log; write it like log.example.com/mall, without spaces "
            "and plus signs.",
            f"{origin!r} 不能作为日志名称；请写成 log.example.com/mall 的样子，不含空格和加号。",
        )
    except FileExistsError:
        fail(
            f"{key} exists, and a key is never overwritten; name another file.",
            f"{key} 已存在，密钥不会被覆盖；请指定另一个文件。",
        )
    except OSError as error:
        fail(
            f"cannot write {key} ({error.strerror}); name another file.",
            f"无法写入 {key}（{error.strerror}）；请指定另一个文件。",
        )
    typer.echo(str(made.verifier))


def publish(
    economy: options.EconomyId,
    log: LogFolder = Path("log"),
    key: LogKey = Path("log.key"),
    *,
    attestation: Annotated[
        Path | None,
        typer.Option(
            envvar="PATRONAGE_LOG_ATTESTATION",
            help=say(
                "What an outsider signed about the money, a file for the next solvency record.",
                "外部机构就托管资金签署的声明文件，写入下一条偿付记录。",
            ),
        ),
    ] = None,
    follow: Annotated[
        bool,
        typer.Option("--follow", help=say("Go on until interrupted.", "持续进行，直到被中断。")),
    ] = False,
) -> None:
    """Publish what the journal holds; exit code 3 where that would not continue the log."""
    from patronage.ledger.log.attestation import AttestationError, read_attestation
    from patronage.ledger.log.keys import KeyFileError
    from patronage.ledger.log.publisher import ForkError
    from patronage.ledger.log.publisher import publish as publish_once

    stopping = threading.Event()
    if follow:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
    count = size = 0
    with reached():
        try:
            while True:
                stated = read_attestation(attestation)
                size, new = publish_once(economy, log, key, attestation=stated)
                count += new
                if stopping.is_set() or (not new and not follow):
                    break
                if not new and stopping.wait(_POLL_SECONDS):
                    break
        except ForkError as error:
            typer.echo(_refusal(error), err=True)
            raise typer.Exit(_REFUSED) from None
        except KeyFileError:
            fail(
                f"{key} is no key of a log that only you may read; make one with `patronage "
                "log-key`, or set its mode to 600.",
                f"{key} 不是仅本人可读的日志密钥；请用 `patronage log-key` 生成，或改为 600。",
            )
        except AttestationError:
            fail(
                f"{attestation} is no signed note of at most 8,000 bytes; ask who signed it.",
                f"{attestation} 不是不超过 8,000 字节的签名声明；请向签署方核实。",
            )
        except OSError as error:
            fail(
                f"cannot use {error.filename or log} ({error.strerror}); check --log and --key.",
                f"无法使用 {error.filename or log}（{error.strerror}）；请检查 --log 与 --key。",
            )
    show.console.print(
        say(
            f"{count:,} records published, {size:,} in the log.",
            f"已公布 {count:,} 条记录，日志共 {size:,} 条。",
        )
    )


def copy_log(
    bucket: Annotated[
        str,
        typer.Argument(
            envvar="PATRONAGE_LOG_BUCKET",
            help=say("Where to: s3://bucket/prefix.", "目的地：s3://存储桶/前缀。"),
        ),
    ],
    log: LogFolder = Path("log"),
) -> None:
    """Copy what the folder of the log shows and the bucket does not yet."""
    from patronage.ledger.log.bucket import Bucket, BucketError
    from patronage.ledger.log.bucket import copy_log as copy
    from patronage.ledger.log.folder import Folder
    from patronage.tlog import TlogError

    try:
        new = copy(Folder(log), Bucket(bucket))
    except BucketError as error:
        fail(
            f"nothing new is shown in {bucket}: {error}.",
            f"{bucket} 中没有公开任何新内容：{error}。",
        )
    except TlogError as error:
        fail(
            f"the log in {log} cannot be read ({error}); check --log.",
            f"无法读取 {log} 中的日志（{error}）；请检查 --log。",
        )
    except OSError as error:
        fail(
            f"cannot use {error.filename or log} ({error.strerror}); check --log.",
            f"无法使用 {error.filename or log}（{error.strerror}）；请检查 --log。",
        )
    show.console.print(
        say(f"{new:,} records are new in {bucket}.", f"{bucket} 中新增 {new:,} 条记录。")
    )


def _refusal(error: "ForkError") -> str:
    """Say why nothing is signed, and what to do."""
    from patronage.ledger.log.publisher import Fork

    record = error.record
    english, chinese = {
        Fork.LOST_FILES: (
            "the log's files are not those of its last checkpoint; restore the folder",
            "日志文件与其最后的检查点不符；请恢复该文件夹",
        ),
        Fork.FOREIGN_CHECKPOINT: (
            "the last checkpoint was not signed with this key; check --log and --key",
            "最后的检查点不是用此密钥签署的；请检查 --log 与 --key",
        ),
        Fork.SIGNED_FORK: (
            (
                "two checkpoints that this key has signed contradict each other; do not go on, and "
                "tell those who rely on the log"
            ),
            "此密钥签署过两个互相矛盾的检查点；请停止，并告知依赖该日志的人",
        ),
        Fork.OLD_DATABASE: (
            (
                f"record {record} is published and the journal ends before it: an old state of the "
                "database was restored; restore a newer one"
            ),
            f"记录 {record} 已公布，而日记账在它之前结束：数据库被恢复到旧状态；请恢复更新的备份",
        ),
        Fork.CHANGED_RECORD: (
            f"record {record} is not the one that was published; run `patronage verify`",
            f"记录 {record} 与已公布的不同；请运行 `patronage verify`",
        ),
        Fork.BROKEN_CHAIN: (
            f"record {record} does not continue the one before it; run `patronage verify`",
            f"记录 {record} 不接续前一条；请运行 `patronage verify`",
        ),
        Fork.MISSING_RECORD: (
            f"record {record} is missing; run `patronage verify`",
            f"缺少记录 {record}；请运行 `patronage verify`",
        ),
        Fork.OTHER_HEAD: (
            f"record {record} is not the one that the economy's row names; run `patronage verify`",
            f"记录 {record} 不是经济体所指的最后一条；请运行 `patronage verify`",
        ),
        Fork.OTHER_BALANCES: (
            f"the balances after record {record} do not add up; run `patronage verify`",
            f"记录 {record} 之后的余额对不上；请运行 `patronage verify`",
        ),
    }[error.fork]
    return say(
        f"patronage: nothing was signed: {english}.", f"patronage：没有签署任何内容：{chinese}。"
    )
