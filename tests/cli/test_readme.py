"""The README and docs/ say what the program does, as it does it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from pipeline.cli import main
from pipeline.config import (
    ENVIRONMENT,
    ClarusSettings,
    DropSettings,
    LogSettings,
    MetricsSettings,
    NotifySettings,
    Settings,
    load_settings,
)
from pipeline.config.cluster import ClusterSettings
from pipeline.values.outcomes import Status
from schemas import RECORD_TYPES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
EVERYWHERE = "\n".join(PAGES.values())  # a thing may be documented on either page


def blocks(kind: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", list(main.commands))
def test_every_command_and_option_is_there(command: str) -> None:
    """Under all its names."""
    options = [param for param in main.commands[command].params if isinstance(param, click.Option)]

    missing = [name for option in options for name in option.opts if f"`{name}`" not in EVERYWHERE]

    assert f"`clarus-batch {command}" in EVERYWHERE
    assert missing == []


def test_every_status_and_record_type_is_there() -> None:
    """Nobody meets a word in a results file that no page explains."""
    assert [status for status in Status if f"| `{status}` |" not in EVERYWHERE] == []
    assert [name for name in RECORD_TYPES if f"`{name}`" not in EVERYWHERE] == []


def test_the_demo_says_what_the_readme_shows(called: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """All but the name of the run."""
    shown = re.sub(r"\d{8}-\d{6}-\d{3}", "RUN", blocks("")[0])

    output = re.sub(r"\d{8}-\d{6}-\d{3}", "RUN", called("demo").stdout)

    assert shown in output


def test_the_example_configuration_is_whole_and_accepted(tmp_path: Path) -> None:
    """Every key is in it, with a value that the program takes."""
    [text] = blocks("toml", EVERYWHERE)
    path = tmp_path / "clarus.toml"
    path.write_text(text, encoding="utf-8")
    given = tomllib.loads(text)

    load_settings(path, "globex", environ={})

    secrets = {"client_secret", "access_token"}
    assert given.keys() - {"profiles"} == Settings.model_fields.keys() - {"spellings", "of_profiles"}
    assert given["clarus"].keys() == ClarusSettings.model_fields.keys() - secrets
    assert given["cluster"].keys() == ClusterSettings.model_fields.keys() - {"ledger"}
    assert given["drop"].keys() == DropSettings.model_fields.keys() - {"password_file", "endpoint_url"}  # of other urls
    for table, settings in (("notify", NotifySettings), ("log", LogSettings), ("metrics", MetricsSettings)):
        assert given[table].keys() == settings.model_fields.keys()
    assert [name for name in ENVIRONMENT if f"`{name}`" not in EVERYWHERE] == []


def test_every_module_is_on_the_map() -> None:
    """A stranger finds the place of a rule; and the map names nothing that is gone."""
    design = PAGES[ROOT / "docs" / "design.md"]
    the_map = design[design.index("| where | what |") : design.index("\n## ")]
    modules = [path for path in (ROOT / "pipeline").iterdir() if not path.name.startswith("_")]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in modules}

    named = {name.removeprefix("pipeline/") for name in re.findall(r"`([a-z_/]+(?:/|\.py))`", the_map)}

    assert names - named == set()
    assert named - names == {"schemas/", "vocabulary/"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_can_be_read_in_one_sitting(page: Path) -> None:
    """Some 250 lines at most."""
    assert len(PAGES[page].splitlines()) < 250


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading that it has."""
    dead = []
    for target, heading in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        path = page.parent / target if target else page
        if not path.exists() or (heading and heading not in anchors(path)):
            dead.append(f"{target}#{heading}")

    assert dead == []


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
