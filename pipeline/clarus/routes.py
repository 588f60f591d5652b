"""The way to Clarus: our own transport, or httpx's through a proxy; and whose certificates are trusted."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx

from pipeline.clarus.access import Access
from pipeline.clarus.transport import Transport
from pipeline.errors import UsageError

_THROUGH_PROXY = 16  # requests at once: httpx's pool becomes slower with more
_KEEP_ALIVE_SECONDS = 30


def transport_for(access: Access) -> httpx.AsyncBaseTransport:
    """Make the transport that fits the way.

    Raises:
        UsageError: a file of certificates is none.
    """
    context = None
    if access.ca_file or access.client_certificate:  # else made with the first connection: it takes 20 ms
        context = ssl_context(access)
    if not access.proxy:
        return Transport(
            connect_timeout=access.connect_timeout, keep_alive_seconds=_KEEP_ALIVE_SECONDS, ssl_context=context
        )
    context = context or ssl_context(access)
    most = most_at_once(access)
    return httpx.AsyncHTTPTransport(
        verify=context,
        trust_env=False,
        proxy=httpx.Proxy(access.proxy, ssl_context=context if access.proxy.startswith("https:") else None),
        limits=httpx.Limits(max_connections=most, max_keepalive_connections=most, keepalive_expiry=_KEEP_ALIVE_SECONDS),
    )


def most_at_once(access: Access) -> int:
    """How many requests may be under way at once."""
    return min(access.concurrency, _THROUGH_PROXY) if access.proxy else access.concurrency


def ssl_context(access: Access) -> ssl.SSLContext:
    """What is trusted: the certificates of a file, else those of the system.

    Raises:
        UsageError: a file of certificates is none.
    """
    if access.ca_file is None:
        context = system_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _load(context.load_verify_locations, "ca_file or SSL_CERT_FILE", access.ca_file)
    if access.client_certificate is not None:
        certificate, key = access.client_certificate, access.client_key
        _load(lambda path: context.load_cert_chain(path, key), "client_certificate_file", certificate)
    return context


def system_context() -> ssl.SSLContext:
    """Trust what the operating system trusts; a company's own authority is in there."""
    import truststore  # late: most runs go to one server, and `check` to none

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _load(load: Callable[[str], object], setting: str, path: Path) -> None:
    try:
        load(str(path))
    except (ssl.SSLError, ValueError) as error:
        raise UsageError(
            f"{path} ({setting}) holds no certificate that can be read: it must be a PEM file, "
            "a text that begins with -----BEGIN CERTIFICATE-----"
        ) from error
    except OSError as error:
        raise UsageError(f"{path} ({setting}) cannot be read: {error.strerror}") from error
