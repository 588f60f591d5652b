"""CONTRIBUTING.md leads to what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_path_is_there() -> None:
    """Files and folders that a newcomer is sent to."""
    named = re.findall(r"`((?:pipeline|schemas|tests|docs)/[\w./]*)`", PAGE)

    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_word_has_its_class() -> None:
    """Ten words, each with one class, in the file that the glossary names."""
    glossary = re.findall(r"^\| ([a-z ]+) \|.*\| `(\w+)` in `([\w/.]+)` \|$", PAGE, re.MULTILINE)

    missing = [(name, path) for _, name, path in glossary if name not in classes_of(ROOT / path)]

    assert len(glossary) == 10
    assert missing == []


def test_every_session_is_there() -> None:
    """The checks that are named can be called."""
    defined = (ROOT / "noxfile.py").read_text(encoding="utf-8")

    named = set(re.findall(r"nox -s (\w+)", PAGE))

    assert {name for name in named if f"def {name}(" not in defined and f'name="{name}"' not in defined} == set()


def test_it_is_one_page() -> None:
    """Read in one sitting."""
    assert len(PAGE.splitlines()) < 80


def classes_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
