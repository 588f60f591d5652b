"""Which keys the configuration may have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.config.record_types import SECTIONS, spelled_by_contract

Key = tuple[str, ...]
Known = Mapping[str, Iterable[str]]  # keys by the name of their table; "" is the top

SECRETS = frozenset(("client_secret", "access_token"))


@dataclass(frozen=True, slots=True)
class Given:
    """A value of the configuration, and where a person finds it: `clarus.toml: clarus.rate`, `--rate`."""

    value: Any
    where: str
    written: str = ""  # the last part of its key, as the file has it


def spelled(key: Key, value: Any, known: Known) -> tuple[Key, Any]:
    """Check a key of the file; spell it and its value as the contract does, where it names columns.

    Raises:
        ValueError: with a sentence that names the key, and the nearest one that there is.
    """
    if not key or key == ("profiles",):
        if value != {}:
            raise ValueError("profiles must be tables, such as [profiles.test.clarus]")
        return key, value
    key = _placed(key, known)
    table, *names = key
    if table not in known[""]:
        raise ValueError(f"unknown key {table!r}{_near(table, known[''])}")
    if table in SECTIONS:
        return spelled_by_contract(key, value)
    if table not in known:
        if names and table == "sources":
            raise ValueError("sources must be written as [[sources]], once for each kind of file")
        if names:
            raise ValueError(f"{table} must be a value, not a table")
        return key, value
    if not names:
        if value != {}:
            raise ValueError(f"{table} must be a table, [{table}]")
        return key, value
    if names[0] in SECRETS:
        raise ValueError(
            f"{table}.{names[0]} must not be in the file: "
            f"name a file in client_secret_file, or set CLARUS_{names[0].upper()} in the environment"
        )
    if names[0] not in known[table]:
        raise ValueError(f"unknown key '{table}.{names[0]}'{_near(names[0], known[table])}")
    if len(names) > 1:
        raise ValueError(f"{table}.{names[0]} must be a value, not a table")
    return key, value


def _placed(key: Key, known: Known) -> Key:
    """Put a key that can only mean one thing into its table: `give_up_seconds` stands well at the top, too."""
    of_clarus = {*known["clarus"], *SECRETS}
    if len(key) == 1 and key[0] not in known[""] and key[0] in of_clarus:
        return ("clarus", *key)
    if len(key) == 2 and key[0] == "clarus" and key[1] not in of_clarus and key[1] in known[""]:
        return key[1:]
    return key


def _near(name: str, known: Iterable[str]) -> str:
    if near := difflib.get_close_matches(name.lower(), known, n=1):
        return f" (did you mean {near[0]!r}?)"
    return f" (the keys are {', '.join(sorted(known))})"
