"""How long files take that are only checked, and what their results take to write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from measure import PROGRAM, exponent, medians, run, script, serving
from posting import ACCESS
from sample_files import RULES, write_csv, write_export, write_workbook
from table import Row

_EVERY_BAD = 20  # one row in so many is wrong: 5 %


def rows(folder: Path, lines: int, times: int) -> Iterator[Row]:
    """`check` of a wide text file beside bare pandas, and how it grows."""
    sizes = (lines // 100, lines // 10, lines)
    files = [write_csv(folder / f"{size}.csv", size) for size in sizes]
    *smaller, ours, bare = medians(
        times,
        *(lambda file=file: run((*PROGRAM, "check", file), folder) for file in files),
        lambda: run(script("scripts/bare_readers.py", "pandas", files[-1]), folder),
    )
    what = f"`check`, {lines:,} lines of 98 columns"
    told = f"{ours.seconds:.1f} s against {bare.seconds:.1f} s"
    yield Row(what, "time of pandas.read_csv(dtype=str)", ours.seconds / bare.seconds, 1.0, told)
    told = f"{ours.peak_mb:,.0f} MB against {bare.peak_mb:,.0f} MB"
    yield Row("the same", "its peak memory", ours.peak_mb / bare.peak_mb, 0.7, told)
    grown = [*smaller, ours]
    for name, unit in (("seconds", "s"), ("peak_mb", "MB")):
        values = [getattr(taken, name) for taken in grown]
        told = f"{', '.join(f'{value:,.1f}' for value in values)} {unit}"
        against = f"exponent of growth, {sizes[0]:,} to {sizes[-1]:,} lines"
        yield Row(f"the same: {'time' if unit == 's' else 'memory'}", against, exponent(sizes, values), 1.05, told)


def source_rows(folder: Path, lines: int, times: int) -> Iterator[Row]:
    """`check` of an export with different values in most of its columns, with a rule for each and without any."""
    file = write_export(folder / "export.csv", lines)
    (folder / "none.toml").write_text("", encoding="utf-8")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    plain, ruled = medians(
        times,
        lambda: run((*PROGRAM, "check", file, "--config", "none.toml"), folder),
        lambda: run((*PROGRAM, "check", file, "--config", "rules.toml"), folder),
    )
    told = f"{ruled.seconds:.1f} s against {plain.seconds:.1f} s"
    what = f"`check`, {lines:,} lines through a source with a rule for each column: the source alone"
    yield Row(what, "time without the source", max(0.0, ruled.seconds / plain.seconds - 1), 0.35, told)
    told = f"{ruled.peak_mb:,.0f} MB against {plain.peak_mb:,.0f} MB"
    yield Row("the same", "peak memory without the source", ruled.peak_mb / plain.peak_mb, 1.1, told)


def workbook_rows(folder: Path, lines: int, times: int) -> Iterator[Row]:
    """A workbook beside bare openpyxl: checked, and its results written."""
    good = write_workbook(folder / "good.xlsx", lines)
    bad = write_workbook(folder / "bad.xlsx", lines, _EVERY_BAD)
    ours, bare, plain = medians(
        times,
        lambda: run((*PROGRAM, "check", good), folder),
        lambda: run(script("scripts/bare_readers.py", "openpyxl", good), folder),
        lambda: run(script("scripts/bare_readers.py", "plain-workbook", bad, folder / "plain.xlsx"), folder),
    )
    told = f"{ours.seconds:.1f} s against {bare.seconds:.1f} s, {ours.peak_mb:,.0f} against {bare.peak_mb:,.0f} MB"
    what = f"`check`, a workbook of {lines:,} lines"
    yield Row(what, "time of openpyxl, read-only", ours.seconds / bare.seconds, 1.3, told)
    shutil.rmtree(folder / "outbox", ignore_errors=True)
    with serving() as url:
        run((*PROGRAM, "run", bad, "-q"), folder, {**ACCESS, "CLARUS_BASE_URL": url}, fails=True)
    seconds = _seconds_of_results(folder / "outbox")
    writing = plain.seconds - bare.seconds
    told = f"{seconds:.1f} s against {writing:.1f} s"
    yield Row("results of a workbook, 5 % bad rows", "writing it plain", seconds / writing, 1.5, told)


def _seconds_of_results(outbox: Path) -> float:
    import json

    (summary,) = outbox.glob("*/summary.json")
    return float(json.loads(summary.read_text())["seconds"]["results"])
