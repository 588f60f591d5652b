from __future__ import annotations

import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.config import Settings, load_settings, require_access
from pipeline.errors import UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test starts in an empty folder, as an operator does."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, path: Path = Path("clarus.toml")) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(text: str, **arguments: object) -> str:
    """The message with which a configuration file is refused."""
    written(text)
    with pytest.raises(UsageError) as refused:
        load_settings(**{"environ": {}, **arguments})  # type: ignore[arg-type]
    return str(refused.value)


def test_no_configuration_is_needed() -> None:
    """Without a file, variables and options every setting has its documented value."""
    settings = load_settings(environ={})

    assert settings == Settings()
    assert (settings.timezone, settings.unsent_columns, settings.existing_products) == ("UTC", "warn", "exists")
    assert (settings.inbox, settings.outbox) == (Path("inbox"), Path("outbox"))
    assert settings.clarus.base_url == "https://clarus-api.com"
    assert settings.clarus.concurrency == 32


def test_the_documented_file_is_read() -> None:
    """The example of the documentation, key by key."""
    written("""
        timezone = "Europe/London"
        date_formats = ["%d/%m/%Y"]
        unsent_columns = "error"
        fallback_encoding = ""
        existing_products = "update"
        settle_seconds = 1
        [clarus]
        base_url = "https://clarus-api.com/"
        subdomain = "acme-warehouse"
        client_id = "id"
        storage_unit_field = ""
        rate = 20
        [columns.orders]
        "PO Number" = "order_reference"
        [defaults.orders]
        warehouse_code = "WHS01"
        [values.orders.country_code]
        UK = "GB"
    """)

    settings = load_settings(environ={})

    assert settings.reading.zone == ZoneInfo("Europe/London")
    assert settings.reading.date_formats == ("%d/%m/%Y",)
    assert settings.fallback_encoding == ""
    assert settings.clarus.base_url == "https://clarus-api.com"
    assert settings.clarus.rate == 20
    assert settings.columns == {"orders": {"ponumber": "order_reference"}}
    assert settings.defaults == {"orders": {"warehouse_code": "WHS01"}}
    assert settings.values == {"orders": {"country_code": {"uk": "GB"}}}


def test_environment_wins_over_file_and_option_over_both() -> None:
    """The nearer to the command, the stronger; an empty variable and an option not given say nothing."""
    written('[clarus]\nsubdomain = "file"\nclient_id = "file"\nconcurrency = 2\nrate = 3')
    environ = {"CLARUS_SUBDOMAIN": "environment", "CLARUS_CLIENT_ID": "", "CLARUS_SCOPE": "wms"}

    settings = load_settings(environ=environ, overrides={"clarus.concurrency": 8, "clarus.rate": None})

    clarus = settings.clarus
    assert (clarus.subdomain, clarus.client_id, clarus.scope) == ("environment", "file", "wms")
    assert (clarus.concurrency, clarus.rate) == (8, 3)


def test_a_profile_is_laid_over_the_rest() -> None:
    """A profile changes what it names, however it is spelled, and leaves the rest; an empty default takes one back."""
    written("""
        [clarus]
        subdomain = "acme"
        client_id = "shared"
        [columns.orders]
        "PO Number" = "order_reference"
        [defaults.orders]
        warehouse_code = "WHS01"
        account_code = "ACME"
        [profiles.globex.clarus]
        subdomain = "globex"
        [profiles.globex.columns.Orders]
        "po-number" = "Alt Line Reference"
        [profiles.globex.defaults.orders]
        "Account Code" = ""
    """)

    settings = load_settings(profile="globex", environ={})

    assert (settings.clarus.subdomain, settings.clarus.client_id) == ("globex", "shared")
    assert settings.columns == {"orders": {"ponumber": "alt_line_reference"}}
    assert settings.defaults == {"orders": {"warehouse_code": "WHS01"}}
    assert load_settings(environ={}).clarus.subdomain == "acme"


def test_paths_start_from_the_file_that_names_them() -> None:
    """A path in the TOML is relative to its folder; one given as an option to the working directory."""
    config = written(
        'inbox = "in"\naddress_book = "/srv/book.csv"\n[clarus]\nclient_secret_file = "secret"', Path("etc/clarus.toml")
    )
    written("hush\n", Path("etc/secret"))

    settings = load_settings(config, environ={}, overrides={"outbox": Path("out")})

    assert settings.inbox == Path("etc/in")
    assert settings.outbox == Path("out")
    assert settings.address_book == Path("/srv/book.csv")
    assert settings.clarus.client_secret.get_secret_value() == "hush"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('timezome = "UTC"', "clarus.toml: unknown key 'timezome' (did you mean 'timezone'?)"),
        ("[clarus]\nconcurency = 2", "clarus.toml: unknown key 'clarus.concurency' (did you mean 'concurrency'?)"),
        ("[clarsu]\n", "clarus.toml: unknown key 'clarsu' (did you mean 'clarus'?)"),
        (
            "[profiles.test.clarus]\nrat = 2",
            "clarus.toml: unknown key 'clarus.rat' (did you mean 'rate'?) in profile 'test'",
        ),
        (
            '[defaults.ordres]\npriority = "5"',
            "clarus.toml: defaults.ordres.priority: unknown record type 'ordres' (did you mean 'orders'?)",
        ),
        (
            '[columns.orders]\nPO = "order_ref"',
            "clarus.toml: columns.orders.PO: unknown column 'order_ref' of orders (did you mean 'order_reference'?)",
        ),
        (
            '[values.orders.contry_code]\nUK = "GB"',
            "clarus.toml: values.orders.contry_code.UK: unknown column 'contry_code' of orders"
            " (did you mean 'country_code'?)",
        ),
    ],
)
def test_an_unknown_key_names_the_nearest(text: str, sentence: str) -> None:
    """A typing mistake is told, with the key that was probably meant."""
    assert refusal(text) == sentence


def test_a_key_near_to_none_names_them_all() -> None:
    """Where no known key is near, all are listed."""
    message = refusal("zebra = 1")

    assert message.startswith("clarus.toml: unknown key 'zebra' (the keys are ")
    assert "timezone" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'timezone = "Europe/Lundon"',
            "clarus.toml: timezone must be a time zone of the IANA database (did you mean 'Europe/London'?)",
        ),
        ('timezone = "Europe"', "clarus.toml: timezone must be"),
        ('date_formats = ["%d/%m"]', "'%d/%m' is not one"),
        ('date_formats = ["%d/%m/%Y %H:%M %Z"]', "'%d/%m/%Y %H:%M %Z' has %Z"),
        ('date_formats = ["%d/%m/%Y %H:%M CEST"]', "'%d/%m/%Y %H:%M CEST' has CEST"),
        ('date_formats = ["%d/%m/%Y %H:%M UTC+2"]', "'%d/%m/%Y %H:%M UTC+2' has UTC+2"),
        ('date_formats = ["%d/%m/%Y %Q"]', "'%d/%m/%Y %Q' is not one"),
        ('date_formats = ["%d/%m/%Y %H %H"]', "'%d/%m/%Y %H %H' is not one"),
        ('date_formats = "%d/%m/%Y"', "clarus.toml: date_formats must be a list, not '%d/%m/%Y'"),
        ('unsent_columns = "warm"', "clarus.toml: unsent_columns must be 'warn', 'error' or 'ignore', not 'warm'"),
        ('existing_products = "skip"', "must be 'exists', 'update' or 'error', not 'skip'"),
        ('fallback_encoding = "cp1525"', "clarus.toml: fallback_encoding must be an encoding"),
        ('fallback_encoding = "base64"', "clarus.toml: fallback_encoding must be an encoding"),
        ("settle_seconds = true", "clarus.toml: settle_seconds must be a valid number"),
        ("settle_seconds = nan", "clarus.toml: settle_seconds must be a finite number"),
        ("inbox = 5", "clarus.toml: inbox must be a path, not 5"),
        ("timezone.name = 5", "timezone must be a value, not a table"),
        ("clarus = 5", "clarus must be a table, [clarus]"),
        ("profiles = 5", "profiles must be tables"),
        ("[clarus]\nconcurrency = 0", "clarus.toml: clarus.concurrency must be greater than or equal to 1, not 0"),
        ("[clarus]\nconcurrency = 513", "must be less than or equal to 512, not 513"),
        ('[clarus]\nconcurrency = "8"', "clarus.concurrency must be a valid integer"),
        ("[clarus]\nrate = 0", "clarus.rate must be greater than 0, not 0"),
        ('[clarus]\nsubdomain = "acme\\r\\nX-Evil: 1"', "clarus.subdomain must be only the tenant's name"),
        ('[clarus]\nstorage_unit_field = "a b"', "clarus.storage_unit_field must be"),
        ('[clarus]\nbase_url = "clarus-api.com"', "must be an address such as https://clarus-api.com"),
        ('[clarus]\nbase_url = "https://clarus-api.com:x"', "must be an address such as https://clarus-api.com"),
        ('[clarus]\nbase_url = "http://clarus-api.com"', "must begin with https://"),
        ('[clarus]\nbase_url = "http://localhost.evil.com"', "must begin with https://"),
        ("[columns]\norders = 5", "columns.orders must be written as [columns.orders]"),
        ("[columns.orders]\nPO = 5", "columns.orders.PO must be the name of a column"),
        ('[columns.orders]\n"PO No" = "quantity"\npo_no = "notes"', "means the same as"),
        ('ignore_columns = ["Tags"]', "ignore_columns must be written as ignore_columns.orders = ["),
        ('[ignore_columns]\norders = "Tags"', "ignore_columns.orders must be a list of headings"),
        ('[ignore_columns]\norders = ["Tags", " "]', "ignore_columns.orders must be a list of headings"),
        ("[ignore_columns]\norders = [5]", "ignore_columns.orders must be a list of headings"),
        ('[ignore_columns]\nordres = ["Tags"]', "unknown record type 'ordres' (did you mean 'orders'?)"),
        ('unknown_columns = "wran"', "clarus.toml: unknown_columns must be 'warn', 'error' or 'ignore', not 'wran'"),
        ("[defaults.orders]\npriority = 2000", "defaults.orders.priority: '2000' is not between 1 and 99"),
        ('[defaults.orders]\nexpected_date_of_dispatch = "10/06/2026"', "is not a date"),
        ("[defaults.orders]\npriority = [1]", "defaults.orders.priority must be a text, a number"),
        ('[values.orders.country_code]\nUK = "UKI"', "values.orders.country_code.UK: 'UKI' is not a country code"),
        ('[values.orders.country_code]\nUK = ""', "must not be empty"),
        (
            "[clarus\n",
            "clarus.toml is not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 8)",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_key(text: str, words: str) -> None:
    """Every value is checked at the start, and the message says what would be right."""
    assert words in refusal(text)


def test_all_faults_are_told_at_once() -> None:
    """Whoever corrects a file needs one look at the messages, not one for each fault."""
    message = refusal('timezome = "UTC"\nzone = 5\n[clarus]\nconcurency = 3')

    assert len(message.splitlines()) == 3


def test_faults_of_variables_and_options_name_them() -> None:
    """A fault is looked for where it was said."""
    with pytest.raises(UsageError, match=r"^CLARUS_BASE_URL must begin with https://"):
        load_settings(environ={"CLARUS_BASE_URL": "http://clarus-api.com"})
    with pytest.raises(UsageError, match=r"^--rate must be greater than 0, not -1"):
        load_settings(environ={}, overrides={"clarus.rate": -1})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])
def test_plain_http_reaches_this_machine_only(host: str) -> None:
    """The sandbox needs no certificate; anything further away does."""
    settings = load_settings(environ={"CLARUS_BASE_URL": f"http://{host}:8080"})

    assert settings.clarus.base_url == f"http://{host}:8080"


def test_toml_values_become_cells() -> None:
    """Numbers, dates and booleans of TOML stand for what a file would say."""
    written(
        "[defaults.orders]\npriority = 5\nquantity = 1.5\nallow_duplicate = true\n"
        "expected_date_of_dispatch = 2026-06-10"
    )

    settings = load_settings(environ={})

    assert settings.defaults["orders"] == {
        "priority": "5",
        "quantity": "1.5",
        "allow_duplicate": "true",
        "expected_date_of_dispatch": "2026-06-10",
    }


def test_defaults_are_read_like_the_files() -> None:
    """A default may use the configured date formats."""
    written('date_formats = ["%d/%m/%Y"]\n[defaults.orders]\nexpected_date_of_dispatch = "10/06/2026"')

    assert load_settings(environ={}).defaults["orders"] == {"expected_date_of_dispatch": "10/06/2026"}


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    """A typing mistake after --config is no empty configuration."""
    with pytest.raises(UsageError, match=r"nowhere\.toml cannot be read: No such file"):
        load_settings(Path("nowhere.toml"), environ={})
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, environ={})


def test_a_file_of_notepad_is_read() -> None:
    """A BOM is no fault; another encoding is one, in words."""
    Path("clarus.toml").write_bytes(b'\xef\xbb\xbftimezone = "Europe/London"\n')
    Path("ansi.toml").write_bytes('timezone = "München"'.encode("cp1252"))

    assert load_settings(environ={}).timezone == "Europe/London"
    with pytest.raises(UsageError, match=r"ansi\.toml is not in UTF-8"):
        load_settings(Path("ansi.toml"), environ={})


def test_ignored_headings_are_known_however_they_are_written() -> None:
    """By their letters and digits; a profile has its own list."""
    written("""
        ignore_columns.orders = ["Lineitem Tags", "Größe"]
        [profiles.globex.ignore_columns]
        Orders = ["Notes (internal)"]
    """)

    plain, globex = load_settings(environ={}), load_settings(profile="globex", environ={})

    assert plain.ignore_columns == {"orders": ("lineitemtags", "grösse")}
    assert globex.ignore_columns == {"orders": ("notesinternal",)}


def test_an_unknown_profile_lists_the_known() -> None:
    """The message has the names to choose from."""
    with pytest.raises(UsageError, match=r"There is no clarus.toml in this folder, and so no profile 'globex'"):
        load_settings(profile="globex", environ={})
    assert refusal("[profiles.acme]\n[profiles.initech.clarus]\nrate = 1", profile="globex") == (
        "clarus.toml: there is no profile 'globex'; its profiles are acme, initech"
    )
    assert refusal("", profile="globex") == "clarus.toml: there is no profile 'globex'; it has no profiles"


def test_values_of_other_profiles_do_not_matter() -> None:
    """A profile is validated when it is chosen."""
    written("[profiles.acme.clarus]\nrate = 0")

    assert load_settings(environ={}).clarus.rate is None
    with pytest.raises(UsageError, match=r"clarus\.toml: profiles\.acme\.clarus\.rate must be greater than 0"):
        load_settings(profile="acme", environ={})


@pytest.mark.parametrize("key", ["client_secret", "access_token"])
@pytest.mark.parametrize("place", ["clarus", "profiles.test.clarus"])
def test_secrets_are_refused_in_the_file(key: str, place: str) -> None:
    """The message says where a secret may stand instead, and does not repeat it."""
    message = refusal(f'[{place}]\n{key} = "hush-hush"')

    assert "client_secret_file" in message
    assert f"CLARUS_{key.upper()}" in message
    assert "hush-hush" not in message


def test_secrets_are_never_shown() -> None:
    """Neither the value, nor a message, nor a traceback shows a secret."""
    secret, token = "hush" * 2, "tok" * 2  # put together, so that this line of a traceback does not show them
    environ = {"CLARUS_CLIENT_SECRET": secret, "CLARUS_ACCESS_TOKEN": token}

    settings = load_settings(environ=environ)
    with pytest.raises(UsageError) as broken:
        load_settings(environ={**environ, "CLARUS_CLIENT_SECRET": f"{secret} two"})
    with pytest.raises(UsageError) as password:
        load_settings(environ={"CLARUS_BASE_URL": f"https://jo:{secret}@clarus-api.com"})

    tracebacks = ["".join(traceback.format_exception(refused.value)) for refused in (broken, password)]
    shown = [repr(settings), str(settings), *tracebacks]
    assert not any(word in text for word in (secret, token) for text in shown)


def test_the_variable_wins_over_the_secret_file() -> None:
    """A secret in the environment is used though a file is named."""
    written('[clarus]\nclient_secret_file = "absent"')

    settings = load_settings(environ={"CLARUS_CLIENT_SECRET": "hush"})

    assert settings.clarus.client_secret.get_secret_value() == "hush"


def test_access_needs_a_tenant_and_an_identity() -> None:
    """What is missing is named, all of it, with the places to give it."""
    with pytest.raises(UsageError) as refused:
        require_access(load_settings(environ={}))

    message = str(refused.value)
    assert all(name in message for name in ("CLARUS_SUBDOMAIN", "CLARUS_CLIENT_ID", "CLARUS_CLIENT_SECRET"))


@pytest.mark.parametrize(
    "environ",
    [
        {"CLARUS_SUBDOMAIN": "acme", "CLARUS_ACCESS_TOKEN": "token"},
        {"CLARUS_SUBDOMAIN": "acme", "CLARUS_CLIENT_ID": "id", "CLARUS_CLIENT_SECRET": "secret"},
    ],
)
def test_access_by_token_or_by_secret(environ: dict[str, str]) -> None:
    """An access token alone is enough, and so are client id and secret."""
    require_access(load_settings(environ=environ))


def test_a_secret_file_is_read_when_it_is_needed() -> None:
    """Commands that do not talk to Clarus go on without it; those that do say what is wrong with it."""
    written('[clarus]\nsubdomain = "acme"\nclient_id = "id"\nclient_secret_file = "secret"')
    settings = load_settings(environ={})

    with pytest.raises(UsageError, match="client_secret_file secret cannot be read: No such file"):
        require_access(settings)
    written("\n", Path("secret"))
    with pytest.raises(UsageError, match="client_secret_file secret is empty"):
        require_access(settings)


def test_settings_are_frozen_and_travel() -> None:
    """One value for the whole run, in child processes too."""
    settings = load_settings(environ={"CLARUS_CLIENT_SECRET": "hush"})

    with pytest.raises(ValueError, match="frozen"):
        settings.timezone = "UTC"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_help_does_not_wait_for_pandas() -> None:
    """Importing the configuration imports neither pandas nor pandera."""
    program = "import sys, pipeline.config; sys.exit(bool({'pandas', 'pandera', 'schemas'} & set(sys.modules)))"

    outcome = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)

    assert outcome.returncode == 0
