"""The promise proved at the end of a run and later, a ledger rebuilt, entries forgotten, unfinished work reported."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

HEADING = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity\n"
ORDERS = f"{HEADING}SO-1,ACME,2026-06-10,DEMO-002,3\nSO-2,ACME,2026-06-10,DEMO-002,1\nSO-2,,,DEMO-002,2\n"


@pytest.fixture
def done(operator: Any) -> Path:
    """The folder of a run that created two orders."""
    quick(operator)
    operator.drop("orders.csv", ORDERS)
    called = operator.call("run")
    assert called.exit_code == 0, called.output
    folder: Path = operator.runs()[-1]
    return folder


def quick(operator: Any) -> None:
    """Doubt ends soon."""
    operator.configure(sections="doubt_seconds = 0.2\ntimeout_seconds = 0.2\n")


def order(operator: Any, reference: str) -> Any:
    """The record of an order in Clarus."""
    [found] = [each for each in operator.clarus.records("goods_outs") if each.attributes["reference"] == reference]
    return found


def test_a_record_that_is_gone_is_told_by_the_next_audit(operator: Any, done: Path) -> None:
    """Its rows are `gone`, dropped in again as well, until it is forgotten."""
    operator.clarus.remove(order(operator, "SO-2"))

    audited = operator.call("audit")
    statuses = operator.statuses("orders.results.csv")
    operator.drop("again.csv", ORDERS)
    again = operator.call("run")
    seen = operator.statuses("again.results.csv")
    forgotten = operator.call("forget", "orders", "SO-2")
    operator.drop("once more.csv", ORDERS)
    last = operator.call("run")

    assert (audited.exit_code, again.exit_code, forgotten.exit_code, last.exit_code) == (1, 1, 0, 0), last.output
    assert "SO-2 of ACME is no longer in Clarus" in audited.output
    assert statuses == ["created", "gone", "gone"]
    assert seen == ["exists", "gone", "gone"]
    assert operator.statuses("once more.results.csv") == ["exists", "created", "created"]


def test_a_duplicate_typed_by_hand_is_told(operator: Any, done: Path) -> None:
    """The row keeps its status; both ids stand in its error and in issues.csv."""
    operator.clarus.add(order(operator, "SO-1"))

    audited = operator.call("audit", done.name)

    row = operator.results("orders.results.csv")[0]
    assert audited.exit_code == 1
    assert row["clarus_status"] == "created"
    assert "is in Clarus 2 times, as 6000001 and" in row["clarus_error"]
    assert "is in Clarus 2 times, as 6000001 and" in (done / "issues.csv").read_text(encoding="utf-8-sig")


def test_a_run_that_could_not_finish_is_audited_as_far_as_clarus_answers(operator: Any) -> None:
    """It stays 3, and tells the duplicate all the same."""
    operator.configure(sections="concurrency = 1\n")
    operator.drop("orders.csv", ORDERS + "SO-3,ACME,2026-06-10,DEMO-002,1\n")
    operator.clarus.faults.add(
        Fault(what=What.STATUS, status=502, path="/api/goods_outs", method="POST", skip=2, times=None)
    )

    def add() -> None:
        while not any(each.attributes["reference"] == "SO-1" for each in operator.clarus.records("goods_outs")):
            time.sleep(0.005)
        operator.clarus.add(order(operator, "SO-1"))

    add_twin = threading.Thread(target=add)
    add_twin.start()
    result = operator.call("run")
    add_twin.join()

    first, *others = operator.results("orders.results.csv")
    assert result.exit_code == 3
    assert first["clarus_status"] == "created"
    assert "is in Clarus 2 times" in first["clarus_error"]
    assert not any(row["clarus_error"] for row in others[:2])


def test_all_is_well(operator: Any, done: Path) -> None:
    """Nothing is rewritten then."""
    before = (done / "orders.results.csv").stat().st_mtime_ns

    audited = operator.call("audit")

    assert audited.exit_code == 0
    assert "2 records audited, no faults" in audited.output
    assert (done / "orders.results.csv").stat().st_mtime_ns == before


def test_an_audit_out_of_reach_says_so(operator: Any, done: Path) -> None:
    """Exit code 3, as for every command."""
    operator.clarus.conditions.outage = True

    assert operator.call("audit").exit_code == 3


def test_what_is_in_clarus_is_not_forgotten(operator: Any, done: Path) -> None:
    """It would be there twice."""
    refused = operator.call("forget", "orders", "SO-1")

    assert refused.exit_code == 1
    assert "SO-1 is in Clarus as 6000001: nothing was forgotten" in refused.output
    assert operator.call("forget", "orders", "SO-9").exit_code == 2


def test_two_accounts_of_one_reference_want_the_account(operator: Any) -> None:
    """Only then is it needed."""
    quick(operator)
    operator.drop("orders.csv", ORDERS + "SO-1,GLOBEX,2026-06-10,DEMO-002,3\n")
    operator.call("run")

    without = operator.call("forget", "orders", "SO-1")
    named = operator.call("forget", "orders", "SO-1", "--account", "GLOBEX")

    assert (without.exit_code, named.exit_code) == (2, 1)
    assert "--account" in without.output


def without_tables(ledger: Path) -> None:
    """What is left of a database whose write-ahead file was lost before its first checkpoint."""
    ledger.unlink()
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("VACUUM")


BROKEN: dict[str, Callable[[Path], object]] = {
    "deleted": lambda ledger: ledger.unlink(),
    "empty": lambda ledger: ledger.write_bytes(b""),
    "damaged": lambda ledger: ledger.write_bytes(b"no database at all, but long enough to be taken for one" * 100),
    "without tables": without_tables,
}


@pytest.mark.parametrize("broken", BROKEN)
def test_an_outbox_without_its_ledger_is_refused_until_it_is_rebuilt(operator: Any, done: Path, broken: str) -> None:
    """What results files know, the rebuilt ledger knows: nothing is sent again, and changes are told."""
    for left in operator.outbox.glob("ledger.sqlite3-*"):
        left.unlink()
    BROKEN[broken](operator.outbox / "ledger.sqlite3")
    operator.drop("again.csv", ORDERS.replace("DEMO-002,3", "DEMO-002,4"))
    sent = operator.posts()

    refused = operator.call("run")
    rebuilt = operator.call("rebuild")
    again = operator.call("run")

    assert (refused.exit_code, rebuilt.exit_code, again.exit_code) == (2, 0, 1), again.output
    assert "clarus-batch rebuild" in refused.output
    assert operator.posts() == sent
    assert operator.statuses("again.results.csv") == ["differs", "exists", "exists"]


def test_a_run_without_results_is_looked_up(operator: Any, done: Path) -> None:
    """Its documents may have been sent."""
    for name in ("orders.results.csv", "summary.json", "issues.csv"):
        (done / name).unlink()
    for left in operator.outbox.glob("ledger.sqlite3*"):
        left.unlink()
    sent = operator.posts()

    rebuilt, again = operator.call("rebuild"), operator.call("run")

    assert (rebuilt.exit_code, again.exit_code) == (0, 0), again.output
    assert operator.posts() == sent
    assert operator.statuses("orders.results.csv") == ["created"] * 3


def test_work_under_another_address_is_never_sent_to_this_one(operator: Any) -> None:
    """localhost written for 127.0.0.1: it is told, and ends with 3, until the address is set back."""
    operator.drop("orders.csv", ORDERS)
    operator.clarus.faults.add(Fault(what=What.STATUS, status=401, path="/api/goods_outs", times=10_000))
    assert operator.call("run").exit_code == 3
    operator.clarus.faults.replace()
    config = operator.folder / "clarus.toml"
    text = config.read_text()

    config.write_text(text.replace("127.0.0.1", "localhost"))
    elsewhere = operator.call("run", "-q")
    config.write_text(text)
    here = operator.call("run", "-q")

    assert (elsewhere.exit_code, here.exit_code) == (3, 0), here.output
    assert "is unfinished under sandbox@127.0.0.1, and this is sandbox@localhost" in elsewhere.output
    assert len(operator.clarus.records("goods_outs")) == 2


def test_the_folder_archived_is_told_every_night(operator: Any) -> None:
    """Until it is put back."""
    operator.drop("orders.csv", ORDERS)
    operator.clarus.faults.add(Fault(what=What.STATUS, status=401, path="/api/goods_outs", times=10_000))
    operator.call("run")
    operator.clarus.faults.replace()
    folder, archive = operator.runs()[-1], operator.folder / "archive"
    shutil.move(folder, archive)

    nights = [operator.call("run", "-q") for _ in range(2)]
    shutil.move(archive, folder)
    last = operator.call("run", "-q")

    assert [night.exit_code for night in nights] == [3, 3]
    assert "its folder is gone" in nights[1].output
    assert last.exit_code == 0, last.output
    assert len(operator.clarus.records("goods_outs")) == 2
