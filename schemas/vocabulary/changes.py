"""What goes for changes of records that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.vocabulary.lists import CodeList


@dataclass(frozen=True, slots=True)
class Changes:
    """What Clarus asks of a change of a record that is there, and when it allows one."""

    needs: tuple[str, ...] = ()  # attributes that every PATCH carries
    status: str = ""  # the field of its list that tells how far it is; "": it may be changed at any time
    open: tuple[str, ...] = ()  # statuses, in lower case, in which it may be changed
    words: Mapping[str, str] = field(default_factory=dict)  # status in lower case -> "is being picked"
    lines: CodeList | None = None  # where its lines are found; None: only the answers to its requests name them
    cancel: str = ""  # the end of the path of the request that cancels it; "": there is none
    over: tuple[str, ...] = ()  # statuses in which it cannot be cancelled
    cancelled: str = ""  # the status of one that was
