"""How much is sent while Clarus answers nothing, and what is learnt of its lists."""

from __future__ import annotations

import asyncio

from simulated import now, simulate

from pipeline.ledger import Identity
from pipeline.load import Gate, IssuedIds, Lateness
from pipeline.stopping import Stopping
from schemas.vocabulary.lists import ORDERS, PRODUCTS


def test_while_no_answer_comes_one_is_let_through_now_and_then() -> None:
    """At growing intervals, and all at once as soon as an answer has come."""

    async def scenario() -> list[float]:
        gate, entered = Gate(Stopping(), 2, 1.0), list[float]()
        gate.lost()
        gate.lost()

        async def enter() -> None:
            await gate.enter()
            entered.append(now())
            gate.lost()

        waiting = [asyncio.create_task(enter()) for _ in range(6)]
        await asyncio.sleep(8.0)
        gate.answered()
        await asyncio.gather(*waiting)
        return entered

    entered = simulate(scenario())

    assert [round(at) for at in entered[:3]] == [1, 3, 7]
    assert [round(at) for at in entered[3:5]] == [8, 8]


def test_how_late_lists_are_is_learnt_from_what_they_do_not_show_yet() -> None:
    """The next first look comes later, and what is not shown may be there for longer."""
    lateness = Lateness(60.0)
    lateness.made(ORDERS, ("ACME", "A"), 100.0)

    lateness.looked(ORDERS, {}, 104.0)

    assert (lateness.first_look(ORDERS), lateness.until(ORDERS)) == (6.0, 66.0)
    assert (lateness.first_look(PRODUCTS), lateness.until(PRODUCTS)) == (0.0, 60.0)


def test_a_list_that_never_shows_what_was_made_proves_nothing_by_showing_nothing() -> None:
    """Until it shows one that was made."""
    lateness = Lateness(60.0)
    lateness.made(ORDERS, ("ACME", "A"), 0.0)
    lateness.looked(ORDERS, {}, 60.0)
    was_blind = lateness.is_blind(ORDERS)
    lateness.made(ORDERS, ("ACME", "B"), 60.0)

    lateness.looked(ORDERS, {("ACME", "B"): [2]}, 61.0)

    assert (was_blind, lateness.is_blind(ORDERS)) == (True, False)


def test_a_list_that_shows_one_of_several_is_believed() -> None:
    """The others may have been deleted by somebody."""
    lateness = Lateness(60.0)
    for name in "ABC":
        lateness.made(ORDERS, ("ACME", name), 0.0)

    lateness.looked(ORDERS, {("ACME", "B"): [2]}, 90.0)

    assert not lateness.is_blind(ORDERS)


def test_an_id_is_of_one_document_of_this_run_or_an_earlier_one() -> None:
    """Those of earlier runs are read once, and only when an id comes that may be one of them."""
    earlier, ours, other = (Identity("acme", "orders", "ACME", name) for name in "ABC")
    read = list[str]()

    async def highest(tenant: str, record: str) -> int:
        return 10

    async def everything(tenant: str, record: str) -> dict[int, Identity]:
        read.append(record)
        return {10: earlier}

    async def scenario() -> list[Identity | None]:
        issued = IssuedIds(highest, everything)
        asked = [(ours, 11), (ours, 11), (other, 11), (ours, 10), (earlier, 10), (other, 9)]
        return [await issued.holder(*each) for each in asked[:3]] + [await issued.holder(*each) for each in asked[3:]]

    holders = simulate(scenario())

    assert holders == [None, None, ours, earlier, None, None]
    assert read == ["orders"]
