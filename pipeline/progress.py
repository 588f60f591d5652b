"""What a run tells those who watch it."""

from __future__ import annotations

from typing import Protocol

from pipeline.values.outcomes import Status


class Progress(Protocol):
    """Hears of a run as it goes on; how it is shown is the command line's affair."""

    def say(self, message: str) -> None:
        """Something a person should know."""

    def begin(self, what: str, total: int) -> None:
        """So many documents (or files) are taken up now."""

    def ended(self, status: Status) -> None:
        """One document of them has ended."""


class Silence:
    """Nobody watches."""

    def say(self, message: str) -> None:
        """Say nothing."""

    def begin(self, what: str, total: int) -> None:
        """Show nothing."""

    def ended(self, status: Status) -> None:
        """Count nothing."""
