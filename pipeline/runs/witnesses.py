"""Records of earlier runs that prove whether Clarus's lists show what is there."""

from __future__ import annotations

from pipeline.ledger import State
from pipeline.load import WATCHED, Lateness, audited_types, key_of
from pipeline.runs.context import RunContext


async def lateness_of(context: RunContext) -> Lateness:
    """What is to be learnt of the lists in this run; it begins with the records that earlier runs have made last.

    A run that has made nothing yet would otherwise take the word of a list that shows nothing at all.
    """
    lateness = Lateness(context.settings.clarus.doubt)
    for name, record in audited_types().items():
        if record.listed is None or record.listed.by_ids:
            continue  # known by ids that would have to be looked up first
        for entry in reversed(await context.ledger.latest(context.clarus.tenant, name, WATCHED)):
            if entry.changed_at is not None:
                key = key_of(entry.identity, len(record.key))
                # One that is gone was changed when that was found out: long after it was made.
                made_at = 0.0 if entry.state is State.GONE else entry.changed_at.timestamp()
                lateness.made(record.listed, key, made_at)
    return lateness
