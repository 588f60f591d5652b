"""A place where files are dropped, as five verbs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as it looks now."""

    name: str
    size: int  # bytes
    version: str  # changes with its content: the ETag in S3, elsewhere the time of its change


class Changed(Exception):
    """A file is no longer what it was when it was claimed."""


class Place(Protocol):
    """Each verb may be repeated after a crash in the middle of it. Names are relative to the folder of the drop.

    A place that cannot be reached raises `DropUnreachable`, a file that cannot be had `OSError`.
    """

    appears_whole: bool  # a file is not seen before all of it is there

    async def listing(self) -> list[RemoteFile]:
        """Look afresh at the files of the folder, hidden ones left out."""

    async def claim(self, file: RemoteFile, key: str) -> RemoteFile | None:
        """Make a file ours under a key, and return how it looks now; None: somebody else has it, or it has changed.

        A file that the key holds already is ours, however it looks.
        """

    async def fetch(self, file: RemoteFile, key: str, target: Path) -> None:
        """Copy a claimed file to here.

        Raises:
            Changed: it is no longer what `file` says.
        """

    async def put(self, source: Path, name: str) -> None:
        """Copy a file there, so that it is never seen half written; a file of this name is replaced."""

    async def let_go(self, file: RemoteFile, key: str, to: str | None) -> bool:
        """Give a claimed file a name that is not hidden, its own or another one; None removes it.

        False where something else has that name: then it stays claimed. A file that is gone is let go of.
        """
