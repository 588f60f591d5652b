"""The socket: uvicorn's HTTP on a listener and in a loop that we start and stop ourselves.

`uvicorn.Server` polls for its end ten times a second and waits for every client; a server that plays dead has
to be gone at once, so only uvicorn's protocol is used.
"""

import asyncio
import socket
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

TRANSPORT = "sandbox.transport"  # the key in a scope's extensions

_BACKLOG = 1024  # connections that wait to be accepted
_IDLE_SECONDS = 75  # until an unused connection is closed, as nginx has it


class _Connection(HttpToolsProtocol):
    """Shows the application its transport, so that it can hang up in the middle of anything; says what time it is."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode("ascii"))]
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}


async def serve(app: Any, listener: socket.socket, stop: asyncio.Event, started: Callable[[], None]) -> None:
    """Answer on a bound socket until `stop` is set; then close it and drop every connection."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_keep_alive=_IDLE_SECONDS,
    )
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(config=config, server_state=state, app_state={}), sock=listener, backlog=_BACKLOG
    )
    started()
    await stop.wait()
    server.close()
    for connection in list(state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)  # the connections learn that they are lost
    for request in list(state.tasks):
        request.cancel()
    await asyncio.gather(*state.tasks, return_exceptions=True)
