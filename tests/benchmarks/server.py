"""A stand-in for Clarus that does next to nothing, so that it is never the bottleneck.

    python tests/benchmarks/server.py [--latency SECONDS] [--limit N] [--keep FILE]

It gives tokens, finds every code in its lists and the documents made since the last token, and answers every other POST
with ids; `--limit` answers 429 beyond so many requests at once. `GET /counts` tells what it has seen. The port is the
first line on its output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
from httptools import HttpRequestParser

_LIST = re.compile(r"\{ (\w+) \{ all")
_DOCUMENTS = ("goods_outs", "goods_in_receipts")  # lists in which only what was made is found
_REFERENCE, _ACCOUNT = re.compile(rb'"reference":"([^"]*)"'), re.compile(rb'"account_id":(\d+)')
_RETRY_AFTER = 1  # seconds


class Seen:
    """What the connections share."""

    def __init__(self, latency: float, limit: int | None, keep: Path | None) -> None:
        self.latency, self.limit = latency, limit
        self.kept = keep.open("wb") if keep else None
        self.active = self.most = self.last_id = 0
        self.accounts: dict[int, str] = {}  # codes, by the ids that were given for them
        self.made: dict[str, tuple[int, int]] = {}  # ids of documents and of their accounts, by reference
        self.counts = {"requests": 0, "posts": 0, "refused": 0}


class Connection(asyncio.Protocol):
    """One connection; a request is answered after the latency."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._parser = HttpRequestParser(self)
        self._url = b""
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._body = []

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        seen = self._seen
        if self._url == b"/counts":
            self._send(b"200 OK", json.dumps(seen.counts).encode())
            return
        seen.counts["requests"] += 1
        if seen.limit is not None and seen.active >= seen.limit:
            seen.counts["refused"] += 1
            self._send(b"429 Too Many Requests\r\nRetry-After: %d" % _RETRY_AFTER, b'{"errors":[]}')
            return
        seen.active += 1
        answer = self._answer(b"".join(self._body))
        asyncio.get_running_loop().call_later(seen.latency, self._send_after_latency, answer)

    def _answer(self, body: bytes) -> bytes:
        if self._url == b"/oauth/token":
            self._seen.made.clear()  # another run begins
            return b'{"access_token":"benchmark","token_type":"Bearer","expires_in":7200}'
        if self._url == b"/graphql":
            return _found(body, self._seen)
        seen = self._seen
        seen.counts["posts"] += 1
        if seen.kept:
            seen.kept.write(body + b"\n")
        lines = body.count(b'"ADD"')
        first, seen.last_id = seen.last_id + 1, seen.last_id + 1 + lines
        reference, account = _REFERENCE.search(body), _ACCOUNT.search(body)
        if reference and account:
            seen.made[reference[1].decode()] = (first, int(account[1]))
        ids = b",".join(b'{"id":%d}' % (first + place) for place in range(1, lines + 1))
        return b'{"data":{"id":%d,"type":"goods_outs","attributes":{"lines":[%b]}}}' % (first, ids)

    def _send_after_latency(self, answer: bytes) -> None:
        self._seen.active -= 1
        self._send(b"200 OK", answer)

    def _send(self, status: bytes, answer: bytes) -> None:
        heading = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(answer))
        self._transport.write(heading + answer)


def _found(body: bytes, seen: Seen) -> bytes:
    asked = orjson.loads(body)
    name = _LIST.search(asked["query"])[1]  # type: ignore[index]
    ((field, operators), *_) = asked["variables"]["filter"].items()
    values = operators.get("in", [])
    if name in _DOCUMENTS:
        made = {value: seen.made[value] for value in values if value in seen.made}
        return _page(
            name,
            [
                {"id": str(number), "reference": value, "account": {"code": seen.accounts.get(account)}}
                for value, (number, account) in made.items()
            ],
        )
    nodes: list[dict[str, Any]] = [
        {"id": str(value + 10_000_000), "priority": 0, "product": {"id": str(value)}}
        if field == "product_id"
        else {"id": str(crc32(value.encode()) % 10_000_000 + 1), "code": value}
        for value in values
    ]
    if name == "accounts":
        seen.accounts.update({int(node["id"]): node["code"] for node in nodes})
    return _page(name, nodes)


def _page(name: str, nodes: list[dict[str, Any]]) -> bytes:
    page = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "edges": [{"node": node} for node in nodes]}
    return orjson.dumps({"data": {name: {"all": page}}})


async def _serve(seen: Seen) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(seen), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--latency", type=float, default=0.0)
    options.add_argument("--limit", type=int)
    options.add_argument("--keep", type=Path)
    given = options.parse_args()
    asyncio.run(_serve(Seen(given.latency, given.limit, given.keep)))
