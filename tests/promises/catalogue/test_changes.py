"""Products that exist: left alone, changed, or an error."""

from __future__ import annotations

import itertools
import shutil
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

POLICIES = ("exists", "update", "error")
BEFORE = {"description": "Before", "barcode": "111", "customs": "Kept"}
AFTER = {"description": "After", "barcode": "222"}
ANSWERS = list(itertools.product(("true", "false", ""), repeat=2))  # of allow_update and Is New Product


def rows_of(content: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": f"P-{n}", **content, "update": u, "new": new} for n, (u, new) in enumerate(ANSWERS)]


def allowed(update: str, new: str, policy: str) -> str:
    """What a product that exists meets: the row wins over the policy, and allow_update over Is New Product."""
    by_new = {"true": "error", "false": "update", "": policy}[new]
    return {"true": "update", "false": "exists", "": by_new}[update]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("known", ["as sent before", "sent before, changed", "only in Clarus"])
def test_what_becomes_of_a_product_that_exists(consultant: Any, policy: str, known: str) -> None:
    """The whole table: allow_update, Is New Product, the policy, and what the ledger knows of the product."""
    consultant.run(*[{"code": row["code"], **BEFORE} for row in rows_of({})])
    if known == "only in Clarus":
        shutil.rmtree(consultant.outbox)
    consultant.configure(top=f'existing_products = "{policy}"')
    content = BEFORE if known == "as sent before" else AFTER

    consultant.drop("products.csv", *rows_of(content))
    consultant.call("run")

    left = "differs" if known == "sent before, changed" else "exists"
    done = {"update": "updated", "exists": left, "error": "invalid"}
    if known == "as sent before":
        expected = ["exists"] * len(ANSWERS)
    else:
        expected = [done[allowed(update, new, policy)] for update, new in ANSWERS]
    assert consultant.statuses() == expected
    changed = [status == "updated" for status in expected]
    assert consultant.writes().get("PATCH /api/products/{id}", 0) == sum(changed)
    products = consultant.products()
    assert [products[f"P-{n}"]["description"] for n in range(len(ANSWERS))] == [
        "After" if is_changed else "Before" for is_changed in changed
    ]
    assert all(product["customs_description"] == "Kept" for product in products.values())


@pytest.mark.parametrize("policy", POLICIES)
def test_what_becomes_of_a_product_that_is_new(consultant: Any, policy: str) -> None:
    """It is created, unless its row says that it is not new."""
    consultant.configure(top=f'existing_products = "{policy}"')
    consultant.drop("products.csv", *rows_of(AFTER))

    consultant.call("run")

    expected = ["invalid" if new == "false" else "created" for _, new in ANSWERS]
    assert consultant.statuses() == expected
    assert len(consultant.products()) == expected.count("created")


def test_a_change_sends_what_the_file_fills_and_no_more(consultant: Any) -> None:
    """Blank cells never erase, defaults of the configuration never overwrite; what the API requires goes along."""
    consultant.run({"code": "P-1", **BEFORE})
    shutil.rmtree(consultant.outbox)
    consultant.configure(more='[defaults.products]\nBarcode = "999"\n')

    consultant.drop("products.csv", {"code": "P-1", "description": "After", "update": "true"})
    consultant.call("run", "--dry-run")

    [line] = (consultant.last_run() / "payloads.jsonl").read_text().splitlines()
    assert '"method":"PATCH","path":"/products/1000002"' in line
    assert '"attributes":{"description":"After","stock_unit_type_id":501,"code":"P-1"}' in line


def test_the_default_unit_is_not_used_for_a_change(consultant: Any) -> None:
    """A blank unit is a problem then, so that nobody's unit is overwritten unasked."""
    consultant.run({"code": "P-1", **BEFORE})
    consultant.configure(more='[defaults.products]\n"Unit Stock Unit Type Code" = "CASE"\n')

    consultant.run({"code": "P-1", **AFTER, "unit": "", "update": "true"}, exit_code=1)

    [row] = consultant.results()
    assert (row["clarus_status"], row["clarus_id"]) == ("invalid", "1000002")
    assert "Unit Stock Unit Type Code: is blank, and a change needs it" in row["clarus_error"]
    assert consultant.products()["P-1"]["stock_unit_type_id"] == 501


def test_a_change_is_sent_once(consultant: Any) -> None:
    """Dropped again, the same content is left alone; so are the results of the run that sent it."""
    row = {"code": "P-1", **AFTER, "update": "true"}
    consultant.run({"code": "P-1", **BEFORE})
    consultant.run(row)
    consultant.run(row)
    results = (consultant.last_run() / "products.results.csv").read_text(encoding="utf-8-sig")

    consultant.drop("again.csv", text=results)
    consultant.run()

    assert consultant.writes()["PATCH /api/products/{id}"] == 1
    assert consultant.statuses("again.results.csv") == ["exists"]


def test_a_file_that_says_less_says_nothing_else(consultant: Any) -> None:
    """Blank cells and columns that are not there change nothing: no warning, no request; nor after a change."""
    consultant.run({"code": "P-1", "description": "One", "barcode": "111"})
    consultant.run({"code": "P-1", "description": "One", "update": "true"})
    consultant.run({"code": "P-1", "description": "Two", "update": "true"})
    consultant.run({"code": "P-1", "description": "Two", "barcode": "111", "update": "true"})

    assert consultant.statuses() == ["exists"]
    assert consultant.error() == ""
    assert consultant.writes()["PATCH /api/products/{id}"] == 1


def test_content_that_comes_back_is_sent_again(consultant: Any) -> None:
    """What counts is what Clarus has now: A, then B, then A again are two changes."""
    consultant.run({"code": "P-1", **BEFORE})
    consultant.run({"code": "P-1", **AFTER, "update": "true"})
    consultant.run({"code": "P-1", **BEFORE, "update": "true"})

    assert consultant.products()["P-1"]["description"] == "Before"
    assert consultant.statuses() == ["updated"]


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE, What.LOST_5XX])
def test_a_change_without_an_answer_is_sent_once_more(consultant: Any, what: What) -> None:
    """Sending it again does no harm, and the row is updated."""
    consultant.run({"code": "P-1", **BEFORE})
    consultant.clarus.faults.add(Fault(what=what, method="PATCH"))

    consultant.run({"code": "P-1", **AFTER, "update": "true"})

    assert consultant.statuses() == ["updated"]
    assert consultant.writes()["PATCH /api/products/{id}"] == 2
    assert consultant.products()["P-1"]["description"] == "After"


def test_a_change_that_a_run_left_behind_is_taken_up(consultant: Any) -> None:
    """The next run changes the product once more, and its row is updated."""
    consultant.run({"code": "P-1", **BEFORE})
    consultant.configure(more="reconcile_attempts = 1\n")
    consultant.clarus.faults.add(Fault(what=What.LOST_5XX, method="PATCH"))
    consultant.run({"code": "P-1", **AFTER, "update": "true"}, exit_code=1)
    assert consultant.statuses() == ["unknown"]

    consultant.run()

    assert consultant.statuses() == ["updated"]
    assert consultant.writes()["PATCH /api/products/{id}"] == 2


def test_a_refused_change_leaves_the_product_and_says_why(consultant: Any) -> None:
    """Its row is rejected and keeps the id; the corrected file changes it."""
    row = {"code": "P-1", **AFTER, "update": "true"}
    consultant.run({"code": "P-1", **BEFORE})
    consultant.clarus.faults.add(Fault(what=What.STATUS, status=422, method="PATCH"))

    consultant.run(row, exit_code=1)

    [told] = consultant.results()
    assert (told["clarus_status"], told["clarus_id"]) == ("rejected", "1000002")
    consultant.run(row)
    assert consultant.statuses() == ["updated"]


def test_a_changed_product_gets_its_follow_ups(consultant: Any) -> None:
    """A change and a new account in one row; the row is updated once both are in Clarus."""
    consultant.run({"code": "P-1", **BEFORE, "account": "ACME"})

    consultant.run({"code": "P-1", **AFTER, "update": "true", "account": "GLOBEX"})

    assert consultant.statuses() == ["updated"]
    assert consultant.accounts() == [("P-1", "ACME"), ("P-1", "GLOBEX")]


def test_a_storage_unit_is_changed_with_its_product(consultant: Any) -> None:
    """By what the product's row allows; the layers that differ are sent, and nothing else."""
    consultant.run({"code": "P-1", **BEFORE, "pallet": True, "per_layer": 10})

    consultant.run({"code": "P-1", **BEFORE, "pallet": True, "per_layer": 12, "update": "true"})
    consultant.run({"code": "P-1", **BEFORE, "pallet": True, "per_layer": 12, "update": "true"})

    assert consultant.writes().get("PATCH /api/product_storage_units/{id}") == 1
    assert consultant.writes().get("PATCH /api/products/{id}", 0) == 0
    units = [u.attributes for u in consultant.clarus.records("product_storage_units")]
    assert [unit["per_layer"] for unit in units if unit["product_id"] == 1_000_002] == [12]
