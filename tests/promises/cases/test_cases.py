"""Real spreadsheets, exports and wrong headings: nothing is changed or dropped without a word."""

from __future__ import annotations

import pytest

from tests.promises.cases.conftest import Case, Play, cases, told


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_file_of_a_public_bug_report_ends_right_or_in_words(case: Case, play: Play) -> None:
    """Clarus holds what the file shows, or somebody is told; never another value, and never without a word."""
    ending = play(case)

    assert not [value for value in ending.values for never in case.never if _is(value, never)], case.right
    assert set(case.posted) <= set(ending.values), case.right
    assert [word for word in case.told if not told(word, ending.words)] == [], ending.words
    assert ending.exit_code == case.exit, ending.words


def _is(value: str, never: str) -> bool:
    text, _, _ = never.partition("#exact")
    return value == text if never.endswith("#exact") else text in value
