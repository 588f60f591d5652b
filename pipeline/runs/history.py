"""The history of an outbox: a line for each call of `run` and `retry`, in the ledger.

A line that the ledger cannot take, because it is damaged, missing or on a disk without locks, goes into a file beside
it: the history never stands in the way of a run, and never makes a ledger where one has been lost.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.ledger.calls import CallLine, newest, written
from pipeline.runs.hold import Hold
from pipeline.runs.mounts import network_file_system
from pipeline.runs.outbox import owners_alone

_BESIDE = ".history.jsonl"


def put_down(place: Hold, line: CallLine) -> None:
    """Put a line into the history, in place of what was there of the same call; where that cannot be done, nothing is.

    The outbox may be another run's: a line is written between two of its commits.
    """
    outbox = place.outbox
    if not outbox.is_dir():
        return
    with owners_alone():
        try:
            if place.address or not network_file_system(outbox):
                asyncio.run(_into_ledger(place, line))
                return
        except (PipelineError, OSError):
            pass
        with suppress(OSError):
            _beside(outbox, line)


async def history(place: Hold, most: int) -> list[CallLine]:
    """Return the latest calls, the newest first.

    Raises:
        UsageError: the outbox holds runs, and no ledger that knows them.
        LedgerUnusable: it cannot be read.
    """
    ledger = place.read_ledger(thoroughly=False)
    try:
        lines = {line.call: line for line in await ledger.ask(lambda database: newest(database, most))}
    finally:
        await ledger.close()
    for line in _read_beside(place.outbox):
        if line.call not in lines or lines[line.call].ended is None:
            lines[line.call] = line
    return sorted(lines.values(), key=lambda line: line.call, reverse=True)[:most]


async def _into_ledger(place: Hold, line: CallLine) -> None:
    ledger = place.open_history()
    try:
        await ledger.write_all(lambda database: [written(database, line)])
    finally:
        await ledger.close()


def _beside(outbox: Path, line: CallLine) -> None:
    told = {
        "call": line.call,
        "command": line.command,
        "began": line.began.isoformat(),
        "ended": line.ended.isoformat() if line.ended else None,
        "exit_code": line.exit_code,
        "facts": dict(line.facts),
    }
    with (outbox / _BESIDE).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{json.dumps(told)}\n")


def _read_beside(outbox: Path) -> Iterator[CallLine]:
    """Yield the lines that the ledger could not take; one that was cut off by a crash is left out."""
    try:
        texts = (outbox / _BESIDE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for text in texts:
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(text)
            ended = datetime.fromisoformat(told["ended"]) if told["ended"] else None
            began = datetime.fromisoformat(told["began"])
            yield CallLine(told["call"], told["command"], began, ended, told["exit_code"], told["facts"])
