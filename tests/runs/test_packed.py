"""Packed files: what they hold is loaded, and comes back under its own name."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

HEADING = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,quantity_dimension\n"


def orders(letter: str, count: int = 2) -> bytes:
    rows = (f"{letter}-{number},ACME,2026-12-01,DEMO-002,{number + 1},unit\n" for number in range(count))
    return (HEADING + "".join(rows)).encode()


def workbook(letter: str) -> bytes:
    book, text = openpyxl.Workbook(), io.BytesIO()
    for line in orders(letter).decode().splitlines():
        book.active.append(line.split(","))
    book.save(text)
    return text.getvalue()


def with_macros(plain: bytes) -> bytes:
    """The same workbook as Excel writes it with macros."""
    macros = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(macros, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "[Content_Types].xml":
                kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
                assert kind in text
                text = text.replace(kind, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
                override = (
                    b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
                )
                text = text.replace(b"</Types>", override + b"</Types>")
            if name.endswith("workbook.xml.rels"):
                kind = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
                macro = b'<Relationship Id="rIdV" Type="' + kind + b'" Target="vbaProject.bin"/>'
                text = text.replace(b"</Relationships>", macro + b"</Relationships>")
            target.writestr(name, text)
        target.writestr("xl/vbaProject.bin", b"macros")
    return macros.getvalue()


def packed(members: Mapping[str, bytes]) -> bytes:
    text = io.BytesIO()
    with zipfile.ZipFile(text, "w", zipfile.ZIP_DEFLATED) as package:
        for name, member in members.items():
            package.writestr(name, member)
    return text.getvalue()


def references(operator: Any) -> list[str]:
    made = [record for record in operator.clarus.records("goods_outs") if record.made_at]
    return sorted(record.attributes["reference"] for record in made)


def test_a_gzipped_file_comes_back_under_its_own_name(operator: Any) -> None:
    """`orders.csv.gz` gives `orders.results.csv`, beside what was dropped."""
    (operator.inbox / "orders.csv.gz").write_bytes(gzip.compress(orders("A")))

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert operator.statuses("orders.results.csv") == ["created", "created"]
    assert {"orders.csv.gz", "orders.csv"} <= {path.name for path in operator.runs()[-1].iterdir()}
    assert references(operator) == ["A-0", "A-1"]


def test_a_zip_gives_results_for_each_member(operator: Any) -> None:
    """In folders of it too; what desktops leave in it is passed over, and a name that is taken gets a number."""
    members = {"orders.csv": orders("A"), "shop/orders.csv": orders("B"), "__MACOSX/orders.csv": b"junk"}
    (operator.inbox / "night.zip").write_bytes(packed(members))
    operator.drop("orders.csv", orders("C").decode())

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert references(operator) == ["A-0", "A-1", "B-0", "B-1", "C-0", "C-1"]
    assert {path.name for path in operator.runs()[-1].glob("*.results.csv")} == {
        "orders.results.csv",
        "orders-2.results.csv",
        "shop-orders.results.csv",
    }


def test_a_workbook_with_macros_gives_one_without(operator: Any) -> None:
    """Its results open as an ordinary workbook."""
    (operator.inbox / "orders.xlsm").write_bytes(with_macros(workbook("A")))

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert references(operator) == ["A-0", "A-1"]
    with zipfile.ZipFile(operator.runs()[-1] / "orders.results.xlsx") as package:
        assert not [name for name in package.namelist() if "vba" in name.lower()]
        assert b"macroEnabled" not in package.read("[Content_Types].xml")


def test_what_a_packed_file_holds_is_loaded_once(operator: Any) -> None:
    """A run that is taken up again finds the same members; the file dropped again changes nothing."""
    text = gzip.compress(orders("A"))
    (operator.inbox / "orders.csv.gz").write_bytes(text)
    operator.clarus.conditions.outage = True
    first = operator.call("run", "-q").exit_code
    operator.clarus.conditions.outage = False

    codes = [operator.call("run", "-q").exit_code]
    (operator.inbox / "orders.csv.gz").write_bytes(text)
    codes.append(operator.call("run", "-q").exit_code)

    assert (first, codes) == (3, [0, 0])
    assert references(operator) == ["A-0", "A-1"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.csv.gz", lambda: b"no gzip", "is damaged, or no .gz file"),
        ("a.csv.gz", lambda: gzip.compress(orders("A"))[:-12], "is damaged, or no .gz file"),
        ("a.zip", lambda: b"no zip", "is damaged, or no .zip file"),
        ("a.zip", lambda: packed({"letter.pdf": b"Dear"}), "holds no file that is read (letter.pdf)"),
        ("a.xlsm", lambda: b"no workbook", "is damaged, or no .xlsm file"),
    ],
)
def test_what_cannot_be_unpacked_is_told_and_the_others_go_on(
    operator: Any, name: str, text: Callable[[], bytes], why: str
) -> None:
    """One sentence, exit 1; nothing of it is sent."""
    (operator.inbox / name).write_bytes(text())
    operator.drop("orders.csv", orders("B").decode())

    called = operator.call("run")

    assert called.exit_code == 1
    assert why in called.output
    assert references(operator) == ["B-0", "B-1"]


def test_what_is_not_read_of_a_zip_is_told(operator: Any) -> None:
    """The rest is loaded, and the exit code is 1."""
    (operator.inbox / "a.zip").write_bytes(packed({"orders.csv": orders("A"), "letter.pdf": b"Dear"}))

    called = operator.call("run")

    assert called.exit_code == 1
    assert "holds letter.pdf too" in called.output
    assert references(operator) == ["A-0", "A-1"]


def test_packed_files_are_checked_without_a_trace(operator: Any, tmp_path: Path) -> None:
    """`check` and a rehearsal read them as well, and leave nothing beside them."""
    (operator.inbox / "orders.csv.gz").write_bytes(gzip.compress(orders("A") + b"B,ACME,2026-12-01,DEMO-002,x,unit\n"))

    checked = operator.call("check", "inbox/orders.csv.gz")
    rehearsed = operator.call("run", "--dry-run")

    assert (checked.exit_code, rehearsed.exit_code) == (1, 1)
    assert "orders.csv row 4, quantity: x is not a number" in checked.output
    assert [path.name for path in operator.inbox.iterdir()] == ["orders.csv.gz"]
    assert references(operator) == []
