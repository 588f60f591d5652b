"""What cells show by their number formats, compared with what Excel shows."""

from __future__ import annotations

import pytest

from pipeline.xlsx.reading.shown_text import shown_number, shown_words


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (17, '"SKU-"0', "SKU-17"),
        (18, '"SKU-"#', "SKU-18"),
        (90.75, "0.000", "90.750"),
        (1.1, "0.00", "1.10"),
        (19, '"SKU-"General', "SKU-19"),
        (20, '0"-X"', "20-X"),
        (21, "\\A0", "A21"),
        (0.5, "0%", "50%"),
        (0.126, "0.0%", "12.6%"),
        (12345678, "#,##0", "12,345,678"),
        (1234, "0,000", "1,234"),
        (22, "0;;;@", "22"),
        (23, '"fixed text"', "fixed text"),
        (24, '0 "kg"', "24 kg"),
        (26, "??0", "26"),
        (27, "0_-", "27"),
        (28, "@", "28"),
        (-5, "00000", "-00005"),
        (-5, "0;(0)", "(5)"),
        (0, '0;-0;"none"', "none"),
        (2.5, "# ?/?", "2 1/2"),
        (0.5, "?/?", "1/2"),
        (3, "# ??/??", "3"),
        (0.25, "# ?/8", "2/8"),
        (0.99, "# ?/2", "1"),
        (123456, "000\\.000", "123.456"),
        (29, '[>100]"big"0;"small"0', "small29"),
        (301, '[>100]"B"000;"S"000', "B301"),
        (30, '[<=100]"S"000;"B"000', "S030"),
        (302, '[<=100]"S"000;"B"000', "B302"),
        (5551234, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "555-1234"),
        (6021234567, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(602) 123-4567"),
        (12, "0.0", "12.0"),
        (33, '0\\ "d"', "33 d"),
        (34, "[Red]0", "34"),
        (35, '#,##0\\ "Stück"', "35 Stück"),
        (37, "_-* #,##0.00\\ [$kr-414]_-", "37.00 kr"),
        (38, "0\\h", "38h"),
        (40, '0 "days"', "40 days"),
        (41, 'General\\ "month"', "41 month"),
        (17, '0"."0', "1.7"),
        (9, "00#", "009"),
        (1001, "000 0", "100 1"),
        (7, "[$SKU-]0", "SKU7"),
        (16, '0000"-A"', "0016-A"),
        (22, "##00", "22"),
        (1234567, '0.0,,"M"', "1.2M"),
        (1234567.8, "#,##0.00", "1,234,567.80"),
        (1500, "0,", "2"),
        (1.25, "0.0#", "1.25"),
        (1.2, "0.0#", "1.2"),
        (0.5, "#.00", ".50"),
        (99.999, "0.0E+0", "1.0E+2"),
        (0.00012, "0.0E+00", "1.2E-04"),
        (1, '[=1]"Yes";[=0]"No";General', "Yes"),
        (0, '[=1]"Yes";[=0]"No";General', "No"),
        (7, '[=1]"Yes";[=0]"No";General', "7"),
        (5, ";;;", ""),
        (42, "[Red][<10]0;[Blue]00000", "00042"),
    ],
)
def test_a_number_shows_what_excel_shows(number: float, code: str, shown: str) -> None:
    """Sections, conditions, places, scales, percent, exponents, fractions and texts around numbers."""
    assert shown_number(number, code, f"{number:g}") == shown


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (36, "[$-804][DBNum1]General"),
        (3.1, "0.0.0"),
        (46002, '"KW"ww'),
        (5, "[$-2000401]0"),
        (-5, "[<10]0;00"),
        (500, "[<10]0"),
        (-0.2, "0"),
        (5, "0 kg"),
    ],
)
def test_a_format_that_is_not_understood_shows_nothing_known(number: float, code: str) -> None:
    """No text is made up where another might be on the screen."""
    assert shown_number(number, code, f"{number:g}") is None


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("17", '"SKU-"@', "SKU-17"),
        ("17", '0;-0;0;"LOT "@', "LOT 17"),
        ("a", '0;0;0;"x"', "x"),
        ("a", ";;;", ""),
        ("a", "0", "a"),
        ("a", '"SKU-"0', "a"),
        ("a", "General", "a"),
    ],
)
def test_a_text_shows_what_excel_shows(text: str, code: str, shown: str) -> None:
    """The section with @, or the fourth, is that of texts."""
    assert shown_words(text, code) == shown
