"""Transform: documents of rows, and why some of them are held."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.transform.address_book import AddressBook
from pipeline.transform.assembly import documents_in
from pipeline.validate import Rules
from pipeline.values.document_tables import DocumentTable
from pipeline.values.outcomes import Status
from pipeline.values.problems import Severity

NO_RULES = Rules()

Transform = Callable[..., DocumentTable]

ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
ADDRESS = "code,address_type,name,address_1,country,account_code"


def told(transformed: DocumentTable) -> list[tuple[int, str, str]]:
    """The errors: row, column, message."""
    errors = (problem for problem in transformed.problems if problem.severity is Severity.ERROR)
    return [(problem.row, problem.column, problem.message) for problem in errors]


def refused(transformed: DocumentTable) -> dict[int, tuple[Status, str]]:
    return {row: (result.status, result.error) for row, result in transformed.refused_rows()}


def test_header_cells_are_filled_down_within_their_document_only(transformed: Transform) -> None:
    """An order without notes does not get those of the order above."""
    orders = transformed(
        f"{ORDER},notes\nA,ACME,2026-06-10,P-1,1,fragile\nA,,,P-2,2,\nB,ACME,2026-06-11,P-1,3,\nB,,,P-2,4,\n"
    )

    first, second = documents_in(orders)
    assert first.attributes["order_notes"] == "fragile"
    assert "order_notes" not in second.attributes
    assert [line.attributes["order_quantity"] for line in (*first.lines, *second.lines)] == [1, 2, 3, 4]


def test_a_header_cell_may_stand_on_any_row_of_its_document(transformed: Transform) -> None:
    """The first that is filled counts, wherever it stands."""
    orders = transformed(f"{ORDER},notes\nA,ACME,,P-1,1,\nB,ACME,2026-06-11,P-1,1,\nA,,2026-06-10,P-2,2,late\n")

    first, _ = documents_in(orders)
    assert first.attributes["order_notes"] == "late"
    assert first.attributes["expected_date_of_dispatch"] == "2026-06-10T00:00:00+00:00"


def test_blank_cells_are_left_out_and_never_sent_as_empty_texts(transformed: Transform) -> None:
    """What a file does not say, the API is not told."""
    [order] = documents_in(transformed(f"{ORDER},notes,priority,line_string1,postcode\nA,ACME,2026-06-10,P-1,1,,,,\n"))

    assert order.attributes == {
        "reference": "A",
        "external_system_reference1": "A",
        "expected_date_of_dispatch": "2026-06-10T00:00:00+00:00",
        "goods_out_type": "sales_order",
    }
    assert order.lines[0].attributes == {"order_quantity": 1}
    assert order.address == {}


def test_the_callers_own_id_is_the_reference_unless_the_file_has_one(transformed: Transform) -> None:
    """Other systems find the record again by it."""
    first, second = documents_in(
        transformed(f"{ORDER},external_system_reference1\nA,ACME,2026-06-10,P-1,1,\nB,ACME,2026-06-10,P-1,1,EXT-B\n")
    )

    assert first.attributes["external_system_reference1"] == "A"
    assert second.attributes["external_system_reference1"] == "EXT-B"


def test_defaults_stand_in_for_blank_cells_and_for_missing_columns(transformed: Transform) -> None:
    """A cell that is filled wins."""
    rules = Rules(defaults={"warehouse_code": "WHS01", "priority": "9", "goods_out_type": "work_order"})

    first, second = documents_in(
        transformed(f"{ORDER},priority\nA,ACME,2026-06-10,P-1,1,\nB,ACME,2026-06-10,P-1,1,5\n", rules)
    )

    assert (first.attributes["priority"], second.attributes["priority"]) == (9, 5)
    assert first.attributes["goods_out_type"] == "work_order"
    assert ("warehouse_id", ("WHS01",)) in [(code.attribute, code.key) for _, code in first.codes]


def test_a_carrier_service_is_looked_up_within_its_carrier(transformed: Transform) -> None:
    """Two carriers may have a service of one code."""
    first, second = documents_in(
        transformed(
            f"{ORDER},carrier_code,carrier_service\nA,ACME,2026-06-10,P-1,1,DPD,TRACKED-24\n"
            "B,ACME,2026-06-10,P-1,1,ROYAL-MAIL,TRACKED-24\n"
        )
    )

    keys = [code.key for order in (first, second) for _, code in order.codes if code.heading == "carrier_service"]
    assert keys == [("DPD", "TRACKED-24"), ("ROYAL-MAIL", "TRACKED-24")]


def test_a_carrier_service_without_a_carrier_is_told(transformed: Transform) -> None:
    """Its code alone could be anybody's."""
    orders = transformed(f"{ORDER},Carrier Code,carrier_service\nA,ACME,2026-06-10,P-1,1,,TRACKED-24\n")

    assert told(orders) == [(2, "carrier_service", "TRACKED-24 needs a Carrier Code")]
    assert list(documents_in(orders)) == []


def test_a_default_carrier_service_needs_a_carrier_too(transformed: Transform) -> None:
    """Of the order itself or of the configuration."""
    text = f"{ORDER},carrier_code\nA,ACME,2026-06-10,P-1,1,DPD\nB,ACME,2026-06-10,P-1,1,\n"
    service = {"carrier_service": "TRACKED-24"}

    alone = transformed(text, Rules(defaults=service))
    both = transformed(text, Rules(defaults={**service, "carrier_code": "ROYAL-MAIL"}))

    assert told(alone) == [(3, "carrier_service", "TRACKED-24 needs a carrier_code")]
    assert [
        code.key for order in documents_in(both) for _, code in order.codes if code.heading == "carrier_service"
    ] == [
        ("DPD", "TRACKED-24"),
        ("ROYAL-MAIL", "TRACKED-24"),
    ]


def test_codes_name_the_row_that_holds_them(transformed: Transform) -> None:
    """A code that Clarus does not know is told where it stands."""
    [order] = documents_in(transformed(f"{ORDER},customer_code\nA,ACME,2026-06-10,P-1,1,\nA,,,P-2,1,CUST-9\n"))

    assert [(row, code.heading) for row, code in order.codes] == [(2, "account_code"), (3, "customer_code")]
    assert [(line.row, line.codes[0].key) for line in order.lines] == [(2, ("P-1",)), (3, ("P-2",))]


def test_two_values_of_one_header_column_are_a_problem_that_names_both_rows(transformed: Transform) -> None:
    """And the document waits; the one beside it goes."""
    orders = transformed(
        f"{ORDER},priority\nA,ACME,2026-06-10,P-1,1,5\nB,ACME,2026-06-10,P-1,1,7\nA,ACME,2026-06-10,P-1,1,6\n"
    )

    assert told(orders) == [(4, "priority", "6 contradicts 5 in row 2 of the same order")]
    assert refused(orders) == {
        2: (Status.INVALID, "not sent because of row 4: the order goes whole or not at all"),
        4: (
            Status.INVALID,
            "priority: 6 contradicts 5 in row 2 of the same order (make them equal, or leave the later one blank)",
        ),
    }
    assert [order.reference for order in documents_in(orders)] == ["B"]


@pytest.mark.parametrize(
    ("heading", "one", "other"),
    [
        ("allow_duplicate", "TRUE", "yes"),
        ("priority", "5", "5.0"),
        ("country_code", "gb", "GB"),
        ("sales_order_datetime1", "2026-06-10", "2026-06-10T00:00:00Z"),
    ],
)
def test_two_spellings_of_one_value_are_no_contradiction(
    transformed: Transform, heading: str, one: str, other: str
) -> None:
    """What is compared is what would be sent."""
    orders = transformed(f"{ORDER},{heading}\nA,ACME,2026-06-10,P-1,1,{one}\nA,ACME,2026-06-10,P-1,1,{other}\n")

    assert told(orders) == []


def test_references_that_excel_has_shortened_contradict_nothing(transformed: Transform) -> None:
    """They look alike and may be many orders: only the lost digits are told."""
    orders = transformed(f"{ORDER}\n5.01E+12,ACME,2026-06-10,P-1,1\n5.01E+12,ACME,2026-06-11,P-1,1\n")

    assert [(row, column) for row, column, _ in told(orders)] == [(2, "order_reference"), (3, "order_reference")]


def test_a_wrong_line_holds_its_whole_document_and_no_other(transformed: Transform) -> None:
    """Its good rows say which row they wait for; the wrong one says what is wrong."""
    orders = transformed(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\nA,,,P-2,none\nA,,,,3\nB,ACME,2026-06-10,P-1,1\n")

    results = refused(orders)
    assert results[2] == (Status.INVALID, "not sent because of rows 3, 4: the order goes whole or not at all")
    assert results[3][1].startswith("quantity: none is not a number")
    assert results[4] == (Status.INVALID, "product_code: is blank (fill it: every row needs one)")
    assert [order.rows for order in documents_in(orders)] == [(5,)]


def test_a_header_value_that_is_nowhere_is_told_once_on_the_first_row(transformed: Transform) -> None:
    """Later rows may leave it blank; the document may not."""
    orders = transformed(f"{ORDER}\nA,ACME,,P-1,1\nA,ACME,,P-2,1\nA,ACME,,P-3,1\n")

    assert told(orders) == [(2, "expected_date_of_dispatch", "is blank")]


def test_a_row_that_could_not_be_read_has_a_result_and_holds_its_document(transformed: Transform) -> None:
    """Rows that belong to nothing are told like all others."""
    orders = transformed(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\nA,ACME\nB,ACME,2026-06-10,P-1,1\n")

    results = refused(orders)
    assert sorted(results) == [2, 3]
    assert results[2][1] == "not sent because of row 3: the order goes whole or not at all"
    assert results[3][1].startswith("the row has 2 fields where the headings have 5")
    assert [order.reference for order in documents_in(orders)] == ["B"]


def test_products_of_one_code_are_one_document(transformed: Transform) -> None:
    """Two rows that say the same of a product do not make two of it; two that differ are told."""
    text = "Code,Description,Unit Stock Unit Type Code\nP-1,One,EACH\nP-2,Two,EACH\nP-1,One,EACH\nP-2,Deux,EACH\n"

    products = transformed(text, name="products.csv")

    assert [product.rows for product in documents_in(products)] == [(2, 4)]
    assert told(products) == [(5, "Description", "Deux contradicts Two in row 3 of the same product")]


def test_documents_that_are_held_are_named_by_the_code_that_others_use(transformed: Transform) -> None:
    """Even where the code itself is what is wrong."""
    text = f"Code,Description,Unit Stock Unit Type Code\n{'P' * 51},One,EACH\nP-2,,EACH\nP-3,Three,EACH\n"

    assert list(transformed(text, name="products.csv").held_keys()) == [(("P" * 51,), 2), (("P-2",), 3)]


def book_of(transformed: Transform, *rows: str) -> AddressBook:
    return AddressBook([transformed(f"{ADDRESS}\n{row}\n", name=f"addresses{n}.csv") for n, row in enumerate(rows)])


def address_of(transformed: Transform, book: AddressBook, cells: str, rules: Rules = NO_RULES) -> object:
    [order] = documents_in(
        transformed(f"{ORDER},address_code,address1,country_code\nA,ACME,2026-06-10,P-1,1,{cells}\n", rules, book=book)
    )
    return dict(order.address)


def test_an_order_takes_its_address_from_the_book_and_cells_on_the_row_win(transformed: Transform) -> None:
    """Attribute by attribute."""
    book = book_of(transformed, "HOME,DeliveryAddress,John,1 High St,GB,ACME")

    assert address_of(transformed, book, "HOME,,") == {"name": "John", "address_1": "1 High St", "country_code": "GB"}
    assert address_of(transformed, book, "HOME,2 Low St,") == {
        "name": "John",
        "address_1": "2 Low St",
        "country_code": "GB",
    }


def test_a_default_does_not_hide_what_the_book_says(transformed: Transform) -> None:
    """It stands in only where neither the row nor the book has a value."""
    book = book_of(transformed, "PARIS,DeliveryAddress,Jean,,FR,\nBLANK,DeliveryAddress,Nobody,,,")
    rules = Rules(defaults={"country_code": "GB"})

    assert address_of(transformed, book, "PARIS,,", rules) == {"name": "Jean", "country_code": "FR"}
    assert address_of(transformed, book, "BLANK,,", rules) == {"name": "Nobody", "country_code": "GB"}
    assert address_of(transformed, book, "PARIS,,BE", rules) == {"name": "Jean", "country_code": "BE"}


def test_a_default_address_code_is_looked_up_like_one_of_the_file(transformed: Transform) -> None:
    """Whether the file has the column or not."""
    book = book_of(transformed, "HOME,DeliveryAddress,John,,GB,")
    rules = Rules(defaults={"address_code": "HOME"})

    [order] = documents_in(transformed(f"{ORDER}\nA,ACME,2026-06-10,P-1,1\n", rules, book=book))

    assert order.address == {"name": "John", "country_code": "GB"}
    assert address_of(transformed, book, ",,", rules) == {"name": "John", "country_code": "GB"}


def test_an_address_of_the_account_goes_before_one_for_all(transformed: Transform) -> None:
    """And another account's is not used at all."""
    own = "HOME,,Own,,,ACME"
    general = "HOME,,General,,,"

    assert address_of(transformed, book_of(transformed, f"{general}\n{own}"), "HOME,,") == {"name": "Own"}
    assert address_of(transformed, book_of(transformed, general), "HOME,,") == {"name": "General"}
    foreign = transformed(
        f"{ORDER},address_code\nA,ACME,2026-06-10,P-1,1,HOME\n", book=book_of(transformed, "HOME,,Theirs,,,GLOBEX")
    )
    why = "address HOME is not for this: addresses0.csv row 2 has it for account GLOBEX"
    assert told(foreign) == [(2, "address_code", why)]


def test_an_address_that_nobody_knows_is_told_on_the_row_that_names_it(transformed: Transform) -> None:
    """With or without a book; the other rows of the order say which."""
    orders = transformed(f"{ORDER},address_code\nA,ACME,2026-06-10,P-1,1,\nA,,,P-2,1,NOWHERE\n")

    assert told(orders) == [(3, "address_code", "address NOWHERE is in no addresses file")]
    assert refused(orders)[2] == (Status.INVALID, "not sent because of row 3: the order goes whole or not at all")


def test_a_collection_address_is_none_for_an_order(transformed: Transform) -> None:
    """Orders are delivered."""
    book = book_of(transformed, "HOME,CollectionAddress,John,,GB,")

    orders = transformed(f"{ORDER},address_code\nA,ACME,2026-06-10,P-1,1,HOME\n", book=book)

    why = "address HOME is not for this: addresses0.csv row 2 has it as a CollectionAddress"
    assert told(orders) == [(2, "address_code", why)]


def test_an_order_whose_address_is_wrong_is_blocked_by_its_row(transformed: Transform) -> None:
    """The order itself is good: correcting the address file is enough, and the error says where and what."""
    book = book_of(transformed, "HOME,DeliveryAddress,John,,UK,ACME")

    orders = transformed(f"{ORDER},address_code\nA,ACME,2026-06-10,P-1,1,HOME\nA,,,P-2,1,\n", book=book)

    error = "its address HOME is wrong: addresses0.csv row 2: country: UK is not a country code (write GB)"
    assert refused(orders) == {2: (Status.BLOCKED, error), 3: (Status.BLOCKED, error)}


def test_the_later_of_two_address_files_counts_even_where_it_is_wrong(transformed: Transform) -> None:
    """An address that was to be replaced tonight is not used once more in silence."""
    old, new, wrong = "HOME,,Old,,,", "HOME,,New,,,", "HOME,,Wrong,,UK,"

    assert address_of(transformed, book_of(transformed, old, new), "HOME,,") == {"name": "New"}
    assert "addresses1.csv row 2" in str(book_of(transformed, old, wrong).find("ACME", "HOME"))
    assert address_of(transformed, book_of(transformed, wrong, new), "HOME,,") == {"name": "New"}


def test_documents_come_alike_however_many_there_are(transformed: Transform) -> None:
    """They are put together a chunk at a time; none is lost or mixed up between chunks."""
    lines = "".join(f"R{n},ACME,2026-06-10,P-{n},{n + 1}\nR{n},,,Q-{n},{n + 2}\n" for n in range(5_003))

    documents = list(documents_in(transformed(f"{ORDER}\n{lines}")))

    assert [document.reference for document in documents] == [f"R{n}" for n in range(5_003)]
    assert all(
        [(line.row, line.codes[0].key[0], line.attributes["order_quantity"]) for line in document.lines]
        == [(2 * n + 2, f"P-{n}", n + 1), (2 * n + 3, f"Q-{n}", n + 2)]
        for n, document in enumerate(documents)
    )
