"""Whether a request can have left: what decides if it may be sent again.

Two transports of ours say so themselves, in the request's extension `left`: our own, and httpx's by its trace. Of any
other one the class of the exception counts, and its cause, since httpx-aiohttp calls a lost answer a ConnectTimeout.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpx

from pipeline.clarus.transport import Transport

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_OF_CONNECTING = (ConnectionRefusedError, socket.gaierror, ssl.SSLError, TimeoutError)
# By name, since their libraries need not be there.
_NAMED_OF_CONNECTING = {
    *(
        "ClientConnectorError",
        "ConnectionTimeoutError",
        "ClientProxyConnectionError",
        "ClientHttpProxyError",
    ),  # aiohttp
    *("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"),  # httpcore
}


class Departure:
    """Watches the requests of one transport."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._says_so = isinstance(transport, Transport)
        self._is_traced = isinstance(transport, httpx.AsyncHTTPTransport)

    def watch(self, request: httpx.Request) -> None:
        """Have it noted in the request when it leaves."""
        if not self._is_traced:
            return

        async def trace(event: str, info: dict[str, Any]) -> None:
            # The CONNECT to a proxy is sent with the same extensions: it is not the request.
            if event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
                if (still_ours := request.extensions.get("fence")) is not None:
                    still_ours()
                request.extensions["left"] = True
            elif event.endswith("receive_response_headers.complete") and "left" not in request.extensions:
                request.extensions["proxy_status"] = info["return_value"][1]

        request.extensions = {**request.extensions, "trace": trace}

    def may_have_left(self, request: httpx.Request, error: Exception | None = None) -> bool:
        """Whether Clarus may have read a request that ended with this error, or was cancelled."""
        if self._says_so or self._is_traced:
            return "left" in request.extensions
        return not (isinstance(error, _NEVER_LEFT) and _is_of_connecting(error))


def certificate_trouble(error: Exception) -> str:
    """Why the certificate of the other end cannot be verified; "" where that is not the trouble."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message or str(cause)
    return ""


def is_not_http(error: Exception) -> bool:
    """Whether what came back was not HTTP, rather than nothing."""
    return isinstance(error, httpx.RemoteProtocolError) and any(
        type(cause).__module__.startswith("h11") for cause in _causes(error)
    )


def _is_of_connecting(error: Exception) -> bool:
    cause = error.__cause__
    if cause is None or isinstance(cause, _OF_CONNECTING):
        return True
    return any(kind.__name__ in _NAMED_OF_CONNECTING for kind in type(cause).__mro__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
