"""A run tells by mail how it ended, and never fails for it."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
import trustme

aiosmtpd = pytest.importorskip("aiosmtpd")

from mail_server import Mailbox, serving_mail  # noqa: E402

GOOD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"
BAD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\nA2,,GB,N1 1AA\n"


def notify(port: int, more: str = 'smtp_security = "none"') -> str:
    """The section of the configuration."""
    who = 'mail_to = ["night@example.com", "day@example.com"]\nmail_from = "batch@example.com"\n'
    return f'[notify]\n{who}smtp_host = "localhost"\nsmtp_port = {port}\n{more}\n'


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox("batch", "s3cret-of-mail")


def test_trouble_is_told_with_what_to_do(operator: Any, mailbox: Mailbox) -> None:
    """The subject counts, the text names file, row, column and what is wrong, and where the results are."""
    with serving_mail(mailbox):
        operator.configure(sections=notify(mailbox.port))
        operator.drop("customers.csv", BAD)

        called = operator.call("run")

    [mail] = mailbox.mails
    text = mail.get_body().get_content()
    assert (called.exit_code, called.stderr) == (1, "")
    assert mail["Subject"] == "clarus-batch: 1 row needs someone"
    assert (mail["From"], mail["To"]) == ("batch@example.com", "night@example.com, day@example.com")
    assert "customers.csv row 3, name: " in text
    assert f"Results: outbox/{operator.runs()[-1].name}" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(("on", "good", "bad"), [("trouble", 0, 1), ("always", 1, 1), ("never", 0, 0)])
def test_who_is_told_when(operator: Any, mailbox: Mailbox, on: str, good: int, bad: int) -> None:
    """Of every call, of those with an exit code that is not 0, or of none."""
    with serving_mail(mailbox):
        operator.configure(sections=notify(mailbox.port, f'smtp_security = "none"\non = "{on}"'))
        operator.drop("customers.csv", GOOD)
        operator.call("run")
        after_good = len(mailbox.mails)
        operator.drop("customers.csv", BAD)
        operator.call("run")

    assert (after_good, len(mailbox.mails) - after_good) == (good, bad)


def test_a_rehearsal_tells_nobody(operator: Any, mailbox: Mailbox) -> None:
    """Somebody sits before it."""
    with serving_mail(mailbox):
        operator.configure(sections=notify(mailbox.port))
        operator.drop("customers.csv", BAD)
        called = operator.call("run", "--dry-run")

    assert (called.exit_code, mailbox.mails) == (1, [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False])
def test_it_travels_encrypted(
    operator: Any, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str, trusted: bool
) -> None:
    """With user and password, and only to a server whose certificate can be verified."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "password").write_text("s3cret-of-mail\n")
    (tmp_path / "password").chmod(0o600)
    more = f'smtp_security = "{security}"\nsmtp_user = "batch"\nsmtp_password_file = "password"'
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serving_mail(mailbox, **{security: context}, login=security == "starttls"):
        operator.configure(sections=notify(mailbox.port, more if security == "starttls" else 'smtp_security = "tls"'))
        operator.drop("customers.csv", BAD)
        called = operator.call("run")

    assert called.exit_code == 1
    assert mailbox.encrypted == ([True] if trusted else [])
    assert ("certificate of the other end cannot be verified" in called.stderr) != trusted
    assert "s3cret" not in called.output


def test_a_refused_password_is_a_warning(operator: Any, mailbox: Mailbox, tmp_path: Path) -> None:
    """In one sentence, without the password; the exit code is the run's own."""
    (tmp_path / "password").write_text("wr0ng-of-mail")
    (tmp_path / "password").chmod(0o600)
    more = 'smtp_security = "none"\nsmtp_user = "batch"\nsmtp_password_file = "password"'
    with serving_mail(mailbox, login=True):
        operator.configure(sections=notify(mailbox.port, more))
        operator.drop("customers.csv", BAD)
        called = operator.call("run")

    assert (called.exit_code, mailbox.mails) == (1, [])
    assert called.stderr == "warning: the mail was not sent: the mail server refused smtp_user or its password (535)\n"


def test_a_server_without_starttls_gets_nothing(operator: Any, mailbox: Mailbox) -> None:
    """A mail that is to be encrypted never travels otherwise."""
    with serving_mail(mailbox):
        operator.configure(sections=notify(mailbox.port, ""))
        operator.drop("customers.csv", BAD)
        called = operator.call("run")

    assert (called.exit_code, mailbox.mails) == (1, [])
    assert "warning: the mail was not sent: the mail server has no STARTTLS" in called.stderr


def test_a_server_that_says_nothing_is_not_waited_for(operator: Any) -> None:
    """Ten seconds altogether, and the exit code is the run's own."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        operator.configure(sections=notify(silent.getsockname()[1]))
        operator.drop("customers.csv", BAD)
        began = time.monotonic()
        called = operator.call("run")
        took = time.monotonic() - began

    assert called.exit_code == 1
    assert called.stderr == "warning: the mail was not answered in time\n"
    assert took < 20  # the run itself on a busy machine, and ten at most


def test_a_server_that_is_not_there_is_a_warning(operator: Any) -> None:
    """Without its address."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    operator.configure(sections=notify(port))
    operator.drop("customers.csv", BAD)

    called = operator.call("run")

    assert (called.exit_code, called.stderr) == (1, "warning: the mail was not sent: Connection refused\n")


def test_a_line_break_in_a_name_stays_out_of_the_heading(operator: Any, mailbox: Mailbox) -> None:
    """A mail has the headings that it is given by the program, whatever files are called."""
    with serving_mail(mailbox):
        operator.configure(sections=notify(mailbox.port))
        called = operator.call("run", "a\nBcc: x@example.com\n.csv")

    [mail] = mailbox.mails
    assert called.exit_code == 2
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("clarus-batch: there is no file")


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ('mail_to = "a@b.example"', "notify must have smtp_host where it has mail_to"),
        ('mail_to = "a b"\nmail_from = "a@b.example"\nsmtp_host = "h"', "notify.mail_to must be mail addresses alone"),
        ('smtp_user = "me"', "notify must have both of smtp_user and smtp_password_file, or neither"),
        ('smtp_password = "x"', "did you mean 'smtp_password_file'?"),
        ('smtp_host = "mail:25"', "must be the name of a mail server alone"),
        ("smtp_port = 0", "notify.smtp_port must"),
        (
            'smtp_host = "h.example"\nsmtp_security = "none"\nsmtp_user = "me"\nsmtp_password_file = "p"',
            "it would travel unencrypted",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_done(operator: Any, section: str, fault: str) -> None:
    """Exit code 2, with the key."""
    operator.configure(sections=f"[notify]\n{section}\n")

    called = operator.call("run")

    assert called.exit_code == 2
    assert fault in called.stderr
