"""What an answer of Clarus means, case by case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clarus.answers import (
    Answer,
    Meaning,
    complaint,
    data,
    may_pass,
    meaning,
    record_id,
    refusal,
    retry_after,
)
from pipeline.clarus.echoes import Sent
from pipeline.clarus.ids import as_id
from pipeline.clarus.line_ids import line_ids

REFUSAL = {"errors": [{"code": 422, "details": "is too long"}]}
NOW = datetime(2026, 6, 10, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, {"data": {"id": 7}}), Meaning.MADE),
        (Answer(201, {"data": {"id": "7"}}), Meaning.MADE),
        (Answer(200, {"id": 7}), Meaning.MADE),
        (Answer(202, {"data": {"id": 7}}), Meaning.IN_DOUBT),
        (Answer(203, {"data": {"id": 7}}), Meaning.IN_DOUBT),
        (Answer(200, {"id": 7, "error": "queued"}), Meaning.IN_DOUBT),
        (Answer(200, {"data": {"id": 7}, "errors": [{"details": "half"}]}), Meaning.IN_DOUBT),
        (Answer(200, {"data": {}}), Meaning.IN_DOUBT),
        (Answer(200, {"data": {"id": "seven"}}), Meaning.IN_DOUBT),
        (Answer(200, {"data": {"id": 0}}), Meaning.IN_DOUBT),
        (Answer(200, {"data": [{"id": 7}]}), Meaning.IN_DOUBT),
        (Answer(200, None), Meaning.IN_DOUBT),
        (Answer(204, None), Meaning.IN_DOUBT),
        (Answer(302, None), Meaning.IN_DOUBT),
        (Answer(302, None, location="https://login.test"), Meaning.REDIRECTED),
        (Answer(308, None, location="/v2"), Meaning.REDIRECTED),
        (Answer(403, {"error": "forbidden"}), Meaning.NOT_ANSWERED),
        (Answer(403, {"errors": "forbidden"}), Meaning.NOT_ANSWERED),
        (Answer(407, page="text/html"), Meaning.NOT_ANSWERED),
        (Answer(304, None), Meaning.IN_DOUBT),
        (Answer(400, REFUSAL), Meaning.REFUSED),
        (Answer(400, page="text/html"), Meaning.NOT_ANSWERED),
        (Answer(401), Meaning.TOKEN_REFUSED),
        (Answer(403, REFUSAL), Meaning.REFUSED),
        (Answer(403, page="text/html"), Meaning.NOT_ANSWERED),
        (Answer(404, REFUSAL), Meaning.REFUSED),
        (Answer(404, page="text/html"), Meaning.NOT_ANSWERED),
        (Answer(408), Meaning.IN_DOUBT),
        (Answer(409, REFUSAL), Meaning.REFUSED),
        (Answer(409, page="text/html"), Meaning.NOT_ANSWERED),
        (Answer(422, REFUSAL), Meaning.REFUSED),
        (Answer(422, page="text/html"), Meaning.NOT_ANSWERED),
        (Answer(429), Meaning.NOT_MADE),
        (Answer(500), Meaning.IN_DOUBT),
        (Answer(502), Meaning.IN_DOUBT),
        (Answer(503), Meaning.IN_DOUBT),
        (Answer(504), Meaning.IN_DOUBT),
        (Answer(None), Meaning.IN_DOUBT),
        (Answer(None, reached=False), Meaning.NOT_MADE),
    ],
)
def test_every_answer_to_a_write_has_one_meaning(answer: Answer, expected: Meaning) -> None:
    """Only what surely was not made may be sent again without a look."""
    assert meaning(answer) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (150, 150),
        ("150", 150),
        ("0150", 150),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        ("9" * 30, None),
        (0, None),
        (-1, None),
        ("-1", None),
        (True, None),
        (1.5, None),
        ("²", None),
        ("٣", None),
        ("", None),
        (None, None),
        ([1], None),
    ],
)
def test_an_id_is_a_number_that_the_ledger_can_hold(value: Any, expected: int | None) -> None:
    """Ids come as integers or digits; whatever else a server sends is none."""
    assert as_id(value) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("1.5", 1.5),
        ("Wed, 10 Jun 2026 12:00:30 GMT", 30.0),
        ("Wed, 10 Jun 2026 11:00:00 GMT", 0.0),
        ("Wed, 10 Jun 2026 12:00:30 -0000", 30.0),
        ("-5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        ("Wed, 99 Jun 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: float | None) -> None:
    """Both forms of the header become seconds from now, never fewer than none; nonsense counts as absent."""
    assert retry_after(header, NOW) == expected


@given(st.text(max_size=40))
def test_no_retry_after_header_is_too_strange(header: str) -> None:
    """Whatever a server writes there, it is read or ignored."""
    seconds = retry_after(header, NOW)

    assert seconds is None or seconds >= 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "id", "type", "reference", "attributes", "lines_changes", "errors", "message"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(100, 599), JSON)
def test_no_answer_is_too_strange(status: int, body: Any) -> None:
    """Whatever JSON comes back, it is judged, and what counts as made has its id."""
    answer = Answer(status, body)

    if meaning(answer) is Meaning.MADE:
        assert status in (200, 201)
        assert record_id(body) is not None
    assert meaning(answer, Sent("goods_outs", {"reference": "SO-1"})) in Meaning
    assert isinstance(refusal(answer), str)
    assert isinstance(complaint(answer), str)
    assert isinstance(may_pass(answer), bool)
    assert all(line is None or line > 0 for line in line_ids(body, [{"product_id": 7}]))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"errors": [{"details": "is too long", "symbol": "x"}, {"symbol": "taken"}]},
            "Clarus refused it (422): is too long; taken",
        ),
        ({"error": "forbidden"}, "Clarus refused it (422): forbidden"),
        ({"errors": ["plain words"]}, "Clarus refused it (422): plain words"),
        ({"errors": [{"code": 5}]}, "Clarus refused it (422): no reason given"),
        ("<html>", "Clarus refused it (422): no reason given"),
        (None, "Clarus refused it (422): no reason given"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_clarus(body: Any, expected: str) -> None:
    """The person with the file open reads why."""
    assert refusal(Answer(422, body)) == expected


def test_data_with_errors_beside_them_are_no_data() -> None:
    """A list of which a part failed must not pass for a list that is short."""
    half = Answer(200, {"data": {"products": None}, "errors": [{"message": "timeout"}]})

    assert data(half) is None
    assert may_pass(half)


@pytest.mark.parametrize(
    "words",
    [
        "Cannot query field 'code' on type 'Product'.",
        "Field 'code' doesn't exist on type 'Product'",
        "Unknown argument 'filter'",
        'Unknown type "ProductsFilterType".',
    ],
)
def test_a_query_that_is_not_understood_will_not_pass(words: str) -> None:
    """Asking again would only take time."""
    assert not may_pass(Answer(200, {"errors": [{"message": words}]}))
