"""What one request looks like from above, over real loopback sockets, when all goes well and when it does not."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from pipeline.clarus.connection import MAX_ANSWER_BYTES
from pipeline.clarus.transport import Transport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UPGRADE = b"Upgrade: h2,h2c\r\nConnection: Upgrade, Keep-Alive\r\n"
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout)


class Talk:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: list[bytes]) -> None:
        self.reader = reader
        self.hang_up = writer.close
        self._writer = writer
        self._heard = heard

    async def request(self) -> bytes:
        """Read one request and return its body."""
        heading = await self.reader.readuntil(b"\r\n\r\n")
        if b"\r\nTransfer-Encoding: chunked" in heading:
            body = await self.reader.readuntil(b"0\r\n\r\n")
        else:
            _, _, length = heading.lower().partition(b"\r\ncontent-length:")
            body = await self.reader.readexactly(int(length.split(b"\r\n")[0] or b"0"))
        self._heard.append(heading + body)
        return body

    async def say(self, *pieces: bytes) -> None:
        """Write the pieces, each in a packet of its own."""
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(0.001)

    def reset(self) -> None:
        """End the connection as a crashed server does."""
        end_at_once = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, end_at_once)
        self._writer.transport.abort()


Script = Callable[[Talk], Awaitable[None]]


class Server:
    """Plays a script on every connection, and counts what it sees."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None) -> None:
        self.accepted = 0
        self.requests: list[bytes] = []
        self.address = ""
        self._script = script
        self._tls = tls
        self._tasks: set[asyncio.Task[None] | None] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.address}/api/goods_outs"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Server]:
        listener = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.address = f"localhost:{listener.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            listener.close()
            tasks = [task for task in self._tasks if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await listener.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._tasks.add(asyncio.current_task())
        try:
            await self._script(Talk(reader, writer, self.requests))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            if not writer.is_closing():
                writer.transport.abort()
            await writer.wait_closed()


def run(
    script: Script,
    test: Callable[[httpx.AsyncClient, Server], Awaitable[None]],
    *,
    tls: ssl.SSLContext | None = None,
    trusted: ssl.SSLContext | None = None,
    keep_alive_seconds: float = 30,
) -> Server:
    """Run a test of a client against a server, and return what the server saw."""

    async def both() -> Server:
        transport = Transport(connect_timeout=2, keep_alive_seconds=keep_alive_seconds, ssl_context=trusted)
        async with asyncio.timeout(20), Server(script, tls).listening() as server:
            async with httpx.AsyncClient(transport=transport) as client:
                await test(client, server)
            return server

    return asyncio.run(both())


def post(
    script: Script,
    *,
    times: int = 1,
    pause: float = 0,
    content: bytes = b"{}",
    timeout: float = 5,
    url: str = "",
    tls: ssl.SSLContext | None = None,
    trusted: ssl.SSLContext | None = None,
    keep_alive_seconds: float = 30,
) -> tuple[list[httpx.Response], list[httpx.RequestError], Server]:
    """Post so many times, with pauses between; the answers, the errors, and what the server saw."""
    answers, errors = [], []

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        for turn in range(times):
            await asyncio.sleep(pause if turn else 0)
            try:
                target = url.format(server.address) or server.url
                answers.append(await client.post(target, content=content, timeout=timeout))
            except httpx.RequestError as error:
                errors.append(error)

    server = run(script, test, tls=tls, trusted=trusted, keep_alive_seconds=keep_alive_seconds)
    return answers, errors, server


def always(*pieces: bytes) -> Script:
    """Answer every request on a connection with the same pieces."""

    async def script(talk: Talk) -> None:
        while True:
            await talk.request()
            await talk.say(*pieces)

    return script


def once(*pieces: bytes) -> Script:
    """Answer one request on a connection and hang up."""

    async def script(talk: Talk) -> None:
        await talk.request()
        await talk.say(*pieces)
        talk.hang_up()

    return script


async def echo(talk: Talk) -> None:
    """Answer every request, after a while, with its own body."""
    while True:
        body = await talk.request()
        await asyncio.sleep(0.02)
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


# Answers


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


# Failures before anything was sent


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


async def _read_and_reset(talk: Talk) -> None:
    await talk.request()
    talk.reset()


async def _reset_in_the_middle(talk: Talk) -> None:
    await talk.request()
    await talk.say(b"HTTP/1.1 200 OK\r\n\r\nO")
    talk.reset()


async def _never_answer(talk: Talk) -> None:
    await talk.request()
    await asyncio.sleep(5)


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
        pytest.param(_read_and_reset, httpx.RemoteProtocolError, id="resets"),
        pytest.param(once(b"HTTP/1.1 100 Continue\r\n\r\n"), httpx.ReadError, id="hangs up after 100 Continue"),
        pytest.param(_never_answer, httpx.ReadTimeout, id="no answer in time"),
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


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = "-addext subjectAltName=DNS:localhost"
    command = [*request.split(), *names.split(), "-keyout", "-"]
    file.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path) -> ssl.SSLContext:
    """The side of a client that trusts the server."""
    return ssl.create_default_context(cafile=certificate)


def test_tls_connections_are_kept_and_reused(tls: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """Over TLS as over plain sockets; a server's hang-up between two requests goes unnoticed."""

    async def script(talk: Talk) -> None:
        for _ in range(3):
            await talk.request()
            await talk.say(OK)
        talk.hang_up()

    answers, _, server = post(script, times=6, pause=0.02, tls=tls, trusted=trusted)

    assert len(answers) == len(server.requests) == 6
    assert server.accepted == 2


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(once(), httpx.RemoteProtocolError, id="hangs up"),
        pytest.param(_read_and_reset, httpx.RemoteProtocolError, id="resets"),
        pytest.param(_never_answer, httpx.ReadTimeout, id="no answer in time"),
        pytest.param(once(OK[:-1]), httpx.ReadError, id="half a body"),
    ],
)
def test_failures_over_tls(
    tls: ssl.SSLContext, trusted: ssl.SSLContext, script: Script, expected: type[httpx.RequestError]
) -> None:
    """They have the names that they have without TLS."""
    _, [error], server = post(script, timeout=0.5, tls=tls, trusted=trusted)

    assert type(error) is expected
    assert (server.accepted, len(server.requests)) == (1, 1)


def test_a_certificate_that_nobody_vouches_for(tls: ssl.SSLContext) -> None:
    """It is a ConnectError, and the server never sees the request or its token."""
    _, [error], server = post(always(OK), tls=tls)

    assert type(error) is httpx.ConnectError
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)
    assert server.requests == []


def test_a_certificate_for_another_host(tls: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """A trusted certificate that names another host is a ConnectError."""

    async def test(client: httpx.AsyncClient, server: Server) -> None:
        with pytest.raises(httpx.ConnectError):
            await client.post(server.url.replace("localhost", "127.0.0.1"), content=b"{}")

    server = run(always(OK), test, tls=tls, trusted=trusted)

    assert server.requests == []


def test_plain_http_to_a_server_that_speaks_tls(tls: ssl.SSLContext) -> None:
    """The bytes of the request were written, so it is in doubt, although no such server can have understood them."""
    _, [error], server = post(always(OK), tls=tls, url="http://{}/")

    assert type(error) is httpx.RemoteProtocolError
    assert server.requests == []
