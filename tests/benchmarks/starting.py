"""How long the program takes to say how it is used, and how much it brings along."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from measure import PROGRAM, medians, run
from table import Row


def rows(folder: Path, times: int) -> Iterator[Row]:
    """`--help` beside importing click; installed size and packages."""
    ours, bare = medians(
        3 * times,
        lambda: run((*PROGRAM, "--help"), folder),
        lambda: run((sys.executable, "-c", "import click"), folder),
    )
    told = f"{ours.seconds * 1000:.0f} ms against {bare.seconds * 1000:.0f} ms"
    yield Row("`--help`", "importing click", ours.seconds / bare.seconds, 1.5, told)


def installed(distribution: str = "clarus-batch") -> tuple[int, float]:
    """How many packages a distribution needs, itself included, and how many MB they take on the disk."""
    needed, waiting = set[str](), [distribution]
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in needed:
            needed.add(name)
            waiting += _requirements(name)
    sizes = [file.locate() for name in needed for file in metadata.files(name) or []]
    return len(needed), sum(Path(path).stat().st_size for path in sizes if Path(path).exists()) / 1e6


def _requirements(name: str) -> list[str]:
    from packaging.requirements import Requirement

    needed = []
    for line in metadata.requires(name) or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed.append(requirement.name)
    return needed
