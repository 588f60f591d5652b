"""Systems that lack pieces of POSIX, and terminals that lack characters: simulated in a process of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What Windows has not. Its own locks cannot be simulated: in their place are those of a Unix without flock.
WITHOUT_POSIX = """
import os, select, signal, sys
for module in ("fcntl", "pwd", "grp", "termios", "resource", "pty", "tty"):
    sys.modules[module] = None
for name in ("poll", "epoll"):
    delattr(select, name)
for name in ("SIGHUP", "SIGUSR1", "SIGALRM"):
    delattr(signal, name)
for name in ("fork", "getuid", "geteuid", "fchmod", "fchown", "chown"):
    delattr(os, name)
from pipeline.cli import main
main(sys.argv[1:], prog_name="clarus-batch")
"""
STOPPED_WHILE_IT_STARTS = """
import os, signal, sys

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            os.kill(os.getpid(), signal.Signals[os.environ["STOP"]])

sys.meta_path.insert(0, Stop())
from pipeline.cli import main
main(sys.argv[1:], prog_name="clarus-batch")
"""
AS_IT_IS = 'import sys; from pipeline.cli import main; main(sys.argv[1:], prog_name="clarus-batch")'
WARNED = "customer_code,customer_name,odd column with “quotes” – and 日本語\nA1,Añn,x\nA2,,x\n"

Call = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Runs a program of Python in `tmp_path`, with these words and this environment."""

    def run(program: str, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", program, *words],
            cwd=tmp_path,
            env=_environment(environment),
            capture_output=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.mark.slow
def test_every_command_works_without_posix(call: Call, tmp_path: Path) -> None:
    """They do what they do elsewhere, down to the exit code."""
    (tmp_path / "customers.csv").write_text(WARNED, encoding="utf-8")
    (tmp_path / "export.csv").write_text("sku,desc\nA-1,Tea\n", encoding="utf-8")
    expected = {
        ("check", "customers.csv"): 1,
        ("fields", "orders"): 0,
        ("template", "orders"): 0,
        ("template", "orders", "-o", "orders.xlsx"): 0,
        ("demo",): 1,
        ("run", "--sandbox", "customers.csv"): 1,
        ("retry", "--sandbox"): 0,
        ("run", "--sandbox", "--dry-run", "customers.csv"): 1,
        ("check", "customers.csv", "-o", "marked"): 1,
        ("map", "export.csv"): 1,
        ("audit", "--sandbox"): 0,
        ("track", "--sandbox"): 0,
        ("status",): 1,
        ("history",): 0,
        ("prune", "--older-than", "1d"): 0,
        ("rebuild", "--sandbox"): 0,
        ("ping",): 2,
    }

    called = {words: call(WITHOUT_POSIX, *words) for words in expected}

    assert {words: one.returncode for words, one in called.items()} == expected, called
    assert not any(b"fault of clarus-batch" in one.stderr or b"Traceback" in one.stderr for one in called.values())
    assert b"1 created, 1 invalid" in called["run", "--sandbox", "customers.csv"].stdout


@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_run_that_is_stopped_while_it_starts_ends_with_3(call: Call, tmp_path: Path, stop: str) -> None:
    """Not as if killed; and nothing was taken."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "customers.csv").write_text(WARNED, encoding="utf-8")

    called = call(STOPPED_WHILE_IT_STARTS, "run", "--sandbox", STOP=stop)

    assert called.returncode == 3, called.stderr
    assert f"stopped by {stop}" in called.stderr.decode()
    assert b"Traceback" not in called.stderr
    assert (tmp_path / "inbox" / "customers.csv").exists()


@pytest.mark.parametrize("encoding", ["latin-1", "cp437", "ascii"])
def test_characters_that_a_terminal_lacks_change_no_exit_code(call: Call, tmp_path: Path, encoding: str) -> None:
    """They are replaced."""
    (tmp_path / "日本.csv").write_text(WARNED, encoding="utf-8")

    called = call(AS_IT_IS, "check", "日本.csv", PYTHONIOENCODING=encoding)

    assert called.returncode == 1, called.stderr
    assert called.stderr == b""
    assert b"??.csv row 3, customer_name" in called.stdout


def test_closed_streams_change_no_exit_code(tmp_path: Path) -> None:
    """Nor do a pipe that nobody reads and a full disk: the exit code is the run's."""
    (tmp_path / "customers.csv").write_text(WARNED, encoding="utf-8")
    command = f"{sys.executable} -W error -m pipeline check -v customers.csv"

    codes = {
        how: subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command} {how}"],
            cwd=tmp_path,
            env=_environment({}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        ).returncode
        for how in (">&-", ">&- 2>&-", "2>&-", ">/dev/full 2>/dev/full", "| (exec 0<&-; true)")
    }

    assert set(codes.values()) == {1}, codes


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_nothing_breaks_in_the_middle_of_a_word(tmp_path: Path, columns: int) -> None:
    """On terminals of three widths: a line is longer only where it is one word."""
    (tmp_path / "customers.csv").write_text(WARNED, encoding="utf-8")

    code, screen = _on_a_terminal(tmp_path, columns, {"TERM": "xterm"}, "run", "--sandbox", "customers.csv")

    lines = _without_escapes(screen).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert code == 1
    assert not [line for line in lines if len(line.rstrip()) > columns and " " in line.strip()], lines
    assert "invalid" in screen


def test_a_dumb_terminal_gets_no_escape_sequence(tmp_path: Path) -> None:
    """Neither colours nor a display that moves."""
    (tmp_path / "customers.csv").write_text(WARNED, encoding="utf-8")

    code, screen = _on_a_terminal(tmp_path, 80, {"TERM": "dumb"}, "run", "--sandbox", "customers.csv")

    assert code == 1
    assert "\x1b" not in screen
    assert "1 created, 1 invalid" in screen


def test_no_color_is_respected(tmp_path: Path) -> None:
    """Escape sequences that set a colour are left out; without the variable they are there."""
    (tmp_path / "customers.csv").write_text(WARNED, encoding="utf-8")
    colour = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7]|38;[^m]*)m")

    _, plain = _on_a_terminal(tmp_path, 80, {"TERM": "xterm", "NO_COLOR": "1"}, "run", "--sandbox", "customers.csv")
    _, coloured = _on_a_terminal(tmp_path, 80, {"TERM": "xterm"}, "check", "customers.csv")

    assert not colour.search(plain)
    assert "\x1b[31m" in coloured


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    left_out = ("CLARUS_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**environment, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8", **more}


def _on_a_terminal(folder: Path, columns: int, environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Run a command with a pseudo terminal as its screen; returns its exit code and what it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "pipeline", *words],
        cwd=folder,
        env=_environment(environment),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = bytearray()
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not some:
            break
        written += some
    os.close(ours)
    return process.wait(60), written.decode("utf-8", "replace")


def _without_escapes(screen: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
