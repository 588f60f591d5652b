"""The lease of a tenant: who may serve it, and until when. The clock of the database alone decides.

It is renewed by a thread with a connection of its own, so that a busy event loop does not lose it. What is fenced asks
`check`, which compares our own clock with a deadline that lies before the lease's end: it needs no network.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import psycopg

from pipeline.errors import LeaseLost, LedgerUnusable, OutboxBusy
from pipeline.ledger.server import Connection, check_server, connect, in_words, name_of

_MARGIN = 0.1  # of the lease, for clocks that run unequally, and for the way from the check to the wire
_RENEWALS = 3  # within one lease
_LOCK_TIMEOUT = "5s"
_LONGEST_END = 5.0  # seconds that the end waits for a renewal under way
_TRIES = 5  # to take a lease whose row somebody else has locked

_LOOK = (
    "SELECT holder, since, released, extract(epoch FROM until - clock_timestamp())::float8 AS seconds FROM leases"
    " WHERE tenant = %s"
)
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
_MAKE = (  # as one that has run out, in order
    "INSERT INTO leases VALUES (%s, '', 0, clock_timestamp(), clock_timestamp(), true, '', 0, 0) ON CONFLICT DO NOTHING"
)
_TAKE = (
    "UPDATE leases SET holder = %s, epoch = epoch + 1, since = clock_timestamp(), released = false,"
    " until = clock_timestamp() + make_interval(secs => %s), stage = '', done = 0, total = 0"
    " WHERE tenant = %s RETURNING epoch"
)
_RENEW = (
    "UPDATE leases SET until = clock_timestamp() + make_interval(secs => %s), stage = %s, done = %s, total = %s"
    " WHERE tenant = %s AND epoch = %s"
)
_RELEASE = (
    "UPDATE leases SET until = clock_timestamp(), released = %s, stage = '', done = 0, total = 0,"
    " ended_at = clock_timestamp(), exit_code = %s WHERE tenant = %s AND epoch = %s"
)


def _of_system() -> Callable[[], float]:
    if sys.platform == "linux":  # where time.monotonic() stands still while the machine is suspended
        return lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic


clock = _of_system()


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long a tenant is taken, and what a taker has to wait for."""

    seconds: float
    request_seconds: float  # as long as a request of the last holder may live, and need to show


@dataclass(slots=True)
class Standing:
    """How far a run is: told with each renewal."""

    stage: str = ""
    done: int = 0
    total: int = 0


class Lease:
    """A tenant that is ours until `release`; the fence of all that is done for it."""

    def __init__(self, address: str, tenant: str, seconds: float, now: Callable[[], float] = clock) -> None:
        self.tenant, self.epoch, self.standing = tenant, 0, Standing()
        self.wait = 0.0  # seconds until nothing of the last holder can be under way any more
        self.before = ""  # who that was
        token = secrets.token_hex(4)
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{token}"
        self.sessions = _sessions(self.holder)
        self._address, self._seconds, self._now = address, seconds, now
        self._deadline = -1.0
        self._lost: str | None = None
        self._ended = threading.Event()
        self._renewing = threading.Thread(target=self._renew_on, name="lease", daemon=True)

    @classmethod
    def take(cls, address: str, tenant: str, terms: Terms) -> Self:
        """Take the lease, and keep it.

        Raises:
            OutboxBusy: another one has it.
            UsageError, LedgerUnusable: the ledger cannot be used.
        """
        lease = cls(address, tenant, terms.seconds)
        with closing(connect(address, lease.sessions)) as connection:
            try:
                check_server(connection, name_of(address))
                lease._take(connection, terms)
            except psycopg.Error as error:
                raise LedgerUnusable(f"the ledger {name_of(address)} cannot be written: {in_words(error)}") from None
        lease._renewing.start()
        return lease

    @property
    def left(self) -> float:
        """Seconds until the deadline; 0 or less when it is over."""
        return 0.0 if self._lost is not None else self._deadline - self._now()

    def check(self) -> None:
        """Raise `LeaseLost` where the tenant is no longer surely ours."""
        if self._lost is not None or self._now() >= self._deadline:
            raise self.lose("it could not be renewed in time")

    def lose(self, why: str = "another one has taken it") -> LeaseLost:
        """Give up: from now on every check fails. Returns what to raise."""
        if self._lost is None:
            self._lost = why
        return LeaseLost(
            f"the lease of tenant {self.tenant} is lost ({self._lost}): nothing more is sent or written here, and the"
            " next run goes on from the ledger"
        )

    def release(self, exit_code: int | None) -> None:
        """Let the tenant go; `exit_code` is None where the work broke off, and a taker has to wait for what it sent."""
        self._ended.set()
        self._renewing.join(_LONGEST_END)
        if self._lost is not None:
            return
        values = (exit_code is not None, exit_code, self.tenant, self.epoch)
        with suppress(psycopg.Error, LedgerUnusable), closing(connect(self._address, self.sessions)) as connection:
            connection.execute(_RELEASE, values)  # where that fails, it runs out by itself

    def _take(self, connection: Connection, terms: Terms) -> None:
        for _ in range(_TRIES):
            self._refuse_while_held(connection)
            asked = self._now()
            try:
                with connection.transaction():
                    connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                    self._take_over(connection, terms)
            except psycopg.errors.LockNotAvailable:
                continue
            self._deadline = asked + self._seconds * (1 - _MARGIN)
            return
        raise OutboxBusy(f"tenant {self.tenant} cannot be taken: a session of the database holds its lease locked")

    def _refuse_while_held(self, connection: Connection) -> None:
        """Raise `OutboxBusy` while the lease runs; end the sessions of a holder whose lease has run out.

        A process that is frozen inside a transaction keeps the row locked for as long as its session lives.
        """
        for holder, since, released, left in connection.execute(_LOOK, (self.tenant,)).fetchall():
            if left > 0:
                raise self._busy(holder, since, left)
            if not released:
                connection.execute(_END_SESSIONS, (_sessions(holder),))

    def _take_over(self, connection: Connection, terms: Terms) -> None:
        connection.execute(_MAKE, (self.tenant,))
        [(before, since, released, left)] = connection.execute(f"{_LOOK} FOR UPDATE", (self.tenant,)).fetchall()
        if left > 0:
            raise self._busy(before, since, left)
        [(self.epoch,)] = connection.execute(_TAKE, (self.holder, self._seconds, self.tenant)).fetchall()
        self.before = shown(before)
        self.wait = 0.0 if released else max(0.0, terms.request_seconds + left)  # `left` is negative: since it ran out

    def _busy(self, holder: str, since: datetime, left: float) -> OutboxBusy:
        return OutboxBusy(
            f"tenant {self.tenant} is being served by {shown(holder)} since {_moment(since)}: wait for that run to end"
            f" (if it is dead, its lease runs out in {left:.0f} s)"
        )

    def _renew_on(self) -> None:
        every, connection = self._seconds / _RENEWALS, None
        wait = every
        while not self._ended.wait(wait):
            wait, asked = every, self._now()
            try:
                connection = connection or connect(self._address, self.sessions)
                if not self._renewed(connection):
                    self.lose()
                    break
                if self._lost is None:
                    self._deadline = asked + self._seconds * (1 - _MARGIN)
            except (psycopg.Error, LedgerUnusable):
                if connection is not None:
                    connection.close()
                connection, wait = None, every / 10
            if self._lost is not None:
                break
        if connection is not None:
            connection.close()

    def _renewed(self, connection: Connection) -> bool:
        now = self.standing
        values = (self._seconds, now.stage, now.done, now.total, self.tenant, self.epoch)
        return connection.execute(_RENEW, values).rowcount == 1


def shown(holder: str) -> str:
    """A holder as people know it: machine and process."""
    return holder.rpartition(":")[0]


def _sessions(holder: str) -> str:
    """What the holder's connections show themselves as: without the name of the machine, which may be too long."""
    return f"clarus-batch {holder.rpartition(':')[2]}"


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
