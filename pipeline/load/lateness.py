"""How late Clarus's lists show what was made, learnt from records that the run itself has made."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipeline.load.posting import Key
from schemas.vocabulary.lists import CodeList

_WATCHED = 4  # records of a list at a time: enough to learn from, too few to make a look-up longer
_MARGIN = 1.5  # what is shown after 4 s for one record may take 6 s for the next


@dataclass(slots=True)
class Lateness:
    """What the look-ups of a run have shown of the records that it has just made."""

    doubt: float  # seconds after which a record that is not shown is not there
    _late: dict[CodeList, float] = field(default_factory=dict)  # seconds
    _made: dict[CodeList, deque[tuple[Key, float]]] = field(default_factory=dict)
    _blind: set[CodeList] = field(default_factory=set)

    def made(self, codes: CodeList, key: Key, at: float) -> None:
        """Watch a record that Clarus says it has made."""
        self._made.setdefault(codes, deque(maxlen=_WATCHED)).append((key, at))

    def watched(self, codes: CodeList) -> list[Key]:
        """The keys to look up beside those that are in doubt."""
        return [key for key, _ in self._made.get(codes, ())]

    def looked(self, codes: CodeList, found: Mapping[Key, Collection[int]], at: float) -> None:
        """Learn from a look-up that left at this moment."""
        watched = self._made.get(codes)
        if not watched:
            return
        for key, made_at in list(watched):
            if found.get(key):
                watched.remove((key, made_at))
                self._blind.discard(codes)
            elif at - made_at >= self.doubt:
                watched.remove((key, made_at))
                self._blind.add(codes)
            else:
                self._late[codes] = max(self._late.get(codes, 0.0), at - made_at)

    def first_look(self, codes: CodeList) -> float:
        """Seconds after which a first look is worth while; 0 where the lists are not known to be late."""
        return _MARGIN * self._late.get(codes, 0.0)

    def until(self, codes: CodeList) -> float:
        """Seconds after which what is not shown is not there."""
        return self.doubt + self.first_look(codes)

    def is_blind(self, codes: CodeList) -> bool:
        """Whether the list does not even show what was surely made: that it shows nothing then proves nothing."""
        return codes in self._blind
