"""A web server on loopback that hears webhooks and pings, and does as it is told with them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Heard:
    """One request."""

    method: str
    path: str
    body: bytes
    content_type: str


class Hooks:
    """`status` is what it answers; `hangs` lets it answer nothing until the end."""

    def __init__(self, status: int = 200, hangs: bool = False) -> None:
        self.status, self.hangs = status, hangs
        self.heard: list[Heard] = []
        self._ended = threading.Event()
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                content_type = self.headers.get("Content-Type", "")
                hooks.heard.append(Heard(self.command, self.path, self.rfile.read(length), content_type))
                if hooks.hangs:
                    hooks._ended.wait(30)
                    return
                self.send_response(hooks.status)
                if hooks.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815 - the names are those of http.server

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def requests(self) -> list[str]:
        """What was asked: `GET /ping`."""
        return [f"{heard.method} {heard.path}" for heard in self.heard]
