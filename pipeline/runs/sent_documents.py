"""Documents as they were sent, read again from the kept inputs of their runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.ledger import Entry, Identity
from pipeline.load import identity_of
from pipeline.runs.reading import StageOptions, configured_book, extract_file, validate_files
from pipeline.runs.returning import KeptInputs
from pipeline.transform import all_documents, document_at
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Document

_Places = dict[Identity, tuple[DocumentTable, int]]


@dataclass(slots=True)
class SentDocuments:
    """What the run folders of an outbox keep of documents that are in Clarus."""

    kept: KeptInputs
    options: StageOptions
    tenant: str
    _runs: dict[str, _Places] = field(default_factory=dict)

    def find(self, document: Document, entry: Entry) -> Document | None:
        """The document of an entry of the ledger as its run sent it; None where its input is gone."""
        if entry.run not in self._runs:
            self._runs[entry.run] = self._read(entry.run)
        found = self._runs[entry.run].get(entry.identity)
        return document_at(*found) if found is not None else None

    def _read(self, run: str) -> _Places:
        inputs = self.kept.inputs_of(run)
        files = self.kept.restored([extract_file(path, self.options, self.kept.how_read(path)) for path in inputs])
        tables = all_documents(validate_files(files, self.options), configured_book(self.options.settings))
        return {
            identity_of(*table.ledger_name(number), self.tenant): (table, number)
            for owner in tables
            for table in (owner, *owner.parts)
            for number in range(table.groups.count)
        }
