"""What a file holds is proven by its headings, or it is not read."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from pipeline.describe.template import write_template
from pipeline.errors import UnreadableFile
from pipeline.extract import Options, extract
from pipeline.extract.headings import recognise
from pipeline.values.problems import Severity
from schemas import RECORD_TYPES
from schemas.vocabulary.headings import fold

UNIT_TYPE = Options(defaulted={"products": ("Unit Stock Unit Type Code",), "orders": ("account_code",)})


def read(folder: Path, text: str, options: Options | None = None) -> str:
    """The record type of a text file, or why it is not read."""
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    try:
        [table] = extract(path, options or Options())
    except UnreadableFile as error:
        return error.reason
    return table.record.name


@pytest.mark.parametrize(
    ("headings", "record"),
    [
        ("Code,Description,Unit Stock Unit Type Code", "products"),
        ("Code,Description,Barcode", "products"),
        ("Code,Description,Warehouse Code,Location Type,Aisle,Max Weight,Is Pickface", "locations"),
        ("Code,Location Type,Warehouse Code", "locations"),
        ("carrier_code,carrier_name", "carriers"),
        ("Product Code,Account Code,Operation", "account_assignments"),
        ("collection_address_code,name,address_1", "collection_addresses"),
        ("crossdock_reference,account_code,expected_date_of_receipt", "crossdocks"),
        (
            "receipt_reference,account_code,receipt_type,warehouse_code,expected_date_of_receipt,product_code,"
            "item_quantity,expected_date_of_dispatch,goods_out_reference,address_1",
            "crossdocks",
        ),
        ("carrier_code,carrier_service_code,carrier_service_name", "carrier_services"),
        ("code,address_type,name", "addresses"),
        ("code,name,address_1,country", "addresses"),
        ("customer_code,customer_name", "customers"),
        ("code,customer_name", "customers"),
        ("supplier_code,supplier_name,description", "suppliers"),
        ("parent_product_code,child_product_code,quantity,output_quantity,assemble_on_pick", "materials"),
        ("order_reference,expected_date_of_dispatch,product_code,quantity", "orders"),
        ("Reference,Account Code,Warehouse Code,Expected Date Of Arrival,Product Code,Expected Quantity", "receipts"),
    ],
)
def test_headings_that_prove_a_record_type(tmp_path: Path, headings: str, record: str) -> None:
    """A needed heading that no other type has, or more headings of its own than any other type has."""
    assert read(tmp_path, f"{headings}\n", UNIT_TYPE) == record


def test_what_a_default_supplies_need_not_be_in_the_file(tmp_path: Path) -> None:
    """One warehouse for all locations: a heading that only locations have says the rest."""
    options = Options(defaulted={"locations": ("Warehouse Code",), "products": ("Unit Stock Unit Type Code",)})

    assert read(tmp_path, "Code,Location Type,Aisle\n", options) == "locations"
    assert read(tmp_path, "Code,Description,Warehouse Code,Unit Stock Unit Type Code\n") == "products"
    assert "do not prove" in read(tmp_path, "Code,Description\n", options)


@pytest.mark.parametrize(
    "headings",
    [
        "Code,Description",  # locations and order types have them, too
        "Code,Description,External System Reference 1",
        "Code,Description,External System Reference",
        "code,name",
        "code,name,address_1",
        "code,name,address_1,address_3,postcode,phone_number",  # customers and suppliers likewise
        "code,name,country,Barcode",  # the list of some products
    ],
)
def test_headings_that_several_records_have_prove_nothing(tmp_path: Path, headings: str) -> None:
    """Not even where the configuration has a default for what is missing: a guess would create records."""
    reason = read(tmp_path, f"{headings}\n", UNIT_TYPE)

    assert "do not prove that the file holds" in reason
    assert "[[sources]]" in reason


def test_what_the_configuration_maps_belongs_to_its_type(tmp_path: Path) -> None:
    """A mapped heading says whose file it is."""
    options = Options(columns={"addresses": {"kürzel": "code"}})

    assert read(tmp_path, "Kürzel,name,address_1\n", options) == "addresses"


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        ("product_code,hazardous_phrase_code,operation", "hazardous phrases"),
        ("storage_unit_reference,product_code,stock_description,fifo_date,string1", "stock attributes update"),
    ],
)
def test_other_templates_of_clarus_are_refused_by_name(tmp_path: Path, headings: str, name: str) -> None:
    """None is taken for one of ours."""
    expected = f"this is Clarus's {name} template, which clarus-batch does not load: it"

    assert read(tmp_path, f"{headings}\n", UNIT_TYPE).startswith(expected)


@pytest.mark.parametrize("record", RECORD_TYPES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("filled", [False, True])
def test_what_template_writes_is_that_type(tmp_path: Path, record: str, kind: str, filled: bool) -> None:
    """Empty, or with the columns filled that every row needs."""
    path = tmp_path / f"any.{kind}"
    write_template(RECORD_TYPES[record], path, "csv" if kind == "csv" else "xlsx")
    cells = ["1" if column.required else "" for column in RECORD_TYPES[record].columns.values()]
    if filled and kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerow(cells)
        path.write_bytes(path.read_bytes() + text.getvalue().encode())
    elif filled:
        book = openpyxl.load_workbook(path)
        book.worksheets[0].append(cells)
        book.save(path)

    [table] = extract(path, Options())

    assert table.record.name == record
    assert len(table.frame) == filled


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        ("A1,Ann,N1,,,,,", True),  # what is empty says nothing
        ("A1,Ann,N1,x,x,x,,", True),
        ("A1,Ann,N1,x,x,x,x,", False),
        ("A1,Ann,,x,x,x,,", False),
        ("", False),  # without any row, all headings count
    ],
)
def test_half_of_the_filled_headings_must_be_known(tmp_path: Path, row: str, fits: bool) -> None:
    """Else some other export has, by chance, the headings that are needed; the sentence says how to go on."""
    found = read(tmp_path, f"customer_code,customer_name,postcode,w1,w2,w3,w4,w5\n{row}\n")

    if fits:
        assert found == "customers"
    else:
        assert found.startswith("only ")
        assert '"w1", "w2", "w3"' in found
        assert all(way in found for way in ("[columns.customers]", "ignore_columns.customers", "[[sources]]"))


def test_mapped_and_ignored_headings_count_as_known(tmp_path: Path) -> None:
    """Whoever has named them has looked at the file; ignored ones are told no more."""
    options = Options(columns={"customers": {"plz": "postcode"}}, ignored={"customers": ("w1", "w2")})
    path = tmp_path / "customers.csv"
    path.write_text("customer_code,customer_name,PLZ,W-1,w 2,w3\nA1,Ann,N1,x,x,x\n")

    [table] = extract(path, options)

    assert table.unknown == {"w3": 1}
    assert table.frame.loc[2, "postcode"] == "N1"


def test_columns_of_our_results_count_for_nothing(tmp_path: Path) -> None:
    """They neither prove a type nor speak against one."""
    path = tmp_path / "customers.results.csv"
    path.write_text(
        "customer_code,customer_name,w1,w2,clarus_status,clarus_id,clarus_line_id,clarus_error\nA1,Ann,x,x,created,1,,\n"
    )

    [table] = extract(path, Options())

    assert table.record.name == "customers"


def test_a_known_column_can_be_ignored(tmp_path: Path) -> None:
    """Where a mapping has another heading for it, the second is left out."""
    options = Options(columns={"customers": {"plz": "postcode"}}, ignored={"customers": ("postcode", "plz")})
    path = tmp_path / "customers.csv"
    path.write_text("customer_code,customer_name,PLZ,postcode\nA1,Ann,N1,wrong\n")

    [table] = extract(path, options)

    assert table.headings["postcode"] == "PLZ"
    assert table.frame.loc[2, "postcode"] == "N1"


def test_another_name_gives_way_to_the_heading_itself(tmp_path: Path) -> None:
    """A file may have a `reference` of its own beside the order's: it is told as unknown, and the file is read."""
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_reference,reference,account_code,expected_date_of_dispatch,product_code,quantity\nO-1,x,A,2026-06-10,P,1\n"
    )

    [table] = extract(path, Options())

    assert table.headings["order_reference"] == "order_reference"
    assert table.unknown == {"reference": 1}


def test_the_type_that_only_empty_columns_speak_for_is_not_taken(tmp_path: Path) -> None:
    """What is filled decides; where another type fits that as well, nobody guesses."""
    found = read(tmp_path, "Code,Description,Unit Stock Unit Type Code,name,country\nA1,Kettle,,Ann,GB\n")

    assert found.startswith("the headings fit products and addresses equally well")


def test_a_sheet_that_names_a_type_and_is_not_read_is_told_with_quiet(tmp_path: Path) -> None:
    """A sheet of notes is an ordinary warning; one that may hold records is not passed over in silence."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["customer_code", "customer_name"])
    book.active.append(["A1", "Ann"])
    for title, heading in (("Notes", ["Please load"]), ("Places", ["code", "name"])):
        book.create_sheet(title).append(heading)
        book[title].append(["A1", "Ann"])
    book.save(tmp_path / "all.xlsx")

    [table] = extract(tmp_path / "all.xlsx", Options())

    assert [(problem.value, problem.severity, problem.loud) for problem in table.problems] == [
        ("Notes", Severity.WARNING, False),
        ("Places", Severity.WARNING, True),
    ]


def test_any_spelling_of_a_heading_is_found() -> None:
    """Composed or not, wide, in capitals, with any sign between the words."""
    options = Options(columns={"orders": {fold("Größe"): "notes"}})
    cells = [
        "ORDERREFERENCE",
        "account code",
        "Expected-Date-Of-Dispatch",
        "product.code",
        "ＱＵＡＮＴＩＴＹ",
        "Gro\u0308ße",
    ]

    layout = recognise(cells, options)

    assert layout is not None
    assert layout.fault == ""
    assert layout.headings["notes"] == cells[-1]
    assert all(layout.columns)


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ("customer_code,name,string1", "customers need customer_name beside customer_code"),
        ("Parent_Product_Code,quantity", "materials need child_product_code beside parent_product_code"),
    ],
)
def test_the_missing_one_of_two_headings_that_name_a_type_is_told(tmp_path: Path, headings: str, told: str) -> None:
    """Where one of them is there, its fellow is what the reader looks for."""
    assert told in read(tmp_path, f"{headings}\n")
