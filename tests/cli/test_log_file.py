"""The log: what went on, line by line, without secrets, and without harm to a run."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.log_file import logging_to_file
from pipeline.config import LogSettings, Settings, load_settings

GOOD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"
BAD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\nA2,,GB,N1 1AA\n"


def test_each_line_has_its_time_and_its_run(operator: Any) -> None:
    """The time with its zone; what was counted, and the exit code."""
    operator.configure(sections='[log]\nfile = "logs/clarus.log"\n')
    operator.drop("customers.csv", BAD)

    called = operator.call("run", "-q")

    lines = (operator.folder / "logs" / "clarus.log").read_text(encoding="utf-8").splitlines()
    assert called.stderr == ""
    assert all(datetime.fromisoformat(line.split()[0]).tzinfo for line in lines)
    assert any(f"{operator.runs()[-1].name} customers.csv: 1 created, 1 invalid" in line for line in lines)
    assert "run ended with exit code 1" in lines[-1]
    assert "WARNING" in lines[-1]
    assert (operator.folder / "logs" / "clarus.log").stat().st_mode & 0o777 == 0o600


def test_programs_read_one_object_a_line(operator: Any) -> None:
    """With `format = "json"`."""
    operator.configure(sections='[log]\nfile = "clarus.log"\nformat = "json"\n')
    operator.drop("customers.csv", GOOD)

    operator.call("run")

    told = [json.loads(line) for line in (operator.folder / "clarus.log").read_text().splitlines()]
    assert all({"time", "level", "run", "logger", "message"} <= line.keys() for line in told)
    assert operator.runs()[-1].name in {line["run"] for line in told}


@pytest.mark.parametrize(("words", "said"), [(["run", "nowhere.csv"], "there is no file nowhere.csv")])
def test_errors_are_in_it(operator: Any, words: list[str], said: str) -> None:
    """As the screen shows them."""
    operator.configure(sections='[log]\nfile = "clarus.log"\nlevel = "error"\n')

    operator.call(*words)

    [line] = (operator.folder / "clarus.log").read_text().splitlines()
    assert line.endswith(f"ERROR   - {said}")


def test_nothing_secret_and_nobody_s_address_is_in_it(tmp_path: Path) -> None:
    """Whoever has put it into a message, or into an error."""
    settings = load_settings(environ={"CLARUS_CLIENT_SECRET": "s3cr3t-of-clarus"})
    settings = settings.model_copy(update={"log": LogSettings(file=tmp_path / "log", level="debug")})
    log = logging.getLogger("test")
    with logging_to_file(settings):
        log.info("sent s3cr3t-of-clarus, Authorization: Bearer ey.J0.x, to ann@example.com")
        log.info('{"client_secret": "abcdef"} through http://me:pass@proxy.example:8080')
        try:
            int("bob@example.com")
        except ValueError:
            log.exception("what\nhappened")

    text = (tmp_path / "log").read_text()
    for hidden in ("s3cr3t", "ey.J0", "ann@", "bob@", "abcdef", "me:pass"):
        assert hidden not in text
    assert "proxy.example:8080" in text
    assert r"what\nhappened" in text
    assert "Traceback" in text


def test_it_rotates(tmp_path: Path) -> None:
    """At `max_mb`, with `keep` older files beside it."""
    settings = Settings(log=LogSettings(file=tmp_path / "log", max_mb=0.001, keep=2))
    with logging_to_file(settings):
        for number in range(100):
            logging.getLogger("test").warning("line %s %s", number, "x" * 50)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "log.1", "log.2"]
    assert "line 99 " in (tmp_path / "log").read_text()
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())


def test_a_log_that_another_process_has_rotated_is_opened_anew(tmp_path: Path) -> None:
    """Its lines go into the file of that name."""
    with logging_to_file(Settings(log=LogSettings(file=tmp_path / "log"))):
        logging.getLogger("test").warning("first")
        (tmp_path / "log").rename(tmp_path / "log.1")
        logging.getLogger("test").warning("second")

    assert "second" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("place", ["/dev/full", "folder", "file/log"])
def test_trouble_with_it_is_one_warning(operator: Any, place: str) -> None:
    """A full disk, or a path where nothing can be written: the run goes on."""
    if place == "/dev/full" and not Path(place).exists():
        pytest.skip("no full disk here")
    (operator.folder / "folder").mkdir()
    (operator.folder / "file").touch()
    operator.configure(sections=f'[log]\nfile = "{place}"\n')
    operator.drop("customers.csv", GOOD)

    called = operator.call("run")

    assert called.exit_code == 0
    assert called.stderr.count("warning: the log") == 1
    assert operator.statuses("customers.results.csv") == ["created"]
