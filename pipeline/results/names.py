"""What the files of a run are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import PurePath

RESERVED_NAMES = frozenset(("issues.csv", "summary.json", "report.html"))  # what the run itself writes beside its input

_ROUND = r"\.(?:results|failed)"
_TWO_ROUNDS = re.compile(rf"{_ROUND}{_ROUND}$", re.IGNORECASE)
_NUMBER = re.compile(r"~\d+$")


@dataclass(frozen=True, slots=True)
class ResultNames:
    """The names of the two files that come back for one input file."""

    results: str
    failed: str


def result_names(source: str, inputs: Collection[str] = (), failed_type: str = "") -> ResultNames:
    """Name the files that come back for `source`, one of `inputs` (see `all_result_names`)."""
    return all_result_names({*inputs, source}, failed_type)[source]


def all_result_names(inputs: Collection[str], failed_type: str = "") -> dict[str, ResultNames]:
    """Name the files that come back for each input file of a run.

    `orders.csv` gives `orders.results.csv`, and `orders.results.csv`, dropped in again, `orders.results.results.csv`.
    There it ends: the next round is `orders.results.csv` again, so names do not grow from night to night.

    Args:
        inputs: The names of all input files. No file of results gets a name that an input has, or another input's
            results: where `orders.csv` and `orders.results.csv` came in together, the results of the first are
            `orders~2.results.csv`. The same inputs always give the same names, so that a rewrite finds its files.
        failed_type: The suffix of failed files, where it is not that of the input.
    """
    # On Windows and macOS, Orders.csv and orders.csv are one file.
    taken = {name.casefold() for name in chain(inputs, RESERVED_NAMES)}
    found: dict[str, ResultNames] = {}
    for name in sorted(set(inputs)):
        names = next(names for names in _candidates(name, failed_type) if taken.isdisjoint(_folded(names)))
        taken |= _folded(names)
        found[name] = names
    return found


def _candidates(name: str, failed_type: str) -> Iterator[ResultNames]:
    path = PurePath(name)
    stem = _TWO_ROUNDS.sub("", path.stem)
    numbered = (f"{_NUMBER.sub('', stem)}~{number}" for number in count(2))
    for each in chain([stem], numbered):
        yield ResultNames(f"{each}.results{path.suffix}", f"{each}.failed{failed_type or path.suffix}")


def _folded(names: ResultNames) -> set[str]:
    return {names.results.casefold(), names.failed.casefold()}
