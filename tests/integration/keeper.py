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


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def keep(folder: Path) -> None:
    sys.stdin.read()
    pids = []
    for file in folder.glob("*/data/postmaster.pid"):
        with suppress(ProcessLookupError):
            pids.append(int(file.read_text().split()[0]))
            os.kill(pids[-1], signal.SIGQUIT)
    for pid in pids:
        while is_running(pid):  # no child of ours, so there is nothing to wait on
            time.sleep(0.01)
    mounts = Path("/proc/mounts")
    for line in mounts.read_text().splitlines() if mounts.exists() else ():
        if line.split()[1].startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", line.split()[1]], check=True)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
