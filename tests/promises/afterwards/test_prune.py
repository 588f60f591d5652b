"""Old runs go once nothing in them is unfinished; the ledger stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,product_code,quantity\n"
GOOD = HEADING + "0001,ACME,2026-06-10,Jo,DEMO-002,1\n"


def prune(operator: Any, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(operator.call("prune", "--older-than", "0d", "--json", *words).stdout)
    return told


def test_what_is_done_goes_and_what_needs_someone_stays(operator: Any) -> None:
    """And is named with the reason; a run that is young enough is not named at all."""
    operator.drop("good.csv", GOOD)
    operator.call("run")
    good = operator.runs()[-1]
    operator.drop("bad.csv", GOOD.replace(",1\n", ",ten\n").replace("0001", "0002"))
    operator.call("run")
    bad = operator.runs()[-1]

    rehearsed = prune(operator, "--dry-run")
    assert (rehearsed["removed"], good.exists()) == ([good.name], True)
    assert json.loads(operator.call("prune", "--older-than", "90d", "--json").stdout)["removed"] == []
    told = prune(operator)

    assert (told["removed"], [kept["run"] for kept in told["kept"]]) == ([good.name], [bad.name])
    assert "1 row needs someone" in told["kept"][0]["why"]
    assert (good.exists(), bad.exists()) == (False, True)


def test_what_was_pruned_is_not_sent_again_nor_owed(operator: Any) -> None:
    """The same file is known by the ledger; `run` and `retry` go on, and `retry RUN` says what became of it."""
    operator.drop("o.csv", GOOD)
    operator.call("run")
    run = operator.runs()[-1].name
    prune(operator)
    posts = operator.posts()

    operator.drop("o.csv", GOOD)
    assert operator.call("run").exit_code == 0
    assert operator.posts() == posts
    assert operator.call("retry").exit_code == 0
    refused = operator.call("retry", run)
    assert refused.exit_code == 2
    assert "was pruned" in refused.output


def test_a_row_that_was_corrected_elsewhere_keeps_no_folder(operator: Any) -> None:
    """Nobody waits for it any more."""
    operator.drop("o.csv", GOOD.replace(",1\n", ",ten\n"))
    operator.call("run")
    operator.drop("o.csv", GOOD)
    operator.call("run")

    assert len(prune(operator)["removed"]) == 2


def test_unfinished_runs_and_strangers_stay(operator: Any) -> None:
    """A run that was not reached, a folder that no ledger knows, and a link to elsewhere."""
    operator.drop("o.csv", GOOD)
    operator.clarus.stop()
    operator.call("run")
    elsewhere = operator.folder / "elsewhere"
    elsewhere.mkdir()
    (operator.outbox / "20200101-000000-000").symlink_to(elsewhere)

    told = prune(operator)

    assert told["removed"] == []
    assert "unfinished" in told["kept"][0]["why"]
    assert elsewhere.exists()


def test_a_rehearsal_goes_too(operator: Any) -> None:
    """Its bodies hold addresses."""
    operator.drop("o.csv", GOOD)
    operator.call("run", "--dry-run")

    assert len(prune(operator)["removed"]) == 1
    assert operator.runs() == []


def test_a_removal_that_was_cut_off_is_finished_by_the_next(operator: Any) -> None:
    """What was moved aside to be removed is no run any more."""
    operator.drop("o.csv", GOOD)
    operator.call("run")
    folder = operator.runs()[-1]
    left: Path = operator.outbox / f".pruned-{folder.name}"
    left.mkdir()
    (left / "o.csv").write_text("x", encoding="utf-8")

    prune(operator)

    assert not left.exists()


def test_an_age_is_needed_and_has_a_unit(operator: Any) -> None:
    """One sentence says how to write it."""
    operator.outbox.mkdir()
    refused = operator.call("prune", "--older-than", "90")

    assert refused.exit_code == 2
    assert "such as 90d" in refused.output
