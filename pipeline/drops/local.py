"""A folder of this machine, such as a share that is mounted."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from pipeline.drops.place import RemoteFile


class LocalFiles:
    """Names are relative to the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def names(self) -> list[str]:
        """The names in it."""
        return [path.name for path in self._folder.iterdir()]

    async def look(self, name: str) -> RemoteFile | None:
        """How a file looks; links are not followed."""
        try:
            found = (self._folder / name).lstat()
        except FileNotFoundError:
            return None
        return RemoteFile(name, found.st_size, str(found.st_mtime_ns)) if stat.S_ISREG(found.st_mode) else None

    async def rename(self, old: str, new: str) -> None:
        """Rename a file, where the new name is free."""
        source, target = self._folder / old, self._folder / new
        if not source.exists():
            raise FileNotFoundError(old)
        if os.path.lexists(target):
            raise FileExistsError(new)
        source.rename(target)

    async def read(self, name: str, target: Path) -> None:
        """Copy a file to here."""
        shutil.copyfile(self._folder / name, target)

    async def write(self, source: Path, name: str) -> None:
        """Copy a file there."""
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, part)
        part.replace(target)

    async def make_folder(self, name: str) -> None:
        """Make a folder, unless it is there."""
        (self._folder / name).mkdir(parents=True, exist_ok=True)

    async def remove(self, name: str) -> None:
        """Remove a file, unless it is gone."""
        (self._folder / name).unlink(missing_ok=True)
