"""Documents to outcomes, record type by record type: resolve and load in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.clarus.lists import Lists
from pipeline.errors import Unfinished
from pipeline.load import Deliveries, Loader, OwnRecords, Preparation, RecallDocument, SpelledLists
from pipeline.resolve import Resolver
from pipeline.results.row_accounts import RowAccounts
from pipeline.runs.bills import Bills
from pipeline.runs.changing import changing_of, policies
from pipeline.runs.context import RunContext
from pipeline.runs.known_rows import rows_of_other_records
from pipeline.transform.assembly import documents_in
from pipeline.transform.bill_of_materials import by_level
from pipeline.transform.precursors import records_wanted
from pipeline.values.documents import Document
from pipeline.values.outcomes import Outcome, Status
from schemas import RECORD_TYPES, RecordType, in_load_order

_MADE_READY = (Status.CREATED, Status.UPDATED, Status.READY)
_Report = Callable[[Document, Outcome], None]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How documents are decided on that were sent before."""

    recall: RecallDocument  # finds what was sent, to name what differs
    send_unknown: bool = False  # also again what is in doubt and cannot be looked up


class Loading:
    """Takes the documents of a run through resolve and load, and their outcomes to the accounts of their rows."""

    def __init__(
        self,
        context: RunContext,
        lists: Lists,
        resolver: Resolver,
        deliveries: Deliveries,
        options: LoadOptions,
    ) -> None:
        own, ledger, tenant = context.settings.clarus, context.ledger, context.clarus.tenant
        self._tenant, self._ledger, self._holders = tenant, ledger, ledger.holders
        self._resolver = resolver
        self._preparation = Preparation(
            tenant,
            ledger.find,
            resolver.resolve,
            SpelledLists(OwnRecords(lists, ledger.holders, tenant), deliveries.spellings, ledger.holders, tenant),
            policies(context.settings),
            options.send_unknown,
            deliveries.spellings,
            options.recall,
            lists.cannot_tell_apart,
            changing_of(context, lists, deliveries.spellings, options.recall),
        )
        self._delivery = deliveries
        self._lists, self._ready = lists, dict[str, set[str]]()  # codes made or changed now, by record type
        self._concurrency = own.concurrency
        self._defaults = context.settings.defaults
        self._progress, self._stopping = context.progress, context.stopping

    async def load(self, books: Sequence[RowAccounts]) -> None:
        """Load every table: each record type after those it names, and what belongs to it right after it."""
        for record in in_load_order():
            of_type = [each for each in books if each.table.record.name == record.name]
            if not of_type:
                continue
            await self._load_precursors(of_type)
            await self._load_documents(record, of_type)
            for part_type in record.part_types.values():
                await self._load_parts(part_type, of_type)

    async def _load_documents(self, record: RecordType, books: Sequence[RowAccounts]) -> None:
        for each in books:
            kept = await self._keep_what_is_done(record, each)
            for key, row in each.transformed.held_keys():
                if record.listed is not None and row in kept:
                    self._resolver.learn(record.listed, key, kept[row])
                else:
                    self._failed(record, key, Status.INVALID, f"{each.table.name} row {row}", each.has_standing(row))
            await self._recall_without_address(record, each)
        origin: dict[int, RowAccounts] = {}
        moved = {id(each): await rows_of_other_records(each, self._ledger, self._tenant) for each in books}

        def documents() -> Iterator[Document]:
            for each in books:
                for document in documents_in(each.transformed):
                    if each.stands(document):
                        self._stood(document, each)
                    elif wrong := [moved[id(each)][row] for row in document.rows if row in moved[id(each)]]:
                        outcome = Outcome(Status.INVALID, problems=tuple(wrong))
                        each.ended(document, outcome)
                        self._told(document, outcome, f"{each.table.name} row {document.rows[0]}")
                    else:
                        origin[id(document)] = each
                        yield document

        def report(document: Document, outcome: Outcome) -> None:
            each = origin.pop(id(document))
            each.ended(document, outcome)
            self._told(document, outcome, f"{each.table.name} row {document.rows[0]}")

        total = sum(each.transformed.going for each in books)
        if record.hierarchy:
            for level in by_level(await self._sound(record, list(documents()), report)):
                await self._load(record, level, len(level), report)
        else:
            await self._load(record, documents(), total, report)

    async def _sound(self, record: RecordType, documents: Sequence[Document], report: _Report) -> list[Document]:
        """The documents of a hierarchy that fit what Clarus has; the others are reported, before anything is sent."""
        made = await self._preparation.made_before(record.name, [document.key for document in documents])
        new = [document for document in documents if document.key not in made]
        try:
            wrong = await Bills(self._lists, self._ready.get(record.hierarchy, ())).problems(new)
        except Unfinished as reason:
            self._stopping.stop(reason)
            return []
        for at, problem in wrong.items():
            report(new[at], Outcome(Status.INVALID, error=problem.sentence, problems=(problem,)))
        held = {id(new[at]) for at in wrong}
        return [document for document in documents if id(document) not in held]

    async def _keep_what_is_done(self, record: RecordType, books: RowAccounts) -> dict[int, int]:
        """Rows of results that were dropped in again stay done, also where a spreadsheet has spoilt their cells.

        The ledger bears witness: it must know the record by the id and the reference of the row.
        """
        claims = books.refused_though_done()
        if not claims:
            return {}
        holders = await self._holders(self._tenant, record.ledger_name, set(claims.values()))
        known = {row: holders[clarus_id].reference for row, clarus_id in claims.items() if clarus_id in holders}
        kept = {row: claims[row] for row, reference in known.items() if reference == books.reference_of(row)}
        books.keep(kept)
        return kept

    async def _recall_without_address(self, record: RecordType, books: RowAccounts) -> None:
        """Orders that are in Clarus need no address book any more: results may be dropped in again without it."""
        rows = dict(books.transformed.without_address())
        if rows:
            for key, entry in (await self._preparation.made_before(record.name, list(rows))).items():
                books.made_before(rows[key], entry.clarus_id, entry.run)

    async def _load_parts(self, part_type: RecordType, books: Sequence[RowAccounts]) -> None:
        origin: dict[int, RowAccounts] = {}

        def documents() -> Iterator[Document]:
            for each in books:
                for part in each.transformed.parts:
                    if part.clean.table.record.name != part_type.name:
                        continue
                    for document in documents_in(part):
                        if each.may_follow(document):
                            origin[id(document)] = each
                            yield document

        def report(document: Document, outcome: Outcome) -> None:
            each = origin.pop(id(document))
            each.followed(document, outcome)
            self._told(document, outcome, f"{each.table.name} row {document.rows[0]}")

        parts = (part for each in books for part in each.transformed.parts)
        total = sum(part.going for part in parts if part.clean.table.record.name == part_type.name)
        if total:
            await self._load(part_type, documents(), total, report)

    async def _load_precursors(self, accounts: Sequence[RowAccounts]) -> None:
        """Create the records that lines want created before their document, each once."""
        where: dict[int, str] = {}
        wanted_documents: dict[str, list[Document]] = {}
        for wanted in records_wanted([each.transformed for each in accounts], self._defaults):
            if self._resolver.has_failed(wanted.listed, (wanted.code,)):
                continue  # its own row describes it better, and says what to correct
            if wanted.document is None:
                self._resolver.explain(wanted.listed, (wanted.code,), wanted.why_not)
            else:
                where[id(wanted.document)] = wanted.where
                wanted_documents.setdefault(wanted.document.record.name, []).append(wanted.document)

        def report(document: Document, outcome: Outcome) -> None:
            why = f"{where[id(document)]} wants it created" + (f": {outcome.error}" if outcome.error else "")
            self._told(document, outcome, why)

        for name, documents in wanted_documents.items():
            await self._load(RECORD_TYPES[name], documents, len(documents), report)

    async def _load(self, record: RecordType, documents: Iterable[Document], total: int, report: _Report) -> None:
        self._progress.begin(record.name, total)
        if not record.resource:
            for document in documents:
                report(document, Outcome(Status.NOTED))
            return
        loader = Loader(self._preparation, self._delivery, report, self._stopping, self._concurrency)
        await loader.load(documents)

    def _told(self, document: Document, outcome: Outcome, where: str) -> None:
        """Count an outcome, and remember it for those who name the document."""
        self._progress.ended(outcome.status)
        if outcome.status in _MADE_READY:
            self._ready.setdefault(document.record.name, set()).add(document.reference)
        listed = document.record.listed
        if listed is None:
            return
        if outcome.status is Status.READY and outcome.clarus_id is None:
            named = f"{document.record.noun} {', '.join(document.key)}"
            self._resolver.promise(listed, document.key, f"(the id of {named}, once it is created)")
        elif outcome.status.needs_someone:
            self._failed(document.record, document.key, outcome.status, where, False)
        elif outcome.clarus_id is not None:
            self._resolver.learn(listed, document.key, outcome.clarus_id, outcome.status is Status.CREATED)

    def _stood(self, document: Document, books: RowAccounts) -> None:
        """A document that is not tried again: if it is not in Clarus, that tells why."""
        result = books.results.get(document.rows[0])
        if result is not None and not result.status.done:
            where = f"{books.table.name} row {document.rows[0]}"
            self._failed(document.record, document.key, result.status, where, True)

    def _failed(
        self, record: RecordType, key: tuple[str, ...], status: Status, where: str, only_if_absent: bool
    ) -> None:
        if record.listed is not None:
            self._resolver.fail(record.listed, key, status, where, only_if_absent)
