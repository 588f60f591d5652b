"""The shape of the program: who may know whom, and what stays small."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted([*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")])

# The stages, each with the modules that only it uses.
STAGES = {
    "extract": ("extract",),
    "validate": ("validate",),
    "transform": ("transform", "grouping", "assembly", "quantities", "parts", "address_book"),
    "resolve": ("resolve",),
    "load": ("load",),
    "results": ("results",),
}
STAGE_OF = {f"pipeline.{module}": stage for stage, modules in STAGES.items() for module in modules}

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


def stage_of(name: str) -> str | None:
    return next((stage for module, stage in STAGE_OF.items() if within(name, module)), None)


def tracked_files() -> list[Path]:
    """The files under version control; none where this is no checkout."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_stages_never_import_one_another() -> None:
    """They meet only through values: tables, documents, problems, outcomes."""
    crossings = {
        f"{name_of(path)} imports {imported}"
        for path in MODULES
        if (own := stage_of(name_of(path)))
        for imported in imports_of(path)
        if (other := stage_of(imported)) and other != own
    }

    assert crossings == set()


def test_only_resolve_and_load_talk_to_clarus() -> None:
    """The other stages need no network, and are tested without one."""
    talkers = {
        name_of(path)
        for path in MODULES
        if stage_of(name_of(path)) not in (None, "resolve", "load")
        and any(within(imported, "pipeline.clarus") for imported in imports_of(path))
    }

    assert talkers == set()


def test_the_contracts_know_nothing_of_the_pipeline() -> None:
    """A new record type is one new file, whatever the stages do with it."""
    assert {
        name_of(path)
        for path in MODULES
        if within(name_of(path), "schemas") and any(within(imported, "pipeline") for imported in imports_of(path))
    } == set()


def test_the_sandbox_knows_nothing_of_the_project() -> None:
    """It bears witness against the rest, so it shares no code with it."""
    witnesses = [path for path in MODULES if within(name_of(path), "pipeline.sandbox")]

    assert witnesses
    assert {
        imported
        for path in witnesses
        for imported in imports_of(path)
        if within(imported, "schemas") or (within(imported, "pipeline") and not within(imported, "pipeline.sandbox"))
    } <= {"pipeline"}


def test_only_one_package_knows_the_http_client() -> None:
    """Its client can be exchanged there and nowhere else."""
    users = {name_of(path) for path in MODULES if any(within(name, "httpx") for name in imports_of(path))}

    assert users
    assert all(within(user, "pipeline.clarus") for user in users)


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
