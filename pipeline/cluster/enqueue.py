"""`enqueue`: tenants are looked at now, by whichever worker is free."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from pipeline.cluster.looking import has_work
from pipeline.cluster.queue import hasten, queue, remind, require_queue
from pipeline.cluster.tenants import Cluster


def enqueue(cluster: Cluster, tenants: Sequence[str], only_with_work: bool) -> list[str]:
    """Have these tenants looked at now; return those that are.

    Raises:
        UsageError: the configuration of one is wrong; the tables are not there.
        LedgerUnusable: the server is away.
    """
    address = cluster.settings.cluster.address
    require_queue(address)

    async def ask() -> list[str]:
        reminded = []
        async with queue(address).open_async() as app:
            for tenant in tenants:
                if only_with_work and not await has_work(cluster.settings_of(tenant)):
                    continue
                if not await remind(app, tenant):
                    await hasten(app, tenant)
                reminded.append(tenant)
        return reminded

    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None  # for psycopg's asynchronous side
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(ask())
