"""The client works with any transport: what one write means when it fails, over real loopback sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from httpx_aiohttp import AiohttpTransport

from pipeline.clarus.access import Access
from pipeline.clarus.answers import Answer, Meaning, meaning
from pipeline.clarus.client import Clarus
from pipeline.clarus.tokens import Credentials
from pipeline.clarus.transport import Transport
from pipeline.errors import ClarusUnreachable, Stopped
from pipeline.stopping import Stopping

TRANSPORTS: dict[str, Callable[[], httpx.AsyncBaseTransport]] = {
    "ours": lambda: Transport(connect_timeout=2),
    "httpx": httpx.AsyncHTTPTransport,
    "httpx-aiohttp": AiohttpTransport,
}
BODY = b'{"data": {"type": "goods_outs", "attributes": {}}}'
MADE = b'{"data": {"id": 7, "type": "goods_outs"}}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b"


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> Callable[[], httpx.AsyncBaseTransport]:
    return TRANSPORTS[request.param]


class Server:
    """Reads each request whole, then does as it is asked to."""

    def __init__(self, reply: bytes | None, *, stays: bool = False) -> None:
        self.heard: list[bytes] = []
        self.connections = 0
        self.came = asyncio.Event()
        self._reply, self._stays = reply, stays

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                heading = await reader.readuntil(b"\r\n\r\n")
                _, _, length = heading.lower().partition(b"\r\ncontent-length:")
                self.heard.append(await reader.readexactly(int(length.split(b"\r\n")[0] or b"0")))
                self.came.set()
                if self._reply is None:
                    await asyncio.sleep(60)
                writer.write(self._reply or b"")
                await writer.drain()
                if not self._stays:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def meet(
    transport: Callable[[], httpx.AsyncBaseTransport], reply: bytes | None, *, stays: bool = False, writes: int = 1
) -> tuple[list[Answer], Server]:
    """Write to such a server, one record after the other."""

    async def scenario() -> tuple[list[Answer], Server]:
        server = Server(reply, stays=stays)
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        access = Access(url, "acme", Credentials(access_token="t"), timeout=0.3, give_up=0.3, first_wait=0.01)
        async with Clarus(access, None, transport()) as clarus:
            answers = [await clarus.write("POST", "/goods_outs", BODY) for _ in range(writes)]
        listener.close()
        return answers, server

    return asyncio.run(scenario())


def test_a_record_is_sent_whole_and_its_answer_read(transport: Callable[[], httpx.AsyncBaseTransport]) -> None:
    """With its length; the connection is free again for the next one."""
    answers, server = meet(transport, OK % (len(MADE), MADE), stays=True, writes=3)

    assert [meaning(answer) for answer in answers] == [Meaning.MADE] * 3
    assert server.heard == [BODY] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (b"", "it read the POST and hung up without an answer"),
        (None, "no answer in time"),
        (OK % (len(MADE) + 9, MADE), "half an answer"),
    ],
)
def test_a_write_that_left_is_in_doubt(
    transport: Callable[[], httpx.AsyncBaseTransport], reply: bytes | None, what: str
) -> None:
    """Whatever the exception is called: httpx-aiohttp says ConnectTimeout of a lost answer."""
    answers, server = meet(transport, reply)

    assert [meaning(answer) for answer in answers] == [Meaning.IN_DOUBT], what
    assert server.heard == [BODY]


def test_a_write_that_nobody_listens_to_never_left(transport: Callable[[], httpx.AsyncBaseTransport]) -> None:
    """It is tried again, and then the run stops: an exception says that nothing was sent."""

    async def scenario() -> int:
        access = Access("http://127.0.0.1:9", "acme", Credentials(access_token="t"), give_up=0.2, first_wait=0.01)
        async with Clarus(access, None, transport()) as clarus:
            with pytest.raises(ClarusUnreachable):
                await clarus.write("POST", "/goods_outs", BODY)
            return clarus.requests

    assert asyncio.run(scenario()) > 1


@pytest.mark.slow
def test_a_write_that_is_stopped_under_way_is_in_doubt(transport: Callable[[], httpx.AsyncBaseTransport]) -> None:
    """The server has it, and may make the record yet."""

    async def scenario() -> Answer:
        server, stopping = Server(None), Stopping()
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        access = Access(url, "acme", Credentials(access_token="t"), timeout=60)
        async with Clarus(access, stopping, transport()) as clarus:
            writing = asyncio.create_task(clarus.write("POST", "/goods_outs", BODY))
            await server.came.wait()
            stopping.stop(Stopped("stopped"))
            answer = await writing
        listener.close()
        return answer

    assert meaning(asyncio.run(scenario())) is Meaning.IN_DOUBT
