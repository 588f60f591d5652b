"""What one request looks like from above when it fails: what was surely not sent, what may have arrived."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx
import pytest

from pipeline.clarus.transport import Transport
from tests.clarus.talking_server import (
    CHUNKED,
    NOTHING_SENT,
    OK,
    UPGRADE,
    Script,
    Server,
    Talk,
    always,
    echo,
    never_answer,
    once,
    post,
    read_and_reset,
    run,
)


def test_nobody_listens() -> None:
    """A port without a server is a ConnectError that names it."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    _, [error], _ = post(always(OK), url=f"http://127.0.0.1:{port}/")

    assert type(error) is httpx.ConnectError
    assert f"127.0.0.1:{port}" in str(error)
    assert isinstance(error.__cause__, ConnectionRefusedError)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".invalid"])
def test_a_name_without_an_address(host: str) -> None:
    """A host that DNS does not know, or cannot know, is told apart from a lost answer."""
    _, [error], _ = post(always(OK), url=f"http://{host}/")

    assert isinstance(error, NOTHING_SENT)


def test_a_connection_that_takes_too_long() -> None:
    """A server that accepts but never shakes hands over TLS is a ConnectTimeout."""

    async def script(talk: Talk) -> None:
        await talk.reader.read(1)
        await asyncio.sleep(5)

    _, [error], server = post(script, url="https://{}/", timeout=0.1)

    assert type(error) is httpx.ConnectTimeout
    assert server.requests == []


def test_tls_to_a_server_that_speaks_plain_http() -> None:
    """The handshake fails, so nothing of the request was sent: a ConnectError."""

    async def script(talk: Talk) -> None:
        await talk.reader.read(1)
        await talk.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    _, [error], _ = post(script, url="https://{}/")

    assert type(error) is httpx.ConnectError
    assert isinstance(error.__cause__, ssl.SSLError)


# Failures after something may have been sent


async def _reset_in_the_middle(talk: Talk) -> None:
    await talk.request()
    await talk.say(b"HTTP/1.1 200 OK\r\n\r\nO")
    talk.reset()


async def _answer_slowly(talk: Talk) -> None:
    await talk.request()
    await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        await talk.say(b"x")
        await asyncio.sleep(0.03)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(once(), httpx.RemoteProtocolError, id="hangs up"),
        pytest.param(read_and_reset, httpx.RemoteProtocolError, id="resets"),
        pytest.param(once(b"HTTP/1.1 100 Continue\r\n\r\n"), httpx.ReadError, id="hangs up after 100 Continue"),
        pytest.param(never_answer, httpx.ReadTimeout, id="no answer in time"),
        pytest.param(_answer_slowly, httpx.ReadTimeout, id="an answer that trickles in"),
        pytest.param(once(b"HTTP/1.1 200 OK\r\nConte"), httpx.ReadError, id="half a heading"),
        pytest.param(once(OK[:-1]), httpx.ReadError, id="half a body"),
        pytest.param(_reset_in_the_middle, httpx.ReadError, id="resets in the middle of a body of no stated length"),
        pytest.param(once(CHUNKED + b"2\r\nOK\r\n"), httpx.ReadError, id="half the chunks"),
        pytest.param(once(b"HTTP/9000 OK\r\n\r\n"), httpx.RemoteProtocolError, id="a malformed status line"),
        pytest.param(
            once(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n"),
            httpx.RemoteProtocolError,
            id="two ends of one body",
        ),
        pytest.param(
            once(b"HTTP/1.1 101 Switching\r\n" + UPGRADE + b"\r\n"), httpx.RemoteProtocolError, id="another protocol"
        ),
        pytest.param(
            once(OK.replace(b"Content", b"Content-Encoding: gzip\r\nContent")),
            httpx.DecodingError,
            id="not compressed as it says",
        ),
    ],
)
def test_a_request_that_may_have_arrived(script: Script, expected: type[httpx.RequestError]) -> None:
    """Whatever happens after the first byte is told apart from "nothing was sent", and the request is not repeated."""
    _, [error], server = post(script, timeout=0.5)

    assert type(error) is expected
    assert error.request.method == "POST"
    assert (server.accepted, len(server.requests)) == (1, 1)


def test_errors_name_their_request_without_a_client_too() -> None:
    """The transport may be used by itself, which costs half of what a client costs."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        request = httpx.Request("POST", server.url, content=b"{}")
        async with Transport(connect_timeout=2) as transport:
            with pytest.raises(httpx.RemoteProtocolError) as caught:
                await transport.handle_async_request(request)

        assert caught.value.request is request

    run(once(), test)


def test_a_server_that_goes_while_it_is_sent_a_big_request() -> None:
    """A request of which a part was sent is in doubt."""

    async def script(talk: Talk) -> None:
        await talk.reader.read(1)
        talk.reset()

    _, [error], server = post(script, content=b"x" * 20_000_000)

    assert not isinstance(error, NOTHING_SENT)
    assert server.accepted == 1


def test_a_request_that_crosses_the_hang_up_of_the_server() -> None:
    """On a kept connection that was fine when the request left, a lost answer is in doubt, and never repeated."""

    async def script(talk: Talk) -> None:
        await talk.request()
        await talk.say(OK)
        await talk.reader.read(1)
        talk.hang_up()

    answers, [error], server = post(script, times=2)

    assert len(answers) == 1
    assert type(error) is httpx.RemoteProtocolError
    assert server.accepted == 1


def test_a_status_is_never_taken_from_the_answer_before() -> None:
    """An answer without a body, then a lost one, on one connection: the second is an error."""

    async def script(talk: Talk) -> None:
        await talk.request()
        await talk.say(b"HTTP/1.1 204 No Content\r\n\r\n")
        await talk.request()
        talk.hang_up()

    [answer], [error], server = post(script, times=2)

    assert answer.status_code == 204
    assert type(error) is httpx.RemoteProtocolError
    assert server.accepted == 1


def test_an_early_refusal_of_a_big_request_is_an_answer() -> None:
    """The server's words count even when it did not wait for the whole request; the connection is not used again."""

    async def script(talk: Talk) -> None:
        await talk.reader.read(1)
        await talk.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await asyncio.sleep(0.2)

    answers, _, server = post(script, times=2, content=b"x" * 20_000_000)

    assert [answer.status_code for answer in answers] == [413, 413]
    assert server.accepted == 2


def test_a_cancelled_request_closes_its_connection() -> None:
    """The answer that comes after all is not given to the next request."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        first = asyncio.create_task(client.post(server.url, content=b"first"))
        await asyncio.sleep(0.01)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        second = await client.post(server.url, content=b"second")

        assert second.text == "second"

    server = run(echo, test)

    assert server.accepted == 2


def test_a_request_under_way_outlives_the_closing_of_the_transport() -> None:
    """Closing leaves a request its answer, and keeps no connection afterwards."""
    ends: list[bytes] = []

    async def script(talk: Talk) -> None:
        await talk.request()
        await asyncio.sleep(0.05)
        await talk.say(OK)
        ends.append(await talk.reader.read())

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        transport = Transport(connect_timeout=2)
        request = client.build_request("POST", server.url, content=b"{}")
        under_way = asyncio.create_task(transport.handle_async_request(request))
        await asyncio.sleep(0.02)
        await transport.aclose()
        answer = await under_way
        await asyncio.sleep(0.02)

        assert await answer.aread() == b"OK"
        assert ends == [b""]

    run(script, test)
