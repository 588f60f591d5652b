"""The traps of the queue, each one met before."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from pipeline.cluster.queue import QUEUE, queue, remind, sweep


def with_queue(fleet: Any, use: Callable[[Any], Awaitable[Any]]) -> Any:
    async def go() -> Any:
        async with queue(fleet.ledger).open_async() as app:
            return await use(app)

    return asyncio.run(go())


async def taken_by_the_dead(app: Any, tenant: str) -> None:
    """A job that a worker has taken which has died since."""
    await remind(app, tenant)
    worker = await app.job_manager.register_worker()
    assert await app.job_manager.fetch_job(queues=[QUEUE], worker_id=worker) is not None
    sql = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
    await app.connector.execute_query_async(query=sql)


def jobs(fleet: Any) -> list[tuple[str, str]]:
    return fleet.rows("SELECT lock, status::text FROM procrastinate_jobs ORDER BY id")  # type: ignore[no-any-return]


def test_a_dead_workers_job_does_not_block_its_tenant_when_another_waits(fleet: Any) -> None:
    """Trap 1: putting it back would be refused, for the other has its name; it is over, and the other is done."""

    async def use(app: Any) -> int:
        await taken_by_the_dead(app, "alpha")
        assert await remind(app, "alpha")
        return await sweep(app)

    assert with_queue(fleet, use) == 1
    assert jobs(fleet) == [("alpha", "failed"), ("alpha", "todo")]


def test_one_tenants_trouble_does_not_end_the_sweep_of_the_others(fleet: Any) -> None:
    """Trap 1, too: after the one that is refused, the next is put back."""

    async def use(app: Any) -> int:
        await taken_by_the_dead(app, "alpha")
        await taken_by_the_dead(app, "beta")
        assert await remind(app, "alpha")
        return await sweep(app)

    assert with_queue(fleet, use) == 2
    assert sorted(jobs(fleet)) == [("alpha", "failed"), ("alpha", "todo"), ("beta", "todo")]


def test_a_sweep_that_hangs_keeps_no_other_from_sweeping(fleet: Any) -> None:
    """Trap 2: sweeps are no jobs and have no lock; two at once do no harm."""

    async def use(app: Any) -> list[int]:
        await taken_by_the_dead(app, "alpha")
        return [*await asyncio.gather(sweep(app), sweep(app))]

    assert max(with_queue(fleet, use)) == 1
    assert jobs(fleet) == [("alpha", "todo")]


def test_a_job_is_found_although_its_workers_row_is_gone(fleet: Any) -> None:
    """Trap 3: another worker has removed the row of the dead one."""

    async def use(app: Any) -> int:
        await taken_by_the_dead(app, "alpha")
        await app.connector.execute_query_async(query="DELETE FROM procrastinate_workers")
        return await sweep(app)

    assert with_queue(fleet, use) == 1
    assert jobs(fleet) == [("alpha", "todo")]


def test_the_queue_lives_in_a_module_and_its_tables_are_made_once_and_kept(fleet: Any) -> None:
    """Trap 5: no warning about `__main__`, and `cluster init` again changes nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = fleet.call("cluster", "init")

    assert again.exit_code == 0, again.output
    assert "is up to date" in again.output
    assert fleet.rows("SELECT count(*) > 10 FROM queue_migrations") == [(True,)]


def test_a_tenant_is_reminded_of_once(fleet: Any) -> None:
    """However often somebody looks."""

    async def use(app: Any) -> list[bool]:
        return [await remind(app, "alpha"), await remind(app, "alpha"), await remind(app, "")]

    assert with_queue(fleet, use) == [True, False, True]
