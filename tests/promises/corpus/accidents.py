"""Files of the corpus after an accident, each checked and, where it can be read, given back with results.

    python -m tests.promises.corpus.accidents SEED CASES

A program of its own, so that the memory it takes can be told. Prints, as JSON, what went wrong and how much that was.
"""

from __future__ import annotations

import io
import json
import random
import resource
import signal
import sys
import tempfile
import traceback
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import UnreadableFile
from pipeline.extract import Options, extract, raw_records
from pipeline.results.write import write_results
from pipeline.values.outcomes import Status
from pipeline.values.row_results import RowResult, RowResults, TableReport
from tests.promises.corpus.workbooks import WORKBOOKS

TEXTS = Path(__file__).parent / "text"
LEFT_OUT = {"zip_bomb.xlsx"}  # refused by a look at its directory, which an accident may spoil
SECONDS = 10  # of the processor that a case may take
PIECES = [
    b'"',
    b"\0",
    b"\r",
    b"\n",
    b";",
    b",",
    b"\xff",
    b"\xef\xbb\xbf",
    b"<",
    b"&",
    b"</row>",
    b"1048577",
    b"E+12",
    b"'",
]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A file after a few accidents."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(changed))
        match chance.choice(("change", "insert", "cut", "drop", "repeat")):
            case "change" if at < len(changed):
                changed[at] = chance.randint(0, 255)
            case "insert":
                changed[at:at] = chance.choice(PIECES) * chance.choice((1, 1, 3, 2000))
            case "cut" if chance.random() < 0.3:
                del changed[at:]
            case "drop":
                del changed[at : at + chance.randint(1, 40)]
            case "repeat":
                changed[at:at] = changed[max(at - 200, 0) : at] * chance.randint(1, 5)
    return bytes(changed)


def damaged_inside(content: bytes, chance: random.Random) -> bytes:
    """A workbook with accidents in one of its parts; its zip is whole."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        victim = chance.choice([name for name in names if "sheet" in name.lower() or chance.random() < 0.5] or names)
        for name in names:
            part = old.read(name)
            new.writestr(name, damaged(part, chance) if name == victim else part)
    return file.getvalue()


def cases(chance: random.Random, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents without end."""
    originals = {path.name: path.read_bytes() for path in sorted(TEXTS.glob("*.[ct][sx][vt]"))}
    for name, build in WORKBOOKS.items():
        if name not in LEFT_OUT:
            build(folder / "original.xlsx")
            originals[name] = (folder / "original.xlsx").read_bytes()
    names = list(originals)
    while True:
        name = chance.choice(names)
        content = originals[name]
        if chance.random() < 0.02:
            yield name, chance.randbytes(chance.randint(0, 4000))
        elif zipfile.is_zipfile(io.BytesIO(content)) and chance.random() < 0.7:
            yield name, damaged_inside(content, chance)
        else:
            yield name, damaged(content, chance)


def too_slow(*_: object) -> None:
    raise TimeoutError("took too long")


def give_back(file: Path) -> None:
    """Write the results and the failed file of whatever can be read of a file."""
    reports = []
    try:
        tables = extract(file, Options())
    except UnreadableFile:
        return
    for table in tables:
        rows = sorted([*table.frame.index.tolist(), *table.broken])
        results = RowResults(rows)
        for row in rows:
            results.record(row, RowResult(Status.INVALID, error="wrong") if row % 2 else RowResult(Status.CREATED, 7))
        documents = np.arange(max([0, *rows]) + 1, dtype=np.int32)
        reports.append(TableReport(table, results, list(table.problems), documents))
    write_results(file, file.parent, reports, raw_records)


def peak_mb() -> int:
    """The most memory that this process has held.

    getrusage would count what the parent held when it started us, and that is a whole test session.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) // 1024


def run(seed: int, count: int) -> dict[str, object]:
    """Check so many files; the first that is answered by anything but 0, 1 and words is kept."""
    signal.signal(signal.SIGPROF, too_slow)
    warnings.filterwarnings("ignore", "Duplicate name")  # a damaged directory may name a part twice
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number, (name, content) in zip(range(count), cases(random.Random(seed), folder), strict=False):
            file = folder / f"case{Path(name).suffix}"
            file.write_bytes(content)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            result = CliRunner().invoke(main, ["check", "-v", "-v", str(file)])
            said = result.output if result.exit_code not in (0, 1) or result.stderr else ""
            try:
                give_back(file)
            except Exception:
                said += traceback.format_exc()
            signal.setitimer(signal.ITIMER_PROF, 0)
            if said:
                kept = Path(tempfile.gettempdir(), f"accident-{seed}-{number}{file.suffix}")
                kept.write_bytes(content)
                return {"case": number, "of": name, "kept": str(kept), "said": said[-3000:]}
    return {"cases": count, "megabytes": peak_mb()}


if __name__ == "__main__":
    json.dump(run(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
