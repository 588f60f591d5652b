"""The lists in which codes are looked up."""

from __future__ import annotations

from schemas import RECORD_TYPES
from schemas.vocabulary import lists


def test_every_column_names_the_list_itself() -> None:
    """What was learnt of a list is found again by whoever names the list: it is one object, never a copy."""
    known = {id(each) for each in vars(lists).values() if isinstance(each, lists.CodeList)}

    named = [column.lookup for record in RECORD_TYPES.values() for column in record.columns.values() if column.lookup]

    assert named
    assert {id(each) for each in named} <= known
