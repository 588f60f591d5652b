"""The names of the parts in a workbook's zip, as other writers spell them."""

from __future__ import annotations

from zipfile import ZipFile


def with_usual_names(package: ZipFile) -> ZipFile:
    """Let the parts of an opened zip be found by their usual names: some writers put backslashes between folders."""
    for part in package.infolist():
        name = part.filename.replace("\\", "/").lstrip("/")
        if name != part.filename and name not in package.NameToInfo:
            del package.NameToInfo[part.filename]
            part.filename = name
            package.NameToInfo[name] = part
    return package
