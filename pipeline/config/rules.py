"""What the values of the configuration must be: each rule returns the value, or raises ValueError with "must …"."""

from __future__ import annotations

import difflib
import ipaddress
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import SecretStr

_OTHER_ZONES = re.compile(
    r"\b(?:[ECMP][SD]?T|[ECW]ES?T|ME[SZ]Z?|MESZ|BST|IST|MSK|SAST|JST|A[CEW][SD]T|NZ[SD]T|AK[SD]T|HST|TRT|HKT|SGT|"
    r"(?:UTC|GMT)\s?[+-]\s?\d+|[A-Z][a-z]+/[A-Z]\w+)(?!\w)"
)
# A date that no other date is read for by mistake: day, month and year cannot stand for one another.
_SAMPLE = datetime(2031, 12, 25, 13, 45, 56, tzinfo=UTC)


def timezone(name: str) -> str:
    """A zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Europe" is a folder
        near = difflib.get_close_matches(name, available_timezones(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "such as 'Europe/London'"
        raise ValueError(f"must be a time zone of the IANA database ({hint})") from error
    return name


def date_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Formats of strptime that say day, month and year, once each."""
    for form in formats:
        if not _names_a_day(form):
            raise ValueError(
                f"must hold formats with %d, %m (or %b, %B) and %Y (or %y), each once: {form!r} is not one"
            )
        if name := _zone_named(form):
            raise ValueError(
                f"must have formats without the name of a zone, which says no offset for sure: {form!r} has {name} "
                f"(write %z for offsets such as +01:00, or UTC, GMT or Z as they stand in the cells)"
            )
        if not _is_readable(form):
            raise ValueError(f"must hold date formats such as '%d/%m/%Y': {form!r} is not one")
    return formats


def encoding(name: str) -> str:
    """An encoding of text, or nothing."""
    if not name:
        return name
    try:
        b"a".decode(name)
    except UnicodeDecodeError:
        return name  # of two bytes a character
    except (LookupError, ValueError) as error:
        raise ValueError("must be an encoding such as 'cp1252' or 'latin-1', or '' for none") from error
    return name


def base_url(url: str) -> str:
    """Where Clarus is; encrypted, unless it is this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError as error:
        raise ValueError("must be an address such as https://clarus-api.com") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must be an address such as https://clarus-api.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user or password")
    if parts.query or parts.fragment or re.search(r"\s", url):
        raise ValueError("must be only an address, without blanks, ? or #")
    if parts.scheme == "http" and not is_this_machine(host):
        raise ValueError("must begin with https:// (http sends secrets unencrypted, and is only for this machine)")
    return url.rstrip("/")


def api_path(path: str) -> str:
    """The path of the REST resources: begins with a slash and ends without."""
    if re.search(r"[\s?#]", path):
        raise ValueError("must be a path such as /api")
    trimmed = path.strip("/")
    return f"/{trimmed}" if trimmed else ""


def subdomain(name: str) -> str:
    """The tenant, as it travels in a header."""
    if not re.fullmatch(r"[A-Za-z0-9._-]*", name):
        raise ValueError("must be only the tenant's name, such as acme-warehouse")
    return name


def attribute(name: str) -> str:
    """The name of an attribute of the API, or nothing."""
    if not re.fullmatch(r"[A-Za-z0-9_]*", name):
        raise ValueError("must be the name of an attribute, or '' to leave it out")
    return name


def secret(value: SecretStr) -> SecretStr:
    """Text that can travel in a header; its message keeps the secret."""
    if not re.fullmatch(r"[!-~]*", value.get_secret_value()):
        raise ValueError("must be one word of plain characters, without blanks or line breaks")
    return value


def _names_a_day(form: str) -> bool:
    directives = re.findall(r"%(.)", form)
    parts = ("d",), ("m", "b", "B"), ("Y", "y")
    return all(sum(directives.count(letter) for letter in part) == 1 for part in parts)


def _zone_named(form: str) -> str:
    """What in a format names a zone other than UTC; strptime would read it and forget it."""
    if "%Z" in form.replace("%%", ""):
        return "%Z"
    match = _OTHER_ZONES.search(re.sub("%.", " ", form))
    return match[0] if match else ""


def _is_readable(form: str) -> bool:
    """Whether strptime understands the format as a whole: it must read back what it wrote."""
    try:
        return datetime.strptime(_SAMPLE.strftime(form), form).date() == _SAMPLE.date()
    except (ValueError, re.error):  # re.error: a directive that stands there twice
        return False


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine itself, where nothing has to be encrypted."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
