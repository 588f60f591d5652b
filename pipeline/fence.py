"""What keeps a run that has lost its tenant from doing anything more: asked right before each step that shows outside.

A run alone with its outbox has none. Files are many rooms away from who holds the tenant, so that their fence is set
for all that happens inside `fencing`; requests and commits are given theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Fence(Protocol):
    """Whether we still hold what we work on."""

    @property
    def epoch(self) -> int:
        """Grows whenever another one takes over, so that two never write under one name."""

    def check(self) -> None:
        """Raise `LeaseLost` where we no longer hold it, or cannot know that we do."""


_fence: ContextVar[Fence | None] = ContextVar("fence", default=None)


@contextmanager
def fencing(fence: Fence | None) -> Iterator[None]:
    """Have the fence asked before each file that is put in place inside."""
    token = _fence.set(fence)
    try:
        yield
    finally:
        _fence.reset(token)


def check_files() -> None:
    """Ask the fence, if there is one, before a file is put in place."""
    if (fence := _fence.get()) is not None:
        fence.check()


def epoch() -> int | None:
    """The epoch under which files are written; None without a fence."""
    fence = _fence.get()
    return None if fence is None else fence.epoch
