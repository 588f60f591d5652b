"""A folder in which renaming claims a file: exactly one of several can do it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pipeline.drops.place import Changed, RemoteFile


class Files(Protocol):
    """What a folder must be able to do, on this machine or another; names are relative to it."""

    async def names(self) -> list[str]:
        """The names in it."""

    async def look(self, name: str) -> RemoteFile | None:
        """How a file looks; None where there is no ordinary file of this name."""

    async def rename(self, old: str, new: str) -> None:
        """Rename a file, where `new` is free.

        Raises:
            FileNotFoundError: there is no `old`.
            FileExistsError: something has the name `new`.
        """

    async def read(self, name: str, target: Path) -> None:
        """Copy a file to here."""

    async def write(self, source: Path, name: str) -> None:
        """Copy a file there, in place of what has that name, in folders that are made."""

    async def make_folder(self, name: str) -> None:
        """Make a folder, and those around it, unless they are there."""

    async def remove(self, name: str) -> None:
        """Remove a file, unless it is gone."""


class Folder:
    """A place made of a folder: a file is claimed by a hidden name with our key in it."""

    appears_whole = False

    def __init__(self, files: Files) -> None:
        self._files = files

    async def listing(self) -> list[RemoteFile]:
        """Look at each file: a listing may be older than they are."""
        looks = [await self._files.look(name) for name in sorted(await self._files.names()) if name[:1] != "."]
        return [look for look in looks if look is not None]

    async def claim(self, file: RemoteFile, key: str) -> RemoteFile | None:
        """Rename it: who comes second finds nothing of its name."""
        hidden = _hidden(file.name, key)
        if (ours := await self._files.look(hidden)) is None:
            if await self._files.look(file.name) != file:
                return None
            try:
                await self._files.rename(file.name, hidden)
            except FileNotFoundError:
                return None
            ours = await self._files.look(hidden)
        return ours and RemoteFile(file.name, ours.size, ours.version)

    async def fetch(self, file: RemoteFile, key: str, target: Path) -> None:
        """Copy it, and see that it has not changed meanwhile."""
        await self._files.read(_hidden(file.name, key), target)
        if await self.claim(file, key) != file or target.stat().st_size != file.size:
            raise Changed

    async def put(self, source: Path, name: str) -> None:
        """Write under a hidden name first."""
        await self._files.write(source, name)

    async def let_go(self, file: RemoteFile, key: str, to: str | None) -> bool:
        """Rename it once more, or remove it."""
        hidden = _hidden(file.name, key)
        if to is None:
            await self._files.remove(hidden)
            return True
        folder = to.rpartition("/")[0]
        if folder:
            await self._files.make_folder(folder)
        try:
            await self._files.rename(hidden, to)
        except FileNotFoundError:
            return True
        except FileExistsError:
            return False
        return True


def _hidden(name: str, key: str) -> str:
    return f".clarus-{key}-{name}"
