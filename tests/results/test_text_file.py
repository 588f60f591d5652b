"""What comes back for a text file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.extract import Options, extract, raw_records
from pipeline.results.write import write_results
from pipeline.values.outcomes import Status
from pipeline.values.row_results import RowResult
from pipeline.values.tables import RESULT_COLUMNS, Dialect

CREATED = RowResult(Status.CREATED, clarus_id=70, line_id=701)
INVALID = RowResult(Status.INVALID, error="priority: 2000 is not between 1 and 99")


def read_records(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=dialect.encoding, newline="") as file:
        yield from enumerate(csv.reader(file, delimiter=dialect.delimiter), start=1)


def rows_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    return [fields for _, fields in read_records(path, Dialect("utf-8-sig", delimiter))]


def test_every_row_comes_back_with_its_status(tmp_path: Path, report: Any) -> None:
    """The results are the input's bytes and four columns more; titles, blank rows, rows of commas keep their places."""
    source = tmp_path / "orders.csv"
    source.write_text('Orders of May\n\ncode;note\nA;"two\nlines"\n;\n\nB;"x;y"\n', encoding="utf-8")
    made = report(source, {4: CREATED, 7: INVALID}, heading_row=3, dialect=Dialect("utf-8", ";"))

    written = write_results(source, tmp_path, [made], read_records)

    assert written == [tmp_path / "orders.results.csv", tmp_path / "orders.failed.csv"]
    assert written[0].read_bytes().decode("utf-8") == (
        "\ufeffOrders of May\r\n\r\n"
        "code;note;clarus_status;clarus_id;clarus_line_id;clarus_error;clarus_row\r\n"
        'A;"two\nlines";created;70;701;;\r\n'
        ";\r\n\r\n"
        'B;"x;y";invalid;;;priority: 2000 is not between 1 and 99;\r\n'
    )
    assert written[1].read_bytes().decode("utf-8") == (
        "\ufeffOrders of May\r\n\r\n"
        "code;note;clarus_status;clarus_id;clarus_line_id;clarus_error;clarus_row\r\n"
        'B;"x;y";invalid;;;priority: 2000 is not between 1 and 99;\r\n'
    )


def test_the_failed_file_holds_whole_documents(tmp_path: Path, report: Any) -> None:
    """A good row goes with its document's bad one; a row that belongs to none goes by itself."""
    source = tmp_path / "orders.csv"
    source.write_text("code\nA1\nB1\nA2\nstray\nstray, good\n")
    results = {2: CREATED, 3: CREATED, 4: INVALID, 5: INVALID, 6: CREATED}
    made = report(source, results, documents={2: 0, 4: 0, 3: 1})

    _, failed = write_results(source, tmp_path, [made], read_records)

    assert [fields[0] for fields in rows_of(failed)] == ["code", "A1", "A2", "stray"]


def test_nothing_failed_leaves_no_failed_file(tmp_path: Path, report: Any) -> None:
    """A rewrite replaces the results, and removes the failed file once nobody is needed any more."""
    source = tmp_path / "orders.csv"
    source.write_text("code\nA1\n")
    write_results(source, tmp_path, [report(source, {2: INVALID})], read_records)

    written = write_results(source, tmp_path, [report(source, {2: CREATED})], read_records)

    assert written == [tmp_path / "orders.results.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders.csv", "orders.results.csv"]
    assert rows_of(written[0])[1] == ["A1", "created", "70", "701", "", ""]


def test_columns_of_an_earlier_round_are_replaced(tmp_path: Path, report: Any) -> None:
    """However their headings are written and wherever they stand; columns that the user added stay."""
    source = tmp_path / "orders.results.csv"
    source.write_text("code,Clarus Status,CLARUS_ID,clarus_line_id,clarus_error,mine\nA1,invalid,,,old,m\n,,,,,\n")

    written = write_results(source, tmp_path, [report(source, {2: CREATED})], read_records)

    assert rows_of(written[0]) == [
        ["code", "mine", *RESULT_COLUMNS],
        ["A1", "m", "created", "70", "701", "", ""],
        ["", ""],
    ]
    assert written[0].name == "orders.results.results.csv"


def test_surplus_fields_keep_out_of_the_status_columns(tmp_path: Path, report: Any) -> None:
    """A row that is too long has its status in the status columns, and is too long in the results as well."""
    source = tmp_path / "orders.csv"
    source.write_text("code,note\nA1,x,surplus\nA2\n")

    results, _ = write_results(source, tmp_path, [report(source, {2: INVALID, 3: CREATED})], read_records)

    assert rows_of(results)[1] == ["A1", "x", "invalid", "", "", INVALID.error, "", "surplus"]
    assert rows_of(results)[2] == ["A2", "", "created", "70", "701", "", ""]


@pytest.mark.parametrize("bad", ["A1,x,y,z", "A1,x", 'A1,"x,y', 'A1,"x"y,z', "A\x001,x,y"])
def test_a_row_that_could_not_be_split_is_refused_again(tmp_path: Path, report: Any, bad: str) -> None:
    """Uncorrected results dropped in again never send what was refused, though all is quoted and filled up by then."""
    source = tmp_path / "addresses.csv"
    source.write_text(f"customer_code,customer_name,postcode\n{bad}\n")
    [table] = extract(source, Options())
    made = report(source, dict.fromkeys(table.broken, INVALID), broken=list(table.broken), dialect=table.dialect)

    results, _ = write_results(source, tmp_path, [made], raw_records)

    assert list(table.broken) == [2]
    assert list(extract(results, Options())[0].broken) == [2]


@pytest.mark.parametrize("error", ["=cmd|' /C calc'!A0", "+1+cmd", "-x", "@SUM(A1)"])
def test_an_error_never_turns_into_a_formula(tmp_path: Path, report: Any, error: str) -> None:
    """Our own column is guarded; the input's are given back as they were."""
    source = tmp_path / "orders.csv"
    source.write_text("code\n=1+1\n")

    results, _ = write_results(
        source, tmp_path, [report(source, {2: RowResult(Status.REJECTED, error=error)})], read_records
    )

    assert rows_of(results)[1] == ["=1+1", "rejected", "", "", f"'{error}", ""]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, report: Any) -> None:
    """When reading breaks off, the earlier results stay whole and no temporary file is left."""
    source = tmp_path / "orders.csv"
    source.write_text("code\nA1\n")
    write_results(source, tmp_path, [report(source, {2: INVALID})], read_records)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken_off(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
        yield 1, ["code"]
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        write_results(source, tmp_path, [report(source, {2: INVALID})], broken_off)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=6)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(_TEXTS, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_input_columns_come_back_as_they_were(
    report: Any, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    """Whatever the cells hold: as many rows as before, in their order, cell for cell."""
    dialect = Dialect(encoding, delimiter)
    with TemporaryDirectory() as folder:
        source = Path(folder, "orders.txt")
        with source.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([["a", "b", "c"], *rows])
        results = dict.fromkeys(range(2, len(rows) + 2), CREATED)

        [written] = write_results(source, Path(folder), [report(source, results, dialect=dialect)], read_records)

        back = rows_of(written, delimiter)
        assert [fields[:3] for fields in back] == [["a", "b", "c"], *rows]
        assert all(fields[3:] == ["created", "70", "701", "", ""] for fields in back[1:])


def test_words_of_clarus_stay_as_they_are(tmp_path: Path, report: Any) -> None:
    """They may look like ours: rows that have moved are facts, and nobody reads them out of a sentence."""
    source = tmp_path / "a.csv"
    source.write_text("customer_code,customer_name\nA1,x\nA2,y\nA3,z\n", encoding="utf-8")
    words = "Clarus refused it (422): not free because of row 7 of the rack plan; contradicts X in row 3"
    results = {2: CREATED, 3: CREATED, 4: RowResult(Status.REJECTED, error=words)}

    _, failed = write_results(source, tmp_path, [report(source, results)], read_records)

    assert rows_of(failed)[1] == ["A3", "z", "rejected", "", "", words, ""]
