"""How long the run goes on while nothing succeeds."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import ClarusUnreachable, NotClarus

_MOST_ANNOUNCED = 10  # waits that Clarus asked for, one after the other, which do not count as time without success
_ROUNDS, _PAGES = 4, 5  # of pages in Clarus's place, in a row


class Patience:
    """Gives up when nothing has succeeded for so long; waits that Clarus asked for do not count."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds, self._clock = seconds, clock
        self._failing_since: float | None = None
        self._failed_last = 0.0
        self._trouble = ""
        self._announced, self._excused, self._excused_until = 0, 0.0, clock()

    def succeeded(self) -> None:
        """Something has succeeded: Clarus is there."""
        self._failing_since = None
        self._announced, self._excused = 0, 0.0

    def failed(self, trouble: str) -> None:
        """Something has failed."""
        self._trouble = trouble
        self._failed_last = self._clock()
        if self._failing_since is None:
            self._failing_since = self._failed_last

    def excuse(self, seconds: float) -> None:
        """Clarus has asked to wait from now on: it is there, and this time is not held against it."""
        now = self._clock()
        if now >= self._excused_until:  # else it is another answer of the same round
            self._announced += 1
        if self._announced <= _MOST_ANNOUNCED and now + seconds > self._excused_until:
            self._excused += now + seconds - max(now, self._excused_until)
            self._excused_until = now + seconds

    def check(self, rested: bool = False) -> None:
        """See whether it is worth going on.

        `rested`: we have waited on purpose, and the time since the last failure is not held against Clarus.

        Raises:
            ClarusUnreachable: nothing has succeeded for too long.
        """
        if self._failing_since is None:
            return
        if (self._failed_last if rested else self._clock()) - self._failing_since - self._excused >= self._seconds:
            raise ClarusUnreachable(
                f"nothing has succeeded for {self._seconds:g} seconds; the last answer was: {self._trouble}"
            )


class Pages:
    """Pages of something else that came in Clarus's place, in a row.

    Requests under way together are one round: a gateway that has just gone mad meets all of them at once.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rounds = self._count = 0
        self._round_ended = 0.0
        self._sentence = ""

    def met(self, left: float, sentence: str) -> int:
        """Count a page that a request met which left at this moment; return how many rounds there were."""
        self._sentence = sentence
        self._count += 1
        if self._rounds == 0 or left >= self._round_ended:
            self._rounds += 1
            self._round_ended = self._clock()
        return self._rounds

    def passed(self) -> None:
        """Clarus itself has answered."""
        self._rounds = self._count = 0

    def check(self) -> None:
        """See whether it is worth going on.

        Raises:
            NotClarus: a handful in a row met a page.
        """
        if self._rounds >= _ROUNDS and self._count >= _PAGES:
            raise NotClarus(self._sentence)
