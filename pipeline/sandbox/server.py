"""A Clarus of one's own, on loopback."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.sandbox.declared import Declared, extras
from pipeline.sandbox.faults import Faults
from pipeline.sandbox.journal import Journal
from pipeline.sandbox.records import DELETED, Record, Tenant
from pipeline.sandbox.seed import seed
from pipeline.sandbox.tokens import Tokens
from pipeline.sandbox.traffic import Requests, Traffic
from pipeline.sandbox.world import Conditions, World


class Sandbox:
    """A server in a thread of its own. What it holds outlives `stop()`, and `start()` brings it back.

    Args:
        port: 0 takes a free one; `start()` after `stop()` takes the same one again.
        tenants: each is seeded alike and holds records of its own.
        access_token: a ready token, accepted besides the issued ones and never revoked; empty for none.
        token_seconds: how long an issued token lives.
        tell_token_seconds: whether the token endpoint says so in `expires_in`.
        storage_unit_field: an integer attribute that receipt lines may carry; empty for none.
        page_cap: most nodes in a page of GraphQL, whatever the query asks for.
        conditions: what the server is like; may be changed later.
        journal: a file that remembers the records for a later sandbox.
        declared: resources that are served beside its own.
        clock: seconds since the epoch; tokens, read lag and limits go by it.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tenants: Sequence[str] = ("sandbox",),
        client_id: str = "sandbox",
        client_secret: str = "sandbox",
        access_token: str = "",
        token_seconds: float = 7200,
        tell_token_seconds: bool = True,
        storage_unit_field: str = "product_storage_unit_id",
        page_cap: int = 100,
        conditions: Conditions | None = None,
        journal: Path | None = None,
        clock: Callable[[], float] = time.time,
        declared: Sequence[Declared] = (),
    ) -> None:
        self._host = host
        self._port = port
        self._journal = None if journal is None else Journal(journal)
        more = extras(declared)
        self._world = World(
            tenants={name: Tenant(name, more.resources) for name in tenants},
            tokens=Tokens(client_id, client_secret, access_token, token_seconds, tell_token_seconds, clock),
            traffic=Traffic(clock),
            conditions=conditions or Conditions(),
            clock=clock,
            page_cap=page_cap,
            storage_unit_field=storage_unit_field,
            extras=more,
        )
        self._furnish()
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._journal is not None:
            self._journal.close()

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def faults(self) -> Faults:
        return self._world.faults

    @property
    def conditions(self) -> Conditions:
        return self._world.conditions

    @property
    def requests(self) -> Requests:
        return self._world.traffic.so_far()

    def records(self, resource: str, tenant: str | None = None) -> list[Record]:
        """Every record of a list, the seeded ones included: of one tenant, or of all."""
        return self._world.records(resource, tenant)

    def remove(self, record: Record) -> None:
        """Do what somebody does who deletes a record by hand."""
        self._world.tenants[record.tenant].remove(record)

    def add(self, record: Record) -> Record:
        """Do what somebody does who enters such a record by hand: it gets an id of its own."""
        return self._world.tenants[record.tenant].add(record.resource, record.attributes, address=record.address)

    def move(self, record: Record, status: str, picked: Mapping[int, float] | None = None) -> Record:
        """Do what the warehouse does: an order or receipt gets another status, and less of some lines was there."""
        return self._world.move(record, status, picked)

    def revoke_tokens(self) -> None:
        """End every issued token at once."""
        self._world.tokens.revoke()

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        if self._thread is not None:
            return
        listener = _listener(self._host, self._port)
        self._port = listener.getsockname()[1]
        started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, started.set)), name="sandbox", daemon=True
        )
        self._thread.start()
        started.wait()

    def stop(self) -> None:
        """Be gone as after a power cut: nobody listens, and whoever was being answered is cut off."""
        if self._thread is None:
            return
        self._stop()
        self._thread.join()
        self._thread = None

    async def _serve(self, listener: socket.socket, started: Callable[[], None]) -> None:
        # Imported with the first start: whoever only runs the command line never needs uvicorn.
        from pipeline.sandbox import app, wire

        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stop.set)
        await wire.serve(app.App(self._world), listener, stop, started)

    def _furnish(self) -> None:
        """Seed every tenant anew, and add what the journal holds for it."""
        for tenant in self._world.tenants.values():
            seed(tenant)
            tenant.open(self._world.clock, self._journal.append if self._journal else lambda record: None)
        for record in self._journal.read() if self._journal else ():
            # Records of tenants and lists that are not here stay in the file.
            if record.tenant in self._world.tenants and self._world.tenants[record.tenant].has(record.resource):
                tenant = self._world.tenants[record.tenant]
                tenant.remove(record) if record.status == DELETED else tenant.put(record)


def serve(sandbox: Sandbox, ready: Callable[[str], None]) -> None:
    """Run a sandbox until Ctrl-C.

    Args:
        ready: called once with the address, when it answers.
    """
    with sandbox, contextlib.suppress(KeyboardInterrupt):
        ready(sandbox.url)
        threading.Event().wait()


def _listener(host: str, port: int) -> socket.socket:
    # TCP named outright: on the sockets of socket.create_server() asyncio does not know it for TCP and leaves
    # Nagle's algorithm on, which costs 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
