"""The queue: procrastinate, on the server of the ledger. It only reminds somebody to look at a tenant.

That a tenant is served once at a time is the lease's affair, not the queue's: every queue repeats work now and then,
and none stops a worker that only seems to be dead.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import closing
from importlib import resources

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from pipeline.errors import LedgerUnusable, UsageError
from pipeline.ledger.server import check_server, connect, name_of

log = logging.getLogger(__name__)

QUEUE = "tenants"
_TASK = "clarus_batch.serve"
_NO_PROFILE = "-"  # a lock must have a name
DEAD_AFTER_SECONDS = 30.0  # without a heartbeat; one comes every 10 s

Serve = Callable[[str], Awaitable[None]]


def queue(address: str, serve: Serve | None = None) -> procrastinate.App:
    """The queue at an address; `serve` is what a worker does for a tenant, None where nothing is served here."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=address, min_size=1, max_size=4))

    @app.task(name=_TASK, queue=QUEUE)
    async def _serve(tenant: str) -> None:
        assert serve is not None
        await serve(tenant)

    return app


async def remind(app: procrastinate.App, tenant: str, seconds: float = 0.0) -> bool:
    """Have a tenant looked at, now or in so many seconds; False where somebody is to do that already."""
    lock = tenant or _NO_PROFILE
    delay = {"seconds": int(seconds)} if seconds else None
    job = app.configure_task(name=_TASK, queue=QUEUE, lock=lock, queueing_lock=lock, schedule_in=delay)
    try:
        await job.defer_async(tenant=tenant)
    except AlreadyEnqueued:
        return False
    return True


async def hasten(app: procrastinate.App, tenant: str) -> None:
    """Have a tenant looked at now that was to be looked at later."""
    sql = "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND queueing_lock = %(lock)s"
    await app.connector.execute_query_async(query=sql, lock=tenant or _NO_PROFILE)


async def sweep(app: procrastinate.App, dead_after: float = DEAD_AFTER_SECONDS) -> int:
    """Put back the jobs of workers that are dead; return how many there were. One job's trouble is not the others'.

    A job that is being done keeps its tenant's lock for ever when its worker dies. Where another one already waits for
    the tenant, putting it back would be refused: then it is over, for the waiting one does the same.
    """
    stalled = [*await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=dead_after)]
    for job in stalled:
        try:
            await _put_back(app, job)
        except ConnectorException as error:
            log.warning("the job of tenant %s could not be put back: %s", job.lock, error)
    return len(stalled)


async def _put_back(app: procrastinate.App, job: Job) -> None:
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


def require_queue(address: str) -> None:
    """Make sure that the tables are there, those of the ledger and those of the queue.

    Raises:
        UsageError, LedgerUnusable: they are not, or the server is away.
    """
    with closing(connect(address)) as connection:
        check_server(connection, name_of(address))
        if not connection.execute("SELECT to_regclass('queue_migrations') IS NOT NULL").fetchall()[0][0]:
            raise UsageError(f"{name_of(address)} has no queue yet: make its tables with clarus-batch cluster init")


def make_queue(address: str) -> None:
    """Make the tables of the queue, or bring them up to date.

    Raises:
        LedgerUnusable: the server is away, or does not let us.
    """
    with closing(connect(address)) as connection, connection.transaction():
        connection.execute("CREATE TABLE IF NOT EXISTS queue_migrations (name text PRIMARY KEY)")
        connection.execute("LOCK TABLE queue_migrations")
        there, known = (
            connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchall()[0][0],
            {name for (name,) in connection.execute("SELECT name FROM queue_migrations")},
        )
        migrations = sorted(
            (
                path
                for path in (resources.files("procrastinate.sql") / "migrations").iterdir()
                if path.name[:1].isdigit()
            ),
            key=lambda path: path.name,
        )
        if not there:
            connection.execute(procrastinate.schema.SchemaManager.get_schema())
        elif not known:
            raise LedgerUnusable(
                f"{name_of(address)} holds another program's procrastinate queue: give the ledger a database of its own"
            )
        else:
            for path in migrations:
                if path.name not in known:
                    connection.execute(path.read_text(encoding="utf-8"))
        for path in migrations:
            connection.execute("INSERT INTO queue_migrations VALUES (%s) ON CONFLICT DO NOTHING", (path.name,))
