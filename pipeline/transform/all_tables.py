"""The tables of a run grouped into documents, in the order in which record types are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.transform.address_book import AddressBook
from pipeline.transform.bill_of_materials import attributes_of_parents, with_parents, without_cycles
from pipeline.transform.make_documents import transform
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable
from schemas import in_load_order


def all_documents(tables: Sequence[CleanTable], book_tables: Sequence[DocumentTable] = ()) -> list[DocumentTable]:
    """Group the tables of all files into documents, in the order in which record types are loaded.

    `book_tables` are those of the configured address book; what the run's own files say of an address comes before it.
    """
    book: AddressBook | None = None
    ordered: list[DocumentTable] = []
    for record in in_load_order():
        own = [clean for clean in tables if clean.table.record.name == record.name]
        if record.hierarchy:
            own = with_parents(own, [table for table in ordered if table.clean.table.record.name == record.hierarchy])
        transformed = [transform(clean, book) for clean in own]
        if record.hierarchy:
            transformed = without_cycles(transformed)
        if attributes := attributes_of_parents(
            [clean for clean in tables if clean.table.record.hierarchy == record.name]
        ):
            transformed = [replace(table, supplements=attributes) for table in transformed]
        ordered += transformed
        if record.book:
            book = AddressBook([*book_tables, *transformed])
    return ordered
