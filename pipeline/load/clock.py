"""The time of day, for how long ago something was sent."""

from __future__ import annotations

from time import monotonic, time

_STARTED = time() - monotonic()


def now() -> float:
    """Seconds since the epoch; during a run it never jumps, when somebody sets the clock of the machine."""
    return _STARTED + monotonic()
