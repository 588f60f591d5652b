"""How the tenants of a cluster stand: who serves which, how far it is, what is owed, and which workers live."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from pipeline.cluster.looking import count_waiting
from pipeline.cluster.tenants import Cluster, shown
from pipeline.errors import LedgerUnusable, PipelineError
from pipeline.ledger import lease
from pipeline.ledger.server import Connection, check_server, connect, in_words, name_of
from pipeline.runs.access import access_of

_WORKERS = (
    "SELECT w.id, w.last_heartbeat, array_remove(array_agg(j.lock ORDER BY j.lock), NULL) FROM procrastinate_workers w"
    " LEFT JOIN procrastinate_jobs j ON j.worker_id = w.id AND j.status = 'doing' GROUP BY w.id ORDER BY w.id"
)
_LEASE = (
    "SELECT holder, since, until > clock_timestamp(), stage, done, total, ended_at, exit_code,"
    " extract(epoch FROM clock_timestamp() - since)::float8 FROM leases WHERE tenant = %s"
)


@dataclass(frozen=True, slots=True)
class TenantStanding:
    """How one tenant stands."""

    profile: str
    tenant: str
    waiting: int = 0  # files
    owed: int = 0  # runs
    open_rows: int = 0  # that need someone
    holder: str = ""
    since: datetime | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    rate: float = 0.0  # documents a second of this stage, at least
    last_exit: int | None = None
    ended: datetime | None = None
    trouble: str = ""

    @property
    def needs_someone(self) -> bool:
        """Whether anything is outstanding that does not go on by itself at once."""
        return bool(self.open_rows or self.owed or self.trouble or self.last_exit not in (None, 0))


@dataclass(frozen=True, slots=True)
class WorkerStanding:
    """A worker, as the queue knows it."""

    number: int
    heartbeat: datetime
    serves: Sequence[str]


@dataclass(frozen=True, slots=True)
class ClusterStanding:
    """How all of it stands."""

    tenants: Sequence[TenantStanding]
    workers: Sequence[WorkerStanding]

    @property
    def exit_code(self) -> int:
        """1 where any tenant needs someone."""
        return 1 if any(tenant.needs_someone for tenant in self.tenants) else 0


def cluster_standing(cluster: Cluster, named: Sequence[str] = ()) -> ClusterStanding:
    """Find out how the tenants stand.

    Raises:
        UsageError, LedgerUnusable: the ledger cannot be used.
    """
    address = cluster.settings.cluster.address
    name = name_of(address)
    with closing(connect(address)) as connection:
        check_server(connection, name)
        try:
            tenants = [_tenant(profile, cluster, connection) for profile in cluster.tenants(named)]
            return ClusterStanding(tenants, _workers(connection))
        except psycopg.Error as error:
            raise LedgerUnusable(f"the ledger {name} cannot be read: {in_words(error)}") from None


def _tenant(profile: str, cluster: Cluster, connection: Connection) -> TenantStanding:
    try:
        settings = cluster.settings_of(profile)
        tenant, waiting = access_of(settings).tenant, count_waiting(settings)
    except (PipelineError, OSError) as error:
        return TenantStanding(profile, "", trouble=str(error))
    [(owed,)] = connection.execute("SELECT count(*) FROM runs WHERE tenant = %s AND owed <> 0", (tenant,)).fetchall()
    [(rows,)] = connection.execute(
        "SELECT count(*) FROM open_rows WHERE tenant = %s AND closed_by = ''", (tenant,)
    ).fetchall()
    counts = {"waiting": waiting, "owed": owed, "open_rows": rows}
    for holder, since, is_held, stage, done, total, ended, code, seconds in connection.execute(_LEASE, (tenant,)):
        told = {"holder": lease.shown(holder), "since": since, "stage": stage, "done": done, "total": total}
        rate = round(done / seconds, 1) if seconds > 0 else 0.0
        held = {**told, "rate": rate} if is_held else {}
        return TenantStanding(profile, tenant, **counts, last_exit=code, ended=ended, **held)
    return TenantStanding(profile, tenant, **counts)


def _workers(connection: Connection) -> list[WorkerStanding]:
    [(there,)] = connection.execute("SELECT to_regclass('procrastinate_workers') IS NOT NULL").fetchall()
    rows = connection.execute(_WORKERS).fetchall() if there else []
    return [WorkerStanding(number, heartbeat, tuple(locks)) for number, heartbeat, locks in rows]


def as_json(found: ClusterStanding) -> dict[str, Any]:
    """The same for other programs."""
    return {
        "exit_code": found.exit_code,
        "tenants": [
            {
                "profile": each.profile,
                "tenant": each.tenant,
                "waiting_files": each.waiting,
                "owed_runs": each.owed,
                "open_rows": each.open_rows,
                "holder": each.holder or None,
                "since": _iso(each.since),
                "stage": each.stage or None,
                "done": each.done,
                "total": each.total,
                "per_second": each.rate,
                "last_exit_code": each.last_exit,
                "ended": _iso(each.ended),
                "trouble": each.trouble or None,
            }
            for each in found.tenants
        ],
        "workers": [
            {"worker": each.number, "last_heartbeat": _iso(each.heartbeat), "serves": list(each.serves)}
            for each in found.workers
        ],
    }


def as_lines(found: ClusterStanding) -> list[str]:
    """The same in words."""
    lines = [f"{shown(each.profile)}: {'; '.join(_words(each))}" for each in found.tenants]
    now = datetime.now(UTC)
    for worker in found.workers:
        serves = f", serves {', '.join(worker.serves)}" if worker.serves else ""
        ago = max(0.0, (now - worker.heartbeat).total_seconds())
        lines.append(f"worker {worker.number}: heartbeat {ago:.0f} s ago{serves}")
    return lines if found.workers else [*lines, "no worker"]


def _words(each: TenantStanding) -> list[str]:
    if each.trouble:
        return [each.trouble]
    told = []
    if each.holder and each.since:
        far = f", {each.stage} {each.done:,} of {each.total:,}, {each.rate:,.0f}/s" if each.stage else ""
        told.append(f"served by {each.holder} since {each.since.astimezone():%Y-%m-%d %H:%M:%S}{far}")
    if each.last_exit is not None and each.ended:
        told.append(f"last run ended with {each.last_exit} at {each.ended.astimezone():%Y-%m-%d %H:%M:%S}")
    for count, noun in ((each.waiting, "waiting file"), (each.owed, "unfinished run"), (each.open_rows, "open row")):
        told += [f"{count:,} {noun}{'' if count == 1 else 's'}"] if count else []
    return told or ["nothing to do"]


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
