"""What can go wrong with a run, named for what the operator does next.

    PipelineError
    ├── UsageError              correct the command line or the configuration       exit 2
    ├── UnreadableFile          correct or export again that file; others go on     exit 1
    └── Unfinished              run again later: what is left goes on then          exit 3
        ├── CredentialsRefused  Clarus refuses our credentials
        ├── NotClarus           something else answers in Clarus's place: set the address or the proxy
        ├── ProxyRefused        the proxy does not let us through
        ├── CertificateRefused  who answers cannot prove to be Clarus
        ├── SettingRefused      Clarus does not know what a setting names
        ├── ClarusUnreachable   nothing has succeeded for too long
        ├── LookupRefused       Clarus does not understand or allow what we ask
        ├── LedgerUnusable      the ledger is of a newer version, or cannot be written
        │   └── LedgerDamaged   it is damaged: restore or rebuild it
        ├── LeaseLost           another machine may serve the tenant by now
        ├── DropUnreachable     the drop is out of reach, unknown, or refuses us
        ├── FileChanged         somebody writes to a file that was taken
        └── Stopped             Ctrl-C, or a signal
    OutboxBusy                  wait for the run that has the outbox or tenant      exit 4

What is wrong with the data is not an exception but a `Problem`.
"""

from __future__ import annotations


class PipelineError(Exception):
    """An error of which the message tells a person what happened and what to do."""

    exit_code = 3


class UsageError(PipelineError):
    """The command line or the configuration is wrong: one sentence for each fault."""

    exit_code = 2

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class UnreadableFile(PipelineError):
    """A file is not what its suffix claims, or has no heading of a known record type."""

    exit_code = 1

    def __init__(self, reason: str, file: str = "") -> None:
        super().__init__(f"{file}: {reason}" if file else reason)
        self.reason = reason  # without the name of the file, for places that name it themselves


class Unfinished(PipelineError):
    """The run cannot go on now; what it has not sent stays unfinished."""


class CredentialsRefused(Unfinished):
    """Clarus refuses the client id and secret, or the access token."""


class NotClarus(Unfinished):
    """Something else answers in Clarus's place: a gateway, a proxy, a sign-in page or another address."""


class ProxyRefused(Unfinished):
    """The proxy does not let us through, or is none."""


class CertificateRefused(Unfinished):
    """The certificate at the other end cannot be verified."""


class SettingRefused(Unfinished):
    """Clarus does not know what a setting names: every record would be refused for it."""


class ClarusUnreachable(Unfinished):
    """Nothing has succeeded for `give_up_seconds`."""


class LookupRefused(Unfinished):
    """Clarus does not understand or allow a query: its permissions or its schema have changed."""


class LedgerUnusable(Unfinished):
    """The ledger is damaged or was written by a newer version; it is left as it is."""


class LedgerDamaged(LedgerUnusable):
    """The ledger cannot be read as one; `reason` says so without what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(f"{reason}: {hint}")
        self.reason = reason


class LeaseLost(Unfinished):
    """We no longer hold the tenant, or cannot know that we do: another machine may serve it by now."""


class DropUnreachable(Unfinished):
    """The place where files are dropped is out of reach, is not the one that it was, or refuses us."""


class FileChanged(Unfinished):
    """A file was changed while it was being read and loaded: what it holds now is for the next run."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"{', '.join(names)} changed after it was taken: the next run reads it again")
        self.names = names


class Stopped(Unfinished):
    """The operator or the system asked the run to stop."""


class OutboxBusy(PipelineError):
    """Another run holds the outbox, or the tenant on all machines."""

    exit_code = 4


class RowsLost(PipelineError):
    """The statuses do not add up to the rows: a fault of this program, and reason to stop trusting the run."""
