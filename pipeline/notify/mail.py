"""A mail that says how a call ended."""

from __future__ import annotations

import smtplib
import socket
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from pipeline.config import NotifySettings
from pipeline.notify.trouble import CannotTell, first_line, network_trouble, trusting
from pipeline.runs.call_summary import CallSummary

_LONGEST_SUBJECT = 150  # characters
_LONGEST_TEXT = 100_000


def send_mail(settings: NotifySettings, call: CallSummary, text: str, ca_file: Path | None, seconds: float) -> None:
    """Send the mail.

    Args:
        settings: to whom, and by which server.
        call: how it ended.
        text: the same for people.
        ca_file: certificates that are trusted besides the system's.
        seconds: for each step of the conversation with the server.

    Raises:
        CannotTell: why it was not taken.
    """
    password = first_line(settings.smtp_password_file, "smtp_password_file") if settings.smtp_password_file else ""
    message = make_message(settings, call, text)
    try:
        with _connected(settings, ca_file, seconds) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, password)
            refused = server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise CannotTell(
            f"was not sent: the mail server refused smtp_user or its password ({error.smtp_code})"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(sorted({str(code) for code, _ in error.recipients.values()}))
        raise CannotTell(f"was not sent: the mail server refused who is in mail_to ({codes})") from None
    except smtplib.SMTPSenderRefused as error:
        raise CannotTell(f"was not sent: the mail server refused mail_from ({error.smtp_code})") from None
    except smtplib.SMTPResponseException as error:
        raise CannotTell(f"was not sent: the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError:
        raise CannotTell(f"was not sent: {_missing(settings)}") from None
    except smtplib.SMTPServerDisconnected as error:
        cause = error.__context__
        raise (
            network_trouble(cause)
            if isinstance(cause, TimeoutError)
            else CannotTell("was not sent: the mail server closed the connection")
        ) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise network_trouble(error) from None
    if refused:
        raise CannotTell(f"was refused for {len(refused)} of {len(settings.mail_to)} in mail_to")


def make_message(settings: NotifySettings, call: CallSummary, text: str) -> EmailMessage:
    """Write the mail."""
    message = EmailMessage()
    about = f" ({call.profile})" if call.profile else ""
    subject = " ".join(f"clarus-batch{about}: {call.sentence}".split())
    message["Subject"] = subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[:_LONGEST_SUBJECT]}…"
    message["From"] = Address(addr_spec=settings.mail_from)
    message["To"] = [Address(addr_spec=address) for address in settings.mail_to]
    message["Date"] = format_datetime(call.ended)
    message["Message-ID"] = make_msgid(domain=settings.mail_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # no answers from those who are away
    lines = [
        f"clarus-batch {call.command}{about} ended with exit code {call.exit_code}: {call.sentence}.",
        f"It began at {call.began.isoformat(sep=' ', timespec='seconds')} and took {call.seconds:,.0f} s "
        f"on {socket.gethostname()}.",
        "",
        text[:_LONGEST_TEXT],
    ]
    message.set_content("\n".join(lines).encode("utf-8", "backslashreplace").decode())
    return message


def _connected(settings: NotifySettings, ca_file: Path | None, seconds: float) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.port
    # Else smtplib asks the DNS for our own name, which may take long.
    own = name if "." in (name := socket.gethostname()) else "[127.0.0.1]"
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, own, timeout=seconds, context=trusting(ca_file))
    server = smtplib.SMTP(host, port, own, timeout=seconds)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=trusting(ca_file))
        except BaseException:
            server.close()
            raise
    return server


def _missing(settings: NotifySettings) -> str:
    if settings.smtp_security == "starttls":
        return 'the mail server has no STARTTLS, or no password on that way (smtp_security = "tls" or "none")'
    return "the mail server takes no password on that way"
