"""How long the program takes to say how it is used, and how much it brings along."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import PROGRAM, ROOT, medians, run
from table import Row


def rows(folder: Path, times: int) -> Iterator[Row | str]:
    """`--help` beside importing click."""
    ours, bare = medians(
        3 * times,
        lambda: run((*PROGRAM, "--help"), folder),
        lambda: run((sys.executable, "-c", "import click"), folder),
    )
    told = f"{ours.seconds * 1000:.0f} ms against {bare.seconds * 1000:.0f} ms"
    yield Row("`--help`", "importing click", ours.seconds / bare.seconds, 1.5, told)
    yield installed(folder)


def installed(folder: Path) -> str:
    """Install the program with everything that it needs, and tell how much that is."""
    target = folder / "installed"
    install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", target, ROOT]
    if subprocess.run(install, stderr=subprocess.DEVNULL, check=False).returncode:
        return "Installed size: not measured, for pip could not install it."
    packages = len(list(target.glob("*.dist-info")))
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return f"Installed: {packages} packages, {size / 1e6:,.0f} MB."
