"""Documents after their codes were looked up: ready to be posted, or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.values.documents import Document
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem
from schemas.vocabulary.kinds import Json


@dataclass(frozen=True, slots=True)
class Resolved:
    """A document with its ids, ready to be posted."""

    document: Document
    path: str  # after the API path: "/goods_outs"
    body: bytes  # JSON:API
    attributes: Mapping[str, Json]  # of the body
    listed_key: tuple[str, ...] | None  # by which Clarus's list knows it; None: made of ids that are not known
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A document that names something Clarus does not have, or something that failed in this run."""

    document: Document
    status: Status  # invalid, blocked or pending
    listed_key: tuple[str, ...] | None  # None: made of ids that are not known
    problems: tuple[Problem, ...]  # one for each row that names it; columns by their contract heading
