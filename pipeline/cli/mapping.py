"""The `map` command: a block of `[[sources]]` proposed for a file, and what it would make of it."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import click

from pipeline.config import load_settings
from pipeline.describe.mapping import Sample, as_toml, propose
from pipeline.errors import UnreadableFile, UsageError
from pipeline.extract.sample import beginning_of
from pipeline.runs.reading import StageOptions, extract_file, validate_files
from pipeline.transform import all_documents
from pipeline.transform.assembly import documents_in
from schemas import RecordType

_SHOWN = 5  # documents


def propose_source(file: Path, record: RecordType | None, output: Path | None) -> int:
    """Print a block, or write it to a file, and show the first documents that it makes."""
    if not file.is_file():
        raise UsageError(f"{file} is not there, or is no file")
    try:
        found = beginning_of(file)
    except UnreadableFile as error:
        raise UsageError(f"{file}: {error.reason}") from error
    columns = tuple(zip(*found.rows, strict=True)) or tuple(() for _ in found.headings)
    sample = Sample(file.name, found.headings, columns, found.heading_row, found.delimiter, found.encoding)
    proposal = propose(sample, record)
    text = as_toml(proposal)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"{output} has a block for {file.name}; add it to clarus.toml")
    if proposal.missing:
        click.echo(f"required and missing: {', '.join(proposal.missing)}")
    if not proposal.matches:
        return 1
    for line in _preview(file, text):
        click.echo(line)
    return 1 if proposal.missing or proposal.open else 0


def _preview(file: Path, text: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "clarus.toml"
        config.write_text(text, encoding="utf-8")
        settings = load_settings(config, environ={})
        options = StageOptions.of(settings)
        read = extract_file(file, options)
        if read.trouble:
            return [f"the block does not read the file yet: {read.trouble}"]
        tables = all_documents(validate_files([read], options))
        lines = [_shown(document) for table in tables for document in islice(documents_in(table), _SHOWN)]
        held = sum(len(table.held) for table in tables)
    more = [f"{held:,} documents are held; `clarus-batch check` names what is wrong with each"] if held else []
    return ["", f"The first {len(lines)} documents:", *lines[:_SHOWN], *more] if lines else more


def _shown(document: Any) -> str:
    return f"  {document.record.noun} {', '.join(document.key)}: rows {', '.join(map(str, document.rows[:_SHOWN]))}"
