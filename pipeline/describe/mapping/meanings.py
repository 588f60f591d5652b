"""What a heading has to speak of to be a column of ours, and how well that says it, of 100.

A rule is `score need need/need : allowed allowed`: each need is met by a word of the heading, and every other word must
be allowed. One word too many, and the heading speaks of something else: `Billing City` is no town of a delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.describe.mapping.words import Words

_UNKNOWN = 7  # off for each word that nobody knows


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which a heading may say that it is a column."""

    score: int
    needs: tuple[frozenset[str], ...]
    allowed: frozenset[str]

    def score_of(self, words: Words) -> int:
        """How well the words fit, of 100; 0 where they do not."""
        if not words.meanings or words.unknown > 2:
            return 0
        if not all(any(need & word for word in words.meanings) for need in self.needs):
            return 0
        accepted = self.allowed.union(*self.needs)
        if not all(word & accepted for word in words.meanings):
            return 0
        return self.score - _UNKNOWN * words.unknown


_REFERENCE = """
96 order code : sales document
91 order id : sales document code
86 order : sales document
84 document code : sales customer id
76 document : sales
82 shipment/ship code : sales id order
80 deliverynote : code id document
79 purchase code : order sales id document
78 purchase : order
72 purchase customer : code id order document
74 customer code order : id document purchase
62 invoice code : id sales
88 name :
64 code : id document
58 id : code
"""
_RECEIPT_REFERENCE = """
97 receipt code : id purchase order document shipment ship deliverynote
92 purchase code : order id document supplier
89 purchase : order document
90 receipt : document
88 order code : id document supplier
93 deliverynote : code id document supplier
85 order : document supplier
84 shipment code : id document supplier ship
84 document code : id
76 document :
64 code : id document
58 id : code
"""
_SKU = """
97 sku : product variant line code id order
93 product code : line order stock
91 variant code : product line
83 product id : line code
81 variant id : product line code
82 product : line order
70 product name : line
60 code : id
54 id : code
"""
_QUANTITY = """
95 quantity ordered : line product order sales unit purchase
93 quantity line : product order unit sales
92 quantity order/purchase/sales/product : unit line sales
91 quantity : unit
90 ordered line/product : order unit
88 quantity open : order line product ordered unit ship
86 quantity expected/requested/ship : order line product unit
86 dozen : quantity order line
84 ordered :
78 quantity uom : order unit product line
"""
_QUANTITY_OF_RECEIPT = """
95 quantity expected/ordered : line product order unit purchase receipt ship
94 quantity receipt : line product unit
92 quantity : line product order unit purchase
90 quantity ship/shipment : line product unit order
90 quantity open : line product order unit purchase
86 ordered : line product unit
86 dozen : quantity order line
78 quantity uom : order unit product line
"""
_DISPATCH = """
97 ship date requested/expected/due : order customer line document
94 ship date : order customer line sales shipment document
94 shipment date : expected requested document
92 requested date : order customer line sales document
92 expected date : order line document
90 requested expected : date order
88 expected : order ship
88 ship requested : order
89 due date : order line sales document
84 order date : sales document customer
82 sales/purchase date : order
80 date : document line
78 receipt date : order
78 created date : order sales document
78 order created : date sales document
74 created :
86 due/requested :
84 ship/shipment :
"""
_ARRIVAL = """
97 receipt date expected/requested/due : order line document
96 expected date : receipt order ship line document
95 expected : receipt ship order date
94 ship date requested/due : order line supplier document
93 receipt date : order line purchase document
92 ship date : order line supplier shipment document
92 requested date : order line document
89 due date : order line document
82 date : document line
88 receipt :
86 due/requested :
84 ship/shipment :
72 order/purchase date : document created purchase order
"""
_TO_NAME = """
97 ship name : recipient contact address line
95 recipient name : ship contact address
93 recipient : ship
92 ship contact : name address
88 ship company name : address
86 customer name : company order
84 ship company : address
83 ship :
80 customer : order
80 ship address : order customer
76 customer company : name
74 company name :
70 contact name : customer
72 name :
66 company :
"""
_PLACE = "ship address recipient line customer"
_ADDRESS_LINE = """
96 ship/recipient address : line street customer
95 ship street : address line recipient
90 street : address line
88 address : line customer
"""
_CITY = f"96 city ship/recipient : {_PLACE} name\n90 city : {_PLACE} name"
_REGION = f"94 region ship/recipient : {_PLACE} name code\n86 region : {_PLACE} name code"
_ZIP = f"96 zip ship/recipient : {_PLACE} code\n91 zip : {_PLACE} code"
_COUNTRY = f"""
97 country code ship/recipient : {_PLACE}
95 country ship/recipient : {_PLACE} name
92 country code : {_PLACE}
90 country : {_PLACE} name
"""
_EMAIL = """
95 email ship/recipient : address contact customer
89 email : address contact customer order
86 email bill : address contact
"""
_PHONE = """
95 phone ship/recipient : address contact customer
89 phone : contact customer order
86 phone bill : contact address
"""
_NOTES = """
93 note order : customer sales
88 note customer/ship : order address
87 note : document
"""
_TITLE = """
96 product name/title : variant
93 name/title : sales
90 product description : name sales
89 description name : product
85 description : sales
84 product description short : name
82 description short : name
"""
_BARCODE = "96 barcode : product variant code unit\n"
_UOM = "92 uom : product code stock sales unit\n86 unit : code sales product stock\n"
_OWNER = "95 owner : code id account\n92 account code owner : id\n80 account code :\n76 account : id"
_WAREHOUSE = "95 warehouse : code id ship receipt\n78 location code :\n"
_QUANTITY_OF_COMPONENT = """
95 quantity component : line unit ordered requested parent product
92 quantity : line unit requested product parent
"""
_ADDRESS_CODE = """
97 address code : ship id
92 ship code : id
90 customer code : id
80 account code :
76 code :
62 id : code
"""
_ADDRESS_NAME = """
96 ship/recipient name : company address
93 address name : company
91 customer name : company
90 company : name
88 name :
"""
_COMPANY_CODE = "97 {role} code : account\n90 {role} id : code\n80 account code :\n72 code :\n60 id : code\n82 {role} :"
_COMPANY_NAME = "97 {role} name : company\n92 company : name {role}\n88 name :\n"

_ADDRESS: Mapping[str, str] = {
    "address1": _ADDRESS_LINE,
    "address2": _ADDRESS_LINE,
    "address3": _CITY,
    "address4": _REGION,
    "postcode": _ZIP,
    "country_code": _COUNTRY,
}
_BOOK: Mapping[str, str] = {
    "address_1": _ADDRESS_LINE,
    "address_2": _ADDRESS_LINE,
    "address_3": _CITY,
    "address_4": _REGION,
    "postcode": _ZIP,
    "country_code": _COUNTRY,
    "email_address": _EMAIL,
    "phone_number": _PHONE,
}

_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "order_reference": _REFERENCE,
        "account_code": _OWNER,
        "warehouse_code": _WAREHOUSE,
        "product_code": _SKU,
        "quantity": _QUANTITY,
        "expected_date_of_dispatch": _DISPATCH,
        "recipient_name": _TO_NAME,
        **_ADDRESS,
        "recipient_email": _EMAIL,
        "recipient_phone_number": _PHONE,
        "notes": _NOTES,
        "customer_code": "92 customer code : id account\n86 customer id :\n84 customer account :",
        "carrier_code": "90 carrier : code ship name\n",
        "carrier_service": "86 service : ship carrier name code order\n",
        "alt_line_number": "93 line code : id order\n86 line : id order",
        "priority": "90 priority : order ship",
        "line_string1": "82 batch : code product",
    },
    "receipts": {
        "receipt_reference": _RECEIPT_REFERENCE,
        "account_code": _OWNER,
        "warehouse_code": _WAREHOUSE,
        "product_code": _SKU,
        "item_quantity": _QUANTITY_OF_RECEIPT,
        "expected_date_of_receipt": _ARRIVAL,
        "supplier_code": "92 supplier code : id account\n84 supplier : account",
        "notes": _NOTES,
        "product_description": "84 product name/description/title :\n82 description : name\n",
        "alt_line_number": "93 line code : id order\n86 line : id order",
        "line_string1": "82 batch : code product",
        "line_datetime2": "82 expiry : date product batch",
        "line_datetime1": "82 sellby : date product",
    },
    "products": {
        "Code": _SKU,
        "Description": _TITLE,
        "Barcode": _BARCODE,
        "Case Barcode": "95 barcode pack : product code\n",
        "Unit Stock Unit Type Code": _UOM,
        "Account Code": _OWNER,
        "Long Description": "92 description long : product name\n84 long : product",
        "Commodity Code": "93 customs code : product country\n90 customs : product\n",
    },
    "materials": {
        "parent_product_code": "97 parent code/sku : product id\n92 parent : product id\n84 product sku/code : \n",
        "child_product_code": "97 component code/sku : product id line\n92 component : product id line\n",
        "quantity": _QUANTITY_OF_COMPONENT,
    },
    "addresses": {
        "code": _ADDRESS_CODE,
        "name": _ADDRESS_NAME,
        **_BOOK,
        "customer_code": "90 customer code : id account",
    },
    "customers": {
        "customer_code": _COMPANY_CODE.format(role="customer"),
        "customer_name": _COMPANY_NAME.format(role="customer"),
        "contact_name": "92 contact : name person\n",
        **{heading: rules for heading, rules in _BOOK.items() if heading not in ("address_2", "address_4")},
    },
    "suppliers": {
        "supplier_code": _COMPANY_CODE.format(role="supplier"),
        "supplier_name": _COMPANY_NAME.format(role="supplier"),
        "contact_name": "92 contact : name person\n",
        **_BOOK,
    },
}


@cache
def rules_for(record: str, heading: str) -> tuple[Rule, ...]:
    """The rules for a column of ours; none where only its own heading says that it is meant."""
    text = _MEANINGS.get(record, {}).get(heading, "")
    return tuple(_rule(line) for line in text.splitlines() if line.strip())


def _rule(line: str) -> Rule:
    said, _, allowed = line.partition(":")
    score, *needs = said.split()
    return Rule(int(score), tuple(frozenset(need.split("/")) for need in needs), frozenset(allowed.split()))
