"""Validate: every wrong cell is found and told, and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from pipeline.extract import Options, extract
from pipeline.validate import Rules, validate, validate_all
from pipeline.values.clean_tables import CleanTable
from pipeline.values.problems import Problem, Severity
from schemas.vocabulary.dates import Reading

Validate = Callable[..., CleanTable]

ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"


def errors(clean: CleanTable) -> list[Problem]:
    return [problem for problem in clean.problems if problem.severity is Severity.ERROR]


def warnings(clean: CleanTable) -> list[Problem]:
    return [problem for problem in clean.problems if problem.severity is Severity.WARNING]


def cells(clean: CleanTable, heading: str) -> list[object]:
    """The values of a column, row by row; None where a cell is blank or wrong."""
    column = clean.columns[heading]
    return [column.values[code] if code >= 0 else None for code in column.codes]


@pytest.mark.parametrize(
    ("heading", "value", "message", "hint"),
    [
        ("priority", "2000", "2000 is not between 1 and 99 (a Clarus limit)", ""),
        ("priority", "0", "0 is not between 1 and 99 (a Clarus limit)", ""),
        ("priority", "high", "high is not a whole number", "write digits only, with a point before decimals"),
        ("priority", "1.5", "1.5 is not a whole number", "write it without decimals"),
        ("drop_sequence", "-1", "-1 is less than 0 (a Clarus limit)", ""),
        ("allow_duplicate", "maybe", "maybe is neither true nor false", "write TRUE or FALSE"),
        ("country_code", "UK", "UK is not a country code", "write GB"),
        ("recipient_email", "nobody", "nobody is not an e-mail address", "write an address such as jo@example.com"),
        (
            "postcode",
            "12345678901",
            "12345678901 is longer than 10 characters (a Clarus limit)",
            "it has 11 characters",
        ),
        ("quantity_dimension", "cases", "cases is not one of unit, case", "did you mean case?"),
        ("load_reference", "5.01235E+12", "5.01235E+12 was shortened by Excel", "format the column as Text"),
        ("sales_order_datetime1", "2026-02-30", "2026-02-30 is a date or time that does not exist", ""),
        ("sales_order_datetime1", "10/06/2026", "10/06/2026 is not a date in the form YYYY-MM-DD", "write it like"),
        ("line_integer1", "1234567890123456", "1234567890123456 has more than 15 digits", ""),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_its_column_its_value_and_a_way_to_mend_it(
    validated: Validate, heading: str, value: str, message: str, hint: str
) -> None:
    """Whoever has the spreadsheet open finds the cell, and knows what to write instead."""
    clean = validated(f"{ORDER},{heading}\nO-1,ACME,2026-06-10,P-1,1,\nO-1,,,P-2,1,{value}\n")

    [problem] = errors(clean)
    assert (problem.row, problem.column, problem.value) == (3, heading, value)
    assert problem.message.startswith(message)
    assert problem.hint.startswith(hint)
    assert cells(clean, heading) == [None, None]


def test_several_wrong_cells_of_one_row_are_all_told(validated: Validate) -> None:
    """Nobody has to correct a row three times because each run tells one fault."""
    clean = validated(f"{ORDER},priority,country_code\nO-1,ACME,soon,P-1,none,2000,UK\n")

    assert [(problem.row, problem.column) for problem in errors(clean)] == [
        (2, "expected_date_of_dispatch"),
        (2, "priority"),
        (2, "country_code"),
        (2, "quantity"),
    ]


def test_a_cell_that_cannot_be_converted_hides_no_other_wrong_cell_of_its_column(validated: Validate) -> None:
    """A text where a number belongs does not stop the limits from being checked in the rows beside it."""
    clean = validated(
        f"{ORDER},priority\nO-1,ACME,2026-06-10,P-1,x,abc\nO-2,ACME,2026-06-10,P-1,0,2000\nO-3,ACME,2026-06-10,P-1,3,7\n"
    )

    assert [(problem.row, problem.column) for problem in errors(clean)] == [
        (2, "priority"),
        (3, "priority"),
        (2, "quantity"),
        (3, "quantity"),
    ]
    assert cells(clean, "priority") == [None, None, 7]


def test_a_value_that_breaks_several_rules_is_told_once(validated: Validate) -> None:
    """One cell, one problem: the first rule that it breaks."""
    clean = validated(f"{ORDER},recipient_email\nO-1,ACME,2026-06-10,P-1,1,{'x' * 300}\n")

    [problem] = errors(clean)
    assert problem.message.startswith("x" * 59 + "… is not an e-mail address")
    assert problem.value == "x" * 300


def test_the_same_wrong_value_is_told_for_each_of_its_rows(validated: Validate) -> None:
    """Different values are checked once, but every row hears of it."""
    clean = validated(f"{ORDER}\n" + "".join(f"O-{n},ACME,2026-06-10,P-1,none\n" for n in range(5)))

    assert [problem.row for problem in errors(clean)] == [2, 3, 4, 5, 6]


def test_many_different_values_are_checked_to_the_last(validated: Validate) -> None:
    """Columns are checked block by block; the wrong value beyond the first block keeps its row."""
    rows = [f"O-{n},ACME,2026-06-10,P-1,{n + 1}\n" for n in range(50_001)]
    rows[50_000] = "O-50000,ACME,2026-06-10,P-1,none\n"

    clean = validated(f"{ORDER}\n" + "".join(rows))

    assert [(problem.row, problem.value) for problem in errors(clean)] == [(50_002, "none")]


def test_values_become_what_the_api_takes(validated: Validate) -> None:
    """Numbers, flags, words and dates are converted; codes keep their zeros."""
    clean = validated(
        f"{ORDER},priority,allow_duplicate,quantity_dimension,country_code\n0012,ACME,2026-06-10,007,2.50,3.0,Yes,CASE,gb\n"
    )

    assert not errors(clean)
    assert {heading: cells(clean, heading)[0] for heading in clean.columns} == {
        "order_reference": "0012",
        "account_code": "ACME",
        "expected_date_of_dispatch": "2026-06-10T00:00:00+00:00",
        "product_code": "007",
        "quantity": 2.5,
        "priority": 3,
        "allow_duplicate": True,
        "quantity_dimension": "case",
        "country_code": "GB",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-06-10", "2026-06-10T00:00:00+01:00"),
        ("2026-01-10 14:30", "2026-01-10T14:30:00+00:00"),
        ("2026-06-10T14:30:00Z", "2026-06-10T14:30:00+00:00"),
        ("2026-06-10T14:30:00-05:00", "2026-06-10T14:30:00-05:00"),
        ("10/06/2026", "2026-06-10T00:00:00+01:00"),
    ],
)
def test_dates_are_read_as_configured_and_given_the_configured_zone(validated: Validate, text: str, value: str) -> None:
    """A date without a zone means the warehouse's; one with a zone keeps it."""
    rules = Rules(reading=Reading(ZoneInfo("Europe/London"), ("%d/%m/%Y",)))

    clean = validated(f"{ORDER}\nO-1,ACME,{text},P-1,1\n", rules)

    assert cells(clean, "expected_date_of_dispatch") == [value]


@pytest.mark.parametrize(
    ("text", "told"), [("2026-03-29 01:30", "does not exist"), ("2026-10-25 01:30", "exists twice")]
)
def test_an_hour_of_a_clock_change_is_not_guessed(validated: Validate, text: str, told: str) -> None:
    """The hour that the clocks skip or repeat is an error that says so."""
    rules = Rules(reading=Reading(ZoneInfo("Europe/London")))

    clean = validated(f"{ORDER}\nO-1,ACME,{text},P-1,1\n", rules)

    assert told in errors(clean)[0].message


def test_words_of_the_file_are_read_as_words_of_clarus(validated: Validate) -> None:
    """Whatever their case and the blanks around; and a word that nobody has translated is told as it is written."""
    rules = Rules(words={"country_code": {"uk": "GB", "great britain": "GB"}, "quantity_dimension": {"stk": "unit"}})
    text = f"{ORDER},country_code,quantity_dimension\n" + "".join(
        f"O-{n},ACME,2026-06-10,P-1,1,{country},{dimension}\n"
        for n, (country, dimension) in enumerate([("UK", "Stk"), (" Great Britain ", "unit"), ("FR", "Stck")])
    )

    clean = validated(text, rules)

    assert cells(clean, "country_code") == ["GB", "GB", "FR"]
    assert cells(clean, "quantity_dimension") == ["unit", "unit", None]
    assert [(problem.row, problem.value) for problem in errors(clean)] == [(4, "Stck")]


def test_defaults_are_those_of_the_configuration_before_those_of_the_contract(validated: Validate) -> None:
    """They are converted like cells."""
    rules = Rules(defaults={"goods_out_type": "Work_Order", "priority": "5.0", "account_code": "ACME"})

    clean = validated("order_reference,expected_date_of_dispatch,product_code,quantity\nO-1,2026-06-10,P-1,1\n", rules)

    assert clean.defaults == {"goods_out_type": "work_order", "priority": 5, "account_code": "ACME"}


UNSENT = f"{ORDER},account_product_code,our mark,empty_one\n"
UNSENT_ROWS = "O-1,ACME,2026-06-10,P-1,1,X-1,a,\nO-2,ACME,2026-06-10,P-1,1,,b,\nO-3,ACME,2026-06-10,P-1,1,X-3,c,\n"


def test_columns_that_are_not_sent_are_told_once_with_the_number_of_their_cells(validated: Validate) -> None:
    """A warning per cell would bury the rest; an empty column is no news."""
    clean = validated(UNSENT + UNSENT_ROWS)

    assert not errors(clean)
    assert [(problem.column, problem.full_message[-18:]) for problem in warnings(clean)] == [
        ("account_product_code", "(filled in 2 rows)"),
        ("our mark", "(filled in 3 rows)"),
    ]
    assert all(problem.row == 0 for problem in warnings(clean))


def test_columns_that_are_not_sent_can_be_made_errors_of_their_rows(validated: Validate) -> None:
    """Each filled cell is one; a column that nobody knows stays a warning, since nobody knows what it means."""
    clean = validated(UNSENT + UNSENT_ROWS, Rules(unsent_columns="error"))

    assert [(problem.row, problem.column, problem.value) for problem in errors(clean)] == [
        (2, "account_product_code", "X-1"),
        (4, "account_product_code", "X-3"),
    ]
    assert [problem.column for problem in warnings(clean)] == ["our mark"]


def test_columns_that_are_not_sent_can_be_silenced(validated: Validate) -> None:
    """Some exports have dozens of them every night."""
    rules = Rules(unsent_columns="ignore", unknown_columns="ignore")

    assert validated(UNSENT + UNSENT_ROWS, rules).problems == []


def test_a_heading_that_nobody_knows_is_told_with_the_one_it_looks_like(validated: Validate) -> None:
    """A misspelt optional column is not lost: the file waits until somebody says what it is."""
    clean = validated(f"{ORDER},postcod\nO-1,ACME,2026-06-10,P-1,1,N1\n")

    [problem] = errors(clean)
    assert (problem.row, problem.column, problem.message) == (
        0,
        "postcod",
        "is nearly postcode, which the file does not have: no row of the file is sent",
    )
    assert problem.hint.startswith("did you mean postcode? Rename it, map it in [columns.orders]")


def workbook(folder: Path, heading: str, cell: str) -> Path:
    """An order of which one cell is a formula with an error."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append([*ORDER.split(","), heading])
    book.active.append(["O-1", "ACME", "2026-06-10", "P-1", 1, cell])
    book.save(folder / "orders.xlsx")
    return folder / "orders.xlsx"


def test_a_cell_that_could_not_be_read_is_told_once(tmp_path: Path) -> None:
    """An error of Excel in a number column is that, and not a wrong number as well."""
    [table] = extract(workbook(tmp_path, "priority", "#REF!"), Options())

    clean = validate(table, Rules())

    assert [(problem.row, problem.column, problem.value) for problem in errors(clean)] == [(2, "priority", "#REF!")]


@pytest.mark.parametrize("heading", ["account_product_code", "our own sums"])
def test_a_cell_that_could_not_be_read_in_a_column_that_is_not_sent_holds_nothing_back(
    tmp_path: Path, heading: str
) -> None:
    """It is told, but the order goes."""
    [table] = extract(workbook(tmp_path, heading, "#DIV/0!"), Options())

    clean = validate(table, Rules())

    assert not errors(clean)
    assert (2, heading, "#DIV/0!") in [(p.row, p.column, p.value) for p in warnings(clean)]


def test_tables_that_are_checked_together_end_as_each_would_alone(tmp_path: Path) -> None:
    """Files of several record types, some columns missing in some, some without a row, wrong cells in any place."""
    needed = ["order_reference", "account_code", "expected_date_of_dispatch", "product_code", "quantity"]
    headings = [*needed, "quantity_dimension", "priority"]
    tables = []
    for number in range(12):
        own = headings[: 6 + number % 2]
        wrong = ["x" if (number + row) % 3 else "5" for row in range(number % 4)]
        rows = [[f"O{number}", "ACME", "2026-12-01", "P", quantity, "unit", "2000"] for quantity in wrong]
        if number % 4 == 3:
            lines = [
                "Code,Description,Unit Stock Unit Type Code",
                *(f"P{row},{'x' * 300 if row else 'x'},EACH" for row in range(number)),
            ]
        else:
            lines = [",".join(line[: len(own)]) for line in (own, *rows)]
        path = tmp_path / f"{number}.csv"
        path.write_text("\n".join(lines))
        tables += extract(path, Options())

    together = validate_all(tables, [Rules()] * len(tables))

    alone = [validate(table, Rules()) for table in tables]
    assert [clean.problems for clean in together] == [clean.problems for clean in alone]
    assert any(clean.problems for clean in alone)
    for one, other in zip(together, alone, strict=True):
        assert {heading: cells.values for heading, cells in one.columns.items()} == {
            heading: cells.values for heading, cells in other.columns.items()
        }
