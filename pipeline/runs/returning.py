"""Rows that come back from an earlier run: what was kept of them, and files without the key of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.extract import Options, extract
from pipeline.extract.returned import Original, first_key, keys_of, restore
from pipeline.results.issues import ISSUES, read_issues
from pipeline.results.names import RESERVED_NAMES, result_names
from pipeline.runs.places import place_of
from pipeline.runs.reading import ReadFile, StageOptions, extract_file
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_keys import TableKey, table_key
from pipeline.values.tables import ROW_KEY, Table

_DEEPEST = 20  # rounds of correcting and dropping in again that are followed back


@dataclass(slots=True)
class KeptInputs:
    """The inputs that lie in the run folders of an outbox, read when rows come back that were in them."""

    outbox: Path
    options: StageOptions
    _found: dict[TableKey, Original | None] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)  # runs and files in them that have been read
    _depth: int = 0

    def restored(self, files: Sequence[ReadFile]) -> list[ReadFile]:
        """The files, with the cells that a spreadsheet has changed as they were; rows without their key are held."""
        return [replace(file, tables=tuple(map(self._restored, file.tables))) for file in files]

    def read(self, path: Path) -> list[Table]:
        """The tables of one file, restored likewise.

        Raises:
            UnreadableFile: it cannot be read.
        """
        return [self._restored(table) for table in extract(path, self.how_read(path) or self.options.options(path))]

    def how_read(self, path: Path) -> Options | None:
        """How results that came back are read: as the file was that they are of; None for any other file."""
        if not self.options.settings.sources or (key := first_key(path)) is None:
            return None
        original = self.find(key.table)
        if original is None:
            return self.options.files.options_of_results(place_of(path))
        source = original.table.source
        return self.options.extract if source is None else self.options.files.by(source)

    def inputs_of(self, run: str) -> list[Path]:
        """The inputs of a run that are still in its folder."""
        names = _inputs(self.outbox / run)
        ours = {made for name in names for made in _made_of(name, names)}
        return [self.outbox / run / name for name in names if name not in ours]

    def find(self, key: TableKey) -> Original | None:
        """What was kept of a table; None where its run folder or the file in it is gone."""
        if key not in self._found:
            self._found[key] = None  # a file that is its own original, by whatever accident, ends here
            for name in _inputs(self.outbox / key.run):
                if (key.run, name) not in self._seen:
                    self._seen.add((key.run, name))
                    self._read(key.run, name)
                if self._found[key] is not None:
                    break
        return self._found[key]

    def _restored(self, table: Table) -> Table:
        wanted = {key.table for key in keys_of(table).values()} if self._depth < _DEEPEST else set()
        self._depth += 1
        originals = {key: original for key in sorted(wanted, key=str) if (original := self.find(key)) is not None}
        self._depth -= 1
        if originals:
            table = restore(table, originals)
        if gone := sorted({key.run for key in wanted - originals.keys()}):
            table = replace(table, problems=(*table.problems, _gone(table, gone)))
        return replace(table, problems=(*table.problems, *_without_key(table)))

    def _read(self, run: str, name: str) -> None:
        folder = self.outbox / run
        [file] = self.restored([extract_file(folder / name, self.options, self.how_read(folder / name))])
        problems = read_issues(folder) if (folder / ISSUES).exists() else {}
        for table in file.tables:
            contract = {shown: heading for heading, shown in table.headings.items()}
            wrong = frozenset(
                (problem.row, contract[problem.column])
                for problem in problems.get((name, table.sheet), ())
                if problem.severity is Severity.ERROR and problem.column in contract
            )
            self._found[table_key(run, name, table.sheet)] = Original(table, wrong)


def _inputs(folder: Path) -> list[str]:
    """The files of a run folder that may be its inputs: results are read as well where they have come in as such."""
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_file())
    return sorted(name for name in names if not name.startswith(".") and name not in RESERVED_NAMES)


def _made_of(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """The files that a run makes of an input."""
    made = (result_names(name, [name], failed_type) for failed_type in ("", ".xlsx"))
    return tuple(each for pair in made for each in (pair.results, pair.failed))


def _gone(table: Table, runs: Sequence[str]) -> Problem:
    message = (
        f"the kept input of run {', '.join(runs)} is gone: cells that a spreadsheet has changed cannot be found, and"
        " rows that are in Clarus are known by their ids alone"
    )
    return Problem(0, table.headings.get(ROW_KEY, ROW_KEY), "", message, "", Severity.WARNING)


def _without_key(table: Table) -> Iterator[Problem]:
    """Rows of results that say how they ended, and no longer which rows they are."""
    if "clarus_status" not in table.frame:
        return
    stated = table.frame["clarus_status"].notna()
    for column in (ROW_KEY, "clarus_id"):
        if column in table.frame:
            stated &= table.frame[column].isna()
    statuses = set(Status)
    for row, text in table.frame.loc[stated, "clarus_status"].items():
        if str(text).lower() in statuses:
            message = "the file has lost its clarus_row column: whether this row was sent before is not known"
            hint = "put it back from the results file; to send the row as new, clear its clarus_ cells"
            yield Problem(int(str(row)), "", str(text), message, hint)
