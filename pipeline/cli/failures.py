"""What an exception means for whoever called: an exit code, one sentence, and advice where it is our fault."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import PipelineError, Unfinished, UsageError

_REPORT = (
    "This is a fault of clarus-batch, not of your files. What was sent is in the ledger, and the next run goes on from "
    "there. Please report it to whoever maintains clarus-batch, with the output of the same command with -v -v"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a command ended that did not come to its end."""

    exit_code: int
    words: str
    fault: BaseException | None = None  # whose traceback helps, if anybody asks for it
    advice: str = ""
    more: tuple[str, ...] = ()  # further faults, each a sentence

    @property
    def all_words(self) -> str:
        """Each fault on a line of its own."""
        return "\n".join((self.words, *self.more))


def failure_of(error: BaseException) -> Failure:
    """Say what an exception means; whatever is not foreseen is a fault of this program."""
    match error:
        case UsageError(faults=(first, *more)):
            return Failure(error.exit_code, first, more=tuple(more))
        case PipelineError():
            return Failure(error.exit_code, str(error))
        case KeyboardInterrupt():
            return Failure(Unfinished.exit_code, "stopped")
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return Failure(Unfinished.exit_code, f"{place}{error.strerror or error}", error)
    return Failure(Unfinished.exit_code, f"{type(error).__name__}: {error}", error, f". {_REPORT}")
