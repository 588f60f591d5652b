"""The run that is being worked on, for the lines of a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CURRENT: ContextVar[str] = ContextVar("run", default="")


@contextmanager
def working_on(run: str) -> Iterator[None]:
    """Whatever is logged inside belongs to this run."""
    token = _CURRENT.set(run)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current_run() -> str:
    """The run that is being worked on; "" between runs."""
    return _CURRENT.get()
