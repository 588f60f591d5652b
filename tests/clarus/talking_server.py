"""A server that plays a script on each of its connections, and a client that posts to it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

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


async def read_and_reset(talk: Talk) -> None:
    await talk.request()
    talk.reset()


async def never_answer(talk: Talk) -> None:
    await talk.request()
    await asyncio.sleep(5)
