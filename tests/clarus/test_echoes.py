"""Whether an answer is the answer to what was sent, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.clarus.answers import Answer, Meaning, judge
from pipeline.clarus.echoes import Likeness, Sent, likeness

ORDER = Sent("goods_outs", {"reference": "so-1 x", "account_id": 7, "external_system_reference1": "E9", "priority": 5})
UNIT = Sent(
    "product_storage_units", {"product_id": 150, "storage_unit_type_id": 12}, ("product_id", "storage_unit_type_id")
)
ASSIGNED = Sent("account_products", {"product_id": 150, "account_id": 3}, ("product_id", "account_id"))


def answered(sent: Sent, *, kind: str = "", id: Any = 9, **parts: Any) -> Answer:  # noqa: A002 - as JSON:API has it
    return Answer(200, {"data": {"id": id, "type": kind or sent.type, **parts}})


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (answered(ORDER), ORDER),
        (answered(ORDER, attributes={}), ORDER),
        (answered(ORDER, attributes={"reference": "so-1 x", "account_id": "7", "priority": 6}), ORDER),
        (answered(ORDER, attributes={"reference": None, "external_system_reference1": None}), ORDER),
        (answered(ORDER, attributes={"account": {"id": 7, "code": "ACME"}}), ORDER),
        (answered(ORDER, relationships={"account": {"data": {"id": "7", "type": "accounts"}}}), ORDER),
        (answered(ORDER, relationships=[], attributes="none"), ORDER),
        (answered(UNIT, attributes={"product_id": 150, "storage_unit_type_id": 12}), UNIT),
        (Answer(200, {"id": 9, "account_id": 3, "product_id": 150}), ASSIGNED),
    ],
)
def test_an_answer_that_contradicts_nothing_is_believed(answer: Answer, sent: Sent) -> None:
    """What a server does not repeat, or fills in as it likes, is no reason for doubt."""
    verdict = judge(answer, sent)

    assert (verdict.meaning, verdict.record, verdict.kept) == (Meaning.MADE, 9, "")


@pytest.mark.parametrize(
    ("answer", "sent", "why"),
    [
        (answered(ORDER, attributes={"reference": "SO-2"}), ORDER, "for another record: reference SO-2, not so-1 x"),
        (answered(ORDER, attributes={"account_id": 8}), ORDER, "for another record: account_id 8, not 7"),
        (answered(ORDER, attributes={"account": {"id": 8}}), ORDER, "for another record: account_id 8, not 7"),
        (
            answered(ORDER, relationships={"account": {"data": {"id": "8"}}}),
            ORDER,
            "for another record: account_id 8, not 7",
        ),
        (
            answered(ORDER, attributes={"external_system_reference1": "E8"}),
            ORDER,
            "for another record: external_system_reference1 E8, not E9",
        ),
        (
            answered(UNIT, attributes={"storage_unit_type_id": 13}),
            UNIT,
            "for another record: storage_unit_type_id 13, not 12",
        ),
        (answered(ORDER, kind="jobs"), ORDER, "of type jobs, not goods_outs"),
        (Answer(200, {"data": {"id": 9}}), ORDER, "of type None, not goods_outs"),
        (Answer(200, {"id": 9, "account_id": 4}), ASSIGNED, "for another record: account_id 4, not 3"),
        (Answer(200, {"id": 9}), ORDER, "with nothing that shows it is ours"),
        (Answer(200, {"id": 9, "error": "queued"}), ORDER, "with an error: queued"),
        (answered(ORDER, id=None), ORDER, "without an id"),
    ],
)
def test_an_answer_that_is_not_ours_leaves_it_in_doubt(answer: Answer, sent: Sent, why: str) -> None:
    """An id of somebody else would sit on the row, and in every document that names it."""
    verdict = judge(answer, sent)

    assert (verdict.meaning, verdict.record, verdict.why) == (Meaning.IN_DOUBT, None, why)


@pytest.mark.parametrize(
    ("theirs", "kept", "cut"), [("SO-1 X", "SO-1 X", False), ("so-1  x", "so-1  x", False), ("so-1x", "so-1x", False)]
)
def test_a_reference_that_clarus_keeps_otherwise_is_ours(theirs: str, kept: str, cut: bool) -> None:
    """Its spelling there is handed on: by ours nobody would find it again."""
    verdict = judge(answered(ORDER, attributes={"reference": theirs}), ORDER)

    assert (verdict.meaning, verdict.record, verdict.kept, verdict.cut) == (Meaning.MADE, 9, kept, cut)


def test_a_reference_that_is_cut_says_so() -> None:
    """Whoever looks it up must know that a shorter reference may be another record's."""
    long = Sent("goods_outs", {"reference": "ORDER-2026-000017"})

    verdict = judge(answered(long, attributes={"reference": "ORDER-2026-0000"}), long)

    assert (verdict.meaning, verdict.kept, verdict.cut) == (Meaning.MADE, "ORDER-2026-0000", True)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("A", "A", Likeness.SAME),
        ("a", "A", Likeness.NORMALISED),
        ("straße", "STRASSE", Likeness.NORMALISED),
        ("A  B", "A B", Likeness.NORMALISED),
        ("0042", "42", Likeness.NORMALISED),
        ("SO-10", "SO-1", Likeness.OTHER),
        ("SO-1", "SO-10", Likeness.OTHER),
        ("ORDER-100010", "ORDER-1000", Likeness.CUT),
        ("A", "", Likeness.OTHER),
        ("42", "43", Likeness.OTHER),
    ],
)
def test_texts_are_alike_as_servers_store_them(ours: str, theirs: str, expected: Likeness) -> None:
    """Upper case, blanks and leading zeros come and go; another number is another record."""
    assert likeness(ours, theirs) is expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, {"data": {"id": 9, "type": "products"}}), Meaning.MADE),
        (Answer(200, {"data": {"id": 9}}), Meaning.MADE),
        (Answer(200, {"data": {"type": "products"}}), Meaning.MADE),
        (Answer(204), Meaning.MADE),
        (Answer(200), Meaning.MADE),
        (Answer(200, {"data": {"id": 8, "type": "products"}}), Meaning.IN_DOUBT),
        (Answer(200, page="text/html"), Meaning.IN_DOUBT),
        (Answer(202), Meaning.IN_DOUBT),
    ],
)
def test_a_change_is_believed_when_it_is_of_the_record_that_was_changed(answer: Answer, expected: Meaning) -> None:
    """A change needs no new id, but a sign-in page has changed nothing."""
    assert judge(answer, Sent("products", {"code": "A"}, record=9)).meaning is expected


@pytest.mark.parametrize("id", [2**53 + 1, str(2**53 + 1), 2**63 - 1])
def test_large_ids_stay_exact(id: int | str) -> None:  # noqa: A002 - as JSON:API has it
    """A number that passes through floating point would be another record."""
    assert judge(answered(ORDER, id=id), ORDER).record == int(id)
