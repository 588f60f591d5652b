"""Files out of public bug reports, each dropped into the inbox of somebody whose Clarus has the products they name."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
PRODUCTS = "Code,Description,Unit Stock Unit Type Code\nK1,Kettle,EACH\n"
WRITTEN = ("products", "goods_outs", "goods_in_receipts", "delivery_addresses", "customers", "suppliers")


@dataclass(frozen=True, slots=True)
class Case:
    """A file that a reader without care gets wrong."""

    name: str
    kind: str
    files: tuple[str, ...]
    again: tuple[str, ...]  # dropped in when the files have been run
    right: str  # in words
    never: tuple[str, ...]  # texts that nothing in Clarus may hold; `#exact`: that nothing may be
    posted: tuple[str, ...]  # values that Clarus holds afterwards, each whole
    told: tuple[str, ...]  # words that whoever ran it reads
    exit: int  # of the last run
    source: str

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return FOLDER / "files" / self.name


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a case."""

    exit_code: int
    words: str  # on the screen, with -q, and in issues.csv
    values: tuple[str, ...]  # every value that Clarus was sent


def cases() -> list[Case]:
    """Every case of the list, in its order."""
    read: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
    return [Case(**{name: tuple(v) if isinstance(v, list) else v for name, v in case.items()}) for case in read]


Play = Callable[[Case], Ending]


@pytest.fixture
def play(operator: Any) -> Play:
    """Drops the files of a case, runs, and looks at what Clarus holds."""

    def played(case: Case) -> Ending:
        operator.drop("products.csv", PRODUCTS)
        assert operator.call("run").exit_code == 0
        seeded = {record.id for record in _records(operator)}
        if (settings := case.folder / "clarus.toml").exists():
            # By lines: the value of a key at the top may be a list.
            top, _, sections = f"\n{settings.read_text(encoding='utf-8')}".partition("\n[")
            operator.configure(top, f"[{sections}" if sections else "")
        code, words = _run(operator, case.folder, case.files)
        if case.again:
            code, words = _run(operator, case.folder / "again", case.again)
        sent = [record for record in _records(operator) if record.id not in seeded]
        values = tuple(text for record in sent for text in texts([record.attributes, record.address, record.lines]))
        return Ending(code, words, values)

    return played


def _run(operator: Any, folder: Path, files: tuple[str, ...]) -> tuple[int, str]:
    for name in files:
        shutil.copy(folder / name, operator.inbox / name)
    done = operator.call("run", "-q")
    issues = (operator.runs()[-1] / "issues.csv").read_text(encoding="utf-8-sig")
    return done.exit_code, f"{done.output}\n{issues}"


def _records(operator: Any) -> Iterator[Any]:
    for resource in WRITTEN:
        yield from operator.clarus.records(resource)


def told(word: str, words: str) -> bool:
    """Whether a word was told; `row 3` is also what issues.csv has in its column of rows."""
    if row := re.fullmatch(r"row (\d+)", word):
        return word in words or re.search(rf"^[^,\n]*,[^,\n]*,{row[1]},", words, re.MULTILINE) is not None
    return word in words


def texts(value: Any) -> Iterator[str]:
    """Every value in a record that has no others inside, as text."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)
    elif hasattr(value, "attributes"):
        yield from texts(value.attributes)
    else:
        yield str(value)
