"""`patronage backup`, `restore`: everything in one file, and back into an empty installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from patronage.cli import show
from patronage.cli.database import in_words, reached
from patronage.cli.words import fail, say

Pictures = Annotated[
    Path,
    typer.Option(
        envvar="PATRONAGE_MEDIA",
        help=say("The folder with the mall's pictures.", "商城图片所在的文件夹。"),
    ),
]


def backup(
    file: Annotated[
        Path,
        typer.Argument(
            envvar="PATRONAGE_BACKUPS",
            help=say(
                "The file to write, or a folder to write a file named by the time into.",
                "要写的文件；若是文件夹，则在其中写一个以时间命名的文件。",
            ),
        ),
    ],
    pictures: Pictures = Path("media"),
) -> None:
    """Write the whole database and the pictures into one file, while the mall runs on."""
    from patronage.ledger import backup as backups

    if file.is_dir():
        file /= backups.name_of(datetime.now(UTC))
    with reached(), _in_words(file):
        made = backups.back_up(file, pictures)
    size = file.stat().st_size // 1024
    show.console.print(
        say(
            f"{file}: {size:,} kB. The keys are not in it; keep them elsewhere.",
            f"{file}：{size:,} kB。其中不含密钥，请另行保存。",
        )
    )
    for end in made.ends:
        show.console.print(
            say(
                f"{end.economy}: {end.records:,} records, head {end.head[:16]}",
                f"{end.economy}：{end.records:,} 条记录，链头 {end.head[:16]}",
            )
        )


def restore(
    file: Annotated[Path, typer.Argument(help=say("The backup.", "备份文件。"))],
    pictures: Pictures = Path("media"),
) -> None:
    """Fill an empty database and picture folder from a backup, and verify every economy."""
    from patronage import ledger
    from patronage.ledger import backup as backups

    ledger.set_up()
    with in_words(), _in_words(file):
        manifest = backups.restore(file, pictures)
        ledger.create_tables()
        is_whole = backups.ends_of() == manifest.ends
        for end in manifest.ends:
            found = ledger.verify(end.economy)
            ledger.note_verified(end.economy, found)
            is_whole &= found.difference is None
            told = ": ".join(found.difference or ("", "")).strip(": ")
            show.console.print(
                say(
                    f"{end.economy}: {found.records:,} records verified: "
                    f"{told or 'nothing differs'}.",
                    f"{end.economy}：已核验 {found.records:,} 条记录：{told or '没有差异'}。",
                )
            )
    if not is_whole:
        fail(
            f"what was restored from {file} is not what was saved; do not use it, take another.",
            f"由 {file} 恢复的内容与保存时不符；请勿使用，换另一份备份。",
        )
    show.console.print(
        say(
            f"Restored as of {manifest.made_at}.",
            f"已恢复到 {manifest.made_at} 的状态。",
        )
    )


@contextmanager
def _in_words(file: Path) -> Iterator[None]:
    """Turn what goes wrong with a backup into words."""
    from patronage.ledger import backup as backups

    try:
        yield
    except FileExistsError:
        fail(
            f"{file} exists, and a backup overwrites nothing; name another file.",
            f"{file} 已存在，备份不会覆盖任何文件；请指定另一个文件。",
        )
    except backups.NotEmptyError as error:
        fail(
            f"{error} holds something already, and nothing is overwritten; name an empty database "
            "in DATABASE_URL, and an empty folder for the pictures.",
            f"{_place(error)}中已有内容，恢复不会覆盖任何东西；请用 DATABASE_URL 指定空数据库，"
            "并指定空的图片文件夹。",
        )
    except backups.BadBackupError as error:
        english, chinese = {
            backups.Bad.DAMAGED: ("it is no backup, or a damaged one", "它不是备份，或已损坏"),
            backups.Bad.OTHER_DATABASE: (
                "it is of the other kind of database; set DATABASE_URL to one like it",
                "它来自另一种数据库；请把 DATABASE_URL 设为同类的数据库",
            ),
            backups.Bad.NEWER_FORMAT: (
                "a newer version wrote it; install that one",
                "它由更新的版本写成；请安装该版本",
            ),
        }[error.bad]
        fail(f"cannot restore {file}: {english}.", f"无法恢复 {file}：{chinese}。")
    except backups.ToolError as error:
        fail(
            f"PostgreSQL's own program did not do it ({error}); install the client programs of the "
            "server's version and put them on PATH.",
            f"PostgreSQL 自带的程序未能完成（{error}）；请安装与服务器同版本的客户端程序，"
            "并加入 PATH。",
        )
    except OSError as error:
        fail(
            f"cannot use {error.filename or file} ({error.strerror}); name another place.",
            f"无法使用 {error.filename or file}（{error.strerror}）；请换一个位置。",
        )


def _place(error: Exception) -> str:
    return "数据库" if str(error) == "the database" else str(error)
