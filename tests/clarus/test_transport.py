"""What one request looks like from above, over real loopback sockets, when all goes well."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from collections.abc import AsyncIterator

import httpx
import pytest

from pipeline.clarus.connection import MAX_ANSWER_BYTES
from tests.clarus.talking_server import (
    CHUNKED,
    OK,
    UPGRADE,
    Server,
    Talk,
    always,
    echo,
    once,
    post,
    run,
)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param([OK], (200, b"OK"), id="content-length"),
        pytest.param([bytes([byte]) for byte in OK], (200, b"OK"), id="byte by byte"),
        pytest.param(
            [CHUNKED + b"1\r\nO\r\n1\r\nK\r\n0\r\nX-Trailer: x\r\n\r\n"], (200, b"OK"), id="chunked, with a trailer"
        ),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\n", b"O", b"K"], (200, b"OK"), id="until the connection closes"),
        pytest.param([b"HTTP/1.0 200 OK\r\n\r\nOK"], (200, b"OK"), id="HTTP/1.0"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", OK], (200, b"OK"), id="100 Continue before"),
        pytest.param([b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + OK], (200, b"OK"), id="103 Early Hints in one packet"),
        pytest.param([b"HTTP/1.1 204 No Content\r\n\r\n"], (204, b""), id="204"),
        pytest.param([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"], (304, b""), id="304"),
        pytest.param(
            [OK.replace(b"Content", UPGRADE + b"Content")], (200, b"OK"), id="an offer to upgrade, as Apache makes it"
        ),
        pytest.param([b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"], (503, b""), id="an error of the server"),
    ],
)
def test_an_answer_is_whole_however_its_end_is_marked(pieces: list[bytes], expected: tuple[int, bytes]) -> None:
    """Status and body arrive as the server meant them, whichever way HTTP lets it say where the body ends."""
    [answer], _, _ = post(once(*pieces))

    assert (answer.status_code, answer.content) == expected
    assert not {"link", "x-trailer"} & set(answer.headers)


def test_a_compressed_answer_is_decoded() -> None:
    """httpx undoes the compression that it has offered to the server."""
    packed = gzip.compress(b'{"data": {}}')
    heading = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    [answer], _, _ = post(once(heading + packed))

    assert answer.json() == {"data": {}}


def test_a_big_answer_in_many_pieces_is_whole() -> None:
    """The size of an answer and the way it is cut into packets do not matter."""
    body = bytes(range(256)) * 8192
    heading = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)

    [answer], _, _ = post(once(heading, body[:100_000], body[100_000:]))

    assert answer.content == body


def test_an_endless_answer_is_given_up() -> None:
    """An answer cannot fill the memory: above a limit it is an error, and the request in doubt."""
    _, [error], _ = post(once(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * MAX_ANSWER_BYTES))

    assert isinstance(error, httpx.ReadError)


def test_head_does_not_wait_for_a_body() -> None:
    """The answer to HEAD ends with its heading, whatever length that announces."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        answer = await client.head(server.url, timeout=1)

        assert (answer.status_code, answer.headers["content-length"]) == (200, "2")

    run(always(OK.removesuffix(b"OK")), test)


# Requests


def test_a_request_arrives_as_it_was_built() -> None:
    """Path, query, headers and body reach the server unchanged."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        await client.post(f"{server.url}?a=%20b", content="{ü}".encode(), headers={"X-Clarus-Subdomain": "acme"})

    server = run(always(OK), test)

    heading, body = server.requests[0].split(b"\r\n\r\n")
    assert heading.startswith(b"POST /api/goods_outs?a=%20b HTTP/1.1\r\n")
    assert {b"X-Clarus-Subdomain: acme", b"Content-Length: 4"} <= set(heading.split(b"\r\n"))
    assert body == "{ü}".encode()


def test_a_body_from_an_iterator_is_sent_in_chunks() -> None:
    """A body of unknown length arrives whole."""

    async def body() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        await client.post(server.url, content=body())

    server = run(always(OK), test)

    assert server.requests[0].endswith(b"\r\n\r\n7\r\none two\r\n0\r\n\r\n")


def test_a_line_break_in_a_header_is_refused() -> None:
    """A value from a file or the configuration cannot smuggle in headers or requests; nothing is sent."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        with pytest.raises(httpx.LocalProtocolError):
            await client.post(server.url, headers={"X-Clarus-Subdomain": "acme\r\nX-Other: x"})

    server = run(always(OK), test)

    assert server.accepted == 0


def test_other_protocols_are_refused() -> None:
    """Nothing is sent to what is neither http nor https."""
    _, [error], server = post(always(OK), url="ftp://{}/")

    assert isinstance(error, httpx.UnsupportedProtocol)
    assert server.accepted == 0


# Connections


def test_connections_are_kept_and_reused() -> None:
    """Requests that follow one another share a connection."""
    answers, _, server = post(always(OK), times=5)

    assert len(answers) == len(server.requests) == 5
    assert server.accepted == 1


def test_many_requests_at_once() -> None:
    """Two hundred workers get each the answers to their own requests, on a connection each at most."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        async def work(worker: int) -> None:
            for turn in range(3):
                answer = await client.post(server.url, content=f"{worker} {turn}")
                assert answer.text == f"{worker} {turn}"

        await asyncio.gather(*map(work, range(200)))

    server = run(echo, test)

    assert len(server.requests) == 600
    assert server.accepted <= 200


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK", id="Connection: close"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK", id="HTTP/1.0"),
        pytest.param(OK + OK, id="two answers to one request"),
        pytest.param(OK + b"rubbish", id="rubbish after the answer"),
    ],
)
def test_a_connection_that_must_not_be_reused_is_not(answer: bytes) -> None:
    """A server that closes, or says more than it was asked, gets the next request on a new connection."""
    answers, _, server = post(always(answer), times=3)

    assert [answer.content for answer in answers] == [b"OK"] * 3
    assert (server.accepted, len(server.requests)) == (3, 3)


def test_what_a_server_says_unasked_is_not_taken_for_an_answer() -> None:
    """Bytes on an idle connection make it unusable: they belong to no request."""

    async def script(talk: Talk) -> None:
        await talk.request()
        await talk.say(OK)
        await asyncio.sleep(0.01)
        await talk.say(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        await talk.request()

    answers, _, server = post(script, times=2, pause=0.05)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert server.accepted == 2


def test_a_connection_that_the_server_closed_while_idle_is_not_used() -> None:
    """The next request opens a new connection, and nobody notices."""
    answers, _, server = post(once(OK), times=3, pause=0.02)

    assert len(answers) == len(server.requests) == server.accepted == 3


def test_a_connection_closed_while_the_event_loop_was_busy_is_not_used() -> None:
    """The socket itself is asked: a client that was busy reading files does not put its next request in doubt."""
    lengths: list[int] = []
    hung_up = threading.Semaphore(0)

    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            accepted, _ = listener.accept()
            with accepted:
                lengths.append(len(accepted.recv(65536)))
                accepted.sendall(OK)
            hung_up.release()

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        for _ in range(2):
            await client.post(f"http://127.0.0.1:{listener.getsockname()[1]}/", content=b"{}")
            hung_up.acquire(timeout=5)  # blocks the event loop, which so sees nothing of the hang-up

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        run(always(OK), test)
        thread.join(timeout=5)

    assert len(lengths) == 2


def test_a_connection_that_was_idle_for_too_long_is_not_used() -> None:
    """It is closed rather than used: the server is about to close it."""
    answers, _, server = post(always(OK), times=2, pause=0.1, keep_alive_seconds=0.05)

    assert len(answers) == server.accepted == 2
