"""Files that are still being written, and what stays in the inbox: nothing is posted from half a file."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.runs.inbox import wait_until_whole
from pipeline.runs.outbox import usable_name
from pipeline.runs.whole_files import Taken, is_being_written

HEADING = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,quantity_dimension\n"
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open")


def orders(first: int, last: int, quantity: int = 125) -> str:
    return "".join(f"O-{n:02},ACME,2026-12-01,DEMO-002,{quantity},unit\n" for n in range(first, last + 1))


@linux
def test_a_file_is_open_as_long_as_anybody_may_write_to_it(tmp_path: Path) -> None:
    """A reader does not count."""
    path = tmp_path / "orders.csv"
    path.write_text("a")

    with path.open("a"):
        during = is_being_written(path)
    with path.open():
        reading = is_being_written(path)

    assert (during, reading, is_being_written(path)) == (True, False, False)


def test_a_file_that_is_written_to_is_another_one(tmp_path: Path) -> None:
    """By its size, its time or its identity; one that is only read is not."""
    paths = [tmp_path / name for name in ("longer.csv", "replaced.csv", "read.csv")]
    for path in paths:
        path.write_text("a")
    taken = Taken.of(paths)

    with paths[0].open("a") as file:
        file.write("b")
    (tmp_path / "other").write_text("a")
    (tmp_path / "other").replace(paths[1])
    paths[2].read_text()

    assert taken.changed() == ["longer.csv", "replaced.csv"]


@linux
def test_an_upload_that_stalls_is_waited_for(tmp_path: Path) -> None:
    """Unchanged for longer than it takes to be believed, but open: it is taken when it is closed, and whole."""
    path, clock = tmp_path / "orders.csv", [1_000.0]
    file = path.open("w")
    file.write("half")
    file.flush()
    os.utime(path, (1_000, 1_000))

    def sleep(seconds: float) -> None:
        clock[0] += seconds
        if clock[0] > 1_004 and not file.closed:
            file.write(" and whole")
            file.close()
            os.utime(path, (clock[0], clock[0]))

    whole, opened = wait_until_whole([path], 1.0, lambda: clock[0], sleep)

    assert (whole, opened) == ([path], [])
    assert path.read_text() == "half and whole"


@linux
def test_a_file_that_is_kept_open_does_not_keep_the_others_waiting_for_ever(tmp_path: Path) -> None:
    """After a minute without a change it is left behind."""
    path, other, clock = tmp_path / "orders.csv", tmp_path / "products.csv", [1_000_000.0]
    other.write_text("whole")
    with path.open("w") as file:
        file.write("half")
        file.flush()
        for each in (path, other):
            os.utime(each, (clock[0], clock[0]))

        whole, opened = wait_until_whole(
            [path, other], 1.0, lambda: clock[0], lambda seconds: clock.__setitem__(0, clock[0] + seconds)
        )

    assert (whole, opened) == ([other], [path])
    assert 60 <= clock[0] - 1_000_000 < 63


@pytest.mark.parametrize("moment", [0.05, 0.4, 1.2, 2.0])
def test_rows_that_come_after_the_file_was_taken_are_loaded_by_the_next_run(operator: Any, moment: float) -> None:
    """Told, exit 3; then the rows of the file, those of the results and the documents in Clarus agree."""
    operator.clarus.conditions.latency_seconds = 0.1
    operator.configure(sections="concurrency = 4\n")
    path = operator.inbox / "orders.csv"
    path.write_text(HEADING + orders(1, 30))
    codes: list[int] = []
    runner = threading.Timer(moment, lambda: _append(operator, orders(31, 40)))
    runner.start()

    codes.append(operator.call("run", "-q").exit_code)
    runner.join()
    operator.clarus.conditions.latency_seconds = 0
    codes.append(operator.call("run", "-q").exit_code)

    assert codes[-1] == 0
    [run] = [folder for folder in operator.runs() if (folder / "orders.csv").exists()]
    rows = (run / "orders.csv").read_text().count("\n") - 1
    made = Counter(record.attributes["reference"] for record in operator.clarus.records("goods_outs"))
    assert max(made.values()) == 1
    if codes[0] == 3:
        assert rows == 40
        assert len(made) == 40
        assert len(operator.statuses("orders.results.csv")) == 40
    else:
        assert codes[0] == 0


def _append(operator: Any, text: str) -> None:
    """As an uploader does that still has the file, wherever it has been moved to."""
    places = [operator.inbox / "orders.csv", *operator.outbox.glob("*/orders.csv")]
    for place in places:
        if place.exists():
            with place.open("a") as file:
                file.write(text)
            return


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_what_is_no_file_of_the_inbox_is_named_and_stays(operator: Any, tmp_path: Path) -> None:
    """Links that lead out or nowhere, pipes, folders named like files: exit 1, and the others go on."""
    (tmp_path / "elsewhere.csv").write_text(HEADING + orders(1, 1))
    (operator.inbox / "out.csv").symlink_to(tmp_path / "elsewhere.csv")
    (operator.inbox / "nowhere.csv").symlink_to("gone.csv")
    os.mkfifo(operator.inbox / "pipe.csv")
    (operator.inbox / "folder.csv").mkdir()
    (operator.inbox / "folder").mkdir()
    operator.drop("orders.csv", HEADING + orders(1, 2))

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses("orders.results.csv") == ["created", "created"]
    for name, why in (
        ("out.csv", "leads out of the inbox"),
        ("nowhere.csv", "leads nowhere"),
        ("pipe.csv", "a pipe or a device"),
        ("folder.csv", "a folder"),
    ):
        assert f"{name} is left where it is: it is" in called.stderr
        assert why in called.stderr


def test_a_file_that_another_program_does_not_let_go_stays_and_the_others_go_on(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows does while it is open: named, exit 1, and taken the next time."""
    rename = Path.rename

    def refuse(source: Path, target: Path) -> Path:
        if source.name == "open.csv":
            raise PermissionError(13, "the file is used by another process")
        return rename(source, target)

    operator.drop("open.csv", HEADING + orders(1, 1))
    operator.drop("shut.csv", HEADING + orders(2, 2))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        first = operator.call("run", "-q")
    second = operator.call("run", "-q")

    assert first.exit_code == 1
    assert "open.csv is left where it is: another program has it open" in first.output
    assert second.exit_code == 0, second.output
    made = [record.attributes["reference"] for record in operator.clarus.records("goods_outs") if record.made_at]
    assert sorted(made) == ["O-01", "O-02"]


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("con.csv", "_con.csv"),
        ("a:b?.csv", "a_b_.csv"),
        ("orders.csv. ", "orders.csv"),
        ("COM1", "_COM1"),
        ("é.csv", "é.csv"),
    ],
)
def test_names_that_a_system_refuses_are_changed(name: str, there: str) -> None:
    """Members of a zip may have been named on another one."""
    assert usable_name(name) == there
