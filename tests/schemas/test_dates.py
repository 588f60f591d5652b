from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dates import Reading, format_in_words, is_timestamp, read_timestamp

LONDON = ZoneInfo("Europe/London")
BRITISH = Reading(LONDON, ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d %b %Y"))


@pytest.mark.parametrize(
    ("text", "timestamp"),
    [
        ("2026-06-10", "2026-06-10T00:00:00+00:00"),
        ("2026-06-10 14:30", "2026-06-10T14:30:00+00:00"),
        ("2026-06-10T14:30:15", "2026-06-10T14:30:15+00:00"),
        ("2026-06-10T14:30:15Z", "2026-06-10T14:30:15+00:00"),
        ("2026-06-10T14:30:15z", "2026-06-10T14:30:15+00:00"),
        ("2026-06-10 14:30+02:00", "2026-06-10T14:30:00+02:00"),
        ("2026-06-10 14:30 -0530", "2026-06-10T14:30:00-05:30"),
        ("2026-06-10T14:30:15.5", "2026-06-10T14:30:15.500+00:00"),
        ("2026-06-10T14:30:15,123456789Z", "2026-06-10T14:30:15.123+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
    ],
)
def test_iso_8601_is_always_read(text: str, timestamp: str) -> None:
    """A date, or a date and time, with or without zone; a date without time is its first moment."""
    assert read_timestamp(text, Reading()) == timestamp


@pytest.mark.parametrize(
    ("text", "timestamp"),
    [
        ("10/06/2026", "2026-06-10T00:00:00+01:00"),
        ("1/2/2026", "2026-02-01T00:00:00+00:00"),
        ("10/06/2026 14:30", "2026-06-10T14:30:00+01:00"),
        ("10 Jun 2026", "2026-06-10T00:00:00+01:00"),
        ("2026-06-10 14:30", "2026-06-10T14:30:00+01:00"),
        ("2026-01-10 14:30", "2026-01-10T14:30:00+00:00"),
    ],
)
def test_configured_formats_and_zone_are_used(text: str, timestamp: str) -> None:
    """What names no zone is in the configured one, in summer as in winter."""
    assert read_timestamp(text, BRITISH) == timestamp


@pytest.mark.parametrize(
    ("text", "formats", "timestamp"),
    [
        ("2026-06-10 14:30:00 UTC", (), "2026-06-10T14:30:00+00:00"),
        ("2026-06-10 14:30 GMT", (), "2026-06-10T14:30:00+00:00"),
        ("2026-06-10T14:30:00+00", (), "2026-06-10T14:30:00+00:00"),
        ("2026-06-10 14:30:00 UTC+02:00", (), "2026-06-10T14:30:00+02:00"),
        ("10/06/2026 14:30 UTC", ("%d/%m/%Y %H:%M",), "2026-06-10T14:30:00+00:00"),
        ("10/06/2026 14:30Z", ("%d/%m/%Y %H:%M",), "2026-06-10T14:30:00+00:00"),
        ("10/06/2026 14:30 -0700", ("%d/%m/%Y %H:%M",), "2026-06-10T14:30:00-07:00"),
        ("10/06/2026 02:30 PM +01", ("%d/%m/%Y %I:%M %p",), "2026-06-10T14:30:00+01:00"),
        ("10/06/2026 14:30 GMT", ("%d/%m/%Y %H:%M GMT",), "2026-06-10T14:30:00+00:00"),
        ("10.06.2026T14:30Z", ("%d.%m.%YT%H:%MZ",), "2026-06-10T14:30:00+00:00"),
        ("10-06-2026", ("%d-%m-%Y",), "2026-06-10T00:00:00+01:00"),
    ],
)
def test_a_zone_in_a_cell_or_in_a_format_is_that_zone(text: str, formats: tuple[str, ...], timestamp: str) -> None:
    """UTC is not the configured zone, whether the cell says so or the letters of the format."""
    assert read_timestamp(text, Reading(LONDON, formats)) == timestamp


@pytest.mark.parametrize("zone", ["PDT", "CEST", "EST", "BST", "+1", "UTC+"])
def test_the_name_of_another_zone_is_refused(zone: str) -> None:
    """EST is five hours behind in New York and ten ahead in Sydney."""
    with pytest.raises(ValueError, match="is not a date in the form"):
        read_timestamp(f"2026-06-10 14:30 {zone}", Reading(LONDON, ("%Y-%m-%d %H:%M",)))


@pytest.mark.parametrize("formats", [(), ("%d/%m/%Y",), ("%m/%d/%Y",), ("%Y-%d-%m",)])
def test_an_iso_date_is_never_turned_round(formats: tuple[str, ...]) -> None:
    """2024-03-04 is 4 March whatever else is accepted."""
    assert read_timestamp("2024-03-04", Reading(UTC, formats)) == "2024-03-04T00:00:00+00:00"


def test_nothing_is_guessed_between_two_formats() -> None:
    """A date that two configured formats read differently is told; one that only one can read is taken."""
    both = Reading(UTC, ("%d/%m/%Y", "%m/%d/%Y"))

    with pytest.raises(ValueError, match="two dates: 2026-04-03 as DD/MM/YYYY and 2026-03-04 as MM/DD/YYYY"):
        read_timestamp("03/04/2026", both)

    assert read_timestamp("25/12/2026", both) == "2026-12-25T00:00:00+00:00"
    assert read_timestamp("05/05/2026", both) == "2026-05-05T00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-02-30", "is a date or time that does not exist"),
        ("2025-02-29", "is a date or time that does not exist"),
        ("2026-06-10 24:30", "is a date or time that does not exist"),
        ("2026-06-10T10:00+25:00", "is a date or time that does not exist"),
        ("0024-03-04", "has a year that is not between 1970 and 2100"),
        ("2101-01-01", "has a year that is not between 1970 and 2100"),
        ("31/02/2026", "is a date or time that does not exist"),
        ("tomorrow", "is not a date in the form YYYY-MM-DD or"),
        ("2026-6-1", "is not a date in the form YYYY-MM-DD or"),
        ("20260610", "is not a date in the form YYYY-MM-DD or"),
        ("2026-06-10 2pm", "is not a date in the form YYYY-MM-DD or"),
    ],
)
def test_what_is_no_date_is_told(text: str, message: str) -> None:
    """The words follow the value; accepted forms are written as people write them."""
    with pytest.raises(ValueError, match=r"^(is|has) ") as refused:
        read_timestamp(text, BRITISH)

    assert str(refused.value).startswith(message)


def test_the_hour_that_does_not_exist_is_told() -> None:
    """On the last Sunday of March there is no half past one in London."""
    with pytest.raises(ValueError, match="does not exist in Europe/London, where the clocks go forward then"):
        read_timestamp("2026-03-29 01:30", BRITISH)

    assert read_timestamp("2026-03-29 00:59", BRITISH) == "2026-03-29T00:59:00+00:00"
    assert read_timestamp("2026-03-29 02:00", BRITISH) == "2026-03-29T02:00:00+01:00"


def test_the_hour_that_exists_twice_is_told() -> None:
    """On the last Sunday of October half past one comes twice; with its offset it is one of the two."""
    with pytest.raises(ValueError, match=r"exists twice in Europe/London.*write 01:30\+01:00 or 01:30\+00:00"):
        read_timestamp("25/10/2026 01:30", BRITISH)

    assert read_timestamp("2026-10-25 01:30+01:00", BRITISH) == "2026-10-25T01:30:00+01:00"
    assert read_timestamp("2026-10-25 02:00", BRITISH) == "2026-10-25T02:00:00+00:00"


def test_a_date_alone_is_that_day_even_where_midnight_is_missing() -> None:
    """In Santiago the clocks go forward at midnight: the day exists, its midnight does not."""
    assert read_timestamp("2025-09-07", Reading(ZoneInfo("America/Santiago"))).startswith("2025-09-07T00:00:00")


@given(
    st.datetimes(datetime(1972, 1, 2), datetime(2100, 12, 30)),
    st.sampled_from(["UTC", "Europe/London", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_a_timestamp_is_the_moment_that_was_written(when: datetime, name: str) -> None:
    """Any wall-clock time is either refused for a clock change or read as itself, and what is read is a fixed point."""
    zone: tzinfo = ZoneInfo(name)
    when = when.replace(microsecond=0)

    try:
        timestamp = read_timestamp(when.isoformat(" "), Reading(zone))
    except ValueError as refused:
        timestamp, reason = "", str(refused)

    if not timestamp:
        assert "the clocks go" in reason
        return
    read = datetime.fromisoformat(timestamp)
    assert read.replace(tzinfo=None) == when
    assert abs(read - when.replace(tzinfo=zone)) <= timedelta(0)
    assert is_timestamp(timestamp)
    assert read_timestamp(timestamp, Reading()) == timestamp


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("%d/%m/%Y", "DD/MM/YYYY"),
        ("%d.%m.%y %H:%M:%S", "DD.MM.YY hh:mm:ss"),
        ("%d %b %Y %I:%M %p", "DD Mon YYYY hh:mm AM/PM"),
        ("%j", "%j"),
    ],
)
def test_formats_are_told_in_words(form: str, words: str) -> None:
    """Nobody with a spreadsheet open knows strptime."""
    assert format_in_words(form) == words
