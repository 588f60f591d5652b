"""Post ready-made bodies with aiohttp: no file is read, nothing is looked up or written down.

python bare_aiohttp.py URL BODIES CONCURRENCY
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp

_HEADERS = {"Authorization": "Bearer benchmark", "X-Clarus-Subdomain": "bench", "Content-Type": "application/json"}


async def post_all(url: str, bodies: list[bytes], concurrency: int) -> None:
    """Post every body, by so many workers."""
    waiting = iter(bodies)
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector, headers=_HEADERS) as session, asyncio.TaskGroup() as workers:
        for _ in range(concurrency):
            workers.create_task(_work(session, f"{url}/api/goods_outs", waiting))


async def _work(session: aiohttp.ClientSession, url: str, waiting: Iterator[bytes]) -> None:
    for body in waiting:
        async with session.post(url, data=body) as answer:
            answer.raise_for_status()
            await answer.json()


if __name__ == "__main__":
    _, url, bodies, concurrency = sys.argv
    asyncio.run(post_all(url, Path(bodies).read_bytes().splitlines(), int(concurrency)))
