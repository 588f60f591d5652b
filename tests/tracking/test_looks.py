"""What a look says of a record, as a function of what was seen before and what Clarus shows now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.ledger.tracking import Tracked
from pipeline.tracking.looks import Line, Rules, Shown, after_look

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
RULES = Rules({"orders": frozenset({"completed", "cancelled"}), "receipts": frozenset({"completed"})}, 60)
ORDER = Tracked("orders", 1, "ACME", "SO-1", "20260601-000000-000", "2026-06-01T00:00:00+00:00")


def test_one_look_that_finds_nothing_is_no_proof() -> None:
    """Nor are two that are close together; the status stays what it was."""
    seen = after_look(ORDER, Shown("PICK"), NOW, RULES)
    once = after_look(seen, None, NOW, RULES)
    soon = after_look(once, None, NOW + timedelta(seconds=59), RULES)

    assert [(each.status, each.final) for each in (once, soon)] == [("PICK", False)] * 2


def test_two_looks_far_enough_apart_make_it_gone() -> None:
    """For good: it is not asked about any more."""
    once = after_look(ORDER, None, NOW, RULES)
    gone = after_look(once, None, NOW + timedelta(seconds=60), RULES)

    assert (gone.status, gone.final, gone.since) == ("gone", True, "2026-06-10T12:01:00+00:00")


def test_what_is_found_in_between_begins_anew() -> None:
    """A list that leaves a record out now and then does not add up to its end."""
    once = after_look(ORDER, None, NOW, RULES)
    found = after_look(once, Shown("PENDING"), NOW + timedelta(hours=1), RULES)
    missed = after_look(found, None, NOW + timedelta(hours=2), RULES)

    assert (found.missing_since, missed.status, missed.final) == ("", "PENDING", False)


@pytest.mark.parametrize(("code", "name"), [("completed", ""), ("COMPLETED", ""), ("6", "Completed")])
def test_final_words_are_compared_without_case(code: str, name: str) -> None:
    """By code or by name, since Clarus's document is not of one mind."""
    assert after_look(ORDER, Shown(code, name), NOW, RULES).final


def test_since_is_when_the_status_was_first_seen() -> None:
    """Not when it was last looked at."""
    first = after_look(ORDER, Shown("PICK"), NOW, RULES)
    again = after_look(first, Shown("PICK"), NOW + timedelta(hours=1), RULES)

    assert again.since == first.since
    assert again.seen_at > first.seen_at


@pytest.mark.parametrize(
    ("expected", "overdue"),
    [
        ("2026-06-10T11:59:00Z", True),
        ("2026-06-10T12:01:00Z", False),
        ("2026-06-10T00:00:00Z", False),  # the whole day
        ("2026-06-09T00:00:00+00:00", True),
        ("2026-06-09", True),
        ("", False),
        ("soon", False),
    ],
)
def test_overdue_is_past_its_moment_or_its_day(expected: str, overdue: bool) -> None:
    """Midnight stands for the whole day, as dates without a time are sent."""
    assert after_look(ORDER, Shown("PICK", expected=expected), NOW, RULES).overdue is overdue


def test_a_day_is_one_of_the_configured_zone() -> None:
    """In New York the ninth ends at four in the morning by UTC."""
    rules = replace(RULES, zone=ZoneInfo("America/New_York"))
    shown = Shown("PICK", expected="2026-06-09T04:00:00Z")

    assert not after_look(ORDER, shown, datetime(2026, 6, 10, 3, 59, tzinfo=UTC), rules).overdue
    assert after_look(ORDER, shown, datetime(2026, 6, 10, 4, 1, tzinfo=UTC), rules).overdue


def test_what_is_final_is_not_overdue() -> None:
    """It came late, and it came."""
    assert not after_look(ORDER, Shown("COMPLETED", expected="2026-01-01"), NOW, RULES).overdue


@pytest.mark.parametrize(
    ("status", "lines", "short"),
    [
        ("PICK", [Line(10, 4, 0)], False),  # still at it
        ("PICK", [Line(10, 4, 0, "SHORT")], True),
        ("COMPLETED", [Line(10, 10, 10), Line(5, 5, 4)], True),
        ("COMPLETED", [Line(10, 10, 10)], False),
        ("CANCELLED", [Line(10, 0, 0)], False),
        ("COMPLETED", [Line(None, None, None)], False),
        ("PICK", [Line(10, 4, 0, "None")], False),
    ],
)
def test_short_is_what_clarus_says_of_a_line_or_what_went_out_last(status: str, lines: list[Line], short: bool) -> None:
    """Before the end fewer pieces only mean that nobody is ready yet."""
    assert after_look(ORDER, Shown(status, lines=lines), NOW, RULES).short is short


def test_lines_that_were_not_asked_for_keep_what_was_known() -> None:
    """Quantities do not vanish from the file."""
    seen = after_look(ORDER, Shown("PICK", lines=[Line(10, 4, 0)]), NOW, RULES)
    again = after_look(seen, Shown("PICK"), NOW, RULES)

    assert (again.ordered, again.picked, again.dispatched) == (10, 4, 0)
