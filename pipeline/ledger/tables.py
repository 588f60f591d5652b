"""The tables of a ledger, and how an older one becomes one of this version.

A new table is a migration of its own, with the next number. Its text serves both databases: types are TEXT, INTEGER and
REAL, and what it says of runs or documents begins with their tenant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.ledger import calls, drop_files, open_rows, tracking

FIRST = """
CREATE TABLE documents (
    tenant TEXT NOT NULL, record TEXT NOT NULL, account TEXT NOT NULL, reference TEXT NOT NULL,
    state TEXT NOT NULL, fingerprint TEXT NOT NULL, parts TEXT NOT NULL,
    clarus_id INTEGER, line_ids TEXT NOT NULL, known_ids TEXT NOT NULL,
    attempts INTEGER NOT NULL, first_at TEXT NOT NULL, changed_at TEXT NOT NULL, run TEXT NOT NULL, error TEXT NOT NULL,
    sent_at REAL,
    PRIMARY KEY (tenant, record, account, reference)
) WITHOUT ROWID;
CREATE TABLE runs (
    run TEXT PRIMARY KEY, tenant TEXT NOT NULL, begun_at TEXT NOT NULL, ended_at TEXT,
    owed INTEGER NOT NULL, unfinished INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE files (
    run TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, copied INTEGER NOT NULL,
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
"""

# References that Clarus keeps in another way than they were sent, one of each kind.
SPELLINGS = """
CREATE TABLE spellings (
    tenant TEXT NOT NULL, list TEXT NOT NULL, ours TEXT NOT NULL, kept TEXT NOT NULL, cut INTEGER NOT NULL
);
"""

# Rows that came back in a later run, and are settled there. Made also in a ledger that was there before it.
CLOSED_ROWS = """
CREATE TABLE IF NOT EXISTS closed_rows (
    run TEXT NOT NULL, checksum TEXT NOT NULL, row INTEGER NOT NULL, by_run TEXT NOT NULL,
    PRIMARY KEY (run, checksum, row)
) WITHOUT ROWID;
"""

# Runs whose folders were removed because of their age.
PRUNED = """
CREATE TABLE pruned (
    tenant TEXT NOT NULL, run TEXT NOT NULL, pruned_at TEXT NOT NULL,
    PRIMARY KEY (tenant, run)
) WITHOUT ROWID;
"""

BASE = 2  # the version of what stands above; a new ledger begins with it

MIGRATIONS: Mapping[int, str] = {  # to each version from the one before it
    2: f"ALTER TABLE documents ADD COLUMN sent_at REAL; {SPELLINGS}",
    3: calls.TABLE,
    4: open_rows.TABLE,
    5: PRUNED,
    6: tracking.TABLE,
    7: drop_files.TABLE,
}

VERSION = max(MIGRATIONS)


# The same in PostgreSQL, where many tenants share the tables: two of them may have runs of one name.
FIRST_SHARED = """
CREATE TABLE meta (version bigint NOT NULL);
CREATE TABLE documents (
    tenant text NOT NULL, record text NOT NULL, account text NOT NULL, reference text NOT NULL,
    state text NOT NULL, fingerprint text NOT NULL, parts text NOT NULL,
    clarus_id bigint, line_ids text NOT NULL, known_ids text NOT NULL,
    attempts bigint NOT NULL, first_at text NOT NULL, changed_at text NOT NULL, run text NOT NULL, error text NOT NULL,
    sent_at double precision,
    PRIMARY KEY (tenant, record, account, reference)
);
CREATE INDEX documents_by_id ON documents (tenant, record, clarus_id);
CREATE INDEX documents_by_run ON documents (tenant, run);
CREATE TABLE runs (
    tenant text NOT NULL, run text NOT NULL, begun_at text NOT NULL, ended_at text,
    owed bigint NOT NULL, unfinished bigint NOT NULL, epoch bigint NOT NULL, machine text NOT NULL,
    PRIMARY KEY (tenant, run)
);
CREATE TABLE files (
    tenant text NOT NULL, run text NOT NULL, place bigint NOT NULL,
    name text NOT NULL, source text NOT NULL, copied bigint NOT NULL,
    PRIMARY KEY (tenant, run, place)
);
CREATE TABLE spellings (
    tenant text NOT NULL, list text NOT NULL, ours text NOT NULL, kept text NOT NULL, cut bigint NOT NULL
);
CREATE TABLE closed_rows (
    tenant text NOT NULL, run text NOT NULL, checksum text NOT NULL, row bigint NOT NULL, by_run text NOT NULL,
    PRIMARY KEY (tenant, run, checksum, row)
);
CREATE TABLE leases (
    tenant text PRIMARY KEY, holder text NOT NULL, epoch bigint NOT NULL,
    since timestamptz NOT NULL, until timestamptz NOT NULL, released boolean NOT NULL,
    stage text NOT NULL, done bigint NOT NULL, total bigint NOT NULL, ended_at timestamptz, exit_code bigint
);
"""


def for_postgres(migration: str) -> str:
    """A migration in the words of PostgreSQL."""
    for ours, its in ((r"\bINTEGER\b", "bigint"), (r"\bREAL\b", "double precision"), (r"\s*\bWITHOUT ROWID\b", "")):
        migration = re.sub(ours, its, migration)
    return migration
