"""How late Clarus's lists show what was made, learnt from records that the run itself has made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipeline.load.posting import Key
from schemas.vocabulary.lists import CodeList

WATCHED = 4  # records of a list at a time: enough to learn from, too few to make a look-up longer
_MARGIN = 1.5  # what is shown after 4 s for one record may take 6 s for the next


@dataclass(slots=True)
class Lateness:
    """What the look-ups of a run have shown of the records that it has just made."""

    doubt: float  # seconds after which a record that is not shown is not there
    _late: dict[CodeList, float] = field(default_factory=dict)  # seconds
    _made: dict[CodeList, list[tuple[Key, float]]] = field(default_factory=dict)
    _proven: set[CodeList] = field(default_factory=set)  # lists that have shown something which was surely made
    _blind: set[CodeList] = field(default_factory=set)

    def made(self, codes: CodeList, key: Key, at: float) -> None:
        """Watch a record that Clarus says it has made, unless some others are watched already."""
        watched = self._made.setdefault(codes, [])
        if len(watched) < WATCHED:
            watched.append((key, at))

    def watched(self, codes: CodeList) -> list[Key]:
        """The keys to look up beside those that are in doubt."""
        return [key for key, _ in self._made.get(codes, ())]

    def looked(self, codes: CodeList, found: Mapping[Key, Collection[int]], at: float) -> None:
        """Learn from a look-up that left at this moment."""
        watched = self._made.get(codes)
        if not watched:
            return
        shown = [each for each in watched if found.get(each[0])]
        overdue = [(key, made_at) for key, made_at in watched if not found.get(key) and at - made_at >= self.doubt]
        for each in (*shown, *overdue):
            watched.remove(each)
        for _, made_at in watched:
            self._late[codes] = max(self._late.get(codes, 0.0), at - made_at)
        if shown:  # some may have been deleted by somebody: one that is shown proves that the list shows what is there
            self._blind.discard(codes)
            self._proven.add(codes)
        elif overdue:
            self._blind.add(codes)

    def first_look(self, codes: CodeList) -> float:
        """Seconds after which a first look is worth while; 0 where the lists are not known to be late."""
        return _MARGIN * self._late.get(codes, 0.0)

    def until(self, codes: CodeList) -> float:
        """Seconds after which what is not shown is not there."""
        return self.doubt + self.first_look(codes)

    def is_unproven(self, codes: CodeList) -> bool:
        """Whether the list has not shown anything yet of what was surely made, and it is too early to call it blind."""
        return bool(self._made.get(codes)) and codes not in self._proven and codes not in self._blind

    def is_blind(self, codes: CodeList) -> bool:
        """Whether the list does not even show what was surely made: that it shows nothing then proves nothing."""
        return codes in self._blind
