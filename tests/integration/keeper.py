"""Stop the servers in a folder and remove it, as soon as whoever started this is gone.

Its standard input ends when the tests close it, and also when they are killed: nothing that they
started outlives them, however they end.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path


def keep(folder: Path) -> None:
    sys.stdin.read()
    running = list(folder.glob("*/data/postmaster.pid"))
    for file in running:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(file.read_text().split()[0]), signal.SIGQUIT)
    last = time.monotonic() + 60
    while any(file.exists() for file in running) and time.monotonic() < last:
        time.sleep(0.01)  # they are no children of ours that could be waited for
    mounts = Path("/proc/mounts")
    for line in mounts.read_text().splitlines() if mounts.exists() else ():
        if line.split()[1].startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", line.split()[1]], check=True)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
