"""`[drop]`: a place on another machine where files are dropped, and where results are put back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

_FROZEN = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)
_SCHEMES = ("sftp", "s3", "file")
DELETE = "delete"


def _url(url: str) -> str:
    if not url:
        return url
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError as error:
        raise ValueError("must be an address such as sftp://user@host:22/outgoing") from error
    if parts.scheme not in _SCHEMES or (not host and parts.scheme != "file") or not (parts.path or host):
        raise ValueError("must be an address such as sftp://user@host:22/outgoing or s3://bucket/prefix/")
    if parts.password is not None:
        raise ValueError("must not hold a password: name a file in password_file")
    if parts.query or parts.fragment:
        raise ValueError("must be only an address, without ? or #")
    return url


def _folder(name: str) -> str:
    if name in ("", DELETE):
        return name
    parts = name.rstrip("/").split("/")
    if any(part in ("", ".", "..") or part.startswith(".") for part in parts) or "\\" in name:
        raise ValueError('must be a folder below that of the url, such as "done/"')
    return f"{'/'.join(parts)}/"


def _results(name: str) -> str:
    if name == DELETE:
        raise ValueError('must be a folder below that of the url, such as "results/", or "" for none')
    return _folder(name)


class DropSettings(BaseModel):
    """Where files are fetched from before the inbox is read; nowhere unless there is a url."""

    model_config = _FROZEN

    url: Annotated[str, AfterValidator(_url)] = ""
    pattern: str = "*"
    settle_seconds: Annotated[float, Strict(), Field(ge=0, le=3600)] = 5
    archive: Annotated[str, AfterValidator(_folder)] = "done/"  # "" leaves a file, "delete" removes it
    results: Annotated[str, AfterValidator(_results)] = "results/"  # "" puts nothing back
    known_hosts_file: Path | None = None
    key_file: Path | None = None
    password_file: Path | None = None
    endpoint_url: str = ""

    @property
    def scheme(self) -> str:
        """What kind of place it is."""
        return urlsplit(self.url).scheme

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.scheme == "sftp":
            if self.known_hosts_file is None:
                raise ValueError(
                    "must have known_hosts_file, with the key of the host: take it with ssh-keyscan, and compare it "
                    "with the one that whoever runs the host names"
                )
            if not urlsplit(self.url).username:
                raise ValueError("must name the user in url: sftp://user@host/outgoing")
            if (self.key_file is None) == (self.password_file is None):
                raise ValueError("must have one of key_file and password_file")
        elif self.known_hosts_file or self.key_file or self.password_file:
            raise ValueError("must not have known_hosts_file, key_file or password_file where url is not sftp://")
        if self.endpoint_url and self.scheme != "s3":
            raise ValueError("must not have endpoint_url where url is not s3://")
        return self
