"""A PostgreSQL server of its own in a temporary folder, for as long as the tests run.

As root it belongs to an unprivileged account, since PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

_PLACES = ("/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt/postgresql")


def programs() -> Path | None:
    """The folder of the newest server that is installed."""
    if found := shutil.which("pg_ctl"):
        return Path(found).parent
    there = [path for place in _PLACES for path in Path(place).glob("**/bin/pg_ctl")]
    return max(there, key=lambda path: [int(part) for part in path.parts if part.isdecimal()]).parent if there else None


class Server:
    """`with` it; `database` makes an empty database and gives its address."""

    def __init__(self, settings: str = "fsync=off", folder: Path | None = None) -> None:
        self._settings = settings
        self._folder = folder or Path(tempfile.mkdtemp(prefix="clarus-pg-"))
        self._account = _account()
        self._made = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    def __enter__(self) -> Self:
        if self._account:
            shutil.chown(self._folder, self._account)
        words = ["-D", str(self._data), "-U", "clarus", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._call("initdb", *words)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        more = "".join(f" -c {setting}" for setting in self._settings.split())
        log = str(self._folder / "log")
        self._call("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", log, "-o", options + more, "start")

    def stop(self, mode: str) -> None:
        """Stop it: `fast`, or `immediate` as a power cut does."""
        self._call("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop", may_fail=True)

    def address(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://clarus:secret-word@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        """Make an empty database; return its address."""
        self._made += 1
        name = f"ledger_{self._made}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def _call(self, program: str, *words: str, may_fail: bool = False) -> None:
        found = programs()
        assert found is not None
        done = subprocess.run(
            [str(found / program), *words],
            user=self._account or None,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # pg_ctl's server would keep a pipe open
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert may_fail or done.returncode == 0, f"{program} ended with {done.returncode}: see {self._folder}/log"


def _account() -> str:
    """Who the server belongs to: an unprivileged account where we are root, else ourselves."""
    if os.geteuid() != 0:
        return ""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
