"""How the network is reached: proxies and certificates, from the configuration or the usual variables."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import UsageError

_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def proxy(address: str) -> str:
    """The address of a proxy in the configuration, which holds no password."""
    checked = proxy_address(address)
    if checked and urlsplit(checked).username is not None:
        raise ValueError("must not hold a user or password: set HTTPS_PROXY in the environment instead")
    return checked


def proxy_address(address: str) -> str:
    """The address of a proxy; without http:// before it, it is one all the same."""
    if not address:
        return address
    url = address if "://" in address else f"http://{address}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError as error:
        raise ValueError("must be an address such as http://proxy.example:8080") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(
            f"must be an HTTP proxy, such as http://proxy.example:8080; {parts.scheme}:// is not supported"
        )
    if not host or parts.path.strip("/") or parts.query or parts.fragment or re.search(r"\s", url):
        raise ValueError("must be an address alone, such as http://proxy.example:8080")
    return url.rstrip("/")


def proxy_of_environment(base_url: str, environ: Mapping[str, str]) -> str:
    """The proxy that the usual variables name for an address; "" for none.

    Raises:
        UsageError: it is none; the message names the variable, and no password.
    """
    address = urlsplit(base_url)
    given = {name: _variable(name, environ) for name in (f"{address.scheme}_proxy", "all_proxy", "no_proxy")}
    if _is_excepted(address.hostname or "", address.port, given.pop("no_proxy")):
        return ""
    for name, value in given.items():
        if value:
            try:
                return proxy_address(value)
            except ValueError as error:
                raise UsageError(f"{name.upper()} {error}") from None
    return ""


def certificates_of_environment(environ: Mapping[str, str]) -> Path | None:
    """The file of certificates that the usual variables name."""
    return next((Path(environ[name]) for name in _CERTIFICATES if environ.get(name, "").strip()), None)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def _is_excepted(host: str, port: int | None, exceptions: str) -> bool:
    """Whether NO_PROXY names a host: itself, a domain that it is in, a network of addresses, or `*`."""
    names = [name.strip().lower().removeprefix("*.").removeprefix(".") for name in exceptions.split(",")]
    own = {f"{host}:{port}", host}
    domains = [f".{name}" for name in names if name]
    if "*" in names or own & set(names) or any(f".{each}".endswith(domain) for each in own for domain in domains):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in map(_network, names) if network is not None)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
