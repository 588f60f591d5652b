"""What shops and ledgers call the columns of ours; compared by letters and digits, without case."""

from __future__ import annotations

from collections.abc import Mapping

_REFERENCE = (
    "order number|order no|order id|order|order reference|name|po number|sales order|auftragsnr|"
    "auftragsnummer|bestellnummer|belegnummer|numero de commande|n commande|commande|numero pedido|"
    "pedido|ordine"
)
_SKU = (
    "sku|item|item code|item number|part|part number|product|product code|product sku|variant sku|"
    "lineitem sku|artikelnummer|artikelnr|artikel|material|internal reference|order lines/product|"
    "reference article|codigo|codice articolo|stock code"
)
_QUANTITY = (
    "qty|quantity|lineitem quantity|order lines/quantity|ordered qty|menge|anzahl|stueck|stück|"
    "quantite|quantité|cantidad|quantita|units|pieces"
)
_DATE = (
    "delivery date|ship date|despatch date|dispatch date|order date|created at|date|liefertermin|"
    "lieferdatum|versanddatum|date de livraison|fecha de entrega|required date|requested date"
)
_EAN = "ean|gtin|upc|ean code|variant barcode|strichcode|code barres|bar code"
_TITLE = (
    "title|product name|name|item name|item description|bezeichnung|beschreibung|artikelbezeichnung|"
    "designation|désignation|descripcion|descrizione"
)

SYNONYMS: Mapping[str, str] = {
    "order_reference": _REFERENCE,
    "receipt_reference": (
        "receipt number|po number|purchase order|po|delivery note|lieferschein|wareneingang|bestellnummer"
    ),
    "account_code": "account|client|client code|customer account|mandant|owner|depositor",
    "product_code": _SKU,
    "Code": _SKU,
    "quantity": _QUANTITY,
    "expected_date_of_dispatch": _DATE,
    "Description": _TITLE,
    "Barcode": _EAN,
    "recipient_name": (
        "ship to|ship to name|shipping name|consignee|recipient|delivery name|deliver to|name|empfänger|"
        "empfaenger|destinataire|delivery address/name"
    ),
    "address1": (
        "shipping address1|address 1&2 (shipping)|address line 1|street|straße|strasse|adresse|delivery address 1"
    ),
    "address2": "shipping address2|address line 2|delivery address 2",
    "address3": "shipping city|city|city (shipping)|town|ort|stadt|ville|ciudad",
    "postcode": "zip|zip code|postal code|shipping zip|postcode (shipping)|plz|postleitzahl|code postal",
    "country_code": "country|shipping country|country (shipping)|land|pays|pais",
    "recipient_email": "email|e-mail|email (billing)|courriel",
    "recipient_phone_number": "phone|shipping phone|telephone|telefon|tel",
    "notes": "note|notes|remark|remarks|comment|bemerkung|customer note",
    "warehouse_code": "warehouse|site|depot|lager",
    "carrier_code": "carrier|shipper|spedition|transporteur",
}
