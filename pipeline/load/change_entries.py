"""What the ledger says of a record while a change of it is under way, and afterwards.

While it is under way, everything that it sends is unsure: the next run sends it again, unless Clarus shows that it is
there. What a change does not name stays as it was known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.ledger import Entry, Identity, State
from pipeline.load.change_plan import Kind, Plan, Wanted, address_parts
from pipeline.load.digests import DIGITS, digests, header_parts, whole
from pipeline.load.known_lines import UNSURE, KnownLine, KnownLines, parts_of
from pipeline.values.documents import fingerprint


@dataclass(frozen=True, slots=True)
class ChangeEntries:
    """The entries of one change."""

    identity: Identity
    wanted: Wanted
    plan: Plan
    known: KnownLines

    def under_way(self, run: str, attempts: int, sent_at: float | None = None) -> Entry:
        """It left, or was about to leave, and what came of it is not known."""
        unsure = dict.fromkeys(self.plan.header, UNSURE)
        parts = {**header_parts(self.wanted.before or {}), **unsure}
        if self.wanted.document.record.has_lines:
            before = frozenset(line.line_id for line in self.known.lines if line.line_id is not None)
            lines = KnownLines(tuple(self._lines_under_way()), before, self.known.removed)
        else:
            lines = KnownLines()
        address = dict(address_parts(self.wanted) or {})
        if self.plan.address:
            parts["address"] = UNSURE
            address |= dict.fromkeys(self.plan.address, UNSURE)
        return self._entry(State.CHANGING, run, parts, lines, address, attempts, sent_at)

    def done(self, run: str, attempts: int, new_ids: Mapping[int, int | None], sent_at: float | None = None) -> Entry:
        """It was made; `new_ids` are those of added lines, by their place in the document.

        `sent_at`: when it was last sent without an answer, so that Clarus may yet receive that.
        """
        document, now = self.wanted.document, digests(self.wanted.document)
        sent = {name: now[name] for name in self.plan.header}
        parts = {**header_parts(self.wanted.before or {}), **sent}
        address = dict(address_parts(self.wanted) or {})
        if self.plan.address:
            parts["address"] = fingerprint(dict(document.address))[:DIGITS]
            address |= {name: fingerprint(value)[:DIGITS] for name, value in self.plan.address.items()}
        removed = {change.known.line_id for change in self.plan.lines if change.kind is Kind.DESTROY and change.known}
        removed_ids = self.known.removed | {line_id for line_id in removed if line_id is not None}
        lines = KnownLines((*self._lines(new_ids), *self.plan.kept), removed=removed_ids)
        return self._entry(State.UPDATED, run, parts, lines, address, attempts, sent_at)

    def line_ids(self, new_ids: Mapping[int, int | None]) -> tuple[int | None, ...]:
        """The ids of the document's lines, in their order."""
        return tuple(line.line_id for line in self._lines(new_ids))

    def _entry(
        self,
        state: State,
        run: str,
        parts: dict[str, Any],
        lines: KnownLines,
        address: Mapping[str, str],
        attempts: int,
        sent_at: float | None,
    ) -> Entry:
        kept: dict[str, Any] = {**parts, **(lines.as_parts() if lines.lines or lines.removed else {"lines": []})}
        if address:
            kept["address_parts"] = address
        return Entry(
            self.identity,
            state,
            whole(digests(self.wanted.document)),
            kept,
            run,
            clarus_id=self.wanted.record,
            line_ids=lines.ids,
            known_ids=self.wanted.entry.known_ids if self.wanted.entry is not None else (),
            attempts=attempts,
            sent_at=sent_at,
        )

    def _lines(self, new_ids: Mapping[int, int | None]) -> list[KnownLine]:
        """The document's lines as they are in Clarus now."""
        document = self.wanted.document
        if not document.record.has_lines:
            return []
        content, now = document.parts()["lines"], digests(document)
        sent = {change.at: change.names for change in self.plan.lines}
        lines = []
        for at, (matched, digest, key) in enumerate(
            zip(self.plan.matched, now["lines"], now["line_keys"], strict=True)
        ):
            line = KnownLine(new_ids.get(at), key[:DIGITS], key[DIGITS:], digest, parts_of(content[at]))
            if matched is not None:
                of_file = {
                    name: part
                    for name, part in parts_of(content[at]).items()
                    if name in sent.get(at, ()) or name not in document.lines[at].defaulted
                }
                number = key[DIGITS:] or matched.number
                line = KnownLine(matched.line_id, key[:DIGITS], number, digest, {**(matched.parts or {}), **of_file})
            lines.append(line)
        return lines

    def _lines_under_way(self) -> Sequence[KnownLine]:
        lines, kinds = self._lines({}), {change.at: change for change in self.plan.lines}
        for at, line in enumerate(lines):
            change, matched = kinds.get(at), self.plan.matched[at]
            if matched is None:
                lines[at] = replace(line, adding=True)
            elif change is not None:
                unsure = {**(matched.parts or {}), **dict.fromkeys(change.names, UNSURE)}
                lines[at] = replace(matched, digest=UNSURE, parts=unsure, number=line.number)
            else:
                lines[at] = matched
        removed = [
            replace(
                change.known,
                removing=True,
                digest=UNSURE,
                parts=None if change.known.parts is None else dict.fromkeys(change.known.parts, UNSURE),
            )
            for change in self.plan.lines
            if change.kind is Kind.DESTROY and change.known is not None
        ]
        return [*lines, *self.plan.kept, *removed]
