"""`map`: a block proposed for a file that was never seen."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.cli.mapping import proposal_for
from pipeline.describe.mapping import as_toml
from tests.promises.mapping.test_layouts import FOLDER, LAYOUTS, drop_layout

EXPORTS = Path(__file__).parent / "exports"
TRUTH: dict[str, Any] = tomllib.loads((EXPORTS / "truth.toml").read_text(encoding="utf-8"))
DOCS = Path(__file__).parents[3] / "docs" / "map.md"
# What stands in for what a file does not say.
VALUES = {"expected_date_of_receipt": "2026-12-01"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_proposed_column_of_a_layout_comes_from_the_wrong_place(name: str, operator: Any) -> None:
    """A column that is proposed is the one that the layout's own block names, or what that block leaves out."""
    file = operator.inbox / drop_layout(operator, name)
    [block] = tomllib.loads((FOLDER / name / "clarus.toml").read_text(encoding="utf-8"))["sources"]
    (operator.folder / "clarus.toml").unlink()

    proposed = _proposed(operator, file)

    ours, theirs = _origins(proposed["columns"]), _origins(block["columns"])
    wrong = [key for key, origin in ours.items() if key in theirs and not _is_from(origin, theirs[key])]
    assert proposed["type"] == block["type"]
    assert wrong == []
    assert len(set(ours.values())) == len(ours), "one column of the file for two of ours"


@pytest.mark.parametrize("name", TRUTH)
def test_an_unknown_export_is_mapped_and_its_block_loads_as_it_is(name: str, operator: Any) -> None:
    """Nothing is wrong, what is missing is named, and `check` is content when the lines with … have their values."""
    truth = TRUTH[name]
    file = drop_export(operator, truth)

    done = operator.call("map", file, "-o", "sources.toml")

    block = (operator.folder / "sources.toml").read_text(encoding="utf-8")
    [proposed] = tomllib.loads(block)["sources"]
    right, wrong, left_open = _score(proposed, truth)
    assert proposed["type"] == truth["type"]
    assert (wrong, left_open) == ([], []), done.output
    assert len(right) == len(truth["required"])
    missing = next((line for line in done.output.splitlines() if line.startswith("required and missing")), "")
    assert all(heading in missing for heading in truth.get("missing", [])), missing
    assert (done.exit_code == 0) == ("missing" not in truth)
    (operator.folder / "clarus.toml").write_text(_filled_in(block, truth), encoding="utf-8")
    checked = operator.call("check", file)
    assert checked.exit_code == 0, checked.output + block


def test_the_score_is_told_in_the_documentation(operator: Any) -> None:
    """What docs/map.md says of how well `map` does is what it does."""
    counts: Counter[tuple[str, str]] = Counter()
    for name, truth in TRUTH.items():
        block = as_toml(proposal_for(drop_export(operator, truth), None))
        [proposed] = tomllib.loads(block)["sources"]
        right, wrong, left_open = _score(proposed, truth)
        for what, found in (("right", right), ("wrong", wrong), ("open", left_open)):
            counts[truth["group"], what] += len(found)
        counts[truth["group"], "files"] += 1
        print(f"{name}: {len(right)} right, {len(wrong)} wrong, {len(left_open)} left open")

    text = DOCS.read_text(encoding="utf-8")
    for group in ("tuned", "kept", "later"):
        numbers = [counts[group, what] for what in ("files", "right", "wrong", "open")]
        assert f" | {' | '.join(map(str, numbers))} |" in text, (group, numbers)


def test_the_first_documents_are_shown_as_they_would_be_posted(operator: Any) -> None:
    """Header, address and lines, with … for what the file does not say."""
    file = drop_export(operator, TRUTH["german_erp"])

    done = operator.call("map", file)

    shown = done.output.partition("The first 2 documents")[2]
    assert "order AU26-1001 (rows 2, 3)" in shown
    assert "expected_date_of_dispatch 2026-11-24T00:00:00" in shown
    assert "account_id …" in shown
    assert "order_quantity 1200, product_id TT-001" in shown
    assert "country_code DE" in shown


def test_a_number_that_may_be_two_is_left_open(operator: Any) -> None:
    """Two columns that both name documents, or two dates of which one is unknown, are mentioned and not used."""
    heading = "Customer,Customer PO,Our Ref,Slot,Date,Part,Qty\n"
    rows = "Field,PO1,J1,2026-11-24,2026-11-20,AP-001,2\nField,PO1,J1,2026-11-24,2026-11-20,TT-001,1\n"
    file = operator.drop("pick list.csv", heading + rows + "Quay,PO9,J2,2026-11-25,2026-11-21,TT-001,4\n")

    done = operator.call("map", file, "-o", "sources.toml")

    text = (operator.folder / "sources.toml").read_text(encoding="utf-8")
    [proposed] = tomllib.loads(text)["sources"]
    assert set(proposed["columns"]) == {"product_code", "quantity"}
    assert '# order_reference = "Customer PO"' in text
    assert '# order_reference = "Our Ref"' in text
    assert "expected_date_of_dispatch may be 'Date' or 'Slot'" in done.output
    assert done.exit_code == 1


def test_dates_that_can_be_read_in_two_ways_are_left_open(operator: Any) -> None:
    """No format is proposed where the file does not tell day and month apart."""
    file = operator.drop("o.csv", "Order No,Ship Date,SKU,Qty\nA,05/06/2026,X-1,1\nB,07/06/2026,X-1,2\n")

    done = operator.call("map", file, "-o", "sources.toml")

    [proposed] = tomllib.loads((operator.folder / "sources.toml").read_text(encoding="utf-8"))["sources"]
    assert "date_formats" not in proposed
    assert "DD/MM/YYYY or MM/DD/YYYY" in done.output


def test_totals_titles_and_notes_are_left_out(operator: Any) -> None:
    """The headings are found below titles; totals and notes are skipped; what stands above the table is mentioned."""
    file = drop_export(operator, TRUTH["purchase_order"])

    operator.call("map", file, "-o", "sources.toml")

    text = (operator.folder / "sources.toml").read_text(encoding="utf-8")
    [proposed] = tomllib.loads(text)["sources"]
    assert proposed["heading_row"] == 6
    assert proposed["skip"] == [{"column": "Item Code", "blank": True}]
    assert '# receipt_reference = { value = "PO-26117" }' in text


def test_map_writes_nothing_but_what_it_is_asked_for(operator: Any) -> None:
    """Without -o the folder is as it was; with it, a file that is no proposal is left alone."""
    file = operator.inbox / drop_layout(operator, "woocommerce")
    before = {path: path.read_bytes() for path in operator.folder.rglob("*") if path.is_file()}

    printed = operator.call("map", file)
    refused = operator.call("map", file, "-o", "clarus.toml")

    assert "[[sources]]" in printed.output
    assert refused.exit_code == 2
    assert "clarus.toml is there already" in refused.output
    assert {path: path.read_bytes() for path in operator.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["o.pdf", "o.csv", "o.xlsx"])
def test_a_file_that_cannot_be_read_is_one_sentence(name: str, operator: Any) -> None:
    """Exit code 2, and no traceback."""
    (operator.inbox / name).write_bytes(b"")

    done = operator.call("map", operator.inbox / name)

    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1


def drop_export(operator: Any, truth: dict[str, Any]) -> Path:
    """Put an export into the inbox, as a workbook where it is one."""
    content = (EXPORTS / truth["file"]).read_bytes()
    if not truth.get("workbook"):
        (operator.inbox / truth["file"]).write_bytes(content)
        return Path(operator.inbox / truth["file"])
    book = openpyxl.Workbook()
    for line in content.decode("utf-8").splitlines():
        book.active.append([cell or None for cell in line.split("|")])
    path = Path(operator.inbox / truth["file"]).with_suffix(".xlsx")
    book.save(path)
    return path


def _filled_in(block: str, truth: dict[str, Any]) -> str:
    for heading in truth.get("missing", []):
        written = heading if " " not in heading else f'"{heading}"'
        [line] = [line for line in block.splitlines() if line.startswith(f"# {written} = {{ value =")]
        block = block.replace(line, f'{written} = {{ value = "{VALUES.get(heading, "X")}" }}')
    return block.replace("\n# encoding =", "\nencoding =")


def _proposed(operator: Any, file: Path) -> dict[str, Any]:
    operator.call("map", file, "-o", "sources.toml")
    [proposed] = tomllib.loads((operator.folder / "sources.toml").read_text(encoding="utf-8"))["sources"]
    return dict(proposed)


def _score(proposed: dict[str, Any], truth: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """The required columns that are right, all that are wrong, and the required ones that are left open."""
    found = _origins(proposed["columns"])
    known = {heading.lower(): origin for heading, origin in {**truth["required"], **truth.get("other", {})}.items()}
    required = [heading.lower() for heading in truth["required"]]
    right = [heading for heading in required if found.get(heading) in _listed(known[heading])]
    wrong = [heading for heading, origin in found.items() if origin not in _listed(known.get(heading, []))]
    return right, wrong, [heading for heading in required if heading not in found]


def _listed(origins: str | list[str]) -> list[str]:
    return [origins] if isinstance(origins, str) else origins


def _origins(columns: dict[str, Any]) -> dict[str, str]:
    named = {key.lower(): rule if isinstance(rule, str) else rule.get("from", "") for key, rule in columns.items()}
    return {key: origin for key, origin in named.items() if origin}


def _is_from(origin: str, rule: str) -> bool:
    return origin == rule or f"{{{origin}}}" in rule
