"""Which rows of a run need someone, taken down in the ledger; and which of earlier runs it has taken up again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.extract.returned import keys_of
from pipeline.ledger import Ledger
from pipeline.ledger.open_rows import UNREADABLE, OpenRow, closed, replaced, select
from pipeline.load import identity_of
from pipeline.runs.closing import Finished
from pipeline.runs.context import RunContext
from pipeline.values.outcomes import OWED, Status
from pipeline.values.row_keys import RowKey, table_key
from pipeline.values.row_results import TableReport

_OPEN = [status for status in Status if status.needs_someone and status not in OWED]

Document = tuple[str, str, str]  # record type, account, reference
Place = tuple[str, str, int]  # run, checksum of the table, row


async def note_open_rows(finished: Finished, context: RunContext, is_new: bool = True) -> None:
    """Take down which rows of a run need someone, in place of what was known of its rows.

    Rows of earlier runs are closed where their documents stood in this one, or where they came back in it by their
    keys: from now on it is this run's rows that say how it is with them, since when the first of them did. A run whose
    results are only written anew (`is_new` is false) closes none.
    """
    unreadable = [name for name, _ in finished.unreadable]
    ended = Ended(finished.folder.name, context.clarus.tenant, finished.reports, unreadable)
    await note_rows(ended, context.ledger, is_new)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run whose rows have their results."""

    run: str
    tenant: str
    reports: Sequence[TableReport]
    unreadable: Sequence[str]  # names of files
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


async def note_rows(ended: Ended, ledger: Ledger, is_new: bool = True) -> None:
    """The same, wherever the results come from."""
    known = await ledger.ask(lambda database: select(database, ended.tenant, closed_of=ended.run))
    before = _Before.of(known, ended.run)
    rows = [
        *(row for report in ended.reports for row in _rows_of(report, ended, before)),
        *(_unreadable(name, ended, before) for name in ended.unreadable),
    ]
    taken_up = [*_taken_up(ended, before)] if is_new else []
    await ledger.write_all(
        lambda _: (*closed(ended.tenant, taken_up, ended.run), *replaced(ended.tenant, ended.run, rows))
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known of rows: this run's own by their places, open ones of earlier runs by document and by place."""

    own: Mapping[Place, OpenRow]
    by_document: Mapping[Document, list[OpenRow]]
    by_place: Mapping[Place, OpenRow]

    @classmethod
    def of(cls, rows: Iterable[OpenRow], run: str) -> _Before:
        own, by_place, by_document = dict[Place, OpenRow](), dict[Place, OpenRow](), dict[Document, list[OpenRow]]()
        for row in rows:
            if row.run == run:
                own[row.place] = row
            elif row.run < run:
                by_place[row.place] = row
                if row.reference:
                    by_document.setdefault(row.document, []).append(row)
        return cls(own, by_document, by_place)

    def of_document(self, document: Document) -> list[OpenRow]:
        """The rows of a document in earlier runs, those included that lacked its account."""
        record, account, reference = document
        without_account = self.by_document.get((record, "", reference), []) if account else []
        return [*self.by_document.get(document, ()), *without_account]


def _rows_of(report: TableReport, ended: Ended, before: _Before) -> Iterator[OpenRow]:
    numbers = {*report.results.among(_OPEN).tolist(), *report.faulty} - report.closed
    if not numbers:
        return
    keys, returned, record = [*report.document_keys()], keys_of(report.table), report.table.record.name
    checksum, now = report.key.checksum, _moment(ended)
    for number in sorted(numbers):
        at = int(report.document_of[number]) if number < len(report.document_of) else -1
        document = _document(keys[at], record) if at >= 0 else (record, "", _reference(report, number))
        place = (ended.run, checksum, number)
        own, result = before.own.get(place), report.results.get(number)
        older = [own] if own else []
        older += before.of_document(document)
        if number in returned and (came_from := before.by_place.get(_place(returned[number]))):
            older.append(came_from)
        status = result.status if result else Status.INVALID
        yield OpenRow(
            *place,
            report.table.path.name,
            report.table.sheet,
            *document,
            status,
            held=bool(result and result.held_by),
            since=min([each.since for each in older], default=now),
            closed_by=own.closed_by if own and (status is not Status.GONE or own.status == status) else "",
        )


def _taken_up(ended: Ended, before: _Before) -> Iterator[OpenRow]:
    """The open rows of earlier runs that this one has taken up."""
    for report in ended.reports:
        for key in report.document_keys() if before.by_document else ():
            yield from before.of_document(_document(key, report.table.record.name))
        for row_key in keys_of(report.table).values() if before.by_place else ():
            if (row := before.by_place.get(_place(row_key))) is not None:
                yield row


def _unreadable(name: str, ended: Ended, before: _Before) -> OpenRow:
    place = (ended.run, table_key(ended.run, name, "").checksum, 0)
    since = before.own[place].since if place in before.own else _moment(ended)
    return OpenRow(*place, name, "", "", "", "", UNREADABLE, held=False, since=since)


def _document(key: tuple[str, ...], record: str) -> Document:
    identity = identity_of(key, record, "")
    return record, identity.account, identity.reference


def _reference(report: TableReport, row: int) -> str:
    """What a row that belongs to no document has for a reference: its account may be what is missing."""
    frame, heading = report.table.frame, report.table.record.reference
    text = frame[heading].get(row) if heading in frame else None
    return text if isinstance(text, str) else ""


def _place(key: RowKey) -> Place:
    return key.table.run, key.table.checksum, key.row


def _moment(ended: Ended) -> str:
    return ended.at.isoformat(timespec="seconds")
