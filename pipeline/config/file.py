"""`clarus.toml`: read, its keys checked, and a profile laid over the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.config.keys import Given, Key, Known, spelled
from pipeline.config.sources import OF_FILES, read_sources
from pipeline.errors import UsageError

_OF_CLARUS = ("client_secret_file", "ca_file", "client_certificate_file", "client_key_file")
_OF_NOTIFY = ("smtp_password_file", "webhook_url_file", "ping_url_file")
_PATHS = frozenset(
    (
        *(("address_book",), ("inbox",), ("outbox",), ("log", "file"), ("metrics", "textfile")),
        *(("clarus", name) for name in _OF_CLARUS),
        *(("notify", name) for name in _OF_NOTIFY),
        *(("drop", name) for name in ("known_hosts_file", "key_file", "password_file")),
        *(("cluster", name) for name in ("ledger_file", "inbox", "outbox")),
    )
)


def read_config_file(
    path: Path,
    profile: str | None,
    known: Known,
    of_source: tuple[str, str] | None = None,
    left_out: Collection[str] = (),
) -> dict[Key, Given]:
    """Read what the file gives, the profile laid over the rest.

    Args:
        path: of the TOML; relative paths in it start from its folder.
        profile: the name of a table under [profiles], if one is chosen. The keys of all profiles are checked.
        known: the keys that there are.
        of_source: a profile that is laid over all of this for the files of a source, and how messages name the source.
        left_out: tables and keys at the top that are not looked at.

    Raises:
        UsageError: unreadable, an unknown key (the nearest known one is named), or an unknown profile.
    """
    layers, faults = _layers(path, known, left_out)
    if faults:
        raise UsageError(*dict.fromkeys(faults))
    base = layers.pop(None)
    known_profiles = f"its profiles are {', '.join(map(str, layers))}" if layers else "it has no profiles"
    if profile is not None:
        if profile not in layers:
            raise UsageError(f"{path}: there is no profile {profile!r}; {known_profiles}")
        base = {**base, **layers[profile]}
    if of_source is not None:
        name, where = of_source
        if name not in layers:
            raise UsageError(f"{where}: there is no profile {name!r}; {known_profiles}")
        if refused := [".".join(key) for key in layers[name] if key[0] not in OF_FILES]:
            what = "a source never changes the tenant, its folders or other sources"
            raise UsageError(f"{where}: profile {name!r} sets {', '.join(refused)}: {what}")
        base = {**base, **layers[name]}
    return base


def _layers(
    path: Path, known: Known, left_out: Collection[str]
) -> tuple[dict[str | None, dict[Key, Given]], list[str]]:
    """What the file gives by profile, None being outside of all, and the faults of its keys."""
    layers: dict[str | None, dict[Key, Given]] = {None: {}}
    faults: list[str] = []
    for key, value in _leaves(parse_toml(path)):
        profile, inside = _profile(key)
        layer = layers.setdefault(profile, {})
        where = f"{path}: {'.'.join(key)}"
        if inside[:1] and inside[0] in left_out:
            continue
        try:
            meant, worth = spelled(inside, value, known)
        except ValueError as fault:
            faults.append(f"{path}: {fault}{f' in profile {profile!r}' if profile else ''}")
            continue
        if meant == ("sources",):
            worth, wrong = read_sources(worth, where, path.parent)
            faults += wrong
        if meant in layer:
            faults.append(f"{where} means the same as {layer[meant].where}: keep one of them")
        if worth != {}:
            layer[meant] = Given(_from_folder(path.parent, meant, worth), where, key[-1])
    return layers, faults


def _profile(key: Key) -> tuple[str | None, Key]:
    return (key[1], key[2:]) if key[0] == "profiles" and len(key) > 1 else (None, key)


def _from_folder(folder: Path, key: Key, value: Any) -> Any:
    return folder / value if key in _PATHS and isinstance(value, str) else value


def parse_toml(path: Path) -> dict[str, Any]:
    """Read a file of TOML.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    try:
        # Notepad may save a BOM, which TOML does not allow.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not in UTF-8: save it again as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        # The parser shows the end of a line as in a program.
        words = str(error).replace("Illegal character '\\n'", "A text that is not closed at the end of the line")
        raise UsageError(f"{path} is not valid TOML: {words}") from error


def _leaves(table: Mapping[str, Any], place: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Each value with the names of the tables around it; an empty table counts as a value."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*place, name))
        else:
            yield (*place, name), value
