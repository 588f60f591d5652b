"""Sources where something is wrong, and files that come back."""

from __future__ import annotations

from typing import Any

BLOCK = """[[sources]]
match = "shop/*.csv"
type = "orders"
fill_down = ["Name"]
[sources.columns]
order_reference = "Name"
account_code = { value = "ACME" }
expected_date_of_dispatch = "Date"
product_code = { from = "Item", upper = true }
quantity = "Qty"
"""
HEADINGS = "Name,Date,Item,Qty\n"


def _drop(operator: Any, text: str) -> None:
    operator.configure("", BLOCK)
    (operator.inbox / "shop").mkdir(exist_ok=True)
    (operator.inbox / "shop" / "o.csv").write_text(text, encoding="utf-8")


def test_results_of_a_sub_folder_are_read_by_their_block_again(operator: Any) -> None:
    """The sub-folder's name stands before the file's; corrected results are sent, and nothing is sent twice."""
    _drop(operator, HEADINGS + "A,2026-12-01,demo-002,1\nB,2026-12-01,demo-002,x\n")
    assert operator.call("run").exit_code == 1
    assert operator.statuses("shop-o.results.csv") == ["created", "invalid"]
    results = (operator.runs()[-1] / "shop-o.results.csv").read_text(encoding="utf-8-sig")
    operator.drop("back.csv", results.replace(",x,", ",3,"))

    done = operator.call("run")

    assert done.exit_code == 0, done.output
    references = [record.attributes["reference"] for record in operator.clarus.records("goods_outs")]
    assert sorted(references) == ["A", "B"]


def test_nothing_is_filled_down_past_a_row_that_could_not_be_read(operator: Any) -> None:
    """The line below a broken row joins no order above it."""
    _drop(operator, HEADINGS + "A,2026-12-01,demo-002,1\nB,2026-12-01,demo-002,1,surplus\n,2026-12-01,demo-002,9\n")

    done = operator.call("run")

    assert done.exit_code == 1
    [record] = operator.clarus.records("goods_outs")
    assert [line.attributes["order_quantity"] for line in record.lines] == [1]


def test_a_heading_that_a_rule_names_and_the_file_lacks_holds_the_file(operator: Any) -> None:
    """It is named, every row is invalid, and nothing is sent."""
    _drop(operator, "Name,Date,Itemm,Qty\nA,2026-12-01,demo-002,1\n")

    done = operator.call("run")

    assert done.exit_code == 1
    assert "Item" in done.output
    assert operator.statuses("shop-o.results.csv") == ["invalid"]
    assert operator.posts() == 0


def test_retry_reads_a_file_of_a_sub_folder_by_its_block(operator: Any) -> None:
    """What was blocked is sent once its product is there, and its results keep the file's own columns."""
    _drop(operator, HEADINGS + "A,2026-12-01,x-1,1\n,2026-12-01,demo-002,2\n")
    products = "Code,Description,Unit Stock Unit Type Code\nX-1,Thing,{}\n"
    operator.drop("p.csv", products.format("NOPE"))
    assert operator.call("run").exit_code == 1
    first = operator.runs()[-1]
    assert operator.statuses("shop-o.results.csv") == ["blocked", "blocked"]
    operator.drop("p2.csv", products.format("EACH"))
    operator.call("run")

    done = operator.call("retry", first.name)

    assert [len(record.lines) for record in operator.clarus.records("goods_outs")] == [2], done.output
    results = (first / "shop-o.results.csv").read_text(encoding="utf-8-sig")
    assert results.startswith("Name,Date,Item,Qty,clarus_status")
    assert results.count("created") == 2
