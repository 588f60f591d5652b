"""The drop of the configuration, before and after the work of a call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from pipeline.cli.screen import warn
from pipeline.config import Settings
from pipeline.drops import Drop, Fetched, opened, require_drop
from pipeline.errors import DropUnreachable, Stopped
from pipeline.extract import READ
from pipeline.runs.hold import Hold
from pipeline.stopping import Stopping, listening

T = TypeVar("T")


def fetch_dropped(settings: Settings, hold: Hold, stopping: Stopping) -> Fetched:
    """Fetch what has been dropped; where the drop is out of reach, what was fetched before is still there.

    Raises:
        UsageError: something that the drop needs on this machine is missing.
        Stopped: the next run goes on from here.
    """
    require_drop(settings.drop)

    async def fetch(drop: Drop) -> Fetched:
        try:
            async with stopping.interruptible(), opened(settings.drop) as place:
                return await drop.fetch(place)
        except DropUnreachable as error:
            return Fetched(await drop.staged(), (), [str(error)])
        except OSError as error:
            return Fetched(await drop.staged(), (), [_cannot_be_used(settings, error)])

    fetched = _with_drop(settings, hold, fetch)
    for sentence in fetched.left:
        warn(sentence)
    return fetched


def give_back(settings: Settings, hold: Hold, stopping: Stopping) -> list[str]:
    """Put results back and archive what is done; return what could not be done, a sentence each."""
    if isinstance(stopping.reason, Stopped):
        return []  # whoever stopped us does not wait; the next run does it
    asked = Stopping()  # the other one may hold a reason that has nothing to do with the drop

    async def give(drop: Drop) -> list[str]:
        if not await drop.has_something_to_give_back():
            return []
        require_drop(settings.drop)
        try:
            async with asked.interruptible(), opened(settings.drop) as place:
                return await drop.give_back(place)
        except DropUnreachable as error:
            return [str(error)]
        except OSError as error:
            return [_cannot_be_used(settings, error)]

    with listening(asked.stop), suppress(Stopped):
        return _with_drop(settings, hold, give)
    return []


def _cannot_be_used(settings: Settings, error: OSError) -> str:
    return f"the drop {settings.drop.url} cannot be used: {error.strerror or error}"


def _with_drop(settings: Settings, hold: Hold, work: Callable[[Drop], Awaitable[T]]) -> T:
    async def run() -> T:
        ledger = hold.open_ledger()
        try:
            return await work(Drop(settings, ledger, READ))
        finally:
            await ledger.close()

    return asyncio.run(run())
