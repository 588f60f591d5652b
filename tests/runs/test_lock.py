"""Who may have an outbox: one run, and on a disk of this machine alone."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import OutboxBusy, UsageError
from pipeline.runs.lock import holding
from pipeline.runs.mounts import network_file_system, read_mac_mounts, read_mountinfo

MOUNTINFO = r"""
22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:40 / /shares/nfs rw,relatime shared:1 - nfs4 server:/export rw
31 22 0:41 / /shares/two\040words rw - cifs //server/share rw
32 22 0:42 / /shares/ssh rw - fuse.sshfs me@host: rw
33 22 0:43 / /shares/host rw - 9p drvfs rw
34 30 0:44 / /shares/nfs/local rw - xfs /dev/vdb rw
35 22 0:45 / /shares/ntfs rw - fuseblk /dev/sdb1 rw
36 22 0:46 / /shares/safe rw - fuse.gocryptfs /srv/safe rw
"""


def test_a_second_run_hears_who_has_the_outbox(tmp_path: Path) -> None:
    """Its process is named; when that has ended, the outbox is free."""
    with holding(tmp_path), pytest.raises(OutboxBusy, match=rf"\(process {os.getpid()}\)"), holding(tmp_path):
        pass

    with holding(tmp_path):
        held = (tmp_path / ".lock.pid").read_text()

    assert held == f"{os.getpid()}\n"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_system_without_locks_is_not_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """It is a mistake of the configuration: waiting would not help."""

    def refused(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refused)

    with pytest.raises(UsageError, match=r"cannot lock files .* set outbox to a folder on a disk of this machine"):
        holding(tmp_path).__enter__()


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/outbox", ""),
        ("/shares/nfs/a/outbox", "nfs4"),
        ("/shares/nfs", "nfs4"),
        ("/shares/nfsx/outbox", ""),
        ("/shares/two words/outbox", "cifs"),
        ("/shares/ssh/outbox", "fuse.sshfs"),
        ("/shares/host/outbox", "9p"),
        ("/shares/nfs/local/outbox", ""),
        ("/shares/ntfs/outbox", ""),
        ("/shares/safe/outbox", ""),
    ],
)
def test_the_nearest_mount_decides(folder: str, kind: str) -> None:
    """Also where a disk is mounted below a network file system, or a path has blanks."""
    assert network_file_system(Path(folder), lambda: read_mountinfo(MOUNTINFO)) == kind


def test_shares_of_a_mac_are_known() -> None:
    """By what `mount` says there."""
    told = (
        "/dev/disk1s1 on / (apfs, local, journaled)\n//me@host/my share on /Volumes/my share (smbfs, nodev, nosuid)\n"
    )

    assert network_file_system(Path("/Volumes/my share/out"), lambda: read_mac_mounts(told)) == "smbfs"
    assert network_file_system(Path("/Volumes/disk/out"), lambda: read_mac_mounts(told)) == ""
