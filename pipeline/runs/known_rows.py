"""Rows of results that came back, and what the ledger knows them as: none is ever sent as another record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.extract.returned import keys_of, restore_keys
from pipeline.ledger import Entry, Identity, Ledger, State
from pipeline.load import identity_of, key_of
from pipeline.results.row_accounts import RowAccounts
from pipeline.runs.reading import ReadFile
from pipeline.values.outcomes import DONE
from pipeline.values.problems import Problem
from pipeline.values.tables import Table

_THERE = (State.CREATED, State.UPDATED, State.CHANGING)


async def with_known_references(files: Sequence[ReadFile], ledger: Ledger, tenant: str) -> list[ReadFile]:
    """The files, with references that a spreadsheet has changed as the ledger has them, by the ids of the rows."""
    return [
        replace(file, tables=tuple([await _with_known_references(table, ledger, tenant) for table in file.tables]))
        for file in files
    ]


async def _with_known_references(table: Table, ledger: Ledger, tenant: str) -> Table:
    claims = claimed_ids(table)
    if not claims:
        return table
    holders = await ledger.holders(tenant, table.record.ledger_name, set(claims.values()))
    known = {
        row: key_of(holders[clarus_id], len(table.record.key))
        for row, clarus_id in claims.items()
        if clarus_id in holders
    }
    return restore_keys(table, known)


def returned_rows(table: Table) -> Iterator[tuple[str, str, int]]:
    """The rows of earlier runs that came back because they were not done: run, checksum of the table, number."""
    if "clarus_status" not in table.frame:
        return
    statuses = table.frame["clarus_status"].astype(str)
    for row, key in keys_of(table).items():
        if statuses.loc[row].lower() not in DONE:
            yield key.table.run, key.table.checksum, key.row


def claimed_ids(table: Table) -> dict[int, int]:
    """The id of each row that says it has one."""
    if "clarus_id" not in table.frame:
        return {}
    texts = table.frame["clarus_id"].dropna()
    pairs = zip(texts.index.tolist(), texts.astype(str).tolist(), strict=True)
    return {row: int(text) for row, text in pairs if text.isdigit()}


async def rows_of_other_records(accounts: RowAccounts, ledger: Ledger, tenant: str) -> dict[int, Problem]:
    """Find the rows of which the record is in Clarus, and which would be sent as another one now."""
    table, record = accounts.table, accounts.table.record
    claims, renamed = claimed_ids(table), table.renamed
    if not claims and not renamed:
        return {}
    now = _identities(accounts, tenant)
    found: dict[int, Problem] = {}
    for name in {now[row].record for row in claims if row in now}:
        own = {row: clarus_id for row, clarus_id in claims.items() if row in now and now[row].record == name}
        holders = await ledger.holders(tenant, name, set(own.values()))
        for row, clarus_id in own.items():
            known = holders.get(clarus_id)
            if known is not None and now[row] != known:
                found[row] = _problem(table, row, known, clarus_id)
    entries = await ledger.with_references(tenant, record.ledger_name, {was[-1] for was in renamed.values()})
    for row, was in renamed.items():
        entry = _sent_as(entries, was, record.ledger_name, tenant) if row in now and row not in found else None
        if entry is not None and entry.identity != now[row]:
            found[row] = _problem(table, row, entry.identity, entry.clarus_id)
    return found


def _identities(accounts: RowAccounts, tenant: str) -> Mapping[int, Identity]:
    documents = accounts.transformed
    named = map(documents.ledger_name, range(documents.groups.count))
    names = [identity_of(key, record, tenant) for key, record in named]
    rows, numbers = documents.clean.rows.tolist(), documents.groups.ids.tolist()
    return {row: names[number] for row, number in zip(rows, numbers, strict=True) if number >= 0}


def _sent_as(entries: Sequence[Entry], was: tuple[str, ...], record: str, tenant: str) -> Entry | None:
    """The entry of what a row was when it was sent, or may have been sent."""
    narrowed = identity_of(was, record, tenant)

    def candidates() -> Iterator[Entry]:
        for entry in entries:
            same = entry.identity.reference == was[-1] and (not all(was) or entry.identity == narrowed)
            if same and entry.state in (*_THERE, State.SENT):
                yield entry

    return next(candidates(), None)


def _problem(table: Table, row: int, known: Identity, clarus_id: int | None) -> Problem:
    noun, heading = table.record.noun, table.record.reference
    there = f"in Clarus as {clarus_id}" if clarus_id is not None else "which may be in Clarus"
    value = str(table.frame[heading].get(row, "")) if heading in table.frame else ""
    message = f"this row is {noun} {known.reference}, {there}"
    return Problem(row, heading, value, message, f"to send a new {noun}, clear its clarus_ columns")
