"""SFTP, with OpenSSH's own server: whom we trust, and that files come and go."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

asyncssh = pytest.importorskip("asyncssh")

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(SSHD is None or sys.platform == "win32", reason="no OpenSSH server here")

GOOD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"


class Server:
    """A server of our own, with the key that it shows, and the folder that it serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remote = folder / "remote"
        self.remote.mkdir(parents=True)
        folder.chmod(0o700)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        for name in ("host", "other", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True, timeout=30
            )
        shutil.copy(folder / "user.pub", folder / "authorized")
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/authorized\n"
            "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
            f"PidFile {folder}/pid\nSubsystem sftp internal-sftp\n"
        )

    def trust(self, key: str) -> None:
        """Write the file of known hosts, with the public key of this name; "" for an empty file."""
        public = (self.folder / f"{key}.pub").read_text() if key else ""
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public}" if key else "")

    def section(self, more: str = "") -> str:
        """The section of the configuration."""
        url = f"sftp://{os.environ.get('USER') or 'root'}@127.0.0.1:{self.port}{self.remote}"
        files = f'known_hosts_file = "{self.folder}/known_hosts"\nkey_file = "{self.folder}/user"\n'
        return f'[drop]\nurl = "{url}"\nsettle_seconds = 0\n{files}{more}\n'


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    import getpass

    monkeypatch.setenv("USER", getpass.getuser())
    own = Server(tmp_path / "server")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where root's server goes when it gives up its rights
    running = subprocess.Popen(
        [str(SSHD), "-D", "-e", "-f", str(own.folder / "sshd_config")], stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", own.port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        own.trust("host")
        yield own
    finally:
        running.terminate()
        running.wait(10)


def test_files_come_and_results_go(operator: Any, server: Server) -> None:
    """Claimed by a hidden name, loaded once, answered and archived."""
    (server.remote / "customers.csv").write_text(GOOD)
    (server.remote / "half.csv.part").write_text("code")
    operator.configure(sections=server.section())

    called = operator.call("run")
    again = operator.call("run")

    assert (called.exit_code, again.exit_code) == (0, 0), called.output
    run = next(path.name for path in operator.runs() if path.name[0] == "2")
    found = sorted(str(path.relative_to(server.remote)) for path in server.remote.rglob("*") if path.is_file())
    assert found == [f"done/{run}_customers.csv", "half.csv.part", f"results/{run}_customers.results.csv"]
    assert operator.posts() == 1


@pytest.mark.parametrize("trusted", ["other", ""])
def test_a_host_that_is_not_the_one_is_refused(operator: Any, server: Server, trusted: str) -> None:
    """Its key has changed, or is unknown: exit code 3, nothing is fetched, and local files are done."""
    server.trust(trusted)
    (server.remote / "customers.csv").write_text(GOOD)
    operator.drop("local.csv", GOOD)
    operator.configure(sections=server.section())

    called = operator.call("run")

    assert called.exit_code == 3
    assert "is refused: the key of 127.0.0.1" in called.stdout
    assert [path.name for path in server.remote.iterdir()] == ["customers.csv"]
    assert operator.statuses("local.results.csv") == ["created"]


def test_a_user_that_the_host_does_not_know_is_told(operator: Any, server: Server) -> None:
    """In one sentence."""
    shutil.copy(server.folder / "other.pub", server.folder / "authorized")
    operator.configure(sections=server.section())

    called = operator.call("run")

    assert called.exit_code == 3
    assert "refuses the user, or the key or password" in called.stdout


def test_a_file_that_is_needed_is_looked_for_first(operator: Any, server: Server) -> None:
    """Exit code 2, before anything is done."""
    (server.folder / "known_hosts").unlink()
    operator.drop("local.csv", GOOD)
    operator.configure(sections=server.section())

    called = operator.call("run")

    assert called.exit_code == 2
    assert "drop.known_hosts_file" in called.stderr
    assert (operator.inbox / "local.csv").exists()


@pytest.mark.slow
def test_a_writer_that_goes_on_writing_gets_its_file_back(operator: Any, server: Server) -> None:
    """It has the file open while we claim it: nothing of it is loaded until it is whole."""
    operator.configure(sections=server.section())
    writing = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\n"
            "with open(sys.argv[1], 'w', buffering=1) as file:\n"
            "    file.write('code,name,country,postcode\\n')\n"
            "    time.sleep(4.5)\n"
            "    for number in range(60):\n"
            "        file.write(f'A{number},Ann,GB,N1 1AA\\n')\n"
            "        time.sleep(0.05)\n",
            str(server.remote / "customers.csv"),
        ]
    )
    try:
        while not (server.remote / "customers.csv").exists():
            time.sleep(0.05)
        time.sleep(2)
        first = operator.call("run")
        posted = operator.posts()
    finally:
        writing.wait(30)
    second = operator.call("run")

    assert (first.exit_code, posted) in ((1, 0), (0, 60)), first.output
    assert second.exit_code == 0, second.output
    assert operator.posts() == 60
