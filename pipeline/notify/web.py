"""Webhooks and pings: requests to addresses that stand in files, since they are secrets."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError
from urllib.parse import urlsplit

from pipeline.config.network import proxy_of_environment
from pipeline.errors import UsageError
from pipeline.notify.trouble import CannotTell, first_line, network_trouble, trusting


def post_json(
    url_file: Path, told: Mapping[str, Any], ca_file: Path | None, environ: Mapping[str, str], seconds: float
) -> None:
    """Post an object to a webhook.

    Raises:
        CannotTell: why it was not taken.
    """
    url = _url(url_file, "webhook_url_file")
    body = json.dumps(told, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    _send(request.Request(url, body, headers, method="POST"), ca_file, environ, seconds)


def ping(url_file: Path, path: str, ca_file: Path | None, environ: Mapping[str, str], seconds: float) -> None:
    """Get the address of a service that waits for pings, with something behind its path.

    Raises:
        CannotTell: why it was not taken.
    """
    address = urlsplit(_url(url_file, "ping_url_file"))
    whole = address._replace(path=f"{address.path.rstrip('/')}{path}") if path else address
    _send(request.Request(whole.geturl()), ca_file, environ, seconds)


def _url(file: Path, key: str) -> str:
    url = first_line(file, key)
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not url.isascii() or " " in url:
        raise CannotTell(f"was not sent: {key} {file} must hold an address such as https://example.com/hook")
    return url


class _Unmoved(request.HTTPRedirectHandler):
    """What is to be told goes to the address that was given, and to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing: the answer counts as the refusal that it is."""


def _send(asked: request.Request, ca_file: Path | None, environ: Mapping[str, str], seconds: float) -> None:
    asked.add_header("User-Agent", "clarus-batch")
    try:
        proxy = proxy_of_environment(asked.full_url, environ)
    except UsageError as error:
        raise CannotTell(f"was not sent: {error}") from error
    handlers: list[request.BaseHandler] = [_Unmoved(), request.ProxyHandler(_by_scheme(proxy))]
    if asked.type == "https" or proxy.startswith("https:"):
        handlers.append(request.HTTPSHandler(context=trusting(ca_file)))
    try:
        with request.build_opener(*handlers).open(asked, timeout=seconds):
            pass
    except HTTPError as error:
        error.close()
        raise CannotTell(f"was refused: the answer was {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise network_trouble(error) from None


def _by_scheme(proxy: str) -> dict[str, str]:
    return {"http": proxy, "https": proxy} if proxy else {}
