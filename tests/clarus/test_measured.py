"""What one POST looks like when it fails, for each transport: pinned, since what "never sent" means rests on it.

A new version of a library that changes a row has to be looked at before it is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from httpx_aiohttp import AiohttpTransport

from pipeline.clarus.departure import Departure
from pipeline.clarus.transport import Transport
from tests.clarus.test_seam import MADE, OK, Server

TRANSPORTS: dict[str, Callable[[], httpx.AsyncBaseTransport]] = {
    "ours": lambda: Transport(connect_timeout=2),
    "httpx": httpx.AsyncHTTPTransport,
    "httpx-aiohttp": AiohttpTransport,
}
REPLIES: dict[str, tuple[bytes | None, bool]] = {  # what the server does, and whether the POST may have left
    "nobody listens": (b"", False),
    "the server read the POST and hung up without an answer": (b"", True),
    "no answer in time": (None, True),
    "half an answer": (OK % (len(MADE) + 9, MADE), True),
}
CLASSES = {
    "ours": ("ConnectError", "RemoteProtocolError", "ReadTimeout", "ReadError"),
    "httpx": ("ConnectError", "RemoteProtocolError", "ReadTimeout", "RemoteProtocolError"),
    "httpx-aiohttp": ("ConnectTimeout", "ConnectTimeout", "ReadTimeout", "ReadError"),
}


@pytest.mark.parametrize("name", TRANSPORTS)
@pytest.mark.parametrize(("row", "what"), [*enumerate(REPLIES)])
def test_how_a_post_fails(name: str, row: int, what: str) -> None:
    """The class of the error, and whether it says that the POST never left."""
    reply, may_have_left = REPLIES[what]

    error, left = asyncio.run(_post(TRANSPORTS[name](), reply, listens=row > 0))

    assert type(error).__name__ == CLASSES[name][row]
    assert left is may_have_left


async def _post(transport: httpx.AsyncBaseTransport, reply: bytes | None, listens: bool) -> tuple[Exception, bool]:
    server = Server(reply)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    if not listens:
        listener.close()
        await listener.wait_closed()
    waits = {"timeout": {"connect": 0.5, "read": 0.3, "write": 0.3, "pool": 0.5}}
    headers = {"Host": f"127.0.0.1:{port}", "Content-Length": "2"}  # httpx sets neither where the body is a stream
    url = f"http://127.0.0.1:{port}/api/goods_outs"
    request = httpx.Request("POST", url, headers=headers, stream=httpx.ByteStream(b"{}"), extensions=waits)
    departure = Departure(transport)
    departure.watch(request)
    try:
        response = await transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
    except httpx.HTTPError as error:
        return error, departure.may_have_left(request, error)
    else:
        raise AssertionError("there was an answer")
    finally:
        listener.close()
        await transport.aclose()
