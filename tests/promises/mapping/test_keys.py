"""Each key of a block, from the file that is dropped to what Clarus holds."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

HEADINGS = "Name,Date,Item,Qty\n"
COLUMNS = """[sources.columns]
order_reference = "Name"
account_code = { value = "ACME" }
expected_date_of_dispatch = "Date"
product_code = { from = "Item", upper = true }
quantity = "Qty"
"""


def _block(keys: str = "", match: str = "shop*.csv", columns: str = COLUMNS) -> str:
    return f'[[sources]]\nmatch = "{match}"\ntype = "orders"\n{keys}\n{columns}'


def _row(reference: str = "A", quantity: str = "1", date: str = "2026-12-01") -> str:
    return f'{reference},{date},demo-002,"{quantity}"\n'


def _orders(operator: Any) -> dict[str, list[float]]:
    """The quantities of each order that Clarus holds."""
    return {
        record.attributes["reference"]: [line.attributes["order_quantity"] for line in record.lines]
        for record in operator.clarus.records("goods_outs")
    }


def _book(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


@pytest.mark.parametrize(
    "keys",
    ['skip = [{ column = "Estado", is = "void" }]', 'fill_down = ["Estado"]', 'fill_down = ["Qty"]\nfill_within = "H"'],
)
def test_a_missing_column_that_only_a_rule_for_rows_names_holds_the_file(operator: Any, keys: str) -> None:
    """Without it nobody knows which rows are to be left out: nothing is sent."""
    operator.configure("", _block(keys))
    operator.drop("shop.csv", HEADINGS + _row())

    done = operator.call("run")

    assert done.exit_code == 1
    assert "no such heading is in the file" in done.output
    assert operator.posts() == 0


def test_a_row_whose_filled_cell_decides_whether_it_is_left_out_is_held_below_a_broken_one(operator: Any) -> None:
    """The cancelled order above it may be its own: it is not sent."""
    operator.configure("", _block('fill_down = ["Status"]\nskip = [{ column = "Status", is = "void" }]'))
    rows = ("A,2026-12-01,demo-002,1,void", "A,2026-12-01,demo-002,1,x,y", "B,2026-12-01,demo-002,1,")
    operator.drop("shop.csv", "Name,Date,Item,Qty,Status\n" + "\n".join(rows))

    done = operator.call("run")

    assert operator.statuses("shop.results.csv") == ["noted", "invalid", "invalid"]
    assert "row 4: Status: is blank" in done.output
    assert operator.posts() == 0


def test_skipped_rows_give_their_values_to_those_below(operator: Any) -> None:
    """The order's own row has no item; its lines have no order."""
    operator.configure("", _block('fill_down = ["Name", "Date"]\nskip = [{ column = "Item", blank = true }]'))
    operator.drop("shop.csv", HEADINGS + "A,2026-12-01,,\n,,demo-002,1\n,,demo-002,2\nB,2026-12-02,,\n,,demo-002,5\n")

    assert operator.call("run").exit_code == 0
    assert _orders(operator) == {"A": [1, 2], "B": [5]}


def test_numbers_of_cells_and_of_texts_are_read_alike_in_a_workbook(operator: Any) -> None:
    """A cell that holds 1.234 is no thousand, whatever marks the texts beside it have."""
    operator.configure("", _block('decimal = ","\nthousands = "."', "shop*.xlsx"))
    given = {"A": 1.234, "B": "1.234", "C": "1.234,5", "D": 7}
    rows = [[name, "2026-12-01", "demo-002", quantity] for name, quantity in given.items()]
    _book(operator.inbox / "shop.xlsx", {"S": [["Name", "Date", "Item", "Qty"], *rows, ["E", "x", "demo-002", 2.5]]})

    assert operator.call("run").exit_code == 1
    assert _orders(operator) == {"A": [1.234], "B": [1234], "C": [1234.5], "D": [7]}

    operator.correct(operator.runs()[-1] / "shop.failed.xlsx", "back.xlsx", {"x": "2026-12-02"})

    assert operator.call("run").exit_code == 0
    assert _orders(operator)["E"] == [2.5]


def test_sheets_of_one_workbook_have_blocks_of_their_own(operator: Any) -> None:
    """Each sheet is read by the block that names it, and every row comes back."""
    products = '[[sources]]\nmatch = "*.xlsx"\nsheet = "Artikel"\ntype = "products"\n[sources.columns]\nCode = "Nr"\n'
    products += 'Description = "Text"\n"Unit Stock Unit Type Code" = { value = "EACH" }\n'
    operator.configure("", _block('sheet = "Auftr*"\ndate_formats = ["%d.%m.%Y"]', "*.xlsx") + products)
    orders = [["Name", "Date", "Item", "Qty"], ["A", "01.12.2026", "zz-1", 2]]
    _book(operator.inbox / "alles.xlsx", {"Aufträge": orders, "Artikel": [["Nr", "Text"], ["ZZ-1", "Zett"]]})

    assert operator.call("run").exit_code == 0
    assert _orders(operator) == {"A": [2]}
    results = openpyxl.load_workbook(operator.runs()[-1] / "alles.results.xlsx")
    assert [results[name]["E2" if name == "Aufträge" else "C2"].value for name in results.sheetnames] == ["created"] * 2


def test_the_first_block_that_matches_is_used_and_folders_keep_their_names(operator: Any) -> None:
    """Files of two sub-folders, alike but for their place, are read by their own blocks."""
    double = COLUMNS.replace('"Qty"', '{ from = "Qty", times = 2 }')
    operator.configure("", _block("", "one/*.csv") + _block("", "two/*.csv", double) + _block("", "*.csv"))
    for number, folder in enumerate(("one", "two", ".")):
        (operator.inbox / folder).mkdir(exist_ok=True)
        (operator.inbox / folder / "o.csv").write_text(HEADINGS + _row("ABC"[number]), encoding="utf-8")

    assert operator.call("run").exit_code == 0
    assert _orders(operator) == {"A": [1], "B": [2], "C": [1]}
    assert {"one-o.results.csv", "two-o.results.csv", "o.results.csv"} <= {
        p.name for p in operator.runs()[-1].iterdir()
    }


def _zipped(path: Path, text: str) -> Path:
    with ZipFile(path.with_suffix(".zip"), "w") as package:
        package.writestr("shop1.csv", text)
    return path


def _gzipped(path: Path, text: str) -> Path:
    path.with_name("shop1.csv.gz").write_bytes(gzip.compress(text.encode()))
    return path


@pytest.mark.parametrize("pack", [_zipped, _gzipped])
def test_a_packed_file_is_read_by_the_block_for_its_name(operator: Any, pack: Callable[[Path, str], Path]) -> None:
    """The name is that of the file inside."""
    operator.configure("", _block())
    pack(operator.inbox / "bundle.csv", HEADINGS + _row())

    assert operator.call("run").exit_code == 0
    assert _orders(operator) == {"A": [1]}


def test_a_profile_holds_for_the_files_of_its_block_alone(operator: Any) -> None:
    """Its dates and defaults are those of no other file."""
    profile = '[profiles.shop]\ntimezone = "Europe/Berlin"\n[profiles.shop.defaults.orders]\nnotes = "by post"\n'
    operator.configure("", _block('profile = "shop"') + profile)
    operator.drop("shop.csv", HEADINGS + _row())
    headings = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity\n"
    operator.drop("plain.csv", f"{headings}P,ACME,2026-12-01,DEMO-002,1\n")

    assert operator.call("run").exit_code == 0
    found = {record.attributes["reference"]: record.attributes for record in operator.clarus.records("goods_outs")}
    assert found["A"]["expected_date_of_dispatch"].endswith("+01:00")
    assert (found["A"]["order_notes"], found["P"].get("order_notes")) == ("by post", None)
    assert not found["P"]["expected_date_of_dispatch"].endswith("+01:00")


@pytest.mark.parametrize(("above", "keys"), [(0, ""), (19, ""), (24, "heading_row = 25")])
def test_the_row_of_headings_is_found_or_said(operator: Any, above: int, keys: str) -> None:
    """Among the first 20 rows; further down where the block says so."""
    operator.configure("", _block(keys))
    operator.drop("shop.csv", "Report,,,\n" * above + HEADINGS + _row())

    assert operator.call("run").exit_code == 0
    assert _orders(operator) == {"A": [1]}


def test_what_applies_afterwards_still_does(operator: Any) -> None:
    """[defaults] fill what the block left blank, [values] change the words that it made."""
    after = '[defaults.orders]\nwarehouse_code = "WHS01"\n[values.orders.notes]\nrush = "Express"\n'
    operator.configure("", _block("", columns=COLUMNS + 'notes = { from = "Note", lower = true }\n') + after)
    operator.drop("shop.csv", "Name,Date,Item,Qty,Note\nA,2026-12-01,demo-002,1,RUSH\n")

    assert operator.call("run").exit_code == 0
    [record] = operator.clarus.records("goods_outs")
    assert record.attributes["order_notes"] == "Express"
    assert record.attributes["warehouse_id"]


def test_a_fixed_value_goes_through_its_rules_too(operator: Any) -> None:
    """`value` stands where `from` stands."""
    operator.configure("", _block("", columns=COLUMNS + 'notes = { value = "ab", upper = true, pad = 4 }\n'))
    operator.drop("shop.csv", HEADINGS + _row())

    assert operator.call("run").exit_code == 0
    [record] = operator.clarus.records("goods_outs")
    assert record.attributes["order_notes"] == "00AB"


def test_a_column_that_contradicts_its_decimal_mark_is_held(operator: Any) -> None:
    """1.5 beside 1,5: whatever could be read either way is not sent; 2 is 2 in any case."""
    operator.configure("", _block('decimal = ","'))
    operator.drop("shop.csv", HEADINGS + _row("A", "1,5") + _row("B", "1.5") + _row("C", "2"))

    assert operator.call("run").exit_code == 1
    assert _orders(operator) == {"C": [2]}


def test_merged_cells_hold_for_all_their_rows(operator: Any) -> None:
    """As in any other workbook: what is of the order holds for its lines; a quantity for no line but its own."""
    operator.configure("", _block('skip = [{ column = "State", is = "void" }]', "shop*.xlsx"))
    rows = [["A", "2026-12-01", "demo-002", 1, "open"], [None, None, "demo-002", 2, None]]
    rows += [["B", "2026-12-01", "demo-002", 3, "void"], [None, None, "demo-002", 4, None]]
    rows += [["C", "2026-12-01", "demo-002", 5, "open"], ["C", None, "demo-002", None, None]]
    _book(operator.inbox / "shop.xlsx", {"S": [["Name", "Date", "Item", "Qty", "State"], *rows]})
    book = openpyxl.load_workbook(operator.inbox / "shop.xlsx")
    for cells in ("A2:A3", "B2:B3", "E2:E3", "A4:A5", "B4:B5", "E4:E5", "D6:D7"):
        book.active.merge_cells(cells)
    book.save(operator.inbox / "shop.xlsx")

    done = operator.call("run")

    assert _orders(operator) == {"A": [1, 2]}
    assert "row 7, Qty: is merged with row 6" in done.output


@pytest.mark.parametrize("rule", ['"{N} {M}"', '{ from = "N", pad = 8 }', '{ from = "N", replace = { "/" = "-" } }'])
def test_no_rule_hides_an_error_of_a_spreadsheet(operator: Any, rule: str) -> None:
    """#N/A inside another text would be sent as if it meant something."""
    operator.configure("", _block("", columns=f"{COLUMNS}notes = {rule}\n"))
    rows = "A,2026-12-01,demo-002,1,#N/A,x\nB,2026-12-01,demo-002,1,fine,x\n"
    operator.drop("shop.csv", f"Name,Date,Item,Qty,N,M\n{rows}")

    done = operator.call("run")

    assert done.exit_code == 1
    assert "#N/A is an error of a spreadsheet" in done.output
    assert _orders(operator) == {"B": [1]}


def test_a_word_for_nothing_may_be_mapped_or_named(operator: Any) -> None:
    """What the block says something of is no longer doubted."""
    operator.configure("", _block("", columns=COLUMNS + 'notes = { from = "N", map = { NULL = "none given" } }\n'))
    operator.drop("shop.csv", "Name,Date,Item,Qty,N\nA,2026-12-01,demo-002,1,NULL\n")

    assert operator.call("run").exit_code == 0
    [record] = operator.clarus.records("goods_outs")
    assert record.attributes["order_notes"] == "none given"


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        ('"{N} {M}"', True),
        ('{ from = "N", pad = 8 }', True),
        ("""{ from = "N", strip = "'", pad = 8 }""", False),
        ('{ from = "N", upper = true }', False),
    ],
)
def test_no_rule_buries_the_mark_of_a_text(operator: Any, rule: str, held: bool) -> None:
    """The apostrophe before '12 would be sent in the middle of another text, where nobody takes it off."""
    operator.configure("", _block("", columns=f"{COLUMNS}notes = {rule}\n"))
    operator.drop("shop.csv", "Name,Date,Item,Qty,N,M\nA,2026-12-01,demo-002,1,'12,x\nB,2026-12-01,demo-002,1,12,x\n")

    done = operator.call("run")

    assert done.exit_code == held, done.output
    assert ("begins with a mark that says that it is text" in done.output) is held
    assert set(_orders(operator)) == ({"B"} if held else {"A", "B"})
    notes = [record.attributes["order_notes"] for record in operator.clarus.records("goods_outs")]
    assert not any("'" in note for note in notes)
