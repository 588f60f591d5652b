"""The first half of the line, which needs no network: files to documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.address_book import AddressBook
from pipeline.cells import CleanTable
from pipeline.config import Settings
from pipeline.errors import UnreadableFile, UsageError
from pipeline.extract import Options, extract
from pipeline.hierarchy import said_of_parents, with_parents, without_cycles
from pipeline.tables import Table
from pipeline.transform import Transformed, transform
from pipeline.validate import Rules, validate
from schemas import in_load_order


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and what could be read of it."""

    path: Path
    tables: tuple[CleanTable, ...] = ()
    trouble: str = ""  # why it could not be read


def read(path: Path, settings: Settings) -> ReadFile:
    """Extract and validate a file; one that cannot be read is told, not raised: the other files go on."""
    try:
        tables = extract(path, _options(settings))
    except UnreadableFile as error:
        return ReadFile(path, trouble=str(error).removeprefix(f"{path.name}: "))  # said beside its name
    return ReadFile(path, tuple(validate(table, _rules(table, settings)) for table in tables))


def require_address_book(settings: Settings) -> None:
    """Make sure that the configured address book can be read, before a file is taken.

    Raises:
        UsageError: says why not.
    """
    _configured_book(settings)


def documents_of(files: Iterable[ReadFile], settings: Settings) -> list[Transformed]:
    """Group the tables of all files into documents, in the order in which record types are loaded."""
    tables = [clean for file in files for clean in file.tables]
    book: AddressBook | None = None
    ordered: list[Transformed] = []
    for record in in_load_order():
        own = [clean for clean in tables if clean.table.record is record]
        if record.hierarchy:
            own = with_parents(own, [table for table in ordered if table.clean.table.record.name == record.hierarchy])
        transformed = [transform(clean, book) for clean in own]
        if record.hierarchy:
            transformed = without_cycles(transformed)
        if said := said_of_parents([clean for clean in tables if clean.table.record.hierarchy == record.name]):
            transformed = [replace(table, supplements=said) for table in transformed]
        ordered += transformed
        if record.name == "addresses":
            book = AddressBook([*_configured_book(settings), *transformed])
    return ordered


def _configured_book(settings: Settings) -> list[Transformed]:
    if settings.address_book is None:
        return []
    file = read(settings.address_book, settings)
    if file.trouble:
        raise UsageError(f"address_book {settings.address_book}: {file.trouble}")
    tables = [transform(clean) for clean in file.tables if clean.table.record.name == "addresses"]
    if not tables:
        raise UsageError(f"address_book {settings.address_book}: holds no addresses")
    return tables


def _options(settings: Settings) -> Options:
    defaulted = {record: tuple(values) for record, values in settings.defaults.items()}
    return Options(settings.columns, defaulted, settings.fallback_encoding)


def _rules(table: Table, settings: Settings) -> Rules:
    name = table.record.name
    return Rules(
        reading=settings.reading,
        words=settings.values.get(name, {}),
        defaults=settings.defaults.get(name, {}),
        unsent_columns=settings.unsent_columns,
    )
