"""What a run writes is its owner's alone, and a name that cannot be used costs the other files nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

CUSTOMERS = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\nA2,,GB,N1 1AA\n"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_folders_and_files_are_the_owners_alone(operator: Any, umask: int) -> None:
    """Whatever the umask; a moved input keeps its own mode, and so does the umask."""
    operator.drop("customers.csv", CUSTOMERS).chmod(0o640)
    before = os.umask(umask)
    try:
        operator.call("run")
    finally:
        after = os.umask(before)

    modes = {path.name: path.stat().st_mode & 0o777 for path in operator.outbox.rglob("*")}
    modes[""] = operator.outbox.stat().st_mode & 0o777
    folder = operator.runs()[-1].name
    assert after == umask
    assert (modes.pop(""), modes.pop(folder), modes.pop("customers.csv")) == (0o700, 0o700, 0o640)
    assert {"customers.results.csv", "customers.failed.xlsx", "issues.csv", "ledger.sqlite3", ".lock"} <= set(modes)
    assert set(modes.values()) == {0o600}, modes


@pytest.mark.parametrize("words", [["run", "--sandbox"], ["check", "customers.csv", "-o", "checked"], ["track"]])
def test_so_is_what_other_commands_write(operator: Any, words: list[str]) -> None:
    """Records of the sandbox, checked workbooks, what became of orders: all of it holds names and addresses."""
    (operator.folder / "customers.csv").write_text(CUSTOMERS)
    operator.drop("customers.csv", CUSTOMERS)
    before = os.umask(0)
    try:
        operator.call(*words)
    finally:
        os.umask(before)

    written = [*operator.outbox.rglob("*"), *(operator.folder / "checked").rglob("*")]
    modes = {path.name: path.stat().st_mode & 0o077 for path in written if path.name != "customers.csv"}
    assert modes
    assert set(modes.values()) == {0}, modes


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"a" * 244 + b".csv", "its name has 248 bytes, and there is room for 247"),
        ("é".encode() * 125 + b".csv", "its name has 254 bytes"),
        (b"caf\xe9.csv", "its name is not Unicode text"),
    ],
)
def test_a_name_that_cannot_be_used_stays_alone(operator: Any, name: bytes, why: str) -> None:
    """It is named, stays, and makes the exit code 1, every night; the others are loaded."""
    operator.drop("good.csv", CUSTOMERS.replace("A2,,", "A2,Bea,"))
    path = Path(os.fsdecode(os.fsencode(operator.inbox) + b"/" + name))
    path.write_text(CUSTOMERS)

    first, second = operator.call("run"), operator.call("run")

    assert (first.exit_code, second.exit_code) == (1, 1), first.output
    assert why in first.stderr
    assert operator.statuses("good.results.csv") == ["created", "created"]
    assert [os.fsencode(left.name) for left in operator.inbox.iterdir()] == [name]


def test_the_longest_name_comes_back(operator: Any) -> None:
    """247 bytes; its results are named as all are."""
    operator.drop(f"{'a' * 243}.csv", CUSTOMERS)

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses(f"{'a' * 243}.results.csv") == ["created", "invalid"]


def test_a_name_is_shown_harmless(operator: Any) -> None:
    """Line feeds and escape sequences in it are shown as what they are, wherever a run names it."""
    operator.drop("a\nb\x1b[31m\u202e.csv", CUSTOMERS)

    called = operator.call("run", "-v")

    assert called.exit_code == 1
    assert "\x1b" not in called.output
    assert "\u202e" not in called.output
    assert r"a\nb\x1b[31m\u202e.csv" in called.stdout
