"""What `[cluster]` may say: where the shared ledger is, and how a worker serves tenants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, Strict

from pipeline.errors import UsageError

_PROFILE = "{profile}"


def _folders(path: Path) -> Path:
    """A folder for each profile."""
    if _PROFILE not in str(path):
        raise ValueError(f"must have {_PROFILE} in it, so that every tenant has a folder of its own")
    return path


Folders = Annotated[Path, AfterValidator(_folders)]


class ClusterSettings(BaseModel):
    """The shared ledger, and the worker of this machine. Without an address, the ledger lies in the outbox."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    ledger_file: Path | None = None  # holds the address, and its password
    ledger: SecretStr = SecretStr("")  # the address itself: from the file or the environment, never from the TOML
    lease_seconds: Annotated[float, Strict(), Field(ge=1)] = 30
    concurrency: Annotated[int, Strict(), Field(ge=1)] = 4  # tenants at once on one worker
    look_every_seconds: Annotated[float, Strict(), Field(ge=1)] = 60
    tenants: Literal["all"] | tuple[str, ...] = "all"  # names of profiles
    inbox: Folders | None = None
    outbox: Folders | None = None

    @property
    def address(self) -> str:
        """The address of the shared ledger, from the environment or its file; "" where there is none.

        Raises:
            UsageError: the file cannot be read, or is empty.
        """
        if self.ledger_file is None or self.ledger.get_secret_value():
            return self.ledger.get_secret_value()
        try:
            address = self.ledger_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not in UTF-8"
            raise UsageError(f"cluster.ledger_file {self.ledger_file} cannot be read: {why}") from error
        if not address:
            raise UsageError(f"cluster.ledger_file {self.ledger_file} is empty: write the postgresql:// address there")
        return address

    def folder(self, which: Literal["inbox", "outbox"], profile: str | None) -> Path | None:
        """The folder of a profile, where one is set for all of them."""
        path = self.inbox if which == "inbox" else self.outbox
        return Path(str(path).replace(_PROFILE, profile)) if path is not None and profile else None
