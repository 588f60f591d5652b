"""Run programs and read what they took."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import orjson

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PROGRAM = (sys.executable, "-m", "pipeline")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a program took, its start included."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(command: Sequence[str | Path], cwd: Path, environ: Mapping[str, str] = {}, fails: bool = False) -> Taken:
    """Run a program to its end; `fails`: it ends with 1, since there are mistakes in its input."""
    # With bytecode, as an installed program has it: the first of several runs may write it.
    own = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": ""}
    environ = {**os.environ, **own, **environ}
    with (cwd / "output.txt").open("w+b") as output:
        began = time.perf_counter()
        child = subprocess.Popen(list(map(str, command)), cwd=cwd, env=environ, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != int(fails):
            output.seek(0)
            raise RuntimeError(f"{command} ended with {child.returncode}:\n{output.read().decode()[-3000:]}")
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def script(name: str, *arguments: object) -> list[str]:
    """The command line of a program in this folder."""
    return [sys.executable, str(HERE / name), *map(str, arguments)]


def medians(times: int, *measured: Callable[[], Taken]) -> list[Taken]:
    """Run each several times, in turn, so that all meet the same disturbances; the median of each."""
    rounds = [[each() for each in measured] for _ in range(times)]
    return [
        Taken(*(median(getattr(taken, name) for taken in column) for name in Taken.__slots__))
        for column in zip(*rounds, strict=True)
    ]


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """How a value grows with the size, from the smallest to the largest: 1 is in proportion, 0 not at all."""
    return math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0])


@contextmanager
def serving(*options: object) -> Iterator[str]:
    """The benchmark's server, as a process of its own; gives its address."""
    with subprocess.Popen(script("server.py", *options), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def counts(url: str) -> dict[str, int]:
    """What the server has seen so far."""
    with urlopen(f"{url}/counts") as answer:
        seen: dict[str, int] = orjson.loads(answer.read())
    return seen
