"""Decide for each document whether it is sent, changed or left alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.clarus.echoes import Sent
from pipeline.event_loop import in_turns
from pipeline.ledger import Entry, Identity, State
from pipeline.load.cancelling import Cancelling, is_cancelled
from pipeline.load.change import Cancellation, Change
from pipeline.load.changes import Changing, Found
from pipeline.load.collaborators import CodeLists
from pipeline.load.differences import RecallDocument, nothing_kept, told_differences
from pipeline.load.digests import digests, identity, recalled_line_ids, whole
from pipeline.load.existing import Existing, what_to_do
from pipeline.load.posting import NOT_LISTED, Key, Posting
from pipeline.load.requests import sent_of
from pipeline.load.spellings import Spellings
from pipeline.values.documents import Document
from pipeline.values.outcomes import Outcome, Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.resolved import Resolved, Unresolved
from schemas.vocabulary.lists import CodeList

Resolve = Callable[[Sequence[Document]], Awaitable[list[Resolved | Unresolved]]]
Find = Callable[[Sequence[Identity]], Awaitable[dict[Identity, Entry]]]

Sending = Posting | Change | Cancellation

_CANCEL = "operation cancel"
_LONGEST_HELD = 3_600.0  # seconds between the intention and the sending
_MADE = (State.CREATED, State.UPDATED)


@dataclass(frozen=True, slots=True)
class Preparation:
    """Consults the ledger, then Clarus, for a block of documents of one record type."""

    tenant: str
    find_entries: Find
    resolve: Resolve
    lists: CodeLists
    existing: Mapping[str, Existing] = field(default_factory=dict)  # by record type; those absent are kept
    send_unknown: bool = False
    spellings: Spellings = field(default_factory=Spellings)
    recall: RecallDocument = nothing_kept  # finds what was sent of a document, to name what differs
    is_doubtful: Callable[[CodeList], bool] = lambda codes: False  # whether what a list shows may be another record
    changing: Changing = field(default_factory=lambda: Changing(""))

    async def prepare(self, block: Sequence[Document]) -> list[tuple[Document, Outcome | Sending]]:
        """Return each document with its outcome, or with what is to be sent for it.

        Raises:
            Unfinished: Clarus cannot be asked.
        """
        names = [identity(document, self.tenant) for document in block]
        entries = await self.find_entries(names)
        decided: list[tuple[Document, Outcome | Sending]] = []
        going: list[tuple[Document, Entry | None]] = []
        cancelled: list[tuple[Document, Entry | None]] = []
        async for document, name in in_turns(zip(block, names, strict=True)):
            entry = entries.get(name)
            if is_cancelled(document):
                cancelled.append((document, entry))
                continue
            recalled = _noted(document) or (None if document.is_deletion else self._recalled(document, entry))
            if recalled is not None:
                decided.append((document, recalled))
            else:
                going.append((document, entry))
        decided += await self._cancellations(cancelled)
        resolutions = await self.resolve([document for document, _ in going])
        spelled = self.spellings.learnt  # what is learnt while we look comes too late for this block
        known = await self._already_there(resolutions)
        changed: list[Found] = []
        async for resolution, (document, entry) in in_turns(zip(resolutions, going, strict=True)):
            there = known.get(resolution.listed_key, []) if resolution.listed_key else []
            outcome = self._decide(resolution, entry, there)
            if isinstance(outcome, Found):
                changed.append(outcome)
                continue
            outcome = replace(outcome, spelled=spelled) if isinstance(outcome, Posting) and spelled else outcome
            decided.append((document, outcome))
        changes = await self.changing.prepare(changed)
        return [*decided, *((found.document, change) for found, change in zip(changed, changes, strict=True))]

    async def _cancellations(
        self, cancelled: Sequence[tuple[Document, Entry | None]]
    ) -> list[tuple[Document, Outcome | Sending]]:
        outcomes = await Cancelling(self.tenant, self.lists, self.changing).prepare(cancelled)
        return [(document, outcome) for (document, _), outcome in zip(cancelled, outcomes, strict=True)]

    async def made_before(self, record: str, keys: Sequence[Key]) -> dict[Key, Entry]:
        """Return what the ledger says of documents that this program has made; the others are absent."""
        names = {Identity(self.tenant, record, "/".join(key[:-1]), key[-1]): key for key in keys}
        entries = await self.find_entries(list(names))
        return {names[name]: entry for name, entry in entries.items() if entry.state in _MADE}

    def _recalled(self, document: Document, entry: Entry | None) -> Outcome | None:
        """The outcome of a document that this program has made before and that needs nothing now."""
        if entry is not None and entry.state is State.GONE:
            return Outcome(Status.GONE, entry.clarus_id, error=_gone(document, "it was created before and is"))
        if entry is not None and entry.state is State.CANCELLED:
            return Outcome(Status.GONE, entry.clarus_id, error=_gone(document, "it was cancelled, and may be"))
        if entry is not None and entry.state is State.CANCELLING:
            error = f"it was to be cancelled, and no answer came: put {_CANCEL} into its rows once more"
            return Outcome(Status.UNKNOWN, entry.clarus_id, error=error)
        if entry is None or entry.state not in _MADE:
            return None
        parts = digests(document)
        ids = recalled_line_ids(entry, parts["lines"])
        status = Status.UPDATED if entry.state is State.UPDATED else Status.CREATED
        differs = "" if whole(parts) == entry.fingerprint else self._differs(document, entry, parts)
        if not differs:
            return Outcome(Status.EXISTS, entry.clarus_id, ids, made_in=entry.run, made_as=status)
        if what_to_do(document, self.existing) is not Existing.KEEP:
            return None
        return Outcome(Status.DIFFERS, entry.clarus_id, ids, error=differs)

    def _differs(self, document: Document, entry: Entry, parts: Mapping[str, Any]) -> str:
        return told_differences(document, entry, parts, self.recall)

    async def _already_there(self, resolutions: Sequence[Resolved | Unresolved]) -> dict[Key, list[int]]:
        """Look up which documents Clarus has."""
        listed = resolutions[0].document.record.listed if resolutions else None
        if listed is None:
            return {}
        return await self.lists.find(listed, {r.listed_key for r in resolutions if r.listed_key is not None})

    def _decide(
        self, resolution: Resolved | Unresolved, entry: Entry | None, found: Sequence[int]
    ) -> Outcome | Posting | Found:
        document = resolution.document
        if document.is_deletion:
            return _unresolved(resolution) or self._deletion(resolution, entry, found)
        if entry is not None and entry.state is State.SENT:
            return self._decide_doubt(resolution, entry, found)
        is_changed = what_to_do(document, self.existing) is Existing.UPDATE
        is_meant = is_changed and not document.controls.get("allow_duplicate")
        if entry is None and len(found) > 1 and (_is_named_by_a_code(document) or is_meant):
            message = f"{document} stands for {len(found)} records in Clarus (ids {', '.join(map(str, found[:5]))})"
            hint = "give each of them a code of its own there"
            problem = Problem(document.rows[0], document.record.reference, document.reference, message, hint)
            return Outcome(Status.INVALID, error=problem.sentence, problems=(problem,))
        there = entry.clarus_id if entry is not None and entry.clarus_id is not None else next(iter(found), None)
        if there is not None and not document.controls.get("allow_duplicate"):
            return self._for_existing(resolution, entry, there)
        if document.controls.get("is_new_product") is False:
            return _refused(
                document, "is_new_product", f"{document} is not in Clarus, and this says that it is not new"
            )
        return _unresolved(resolution) or self._posting(resolution, entry, tuple(found))

    def _deletion(
        self, resolution: Resolved | Unresolved, entry: Entry | None, found: Sequence[int]
    ) -> Outcome | Posting:
        """A document that says that its record is to go; what the list does not show yet, the ledger may know."""
        there = next(iter(found), entry.clarus_id if entry is not None else None)
        if there is None and entry is not None and entry.state is State.SENT:
            return Outcome(Status.PENDING, error="it was sent before without an answer, and may still appear")
        if there is None:
            return Outcome(Status.EXISTS)
        made = self._posting(resolution, None, ())
        assert isinstance(resolution, Resolved)
        attempts = entry.attempts if entry is not None else 0
        path, sent = f"{resolution.path}/{there}", sent_of(resolution, there)
        return replace(made, method="DELETE", path=path, body=b"", sent=sent, changes=there, attempts=attempts)

    def _decide_doubt(self, resolution: Resolved | Unresolved, entry: Entry, found: Sequence[int]) -> Outcome | Posting:
        """A document that was sent without an answer, by this program and perhaps by an earlier run."""
        document = resolution.document

        def adopt(record: int) -> Outcome:
            found = replace(entry, state=State.CREATED, clarus_id=record)
            differs = self._differs(document, entry, digests(document))
            if not differs:
                return Outcome(Status.CREATED, record, adopted=found)
            is_changed = what_to_do(document, self.existing) is Existing.UPDATE
            return Outcome(Status.DIFFERS, record, error=differs, adopted=found, again=is_changed)

        new = [record for record in found if record not in entry.known_ids]
        if new:
            return adopt(new[0])
        if document.record.listed is None and not self.send_unknown:
            return Outcome(Status.UNKNOWN, error=f"sent before without an answer, and {NOT_LISTED}")
        absent = _unresolved(resolution)
        if absent is None:
            return replace(self._posting(resolution, entry, entry.known_ids), when_found=adopt)
        if document.record.listed is None or resolution.listed_key is None:
            return absent
        return Posting(
            identity=identity(document, self.tenant),
            path="",
            body=b"",
            sent=Sent(""),
            fingerprint=entry.fingerprint,
            parts=entry.parts,
            listed=document.record.listed,
            key=resolution.listed_key,
            known_ids=entry.known_ids,
            in_doubt=True,
            sent_at=_sent_at(entry),
            when_found=adopt,
            when_absent=absent,
        )

    def _for_existing(self, resolution: Resolved | Unresolved, entry: Entry | None, there: int) -> Outcome | Found:
        document = resolution.document
        match what_to_do(document, self.existing):
            case Existing.KEEP:
                return Outcome(Status.EXISTS, there, problems=() if entry else self._doubts(document))
            case Existing.ERROR:
                hint = "remove the row, or allow the change: allow_update true, or [existing] in the configuration"
                problem = Problem(
                    document.rows[0],
                    document.record.reference,
                    document.reference,
                    f"{document} is already in Clarus",
                    hint,
                )
                return Outcome(Status.INVALID, there, error=problem.sentence, problems=(problem,))
        if isinstance(resolution, Unresolved):
            return _failed(resolution)
        return Found(resolution, there, entry)

    def _doubts(self, document: Document) -> tuple[Problem, ...]:
        """A warning where it may be another record that was found."""
        listed = document.record.listed
        if listed is None or not self.is_doubtful(listed):
            return ()
        unseen = " and ".join(field.partition(".")[0].replace("_", " ") for field in listed.doubtful)
        message = f"Clarus has this one, or one of another {unseen}, which it does not show: nothing was sent"
        hint = "look in Clarus, and make it there if it is missing"
        return (Problem(document.rows[0], document.record.key[1], document.key[1], message, hint, Severity.WARNING),)

    def _posting(self, resolution: Resolved | Unresolved, entry: Entry | None, known_ids: tuple[int, ...]) -> Posting:
        assert isinstance(resolution, Resolved)
        document, parts = resolution.document, digests(resolution.document)
        return Posting(
            identity=identity(document, self.tenant),
            path=resolution.path,
            body=resolution.body,
            sent=sent_of(resolution),
            fingerprint=whole(parts),
            parts=parts,
            listed=document.record.listed,
            key=resolution.listed_key or document.key,
            known_ids=known_ids,
            attempts=entry.attempts if entry is not None else 0,
            in_doubt=entry is not None and entry.state is State.SENT,
            sent_at=_sent_at(entry) if entry is not None else None,
            row=document.rows[0],
            column=document.record.reference,
            may_repeat=bool(document.controls.get("allow_duplicate")),
            warnings=resolution.warnings,
            lines=[change["attributes"] for change in resolution.attributes.get("lines_changes", ())],
        )


def _sent_at(entry: Entry) -> float | None:
    """When Clarus can last have received a document; None: not known, and perhaps just now.

    The ledger knows when it was about to leave. A run that died after that may have held it back for a while, until
    Clarus took requests again.
    """
    if entry.sent_at is not None or entry.changed_at is None:
        return entry.sent_at
    return entry.changed_at.timestamp() + _LONGEST_HELD


def _noted(document: Document) -> Outcome | None:
    """The outcome of a document that is read for the use of others only."""
    noted = document.record.noted
    only_read = any(document.controls.get(decides) == value for decides, value in noted.items())
    return Outcome(Status.NOTED) if only_read else None


def _gone(document: Document, what: str) -> str:
    record = document.record
    account = f" --account {document.key[0]}" if len(document.key) == 2 else ""
    forget = f'clarus-batch forget {record.name} "{document.reference}"{account}'
    return f"{what} no longer in Clarus; to send it again: {forget}"


def _unresolved(resolution: Resolved | Unresolved) -> Outcome | None:
    return _failed(resolution) if isinstance(resolution, Unresolved) else None


def _failed(unresolved: Unresolved) -> Outcome:
    error = "; ".join(problem.sentence for problem in unresolved.problems)
    return Outcome(unresolved.status, error=error, problems=unresolved.problems)


def _is_named_by_a_code(document: Document) -> bool:
    """Whether others name it by a code, which must stand for one record: references of documents may repeat."""
    return document.record.listed is not None and len(document.record.listed.key) == 1


def _refused(document: Document, control: str, message: str) -> Outcome:
    column = document.record.control(control)
    assert column is not None
    problem = Problem(document.rows[0], column.heading, "", message)
    return Outcome(Status.INVALID, error=problem.sentence, problems=(problem,))
