"""A process that has everything imported and gives birth to others, which run the command and may be killed.

A fresh interpreter takes over a second to import the program; a child is there at once. Speaks JSON, one line each way:
`{"words": […], "environment": {…}, "said": path}` is answered by `{"pid": …}`; `{"wait": pid}` by `{"exit": …}`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from tests.support.stopwatch import Stopwatch

ROOT = Path(__file__).parents[2]


class Child:
    """The command, running in a process of its own."""

    def __init__(self, nursery: Nursery, pid: int, said: Path) -> None:
        self._nursery, self.pid, self._said = nursery, pid, said
        self._exit: int | None = None

    @property
    def said(self) -> str:
        """Standard output and error together."""
        return self._said.read_text()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> int:
        """End it as a power cut does; returns how it had ended where it was over already, else -9."""
        self.send(signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        """The exit code; negative: the signal that ended it."""
        if self._exit is None:
            self._exit = int(self._nursery.ask({"wait": self.pid})["exit"])
        return self._exit

    def until(self, condition: Callable[[], object], seconds: float = 20.0) -> bool:
        """Wait until something is so; False where the child is over before."""
        watch = Stopwatch()
        while not condition():
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state == "Z":
                return False
            assert watch.seconds < seconds, f"waited in vain; it said: {self.said}"
            time.sleep(0.0002)
        return True


class Nursery:
    """`with` it; `start` a child."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._children = folder, 0

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLARUS_")}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        cast(IO[str], self._process.stdin).close()
        self._process.wait(20)
        cast(IO[str], self._process.stdout).close()

    def start(self, words: Sequence[str], environment: Mapping[str, str]) -> Child:
        self._children += 1
        said = self._folder / f"said-{self._children}.txt"
        told = self.ask({"words": list(words), "environment": dict(environment), "said": str(said)})
        return Child(self, told["pid"], said)

    def ask(self, told: Mapping[str, Any]) -> Any:
        inward, outward = cast(IO[str], self._process.stdin), cast(IO[str], self._process.stdout)
        inward.write(json.dumps(told) + "\n")
        inward.flush()
        return json.loads(outward.readline())


def _bear(told: Mapping[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    said = os.open(told["said"], os.O_WRONLY | os.O_CREAT, 0o644)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.update(told["environment"])
    from pipeline.cli import main

    main(told["words"])
    raise AssertionError("a command ends with an exit code")


def _attend() -> None:

    for line in sys.stdin:
        told = json.loads(line)
        if "wait" in told:
            _, status = os.waitpid(told["wait"], 0)
            answer = {"exit": os.waitstatus_to_exitcode(status)}
        else:
            answer = {"pid": _bear(told)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _attend()
