"""Files that another program has open."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.results.atomic_write import Clock, noting_second_names, replacing

CUSTOMERS = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"
REFUSED = PermissionError(13, "The process cannot access the file because it is being used by another process")


@dataclass(slots=True)
class Hands:
    """A clock that a test moves."""

    time: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.waits.append(seconds)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, self.sleep)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the system refuse to replace files of this name, so many times, as Windows does while Excel has them."""

    def open_in_excel(name: str, times: int) -> None:
        left, replace = [times], os.replace

        def replaced(source: Any, target: Any, **more: Any) -> None:
            if Path(target).name == name and left[0]:
                left[0] -= 1
                raise REFUSED
            replace(source, target, **more)

        monkeypatch.setattr(os, "replace", replaced)
        monkeypatch.setattr(Path, "replace", lambda path, target: replaced(path, target))

    return open_in_excel


def test_a_file_that_is_closed_in_time_is_replaced(tmp_path: Path, opened: Callable[..., None]) -> None:
    """It is waited for, up to 2 s."""
    target, hands = tmp_path / "a.csv", Hands()
    target.write_text("old")
    opened("a.csv", 15)

    with noting_second_names() as names, replacing(target, hands.clock) as temporary:
        temporary.write_text("new")

    assert (target.read_text(), names, len(hands.waits)) == ("new", {}, 15)


def test_a_file_that_stays_open_gets_a_second_name(tmp_path: Path, opened: Callable[..., None]) -> None:
    """After 2 s; nothing that has such a name already is lost."""
    target, hands = tmp_path / "a.csv", Hands()
    target.write_text("old")
    (tmp_path / "a-2.csv").write_text("mine")
    opened("a.csv", 1000)

    with noting_second_names() as names, replacing(target, hands.clock) as temporary:
        temporary.write_text("new")

    assert 2 <= hands.time < 2.2
    assert names == {"a.csv": "a-3.csv"}
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.csv": "old",
        "a-2.csv": "mine",
        "a-3.csv": "new",
    }


def test_a_folder_that_allows_nothing_is_no_open_file(tmp_path: Path, opened: Callable[..., None]) -> None:
    """Nobody has open what is not there."""
    opened("a.csv", 1000)

    with pytest.raises(PermissionError), replacing(tmp_path / "a.csv", Hands().clock) as temporary:
        temporary.write_text("new")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_second_name_is_told(operator: Any, opened: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """On the screen and in the summary; the run ends as it would have."""
    operator.drop("customers.csv", CUSTOMERS)
    with monkeypatch.context() as wrong:
        wrong.setenv("CLARUS_CLIENT_SECRET", "wrong")
        stopped = operator.call("run")
    opened("customers.results.csv", 1000)

    called = operator.call("run")

    assert (stopped.exit_code, called.exit_code) == (3, 0), called.output
    told = "customers.results.csv is open in another program: the new one is customers.results-2.csv"
    assert told in called.stdout
    assert operator.summary()["second_names"] == {"customers.results.csv": "customers.results-2.csv"}
    assert operator.statuses("customers.results-2.csv") == ["created"]
