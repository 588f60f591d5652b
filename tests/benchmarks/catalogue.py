"""A whole catalogue: products with an account and a storage unit each, loaded while the command is stopped and killed.

    python tests/benchmarks/catalogue.py 200000 /tmp/catalogue

The sandbox serves in a process of its own and remembers in a journal. The command is killed twice (SIGKILL), asked to
stop once (SIGTERM), and continued each time; at the end every record is counted. Run it from the project's root.
"""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]

HEADINGS = (
    "Code",
    "Description",
    "Unit Stock Unit Type Code",
    "Account Code",
    "Barcode",
    "Storage Unit Type Code",
    "Storage Unit Stock Configuration",
    "Storage Unit Unit Of Measure",
    "Storage Unit Units Per Layer",
    "Storage Unit Number of Layers",
)
# What interrupts the run, and the part of all records that are in Clarus by then.
INTERRUPTIONS = ((signal.SIGKILL, 0.15), (signal.SIGTERM, 0.4), (signal.SIGKILL, 0.7))

_CONFIGURATION = """
settle_seconds = 0
[clarus]
base_url = "{url}"
subdomain = "sandbox"
client_id = "sandbox"
read_settle_seconds = 0.2
timeout_seconds = 5
doubt_seconds = 5
"""


@dataclass(slots=True)
class Measured:
    """What it took."""

    products: int
    seconds: float = 0.0  # of the command, all attempts together
    peak_mb: list[float] = field(default_factory=list)  # of each attempt
    requests: int = 0
    records: dict[str, int] = field(default_factory=dict)  # in Clarus at the end


def write_catalogue(path: Path, products: int) -> None:
    """Write a file of products, each with an account and a storage unit."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for n in range(products):
            code, account = f"SKU-{n:07}", ("ACME", "GLOBEX")[n % 2]
            unit = ("PALLET", "case", "centimetre", 10 + n % 4, 5)
            writer.writerow((code, f"Article number {n}", "EACH", account, f"50{n:011}", *unit))


def load_catalogue(folder: Path, products: int, interruptions: tuple[tuple[int, float], ...]) -> Measured:
    """Load a catalogue against a sandbox, interrupted on the way, and count what is in Clarus then."""
    (folder / "inbox").mkdir(parents=True)
    write_catalogue(folder / "inbox" / "products.csv", products)
    measured, total = Measured(products), 3 * products
    with _sandbox(folder) as url:
        (folder / "clarus.toml").write_text(_CONFIGURATION.format(url=url), encoding="utf-8")
        for number, part in (*interruptions, (0, 1.0)):
            began = time.monotonic()
            with (folder / "screen.txt").open("a") as screen:
                command = subprocess.Popen(
                    [sys.executable, "-m", "pipeline", "run"],
                    cwd=folder,
                    env={**os.environ, "PYTHONPATH": str(ROOT), "CLARUS_CLIENT_SECRET": "sandbox"},
                    stdout=screen,
                    stderr=screen,
                )
                peak = _watch(command, folder / "clarus.jsonl", number, part * total)
            measured.seconds += time.monotonic() - began
            measured.peak_mb.append(peak)
            sys.stderr.write(
                f"exit {command.returncode}, peak {peak:.0f} MB, {_lines(folder / 'clarus.jsonl'):,} records\n"
            )
        with urlopen(f"{url}/sandbox/requests") as answer:
            measured.requests = json.load(answer)["total"]
        for resource in ("products", "account_products", "product_storage_units"):
            with urlopen(f"{url}/sandbox/records/{resource}") as answer:
                measured.records[resource] = len({record["id"] for record in json.load(answer)})
    return measured


def _watch(command: subprocess.Popen[bytes], journal: Path, number: int, records: float) -> float:
    """Wait until the command ends, and interrupt it when so many records are there; return its peak of memory in MB."""
    peak = 0.0
    while command.poll() is None:
        peak = max(peak, _memory_mb(command.pid))
        if number and _lines(journal) >= records:
            command.send_signal(number)
            command.wait()
        time.sleep(0.1)
    return peak


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "sandbox", "--port", "0", "--journal", str(folder / "clarus.jsonl")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        said = re.search(r"http://\S+", server.stdout.readline())
        assert said is not None
        yield said[0]
    finally:
        server.terminate()  # not SIGINT, which a job in the background may have been started to ignore
        server.wait()
        server.stdout.close()


def _memory_mb(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


_counted: dict[Path, tuple[int, int]] = {}  # bytes read, lines in them


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    at, lines = _counted.get(path, (0, 0))
    with path.open("rb") as file:
        file.seek(at)
        new = file.read()
    _counted[path] = at + len(new), lines + new.count(b"\n")
    return _counted[path][1]


if __name__ == "__main__":
    told = load_catalogue(Path(sys.argv[2]), int(sys.argv[1]), INTERRUPTIONS)
    sys.stdout.write(json.dumps({name: getattr(told, name) for name in Measured.__slots__}, indent=1) + "\n")
