"""Files and results that come again, and runs that are tried again: only what is missing is sent."""

from __future__ import annotations

import csv
import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

Rows = list[dict[str, str]]


def posts(site: Any) -> int:
    """How many writes Clarus has been sent."""
    counts: Mapping[str, int] = site.sandbox.requests.counts
    return sum(count for name, count in counts.items() if "/api/" in name)


def results(site: Any, file: str = "orders") -> Path:
    """The results of the last run; where its input was a file of results, theirs."""
    return max(site.runs()[-1].glob(f"{file}*.results.csv"), key=lambda path: len(path.name))


def drop_again(site: Any, edit: Callable[[Rows], Rows] = lambda rows: rows) -> None:
    """Put the last results into the inbox, after somebody has edited them."""
    with results(site).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), reader.fieldnames
    with (site.inbox / "orders.results.csv").open("w", encoding="utf-8", newline="") as file:
        assert columns is not None
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(edit(rows))


def last(site: Any) -> Rows:
    with results(site).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def half_done(site: Any) -> None:
    """Four orders: two are created, two are rejected."""
    site.drop(orders=4)
    site.sandbox.faults.add(Fault(what=What.STATUS, status=422, path="/api/goods_outs", skip=2, times=2))
    site.configure(concurrency=1)
    assert site.call("run") == 1


def test_an_original_dropped_again_posts_nothing(site: Any) -> None:
    """All rows are `exists`, with the same ids."""
    site.drop(products=2, receipts=2, orders=3)
    site.call("run")
    before = posts(site)
    site.drop(products=2, receipts=2, orders=3)

    exit_code = site.call("run")

    assert exit_code == 0
    assert posts(site) == before
    assert {row["clarus_status"] for row in last(site)} == {"exists"}
    site.check_all_done(products=2, receipts=2, orders=3)


def test_an_original_dropped_again_without_the_ledger_posts_nothing(site: Any) -> None:
    """Clarus itself is asked what it has."""
    site.drop(products=2, receipts=2, orders=3)
    site.call("run")
    before = posts(site)
    shutil.rmtree(site.outbox)
    site.drop(products=2, receipts=2, orders=3)

    exit_code = site.call("run")

    assert exit_code == 0
    assert posts(site) == before
    assert {row["clarus_status"] for row in last(site)} == {"exists"}


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda rows: rows, id="as they are"),
        pytest.param(lambda rows: random.Random(1).sample(rows, len(rows)), id="sorted"),
        pytest.param(lambda rows: [r for r in rows if r["clarus_status"] != "created"], id="without what is done"),
        pytest.param(lambda rows: [{**r, "clarus_status": "", "clarus_id": ""} for r in rows], id="status erased"),
        pytest.param(
            lambda rows: [{**r, "clarus_status": "created", "clarus_id": "1"} for r in rows], id="status forged"
        ),
    ],
)
def test_results_dropped_again_send_only_what_is_missing(site: Any, edit: Callable[[Rows], Rows]) -> None:
    """However somebody has arranged them; and what they claim is not believed but looked up."""
    half_done(site)
    before = posts(site)
    drop_again(site, edit)

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert posts(site) == before + 2
    site.check_nothing_twice()
    assert len(site.records("orders")) == 4
    for row in last(site):
        [record] = site.records("orders")[row["order_reference"]]
        assert row["clarus_id"] == str(record.id)
        assert row["clarus_line_id"] in {str(line.id) for line in record.lines}


def without_key(row: dict[str, str]) -> dict[str, str]:
    """The row but for its key: that is another one in each run."""
    return {name: cell for name, cell in row.items() if name != "clarus_row"}


def test_created_rows_of_results_dropped_again_are_kept_as_they_are(site: Any) -> None:
    """Their status and ids do not change, although nothing was sent for them."""
    half_done(site)
    kept = [without_key(row) for row in last(site) if row["clarus_status"] == "created"]
    drop_again(site)

    site.call("run")

    assert [row for row in map(without_key, last(site)) if row in kept] == kept
    assert {row["clarus_status"] for row in last(site)} == {"created"}


def test_rows_added_to_results_are_posted(site: Any) -> None:
    """A new order at the end of a file that is done."""
    site.drop(orders=2)
    site.call("run")

    def add(rows: Rows) -> Rows:
        return [
            *rows,
            {**rows[0], "order_reference": "O-9", "clarus_status": "", "clarus_id": "", "clarus_line_id": ""},
        ]

    drop_again(site, add)

    assert site.call("run") == 0
    assert sorted(site.records("orders")) == ["O-1", "O-2", "O-9"]
    site.check_nothing_twice()


def test_a_changed_order_is_told_with_what_differs_and_not_sent(site: Any) -> None:
    """A created document whose rows were edited, or have become more, stays as it is in Clarus."""
    site.drop(orders=2)
    site.call("run")
    before = posts(site)

    def change(rows: Rows) -> Rows:
        return [{**row, "quantity": "77"} if row["order_reference"] == "O-1" else row for row in rows] + [rows[-1]]

    drop_again(site, change)

    site.call("run")
    told = {row["order_reference"]: row["clarus_error"] for row in last(site)}

    assert posts(site) == before
    assert "row 2, quantity: 1 → 77; row 3, quantity: 2 → 77" in told["O-1"]
    assert "is a new line" in told["O-2"]


def with_duplicates_allowed(site: Any) -> None:
    path = site.inbox / "orders.csv"
    first, *rows = path.read_text().splitlines()
    path.write_text("\n".join([f"{first},allow_duplicate", *(f"{row},TRUE" for row in rows)]) + "\n")


@pytest.mark.parametrize("what", [None, What.CUT_BEFORE, What.CUT_AFTER, What.LOST_5XX])
def test_an_allowed_duplicate_is_posted_once_and_never_taken_for_the_old_one(site: Any, what: What | None) -> None:
    """The same reference is there already, from somebody else; dropped twice, one more is made."""
    site.drop(orders=2)
    site.call("run")
    old = {record.id for own in site.records("orders").values() for record in own}
    shutil.rmtree(site.outbox)
    if what:
        site.sandbox.faults.add(Fault(what=what, path="/api/goods_outs", times=2))
    for _ in range(2):
        site.drop(orders=2)
        with_duplicates_allowed(site)
        assert site.call("run") == 0, site.said

    ids = {int(row["clarus_id"]) for row in site.rows("orders")}
    assert {reference: len(own) for reference, own in site.records("orders").items()} == {"O-1": 2, "O-2": 2}
    assert not ids & old
    assert len(ids) == 2


def test_one_order_in_two_files_is_posted_once(site: Any) -> None:
    """The rows of the second file say that it exists."""
    site.drop(orders=2)
    shutil.copy(site.inbox / "orders.csv", site.inbox / "same orders.csv")

    exit_code = site.call("run")

    assert exit_code == 0
    assert site.statuses("orders") == {"created": 4}
    assert site.statuses("same orders") == {"exists": 4}
    site.check_all_done(orders=2)


def test_results_that_somebody_sorted_in_the_run_folder_mislead_nobody(site: Any) -> None:
    """A row is known by what it holds, not by its number."""
    half_done(site)
    path = results(site)
    heading, *rows = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([heading, *reversed(rows)]), encoding="utf-8-sig")

    exit_code = site.call("retry")

    assert exit_code == 0, site.said
    site.check_all_done(orders=4)
    assert [row["order_reference"] for row in last(site)] == ["O-1", "O-1", "O-2", "O-2", "O-3", "O-3", "O-4", "O-4"]


def test_retry_tries_what_run_leaves_alone(site: Any) -> None:
    """What Clarus has rejected waits for `retry`; nothing has to be dropped again."""
    half_done(site)
    before = posts(site)

    codes = [site.call("run"), site.call("retry"), site.call("retry")]

    assert codes == [0, 0, 0]
    assert posts(site) == before + 2
    site.check_all_done(orders=4)


def test_retry_of_one_run(site: Any) -> None:
    """By the name of its folder; another name is an error of usage."""
    half_done(site)
    run = site.runs()[0].name

    codes = [site.call("retry", "20200101-000000-000"), site.call("retry", run)]

    assert codes == [2, 0]
    site.check_all_done(orders=4)


def test_a_run_whose_folder_somebody_deleted_is_reported_until_it_is_let_go(site: Any) -> None:
    """What it had not sent cannot be sent; the files that come after it are loaded all the same."""
    site.configure(give_up_seconds=0.2)
    site.sandbox.conditions.outage = True
    site.drop(orders=2)
    site.call("run")
    run = site.runs()[0]
    shutil.rmtree(run)
    site.sandbox.conditions.outage = False
    site.drop(orders=1, first=5)

    first, said = site.call("run"), site.said
    second = site.call("run", "-q")
    let_go = site.call("forget", "--run", run.name)
    last = site.call("run")

    assert (first, second, let_go, last) == (3, 3, 0, 0)
    assert f"run {run.name} is unfinished, and its folder is gone" in said
    assert list(site.records("orders")) == ["O-5"]


def test_a_file_that_somebody_deleted_from_the_run_folder_is_reported(site: Any) -> None:
    """The others of the run are finished; once it is there again, it is loaded as well."""
    site.configure(give_up_seconds=0.2)
    site.sandbox.conditions.outage = True
    site.drop(products=1, orders=1)
    site.call("run")
    products = site.runs()[0] / "products.csv"
    content = products.read_bytes()
    products.unlink()
    site.sandbox.conditions.outage = False

    without, said = site.call("run"), site.said
    products.write_bytes(content)
    again = site.call("retry")

    assert (without, again) == (3, 1), site.said  # the orders named a product that was not there
    assert "its input products.csv is gone" in said
    assert list(site.records("products")) == ["P-1"]


BAD_LEDGERS: dict[str, Callable[[Path], object]] = {
    "damaged": lambda path: path.write_bytes(b"no database at all, but long enough to be taken for one" * 100),
    "of another program": lambda path: _execute(path, "CREATE TABLE songs (title TEXT)"),
    "a folder": lambda path: path.mkdir(parents=True),
}


def _execute(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)


@pytest.mark.parametrize("bad", BAD_LEDGERS)
def test_nothing_is_touched_when_the_ledger_cannot_be_used(site: Any, bad: str) -> None:
    """Exit 3, a sentence that says what to do, the files where they were, no request."""
    site.drop(orders=1)
    site.outbox.mkdir()
    ledger = site.outbox / "ledger.sqlite3"
    BAD_LEDGERS[bad](ledger)
    before = ledger.read_bytes() if ledger.is_file() else b""

    exit_code = site.call("run")

    assert exit_code == 3
    assert "the ledger" in site.said or "database of another program" in site.said
    assert "Traceback" not in site.said
    assert (ledger.read_bytes() if ledger.is_file() else b"") == before
    assert [path.name for path in site.inbox.iterdir()] == ["orders.csv"]
    assert site.runs() == [path for path in [ledger] if path.is_dir()]
    assert site.sandbox.requests.total == 0


def test_the_ledger_holds_no_personal_data_and_no_secret(site: Any) -> None:
    """Neither what was sent nor the words in which Clarus refused it."""
    site.drop(orders=2)
    path = site.inbox / "orders.csv"
    first, *rows = path.read_text().splitlines()
    extended = [f"{first},address_line1,address_contact_email", *(f"{row},10 Downing Street,pm@gov.uk" for row in rows)]
    path.write_text("\n".join(extended) + "\n")
    site.sandbox.faults.add(Fault(what=What.STATUS, status=422, path="/api/goods_outs"))

    site.call("run", "-v", "-v")

    written = b"".join(file.read_bytes() for file in site.outbox.glob("ledger.sqlite3*"))
    assert b"O-1" in written
    for secret in ("Downing", "pm@gov.uk", "CLARUS_CLIENT_SECRET", "Bearer"):
        assert secret.encode() not in written
        assert secret not in site.said
