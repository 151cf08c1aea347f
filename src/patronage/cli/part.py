"""A command as a part of `patronage serve`, which ends when that ends, however it does.

`python -m patronage.cli.part DESCRIPTOR COMMAND …`: the descriptor is the reading end of a pipe of
which `serve` alone holds the other. It closes even if `serve` is killed, on any system.
"""

import os
import signal
import sys
import threading

from patronage.cli import main


def _end_with(descriptor: int) -> None:
    os.read(descriptor, 1)  # nothing is ever written
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(int(sys.argv.pop(1)),), daemon=True).start()
    main()
