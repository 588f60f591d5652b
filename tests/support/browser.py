"""A real browser without a screen: Debian's chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)


def installed() -> str | None:
    """The path of a browser; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def show(page: Path, profile: Path, *flags: str) -> str:
    """Load a page, let it run until it is still, and return what the browser has made of it."""
    browser = installed()
    assert browser is not None
    command = [browser, *_FLAGS, f"--user-data-dir={profile}", *flags, "--virtual-time-budget=5000", "--dump-dom"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # its sandbox needs another user
    done = subprocess.run(
        [*command, page.resolve().as_uri()], capture_output=True, text=True, timeout=120, check=False, errors="replace"
    )
    assert done.stdout, done.stderr
    return done.stdout


@dataclass(slots=True)
class Listener:
    """A server that counts who knocks."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen for a while."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    listener.requests.append(connection.recv(4096))
                    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield listener
