"""The address book: addresses that orders take by their code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from pipeline.transform.assembly import documents_in
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable, Groups, Positions, place_of, value_at
from pipeline.values.documents import Document
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem
from pipeline.values.row_results import RowResult, held_because_of
from schemas import Level
from schemas.vocabulary.kinds import Json

# An address of an order has all that an address row has, but for these.
_OF_THE_RECORD = frozenset(("code", "customer_id", "default_notes", "is_active", "external_delivery_id"))
_DELIVERY = "DeliveryAddress"


class AddressBook:
    """Addresses by account and code; one without an account serves every account that has none of its own.

    Of two tables that have the same address the later one counts, even where its row is wrong: what was meant to
    replace an address must not bring the old one back.
    """

    def __init__(self, tables: Iterable[DocumentTable]) -> None:
        self._entries: dict[tuple[str, str], Mapping[str, Json] | str] = {}
        self._elsewhere: dict[str, str] = {}
        for transformed in tables:
            errors = dict(transformed.refused_rows())
            for key, row in transformed.held_keys():
                self._entries[key[0], key[-1]] = f"{transformed.clean.table.name} row {row}: {errors[row].error}"
            for document in documents_in(transformed):
                kind, where = document.controls.get("address_type", _DELIVERY), transformed.clean.table.name
                if kind == _DELIVERY:
                    self._entries[document.key[0], document.reference] = _attributes(document)
                    whose = f"for account {document.key[0]}"
                else:
                    whose = f"as a {kind}"
                self._elsewhere[document.reference] = f"{where} row {document.rows[0]} has it {whose}"

    def elsewhere(self, code: str) -> str:
        """Say which row has the code for something else; "" where none has."""
        return self._elsewhere.get(code, "")

    def find(self, account: str, code: str) -> Mapping[str, Json] | str | None:
        """Return the attributes of an address; where its own row is wrong, that row and what is wrong; else None."""
        return self._entries.get((account, code), self._entries.get(("", code)))


def _attributes(document: Document) -> Mapping[str, Json]:
    return {name: value for name, value in document.attributes.items() if name not in _OF_THE_RECORD}


class AddressLookup(Protocol):
    """Where documents find an address by its code."""

    def elsewhere(self, code: str) -> str:
        """Where the code stands for an address that a document of another account, or none, may take; "" nowhere."""

    def find(self, account: str, code: str) -> Mapping[str, Json] | str | None:
        """Return the attributes of an address; what is wrong with its own row, as text; None where there is none."""


def addresses_from_book(
    clean: CleanTable,
    groups: Groups,
    first: Mapping[str, Positions],
    book: AddressLookup | None,
    problems: list[Problem],
    held: dict[int, RowResult],
) -> dict[int, Mapping[str, Json]]:
    """Look up the address codes; adds to `problems` and `held` what cannot be found."""
    found: dict[int, Mapping[str, Json]] = {}
    record = clean.table.record
    column = next((c for c in record.columns.values() if c.book), None)
    if column is None or (column.heading not in first and column.heading not in clean.defaults):
        return found
    cells, shown = clean.columns.get(column.heading), clean.table.headings.get(column.heading, column.heading)
    for document, at in enumerate(groups.firsts.tolist()):
        place = place_of(first, column.heading, document)
        code = value_at(clean, column.heading, place)
        wrong = cells is not None and place >= 0 and cells.values[cells.codes[place]] is None
        if wrong or not code:
            continue
        account = value_at(clean, record.key[0], place_of(first, record.key[0], document))
        match book.find(account, code) if book else None:
            case None:
                row = int(clean.rows[at if place < 0 else place])
                if book and (elsewhere := book.elsewhere(code)):
                    message, hint = f"address {code} is not for this: {elsewhere}", "correct it, here or there"
                else:
                    message = f"address {code} is in no addresses file"
                    hint = "add it to an addresses file of this run, or name its file in address_book"
                problems.append(Problem(row, shown, code, message, hint))
                held.setdefault(document, held_because_of([row], record.noun))
            case str(culprit):
                held.setdefault(document, RowResult(Status.BLOCKED, error=f"its address {code} is wrong: {culprit}"))
            case attributes:
                found[document] = attributes
                if lacking := _lacking(clean, first, document, attributes):
                    row = int(clean.rows[at if place < 0 else place])
                    message = f"address {code} has no {lacking}, which is required here"
                    problems.append(Problem(row, shown, code, message, f"fill {lacking}, here or in the address"))
                    held.setdefault(document, held_because_of([row], record.noun))
    return found


def _lacking(clean: CleanTable, first: Mapping[str, Positions], document: int, attributes: Mapping[str, Json]) -> str:
    """The required column of the address that neither the address book nor the document fills, or ""."""
    for column in clean.table.record.at(Level.ADDRESS):
        filled = column.heading in clean.defaults or place_of(first, column.heading, document) >= 0
        if column.required and not filled and column.attribute not in attributes:
            return column.heading
    return ""
