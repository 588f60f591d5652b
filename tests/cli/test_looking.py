"""Commands that look at what was done start without what loading needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import sys
from pipeline.cli import main
try:
    main(sys.argv[1:])
finally:
    heavy = {"pandas", "numpy", "pyarrow", "pandera"} & set(sys.modules)
    assert not heavy, heavy
"""


@pytest.mark.parametrize("words", ["status", "history", "prune --older-than 90d", "ping --sandbox"])
def test_it_needs_no_pandas(
    words: str, called: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Which alone takes twice the time that such a command may take."""
    called("demo", "-q")

    done = subprocess.run(
        [sys.executable, "-c", CODE, *words.split()],
        cwd=tmp_path / "clarus-demo",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (1 if words == "status" else 0, "")
