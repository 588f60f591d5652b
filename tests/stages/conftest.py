"""Tables of real small files, taken as far along the line as a test wants them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from pipeline.cells import CleanTable
from pipeline.extract import Options, extract
from pipeline.tables import Table
from pipeline.transform import AddressBook, Transformed, transform
from pipeline.validate import Rules, validate

NO_RULES = Rules()

ReadTable = Callable[..., Table]


class Validate(Protocol):
    def __call__(self, text: str, rules: Rules = ..., *, name: str = ...) -> CleanTable: ...


class Transform(Protocol):
    def __call__(
        self, text: str, rules: Rules = ..., *, name: str = ..., book: AddressBook | None = ...
    ) -> Transformed: ...


@pytest.fixture
def read_table(tmp_path: Path) -> ReadTable:
    """Writes a CSV file and extracts its table; `defaulted` are headings that it may lack."""

    def read(text: str, name: str = "orders.csv", defaulted: tuple[str, ...] = ()) -> Table:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        every = dict.fromkeys(("orders", "receipts", "products", "addresses"), defaulted)
        [table] = extract(path, Options(defaulted=every))
        return table

    return read


@pytest.fixture
def validated(read_table: ReadTable) -> Validate:
    def clean(text: str, rules: Rules = NO_RULES, *, name: str = "orders.csv") -> CleanTable:
        return validate(read_table(text, name, tuple(rules.defaults)), rules)

    return clean


@pytest.fixture
def transformed(validated: Validate) -> Transform:
    def grouped(
        text: str, rules: Rules = NO_RULES, *, name: str = "orders.csv", book: AddressBook | None = None
    ) -> Transformed:
        return transform(validated(text, rules, name=name), book)

    return grouped
