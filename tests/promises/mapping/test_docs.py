"""docs/exports.md shows the exports of `layouts` as they are, with their blocks and with what comes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.mapping.test_layouts import FOLDER, LAYOUTS

WIDTH = 120
DOCS = Path(__file__).parents[3] / "docs" / "exports.md"


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_docs_show_an_export_its_block_and_its_documents(name: str) -> None:
    """What is shown is what the tests load: the file, the block, and each field of each document."""
    text = DOCS.read_text(encoding="utf-8")

    for part in shown(FOLDER / name):
        assert part in text


def shown(folder: Path) -> Iterator[str]:
    """The parts of the page that are about a layout."""
    others = ("clarus.toml", "expected.json", "skus.csv")
    [export] = [path for path in folder.iterdir() if path.name not in others]
    encoding = "cp1252" if folder.name == "tab_without_quotes" else "utf-8"
    yield _indented(export.read_text(encoding=encoding))
    yield _indented((folder / "clarus.toml").read_text(encoding="utf-8"))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    records = expected.get("products") or expected["orders"]
    yield _indented("\n".join(_lines(records)))


def _lines(records: dict[str, dict[str, object]]) -> Iterator[str]:
    for reference, fields in records.items():
        line = f"{reference}:"
        for field, value in fields.items():
            told = f" {field} = {_value(value)};"
            if len(line) + len(told) > WIDTH:
                yield line
                line = " " * len(reference) + " "
            line += told
        yield f"{line[:-1]}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{code} × {quantity:g}" for code, quantity in value)
    return "nothing" if value is None else str(value)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.rstrip().splitlines())
