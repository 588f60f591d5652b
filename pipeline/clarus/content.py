"""What an HTTP response holds: JSON, or a page that somebody else has put in its place."""

from __future__ import annotations

import re
import zlib
from typing import Any

import httpx
import orjson

from pipeline.clarus.answers import Answer, retry_after

_BOM = b"\xef\xbb\xbf"
_MAY_ASK_TO_WAIT = (429, 503)  # statuses
_MOST_BYTES = 256 * 1024 * 1024  # of an answer, unpacked
_SHOWN = 60  # characters of a page: enough to recognise it


async def content_of(response: httpx.Response) -> bytes:
    """The content as it came: `aread()` sends it through decoders that we hardly need, at ten times the time."""
    if isinstance(response.stream, httpx.ByteStream):
        return b"".join(response.stream)  # it is there already: nothing has to be awaited
    assert isinstance(response.stream, httpx.AsyncByteStream)
    try:
        return b"".join([part async for part in response.stream])
    finally:
        await response.stream.aclose()  # else the connection is never free for another request


def answer_of(response: httpx.Response, content: bytes) -> Answer:
    """Read a response and its content.

    Raises:
        httpx.DecodingError: it is compressed in a way that nobody asked for and that cannot be undone.
    """
    status, headers = response.status_code, response.headers
    if (coding := headers.get("content-encoding", "identity")) != "identity":
        content = _unpacked(content, coding.lower())
    body, page = _json(content, headers)
    wait = retry_after(headers.get("retry-after")) if status in _MAY_ASK_TO_WAIT else None
    location = headers.get("location", "") if 300 <= status < 400 else ""
    return Answer(status, body, wait, page=page, location=location)


def _json(content: bytes, headers: httpx.Headers) -> tuple[Any, str]:
    """The content as JSON, or what it is instead."""
    try:
        return orjson.loads(content), ""
    except orjson.JSONDecodeError:
        pass
    content = content.removeprefix(_BOM)
    try:
        return orjson.loads(content), ""
    except orjson.JSONDecodeError:
        return None, _described(content, headers.get("content-type", "").partition(";")[0].strip())


def _described(content: bytes, kind: str) -> str:
    """What something that is no JSON is, in a few words; "" for nothing at all."""
    text = re.sub(r"[\x00-\x20\x7f-\xa0]+", " ", content[:1000].decode("utf-8", "replace")).strip()
    if not text:
        return ""
    beginning = text if len(text) <= _SHOWN else text[:_SHOWN].rstrip() + "…"
    return f"{kind or 'of no stated type'}, begins {beginning!r}"


def _unpacked(content: bytes, coding: str) -> bytes:
    for window in {"gzip": (47,), "x-gzip": (47,), "deflate": (15, -15)}.get(coding, ()):
        unpacking = zlib.decompressobj(window)
        try:
            plain = unpacking.decompress(content, _MOST_BYTES)
        except zlib.error:
            continue  # "deflate" is sent with and without a zlib header
        if unpacking.eof:
            return plain
    raise httpx.DecodingError(f"an answer compressed as {coding!r} that cannot be unpacked")
