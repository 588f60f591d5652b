"""What spreadsheets do to cells, told from what people do."""

from __future__ import annotations

import pytest

from pipeline.extract.returned import changed_by_a_spreadsheet

ONLY_OPENED = [
    ("0001", "1"),
    ("00731", "731"),
    ("0042", "42.0"),
    ("5012345678900", "5.01E+12"),
    ("5012345678900", "5.01235E+12"),
    ("123456789012345678", "123456789012345000"),
    ("1E5", "100000"),
    ("12.0", "12"),
    ("12.50", "12.5"),
    ("12", "12.0"),
    ("1234", "1,234"),
    ("1234.5", "1.234,5"),
    ("1.5", "1,5"),
    ("1000", "1.000"),
    ("5%", "0.05"),
    ("2026-06-10", "10/06/2026"),
    ("2026-06-10", "06/10/2026"),
    ("2026-06-10", "10.06.2026"),
    ("2026-06-10", "10-Jun-26"),
    ("2026-06-10", "46183"),
    ("2026-06-10T14:30", "10/06/2026 14:30"),
    ("09:00", "9:00"),
    ("MAR1", "01-Mar"),
    ("3-4", "2026-04-03"),
    ("1/2", "01-Feb"),
    ("JAN-26", "2026-01-01"),
    ("true", "TRUE"),
    ("TRUE", "WAHR"),
    ("'00123", "00123"),
    ('="00123"', "00123"),
    ("two\r\nlines", "two\nlines"),
    ("a\u00a0b", "a b"),
    ("=SUM", "#NAME?"),
    ("=A1", "order_reference"),
]
CORRECTED = [
    ("731", "00731"),
    ("0042", "43"),
    ("zwei", "2"),
    ("2026-06-10", "2026-06-11"),
    ("ACME", "GLOBEX"),
    ("5", "6"),
    ("10", "100"),
    ("1,5", "15"),
    ("", "5"),
    ("5", ""),
    ("A1", "A2"),
    ("1", "true"),
    ("acme", "ACME"),
]


@pytest.mark.parametrize(("original", "now"), ONLY_OPENED)
def test_what_a_spreadsheet_does_is_known_again(original: str, now: str) -> None:
    """Zeros lost, exponents, the dates and numbers of a locale: nobody has asked for them."""
    assert changed_by_a_spreadsheet(original, now)


@pytest.mark.parametrize(("original", "now"), CORRECTED)
def test_what_a_person_does_is_a_correction(original: str, now: str) -> None:
    """Above all zeros that were added: no spreadsheet does that."""
    assert not changed_by_a_spreadsheet(original, now)
