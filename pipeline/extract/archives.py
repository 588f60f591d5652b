"""Files that hold files: `.csv.gz`, `.zip`, and workbooks with macros, of which the macros are left behind."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from pipeline.errors import UnreadableFile

TEXTS = (".csv", ".txt", ".tsv")
PACKED = (*(f"{suffix}.gz" for suffix in TEXTS), ".zip", ".xlsm")

_LARGEST = 2 * 2**30  # bytes unpacked, all members together
_MOST_MEMBERS = 1_000
_CHUNK = 2**20  # bytes
_PLAIN_WORKBOOK = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_WITH_MACROS = re.compile(rb"application/vnd\.ms-excel\.(?:sheet|template)\.macroEnabled\.main\+xml", re.IGNORECASE)
_MACROS = re.compile(rb"<(?:\w+:)?(?:Relationship|Override)\b[^>]*vba[^>]*/>", re.IGNORECASE)

NameMember = Callable[[str], str]


class Readable(Protocol):
    """A file that is read in pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes at most; none at the end."""


def is_packed(name: str) -> bool:
    """Whether a file of this name holds others."""
    return name.lower().endswith(PACKED)


def unpack(path: Path, folder: Path, name_member: NameMember) -> tuple[list[str], list[str]]:
    """Write what a packed file holds into a folder; members that are there already are left as they are.

    Args:
        path: the packed file.
        folder: where its members go.
        name_member: gives a member the name that it gets there.

    Returns:
        The names of the members there, and those of members that are not read.

    Raises:
        UnreadableFile: it is damaged, protected, holds nothing that is read, or too much.
    """
    try:
        match path.suffix.lower():
            case ".gz":
                with gzip.open(path) as file:
                    return [_write(file, folder / name_member(path.stem), [_LARGEST])], []
            case ".xlsm":
                return [_without_macros(path, folder / name_member(f"{path.stem}.xlsx"))], []
            case _:
                return _members(path, folder, name_member)
    except (BadZipFile, gzip.BadGzipFile, EOFError, zlib.error, NotImplementedError, OverflowError) as error:
        raise UnreadableFile(f"is damaged, or no {path.suffix} file: {error}") from error
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {error.strerror or error}") from error


def _members(path: Path, folder: Path, name_member: NameMember) -> tuple[list[str], list[str]]:
    room, names, others = [_LARGEST], list[str](), list[str]()
    with ZipFile(path) as package:
        members = [member for member in package.infolist() if _is_ours(member)]
        if len(members) > _MOST_MEMBERS:
            raise UnreadableFile(f"holds {len(members)} files, more than {_MOST_MEMBERS}: split it")
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableFile("is protected by a password: pack it again without one")
        for member in members:
            if not member.filename.lower().endswith((*TEXTS, ".xlsx")):
                others.append(member.filename)
                continue
            parts = [
                part for part in PurePosixPath(member.filename.replace("\\", "/")).parts if part not in ("/", "..")
            ]
            with package.open(member) as file:
                names.append(_write(file, folder / name_member("-".join(parts)), room))
    if not names:
        raise UnreadableFile(f"holds no file that is read ({', '.join(others[:3]) or 'it is empty'})")
    return names, others


def _is_ours(member: ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return bool(parts) and not member.is_dir() and parts[0] != "__MACOSX" and not parts[-1].startswith((".", "~$"))


def _write(file: Readable, target: Path, room: list[int]) -> str:
    if target.exists():
        return target.name
    with _whole(target) as written:
        while chunk := file.read(_CHUNK):
            room[0] -= len(chunk)
            if room[0] < 0:
                raise UnreadableFile(f"unpacks to more than {_LARGEST >> 30} GB: split it into smaller files")
            written.write(chunk)
    return target.name


def _without_macros(path: Path, target: Path) -> str:
    """Write a workbook without its macros: what is left is what an .xlsx holds."""
    if target.exists():
        return target.name
    with ZipFile(path) as package, _whole(target) as written, ZipFile(written, "w", ZIP_DEFLATED) as plain:
        if sum(member.file_size for member in package.infolist()) > _LARGEST:
            raise UnreadableFile(f"unpacks to more than {_LARGEST >> 30} GB: split it into smaller workbooks")
        for member in package.infolist():
            name = member.filename.replace("\\", "/")
            if "vba" in PurePosixPath(name).name.lower():
                continue
            with package.open(member) as file, plain.open(name, "w", force_zip64=True) as copy:
                if name == "[Content_Types].xml" or name.endswith("workbook.xml.rels"):
                    copy.write(_MACROS.sub(b"", _WITH_MACROS.sub(_PLAIN_WORKBOOK, file.read(_CHUNK))))
                while chunk := file.read(_CHUNK):
                    copy.write(chunk)
    return target.name


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as written:
            yield written
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def refusal(path: Path, folder: Path, suffixes: Collection[str]) -> UnreadableFile:
    """Why a packed file, or a part of it, was not read."""
    try:
        _, others = unpack(path, folder, lambda name: name)
    except UnreadableFile as error:
        return error
    named = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
    return UnreadableFile(f"holds {named} too, and only {', '.join(suffixes)} are read; its other files were taken")
