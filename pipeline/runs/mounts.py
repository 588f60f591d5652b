"""On what kind of file system a folder lies."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

# Their locks and the write-ahead file of SQLite are not reliable between machines.
_NETWORK = frozenset(
    ("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "afpfs", "webdav", "davfs", "ncpfs")
)
_REMOTE_FUSE = re.compile(r"^(fuse|osxfuse|macfuse)(\.|$)")
_LOCAL_FUSE = frozenset(("fuse.ecryptfs", "fuse.encfs", "fuse.gocryptfs", "fuse.fuse-overlayfs", "fuse.ntfs-3g"))
_OCTAL = re.compile(r"\\([0-7]{3})")  # how the kernel writes blanks in a path
_ON_MAC = re.compile(r"^.* on (/.*) \((\w+)")
_WINDOWS_REMOTE = 4  # DRIVE_REMOTE


def network_file_system(folder: Path, mounts: Callable[[], Mapping[str, str]] | None = None) -> str:
    """Return the kind of the network file system that a folder lies on, or "" where it lies on a disk of this machine.

    Args:
        folder: It exists.
        mounts: Gives where file systems begin, and the kind of each; those of this machine unless given.
    """
    where = folder.resolve()
    if mounts is None:
        if sys.platform == "win32":
            return "a network drive" if _is_network_drive(where) else ""
        mounts = _of_mac if sys.platform == "darwin" else _of_linux
    kinds = mounts()
    above = [str(path) for path in (where, *where.parents)]
    kind = next((kinds[path] for path in above if path in kinds), "")
    remote = kind in _NETWORK or (_REMOTE_FUSE.match(kind) and kind not in _LOCAL_FUSE)
    return kind if remote else ""


def read_mountinfo(text: str) -> dict[str, str]:
    """Read Linux's /proc/self/mountinfo; of several file systems at one place the last is what one sees there."""
    kinds = {}
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        fields, kind = left.split(" "), right.split(" ")[0]
        if len(fields) > 4 and kind:
            kinds[_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])] = kind
    return kinds


def read_mac_mounts(text: str) -> dict[str, str]:
    """Read what `mount` says on macOS: `//user@host/share on /Volumes/share (smbfs, nodev)`."""
    return {match[1]: match[2] for line in text.splitlines() if (match := _ON_MAC.match(line))}


def _of_linux() -> Mapping[str, str]:
    try:
        return read_mountinfo(Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return {}  # another Unix, or a container without /proc: only the lock itself can tell


def _of_mac() -> Mapping[str, str]:
    try:
        told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return read_mac_mounts(told.stdout)


def _is_network_drive(where: Path) -> bool:
    if where.drive.startswith("\\\\"):
        return True
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{where.drive}\\") == _WINDOWS_REMOTE)
    return False
