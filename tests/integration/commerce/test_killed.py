"""A server killed at any moment of a close, a payout, a refund or a proposal: once, after all."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.integration.test_demo import ROOT

_RUN = """
import django, pathlib, sys
django.setup()
from tests.integration.commerce.killed import main
main(pathlib.Path(sys.argv[1]))
"""


def test_whatever_dies_is_done_once_after_a_restart(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _RUN, str(tmp_path)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    commits = {told["deed"]: told["commits"] for told in map(json.loads, done.stdout.splitlines())}
    assert commits.keys() == {
        "close the days",
        "all that is due",
        "pay out",
        "decline a payout",
        "refund a return",
        "refund a completed order",
        "accept a proposal",
    }
    # Each is more than one step, between which a process can die.
    assert all(count > 1 for count in commits.values()), commits
