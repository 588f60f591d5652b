"""How fast orders get into Clarus."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from measure import PROGRAM, Taken, counts, medians, run, script, serving
from sample_files import LINES, write_csv
from table import Row

ACCESS = {"CLARUS_SUBDOMAIN": "bench", "CLARUS_CLIENT_ID": "bench", "CLARUS_CLIENT_SECRET": "bench"}
# Latency in seconds, requests at once, share of the bare client's speed that we want at least.
_CASES = ((0.020, 32, 0.80), (0.100, 64, 0.90), (0.020, 128, 0.60))
_MOST_CPU = 0.8  # seconds per 1,000 documents
_MOST_REQUESTS = 1.03  # per document
_HIDDEN_LIMIT = 24


def run_job(folder: Path, file: Path, url: str, concurrency: int) -> Taken:
    """The whole job with a ledger of its own: read, check, look up, post, write results."""
    shutil.rmtree(folder / "outbox", ignore_errors=True)
    command = (*PROGRAM, "run", file, "--concurrency", str(concurrency), "-q")
    return run(command, folder, {**ACCESS, "CLARUS_BASE_URL": url})


def rows(folder: Path, documents: int, times: int) -> Iterator[Row]:
    """The whole job beside a bare aiohttp client that posts the same bodies to the same server."""
    file = write_csv(folder / "orders.csv", documents * LINES)
    bodies = folder / "bodies.ndjson"
    with serving("--keep", bodies) as url:
        run_job(folder, file, url, 32)
    cpu_seconds: list[float] = []
    for latency, concurrency, wanted in _CASES:
        with serving("--latency", latency) as url:

            def job(url: str = url, concurrency: int = concurrency) -> Taken:
                return run_job(folder, file, url, concurrency)

            def bare(url: str = url, concurrency: int = concurrency) -> Taken:
                return run(script("scripts/bare_aiohttp.py", url, bodies, concurrency), folder)

            ours, theirs = medians(times, job, bare)
        cpu_seconds.append(ours.cpu_seconds / documents * 1000)
        what = f"{documents:,} orders, {latency * 1000:.0f} ms a request, {concurrency} at once"
        told = f"{documents / ours.seconds:,.0f} against {documents / theirs.seconds:,.0f} orders/s"
        yield Row(
            what, "speed of a bare aiohttp client", theirs.seconds / ours.seconds, wanted, told, more_is_better=True
        )
    yield Row("CPU per 1,000 orders, all stages", "1 second", cpu_seconds[0], _MOST_CPU, f"{cpu_seconds[0]:.2f} s")


def request_rows(folder: Path, documents: int) -> Iterator[Row]:
    """Requests per document, lookups and tokens included."""
    file = write_csv(folder / "orders.csv", documents * LINES)
    with serving() as url:
        run_job(folder, file, url, 32)
        seen = counts(url)
    told = f"{seen['requests']:,} requests"
    yield Row(f"requests, {documents:,} orders", "1 per order", seen["requests"] / documents, _MOST_REQUESTS, told)


def pacing_rows(folder: Path, documents: int, times: int) -> Iterator[Row]:
    """Whether the number of requests at once finds a limit that the server does not tell."""
    file, bodies = write_csv(folder / "orders.csv", documents * LINES), folder / "bodies.ndjson"
    with serving("--keep", bodies) as url:
        run_job(folder, file, url, 32)
    with serving("--latency", 0.020, "--limit", _HIDDEN_LIMIT) as url:
        bare = script("scripts/bare_aiohttp.py", url, bodies, _HIDDEN_LIMIT)
        ours, theirs = medians(times, lambda: run_job(folder, file, url, 128), lambda: run(bare, folder))
        refused = counts(url)["refused"] / times
    what = f"{documents:,} orders, 128 at once allowed, more than {_HIDDEN_LIMIT} refused"
    told = f"{documents / ours.seconds:,.0f} against {documents / theirs.seconds:,.0f} orders/s"
    against = f"speed of a bare aiohttp client that knows the {_HIDDEN_LIMIT}"
    yield Row(what, against, theirs.seconds / ours.seconds, 0.7, told, more_is_better=True)
    yield Row("the same: 429s", "posts", refused / documents, 0.01, f"{refused:,.0f} refused")
