"""One HTTP/1.1 connection: a request, the whole answer to it, then perhaps the next request."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import cast

import httpx
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

MAX_ANSWER_BYTES = 64 * 1024 * 1024


class Connection(asyncio.Protocol):
    """The client's end of a connection.

    Whatever `exchange` raises, the request may have reached the server.
    """

    def __init__(self) -> None:
        self.closed = False  # by either end
        self.reusable = False  # until the whole answer is there and the server keeps the connection open
        self._transport: asyncio.Transport
        self._readable: Callable[[], object]
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[httpx.Response] | None = None
        self._bodiless = False
        self._received = 0
        self._status = 0  # of the answer under way, once its heading is complete
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []

    async def exchange(self, message: bytes, seconds: float | None, *, bodiless: bool = False) -> httpx.Response:
        """Send a request and wait for the whole answer.

        Args:
            message: the request, heading and body.
            seconds: from now until the answer must be complete; None: any time.
            bodiless: whether the answer ends with its heading whatever that says, as to HEAD.
        """
        loop = asyncio.get_running_loop()
        self.reusable = False
        self._received = self._status = 0
        self._bodiless = bodiless
        self._answer = loop.create_future()
        self._transport.write(message)
        timer = None if seconds is None else loop.call_later(seconds, self._time_out, seconds)
        try:
            return await self._answer
        finally:
            if timer is not None:
                timer.cancel()

    def stale(self) -> bool:
        """Whether a request sent now could not be answered.

        Readable while nothing was asked: the server has closed it, or says what would pass for the next answer. The
        socket knows before the event loop does, when that was busy with something else.
        """
        return self.closed or bool(self._readable())

    def close(self) -> None:
        """Close at once; what has not left yet never will."""
        self.closed = True
        self.reusable = False
        self._transport.abort()

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._readable = _readable(transport.get_extra_info("socket").fileno())

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nothing was asked
            return
        self._received += len(data)
        if self._received > MAX_ANSWER_BYTES:
            self._fail(httpx.ReadError(f"the answer is larger than {MAX_ANSWER_BYTES} bytes"))
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._fail(httpx.RemoteProtocolError(f"the answer is not HTTP: {error}"), error)

    def eof_received(self) -> None:
        self._ended(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended(exc)

    # Called by httptools.

    def on_message_begin(self) -> None:
        self.reusable = False  # for the second answer to one request
        self._status = 0
        self._headers = []
        self._body = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._status:  # else it is a trailer
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if self._bodiless and self._status >= 200:
            self._complete()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._status < 200:  # 100 Continue, 103 Early Hints: the answer is still to come
            self._status = 0
            return
        whole_request_sent = self._transport.get_write_buffer_size() == 0
        self._complete(reusable=whole_request_sent and self._parser.should_keep_alive())

    # How an exchange ends.

    def _ended(self, error: Exception | None) -> None:
        self.closed = True
        self.reusable = False
        if error is None and self._status and not _is_framed(self._headers):
            self._complete()
        elif self._received:
            self._fail(httpx.ReadError("the connection broke in the middle of the answer"), error)
        elif isinstance(error, BrokenPipeError):
            self._fail(httpx.WriteError("the connection broke while the request was sent"), error)
        else:
            self._fail(httpx.RemoteProtocolError("the server closed the connection without an answer"), error)

    def _time_out(self, seconds: float) -> None:
        self._fail(httpx.ReadTimeout(f"no whole answer within {seconds:g} s"))

    def _complete(self, *, reusable: bool = False) -> None:
        if self._answer is not None and not self._answer.done():
            body = httpx.ByteStream(b"".join(self._body))
            self._answer.set_result(httpx.Response(self._status, headers=self._headers, stream=body))
            self.reusable = reusable

    def _fail(self, failure: httpx.TransportError, cause: Exception | None = None) -> None:
        self.reusable = False
        if self._answer is not None and not self._answer.done():
            failure.__cause__ = cause
            self._answer.set_exception(failure)


def _readable(descriptor: int) -> Callable[[], object]:
    """Return what tells whether a socket has something to read; asked once a request, it has to be quick."""
    if make_poll := getattr(select, "poll", None):
        poll = make_poll()
        poll.register(descriptor, 1)  # POLLIN
        return lambda: poll.poll(0)
    # Windows; elsewhere `select` knows no descriptors beyond 1023.
    return lambda: select.select([descriptor], [], [], 0)[0]


def _is_framed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the heading says where the body ends; else the end of the connection does (RFC 9112, 6.3)."""
    return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in headers)
