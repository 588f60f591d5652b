"""Clarus's lists, asked as earlier runs have learnt that Clarus spells references."""

from __future__ import annotations

from pipeline.clarus.lists import Lists
from pipeline.load import SpelledLists, Spellings
from pipeline.runs.context import RunContext


async def known_spellings(context: RunContext) -> Spellings:
    """What the ledger remembers of how Clarus spells references."""
    return Spellings.of(await context.ledger.spellings(context.clarus.tenant))


async def spelled_lists(context: RunContext) -> SpelledLists:
    """The lists, for what was made by any run."""
    own = context.settings.clarus
    lists = Lists(context.clarus, own.lookup_batch, own.page_size)
    return SpelledLists(lists, await known_spellings(context), context.ledger.holders, context.clarus.tenant)
