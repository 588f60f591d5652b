"""Other ways to do the same, where their packages can be had within a minute or so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import HERE, medians, run, serving
from posting import run_job
from sample_files import LINES, write_csv
from table import Row

_LATENCY = 0.020
_PATIENCE = 120  # seconds for an installation
# What it is, its packages, its script with arguments; those that are slow get a tenth of the orders.
_RIVALS = (
    ("pandas and a requests loop", ("pandas", "requests"), ("requests_script.py",), 10),
    ("pandas and requests in 32 threads", ("pandas", "requests"), ("requests_script.py", "32"), 1),
    ("dlt, custom destination, 20 workers", ("dlt", "pandas", "requests"), ("dlt_pipeline.py",), 1),
    ("Singer SDK target", ("singer-sdk", "pandas", "requests"), ("singer_target.py",), 10),
)


def rows(folder: Path, documents: int, times: int) -> Iterator[Row | str]:
    """Orders a second of each, beside ours at 32 at once; a sentence for one that could not be installed."""
    file, short = (
        write_csv(folder / "orders.csv", documents * LINES),
        write_csv(folder / "short.csv", documents // 10 * LINES),
    )
    with serving("--latency", _LATENCY) as url:
        (ours,) = medians(times, lambda: run_job(folder, file, url, 32))
        for what, packages, (name, *arguments), part in _RIVALS:
            python = _installed(folder / "venvs" / "-".join(packages), packages)
            if python is None:
                yield f"{what}: not installed within {_PATIENCE} s"
                continue
            command = (python, HERE / "scripts" / name, url, file if part == 1 else short, *arguments)
            (theirs,) = medians(times, lambda command=command: run(command, folder))
            speed, own_speed = documents / part / theirs.seconds, documents / ours.seconds
            told = f"{own_speed:,.0f} against {speed:,.0f} orders/s"
            yield Row(
                f"{documents:,} orders, 20 ms a request", what, own_speed / speed, None, told, more_is_better=True
            )


def _installed(venv: Path, packages: tuple[str, ...]) -> Path | None:
    python = venv / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=_PATIENCE)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
        subprocess.run(install, check=True, timeout=_PATIENCE, stderr=subprocess.DEVNULL)
    except (subprocess.SubprocessError, OSError):
        return None
    return python
