"""The command as a person calls it: a process of its own, in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Called = subprocess.CompletedProcess[str]


@pytest.fixture
def called(tmp_path: Path) -> Callable[..., Called]:
    """Calls `clarus-batch` with these words, in `tmp_path`, with nothing of Clarus in the environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLARUS_")}

    def call(*words: str | Path) -> Called:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "pipeline", *map(str, words)],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call
