"""The address book: addresses that orders take by their code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.documents import Document
from pipeline.transform import Transformed
from schemas.kinds import Json

# An address of an order has all that an address row has, but for these.
_NOT_OF_AN_ADDRESS = ("code", "customer_id")
_DELIVERY = "DeliveryAddress"


class AddressBook:
    """Addresses by account and code; one without an account serves every account that has none of its own."""

    def __init__(self, tables: Iterable[Transformed]) -> None:
        self._entries: dict[tuple[str, str], Mapping[str, Json] | str] = {}
        for transformed in tables:
            for key, row in transformed.held_keys():
                self._entries.setdefault((key[0], key[-1]), f"{transformed.clean.table.name} row {row}")
            for document in transformed.documents():
                if document.controls.get("address_type", _DELIVERY) == _DELIVERY:
                    self._entries[document.key[0], document.reference] = _attributes(document)

    def find(self, account: str, code: str) -> Mapping[str, Json] | str | None:
        """Return the attributes of an address; where its own row is wrong, what that row is called; else None."""
        return self._entries.get((account, code), self._entries.get(("", code)))


def _attributes(document: Document) -> Mapping[str, Json]:
    return {name: value for name, value in document.attributes.items() if name not in _NOT_OF_AN_ADDRESS}
