"""What an answer of Clarus means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")  # RFC 9110 wants whole seconds; some servers are more exact
_ID = re.compile(r"[0-9]{1,19}")
_GREATEST_ID = 2**63 - 1
# What servers of GraphQL say of a query that they will never understand.
_NOT_UNDERSTOOD = re.compile(
    "cannot query field|doesn't exist on|unknown (type|argument)|not defined by type", re.IGNORECASE
)


class Meaning(StrEnum):
    """What may be concluded about a record that was to be made."""

    MADE = "made"
    REFUSED = "refused"  # surely not made, and never will be as it stands
    NOT_MADE = "not made"  # surely not made; may be sent again
    TOKEN_REFUSED = "token refused"  # surely not made; wants a new token
    IN_DOUBT = "in doubt"  # made or not: look


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, or the lack of one."""

    status: int | None  # None: no answer came
    body: Any = None  # decoded JSON; None where it was none
    retry_after: float | None = None  # seconds
    reached: bool = True  # False: not a byte of the request can have been read by Clarus
    trouble: str = ""  # why no answer came

    @property
    def said(self) -> str:
        """The answer in a few words for a person; never holds what was sent."""
        return f"Clarus answered {self.status}" if self.status else f"Clarus did not answer ({self.trouble})"


def meaning(answer: Answer) -> Meaning:
    """Judge an answer to a write.

    Source: the rules under "Posted once" in the design. A 2xx without an id leaves the id in doubt. 408 and every 5xx
    may come from a gateway that gave up while Clarus went on.
    """
    match answer.status:
        case None:
            return Meaning.IN_DOUBT if answer.reached else Meaning.NOT_MADE
        case status if 200 <= status < 300:
            return Meaning.MADE if record_id(answer.body) is not None else Meaning.IN_DOUBT
        case 401:
            return Meaning.TOKEN_REFUSED
        case 429:
            return Meaning.NOT_MADE
        case 408:
            return Meaning.IN_DOUBT
        case status if 400 <= status < 500:
            return Meaning.REFUSED
        case _:
            return Meaning.IN_DOUBT


def record_id(body: Any) -> int | None:
    """The id of the record that a 2xx answer speaks of: an integer, or a string of digits."""
    if not isinstance(body, dict):
        return None
    record = body.get("data", body)
    return as_id(record.get("id")) if isinstance(record, dict) else None


def refusal(answer: Answer) -> str:
    """Clarus's own words for why it refused a record."""
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    words = [_error_words(error) for error in errors] if isinstance(errors, list) else []
    if not words and isinstance(answer.body, dict) and isinstance(answer.body.get("error"), str):
        words = [answer.body["error"]]
    return f"Clarus refused it ({answer.status}): {'; '.join(filter(None, words)) or 'no reason given'}"


def data(answer: Answer) -> Mapping[str, Any] | None:
    """What a query asked for; None where the answer does not hold it whole."""
    body = answer.body if isinstance(answer.body, dict) else {}
    found = body.get("data")
    return found if answer.status == 200 and isinstance(found, dict) and not body.get("errors") else None


def may_pass(answer: Answer) -> bool:
    """Whether a query that was answered by an error may be answered with data the next time."""
    return answer.status == 200 and not _NOT_UNDERSTOOD.search(complaint(answer))


def complaint(answer: Answer) -> str:
    """Why a query was refused, in the words of Clarus."""
    body = answer.body if isinstance(answer.body, dict) else {}
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    words = first.get("message") or first.get("details") if isinstance(first, dict) else None
    return str(words or body.get("error") or "no reason given")


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Read a Retry-After header, which gives seconds or an HTTP date; None where it is absent or unreadable."""
    if header is None:
        return None
    header = header.strip()
    if _NUMBER.fullmatch(header):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())


def as_id(value: Any) -> int | None:
    """Clarus writes ids as integers or as strings of digits; inside the program they are integers.

    None for anything else, such as a number that no database counts to.
    """
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _GREATEST_ID
    return value if is_id else None


def _error_words(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("details") or error.get("detail") or error.get("title") or error.get("symbol") or "")
