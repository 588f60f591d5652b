"""The place that a url names, opened; what has to be there for it is looked for before anything is done."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.config.drop import DropSettings
from pipeline.drops.folders import Folder
from pipeline.drops.place import Place
from pipeline.errors import DropUnreachable, UsageError

_LIBRARIES = {"sftp": "asyncssh", "s3": "boto3"}  # by the extra of the same name


def require_drop(settings: DropSettings) -> None:
    """Make sure that what the drop needs on this machine is there.

    Raises:
        UsageError: it names what is missing.
    """
    scheme = settings.scheme
    if scheme in _LIBRARIES and importlib.util.find_spec(_LIBRARIES[scheme]) is None:
        raise UsageError(f"a drop with {scheme}:// needs more: pip install 'clarus-batch[{scheme}]'")
    for key in ("known_hosts_file", "key_file", "password_file"):
        path = getattr(settings, key)
        if path is not None:
            try:
                path.read_bytes()
            except OSError as error:
                raise UsageError(f"drop.{key} {path} cannot be read: {error.strerror}") from error


@asynccontextmanager
async def opened(settings: DropSettings) -> AsyncIterator[Place]:
    """Open the place.

    Raises:
        DropUnreachable: it cannot be reached, or refuses us.
    """
    match settings.scheme:
        case "sftp":
            from pipeline.drops.sftp import sftp_files

            async with sftp_files(settings) as files:
                yield Folder(files)
        case "s3":
            from pipeline.drops.s3 import Bucket

            yield Bucket(settings)
        case _:
            from pipeline.drops.local import LocalFiles

            folder = Path(unquote(urlsplit(settings.url).path))
            if not folder.is_dir():
                raise DropUnreachable(f"the drop {settings.url} cannot be reached: there is no folder {folder}")
            yield Folder(LocalFiles(folder))
