"""The shape of the program: who may know whom, and what stays small."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import RECORD_TYPES

ROOT = Path(__file__).parents[1]
MODULES = sorted([*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")])

# What lies loose in the root of pipeline/; everything else has a room.
LOOSE = {"__init__", "__main__", "errors", "progress", "stopping", "event_loop"}

_LINES = 350
_MACHINE_PATH = re.compile(r"(?<![\w.~\-}])/(?:home|root|Users|work|private|mnt)/\w|[A-Z]:\\Users\\")
_PRIVATE_REGISTRY = re.compile(
    r"index[-_]url|https?://[^/\s\"']*(?:artifact|nexus|mirror|registry|devpi)", re.IGNORECASE
)


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, *, at_once: bool = False) -> Iterator[str]:
    """The dotted names that a module imports anywhere, or only those imported with it (`at_once`)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if at_once else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively: write the whole name"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def tracked_files() -> list[Path]:
    """The files under version control; none where this is no checkout."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_who_may_know_whom() -> None:
    """The import contracts of pyproject.toml hold: stages are strangers, nothing imports upward, there is no circle."""
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_every_module_has_a_room() -> None:
    """A stranger finds the six stages by reading the tree: nothing but these few lies loose."""
    assert {path.stem for path in (ROOT / "pipeline").glob("*.py")} == LOOSE
    assert {path.stem for path in (ROOT / "schemas").glob("*.py")} - set(RECORD_TYPES) == {"__init__"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]], ids=" ".join)
def test_help_is_there_at_once(arguments: list[str]) -> None:
    """What takes long to import is imported when a command runs."""
    heavy = ["pandas", "pandera", "pydantic", "pyarrow", "numpy", "httpx", "openpyxl", "rich", "graphql"]
    program = (
        "import sys\n"
        "from pipeline.cli import main\n"
        "try:\n    main()\n"
        f"finally:\n    sys.stderr.write(','.join(sorted(set({heavy!r}) & set(sys.modules))))"
    )

    called = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert called.stderr.splitlines()[-1:] == [], "imported for nothing"


def test_a_check_of_a_text_file_starts_without_what_it_does_not_need(tmp_path: Path) -> None:
    """Neither the HTTP client nor what reads and writes workbooks: they take a fifth of the time."""
    (tmp_path / "orders.csv").write_text(
        "order_reference,account_code,expected_date_of_dispatch,product_code,quantity\nSO-1,ACME,2026-06-10,SKU-1,1\n",
        encoding="utf-8",
    )
    unneeded = ["httpx", "stamina", "openpyxl", "rich", "graphql", "uvicorn"]
    program = (
        "import sys\n"
        "from pipeline.cli import main\n"
        "try:\n    main(['check', 'orders.csv'])\n"
        f"finally:\n    sys.stderr.write(','.join(sorted(set({unneeded!r}) & set(sys.modules))))"
    )

    called = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (called.returncode, called.stderr) == (0, ""), "imported for nothing"


def test_every_module_can_be_read_in_one_sitting() -> None:
    """One that outgrows this is asking to become two."""
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}

    assert {name: count for name, count in lines.items() if count > _LINES} == {}


def test_no_file_names_a_machine() -> None:
    """Neither a path nor a registry of the place where it was written."""
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        for sign in (_MACHINE_PATH, _PRIVATE_REGISTRY):
            found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in sign.finditer(text)]

    assert found == []
