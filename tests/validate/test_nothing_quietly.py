"""Validate: no cell is believed that holds what nobody meant, and none is changed without a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.validate import Rules
from pipeline.values.clean_tables import CleanTable
from pipeline.values.problems import Problem, Severity
from schemas.vocabulary.dates import Reading

Validate = Callable[..., CleanTable]

ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
ROW = "ACME,2026-06-10,P-1,1"
ANY_TEXT = ("recipient_name", "notes", "address1", "postcode", "load_reference", "external_system_reference1")


def one_cell(validated: Validate, heading: str, text: str, rules: Rules | None = None) -> tuple[object, list[Problem]]:
    """The value of a cell of an order, and what is told about it."""
    cell = '"' + text.replace('"', '""') + '"'
    clean = validated(f"{ORDER},{heading}\nO-1,{ROW},{cell}\n", rules or Rules())
    column = clean.columns[heading]
    [code] = column.codes
    return (column.values[code] if code >= 0 else None), clean.problems


@pytest.mark.parametrize("heading", [*ANY_TEXT, "priority", "country_code", "sales_order_datetime1", "recipient_email"])
@pytest.mark.parametrize(
    "word", ["#N/A", "#REF!", "########", "##", "#NV", "#BEZUG!", "#WERT!", "#VALEUR!", "#¡VALOR!", "Err:502", "#n/a"]
)
def test_an_error_of_a_spreadsheet_is_no_value_of_any_column(validated: Validate, heading: str, word: str) -> None:
    """Neither as a name nor as a number, in whatever language the spreadsheet speaks."""
    value, [problem] = one_cell(validated, heading, word)

    assert value is None
    assert problem.severity is Severity.ERROR
    assert problem.message == f"{word} is an error of a spreadsheet, not a value"


@pytest.mark.parametrize("heading", [*ANY_TEXT, "priority", "sales_order_datetime1"])
@pytest.mark.parametrize("word", ["NULL", "null", "(null)", r"\N"])
def test_what_a_database_writes_for_nothing_is_no_value(validated: Validate, heading: str, word: str) -> None:
    """It names no one, and no street is called so."""
    value, [problem] = one_cell(validated, heading, word)

    assert (value, problem.severity) == (None, Severity.ERROR)
    assert "word for nothing" in problem.message


@pytest.mark.parametrize("word", ["None", "nan", "NaN", "Null"])
def test_a_word_that_may_be_a_name_is_sent_and_told(validated: Validate, word: str) -> None:
    """Mr None and Mrs Null exist; as a code or a street it is a word for nothing."""
    value, [problem] = one_cell(validated, "recipient_name", word)
    street, [wrong] = one_cell(validated, "address1", word)

    assert (value, problem.severity) == (word, Severity.WARNING)
    assert (street, wrong.severity) == (None, Severity.ERROR)


@pytest.mark.parametrize("word", ["TRUE", "false"])
def test_true_and_false_name_nothing(validated: Validate, word: str) -> None:
    """A barcode that says FALSE came out of a program; a note may say so."""
    assert one_cell(validated, "load_reference", word)[0] is None
    assert one_cell(validated, "notes", word) == (word, [])


def test_words_that_the_configuration_names_are_not_doubted(validated: Validate) -> None:
    """[values] says what NULL stands for."""
    rules = Rules(words={"load_reference": {"null": "NO-LOAD", "true": "TRUE"}})

    assert one_cell(validated, "load_reference", "NULL", rules) == ("NO-LOAD", [])
    assert one_cell(validated, "load_reference", "TRUE", rules) == ("TRUE", [])


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("address3", "'s-Hertogenbosch"),
        ("address3", "'t Hof van Delft"),
        ("notes", "'90s style"),
        ("notes", "'12 pack' of mugs"),
        ("notes", 'pipe 5"'),
        ("notes", '"one" and "two"'),
        ("notes", "#1 in Leeds!"),
        ("notes", "SÃO PAULO, Ângela, Êñ, Łódź, Анна, Рік, 東京, 👨‍👩‍👧"),
        ("load_reference", "1E5"),
        ("load_reference", "12E4"),
        ("load_reference", "N/A-1"),
        ("notes", "1.0"),
        ("postcode", "NA"),
        ("recipient_name", "Nan Goldin"),
        ("product_code", "NANTES-1"),
    ],
)
def test_what_only_looks_odd_is_sent_as_it_stands(validated: Validate, heading: str, text: str) -> None:
    """Too much care is as bad as too little."""
    if heading == "product_code":
        clean = validated(f"{ORDER}\nO-1,ACME,2026-06-10,{text},1\n")
        assert (clean.columns[heading].values, clean.problems) == ([text], [])
    else:
        assert one_cell(validated, heading, text) == (text, [])


@pytest.mark.parametrize(
    ("heading", "text", "value"),
    [
        ("load_reference", "'00123", "00123"),
        ("load_reference", "'ABC-1", "ABC-1"),
        ("postcode", "'02139", "02139"),
        ("recipient_phone_number", "'+44 20 7946 0000", "+44 20 7946 0000"),
        ("notes", "'=1+1", "=1+1"),
        ("load_reference", '="00123"', "00123"),
        ("notes", '="00123"', "00123"),
        ("priority", "'12", 12),
        ("priority", '="12"', 12),
        ("load_reference", '"00123"', "00123"),
        ("load_reference", '"""00123"""', "00123"),
        ("notes", '"5"" pipe"', '5" pipe'),
        ("load_reference", "SKU\u200b-2", "SKU-2"),
        ("load_reference", "SKU\xad-3", "SKU-3"),
        ("load_reference", "\u202aSKU-1\u202c", "SKU-1"),
        ("load_reference", "SKU\u200d4", "SKU4"),
        ("load_reference", "X\xa07", "X 7"),
        ("load_reference", "X\u20097", "X 7"),
        ("notes", "10\u202f000", "10 000"),
        ("sales_order_datetime1", "'2026-06-10", "2026-06-10T00:00:00+00:00"),
        ("load_reference", '=""', None),
    ],
)
def test_what_is_none_of_the_value_is_taken_off_and_told(
    validated: Validate, heading: str, text: str, value: object
) -> None:
    """Marks for text and characters that nobody sees came with the value."""
    found, [problem] = one_cell(validated, heading, text)

    assert found == value
    assert (problem.row, problem.column, problem.severity) == (0, heading, Severity.WARNING)
    assert problem.loud


def test_marks_are_told_once_for_a_column(validated: Validate) -> None:
    """Not for each of a thousand rows."""
    lines = "".join(f"'000{n},{ROW}\n" for n in range(50))

    clean = validated(f"{ORDER}\n{lines}")

    [problem] = clean.problems
    assert problem.message == "the apostrophe before the text is taken off, for example '0000 is read as 0000"


def test_letters_are_compared_in_their_composed_form(validated: Validate) -> None:
    """Two spellings of É are one product; nothing that can be seen has changed."""
    clean = validated(f"{ORDER}\nO-1,ACME,2026-06-10,CAFÉ,1\nO-1,ACME,2026-06-10,CAFE\u0301,1\n")

    assert clean.columns["product_code"].values == ["CAFÉ", "CAFÉ"]
    assert clean.problems == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("MÃ¼ller", "Müller"),
        ("Oâ€™Neil", "O’Neil"),
        ("Å\x81Ã³dÅº", "Łódź"),
        ("M├╝ller", "Müller"),
        ("M√ºller", "Müller"),
        ("MĂĽller", "Müller"),
        ("РђРЅРЅР°", "Анна"),
    ],
)
def test_letters_encoded_twice_are_told_in_texts_and_hold_codes(validated: Validate, text: str, meant: str) -> None:
    """A name arrives garbled and can be read; a code is another one."""
    value, [problem] = one_cell(validated, "recipient_name", text)
    code, [wrong] = one_cell(validated, "load_reference", text)

    assert (value, problem.severity) == (text, Severity.WARNING)
    assert problem.message.endswith(f"it seems to mean {meant}")
    assert (code, wrong.severity) == (None, Severity.ERROR)


@pytest.mark.parametrize("heading", ANY_TEXT)
@pytest.mark.parametrize("text", ["4.42079E+11", "5,01E+12", "1E+05", "2301000000006.0", "M\ufffdller"])
def test_lost_digits_and_letters_are_held_in_every_text(validated: Validate, heading: str, text: str) -> None:
    """What is gone cannot be sent."""
    value, [problem] = one_cell(validated, heading, text)

    assert (value, problem.severity) == (None, Severity.ERROR)


@pytest.mark.parametrize("heading", ["quantity", "line_integer1"])
def test_a_column_whose_numbers_contradict_each_other_holds_those_that_read_both_ways(
    validated: Validate, heading: str
) -> None:
    """1.234 beside 2,5 may be twelve hundred; 3 and 4.5 are what they are."""
    filler = "" if heading == "quantity" else ",quantity"
    head = f"order_reference,account_code,expected_date_of_dispatch,product_code{filler},{heading}"
    texts = ["1.000", '"2,5"', "3", "2.0"]
    fill = "" if heading == "quantity" else ",1"
    lines = "".join(f"O-{n},ACME,2026-06-10,P-1{fill},{text}\n" for n, text in enumerate(texts))

    clean = validated(f"{head}\n{lines}")

    assert [p.row for p in clean.problems if p.severity is Severity.ERROR] == [2, 3]
    assert "may be 1.000 or 1000" in clean.problems[0].message


def test_numbers_with_a_point_alone_contradict_nothing(validated: Validate) -> None:
    """1.234 kg is a weight, also beside a word that is no number."""
    clean = validated(f"{ORDER}\nO-1,ACME,2026-06-10,P-1,1.234\nO-2,ACME,2026-06-10,P-1,ten\n")

    assert [p.row for p in clean.problems] == [3]


@pytest.mark.parametrize(
    ("form", "texts", "held"),
    [
        ("%d/%m/%Y", ["06/10/2026", "06/25/2026", "07/04/2026", "05/05/2026", "13/06/2026", "2026-06-10"], [2, 3, 4]),
        ("%m/%d/%Y", ["06/10/2026", "25/06/2026", "05/05/2026"], [2, 3]),
        ("%d.%m.%y", ["06.10.26", "06.25.26 09:00"], [2, 3]),
        ("%Y/%m/%d", ["2026/06/10", "2026/25/06"], [2, 3]),
        ("%d/%m/%Y", ["06/10/2026", "31/02/2026", "soon"], [3, 4]),
    ],
)
def test_a_column_whose_dates_contradict_their_form_holds_those_that_read_both_ways(
    validated: Validate, form: str, texts: list[str], held: list[int]
) -> None:
    """One date with a thirteenth month shows how the others were written."""
    lines = "".join(f"O-{n},ACME,{text},P-1,1\n" for n, text in enumerate(texts))

    clean = validated(f"{ORDER}\n{lines}", Rules(Reading(date_formats=(form,))))

    assert [p.row for p in clean.problems] == held
