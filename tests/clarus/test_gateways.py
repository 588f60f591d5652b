"""What answers in Clarus's place is no verdict, and is named for what it is; in simulated time."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import orjson
import pytest
from simulated import now, simulate

from pipeline.clarus.access import Access
from pipeline.clarus.answers import Answer, Meaning, meaning
from pipeline.clarus.client import Clarus
from pipeline.clarus.tokens import Credentials
from pipeline.errors import ClarusUnreachable, NotClarus, ProxyRefused, SettingRefused, Unfinished

Reply = tuple[int, bytes, dict[str, str]]

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE: Reply = (403, b"<html>\n<h1>Blocked by policy</h1>", HTML)
MADE: Reply = (200, b'{"data": {"id": 7, "type": "goods_outs"}}', {})
FOUND: Reply = (200, b'{"data": {"products": {}}}', {})
TOKEN: Reply = (200, b'{"access_token": "t"}', {})


class Gateway(httpx.AsyncBaseTransport):
    """Replies by path and by how many requests have come to it before."""

    def __init__(self, **replies: Callable[[int, bytes], Reply]) -> None:
        self.heard: list[str] = []
        self._replies = {"token": lambda n, body: TOKEN, **replies}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        number = self.heard.count(name)
        self.heard.append(name)
        await asyncio.sleep(0.05)
        status, content, headers = self._replies[name](number, b"".join(request.stream))  # type: ignore[arg-type]
        stream = httpx.ByteStream(content)  # as it comes: httpx would unpack it
        return httpx.Response(status, headers=headers, stream=stream)


def always(reply: Reply) -> Callable[[int, bytes], Reply]:
    return lambda number, body: reply


def clarus(gateway: Gateway, **access: Any) -> Clarus:
    return Clarus(Access("http://clarus.test", "acme", Credentials("id", "secret"), **access), None, gateway, now)


def write(gateway: Gateway, path: str, **access: Any) -> Answer:
    async def scenario() -> Answer:
        return await clarus(gateway, **access).write("POST", path, b"{}")

    return simulate(scenario())


def query(gateway: Gateway, **access: Any) -> Any:
    async def scenario() -> Any:
        return await clarus(gateway, **access).query("{ products }", {})

    return simulate(scenario())


async def write_all(gateway: Gateway, documents: int, workers: int = 64) -> tuple[list[Answer], list[Unfinished]]:
    """Write so many documents as a run does: nobody begins another one after a reason to stop."""
    own = clarus(gateway)
    numbers, answers, reasons = count(), list[Answer](), list[Unfinished]()

    async def work() -> None:
        while not reasons and (number := next(numbers)) < documents:
            try:
                answers.append(await own.write("POST", "/goods_outs", b"%d" % number))
            except Unfinished as reason:
                reasons.append(reason)

    await asyncio.gather(*(work() for _ in range(workers)))
    return answers, reasons


def test_a_wall_stops_the_run_after_a_handful() -> None:
    """Not after 200,000 requests, and not at the first page either; nothing is rejected."""
    gateway = Gateway(goods_outs=always(PAGE))

    answers, reasons = simulate(write_all(gateway, 10_000))

    assert {meaning(answer) for answer in answers} <= {Meaning.NOT_ANSWERED}
    assert isinstance(reasons[0], NotClarus)
    assert "answered 403 (not JSON: text/html, begins '<html> <h1>Blocked by policy</h1>')" in str(reasons[0])
    assert "check base_url" in str(reasons[0])
    assert 5 <= gateway.heard.count("goods_outs") <= 40


def test_a_page_that_passes_costs_nothing() -> None:
    """A firewall that starts anew for a moment."""
    gateway = Gateway(goods_outs=lambda number, body: PAGE if number < 8 else MADE)

    answers, reasons = simulate(write_all(gateway, 100))

    assert (len(answers), {meaning(answer) for answer in answers}, reasons) == (100, {Meaning.MADE}, [])


@pytest.mark.parametrize("workers", [1, 4, 64])
def test_one_that_alone_meets_a_page_keeps_nobody_back(workers: int) -> None:
    """A firewall may dislike the words of one order."""
    gateway = Gateway(goods_outs=lambda number, body: PAGE if body == b"40" else MADE)

    answers, reasons = simulate(write_all(gateway, 60, workers))

    assert reasons == []
    assert sorted(meaning(answer) for answer in answers).count(Meaning.NOT_ANSWERED) == 1
    assert len(answers) == 60
    assert gateway.heard.count("goods_outs") == 62


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (
            (302, b"", {"Location": "https://login.hotel.test/?key=1"}),
            NotClarus,
            "redirects to https://login.hotel.test/ ",
        ),
        ((308, b"", {"Location": "/v2/goods_outs"}), NotClarus, "http://clarus.test/v2/goods_outs (308): set base_url"),
        ((511, b"<html>", HTML), NotClarus, "asks you to sign in"),
        ((407, b"<html>", HTML), ProxyRefused, "wants a user and password (407)"),
    ],
)
def test_what_time_will_not_change_stops_at_once(reply: Reply, kind: type[Unfinished], words: str) -> None:
    """One request, and the setting to look at; never what stands in the query of an address."""
    gateway = Gateway(goods_outs=always(reply))

    with pytest.raises(kind) as stopped:
        write(gateway, "/goods_outs")

    assert words in str(stopped.value)
    assert "key" not in str(stopped.value)
    assert gateway.heard == ["token", "goods_outs"]


@pytest.mark.parametrize("reply", [(200, b"<html>Welcome, guest", HTML), (404, b"not here", {}), (403, b"", {})])
def test_a_page_in_place_of_a_token_stops_at_once(reply: Reply) -> None:
    """It is no refusal of the client's secret: that may be right."""
    gateway = Gateway(token=always(reply))

    with pytest.raises(NotClarus, match=r"does not answer at http://clarus.test when asked for a token.*base_url"):
        write(gateway, "/goods_outs")

    assert gateway.heard == ["token"]


@pytest.mark.parametrize("reply", [PAGE, (200, b"<html>Welcome, guest", HTML), (404, b"", {})])
def test_a_page_in_place_of_a_list_is_named_for_what_it_is(reply: Reply) -> None:
    """An empty list it is not: everything would be posted again."""
    gateway = Gateway(graphql=always(reply))

    with pytest.raises(NotClarus, match="something else answered"):
        query(gateway)

    assert gateway.heard.count("graphql") <= 6


def test_a_list_that_comes_back_after_a_page_is_read() -> None:
    """A gateway's hiccup is no reason to end a run."""
    gateway = Gateway(graphql=lambda number, body: PAGE if number < 3 else FOUND)

    assert query(gateway) == {"products": {}}


def test_waits_that_clarus_announces_are_no_trouble() -> None:
    """Maintenance for three minutes, of which it tells, is longer than the patience of a run."""
    down: Reply = (503, b"", {"Retry-After": "90"})
    gateway = Gateway(graphql=lambda number, body: down if number < 2 else FOUND)

    assert query(gateway, give_up=60.0) == {"products": {}}


def test_waits_that_clarus_announces_end_some_day() -> None:
    """A run that waits for ever is found by nobody."""
    gateway = Gateway(graphql=always((503, b"", {"Retry-After": "100000"})))

    with pytest.raises(ClarusUnreachable):
        query(gateway, give_up=60.0)

    assert gateway.heard.count("graphql") <= 13


def _raw_deflate(content: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(content) + packing.flush()


@pytest.mark.parametrize(
    ("content", "coding"),
    [
        (gzip.compress(FOUND[1]), "gzip"),
        (zlib.compress(FOUND[1]), "deflate"),
        (_raw_deflate(FOUND[1]), "deflate"),
        (b"\xef\xbb\xbf" + FOUND[1], "identity"),
        (gzip.compress(b"\xef\xbb\xbf" + FOUND[1]), "GZIP"),
    ],
    ids=[
        "gzip",
        "zlib",
        "raw deflate",
        "byte order mark",
        "both",
    ],  # gzip writes the time: no two workers name it alike
)
def test_compressed_answers_and_byte_order_marks_are_understood(content: bytes, coding: str) -> None:
    """Nobody asked for them, but gateways send them."""
    gateway = Gateway(graphql=lambda number, body: (200, content, {"Content-Encoding": coding}))

    assert query(gateway) == {"products": {}}


def refused(details: str, source: str = "") -> Reply:
    return 422, orjson.dumps({"errors": [{"code": 422, "details": details, "source": source}]}), {}


@pytest.mark.parametrize(
    "reply",
    [
        refused("is not an attribute of this record", "data.attributes.lines_changes[0].attributes.unit_id"),
        refused("unknown attribute 'unit_id' for GoodsInReceiptLine."),
        refused("unit_id is unknown"),
        refused("found unpermitted parameter: :unit_id"),
    ],
)
def test_a_storage_unit_field_that_clarus_does_not_know_stops_the_run(reply: Reply) -> None:
    """Else every receipt would be rejected for one setting."""
    gateway = Gateway(goods_in_receipts=always(reply))

    with pytest.raises(SettingRefused, match=r"does not know the attribute unit_id .* storage_unit_field"):
        write(gateway, "/goods_in_receipts", storage_unit_field="unit_id")


@pytest.mark.parametrize("reply", [refused("12 does not exist", "…unit_id"), refused("unknown attribute 'other'")])
def test_another_refusal_is_one_record_s(reply: Reply) -> None:
    """A unit that is gone, or another attribute, says nothing of the setting."""
    gateway = Gateway(goods_in_receipts=always(reply))

    answer = write(gateway, "/goods_in_receipts", storage_unit_field="unit_id")

    assert meaning(answer) is Meaning.REFUSED
