"""How fast the program is, as ratios to bare libraries and other ways, measured in one run on one machine.

    python tests/benchmarks [--quick] [--times N] [--only NAME]… [--folder DIR]

Prints the table, and writes it between the marks in docs/performance.md, where it has them, else into `results.md`
here. The machine should have nothing else to do; takes about half an hour, with --quick some minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import posting
import reading
import rivals
import starting
from measure import HERE, ROOT
from table import Row, markdown, write_into

_PARTS: dict[str, Callable[[Path, int, int], Iterator[Row | str]]] = {
    # Name: rows of the table, by the folder to work in, a divisor of all sizes, and how often each is repeated.
    "posting": lambda folder, part, times: posting.rows(folder, 20_000 // part, times),
    "requests": lambda folder, part, times: posting.request_rows(folder, 10_000 // part),
    "pacing": lambda folder, part, times: posting.pacing_rows(folder, 20_000 // part, times),
    "reading": lambda folder, part, times: reading.rows(folder, 1_000_000 // part, times),
    "sources": lambda folder, part, times: reading.source_rows(folder, 1_000_000 // part, times),
    "workbooks": lambda folder, part, times: reading.workbook_rows(folder, 100_000 // part, times),
    "starting": lambda folder, part, times: starting.rows(folder, times),
    "rivals": lambda folder, part, times: rivals.rows(folder, 5_000 // part, times),
}


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__.partition("\n")[0])
    options.add_argument("--quick", action="store_true", help="a tenth of every size: for a first look")
    options.add_argument("--times", type=int, default=3, help="how often each is measured; medians are told")
    options.add_argument("--only", action="append", choices=_PARTS, help="only this part; may be given again")
    options.add_argument("--folder", type=Path, help="where to work; else a temporary folder")
    return options.parse_args()


def _measure(options: argparse.Namespace, folder: Path) -> tuple[list[Row], list[str]]:
    rows, notes = [], []
    for name in options.only or _PARTS:
        for found in _PARTS[name](folder, 10 if options.quick else 1, options.times):
            if isinstance(found, Row):
                rows.append(found)
                print(found.markdown, "" if found.is_reached else " <- not reached", flush=True)
            else:
                notes.append(found)
                print(found, flush=True)
    return rows, notes


def main() -> None:
    """Measure, print, and write the table down when it is whole."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as temporary:
        rows, notes = _measure(options, options.folder or Path(temporary))
    machine = f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {datetime.now(UTC):%Y-%m-%d}"
    text = "\n\n".join([markdown(rows), f"Medians of {options.times} runs, {machine}. {' '.join(notes)}".strip()])
    print(f"\n{text}")
    if not options.quick and not options.only and not write_into(ROOT / "docs" / "performance.md", text):
        (HERE / "results.md").write_text(f"# Benchmarks\n\n{text}\n", encoding="utf-8")


main()
