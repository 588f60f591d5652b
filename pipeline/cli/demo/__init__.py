"""The whole job on sample files, against the sandbox."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.cli.commands import run_files
from pipeline.cli.demo.day_later import a_day_later
from pipeline.cli.demo.sample_files import drop_samples, write_address_book
from pipeline.cli.screen import tell
from pipeline.errors import UsageError
from pipeline.runs.outbox import make_folders

_CONFIG = """\
# Made by `clarus-batch demo`.
inbox = "inbox"
outbox = "outbox"
address_book = "addresses.csv"  # for orders that come without an addresses file

# Clarus does not list location types: these are the ids of the words in warehouse.xlsx.
[values.locations."Location Type"]
PICK = "651"
BULK = "652"

# Remove the # from the next two lines, and UK in orders.csv is read as GB.
# [values.orders.country_code]
# UK = "GB"
"""
_MADE_HERE = _CONFIG.partition("\n")[0]


def run_demo(folder: Path, **options: Any) -> int:
    """Make a small warehouse's files in `folder` and load them into the sandbox, which remembers what it was sent.

    Returns:
        The exit code of the run: 1, because the samples contain mistakes.

    Raises:
        UsageError: the folder holds something that the demo did not make.
    """
    config, inbox = folder / "clarus.toml", folder / "inbox"
    been_here = _is_of_the_demo(folder, config)
    make_folders(inbox)
    if not been_here:
        config.write_text(_CONFIG, encoding="utf-8")
        write_address_book(folder / "addresses.csv")
    left = drop_samples(inbox)
    as_json, quiet = options["as_json"], options["quiet"]
    if not (as_json or quiet):
        tell("\n".join([*_beginning(folder, been_here, left), ""]))
    exit_code = run_files(
        (), dry_run=False, config=config, profile=None, inbox=None, outbox=None, sandbox=True, **options
    )
    if not (as_json or quiet):
        tell("\nA day later: what the warehouse has made of it, as clarus-batch track tells it")
        where = {"config": config, "profile": None, "outbox": None, "sandbox": True}
        a_day_later(folder / "outbox" / ".sandbox.jsonl", **where, **options)
        tell("\n".join(["", *_next_steps(folder)]))
    return exit_code


def _is_of_the_demo(folder: Path, config: Path) -> bool:
    """Whether the demo was here before.

    Nothing else may be: files that wait in somebody's inbox are not for the sandbox.
    """
    if config.is_file() and config.read_text(encoding="utf-8", errors="replace").startswith(_MADE_HERE):
        return True
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty, and the demo did not make it: name another folder with --dir")
    return False


def _beginning(folder: Path, been_here: bool, left: list[str]) -> Iterator[str]:
    yield f"Sample files in {folder / 'inbox'}: products, addresses, receipts and orders, with a few mistakes in them,"
    yield "and warehouse.xlsx: a whole warehouse in one workbook, from its carriers to its first orders."
    if left:
        yield f"Already there, and left as they are: {', '.join(left)}."
    if been_here:
        yield "The demo has run here before: records that are in the sandbox show as exists, and are not sent again."


def _next_steps(folder: Path) -> Iterator[str]:
    run = max(path for path in (folder / "outbox").iterdir() if path.is_dir())
    shown = {
        run / "orders.results.csv": "every row, with its Clarus id or what is wrong with it",
        run / "receipts.results.xlsx": "the same in a workbook: wrong cells are red",
        run / "issues.csv": "all problems in one list",
        run / "report.html": "the run on one page, for any browser",
        folder / "outbox" / "tracking.csv": "what became of each order and receipt",
        folder / "clarus.toml": "the configuration, where UK can be mapped to GB",
    }
    there = {str(path): what for path, what in shown.items() if path.exists()}
    widest = max(map(len, there))
    yield "What to look at:"
    yield from (f"  {path:<{widest}}  {what}" for path, what in there.items())
    if failed := sorted(run.glob("*.failed.*")):
        yield "What to try next: correct the wrong cells of a failed file, drop it in again and run."
        yield f"  cp {failed[0]} {folder / 'inbox'}"
        yield f"  {_called_as()} run --sandbox --config {folder / 'clarus.toml'}"


def _called_as() -> str:
    """The command as the person who reads this can type it: a virtual environment may not be on their path."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{Path(sys.executable).name} -m pipeline"
    found = shutil.which(called.name)
    return called.name if found and Path(found).samefile(called) else os.path.relpath(called)
