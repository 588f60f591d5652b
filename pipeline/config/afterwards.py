"""`[notify]`, `[log]` and `[metrics]`: who hears of a run that nobody watches."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from pipeline.config.rules import is_this_machine

_FROZEN = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)
_USUAL_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) and value else value


def _addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        _address(address)
    return addresses


def _address(address: str) -> str:
    if address and not re.fullmatch(r"[^\s@,;<>]+@[^\s@,;<>]+", address):
        raise ValueError("must be mail addresses alone, such as night@example.com")
    return address


def _host(name: str) -> str:
    if re.search(r"[\s/@]", name) or name.count(":") == 1:
        raise ValueError("must be the name of a mail server alone, such as mail.example.com (its port is smtp_port)")
    return name


class NotifySettings(BaseModel):
    """Who is told how a run ended: by mail, by a webhook, and by pings for a service that rings when none comes."""

    model_config = _FROZEN

    on: Literal["trouble", "always", "never"] = "trouble"  # trouble: any exit code but 0; pings come each time
    mail_to: Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_addresses)] = ()
    mail_from: Annotated[str, AfterValidator(_address)] = ""
    smtp_host: Annotated[str, AfterValidator(_host)] = ""
    smtp_port: Annotated[int, Strict(), Field(ge=1, le=65535)] | None = None  # the usual one of smtp_security
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    webhook_url_file: Path | None = None
    ping_url_file: Path | None = None

    @property
    def port(self) -> int:
        """Where the mail server listens."""
        return self.smtp_port or _USUAL_PORTS[self.smtp_security]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is ever told anything."""
        return self.on == "never" or not (self.mail_to or self.webhook_url_file or self.ping_url_file)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for needed in ("smtp_host", "mail_from"):
            if self.mail_to and not getattr(self, needed):
                raise ValueError(f"must have {needed} where it has mail_to")
        if bool(self.smtp_user) != bool(self.smtp_password_file):
            raise ValueError("must have both of smtp_user and smtp_password_file, or neither")
        if self.smtp_user and self.smtp_security == "none" and not is_this_machine(self.smtp_host):
            raise ValueError('must not have smtp_security = "none" with a password: it would travel unencrypted')
        return self


class LogSettings(BaseModel):
    """A file of what went on."""

    model_config = _FROZEN

    file: Path | None = None
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
    max_mb: Annotated[float, Strict(), Field(gt=0)] = 10
    keep: Annotated[int, Strict(), Field(ge=0, le=1000)] = 5  # older files beside it


class MetricsSettings(BaseModel):
    """Figures for Prometheus."""

    model_config = _FROZEN

    textfile: Path | None = None
