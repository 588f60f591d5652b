"""The tenants that a cluster serves: the profiles of the configuration, each with its folders and its ledger's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import DEFAULT_FILE, Settings, load_settings
from pipeline.config.file import parse_toml
from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class Cluster:
    """The configuration that all tenants of this machine come from."""

    settings: Settings  # without a profile
    config: Path | None
    environ: Mapping[str, str]

    def tenants(self, named: Sequence[str] = ()) -> list[str]:
        """The names of the profiles to serve: those that are named, or those of the configuration.

        A configuration without profiles is one tenant, whose name is "".

        Raises:
            UsageError: there is no such profile.
        """
        there = _profiles(self.config)
        own = self.settings.cluster.tenants
        wanted = [*named] if named else there if own == "all" else [*own]
        for name in wanted:
            if name not in there:
                known = f"its profiles are {', '.join(there)}" if there else "it has no profiles"
                raise UsageError(f"{self.config or DEFAULT_FILE}: there is no profile {name!r}; {known}")
        return wanted or [""]

    def settings_of(self, tenant: str) -> Settings:
        """The configuration of a tenant.

        Raises:
            UsageError: it is wrong.
        """
        return load_settings(self.config, tenant or None, environ=self.environ)

    def words(self, tenant: str) -> list[str]:
        """The options that make the command serve a tenant."""
        config = ["--config", str(self.config)] if self.config else []
        return [*config, *(["--profile", tenant] if tenant else [])]


def shown(tenant: str) -> str:
    """A tenant as people read it."""
    return tenant or "(no profile)"


def _profiles(config: Path | None) -> list[str]:
    path = config or DEFAULT_FILE
    if config is None and not path.exists():
        return []
    return [name for name in parse_toml(path).get("profiles", {}) if isinstance(name, str)]
