"""Options of the tests, somebody who works with the command line, and tables taken as far as a test wants them."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.extract import Options, extract
from pipeline.sandbox import Sandbox
from pipeline.transform import transform
from pipeline.transform.address_book import AddressBook
from pipeline.validate import Rules, validate
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable
from pipeline.values.tables import Table


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-expected",
        action="store_true",
        help="write what comes of the files in tests/promises/corpus as what is expected of them",
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each core: half of the time the tests wait for timers and for other processes."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each Nth case of a slow test into the quick run, where its mark says `keep_each=N`."""
    seen = Counter[str]()
    for item in items:
        mark = item.get_closest_marker("slow")
        if mark is None or "keep_each" not in mark.kwargs:
            continue
        test = item.nodeid.partition("[")[0]
        if seen[test] % mark.kwargs["keep_each"] == 0:
            item.own_markers = [own for own in item.own_markers if own.name != "slow"]
        seen[test] += 1


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of its own; `.ci/run` sees to it that there is one to start."""
    server = pytest.importorskip("postgres", reason="psycopg is not installed")
    if server.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with server.Server() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody in a folder of their own, with a Clarus of their own."""

    folder: Path
    clarus: Sandbox

    @property
    def inbox(self) -> Path:
        """Made, so that files can be dropped."""
        return self.folder / "inbox"

    @property
    def outbox(self) -> Path:
        """Where the runs are."""
        return self.folder / "outbox"

    def configure(self, top: str = "", sections: str = "") -> None:
        """Write the configuration: how Clarus is reached, and what is given."""
        clarus = f'[clarus]\nbase_url = "{self.clarus.url}"\nretry_wait_seconds = 0.01\ngive_up_seconds = 0.5\n'
        short = {"timeout_seconds": 2, "doubt_seconds": 0.5}  # what is in doubt is waited for
        doubt = "".join(f"{key} = {seconds}\n" for key, seconds in short.items() if key not in sections)
        text = f"settle_seconds = 0\n{top}\n{clarus}read_settle_seconds = 0\n{doubt}{sections}"
        (self.folder / "clarus.toml").write_text(text, encoding="utf-8")

    def drop(self, name: str, text: str) -> Path:
        """Put a text file into the inbox."""
        path = self.inbox / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def call(self, *words: str | Path) -> Result:
        """Call a command in this process."""
        return CliRunner().invoke(main, [str(word) for word in words])

    def runs(self) -> list[Path]:
        """The folders of the runs, the latest at the end."""
        return sorted(path for path in self.outbox.glob("*") if path.is_dir())

    def results(self, name: str) -> list[dict[str, str]]:
        """The rows of a CSV file in the folder of the latest run."""
        with (self.runs()[-1] / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def statuses(self, name: str) -> list[str]:
        """The status of each row of a results file of the latest run."""
        return [row["clarus_status"] for row in self.results(name)]

    def correct(self, failed: Path, name: str, words: Mapping[str, str]) -> Path:
        """Put a failed workbook into the inbox under a name, with other words for those that are wrong."""
        book = openpyxl.load_workbook(failed)
        for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
            cell.value = words.get(cell.value, cell.value)
        book.save(self.inbox / name)
        return self.inbox / name

    def summary(self) -> dict[str, Any]:
        """The summary of the latest run."""
        read: dict[str, Any] = json.loads((self.runs()[-1] / "summary.json").read_text(encoding="utf-8"))
        return read

    def posts(self) -> int:
        """How many records Clarus was sent."""
        counts = self.clarus.requests.counts
        return sum(count for name, count in counts.items() if name.startswith("POST /api"))


_OF_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Somebody with an empty inbox, whose Clarus holds what every new one holds."""
    for name in list(os.environ):
        if name.startswith("CLARUS_") or name.lower().endswith("_proxy") or name in _OF_CERTIFICATES:
            monkeypatch.delenv(name)
    for name in ("SUBDOMAIN", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"CLARUS_{name}", "sandbox")
    monkeypatch.chdir(tmp_path)
    with Sandbox() as clarus:
        somebody = Operator(tmp_path, clarus)
        somebody.inbox.mkdir()
        somebody.configure()
        yield somebody


NO_RULES = Rules()

ReadTable = Callable[..., Table]


class Validate(Protocol):
    def __call__(self, text: str, rules: Rules = ..., *, name: str = ...) -> CleanTable: ...


class Transform(Protocol):
    def __call__(
        self, text: str, rules: Rules = ..., *, name: str = ..., book: AddressBook | None = ...
    ) -> DocumentTable: ...


@pytest.fixture
def read_table(tmp_path: Path) -> ReadTable:
    """Writes a CSV file and extracts its table; `defaulted` are headings that it may lack."""

    def read(text: str, name: str = "orders.csv", defaulted: tuple[str, ...] = ()) -> Table:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        every = dict.fromkeys(("orders", "receipts", "products", "addresses"), defaulted)
        [table] = extract(path, Options(defaulted=every))
        return table

    return read


@pytest.fixture
def validated(read_table: ReadTable) -> Validate:
    def clean(text: str, rules: Rules = NO_RULES, *, name: str = "orders.csv") -> CleanTable:
        return validate(read_table(text, name, tuple(rules.defaults)), rules)

    return clean


@pytest.fixture
def transformed(validated: Validate) -> Transform:
    def grouped(
        text: str, rules: Rules = NO_RULES, *, name: str = "orders.csv", book: AddressBook | None = None
    ) -> DocumentTable:
        return transform(validated(text, rules, name=name), book)

    return grouped
