"""`patronage serve`, `prepare`, `web`, `work`: the mall as a running program."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.database import in_words
from patronage.cli.words import fail, say

_FOLDER = Path("demo")
_SECONDS = 1
_ORIGIN = "demo.patronage.example/mall"

Host = Annotated[str, typer.Option(help=say("The address to listen on.", "监听的地址。"))]
Port = Annotated[
    int, typer.Option(help=say("The port to listen on.", "监听的端口。"), min=1, max=65535)
]
Demo = Annotated[
    bool,
    typer.Option(
        "--demo",
        help=say(
            "A demonstration mall with a year of history, kept in ./demo.",
            "带有一年历史的演示商城，保存在 ./demo。",
        ),
    ),
]


def serve(host: Host = "127.0.0.1", port: Port = 8000, *, demo: Demo = False) -> None:
    """Run web, settler and jobs as one command, until interrupted."""
    if demo:
        _use_folder(_FOLDER)
    set_up()
    _prepare()
    if demo:
        from patronage.cli import mall

        mall.prepare(f"http://{host}:{port}", _FOLDER / "ready")
    _require_economy()
    web_arguments = ("web", "--host", host, "--port", str(port))
    _run_parts([web_arguments, ("settle", "--follow"), ("work",)])


def prepare() -> None:
    """Create the tables and the pages' files, or bring them up to this version."""
    set_up()
    with in_words():
        _prepare()
    typer.echo(say("Tables and files are of this version.", "数据表与页面文件已是此版本。"))


def _prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def web(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the pages."""
    set_up()
    _require_economy()
    _require_port(host, port)
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "patronage.web.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=4,
        log_level=LogLevels.warning,
    ).serve()


def work() -> None:
    """Run the jobs: queue each when it is due, and do what is queued."""
    set_up()
    _require_economy()
    from django.core.management import call_command

    from patronage.commerce import schedule

    threading.Thread(target=schedule.follow, args=(_SECONDS,), daemon=True).start()
    call_command("db_worker", interval=_SECONDS, startup_delay=False, verbosity=0)


def _use_folder(folder: Path) -> None:
    """Keep the demonstration's database, files and key in one folder that can be thrown away."""
    from patronage.ledger.log.keys import make_key

    key, log_key = folder / "secret.key", folder / "log.key"
    try:
        if not (folder / "ready").exists():  # never made, or not to its end
            shutil.rmtree(folder / "media", ignore_errors=True)
            shutil.rmtree(folder / "log", ignore_errors=True)
            for kind in ("mall.sqlite3*", "log.key*", "clock*"):
                for file in folder.glob(kind):
                    file.unlink()
        folder.mkdir(exist_ok=True)
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_urlsafe(48), encoding="ascii")
        secret = key.read_text(encoding="ascii")
        if not log_key.exists():
            make_key(_ORIGIN, log_key)
    except OSError as error:
        fail(
            f"cannot write into ./{folder} ({error.strerror}); go to a folder where you may.",
            f"无法写入 ./{folder}（{error.strerror}）；请到可写的目录中运行。",
        )
    os.environ.update(
        PATRONAGE_DEMO="1",
        PATRONAGE_DEMO_CLOCK=str(folder / "clock"),
        PATRONAGE_SECRET_KEY=secret,
        PATRONAGE_MEDIA=str(folder / "media"),
        PATRONAGE_STATIC=str(folder / "static"),
        PATRONAGE_LOG=str(folder / "log"),
        PATRONAGE_SHEETS=str(folder / "sheets"),
        PATRONAGE_LOG_KEY=str(log_key),
    )
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/mall.sqlite3")


def _require_settings() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "patronage.web.config.settings"
    if not os.environ.get("PATRONAGE_SECRET_KEY"):
        fail(
            "the mall needs a secret key; set PATRONAGE_SECRET_KEY to a long random text, or try "
            "`patronage serve --demo`.",
            "商城需要密钥；请把 PATRONAGE_SECRET_KEY 设为一段足够长的随机文本，"
            "或先试 `patronage serve --demo`。",
        )


def _require_port(host: str, port: int) -> None:
    """See that nobody listens there: the server would share the port with them, in silence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind((host, port))
    except OSError as error:
        fail(
            f"cannot listen on {host}:{port} ({error.strerror}); give another --port.",
            f"无法监听 {host}:{port}（{error.strerror}）；请用 --port 换一个端口。",
        )


def _require_economy() -> None:
    from django.conf import settings
    from django.db import connection

    from patronage import ledger
    from patronage.commerce import posting

    with in_words():
        is_open = settings.ECONOMY in ledger.economies()
        wanted = posting.currency_wanted() if is_open else None
        connection.close()  # whoever serves has connections of its own
    if not is_open:
        fail(
            f"there is no economy {settings.ECONOMY} here; open it with "
            f"`patronage open {settings.ECONOMY} CHARTER`, or try `patronage serve --demo`.",
            f"这里没有经济体 {settings.ECONOMY}；请用 `patronage open {settings.ECONOMY} 章程文件` "
            "开设，或先试 `patronage serve --demo`。",
        )
    if wanted is not None:
        fail(
            f"the charter of {settings.ECONOMY} counts in {wanted}, the settings in "
            f"{settings.CURRENCY}; set PATRONAGE_CURRENCY={wanted}.",
            f"{settings.ECONOMY} 的章程以 {wanted} 计价，而设置为 {settings.CURRENCY}；"
            f"请设 PATRONAGE_CURRENCY={wanted}。",
        )


def set_up() -> None:
    """Make the mall's own settings and models known."""
    _require_settings()
    import django

    django.setup()


def _run_parts(parts: list[tuple[str, ...]]) -> None:
    """Run the parts as processes until a signal comes, or one ends by itself."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    # The parts see the end of this pipe if we are killed, and end too.
    reading, _writing = os.pipe()
    command = [sys.executable, "-m", "patronage.cli.part", str(reading)]
    # A session of their own: an interrupt at the terminal comes through us, once.
    children = [
        subprocess.Popen([*command, *part], pass_fds=(reading,), start_new_session=True)  # noqa: S603
        for part in parts
    ]
    ended = None
    while ended is None and not stopping.wait(_SECONDS / 5):
        ended = next((child for child in children if child.poll() is not None), None)
    for child in children:
        child.terminate()
    for child in children:
        child.wait()
    if ended is not None:
        name = parts[children.index(ended)][0]
        fail(
            f"`patronage {name}` ended by itself; its message stands above.",
            f"`patronage {name}` 自行结束；其消息见上文。",
        )
