"""The recipes of docs/ are ones that work, as far as they can be tried here."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "docs" / "recipes"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_has_nothing_to_say(tmp_path: Path) -> None:
    """Not a word: the exit code of `systemd-analyze verify` is 0 even where it ignores a line."""
    program = tmp_path / "clarus-batch"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for file in RECIPES.glob("*.service"):
        text = file.read_text().replace("/srv/clarus/.venv/bin/clarus-batch", str(program))
        (tmp_path / file.name).write_text(text.replace("WorkingDirectory=/srv/clarus", f"WorkingDirectory={tmp_path}"))
    for file in RECIPES.glob("*.timer"):
        shutil.copy(file, tmp_path)

    said = [
        subprocess.run(
            ["systemd-analyze", "verify", str(tmp_path / f"{name}@acme.{kind}")],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        for name, kind in (("clarus-batch", "service"), ("clarus-batch", "timer"), ("clarus-batch-failed", "service"))
    ]

    assert [(each.stdout, each.stderr) for each in said] == [("", "")] * 3


@pytest.mark.parametrize(("ends", "becomes"), [(0, 0), (1, 0), (2, 2), (3, 3), (4, 4)])
def test_airflow_does_not_try_rows_again(tmp_path: Path, ends: int, becomes: int) -> None:
    """Exit code 1 is a success of the task."""
    tree = ast.parse((RECIPES / "airflow_dag.py").read_text())
    values = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    program = tmp_path / ".venv" / "bin" / "clarus-batch"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexit {ends}\n")
    program.chmod(0o755)
    command = ast.literal_eval(values["COMMAND"]).replace("/srv/clarus", str(tmp_path))

    called = subprocess.run(["bash", "-c", command], check=False)

    assert called.returncode == becomes


def test_every_recipe_is_told() -> None:
    """The page names each file."""
    page = (ROOT / "docs" / "recipes.md").read_text()

    assert [path.name for path in RECIPES.iterdir() if f"`{path.name}`" not in page] == []
