"""The configuration: it enters here, becomes one frozen value, and travels as an argument.

A value in `clarus.toml` gives way to the environment, and that to an option of the command line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf, SecretStr, Strict, ValidationError

from pipeline.config import network, rules
from pipeline.config.adapted import adapted
from pipeline.config.afterwards import LogSettings, MetricsSettings, NotifySettings
from pipeline.config.cluster import ClusterSettings
from pipeline.config.declared import FOLDER, declare_records
from pipeline.config.drop import DropSettings
from pipeline.config.file import read_config_file
from pipeline.config.keys import SECRETS, Given, Key
from pipeline.config.record_types import OF_CONTRACTS, refusal
from pipeline.config.source_blocks import Source
from pipeline.config.tracking import TrackingSettings
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from schemas.vocabulary.dates import Reading

DEFAULT_FILE = Path("clarus.toml")

ENVIRONMENT: Mapping[str, Key] = {
    "CLARUS_BASE_URL": ("clarus", "base_url"),
    "CLARUS_SUBDOMAIN": ("clarus", "subdomain"),
    "CLARUS_CLIENT_ID": ("clarus", "client_id"),
    "CLARUS_CLIENT_SECRET": ("clarus", "client_secret"),
    "CLARUS_CLIENT_SECRET_FILE": ("clarus", "client_secret_file"),
    "CLARUS_SCOPE": ("clarus", "scope"),
    "CLARUS_ACCESS_TOKEN": ("clarus", "access_token"),
    "CLARUS_LEDGER": ("cluster", "ledger"),
}

# Strict: TOML has types of its own, and pydantic alone would take `true` for 1.
Count = Annotated[int, Strict(), Field(ge=1)]
Seconds = Annotated[float, Strict(), Field(ge=0)]
Timeout = Annotated[float, Strict(), Field(gt=0)]
Secret = Annotated[SecretStr, AfterValidator(rules.secret)]

# Inputs are hidden from pydantic's own messages: a traceback must not show a secret.
_FROZEN = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

_TABLES: Mapping[str, type[BaseModel]] = {  # beside [clarus]
    "tracking": TrackingSettings,
    "notify": NotifySettings,
    "log": LogSettings,
    "metrics": MetricsSettings,
    "drop": DropSettings,
}

# Where pydantic's own words are those of a programmer.
_PLAIN = {"path_type": "must be a path", "tuple_type": "must be a list", "extra_forbidden": "is no option"}


class ClarusSettings(BaseModel):
    """How to reach Clarus, as whom, and with how much patience."""

    model_config = _FROZEN

    base_url: Annotated[str, AfterValidator(rules.base_url)] = "https://clarus-api.com"
    api_path: Annotated[str, AfterValidator(rules.api_path)] = "/api"
    subdomain: Annotated[str, AfterValidator(rules.subdomain)] = ""
    client_id: str = ""
    client_secret: Secret = SecretStr("")
    client_secret_file: Path | None = None
    access_token: Secret = SecretStr("")
    scope: str = ""
    storage_unit_field: Annotated[str, AfterValidator(rules.attribute)] = "product_storage_unit_id"
    concurrency: Annotated[int, Strict(), Field(ge=1, le=512)] = 32
    rate: Annotated[float, Strict(), Field(gt=0)] | None = None  # requests per second
    timeout_seconds: Timeout = 30
    connect_timeout_seconds: Timeout = 10
    read_settle_seconds: Seconds = 2  # before concluding that a record is not there
    doubt_seconds: Seconds = 60  # after its sending, until which a record may get into Clarus, or not be listed yet
    give_up_seconds: Timeout = 60  # without any success
    retry_wait_seconds: Seconds = 1  # the first wait after trouble; later ones are longer
    retry_after_cap_seconds: Seconds = 120  # the longest that Clarus may tell us to wait
    reconcile_attempts: Count = 3
    lookup_batch: Count = 500  # codes per lookup
    page_size: Count = 500  # records per page of an answer
    # What the environment says of these is filled in where the configuration says nothing.
    proxy: Annotated[str, AfterValidator(network.proxy)] = ""
    ca_file: Path | None = None  # certificates that are trusted instead of the system's
    client_certificate_file: Path | None = None
    client_key_file: Path | None = None

    @property
    def doubt(self) -> float:
        """The seconds of doubt: never less than a request may take, or a list to show what was made."""
        return max(self.doubt_seconds, self.timeout_seconds, self.read_settle_seconds)


class Settings(BaseModel):
    """Everything that can be set for a run, apart from its files."""

    model_config = _FROZEN

    timezone: Annotated[str, AfterValidator(rules.timezone)] = "UTC"
    date_formats: Annotated[tuple[str, ...], AfterValidator(rules.date_formats)] = ()
    unsent_columns: Literal["warn", "error", "ignore"] = "warn"
    unknown_columns: Literal["warn", "error", "ignore"] = "warn"
    fallback_encoding: Annotated[str, AfterValidator(rules.encoding)] | None = None
    audit: Annotated[bool, Strict()] = True  # at the end of a run, look up once more what it made
    failed_files: Literal["xlsx", "same"] = "xlsx"  # what is to be corrected: a workbook of texts, or as the input
    address_book: Path | None = None
    crossdock_lines: Literal["hold", "drop"] = "hold"  # Clarus's API makes crossdocks without lines
    existing_products: Literal["exists", "update", "error"] = "exists"  # the older way to say existing.products
    existing: Mapping[str, Literal["keep", "update", "error"]] = {}  # by record type: what becomes of what is there
    remove_missing_lines: Annotated[bool, Strict()] = False  # lines of a changed document that its file lacks
    settle_seconds: Seconds = 1
    ignore_files: tuple[str, ...] = ()  # names of files, or patterns, that may stay in the inbox
    inbox: Path = Path("inbox")
    outbox: Path = Path("outbox")
    clarus: ClarusSettings = ClarusSettings()
    cluster: ClusterSettings = ClusterSettings()
    tracking: TrackingSettings = TrackingSettings()
    notify: NotifySettings = NotifySettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
    drop: DropSettings = DropSettings()
    # All of these by the name of the record type; headings of files and words are folded (schemas.headings.fold).
    columns: Mapping[str, Mapping[str, str]] = {}  # heading of the file -> heading of the contract
    defaults: Mapping[str, Mapping[str, str]] = {}  # heading of the contract -> value for blank cells
    values: Mapping[str, Mapping[str, Mapping[str, str]]] = {}  # heading -> word of the file -> word of Clarus
    required: Mapping[str, tuple[str, ...]] = {}  # headings of the contract that a deployment must have
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = {}  # heading -> words that a tenant has beside Clarus's
    ignore_columns: Mapping[str, tuple[str, ...]] = {}  # headings of the file that are left out
    sources: tuple[InstanceOf[Source], ...] = ()  # customers' own exports, the first that matches a file is used
    # Of files that a source reads by a profile of its own, by its name; not a key of its own.
    of_profiles: Mapping[str, Any] = {}
    # Folded headings and words of files as the configuration writes them, to show them to people; not a key of its own.
    spellings: Mapping[str, str] = {}

    @property
    def reading(self) -> Reading:
        """How the dates of the files are read."""
        from schemas.vocabulary.dates import Reading

        return Reading(ZoneInfo(self.timezone), self.date_formats)


def load_settings(
    config: Path | None = None,
    profile: str | None = None,
    *,
    environ: Mapping[str, str],
    overrides: Mapping[str, Any] = {},
    with_contracts: bool = True,
) -> Settings:
    """Gather the configuration from its file, the environment and the options given.

    Args:
        config: must exist; without it `clarus.toml` in the working directory is read if it is there.
        profile: its keys are laid over the rest of the file.
        environ: see `ENVIRONMENT`; an empty variable counts as none.
        overrides: options by dotted key (`inbox`, `clarus.rate`); None means not given.
        with_contracts: False leaves out what speaks of record types and columns: commands that read no file need
            neither that nor the time that pandera takes to start.

    Raises:
        UsageError: one sentence for each fault, with file and key. Never a secret.
    """
    if not with_contracts:
        return _settings(_from_file(config, profile, left_out=OF_CONTRACTS), environ, overrides)
    declare_records((config or DEFAULT_FILE).parent / FOLDER)
    settings = _of_profile(_settings(_from_file(config, profile), environ, overrides), profile, overrides)
    names = {source.profile for source in settings.sources if source.profile}
    of_profiles = {}
    for name in sorted(names):
        source = next(each for each in settings.sources if each.profile == name)
        of_files = _from_file(config, profile, (name, source.where))
        of_profiles[name] = _settings(of_files, environ, overrides)
    return settings.model_copy(update={"of_profiles": of_profiles}) if names else settings


def _of_profile(settings: Settings, profile: str | None, overrides: Mapping[str, Any]) -> Settings:
    """Fill in the folders that [cluster] has for every profile, where no option names others."""
    found: dict[str, Any] = {}
    for which in ("inbox", "outbox"):
        if overrides.get(which) is None and (folder := settings.cluster.folder(which, profile)) is not None:
            found[which] = folder
    return settings.model_copy(update=found)


def _settings(of_file: Mapping[Key, Given], environ: Mapping[str, str], overrides: Mapping[str, Any]) -> Settings:
    given = {**of_file, **_from_environment(environ), **_from_options(overrides)}
    given = {key: entry for key, entry in given.items() if not _is_taken_back(key, entry)}
    try:
        settings = Settings.model_validate({**_nested(given), "spellings": _spellings(given)})
    except ValidationError as error:
        raise UsageError(*_sentences(error, given)) from error
    if refused := list(_refused_cells(given, settings)):
        raise UsageError(*refused)
    return _with_network(_with_secret_of_file(settings), environ)


def require_access(settings: Settings) -> None:
    """Make sure that there are credentials for Clarus.

    Raises:
        UsageError: names what is missing, and where it may be given.
    """
    clarus = settings.clarus
    missing = []
    if not clarus.subdomain:
        missing.append("the subdomain (clarus.subdomain or CLARUS_SUBDOMAIN)")
    if not clarus.access_token.get_secret_value():
        if not clarus.client_id:
            missing.append("the client id (clarus.client_id or CLARUS_CLIENT_ID)")
        if not clarus.client_secret.get_secret_value():
            if clarus.client_secret_file:
                _read_secret(clarus.client_secret_file)  # says what is wrong with it
            missing.append("the client secret (clarus.client_secret_file or CLARUS_CLIENT_SECRET)")
    if missing:
        raise UsageError(f"Clarus cannot be reached yet. Missing: {', '.join(missing)}")


def _from_file(
    config: Path | None,
    profile: str | None,
    of_source: tuple[str, str] | None = None,
    left_out: Collection[str] = (),
) -> dict[Key, Given]:
    if config is None and not DEFAULT_FILE.exists():
        if profile is not None:
            raise UsageError(
                f"There is no {DEFAULT_FILE} in this folder, and so no profile {profile!r}: name the file with --config"
            )
        return {}
    known = {
        "": Settings.model_fields.keys() - {"spellings", "of_profiles"},
        "clarus": ClarusSettings.model_fields.keys() - SECRETS,
        "cluster": ClusterSettings.model_fields.keys() - {"ledger"},
        **{table: settings.model_fields for table, settings in _TABLES.items()},
    }
    return read_config_file(config or DEFAULT_FILE, profile, known, of_source, left_out)


def _from_environment(environ: Mapping[str, str]) -> dict[Key, Given]:
    return {
        key: Given(environ[name].strip(), name) for name, key in ENVIRONMENT.items() if environ.get(name, "").strip()
    }


def _from_options(overrides: Mapping[str, Any]) -> dict[Key, Given]:
    options = {tuple(name.split(".")): value for name, value in overrides.items() if value is not None}
    return {key: Given(value, f"--{key[-1].replace('_', '-')}") for key, value in options.items()}


def _is_taken_back(key: Key, entry: Given) -> bool:
    """A profile takes a default back by an empty one."""
    return key[0] == "defaults" and entry.value == ""


def _refused_cells(given: Mapping[Key, Given], settings: Settings) -> Iterator[str]:
    """Say which default values and words of Clarus are not what their column may hold."""
    cells = {key: entry for key, entry in given.items() if key[0] in ("defaults", "values")}
    if not cells:
        return
    from schemas import RECORD_TYPES

    for (_, record, heading, *_), entry in cells.items():
        if trouble := refusal(adapted(RECORD_TYPES[record], settings), heading, entry.value, settings.reading):
            yield f"{entry.where}: {entry.value!r} {trouble}"


def _nested(given: Mapping[Key, Given]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, entry in given.items():
        branch = tree
        for name in key[:-1]:
            branch = branch.setdefault(name, {})
        branch[key[-1]] = entry.value
    return tree


def _spellings(given: Mapping[Key, Given]) -> dict[str, str]:
    return {key[-1]: entry.written for key, entry in given.items() if key[0] in ("columns", "values")}


def _sentences(error: ValidationError, given: Mapping[Key, Given]) -> Iterator[str]:
    """Put pydantic's findings into the words of whoever wrote the configuration."""
    for finding in error.errors(include_url=False):
        place = tuple(str(part) for part in finding["loc"])
        # The place may end inside a list or a union: the key is where it was given.
        key = next((place[:end] for end in range(len(place), 0, -1) if place[:end] in given), place)
        entry = given.get(key, Given((), ".".join(key)))
        cause = finding.get("ctx", {}).get("error")
        rule = str(cause or _PLAIN.get(finding["type"]) or finding["msg"].replace("Input should", "must"))
        tellable = key[-1] not in SECRETS and isinstance(entry.value, str | int | float)
        # An address may hold a password.
        yield f"{entry.where} {rule}" + (f", not {entry.value!r}" if tellable and "@" not in str(entry.value) else "")


def _with_secret_of_file(settings: Settings) -> Settings:
    """Fill in the client secret where the file that holds it can be read; `require_access` says why where not."""
    clarus = settings.clarus
    if clarus.client_secret_file is None or clarus.client_secret.get_secret_value():
        return settings
    try:
        secret = _read_secret(clarus.client_secret_file)
    except UsageError:  # `check` and a rehearsal without a network need no secret
        return settings
    return settings.model_copy(update={"clarus": clarus.model_copy(update={"client_secret": secret})})


def _with_network(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Fill in the proxy and the certificates that the environment names, where the configuration names none."""
    clarus = settings.clarus
    found: dict[str, Any] = {}
    if not clarus.proxy and (proxy := network.proxy_of_environment(clarus.base_url, environ)):
        found["proxy"] = proxy
    encrypted = clarus.base_url.startswith("https:") or clarus.proxy or found
    if encrypted and clarus.ca_file is None and (authorities := network.certificates_of_environment(environ)):
        found["ca_file"] = authorities
    return settings.model_copy(update={"clarus": clarus.model_copy(update=found)}) if found else settings


def _read_secret(path: Path) -> SecretStr:
    try:
        secret = rules.secret(SecretStr(path.read_text(encoding="utf-8").strip()))
    except OSError as error:
        raise UsageError(f"clarus.client_secret_file {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"clarus.client_secret_file {path} {error}") from None
    if not secret.get_secret_value():
        raise UsageError(f"clarus.client_secret_file {path} is empty")
    return secret
