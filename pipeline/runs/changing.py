"""What becomes of records that are there, as the configuration says."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.clarus.lists import Lists
from pipeline.clarus.standings import Standings
from pipeline.config import Settings
from pipeline.load import Changing, Existing, RecallDocument, Spellings, nothing_kept
from pipeline.runs.context import RunContext
from schemas import RECORD_TYPES


def policies(settings: Settings) -> Mapping[str, Existing]:
    """What is done about records that are there, by record type; what belongs to one goes with it."""
    older = {"exists": Existing.KEEP, "update": Existing.UPDATE, "error": Existing.ERROR}
    found = {"products": older[settings.existing_products]}
    found |= {record: Existing(policy) for record, policy in settings.existing.items()}
    for name, policy in list(found.items()):
        for part in RECORD_TYPES[name].part_types.values():
            # Where its owner must not be there, the owner's row says so.
            found[part.name] = Existing.KEEP if policy is Existing.ERROR else policy
    return found


def changing_of(
    context: RunContext, lists: Lists, spellings: Spellings, recall: RecallDocument = nothing_kept
) -> Changing:
    """How records that are there are changed in this run."""
    own = context.settings.clarus
    return Changing(
        context.clarus.tenant,
        Standings(lists),
        recall,
        context.settings.remove_missing_lines,
        own.doubt,
        own.read_settle_seconds,
        context.stopping.sleep,
        spellings,
    )
