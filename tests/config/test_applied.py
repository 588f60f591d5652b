"""What the configuration says of files, from the file that is dropped to what Clarus holds."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest

GERMAN = "Bestell-Nr;Versand am;Artikel;Menge;Land;Eilig\r\n"
SECTIONS = """
[columns.orders]
"bestell nr" = "order_reference"
"Versand am" = "Expected Date Of Dispatch"
Artikel = "product_code"
Menge = "quantity"
Land = "country_code"
Eilig = "sales_order_boolean1"

[defaults.orders]
account_code = "ACME"
warehouse_code = "WHS01"
priority = 7

[values.orders.country_code]
"Vereinigtes Königreich" = "GB"

[values.orders.sales_order_boolean1]
ja = true
nein = false

[profiles.globex]
date_formats = ["%m/%d/%Y"]

[profiles.globex.defaults.orders]
account_code = "GLOBEX"
priority = ""
"""


def order(operator: Any, reference: str) -> Any:
    """The order as Clarus holds it."""
    [found] = [o for o in operator.clarus.records("goods_outs") if o.attributes["reference"] == reference]
    return found


def account(operator: Any, code: str) -> int:
    """The id of an account."""
    [found] = [record.id for record in operator.clarus.records("accounts") if record.attributes["code"] == code]
    return int(found)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_foreign_export_is_loaded_as_it_is(operator: Any, suffix: str) -> None:
    """Headings, dates, words and missing columns are as the configuration says; the results keep the file's own."""
    operator.configure('date_formats = ["%d.%m.%Y"]\ntimezone = "Europe/Berlin"\n', SECTIONS)
    rows = ["B-1;10.06.2026;DEMO-002;3; vereinigtes königreich ;JA", "B-2;2026-12-01;DEMO-002;4;DE;nein"]
    if suffix == "csv":
        operator.drop("auftraege.csv", GERMAN + "\r\n".join(rows))
    else:
        book = openpyxl.Workbook()
        for line in (GERMAN.strip(), *rows):
            book.worksheets[0].append(line.split(";"))
        book.save(operator.inbox / "auftraege.xlsx")

    called = operator.call("run")

    first, second = order(operator, "B-1"), order(operator, "B-2")
    assert called.exit_code == 0, called.output
    assert first.attributes["expected_date_of_dispatch"] == "2026-06-10T00:00:00+02:00"
    assert second.attributes["expected_date_of_dispatch"] == "2026-12-01T00:00:00+01:00"
    assert (first.attributes["boolean1"], second.attributes["boolean1"]) == (True, False)
    assert (first.address["country_code"], first.attributes["priority"]) == ("GB", 7)
    assert first.attributes["account_id"] == account(operator, "ACME")
    if suffix == "csv":
        results = (operator.runs()[-1] / "auftraege.results.csv").read_text(encoding="utf-8-sig").splitlines()
        assert results[0].startswith(GERMAN.strip())
        assert results[1].startswith(rows[0])


def test_a_profile_is_laid_over_the_rest(operator: Any) -> None:
    """Its keys win, an empty default takes one back, and what it does not name stays."""
    operator.configure('date_formats = ["%d.%m.%Y"]\n', SECTIONS)
    operator.drop("auftraege.csv", f"{GERMAN}B-1;06/10/2026;DEMO-002;3;DE;ja\r\n")

    called = operator.call("run", "--profile", "globex")

    made = order(operator, "B-1")
    assert called.exit_code == 0, called.output
    assert made.attributes["expected_date_of_dispatch"].startswith("2026-06-10")
    assert made.attributes["account_id"] == account(operator, "GLOBEX")
    assert "priority" not in made.attributes


def test_problems_name_the_heading_of_the_file(operator: Any) -> None:
    """The reader has the file open, not the contract."""
    operator.configure('date_formats = ["%d.%m.%Y"]\n', SECTIONS)
    operator.drop("auftraege.csv", f"{GERMAN}B-1;soon;DEMO-002;3;England;ja\r\nB-2;10.06.2026;NOPE;;DE;ja\r\n")

    operator.call("run")

    assert [(row["row"], row["column"]) for row in operator.results("issues.csv")] == [
        ("2", "Versand am"),
        ("2", "Land"),
        ("3", "Menge"),
    ]


@pytest.mark.parametrize(
    ("policy", "statuses", "severities"),
    [
        ("warn", ["created"] * 2, ["warning"]),
        ("error", ["invalid", "created"], ["error"]),
        ("ignore", ["created"] * 2, []),
    ],
)
def test_columns_that_clarus_does_not_take(
    operator: Any, policy: str, statuses: list[str], severities: list[str]
) -> None:
    """They are a warning, an error on the rows that fill them, or nothing."""
    operator.configure(f'unsent_columns = "{policy}"\n')
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,account_product_code"
    operator.drop("orders.csv", f"{heading}\nO-1,ACME,2026-06-10,DEMO-002,1,X1\nO-2,ACME,2026-06-10,DEMO-002,1,\n")

    operator.call("run")

    assert operator.statuses("orders.results.csv") == statuses
    assert [row["severity"] for row in operator.results("issues.csv")] == severities


@pytest.mark.parametrize(
    ("fallback", "name"), [("cp1252", "Łódź".encode("cp1250").decode("cp1252")), ("cp1250", "Łódź")]
)
def test_the_fallback_encoding_is_used_and_said(operator: Any, fallback: str, name: str) -> None:
    """Files that are not Unicode are read as the configuration says."""
    operator.configure(f'fallback_encoding = "{fallback}"\n')
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,recipient_name"
    text = f"{heading}\nO-1,ACME,2026-06-10,DEMO-002,1,Łódź\n"
    (operator.inbox / "orders.csv").write_bytes(text.encode("cp1250"))

    operator.call("run")

    assert order(operator, "O-1").address["name"] == name
    [said] = operator.results("issues.csv")
    assert said["message"] == f"the file is not UTF-8: read as {fallback}"


def test_one_cause_in_many_rows_is_told_once(operator: Any) -> None:
    """With a count on the screen and in the summary, and a line for each row in issues.csv."""
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
    rows = [f"O-{number},ACME,2026-06-10,ABC,1" for number in range(212)]
    operator.drop("orders.csv", "\n".join([heading, *rows]))

    called = operator.call("run")

    [cause] = operator.summary()["causes"]
    assert (cause["message"], cause["rows"]) == ("product ABC is not in Clarus", 212)
    assert "orders.csv rows 2, 3, 4, 5, 6 and 207 more, product_code: product ABC is not in Clarus" in called.stdout
    assert len(operator.results("issues.csv")) == 212
