"""A proxy on loopback, as companies have them: it forwards plain requests and tunnels encrypted ones, or does worse."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Mood(StrEnum):
    """What becomes of one request for a record."""

    FORWARDS = "forwards"
    CUTS_BEFORE = "cuts before"  # nothing is passed on, the connection is closed
    CUTS_AFTER = "cuts after"  # it is passed on, and the answer is not
    REFUSES = "refuses"  # 403 and a page
    WANTS_A_PASSWORD = "wants a password"  # 407 and a page
    TALKS = "talks"  # something that is not HTTP


_ANSWERS = {
    Mood.REFUSES: b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>No</html>",
    Mood.WANTS_A_PASSWORD: b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    Mood.TALKS: b"220 mail.example ESMTP ready\r\n\r\n",
}


class Proxy:
    """Runs in a thread of its own; `mood` decides for each request line, such as `POST http://…/goods_outs`."""

    def __init__(self, mood: Callable[[str], Mood] = lambda line: Mood.FORWARDS) -> None:
        self.mood = mood
        self.heard: list[str] = []  # request lines
        self.url = ""
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _live(self) -> None:
        listener = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        listener.close()
        self._loop.run_until_complete(ended(asyncio.all_tasks(self._loop)))
        self._loop.run_until_complete(asyncio.sleep(0.01))  # in which it closes the sockets
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; whether the connection stays."""
        heading = await reader.readuntil(b"\r\n\r\n")
        line = heading.split(b"\r\n", 1)[0].decode()
        self.heard.append(line)
        method, target, _ = line.split(" ")
        mood = self.mood(line)
        if mood in _ANSWERS:
            writer.write(_ANSWERS[mood])
            await writer.drain()
            return False
        if mood is Mood.CUTS_BEFORE:
            return False
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            there, away = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pipe(reader, away), _pipe(there, writer))
            return False
        answer = await _forward(target, heading, reader)
        if mood is Mood.CUTS_AFTER:
            return False
        writer.write(answer)
        await writer.drain()
        return True


async def _forward(target: str, heading: bytes, reader: asyncio.StreamReader) -> bytes:
    """Pass one plain request on and return the whole answer."""
    url = urlsplit(target)
    body = await reader.readexactly(_length(heading))
    there, away = await asyncio.open_connection(url.hostname, url.port)
    try:
        own = heading.replace(target.encode(), (url.path or "/").encode(), 1)
        away.write(own + body)
        answer = await there.readuntil(b"\r\n\r\n")
        return answer + await there.readexactly(_length(answer))
    finally:
        away.close()


def _length(heading: bytes) -> int:
    _, _, length = heading.lower().partition(b"\r\ncontent-length:")
    return int(length.split(b"\r\n")[0] or b"0")


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel what a loop that stops still has to do, and wait for it."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
