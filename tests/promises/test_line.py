"""The whole line: files in an inbox, a command, results in an outbox, and what Clarus holds then."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.sandbox import Fault, What

ROOT = Path(__file__).parents[2]
_DOCUMENT = Path(os.environ.get("CLARUS_OPENAPI") or ROOT / "../shared/clarus/openapi.json")
TEMPLATES = _DOCUMENT.parent / "templates"
with_templates = pytest.mark.skipif(not TEMPLATES.is_dir(), reason="no copy of Clarus's import templates")

PRODUCT = "Code,Description,Unit Stock Unit Type Code"
ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
PRODUCTS = f"{PRODUCT}\nP-1,One,EACH\nP-2,Two,EACH\n"
ORDERS = f"{ORDER}\nO-1,ACME,2026-06-10,P-1,1\nO-1,,,P-2,2\nO-2,ACME,2026-06-10,P-2,3\n"


def template(name: str) -> str:
    return (TEMPLATES / f"standard_{name}_import_template.csv").read_text(encoding="utf-8-sig")


def drop_templates(operator: Any, orders: str) -> None:
    for name in ("product", "pre_receipt", "address"):
        operator.drop(f"{name}.csv", template(name))
    operator.drop("order.csv", orders)


@with_templates
def test_clarus_own_templates_come_back_with_what_contradicts_the_api(operator: Any) -> None:
    """All is loaded but the order, whose priority the API does not take; both its rows say so."""
    drop_templates(operator, template("order"))

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses("product.results.csv") == ["created"]
    assert operator.statuses("pre_receipt.results.csv") == ["created", "created"]
    assert operator.statuses("address.results.csv") == ["created"]
    assert [(row["clarus_status"], row["clarus_error"]) for row in operator.results("order.results.csv")] == [
        ("invalid", "priority: 2000 is not between 1 and 99 (a Clarus limit)"),
        ("invalid", "not sent because of row 2: the order goes whole or not at all"),
    ]


@with_templates
def test_clarus_own_templates_are_loaded_once_they_are_corrected(operator: Any) -> None:
    """Ids of records and lines are those that Clarus holds, and the order has its address."""
    drop_templates(operator, template("order").replace(",2000,", ",20,"))

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    [order], [receipt] = operator.clarus.records("goods_outs"), operator.clarus.records("goods_in_receipts")
    assert [(row["clarus_id"], row["clarus_line_id"]) for row in operator.results("order.results.csv")] == [
        (str(order.id), str(line.id)) for line in order.lines
    ]
    assert [row["clarus_line_id"] for row in operator.results("pre_receipt.results.csv")] == [
        str(line.id) for line in receipt.lines
    ]
    [product] = [record for record in operator.clarus.records("products") if record.attributes["code"] == "DEMO-001"]
    assert operator.results("product.results.csv")[0]["clarus_id"] == str(product.id)
    assert order.address["address_3"] == "London"
    assert operator.summary()["statuses"]["created"] == operator.summary()["rows"] == 6


def test_products_are_loaded_before_the_orders_that_name_them(operator: Any) -> None:
    """Whatever the names of the files."""
    operator.drop("a_orders.csv", ORDERS)
    operator.drop("z_products.csv", PRODUCTS)

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert operator.statuses("a_orders.results.csv") == ["created"] * 3
    assert [len(order.lines) for order in operator.clarus.records("goods_outs")] in ([1, 2], [2, 1])


def test_the_sheets_of_a_workbook_are_tables_of_their_own(operator: Any) -> None:
    """One workbook may hold products and orders; each sheet comes back with its statuses."""
    book = openpyxl.Workbook()
    for name, text in (("Orders", ORDERS), ("Notes", "call Jo\n"), ("Products", PRODUCTS)):
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    del book["Sheet"]
    book.save(operator.inbox / "night.xlsx")

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    results = openpyxl.load_workbook(operator.runs()[-1] / "night.results.xlsx")
    assert {name: [row[-5] for row in results[name].values] for name in ("Orders", "Products")} == {
        "Orders": ["clarus_status", "created", "created", "created"],
        "Products": ["clarus_status", "created", "created"],
    }
    assert (operator.runs()[-1] / "night.xlsx").exists()


def test_good_documents_go_while_bad_ones_come_back(operator: Any) -> None:
    """The failed file holds the bad ones whole; corrected and dropped in, it loads the rest and nothing twice."""
    operator.drop("products.csv", PRODUCTS)
    operator.drop("orders.csv", f"{ORDERS}O-3,ACME,soon,P-1,1\nO-3,,,P-2,1\nO-4,NOBODY,2026-06-10,P-1,1\n")
    assert operator.call("run").exit_code == 1
    failed = operator.runs()[-1] / "orders.failed.xlsx"

    operator.correct(failed, "corrected.xlsx", {"soon": "2026-06-10", "NOBODY": "GLOBEX"})
    called = operator.call("run")

    assert called.exit_code == 0, called.output
    results = openpyxl.load_workbook(operator.runs()[-1] / "corrected.results.xlsx")["orders"]
    assert [row[-5] for row in results.values] == ["clarus_status", *["created"] * 3]
    references = [order.attributes["reference"] for order in operator.clarus.records("goods_outs")]
    assert sorted(references) == ["O-1", "O-2", "O-3", "O-4"]


def test_results_that_are_dropped_in_again_send_nothing(operator: Any) -> None:
    """Every row keeps its status and its ids."""
    operator.drop("products.csv", PRODUCTS)
    operator.drop("orders.csv", ORDERS)
    operator.call("run")
    before, sent = operator.results("orders.results.csv"), operator.posts()
    for name in ("products.results.csv", "orders.results.csv"):
        shutil.copy(operator.runs()[-1] / name, operator.inbox)

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert operator.posts() == sent
    after = operator.results("orders.results.results.csv")
    assert [{**row, "clarus_row": ""} for row in after] == [{**row, "clarus_row": ""} for row in before]
    assert operator.statuses("products.results.results.csv") == ["created", "created"]


@pytest.mark.parametrize(("dropped", "status"), [("orders.results.csv", "created"), ("orders.csv", "exists")])
def test_an_order_in_clarus_needs_no_address_book_any_more(operator: Any, dropped: str, status: str) -> None:
    """Results are dropped in again without the addresses file of the first run, and nothing is made of it."""
    operator.drop("addresses.csv", "code,name,country\nHOME,Jo,GB\n")
    operator.drop("orders.csv", f"{ORDER},address_code\nO-1,ACME,2026-06-10,DEMO-002,1,HOME\nO-1,,,DEMO-002,2,\n")
    operator.call("run")
    before, sent = operator.results("orders.results.csv"), operator.posts()
    shutil.copy(operator.runs()[-1] / dropped, operator.inbox / "again.csv")

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert operator.posts() == sent
    rows = operator.results("again.results.csv")
    assert [row["clarus_status"] for row in rows] == [status, status]
    assert [row["clarus_id"] for row in rows] == [row["clarus_id"] for row in before]


def test_an_order_is_blocked_by_its_product_and_names_the_culprit(operator: Any) -> None:
    """The other orders go on."""
    operator.drop("products.csv", f"{PRODUCT}\nP-1,{'x' * 151},EACH\nP-2,Two,EACH\n")
    operator.drop("orders.csv", ORDERS)

    called = operator.call("run")

    assert called.exit_code == 1
    rows = operator.results("orders.results.csv")
    assert [row["clarus_status"] for row in rows] == ["blocked", "blocked", "created"]
    assert "product P-1 failed: products.csv row 2" in rows[0]["clarus_error"]
    assert "row 2" in rows[1]["clarus_error"]


def test_an_order_is_blocked_by_its_address_and_names_the_culprit(operator: Any) -> None:
    """Row, column and reason of the address stand beside the order."""
    operator.drop("addresses.csv", "code,name,country\nHOME,Jo,UK\n")
    operator.drop("orders.csv", f"{ORDER},address_code\nO-1,ACME,2026-06-10,DEMO-002,1,HOME\n")

    assert operator.call("run").exit_code == 1

    [row] = operator.results("orders.results.csv")
    assert row["clarus_status"] == "blocked"
    assert row["clarus_error"].startswith(
        "its address HOME is wrong: addresses.csv row 2: country: UK is not a country"
    )


def test_a_rejected_record_comes_back_with_the_words_of_clarus(operator: Any) -> None:
    """And the run ends with 1."""
    operator.drop("products.csv", PRODUCTS)
    operator.clarus.faults.add(Fault(what=What.STATUS, method="POST", path="/api/products", status=422))

    assert operator.call("run").exit_code == 1

    assert sorted(operator.statuses("products.results.csv")) == ["created", "rejected"]


def test_files_that_are_named_are_copied_and_those_of_the_inbox_are_moved(operator: Any) -> None:
    """Nobody's own file disappears; the inbox is empty afterwards."""
    dropped = operator.drop("products.csv", PRODUCTS)
    own = operator.folder / "orders.csv"
    own.write_text(ORDERS)

    operator.call("run", own)
    kept, left = own.exists(), dropped.exists()
    operator.call("run")

    assert kept
    assert left, "only what was named is taken"
    assert not dropped.exists()
    assert [sorted(path.name for path in run.glob("*s.csv")) for run in operator.runs()] == [
        ["issues.csv", "orders.csv", "orders.results.csv"],
        ["issues.csv", "products.csv", "products.results.csv"],
    ]


def test_what_is_not_ours_stays_in_the_inbox(operator: Any) -> None:
    """Unfinished, hidden and ignored files without a word; other types are named, and make the exit code 1."""
    strangers = [".orders.csv", "~$orders.xlsx", "orders.csv.tmp", "orders.csv.part", "orders.csv.filepart"]
    strangers += ["Thumbs.db", "desktop.ini", "Scan-1.PNG"]
    operator.configure(top='ignore_files = ["scan-*.png"]')
    for name in (*strangers, "letter.pdf"):
        operator.drop(name, ORDERS)

    called = operator.call("run")

    assert called.exit_code == 1
    assert sorted(path.name for path in operator.inbox.iterdir()) == sorted([*strangers, "letter.pdf"])
    assert "letter.pdf is left where it is" in called.stderr
    assert not any(name in called.stderr for name in strangers)


def test_a_run_with_nothing_to_do_leaves_nothing(operator: Any) -> None:
    """No folder, exit 0; the inbox and the outbox are made when missing."""
    operator.inbox.rmdir()

    called = operator.call("run")

    assert called.exit_code == 0
    assert operator.inbox.is_dir()
    assert operator.runs() == []


def test_an_unreadable_file_is_moved_and_told_and_the_others_go_on(operator: Any) -> None:
    """It has no results file; issues.csv has its reason."""
    operator.drop("broken.xlsx", "this is no workbook")
    operator.drop("letter.csv", "Dear Jo,\nhow are you?\n")
    operator.drop("products.csv", PRODUCTS)

    called = operator.call("run")

    folder = operator.runs()[-1]
    assert called.exit_code == 1
    assert {path.name for path in folder.iterdir()} == {
        *("broken.xlsx", "letter.csv", "products.csv", "products.results.csv"),
        *("issues.csv", "summary.json", "report.html"),
    }
    assert operator.statuses("products.results.csv") == ["created", "created"]
    assert {row["file"] for row in operator.results("issues.csv") if row["severity"] == "error"} == {
        "broken.xlsx",
        "letter.csv",
    }


def test_without_clarus_the_rows_are_pending_and_the_next_run_loads_them(operator: Any) -> None:
    """Exit 3, results all the same; nothing has to be dropped again."""
    operator.drop("products.csv", PRODUCTS)
    operator.drop("orders.csv", ORDERS)
    operator.clarus.stop()

    called = operator.call("run")
    waiting = operator.statuses("orders.results.csv")
    operator.clarus.start()
    again = operator.call("run")

    assert (called.exit_code, again.exit_code) == (3, 0), again.output
    assert waiting == ["pending"] * 3
    assert len(operator.runs()) == 1
    assert operator.statuses("orders.results.csv") == ["created"] * 3


def test_refused_credentials_end_the_run(operator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3, everything pending, and the secret is nowhere."""
    monkeypatch.setenv("CLARUS_CLIENT_SECRET", "wrong-secret")
    operator.drop("products.csv", PRODUCTS)

    called = operator.call("run")

    assert called.exit_code == 3
    assert operator.statuses("products.results.csv") == ["pending", "pending"]
    told = [called.output, *(path.read_text(errors="replace") for path in operator.runs()[-1].iterdir())]
    assert not any("wrong-secret" in text for text in told)


@pytest.mark.parametrize(
    ("top", "sections", "named"),
    [
        ('timezon = "UTC"\n', "", "timezone"),
        ('timezone = "Mars/Olympus"\n', "", "timezone"),
        ('address_book = "nowhere.csv"\n', "", "nowhere.csv"),
        ("", '[defaults.orders]\npriority = "2000"\n', "priority"),
        ("", '[columns.ordres]\n"PO" = "order_reference"\n', "orders"),
    ],
)
def test_a_wrong_configuration_is_told_in_one_sentence(operator: Any, top: str, sections: str, named: str) -> None:
    """Exit 2; nothing is taken from the inbox."""
    operator.configure(top, sections)
    dropped = operator.drop("products.csv", PRODUCTS)

    called = operator.call("run")

    assert called.exit_code == 2
    assert named in called.stderr
    assert len(called.stderr.strip().splitlines()) == 1
    assert dropped.exists()


@pytest.mark.parametrize("words", [["run", "nowhere.csv"], ["run", "letter.pdf"], ["check", "nowhere.csv"], ["fly"]])
def test_wrong_usage_is_exit_2(operator: Any, words: list[str]) -> None:
    """With a sentence, and without a folder."""
    (operator.folder / "letter.pdf").write_text("Dear Jo")

    called = operator.call(*words)

    assert called.exit_code == 2
    assert called.stderr
    assert not operator.outbox.exists() or operator.runs() == []


def test_one_run_at_a_time(operator: Any) -> None:
    """Exit 4 while another one holds the outbox; its files wait."""
    operator.call("run")
    dropped = operator.drop("products.csv", PRODUCTS)

    with (operator.outbox / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        called = operator.call("run")

    assert called.exit_code == 4
    assert dropped.exists()


def test_other_programs_get_one_json_object(operator: Any) -> None:
    """From run and from check, whatever else is told on standard error."""
    operator.drop("products.csv", PRODUCTS)
    own = operator.folder / "orders.csv"
    own.write_text(ORDERS.replace("2026-06-10", "soon"))

    checked = json.loads(operator.call("check", "--json", own).stdout)
    run = json.loads(operator.call("run", "--json").stdout)

    assert checked["exit_code"] == 1
    assert [problem["row"] for problem in checked["files"][0]["problems"]] == [2, 4]
    assert run["exit_code"] == 0
    assert run["runs"][0]["statuses"]["created"] == 2


def test_check_touches_nothing(operator: Any) -> None:
    """No network, no folder, no file moved; exit 0 without errors, else 1."""
    good, bad = operator.drop("good.csv", ORDERS), operator.drop("bad.csv", ORDERS.replace("O-2", ""))
    operator.clarus.stop()

    assert operator.call("check", good).exit_code == 0
    assert operator.call("check", good, bad).exit_code == 1
    assert good.exists()
    assert bad.exists()
    assert not operator.outbox.exists()


def test_check_says_that_an_order_will_be_blocked(operator: Any) -> None:
    """Also where the wrong address stands in the configured book, which is not among the files."""
    (operator.folder / "book.csv").write_text("code,name,country\nHOME,Jo,UK\n")
    operator.configure('address_book = "book.csv"\n')
    orders = operator.drop("orders.csv", f"{ORDER},address_code\nO-1,ACME,2026-06-10,DEMO-002,1,HOME\n")

    called = operator.call("check", orders)

    assert called.exit_code == 1
    assert "book.csv row 2" in called.stdout


def test_the_command_is_a_process_with_these_exit_codes(operator: Any) -> None:
    """What a scheduler sees."""
    operator.drop("products.csv", PRODUCTS)
    command = [sys.executable, "-W", "error", "-m", "pipeline"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def exit_code(*words: str) -> int:
        return subprocess.run([*command, *words], env=environment, capture_output=True, check=False).returncode

    assert exit_code("run") == 0
    operator.drop("orders.csv", ORDERS.replace("O-2", ""))
    assert exit_code("run") == 1
    assert exit_code("run", "--profile", "nobody") == 2
