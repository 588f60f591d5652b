"""The `map` command: a block of `[[sources]]` proposed for a file, and the documents that it would make of it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.screen import harmless
from pipeline.config import load_settings
from pipeline.describe.mapping import HEAD, Proposal, Sample, as_toml, divide, propose, rows_left_out, with_stand_ins
from pipeline.errors import UnreadableFile, UsageError
from pipeline.extract import READ
from pipeline.extract.archives import is_packed, unpack
from pipeline.extract.sample import Beginning, beginnings_of
from pipeline.runs.reading import StageOptions, extract_file, validate_files
from pipeline.transform import all_documents
from pipeline.transform.assembly import documents_in

if TYPE_CHECKING:
    from pipeline.values.documents import Document
    from schemas import RecordType

_SHOWN = 5  # documents
_LINES = 5  # of each
_UNKNOWN = "…"  # stands for what the file does not say


def propose_source(file: Path, record: RecordType | None, output: Path | None) -> int:
    """Print a block, or write it to a file, and show the first documents that it makes."""
    if not file.is_file():
        raise UsageError(f"{file} is not there, or is no file")
    if not file.name.lower().endswith(READ):
        raise UsageError(f"{file}: only {', '.join(READ)} are read")
    with tempfile.TemporaryDirectory() as folder:
        inside = _inside(file, Path(folder))
        try:
            proposal = proposal_for(inside, record)
        except UnreadableFile as error:
            raise UsageError(f"{file}: {error.reason}") from error
        text = as_toml(proposal)
        if output is None:
            click.echo(text)
        else:
            _write(output, text)
            click.echo(f"{output} has a block for {file.name}; add it to clarus.toml")
        for line in (*_told(proposal), *_preview(inside, proposal, Path(folder))):
            click.echo(harmless(line))
    return 0 if proposal.is_whole else 1


def _inside(file: Path, folder: Path) -> Path:
    """The file, or the one that is packed in it."""
    if not is_packed(file.name):
        return file
    try:
        names, _ = unpack(file, folder, lambda name: name)
    except UnreadableFile as error:
        raise UsageError(f"{file}: {error.reason}") from error
    if len(names) != 1:
        raise UsageError(f"{file} holds {len(names)} files: unpack it, and map each")
    return folder / names[0]


def proposal_for(file: Path, record: RecordType | None) -> Proposal:
    """The proposal for the sheet of which most is explained."""
    proposals = [propose(sample, record) for begin in beginnings_of(file) if (sample := _sample(file, begin))]
    if not proposals:
        raise UnreadableFile("has no row of headings")
    return max(proposals, key=lambda each: len(each.matches))


def _sample(file: Path, begin: Beginning) -> Sample | None:
    table = divide(begin.rows)
    if table is None:
        return None
    return Sample(
        name=file.name,
        headings=table.headings,
        rows=table.rows,
        heading_row=table.heading_row,
        front=table.front,
        delimiter=begin.delimiter,
        quoting=begin.quoting,
        encoding="" if begin.is_unicode else "cp1252",
        sheet=begin.sheet,
        left_out=rows_left_out(table),
    )


def _write(output: Path, text: str) -> None:
    """Write the block; a file that is no earlier proposal is not overwritten."""
    try:
        if output.exists() and not output.read_text(encoding="utf-8", errors="replace").startswith(HEAD):
            raise UsageError(f"{output} is there already, and is no proposal of map: name another file")
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error


def _told(proposal: Proposal) -> Iterator[str]:
    if proposal.missing:
        yield f"required and missing: {', '.join(proposal.missing)}"
    for sentence in proposal.open:
        yield f"open: {sentence}"


def _preview(file: Path, proposal: Proposal, folder: Path) -> Iterator[str]:
    """The first documents as they would be posted; what the file does not say is left open in them."""
    if not proposal.matches:
        return
    text, taken = with_stand_ins(proposal, lambda heading: _stand_in(proposal.record, heading))
    config = folder / "clarus.toml"
    config.write_text(text, encoding="utf-8")
    options = StageOptions.of(load_settings(config, environ={}))
    read = extract_file(file, options)
    if read.trouble:
        yield f"the block does not read the file yet: {read.trouble}"
        return
    tables = all_documents(validate_files([read], options))
    documents = [document for table in tables for document in islice(documents_in(table), _SHOWN)][:_SHOWN]
    if documents:
        yield ""
        yield f"The first {len(documents)} documents, as they would be posted:"
        if proposal.sample.encoding:
            yield f"(read as {proposal.sample.encoding}, which is a guess)"
        for heading, origin in taken.items():
            yield f"(with {origin!r} for {heading}, which is not sure)"
        unknown = proposal.missing.keys() - taken.keys()
        for document in documents:
            yield from _shown(document, unknown)
    if held := sum(len(table.held) for table in tables):
        yield f"{held:,} documents are held; `clarus-batch check` says what is wrong with each"


def _stand_in(record: RecordType, heading: str) -> str:
    """A value that the checks let pass."""
    return {"datetime": "2000-01-01", "number": "1", "integer": "1"}.get(record.columns[heading].kind.name, _UNKNOWN)


def _shown(document: Document, missing: Collection[str]) -> Iterator[str]:
    columns = document.record.columns
    unknown = {columns[heading].attribute for heading in missing}
    unsaid = {heading for heading in missing if columns[heading].attribute}
    content = document.parts()
    lines, address = content.pop("lines"), content.pop("address", {})
    rows = ", ".join(map(str, document.rows[:_SHOWN])) + (", …" if len(document.rows) > _SHOWN else "")
    key = _UNKNOWN if document.record.reference in unsaid else document.reference
    yield f"  {document.record.noun} {key} (rows {rows})"
    yield f"    {_pairs(content, unknown)}"
    if address:
        yield f"    address: {_pairs(address, set())}"
    for line in lines[:_LINES] if document.record.has_lines else ():
        yield f"    line: {_pairs(line, unknown)}"
    if len(lines) > _LINES:
        yield f"    and {len(lines) - _LINES} more lines"


def _pairs(values: Mapping[str, Any], unknown: set[str]) -> str:
    return ", ".join(f"{name} {_UNKNOWN if name in unknown else value}" for name, value in values.items())
