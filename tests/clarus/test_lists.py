"""Records found by their codes, page by page, and never overlooked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.clarus.lists import Lists
from pipeline.errors import LookupRefused
from schemas.vocabulary.lists import CARRIER_SERVICES, ORDERS, PRODUCTS


class Pages:
    """Answers queries with the nodes that the filter asks for, `most` at a time."""

    def __init__(self, name: str, nodes: list[dict[str, Any]], most: int = 100) -> None:
        self._name, self._nodes, self._most = name, nodes, most
        self.asked: list[Mapping[str, Any]] = []

    async def query(self, query: str, variables: Mapping[str, Any]) -> Any:
        self.asked.append(variables)
        [(field, operators)] = variables["filter"].items()
        nodes = [node for node in self._nodes if node[field] in operators["in"]]
        start = int(variables["after"] or 0)
        end = start + min(self._most, variables["first"])
        page = {"hasNextPage": end < len(nodes), "endCursor": str(end)}
        return {self._name: {"all": {"pageInfo": page, "edges": [{"node": node} for node in nodes[start:end]]}}}


class Says:
    """Answers every query alike."""

    def __init__(self, data: Any) -> None:
        self._data = data

    async def query(self, query: str, variables: Mapping[str, Any]) -> Any:
        return self._data


def test_finds_every_record_of_a_code_however_small_the_pages() -> None:
    """A server may give fewer records at once than it is asked for; ids come as integers, ascending."""
    nodes = [{"id": str(number), "code": f"P-{number % 5}"} for number in range(40, 0, -1)]
    pages = Pages("products", nodes, most=3)

    found = asyncio.run(Lists(pages, batch=2).find(PRODUCTS, [("P-1",), ("P-2",), ("P-3",), ("P-9",)]))

    assert found == {(f"P-{n}",): list(range(n, 41, 5)) for n in (1, 2, 3)}


def test_asks_for_many_codes_at_once() -> None:
    """A thousand codes are a few requests."""
    pages = Pages("products", [])

    asyncio.run(Lists(pages, batch=500).find(PRODUCTS, [(f"P-{number}",) for number in range(1_000)]))

    assert len(pages.asked) == 2


def test_a_reference_of_another_account_is_not_ours() -> None:
    """Two accounts may use one reference; so may two carriers one service code."""
    orders = [
        {"id": 1, "reference": "O-1", "account": {"code": "GLOBEX"}},
        {"id": 2, "reference": "O-1", "account": {"code": "ACME"}},
        {"id": 3, "reference": "O-1", "account": None},
    ]
    services = [{"id": 4, "code": "NEXT", "carrier": {"code": "DPD"}}]

    ours = asyncio.run(Lists(Pages("goods_outs", orders)).find(ORDERS, [("ACME", "O-1")]))
    theirs = asyncio.run(Lists(Pages("carrier_services", services)).find(CARRIER_SERVICES, [("UPS", "NEXT")]))

    assert (ours, theirs) == ({("ACME", "O-1"): [2]}, {})


def test_codes_are_compared_to_the_letter() -> None:
    """A server that does not mind the case must not make us take another record for ours."""
    page = {"pageInfo": {"hasNextPage": False}, "edges": [{"node": {"id": 1, "code": "p-1"}}]}

    assert asyncio.run(Lists(Says({"products": {"all": page}})).find(PRODUCTS, [("P-1",)])) == {}


NODE = {"node": {"id": "1", "code": "P-1"}}
LAST = {"hasNextPage": False, "endCursor": None}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"products": None},
        {"products": {"all": None}},
        {"products": {"all": {"pageInfo": LAST, "edges": None}}},
        {"products": {"all": {"pageInfo": LAST, "edges": [None]}}},
        {"products": {"all": {"pageInfo": LAST, "edges": [{"node": None}]}}},
        {"products": {"all": {"pageInfo": LAST, "edges": [{"node": {"code": "P-1"}}]}}},
        {"products": {"all": {"pageInfo": LAST, "edges": [{"node": {"id": "gid://P", "code": "P-1"}}]}}},
        {"products": {"all": {"edges": [NODE]}}},
        {"products": {"all": {"pageInfo": {"hasNextPage": True, "endCursor": None}, "edges": [NODE]}}},
        {"products": {"all": {"pageInfo": {"hasNextPage": True, "endCursor": "x"}, "edges": [NODE]}}},
    ],
)
def test_an_answer_that_is_not_whole_is_no_answer(data: Any) -> None:
    """What cannot be read does not count as absent: it would be posted a second time."""
    with pytest.raises(LookupRefused, match="products"):
        asyncio.run(Lists(Says(data)).find(PRODUCTS, [("P-1",)]))


class Endless:
    """Pages without an end: cursors and records as the script of a page number has them."""

    def __init__(self, cursor: Callable[[int], str], record: Callable[[int], int]) -> None:
        self._cursor, self._record = cursor, record
        self.asked = 0

    async def query(self, query: str, variables: Mapping[str, Any]) -> Any:
        self.asked += 1
        page = {"hasNextPage": True, "endCursor": self._cursor(self.asked)}
        node = {"id": self._record(self.asked), "code": "P-1"}
        return {"products": {"all": {"pageInfo": page, "edges": [{"node": node}]}}}


@pytest.mark.parametrize(
    ("cursor", "record", "most"),
    [
        pytest.param(lambda n: "AB"[n % 2], lambda n: n, 3, id="from A to B to A"),
        pytest.param(str, lambda n: 1, 2, id="ever new cursors to the same page"),
        pytest.param(str, lambda n: n, 600, id="ever new pages"),
    ],
)
def test_a_list_without_an_end_is_refused(
    cursor: Callable[[int], str], record: Callable[[int], int], most: int
) -> None:
    """A run that asks for ever is found by nobody."""
    endless = Endless(cursor, record)

    with pytest.raises(LookupRefused, match="products"):
        asyncio.run(Lists(endless).find(PRODUCTS, [("P-1",)]))

    assert endless.asked <= most
