"""The first half of the line, which needs no network: files to documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import UnreadableFile, UsageError
from pipeline.extract import Options, extract
from pipeline.transform import transform
from pipeline.validate import Rules, validate
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable
from pipeline.values.tables import Table


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and what could be read of it."""

    path: Path
    tables: tuple[CleanTable, ...] = ()
    trouble: str = ""  # why it could not be read


def read(path: Path, settings: Settings) -> ReadFile:
    """Extract and validate a file; one that cannot be read is told, not raised: the other files go on."""
    try:
        tables = extract(path, options_of(settings))
    except UnreadableFile as error:
        return ReadFile(path, trouble=error.reason)
    return ReadFile(path, tuple(validate(table, _rules(table, settings)) for table in tables))


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
    file = read(settings.address_book, settings)
    if file.trouble:
        raise UsageError(f"address_book {settings.address_book}: {file.trouble}")
    tables = [transform(clean) for clean in file.tables if clean.table.record.name == "addresses"]
    if not tables:
        raise UsageError(f"address_book {settings.address_book}: holds no addresses")
    return tables


def options_of(settings: Settings) -> Options:
    """What the configuration says about reading files."""
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
