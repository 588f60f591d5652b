"""A drop is emptied once, whatever happens at whichever step: nothing is lost, nothing is taken twice."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.commands import READ
from pipeline.config import load_settings
from pipeline.drops import Drop
from pipeline.drops.folders import Folder
from pipeline.drops.local import LocalFiles
from pipeline.runs.ledger_file import open_ledger

GOOD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"
BAD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\nA2,,GB,N1 1AA\n"


@pytest.fixture
def remote(operator: Any) -> Path:
    """A folder elsewhere, configured as the drop."""
    folder = Path(operator.folder / "remote")
    folder.mkdir()
    configure(operator)
    return folder


def configure(operator: Any, more: str = "") -> None:
    url = (operator.folder / "remote").as_uri()
    operator.configure(sections=f'[drop]\nurl = "{url}"\nsettle_seconds = 0.01\n{more}\n')


def names(folder: Path) -> list[str]:
    """What lies in a folder, and in those below it; runs are called RUN."""
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path.parent / ("RUN" + path.name[19:] if path.name[:2] == "20" else path.name)) for path in found)


def test_files_are_fetched_loaded_and_answered(operator: Any, remote: Path) -> None:
    """Results and failed files come back under the name of the run, and the file itself is archived."""
    (remote / "customers.csv").write_text(BAD)
    (remote / "part.csv.part").write_text("code")

    called = operator.call("run")
    again = operator.call("run")

    assert (called.exit_code, again.exit_code) == (1, 0), called.output
    assert names(remote) == [
        "done/RUN_customers.csv",
        "part.csv.part",
        "results/RUN_customers.failed.xlsx",
        "results/RUN_customers.results.csv",
    ]
    assert operator.posts() == 1
    assert [*operator.inbox.iterdir()] == []


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ('archive = ""\nresults = ""', ["customers.csv"]),
        ('archive = "delete"', ["results/RUN_customers.results.csv"]),
    ],
)
def test_what_becomes_of_it_is_configured(operator: Any, remote: Path, more: str, left: list[str]) -> None:
    """A file that is left there is not taken again, until it changes."""
    configure(operator, more)
    (remote / "customers.csv").write_text(GOOD)

    operator.call("run")
    operator.call("run")

    assert names(remote) == left
    assert len([path for path in operator.runs() if path.name != ".drop"]) == 1
    assert [*(operator.outbox / ".drop").iterdir()] == []


def test_other_files_stay_and_are_told(operator: Any, remote: Path) -> None:
    """As in the inbox; what `pattern` leaves out is nobody's affair."""
    (remote / "notes.pdf").write_text("x")
    told = operator.call("run")
    configure(operator, 'pattern = "*.csv"')

    assert (told.exit_code, operator.call("run").exit_code) == (1, 0)
    assert "notes.pdf is left in the drop" in told.stderr
    assert names(remote) == ["notes.pdf"]


def test_a_rehearsal_leaves_it_alone(operator: Any, remote: Path) -> None:
    """Nothing is fetched or claimed."""
    (remote / "customers.csv").write_text(GOOD)

    assert operator.call("run", "--dry-run").exit_code == 0

    assert names(remote) == ["customers.csv"]


def test_local_files_are_done_where_the_drop_is_out_of_reach(operator: Any, remote: Path) -> None:
    """Exit code 3 after that, and one sentence."""
    remote.rmdir()
    operator.drop("customers.csv", GOOD)

    called = operator.call("run")

    assert called.exit_code == 3
    assert "cannot be reached: there is no folder" in called.stdout
    assert operator.statuses("customers.results.csv") == ["created"]


def test_a_file_waits_claimed_until_its_rows_are_in(
    operator: Any, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Clarus is out of reach, the next run goes on with it and archives it then."""
    (remote / "customers.csv").write_text(GOOD)
    monkeypatch.setenv("CLARUS_BASE_URL", "http://127.0.0.1:9")
    first = operator.call("run")
    there = names(remote)
    monkeypatch.delenv("CLARUS_BASE_URL")
    second = operator.call("run")

    assert (first.exit_code, second.exit_code) == (3, 0), second.output
    assert [name.startswith((".clarus-", "results/")) for name in there] == [True, True]
    assert names(remote) == ["done/RUN_customers.csv", "results/RUN_customers.results.csv"]
    assert operator.posts() == 1


class Killed(BaseException):
    """The process ends here."""


class Dying:
    """A place at which the process dies before or after its n-th verb."""

    appears_whole = False

    def __init__(self, place: Folder, at: int, after: bool) -> None:
        self._place, self._left, self._after = place, at, after

    def __getattr__(self, verb: str) -> Any:
        async def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
            result = await getattr(self._place, verb)(*arguments)
            if self._left == 0:
                raise Killed
            return result

        return call


@pytest.mark.slow(keep_each=4)
@pytest.mark.parametrize(("at", "after"), [(at, after) for at in range(1, 12) for after in (False, True)])
def test_a_death_at_any_step_changes_nothing(operator: Any, remote: Path, at: int, after: bool) -> None:
    """The next run goes on: each file is loaded once, answered and archived."""
    for name in ("a", "b"):
        (remote / f"{name}.csv").write_text(GOOD.replace("A1", name.upper()))
    settings = load_settings(environ={})

    async def die(gives_back: bool) -> None:
        ledger = open_ledger(settings.outbox)
        place = Dying(Folder(LocalFiles(remote)), at, after)
        drop = Drop(settings, ledger, READ)
        try:
            with suppress(Killed):
                await (drop.give_back(place) if gives_back else drop.fetch(place))
        finally:
            await ledger.close()

    operator.outbox.mkdir()
    asyncio.run(die(gives_back=False))
    between = operator.call("run", "--concurrency", "1") if at % 2 else None
    asyncio.run(die(gives_back=True))
    ended = operator.call("run")

    assert between is None or between.exit_code == 0, between.output
    assert ended.exit_code == 0, ended.output
    assert names(remote) == [
        "done/RUN_a.csv",
        "done/RUN_b.csv",
        "results/RUN_a.results.csv",
        "results/RUN_b.results.csv",
    ]
    assert operator.posts() == 2


def test_two_who_take_from_one_folder_share_it(operator: Any, remote: Path) -> None:
    """Exactly one gets a file."""
    (remote / "customers.csv").write_text(GOOD)
    place = Folder(LocalFiles(remote))

    async def both() -> list[Any]:
        [file] = await place.listing()
        return [await place.claim(file, key) for key in ("one", "other")]

    first, second = asyncio.run(both())

    assert (first is None, second is None) == (False, True)


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ('url = "sftp://me@h/x"', "drop must have known_hosts_file"),
        ('url = "sftp://me@h/x"\nknown_hosts_file = "k"', "drop must have one of key_file and password_file"),
        ('url = "sftp://me:pw@h/x"', "must not hold a password"),
        ('url = "ftp://h/x"', "must be an address such as sftp://"),
        ('url = "file:///x"\narchive = "../x"', "must be a folder below that of the url"),
        ('url = "file:///x"\nkey_file = "k"', "must not have known_hosts_file, key_file or password_file"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_done(operator: Any, section: str, fault: str) -> None:
    """Exit code 2, without a password."""
    operator.configure(sections=f"[drop]\n{section}\n")

    called = operator.call("run")

    assert called.exit_code == 2
    assert fault in called.stderr
    assert "pw" not in called.stderr
