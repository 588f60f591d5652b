"""HTTP/1.1 for httpx, over asyncio and httptools: thin, and honest about what may have reached the server.

httpx's own pool looks at every connection for every request, which makes more concurrency slower. Here a request takes
the connection that was used last, or opens one. What an exception says of a POST:

    ConnectError, ConnectTimeout               nothing was sent: safe to send again
    LocalProtocolError, UnsupportedProtocol    nothing was sent, nor will it ever be: the request itself is wrong
    any other httpx.RequestError               in doubt: the server may have acted on it

No request is ever repeated here, not even one that met a connection which the server was just closing. The number of
connections has no bound (the caller bounds its concurrency). Proxies and HTTP/2 are not supported.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict

import httpx

from pipeline.clarus.connection import Connection

# RFC 8305: how long one address may take before the next (IPv4 after IPv6) is tried beside it.
HAPPY_EYEBALLS_SECONDS = 0.25

_Origin = tuple[str, str, int]  # scheme, host, port
_PORTS = {"http": 80, "https": 443}


class Transport(httpx.AsyncBaseTransport):
    """Connections to any number of servers, kept open between requests; for one event loop.

    Of httpx's timeouts, `connect` bounds the way to an open connection, TLS included (`connect_timeout` where a request
    names none), `read` the time from the first byte sent to the last received; `write` and `pool` mean nothing here.
    """

    def __init__(
        self,
        *,
        connect_timeout: float,
        keep_alive_seconds: float = 30,  # less than servers commonly allow, so that we are the ones to close
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._connect_timeout = connect_timeout
        self._keep_alive_seconds = keep_alive_seconds
        self._ssl_context = ssl_context
        self._idle: defaultdict[_Origin, list[tuple[float, Connection]]] = defaultdict(
            list
        )  # since when; last used last
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request once and return its whole answer; the module says what an exception means."""
        try:
            stream = request.stream
            body = b"".join(stream) if isinstance(stream, httpx.ByteStream) else await request.aread()
            message = _message(request, body)
            origin = _origin(request.url)
            timeouts = request.extensions.get("timeout", {})
            connection = self._take(origin) or await self._connect(origin, timeouts.get("connect"))
            if (still_ours := request.extensions.get("fence")) is not None:
                still_ours()  # as late as can be: opening a connection may have taken seconds
            request.extensions["left"] = True  # tells whoever cancels it whether the server may have it
            try:
                return await connection.exchange(message, timeouts.get("read"), bodiless=request.method == "HEAD")
            finally:
                self._give_back(origin, connection)
        except httpx.RequestError as error:
            error.request = request
            raise

    async def aclose(self) -> None:
        """Close the idle connections now, and those in use once they have their answer."""
        self._closed = True
        for connections in self._idle.values():
            for _, connection in connections:
                connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # asyncio closes the sockets in the loop's next round

    def _take(self, origin: _Origin) -> Connection | None:
        oldest = asyncio.get_running_loop().time() - self._keep_alive_seconds
        connections = self._idle[origin]
        while connections:
            since, connection = connections.pop()
            if since >= oldest and not connection.stale():
                return connection
            connection.close()
        return None

    def _give_back(self, origin: _Origin, connection: Connection) -> None:
        if self._closed or not connection.reusable:
            # Without its whole answer: one that came later would pass for the answer to the next request.
            connection.close()
        else:
            self._idle[origin].append((asyncio.get_running_loop().time(), connection))

    async def _connect(self, origin: _Origin, seconds: float | None) -> Connection:
        scheme, host, port = origin
        seconds = self._connect_timeout if seconds is None else seconds
        tls = self._tls() if scheme == "https" else None
        try:
            async with asyncio.timeout(seconds):
                _, connection = await asyncio.get_running_loop().create_connection(
                    Connection, host, port, ssl=tls, happy_eyeballs_delay=HAPPY_EYEBALLS_SECONDS
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout(f"no connection to {host}:{port} within {seconds:g} s") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that DNS cannot hold
            raise httpx.ConnectError(f"no connection to {host}:{port}: {error}") from error
        if connection.closed:
            raise httpx.ConnectError(f"{host}:{port} closed the connection before anything was sent")
        return connection

    def _tls(self) -> ssl.SSLContext:
        if self._ssl_context is None:
            self._ssl_context = httpx.create_ssl_context()
        return self._ssl_context


def _origin(url: httpx.URL) -> _Origin:
    if url.scheme not in _PORTS:
        raise httpx.UnsupportedProtocol(f"{url}: neither http:// nor https://")
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]


def _message(request: httpx.Request, body: bytes) -> bytes:
    """The bytes of a request."""
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    headers = request.headers.raw
    lines += [b"%b: %b" % header for header in headers]
    heading = b"\r\n".join(lines)
    if heading.count(b"\r") != len(lines) - 1 or heading.count(b"\n") != len(lines) - 1:
        # httpx lets it pass, and the server would take what follows for a header, or a request, of its own.
        raise httpx.LocalProtocolError("a header or the method contains a line break")
    names = {name.lower() for name, _ in headers}
    if b"transfer-encoding" in names:  # httpx sets it for a body that comes from an iterator
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif body and b"content-length" not in names:  # and none for a body that comes as a stream
        heading += b"\r\nContent-Length: %d" % len(body)
    return heading + b"\r\n\r\n" + body
