from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import RECORD_TYPES, RecordType
from schemas.vocabulary.headings import fold, misspelt, nearest
from schemas.vocabulary.other_templates import OTHER_TEMPLATES

every_type = pytest.mark.parametrize(
    "record", [*RECORD_TYPES.values(), *OTHER_TEMPLATES.values()], ids=lambda r: r.name
)


@pytest.mark.parametrize(
    "heading",
    [
        "order_reference",
        "Order Reference",
        "order-reference",
        "ORDER_REFERENCE",
        "ORDERREFERENCE",
        " ORDER__REFERENCE ",
        "_order reference-",
        "Order\nReference",
        "order\u00a0reference",
        "order.reference:",
        "Order (Reference)*",
        "\ufefforder\u200breference",
        "ｏｒｄｅｒ　ｒｅｆｅｒｅｎｃｅ",
    ],
)
def test_spellings_of_one_heading_are_one(heading: str) -> None:
    """Letters and digits count, without case; blanks, signs, marks of direction and wide letters do not."""
    assert fold(heading) == "orderreference"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Größe", "GRO\u0308SSE"), ("Straße", "STRASSE"), ("№", "No"), ("address²", "address 2"), ("Ｑｔｙ", "qty")],
)
def test_forms_of_one_letter_are_one(one: str, other: str) -> None:
    """However a program composes an umlaut, writes a sharp s or raises a digit."""
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    """Accents, digits and letters tell headings apart, and signs where there is nothing else."""
    headings = ("order_reference", "order_references", "order_reference1", "Maß", "Mäß", "#", "%", "注文", "注文書")

    assert len({fold(heading) for heading in headings}) == len(headings)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(heading: str) -> None:
    """A folded heading is its own folded form."""
    assert fold(fold(heading)) == fold(heading)


@every_type
def test_no_two_columns_of_a_record_type_can_be_taken_for_each_other(record: RecordType) -> None:
    """Neither by their headings nor by the other names that a file may have for them."""
    headings = [fold(heading) for heading in record.columns]
    aliases = [fold(alias) for column in record.columns.values() for alias in column.aliases]

    assert len(set(headings)) == len(headings)
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & set(headings)
    assert not {fold(heading) for heading in record.not_in_api} & record.names.keys()


@pytest.mark.parametrize(
    ("record", "name", "column"),
    [
        ("orders", "reference", "order_reference"),
        ("orders", "order notes", "notes"),
        ("orders", "Email Address", "recipient_email"),
        ("orders", "line_number", "alt_line_number"),
        ("orders", "address 5", "address5"),
        ("receipts", "expected_date_of_arrival", "expected_date_of_receipt"),
        ("receipts", "String 1", "line_string1"),
        ("receipts", "Datetime 2", "line_datetime2"),
        ("products", "external_system_reference1", "External System Reference 1"),
        ("products", "External System Reference", "External System Reference 1"),
        ("products", "Weight Per Item", "Weight Per Unit"),
        ("addresses", "country_code", "country"),
        ("customers", "code", "customer_code"),
    ],
)
def test_names_of_the_api_and_of_the_guides_are_known(record: str, name: str, column: str) -> None:
    """Whoever follows Clarus's own pages need not map anything."""
    assert RECORD_TYPES[record].names[fold(name)] == column


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ("orders", "string1"),  # of the header, and of the line
        ("orders", "datetime1"),
        ("receipts", "integer1"),
        ("orders", "account_id"),  # an id where the column holds a code
        ("orders", "name"),  # of whom?
        ("customers", "name"),  # of the customer, and of the contact
        ("suppliers", "code"),  # of the supplier, and of the address
        ("products", "height"),  # of the storage unit
    ],
)
def test_a_name_that_could_mean_two_things_is_not_known(record: str, name: str) -> None:
    """Which of them is not guessed."""
    assert fold(name) not in RECORD_TYPES[record].names


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("order_ref", "order_reference"),
        ("Oder Reference", "order_reference"),
        ("QTY", ""),
        ("zebra", ""),
        ("", ""),
        ("Postal code", "postcode"),
        ("post_code", "postcode"),
    ],
)
def test_the_nearest_heading_is_named_only_if_it_is_near(heading: str, known: str) -> None:
    """A typing mistake finds its heading; another word finds none."""
    assert nearest(heading, RECORD_TYPES["orders"].columns) == known


def test_the_nearest_heading_is_named_as_the_template_has_it() -> None:
    """Products have title case with blanks."""
    assert nearest("storage_unit_type", RECORD_TYPES["products"].columns) == "Storage Unit Type Code"


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("adress1", "address1"),
        ("qantity", "quantity"),
        ("Acount-Code", "account_code"),
        ("notse", "notes"),
        ("Postal Code", "postcode"),
        ("recipient emial", "recipient_email"),
        ("customer name", ""),
        ("product name", ""),
        ("note", "notes"),
        ("tags", ""),
        ("", ""),
    ],
)
def test_a_slip_of_the_keyboard_is_seen(heading: str, meant: str) -> None:
    """A letter too many, too few, another or exchanged; and another word is another word."""
    assert misspelt(heading, RECORD_TYPES["orders"].columns) == meant
