"""What the stages that need no network get from the configuration, and files read one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.config import Settings
from pipeline.config.adapted import adapted
from pipeline.errors import UnreadableFile, UsageError
from pipeline.extract import Options, extract
from pipeline.progress import Progress
from pipeline.runs.places import place_of
from pipeline.runs.sources import FileOptions, settings_for
from pipeline.transform import transform
from pipeline.validate import Rules, validate_all
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable
from pipeline.values.outcomes import Status
from pipeline.values.tables import Table
from schemas import RECORD_TYPES

_BOOK = next(record for record in RECORD_TYPES.values() if record.book)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and what could be read of it."""

    path: Path
    tables: tuple[Table, ...] = ()
    trouble: str = ""  # why it could not be read


@dataclass(frozen=True, slots=True)
class StageOptions:
    """What extract and validate get from the configuration, made once a run."""

    settings: Settings
    extract: Options  # of files that no source is for
    files: FileOptions

    @classmethod
    def of(cls, settings: Settings) -> StageOptions:
        """Take the options out of the configuration."""
        files = FileOptions.of(settings)
        return cls(settings, files.plain, files)

    def options(self, path: Path) -> Options:
        """How a file is read, by the place where it was dropped."""
        found = self.files.options(place_of(path))
        return self.extract if found is self.files.plain else found

    def for_deployment(self, table: Table) -> Table:
        """A table with what the configuration adds to the contract of its record type."""
        record = adapted(table.record, settings_for(table.source, self.settings))
        return table if record is table.record else replace(table, record=record)

    def rules(self, table: Table) -> Rules:
        """What the configuration adds to the contract of a table's record type."""
        record, settings = table.record, settings_for(table.source, self.settings)
        return Rules(
            reading=settings.reading,
            words=settings.values.get(record.name, {}),
            defaults=settings.defaults.get(record.name, {}),
            unsent_columns=settings.unsent_columns,
            unknown_columns=settings.unknown_columns,
            dropped=frozenset({"crossdock_lines"} if settings.crossdock_lines == "drop" else ()),
        )


def extract_file(path: Path, options: StageOptions, how: Options | None = None) -> ReadFile:
    """Extract a file; one that cannot be read is reported, not raised: the other files go on.

    Args:
        how: it is read, where that is not said by its place.
    """
    try:
        return ReadFile(path, tuple(map(options.for_deployment, extract(path, how or options.options(path)))))
    except UnreadableFile as error:
        return ReadFile(path, trouble=error.reason)


def extract_files(
    paths: Sequence[Path], options: StageOptions, progress: Progress, how: Callable[[Path], Options | None]
) -> Iterator[ReadFile]:
    """Extract files, one after the other; `how` knows of results that came back how their input was read."""
    progress.begin("reading", len(paths))
    for path in paths:
        yield extract_file(path, options, how(path))
        progress.ended(Status.READY)


def validate_files(files: Sequence[ReadFile], options: StageOptions) -> list[CleanTable]:
    """Check the tables of all files against their contracts."""
    tables = [table for file in files for table in file.tables]
    return validate_all(tables, [options.rules(table) for table in tables])


def require_address_book(settings: Settings) -> None:
    """Make sure that the configured address book can be read, before a file is taken.

    Raises:
        UsageError: says why not.
    """
    configured_book(settings)


def configured_book(settings: Settings) -> list[DocumentTable]:
    """Read the address book that the configuration names; without one, no tables.

    Raises:
        UsageError: it cannot be read, or holds no addresses.
    """
    if settings.address_book is None:
        return []
    options = StageOptions.of(settings)
    file = extract_file(settings.address_book, options)
    if file.trouble:  # unless the configuration's word for it, that these are addresses, is what was missing
        said = replace(options, extract=replace(options.extract, holds=_BOOK.name))
        file = replace(file, tables=extract_file(settings.address_book, said).tables)
    if file.trouble and not file.tables:
        raise UsageError(f"address_book {settings.address_book}: {file.trouble}")
    addresses = tuple(table for table in file.tables if table.record.book)
    if not addresses:
        raise UsageError(f"address_book {settings.address_book}: holds no addresses")
    return [transform(clean) for clean in validate_files([replace(file, tables=addresses)], options)]
