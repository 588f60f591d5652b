"""Products assigned to accounts, and taken out of them again."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.sandbox import Fault, What

HEADINGS = "Product Code,Account Code,Operation\n"


def assigned(operator: Any) -> list[int]:
    """The accounts of the demo product."""
    return sorted(record.attributes["account_id"] for record in operator.clarus.records("account_products"))


def run(operator: Any, rows: str) -> list[str]:
    """Load these rows and return their statuses."""
    operator.drop("assignments.csv", HEADINGS + rows)
    operator.call("run")
    statuses: list[str] = operator.statuses("assignments.results.csv")
    return statuses


def test_both_operations_may_be_repeated(operator: Any) -> None:
    """Assigned twice exists, taken out twice exists; and what was taken out can be assigned again."""
    both = "DEMO-002,ACME,ASSIGN\nDEMO-002,GLOBEX,ASSIGN\n"

    assert run(operator, both) == ["created", "created"]
    assert run(operator, both) == ["exists", "exists"]
    assert run(operator, "DEMO-002,ACME,UNASSIGN\n") == ["updated"]
    assert assigned(operator) == [102]
    assert run(operator, "DEMO-002,ACME,UNASSIGN\n") == ["exists"]
    assert run(operator, "DEMO-002,ACME,assign\n") == ["created"]
    assert assigned(operator) == [101, 102]


def test_what_a_products_file_assigned_can_be_taken_out(operator: Any) -> None:
    """It is the same record, and the products file assigns it again when it comes again."""
    products = "Code,Description,Unit Stock Unit Type Code,Account Code\nP-1,One,EACH,ACME\n"
    operator.drop("products.csv", products)
    assert operator.call("run").exit_code == 0

    assert run(operator, "P-1,ACME,UNASSIGN\n") == ["updated"]
    assert assigned(operator) == []
    operator.drop("products.csv", products)
    assert operator.call("run").exit_code == 0
    assert assigned(operator) == [101]


def test_two_operations_for_one_pair_contradict_each_other(operator: Any) -> None:
    """Nobody can tell which row is meant to win."""
    assert run(operator, "DEMO-002,ACME,ASSIGN\nDEMO-002,ACME,UNASSIGN\nNOSUCH,ACME,UNASSIGN\n") == ["invalid"] * 3
    assert assigned(operator) == []


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.LOST_5XX, What.CUT_BEFORE], ids=str)
def test_a_deletion_whose_answer_is_lost_is_sent_again(operator: Any, what: What) -> None:
    """What is gone cannot go twice: the row is updated in any case."""
    run(operator, "DEMO-002,ACME,ASSIGN\n")
    operator.clarus.faults.replace([Fault(what=what, method="DELETE")])

    assert run(operator, "DEMO-002,ACME,UNASSIGN\n") == ["updated"]
    assert assigned(operator) == []


def test_a_rehearsal_takes_nothing_out(operator: Any) -> None:
    """The request stands among those that would be sent."""
    run(operator, "DEMO-002,ACME,ASSIGN\n")
    operator.drop("assignments.csv", HEADINGS + "DEMO-002,ACME,UNASSIGN\n")

    called = operator.call("run", "--dry-run")

    assert called.exit_code == 0, called.output
    assert assigned(operator) == [101]
    [payloads] = operator.outbox.glob("*/payloads.jsonl")
    assert '"method":"DELETE"' in payloads.read_text()


def test_a_ledger_that_is_made_anew_knows_what_was_taken_out(operator: Any) -> None:
    """Else the next assignment would be thought to be there already."""
    run(operator, "DEMO-002,ACME,ASSIGN\n")
    run(operator, "DEMO-002,ACME,UNASSIGN\n")

    assert operator.call("rebuild").exit_code == 0

    assert run(operator, "DEMO-002,ACME,ASSIGN\n") == ["created"]
    assert assigned(operator) == [101]
