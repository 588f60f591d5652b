"""`map`: a block proposed for a file that was never seen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.promises.mapping.test_layouts import FOLDER, LAYOUTS, drop_layout


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_proposed_column_comes_from_the_wrong_place_in_silence(name: str, operator: Any) -> None:
    """A column that is proposed is the one that the layout's own block names, or what that block leaves out."""
    file = operator.inbox / drop_layout(operator, name)
    [block] = tomllib.loads((FOLDER / name / "clarus.toml").read_text(encoding="utf-8"))["sources"]
    (operator.folder / "clarus.toml").unlink()

    operator.call("map", file, "-o", "sources.toml")

    [proposed] = tomllib.loads((operator.folder / "sources.toml").read_text(encoding="utf-8"))["sources"]
    ours, theirs = _origins(proposed["columns"]), _origins(block["columns"])
    right = [key for key, origin in ours.items() if key in theirs and _is_from(origin, theirs[key])]
    wrong = [key for key, origin in ours.items() if key in theirs and not _is_from(origin, theirs[key])]
    print(f"{name}: {len(right)} right, {len(wrong)} wrong, {len(theirs.keys() - ours.keys())} left open")
    assert proposed["type"] == block["type"]
    assert wrong == []
    assert len(set(ours.values())) == len(ours), "one column of the file for two of ours"


def test_map_writes_nothing_but_what_it_is_asked_for(operator: Any) -> None:
    """Without -o the folder is as it was."""
    file = operator.inbox / drop_layout(operator, "woocommerce")
    before = _files(operator.folder)

    done = operator.call("map", file)

    assert "[[sources]]" in done.output
    assert _files(operator.folder) == before


def _origins(columns: dict[str, Any]) -> dict[str, str]:
    named = {key.lower(): rule if isinstance(rule, str) else rule.get("from", "") for key, rule in columns.items()}
    return {key: origin for key, origin in named.items() if origin}


def _is_from(origin: str, rule: str) -> bool:
    return origin == rule or f"{{{origin}}}" in rule


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))
