"""One request and its answer on a connection, which may also end in worse ways than an answer."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pipeline.sandbox.answers import Answer
from pipeline.sandbox.clarus import Request
from pipeline.sandbox.wire import TRANSPORT

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Exchange:
    """The ASGI messages of one request."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send

    async def read(self) -> Request | None:
        """The whole request; None if the client left in the middle of it."""
        body = b""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return None
            body += message["body"]
            if not message["more_body"]:
                break
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._scope["headers"]}
        return Request(self._scope["method"], self._scope["path"], headers, body)

    async def send(self, answer: Answer) -> None:
        await self._start(answer)
        await self._send({"type": "http.response.body", "body": answer.body})

    async def send_half(self, answer: Answer) -> None:
        """Promise the whole body, send the first half, hang up."""
        await self._start(answer)
        half = answer.body[: len(answer.body) // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        await self.cut()

    async def cut(self) -> None:
        self._scope["extensions"][TRANSPORT]["transport"].close()
        await self.hang()

    async def hang(self) -> None:
        """Say nothing (more) until the connection is gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _start(self, answer: Answer) -> None:
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer.body)).encode()),
            *((name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers),
        ]
        await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})
