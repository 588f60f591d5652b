"""Commands that look at what was done start without what loading needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.sandbox import Sandbox

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


def looked(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own that says what it has imported."""
    return subprocess.run(
        [sys.executable, "-c", CODE, *words.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", ["status", "history", "prune --older-than 90d"])
def test_it_needs_no_pandas(
    words: str, called: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Which alone takes twice the time that such a command may take."""
    called("demo", "-q")  # whose configuration speaks of columns too

    done = looked(words, tmp_path / "clarus-demo")

    assert (done.returncode, done.stderr) == (1 if words == "status" else 0, "")


def test_ping_needs_no_pandas_where_nothing_speaks_of_columns(tmp_path: Path) -> None:
    """It looks at the whole configuration, and so at what record types there are only where the file names one."""
    with Sandbox() as clarus:
        secret = f'[clarus]\nbase_url = "{clarus.url}"\nsubdomain = "sandbox"\nclient_id = "sandbox"\n'
        (tmp_path / "clarus.toml").write_text(f'{secret}client_secret_file = "secret"\n', encoding="utf-8")
        (tmp_path / "secret").write_text("sandbox", encoding="utf-8")
        (tmp_path / "secret").chmod(0o600)

        done = looked("ping", tmp_path)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
