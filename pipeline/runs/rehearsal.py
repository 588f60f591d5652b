"""A rehearsal: everything is looked up and every body is written, but nothing is sent, moved or owed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from pipeline.load import Posting, Report, Sending, Spellings, said_otherwise
from pipeline.progress import Progress
from pipeline.results.row_accounts import RowAccounts
from pipeline.runs.closing import Finished
from pipeline.runs.context import RunContext
from pipeline.runs.outbox import PAYLOADS
from pipeline.runs.run import Run, run_stages
from pipeline.stopping import Stopping
from pipeline.values.outcomes import Outcome, Status

_NOT_KNOWN = (
    "whether Clarus accepts the records: only sending them shows that",
    "the ids of records that this run would create: bodies that name one say so in their place",
    "what other people do in Clarus until then",
)


class PayloadFile:
    """Takes the place of the delivery: writes down what would be sent."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.spellings = Spellings()  # nothing answers, so nothing is learnt
        self.created: Counter[str] = Counter()  # by record type
        self.changed: Counter[str] = Counter()
        # By the hashes of identities, the fingerprint: who comes again meets a record that exists by then.
        self._written: dict[int, str] = {}

    async def deliver(self, posting: Sending) -> Outcome:
        """Write the request down, one JSON object a line."""
        if isinstance(posting, Posting):
            counted = self.created if posting.changes is None else self.changed
            fingerprint = posting.fingerprint if posting.changes is None else ""
            outcome = Outcome(Status.READY, posting.changes, problems=posting.warnings)
        else:
            counted, fingerprint = self.changed, ""
            outcome = Outcome(Status.READY, posting.record, problems=posting.told)
        before = self._written.get(hash(posting.identity))
        if before is not None:
            same = before == fingerprint or not fingerprint
            return outcome if same else Outcome(Status.INVALID, error=said_otherwise(posting.identity.reference))
        self._written[hash(posting.identity)] = fingerprint
        counted[posting.identity.record] += 1
        line = {
            "record_type": posting.identity.record,
            "account": posting.identity.account,
            "reference": posting.identity.reference,
            "method": posting.method,
            "path": posting.path,
            "body": orjson.Fragment(posting.body or b"null"),
        }
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        return outcome

    def doubts(self, report: Report, stopping: Stopping) -> None:
        """Nothing is sent, and so nothing is in doubt."""

    def concluded(self, outcome: Outcome) -> Outcome:
        """Leave the ledger alone: what would be decided on once more would be changed then."""
        return replace(outcome, status=Status.READY, again=False) if outcome.again else outcome


class Tally:
    """Counts how the documents of each record type end, on the way to who watches."""

    def __init__(self, watcher: Progress) -> None:
        self._watcher = watcher
        self._counts: defaultdict[str, Counter[Status]] = defaultdict(Counter)
        self._what = ""

    def say(self, message: str) -> None:
        """Pass it on."""
        self._watcher.say(message)

    def begin(self, what: str, total: int) -> None:
        """Count under another name from now on."""
        self._what = what
        self._watcher.begin(what, total)

    def ended(self, status: Status) -> None:
        """Count one."""
        self._counts[self._what][status] += 1
        self._watcher.ended(status)

    def of(self, *statuses: Status) -> dict[str, int]:
        """How many documents of each record type ended in one of these statuses."""
        sums = {what: sum(counts[status] for status in statuses) for what, counts in self._counts.items()}
        return {what: count for what, count in sums.items() if count}


async def rehearse(folder: Path, paths: Sequence[Path], context: RunContext) -> Finished:
    """Take files through all stages up to sending, and write what would be sent and what would come of it.

    The results of a row that would be sent are `ready`. Files stay where they are.
    """
    tally = Tally(context.progress)
    with (folder / PAYLOADS).open("wb") as file:
        payloads = PayloadFile(file)

        def tell(accounts: Sequence[RowAccounts]) -> Mapping[str, Any]:
            return {
                "rehearsal": {
                    "would_create": dict(payloads.created),
                    "would_change": dict(payloads.changed),
                    "would_leave_alone": tally.of(Status.EXISTS),
                    "would_refuse": _refused(tally, accounts),
                    "not_known": _NOT_KNOWN,
                    "payloads": str(folder / PAYLOADS),
                }
            }

        return await run_stages(Run(folder, paths, again=None), replace(context, progress=tally), payloads, tell)


def _refused(tally: Tally, books: Sequence[RowAccounts]) -> dict[str, int]:
    """The documents that would not be sent, by record type: held by their own cells, or by what they name."""
    refused = Counter(tally.of(Status.INVALID, Status.BLOCKED))
    for each in books:
        if held := len(each.transformed.held):
            refused[each.table.record.name] += held
    return dict(refused)
