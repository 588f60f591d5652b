"""What the words of a heading say together: `Ship To Zip`, `Product Qty`, `Référence produit`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER = _words("number no nr num id ref reference code numero nummer n")
_GOODS = _words("item items product produit article articulo articolo artikel part material stock variant")
_ORDER = _words("order document so commande bestellung auftrag pedido ordine")
_TO = _words("ship shipping delivery deliver recipient consignee to livraison")
_OF_MONEY = _words("price total cost value tax amount prix preis discount currency subtotal")
_COUNTED = _words("qty quantity menge quantite cantidad anzahl quantita")
_OF_BILL = _words("billing bill invoice payment")


@dataclass(frozen=True, slots=True)
class Concept:
    """Words of which a heading has one of each set, and none of the others."""

    each: tuple[frozenset[str], ...]
    none: frozenset[str] = _OF_MONEY


_CONCEPTS: Mapping[str, tuple[Concept, ...]] = {
    "order_reference": (Concept((_ORDER, _NUMBER), _OF_MONEY | _GOODS | _words("date line type status")),),
    "product_code": (
        Concept((_words("sku"),)),
        Concept((_GOODS, _NUMBER), _OF_MONEY | _words("name description type qty quantity category")),
    ),
    "quantity": (Concept((_COUNTED,), _OF_MONEY | _words("type")),),
    "expected_date_of_dispatch": (
        Concept((_words("ship shipping dispatch despatch delivery livraison required"), _words("date"))),
        Concept((_ORDER, _words("date"))),
    ),
    "recipient_name": (
        Concept((_words("addressee consignee destinataire recipient"),), _OF_MONEY | _words("email phone")),
        Concept((_TO | _words("customer"), _words("name")), _OF_MONEY | _OF_BILL | _GOODS | _words("first last")),
    ),
    "address1": (Concept((_words("address address1 street adresse"), _words("1 address1")), _OF_BILL),),
    "address2": (Concept((_words("address address2 street adresse"), _words("2 address2")), _OF_BILL),),
    "address3": (Concept((_words("city town suburb ville ort ciudad"),), _OF_BILL),),
    "postcode": (Concept((_words("zip postcode postal plz postleitzahl"),), _OF_BILL | _words("type")),),
    "country_code": (Concept((_words("country land pays pais"),), _OF_BILL | _words("origin")),),
    "Description": (
        Concept((_GOODS, _words("name description designation title")), _OF_MONEY | _words("type category")),
    ),
    "Barcode": (Concept((_words("ean ean13 gtin upc barcode"),)),),
}
_CONCEPTS = {**_CONCEPTS, "Code": _CONCEPTS["product_code"]}


def says(heading: str, column: str) -> bool:
    """Whether the words of a heading say that it is a column of ours."""
    plain = unicodedata.normalize("NFKD", heading)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    words = set(re.findall(r"[a-z]+\d*|\d+", plain))
    concepts = _CONCEPTS.get(column, ())
    return any(all(words & one for one in each.each) and not words & each.none for each in concepts)
