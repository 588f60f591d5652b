"""Why somebody could not be told, in words without an address: that may be a secret."""

from __future__ import annotations

import os
import ssl
from pathlib import Path


class CannotTell(Exception):
    """Somebody could not be told; the words go on after "the mail …", "the webhook …"."""


def first_line(path: Path, key: str) -> str:
    """The secret that a file holds.

    Raises:
        CannotTell: it cannot be read, or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CannotTell(f"was not sent: {key} {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CannotTell(f"was not sent: {key} {path} is no text") from error
    if not text or len(text.splitlines()) > 1:
        raise CannotTell(f"was not sent: {key} {path} must hold one line")
    return text


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Trust what the system trusts, and the certificates of this file as well."""
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is not None:
        try:
            context.load_verify_locations(str(ca_file))
        except (OSError, ValueError) as error:  # an ssl.SSLError is an OSError
            raise CannotTell(f"was not sent: the certificates of {ca_file} cannot be read") from error
    return context


def network_trouble(error: BaseException) -> CannotTell:
    """What went wrong on the way, from the kind of error alone: its own words may hold an address."""
    reason = getattr(error, "reason", None)  # of urllib, around the cause
    if isinstance(reason, BaseException):
        error = reason
    match error:
        case ssl.SSLCertVerificationError():
            return CannotTell(
                f"was not sent: the certificate of the other end cannot be verified ({error.verify_message})"
            )
        case ssl.SSLError():
            return CannotTell("was not sent: the other end does not speak TLS there")
        case TimeoutError():
            return CannotTell("was not answered in time")
        case OSError():
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else "its name cannot be found"
            return CannotTell(f"was not sent: {why}")
    return CannotTell(f"was not sent: {type(error).__name__}")
