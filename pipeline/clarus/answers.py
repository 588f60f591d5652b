"""What an answer of Clarus means."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from pipeline.clarus.echoes import Sent, echo
from pipeline.clarus.ids import as_id

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")  # RFC 9110 wants whole seconds; some servers are more exact
# What servers of GraphQL say of a query that they will never understand.
_NOT_UNDERSTOOD = re.compile(
    "cannot query field|doesn't exist on|unknown (type|argument)|not defined by type", re.IGNORECASE
)
_WORDS_OF_AN_ERROR = ("symbol", "title", "details", "detail", "source")
# What servers say of an attribute that their record does not have.
_NOT_KNOWN = re.compile(
    r"unknown|unrecogni[sz]ed|unpermitted|not permitted|unexpected|undefined method|additional propert"
    r"|not (a|an|a known|an allowed|a valid) (attribute|field|property|parameter)"
    r"|(attribute|field|property) does not exist"
    r"|(attribute|field|property|parameter) (is )?not (known|allowed|defined|recogni[sz]ed)",
    re.IGNORECASE,
)
# What servers say of a code or reference that another record has.
_TAKEN = re.compile(
    r"already (been )?(taken|exist|in use|used|present)|is taken|duplicate|not unique|must be unique", re.I
)
_ABSENT = re.compile(
    r"not found|no (such )?line|does not exist|doesn't exist|could ?n.t (be )?f(ind|ound)", re.IGNORECASE
)
REDIRECTS = (301, 302, 303, 307, 308)


class Meaning(StrEnum):
    """What may be concluded about a record that was to be made or changed."""

    MADE = "made"
    REFUSED = "refused"  # surely not made, and never will be as it stands
    NOT_MADE = "not made"  # surely not made; may be sent again
    NOT_ANSWERED = "not answered"  # by Clarus, but by something on the way to it: surely not made, and no verdict
    REDIRECTED = "redirected"  # surely not made; the address is wrong
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
    page: str = ""  # what the content is where it is no JSON: "text/html, begins '<html>…'"
    location: str = ""  # where a redirect leads

    @property
    def said(self) -> str:
        """The answer in a few words for a person; never holds what was sent."""
        if not self.status:
            return f"Clarus did not answer ({self.trouble})"
        return f"Clarus answered {self.status}" + (f" (not JSON: {self.page})" if self.page else "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means for one record."""

    meaning: Meaning
    record: int | None = None  # the id of the record that was made
    kept: str = ""  # the reference or code as Clarus keeps it, where it does not keep it as it was sent
    cut: bool = False  # and what it keeps is only the beginning of ours
    why: str = ""  # it is in doubt, in words that follow what the answer said; "" where its status tells


def meaning(answer: Answer, sent: Sent | None = None) -> Meaning:
    """Judge an answer to a write; without what was sent, by its status and shape alone."""
    return judge(answer, sent).meaning


def judge(answer: Answer, sent: Sent | None = None) -> Verdict:
    """Judge an answer to a write.

    Source: the rules under "Posted once" in the design. An answer counts only if it is the answer to this request. 408
    and every 5xx may come from a gateway that gave up while Clarus went on.
    """
    match answer.status:
        case None:
            return Verdict(Meaning.IN_DOUBT if answer.reached else Meaning.NOT_MADE)
        case 200 | 201 | 204:
            return _judge_success(answer, sent)
        case 401:
            return Verdict(Meaning.TOKEN_REFUSED)
        case 429:
            return Verdict(Meaning.NOT_MADE)
        case 408:
            return Verdict(Meaning.IN_DOUBT)
        case status if status in REDIRECTS and answer.location:
            return Verdict(Meaning.REDIRECTED)
        case 511:  # RFC 6585: never from the server that was asked
            return Verdict(Meaning.NOT_ANSWERED)
        case status if 400 <= status < 500:
            return Verdict(Meaning.REFUSED if is_refusal(answer) else Meaning.NOT_ANSWERED)
        case _:
            return Verdict(Meaning.IN_DOUBT)


def _judge_success(answer: Answer, sent: Sent | None) -> Verdict:
    body = answer.body
    changed = sent.record if sent is not None else None
    if changed is not None and body is None and not answer.page:
        return Verdict(Meaning.MADE, changed)  # a change needs no more than "done"
    if answer.status == 204 or not isinstance(body, dict):
        return Verdict(Meaning.IN_DOUBT, why="without the record" if not answer.page else "")
    if body.get("errors") or body.get("error"):
        return Verdict(Meaning.IN_DOUBT, why=f"with an error: {complaint(answer)}")
    record = record_id(body)
    if changed is not None and record is None and isinstance(body.get("data", body), dict):
        record = changed
    if record is None:
        return Verdict(Meaning.IN_DOUBT, why="without an id")
    if sent is None:
        return Verdict(Meaning.MADE, record)
    if changed is not None and record != changed:
        return Verdict(Meaning.IN_DOUBT, why=f"for another record: id {record}, not {changed}")
    is_flat = "data" not in body  # as the document has it for products in accounts and carrier services
    kind = body.get("type") if is_flat else body["data"].get("type")
    if kind != sent.type and not (kind is None and (is_flat or changed is not None)):
        return Verdict(Meaning.IN_DOUBT, why=f"of type {kind}, not {sent.type}")
    told = echo(body if is_flat else body["data"], sent)
    if told.foreign:
        return Verdict(Meaning.IN_DOUBT, why=f"for another record: {told.foreign}")
    if is_flat and changed is None and not told.agrees:
        return Verdict(Meaning.IN_DOUBT, why="with nothing that shows it is ours")
    return Verdict(Meaning.MADE, record, told.kept, told.cut)


def record_id(body: Any) -> int | None:
    """The id of the record that a 2xx answer speaks of: an integer, or a string of digits."""
    if not isinstance(body, dict):
        return None
    record = body.get("data", body)
    return as_id(record.get("id")) if isinstance(record, dict) else None


def says_no_more_than_done(answer: Answer) -> bool:
    """Whether an answer is an empty success: enough for a change or a deletion, and nothing for a new record."""
    return answer.status in (200, 204) and answer.body is None and not answer.page


def is_refusal(answer: Answer) -> bool:
    """Whether an answer has the shape in which Clarus refuses: a gateway's page has not."""
    return isinstance(answer.body, dict) and isinstance(answer.body.get("errors"), list)


def is_of_clarus(answer: Answer) -> bool:
    """Whether an answer of less than 500 is one that Clarus gives: JSON with a record, data, a token or errors."""
    body = answer.body
    if answer.status is not None and answer.status >= 400:
        return isinstance(body, dict) and ("errors" in body or "error" in body or "data" in body)
    return not answer.page


def unknown_attribute(answer: Answer, name: str) -> bool:
    """Whether a record was refused because Clarus does not know this attribute at all."""
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    for error in errors if isinstance(errors, list) else ():
        parts = map(error.get, _WORDS_OF_AN_ERROR) if isinstance(error, dict) else (error,)
        words = " ".join(map(str, parts)).replace("_attribute", " attribute")
        if name in words and _NOT_KNOWN.search(words.replace(name, "")):
            return True
    return False


def says_taken(answer: Answer, names: Collection[str]) -> bool:
    """Whether a record was refused because another has its code or reference: attributes of these names."""
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    for error in errors if isinstance(errors, list) else ():
        parts = map(error.get, _WORDS_OF_AN_ERROR) if isinstance(error, dict) else (error,)
        words = " ".join(map(str, parts)).replace("_", " ").casefold()
        if _TAKEN.search(words) and any(name.replace("_", " ").removesuffix(" id") in words for name in names):
            return True
    return False


def says_absent(answer: Answer) -> bool:
    """Whether a change was refused because something that it names is not there."""
    return answer.status == 404 or bool(_ABSENT.search(refusal(answer)))


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


def _error_words(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("details") or error.get("detail") or error.get("title") or error.get("symbol") or "")
