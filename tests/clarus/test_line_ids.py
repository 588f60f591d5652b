"""Which id in an answer belongs to which line that was sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clarus.line_ids import line_ids

TEA, CUP = {"product_id": 7, "order_quantity": 2}, {"product_id": 8, "order_quantity": 2}


def answer(*lines: Any, under: str = "lines_changes") -> dict[str, Any]:
    return {"data": {"id": 1, "attributes": {under: list(lines)}}}


def line(record: Any, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"type": "ADD", "id": record, "attributes": attributes}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(answer(line(11, TEA), line(12, CUP)), [11, 12], id="in order"),
        pytest.param(answer(line(12, CUP), line(11, TEA)), [11, 12], id="in another order"),
        pytest.param(answer(line("11", TEA), line("12", CUP)), [11, 12], id="ids as text"),
        pytest.param(answer(line(12, CUP)), [None, 12], id="one is missing"),
        pytest.param(answer(line(11, TEA), line(None, CUP)), [11, None], id="one has no id"),
        pytest.param(answer(line(11, TEA), line(12, CUP), under="lines"), [11, 12], id="under another name"),
        pytest.param(answer({"id": 11, **TEA}, {"id": 12, **CUP}), [11, 12], id="flat"),
        pytest.param(answer({"id": 11}, {"id": 12}), [11, 12], id="ids alone, as many as were sent"),
        pytest.param(answer({"id": 11}), [], id="ids alone, fewer than were sent"),
        pytest.param(answer(line(11, {**TEA, "order_quantity": "2.0"}), line(12, CUP)), [11, 12], id="number as text"),
        pytest.param(answer(), [], id="no lines"),
        pytest.param({"data": {"id": 1}}, [], id="no attributes"),
        pytest.param(
            {"data": {"relationships": {"lines": {"data": [line(12, CUP), line(11, TEA)]}}}}, [11, 12], id="related"
        ),
        pytest.param(
            {
                "data": {"id": 1},
                "included": [{"type": "addresses", "id": 9}, {"type": "goods_out_lines", "id": 11, **TEA}],
            },
            [11, None],
            id="included",
        ),
        pytest.param("nonsense", [], id="no JSON"),
    ],
)
def test_each_line_gets_its_own_id(body: Any, expected: list[int | None]) -> None:
    """Wherever an answer repeats the lines and in whatever order, no id lands on the row of another line."""
    assert line_ids(body, [TEA, CUP]) == expected


@given(st.data())
def test_the_order_of_an_answer_does_not_matter(data: st.DataObject) -> None:
    """Shuffled lines get the ids of lines that hold the same."""
    quantities = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    sent = [{"product_id": 7, "order_quantity": quantity} for quantity in quantities]
    told = data.draw(st.permutations([line(record, dict(own)) for record, own in enumerate(sent, start=100)]))

    ids = line_ids(answer(*told), sent)

    held = {each["id"]: each["attributes"] for each in told}
    assert sorted(filter(None, ids)) == sorted(held)
    assert [held[record] for record in ids if record] == sent
