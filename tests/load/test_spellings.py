"""How Clarus spells references is learnt from what it repeats."""

from __future__ import annotations

import pytest

from pipeline.load import Spellings
from schemas.vocabulary.lists import ORDERS, PRODUCTS


@pytest.mark.parametrize(
    ("ours", "kept", "cut", "other", "kept_of_other"),
    [
        ("so-1", "SO-1", False, "so-2a", "SO-2A"),
        ("SO-A", "so-a", False, "SO-B", "so-b"),
        ("so  1 a", "so 1 a", False, "x   y", "x y"),
        ("So 1", "SO1", False, "a b", "AB"),
        ("0042", "42", False, "0007", "7"),
        ("order-2026-0001", "ORDER-2026", True, "order-2027-0001", "ORDER-2027"),
    ],
)
def test_one_reference_shows_how_the_others_are_kept(
    ours: str, kept: str, cut: bool, other: str, kept_of_other: str
) -> None:
    """Of the same list; another list may have other rules."""
    spellings = Spellings()

    is_new, again = spellings.learn(ORDERS, ours, kept, cut), spellings.learn(ORDERS, ours, kept, cut)

    assert (is_new, again) == (True, False)
    assert spellings.variants(ORDERS, ("ACME", other)) == {("ACME", kept_of_other): cut}
    assert spellings.variants(ORDERS, ("ACME", kept_of_other)) == {}
    assert spellings.variants(PRODUCTS, (other,)) == {}


def test_what_cannot_be_understood_is_not_learnt() -> None:
    """A guess would look up references that are nobody's."""
    spellings = Spellings()

    assert not spellings.learn(ORDERS, "SO-1", "something else", False)
    assert spellings.variants(ORDERS, ("ACME", "SO-2")) == {}


def test_what_earlier_runs_have_seen_is_known() -> None:
    """By the name of the list, as the ledger has it; lists that are not there any more are left out."""
    spellings = Spellings.of([("goods_outs", "a", "A", False), ("gone", "b", "B", False)])

    assert spellings.variants(ORDERS, ("ACME", "c")) == {("ACME", "C"): False}
