"""The address book: addresses that orders take by their code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.documents import Document
from pipeline.transform import Transformed
from schemas.kinds import Json

# An address of an order has all that an address row has, but for this.
_CODE = "code"
_DELIVERY = "DeliveryAddress"


class AddressBook:
    """Addresses by account and code; one without an account serves every account that has none of its own.

    Of two tables that have the same address the later one counts, even where its row is wrong: what was meant to
    replace an address must not bring the old one back.
    """

    def __init__(self, tables: Iterable[Transformed]) -> None:
        self._entries: dict[tuple[str, str], Mapping[str, Json] | str] = {}
        self._elsewhere: dict[str, str] = {}
        for transformed in tables:
            errors = dict(transformed.refused_rows())
            for key, row in transformed.held_keys():
                self._entries[key[0], key[-1]] = f"{transformed.clean.table.name} row {row}: {errors[row].error}"
            for document in transformed.documents():
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
    return {name: value for name, value in document.attributes.items() if name != _CODE}
