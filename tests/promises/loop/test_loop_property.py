"""Any table, any damage that a spreadsheet does, any number of rounds: nothing is sent twice, and nothing is lost."""

from __future__ import annotations

import contextlib
import csv
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.sandbox import Fault, Sandbox, What
from tests.conftest import Operator

REFERENCES = ("0001", "0042", "42", "1E5", "SO-1", "5012345678900", "2026-06-01", "007.50", "1.10", "10 000")
PRODUCTS = ("00731", "731", "1E5", "K-1")
HEADING = ("order_reference", "account_code", "expected_date_of_dispatch", "recipient_name", "product_code", "quantity")
WRONG = "zwei"  # corrected to 2

Rows = list[list[str]]


def as_excel(cell: str) -> str:
    """Digits are numbers: zeros in front are lost, and long ones become an exponent; dates are those of the locale."""
    if cell.isdigit() and cell != "0":
        return cell.lstrip("0") if len(cell) < 12 else f"{float(cell):.5E}"
    if cell == "1E5":
        return "1.00E+05"
    if len(cell) == 10 and cell[4] == cell[7] == "-":
        return "/".join(reversed(cell.split("-")))
    return cell


def as_other_program(cell: str) -> str:
    """Numbers lose zeros on either side, dates have points."""
    if cell in ("007.50", "1.10"):
        return cell.strip("0")
    if len(cell) == 10 and cell[4] == cell[7] == "-":
        return ".".join(reversed(cell.split("-")))
    return {"0042": "42.0"}.get(cell, as_excel(cell))


@st.composite
def tables(draw: st.DrawFn) -> Rows:
    """Orders of one to three lines; some have a quantity that somebody has to correct."""
    rows = []
    for reference in draw(st.lists(st.sampled_from(REFERENCES), min_size=2, max_size=6, unique=True)):
        for _ in range(draw(st.integers(1, 3))):
            product = draw(st.sampled_from(PRODUCTS))
            quantity = draw(st.sampled_from(["1", "3", "12", WRONG]))
            rows.append([reference, "ACME", "2026-06-10", "Jo", product, quantity])
    return rows


@contextlib.contextmanager
def somebody() -> Iterator[Operator]:
    """An operator whose Clarus has the products."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), Sandbox() as clarus:
        operator = Operator(Path(folder), clarus)
        operator.inbox.mkdir()
        operator.configure()
        lines = "".join(f"{code},Thing,EACH\n" for code in PRODUCTS)
        operator.drop("p.csv", f"Code,Description,Unit Stock Unit Type Code\n{lines}")
        assert operator.call("run").exit_code == 0
        yield operator


@pytest.fixture(autouse=True, scope="module")
def credentials() -> Iterator[None]:
    """Those of the sandbox, for all examples of a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SUBDOMAIN", "CLIENT_ID", "CLIENT_SECRET"):
            patch.setenv(f"CLARUS_{name}", "sandbox")
        yield


def read(path: Path) -> Rows:
    """The rows of a results or failed file, with its heading."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    [sheet] = [sheet for sheet in openpyxl.load_workbook(path) if sheet.title != "Problems"]
    return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def save(rows: Rows, path: Path) -> None:
    """As text, or as a workbook in which digits are numbers."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
        return
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([int(cell) if cell.isdigit() and len(cell) < 12 else cell or None for cell in row])
    book.save(path)


def edited(rows: Rows, change: Callable[[str], str], chance: random.Random) -> Rows:
    """The file as it comes back: changed, corrected, perhaps sorted, turned round, or without what is done."""
    heading, *body = rows
    status = heading.index("clarus_status")
    if chance.random() < 0.3:
        body = [row for row in body if row[status] not in ("created", "exists")] or body
    if chance.random() < 0.5:
        chance.shuffle(body)
    body = [["2" if cell == WRONG else change(cell) for cell in row] for row in body]
    if chance.random() < 0.3:
        return [row[::-1] for row in [heading, *body]]
    return [heading, *body]


def interrupt(operator: Operator, after: int) -> None:
    """Credentials are refused once so many orders went through."""
    operator.clarus.faults.add(Fault(what=What.STATUS, status=401, path="/api/goods_outs", skip=after, times=10_000))


def orders_in(operator: Operator) -> list[tuple[str, tuple[tuple[str, float], ...]]]:
    """What Clarus holds: references, with codes and quantities of the lines, in an order of their own."""
    codes = {product.id: product.attributes["code"] for product in operator.clarus.records("products")}
    held = [
        (
            order.attributes["reference"],
            tuple(
                sorted(
                    (codes[line.attributes["product_id"]], float(line.attributes["order_quantity"]))
                    for line in order.lines
                )
            ),
        )
        for order in operator.clarus.records("goods_outs")
    ]
    return sorted(held)


def wanted(rows: Rows) -> list[tuple[str, tuple[tuple[str, float], ...]]]:
    """What Clarus has to hold in the end."""
    orders: dict[str, list[tuple[str, float]]] = {}
    for reference, *_, product, quantity in rows:
        orders.setdefault(reference, []).append((product, 2.0 if quantity == WRONG else float(quantity)))
    return sorted((reference, tuple(sorted(lines))) for reference, lines in orders.items())


def go_round(rows: Rows, chance: random.Random, rounds: int) -> None:
    """Drop the table in, let what came of it come back damaged, and look at Clarus after each round."""
    target = wanted(rows)
    with somebody() as operator:
        save([list(HEADING), *rows], operator.inbox / "o.csv")
        interrupt(operator, chance.randint(0, 4))
        operator.call("run", "-q")
        for number in range(rounds):
            operator.clarus.faults.replace()
            last = number == rounds - 1
            if not last and chance.random() < 0.5:
                interrupt(operator, chance.randint(0, 4))
            newest = operator.runs()[-1]
            came = sorted(newest.glob("o.failed.xlsx")) or sorted(newest.glob("o.results.*"))
            source = came[0] if chance.random() < 0.5 else sorted(newest.glob("o.results.*"))[0]
            change = chance.choice([as_excel, as_other_program, str])
            save(edited(read(source), change, chance), operator.inbox / f"o{chance.choice(['.csv', '.xlsx'])}")
            called = operator.call("run", "-q")
            held = [reference for reference, _ in orders_in(operator)]
            assert len(set(held)) == len(held), f"twice: {held}"
            assert set(orders_in(operator)) <= set(target), called.output
        assert operator.call("run", "-q").exit_code == 0, called.output
        assert orders_in(operator) == target, called.output


# An example is a second of work: to look for a smaller one would take minutes.
OPTIONS = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(OPTIONS, max_examples=8)
@given(tables(), st.randoms(use_true_random=False), st.integers(2, 4))
def test_a_table_that_comes_back_damaged_is_sent_whole_and_once(rows: Rows, chance: random.Random, rounds: int) -> None:
    """After every round each order that Clarus holds is one of the table, once; in the end all of them are there."""
    go_round(rows, chance, rounds)


@pytest.mark.slow
@settings(OPTIONS, max_examples=60)
@given(tables(), st.randoms(use_true_random=False), st.integers(2, 4))
def test_many_tables_that_come_back_damaged(rows: Rows, chance: random.Random, rounds: int) -> None:
    """The same, over many more tables."""
    go_round(rows, chance, rounds)
