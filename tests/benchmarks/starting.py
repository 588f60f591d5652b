"""How long the program takes to start, and how much it brings along."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import PROGRAM, ROOT, medians, run
from table import Row


def rows(folder: Path, times: int) -> Iterator[Row | str]:
    """`--help` beside importing click, `check` beside importing pandera."""
    ours, bare = medians(
        3 * times,
        lambda: run((*PROGRAM, "--help"), folder),
        lambda: run((sys.executable, "-c", "import click"), folder),
    )
    told = f"{ours.seconds * 1000:.0f} ms against {bare.seconds * 1000:.0f} ms"
    yield Row("`--help`", "importing click", ours.seconds / bare.seconds, 1.5, told)
    yield check_of_ten_rows(folder, times)
    yield installed(folder)


def check_of_ten_rows(folder: Path, times: int) -> Row:
    """`check` of a small file beside importing pandera, without which nothing can be checked.

    Both without hypothesis, which pandera imports where it finds it: it belongs to the tests, and no installed program
    has it.
    """
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity\n"
    rows_ = "".join(f"SO-{n},ACME,2026-06-10,SKU-{n},1\n" for n in range(10))
    (folder / "ten.csv").write_text(heading + rows_, encoding="utf-8")
    without = "import sys; sys.modules['hypothesis'] = None; "
    ours, bare = medians(
        3 * times,
        lambda: run(
            (sys.executable, "-c", f"{without}from pipeline.cli import main; main(['check', 'ten.csv'])"), folder
        ),
        lambda: run((sys.executable, "-c", f"{without}import pandera.pandas"), folder),
    )
    told = f"{ours.seconds * 1000:.0f} ms against {bare.seconds * 1000:.0f} ms"
    return Row("`check` of ten rows", "importing pandera.pandas", ours.seconds / bare.seconds, 1.25, told)


def installed(folder: Path) -> str:
    """Install the program with everything that it needs, and tell how much that is."""
    target = folder / "installed"
    install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", target, ROOT]
    if subprocess.run(install, stderr=subprocess.DEVNULL, check=False).returncode:
        return "Installed size: not measured, for pip could not install it."
    packages = len(list(target.glob("*.dist-info")))
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return f"Installed: {packages} packages, {size / 1e6:,.0f} MB."
