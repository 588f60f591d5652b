"""Every bad file has one right outcome, which lies beside it in `<name>.expected.json`.

`pytest tests/promises/corpus --rewrite-expected` writes what comes out now; read the difference before it is committed.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.cli import main
from pipeline.extract.encoding import find_encoding
from pipeline.values.tables import Dialect
from tests.promises.corpus.workbooks import WORKBOOKS
from tests.support.records import cells_by_row

HERE = Path(__file__).parent
STATUS_COLUMNS = ["clarus_status", "clarus_id", "clarus_line_id", "clarus_error", "clarus_row"]
REFUSED = "correct this row, then delete this cell"
TEXTS = sorted(path.name for path in (HERE / "text").iterdir() if path.suffix in (".csv", ".txt", ".tsv"))

Json = dict[str, Any]
Grid = dict[int, list[str]]  # the cells of each row that holds any, blank ones at its end left out


@dataclass(frozen=True, slots=True)
class Attempt:
    """What `check` and a run against the sandbox make of a file."""

    source: Path
    checked: Json
    summary: Json
    issues: list[dict[str, str]]
    results: Path | None


@pytest.fixture(scope="session")
def attempt(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Attempt]:
    """Tries a file of the corpus with the configuration that belongs to it, in a folder of its own; once."""

    @cache
    def tried(name: str) -> Attempt:
        folder = tmp_path_factory.mktemp("corpus")
        if beside(name, ".toml").exists():
            shutil.copy(beside(name, ".toml"), folder / "clarus.toml")
        source = folder / name
        if name in WORKBOOKS:
            WORKBOOKS[name](source)
        else:
            shutil.copy(HERE / "text" / name, source)
        with chdir(folder):
            checked = told("check", "--json", name)
            [summary] = told("run", "--sandbox", "--json", name)["runs"]
        outbox = folder / "outbox" / summary["run"]
        with (outbox / "issues.csv").open(encoding="utf-8-sig", newline="") as file:
            issues = list(csv.DictReader(file))
        return Attempt(source, checked, summary, issues, next(outbox.glob("*.results.*"), None))

    return tried


@pytest.mark.parametrize("name", [*TEXTS, *WORKBOOKS])
def test_each_file_has_its_one_outcome(
    name: str, attempt: Callable[[str], Attempt], request: pytest.FixtureRequest
) -> None:
    """Problems with row, column, value and hint, the status of each row, and the exit codes are as expected."""
    expected = beside(name, ".expected.json")

    found = as_text(outcome(attempt(name)))

    if request.config.getoption("rewrite_expected"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*TEXTS, *WORKBOOKS])
def test_a_run_says_what_a_check_says(name: str, attempt: Callable[[str], Attempt]) -> None:
    """Every problem of `check` is in issues.csv; only Clarus and the rows' documents have more to say there."""
    tried = attempt(name)

    # An apostrophe keeps Excel from taking a text for a formula.
    said = Counter(
        (issue["row"], issue["column"], issue["severity"], issue["message"].removeprefix("'")) for issue in tried.issues
    )

    assert tried.checked["exit_code"] <= tried.summary["exit_code"]
    checked = Counter(
        (str(problem["row"] or ""), problem["column"], problem["severity"], problem["message"])
        for file in tried.checked["files"]
        for problem in file.get("problems", ())
    )
    assert checked <= said


@pytest.mark.parametrize("name", [*TEXTS, *WORKBOOKS])
def test_rows_in_are_rows_out(name: str, attempt: Callable[[str], Attempt]) -> None:
    """The results have the input's rows and cells; the statuses add up; a row without any value has none."""
    tried = attempt(name)

    tables = {file["sheet"]: file for file in tried.summary["files"] if "rows" in file}

    assert bool(tried.results) == bool(tables)
    assert sum(table["rows"] for table in tables.values()) == sum(tried.summary["statuses"].values())
    if tried.results is None:
        return
    is_text = tried.results.suffix != ".xlsx"
    before = grids(tried.source, delimiter_of(tried.results) if is_text else "")
    after = grids(tried.results)
    assert list(before) == list(after)
    for sheet, rows in after.items():
        assert of_the_input(rows) == of_the_input(before[sheet])
        if sheet in tables:
            statuses = Counter(cells[STATUS_COLUMNS[0]] for cells in told_rows(rows).values())
            assert statuses == tables[sheet]["statuses"]
            assert statuses.total() == tables[sheet]["rows"]


def test_every_expectation_belongs_to_a_file() -> None:
    """Nothing is left of files that are gone."""
    names = {HERE / ("workbooks" if name in WORKBOOKS else "text") / Path(name).stem for name in [*TEXTS, *WORKBOOKS]}

    stored = {path.with_name(path.name.partition(".")[0]) for path in HERE.glob("*/*.*") if path.suffix != ".pyc"}

    assert stored <= names


def told(*arguments: str) -> Json:
    """Call a command and read the JSON that it prints."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.stderr
    assert "Traceback" not in result.stderr
    printed: Json = json.loads(result.stdout)
    assert printed["exit_code"] == result.exit_code
    return printed


def beside(name: str, suffix: str) -> Path:
    """What lies beside a file of the corpus."""
    return HERE / ("workbooks" if name in WORKBOOKS else "text") / f"{Path(name).stem}{suffix}"


def outcome(tried: Attempt) -> Json:
    """What is expected of a file: told for people who compare it with the file."""
    issues = [{key: value for key, value in issue.items() if value and key != "file"} for issue in tried.issues]
    rows: dict[str, dict[str, list[int]]] = {}
    for sheet, grid in (grids(tried.results) if tried.results else {}).items():
        for row, cells in told_rows(grid).items():
            rows.setdefault(sheet, {}).setdefault(cells[STATUS_COLUMNS[0]], []).append(row)
    return {
        "exit codes": {"check": tried.checked["exit_code"], "run": tried.summary["exit_code"]},
        "rows": rows[""] if list(rows) == [""] else rows,
        "problems": issues,
    }


def as_text(found: Json) -> str:
    """JSON with a line for each problem, so that a difference is read easily."""
    problems = ",\n    ".join(json.dumps(problem, ensure_ascii=False) for problem in found["problems"])
    lines = [f"  {json.dumps(key)}: {json.dumps(found[key])}," for key in ("exit codes", "rows")]
    return "\n".join(["{", *lines, '  "problems": [' + (f"\n    {problems}\n  " if problems else "") + "]", "}\n"])


def grids(path: Path, delimiter: str = "") -> dict[str, Grid]:
    """The cells of a file as they are written, by sheet: of a workbook as openpyxl reads it.

    Text files are results, unless the delimiter is given.
    """
    if path.suffix == ".xlsx":
        if path.stem.startswith("strict_"):
            return {}  # openpyxl does not read this edition of the standard
        return {sheet.title: _grid_of(sheet) for sheet in openpyxl.load_workbook(path).worksheets}
    if delimiter:
        return {"": _without_ends(cells_by_row(path, Dialect(find_encoding(path, "cp1252"), delimiter)))}
    text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(path))
    return {"": _without_ends(enumerate(records, start=1))}


def delimiter_of(results: Path) -> str:
    """What stands between the headings of results."""
    text = results.read_bytes().decode("utf-8-sig", "surrogateescape")
    return text[text.index(STATUS_COLUMNS[0]) - 1]


def told_rows(rows: Grid) -> dict[int, dict[str, str]]:
    """The status columns of each row that has a status, by row number."""
    heading = _heading_row(rows)
    found = {
        number: {name: cell for name in STATUS_COLUMNS if (cell := _cell(row, rows[heading].index(name)))}
        for number, row in rows.items()
        if number > heading
    }
    return {number: cells for number, cells in found.items() if STATUS_COLUMNS[0] in cells}


def of_the_input(rows: Grid) -> Grid:
    """The cells without the status columns, and without what marks a row that is to be refused again."""
    heading = _heading_row(rows)
    places = {rows[heading].index(name) for name in STATUS_COLUMNS if name in rows.get(heading, ())}
    kept = {
        number: [cell for at, cell in enumerate(row) if (at not in places or number < heading) and cell != REFUSED]
        for number, row in rows.items()
    }
    return _without_ends(kept.items())


def _heading_row(rows: Grid) -> int:
    return next((number for number, row in rows.items() if STATUS_COLUMNS[0] in row), max(rows, default=0))


def _grid_of(sheet: Worksheet) -> Grid:
    rows: Grid = {}
    # The filled cells only: a sheet may have one at its very end.
    for (row, column), cell in sorted(sheet._cells.items()):
        cells = rows.setdefault(row, [])
        cells += [""] * (column - 1 - len(cells))
        cells.append("" if cell.value is None else str(cell.value))
    return _without_ends(rows.items())


def _without_ends(rows: Iterable[tuple[int, Sequence[str]]]) -> Grid:
    found = {}
    for number, row in rows:
        if width := max((at for at, cell in enumerate(row, start=1) if cell), default=0):
            found[number] = list(row[:width])
    return found


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if at < len(row) else ""
