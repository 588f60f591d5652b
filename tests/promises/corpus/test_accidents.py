"""Whatever happened to a file on its way, `check` answers in words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_accidents_end_in_words() -> None:
    """No traceback, no other exit code than 0 and 1, a few seconds for each file, and memory that stays flat."""
    command = [sys.executable, "-W", "error", "-m", "tests.promises.corpus.accidents", "1", "300"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.get("cases") == 300, told
    assert told["megabytes"] < 400
