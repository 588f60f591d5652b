"""The checks by name: `nox -s quick` while working, `nox -s all` before a change is handed in.

They run in the environment that holds nox, which is made once: `pip install -e '.[test]' nox`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["quick"]

# The rooms of the stages, and of what passes between them.
STAGES = (
    *("extract", "validate", "transform", "resolve", "load", "results"),
    *("schemas", "config", "ledger", "describe", "xlsx"),
)
PYTEST = ("pytest", "-q", "-n", "2")


def run(session: nox.Session, tool: str, *arguments: str) -> None:
    """Run a tool of this environment."""
    session.run(str(Path(sys.executable).with_name(tool)), *arguments, external=True)


def without_tests(session: nox.Session) -> None:
    """What needs no test: look, lint, types, who may import whom."""
    run(session, "ruff", "format", "--check", "--quiet", ".")
    run(session, "ruff", "check", "--quiet", ".")
    run(session, "mypy")
    run(session, "lint-imports")


@nox.session
def quick(session: nox.Session) -> None:
    """Format, lint, types, import contract, and the tests of the stages: under a minute on two cores."""
    without_tests(session)
    run(session, *PYTEST, *(f"tests/{stage}" for stage in STAGES), *session.posargs)


@nox.session(name="all")
def everything(session: nox.Session) -> None:
    """All checks and all tests, the slow ones too."""
    without_tests(session)
    run(session, "mypy", "--platform", "win32")
    run(session, "codespell")
    run(session, "validate-pyproject", "pyproject.toml")
    run(session, *PYTEST, "-m", "", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """The slow tests alone: kills, faults, schedules, scale."""
    run(session, *PYTEST, "-m", "slow", *session.posargs)
