"""Files that hold a secret, and others that may read them."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.config.settings import Settings


def open_secret_files(settings: Settings) -> list[str]:
    """Say which of the files with a secret in them others may read, a sentence each; on Windows nothing is known."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")  # systemd shows its list of those who may read as a group
    return [
        f"{key} {path} can be read by others: chmod 600 {path}"
        for key, path in _secret_files(settings)
        if not (given and path.is_relative_to(given)) and _is_open(path)
    ]


def _secret_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    clarus, notify = settings.clarus, settings.notify
    files = {
        "clarus.client_secret_file": clarus.client_secret_file,
        "clarus.client_key_file": clarus.client_key_file,
        "notify.smtp_password_file": notify.smtp_password_file,
        "notify.webhook_url_file": notify.webhook_url_file,
        "notify.ping_url_file": notify.ping_url_file,
        "drop.key_file": settings.drop.key_file,
        "drop.password_file": settings.drop.password_file,
    }
    yield from ((key, path) for key, path in files.items() if path is not None)


def _is_open(path: Path) -> bool:
    if sys.platform == "win32":
        return False
    try:
        found = path.stat()
    except OSError:
        return False  # whoever needs it says so
    # Of a file of somebody else's, the group may be what lets us read it.
    of_group = stat.S_IRGRP if found.st_uid == os.geteuid() else 0
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & (stat.S_IROTH | of_group))
