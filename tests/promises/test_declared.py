"""Record types that a user declares: a file in `records/`, and the whole line knows them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.sandbox import Attribute, Declared, DeclaredList, Fault, Sandbox, What
from schemas import RECORD_TYPES
from schemas.vocabulary.contract import declare

TYPES = """\
document = "1.0.0"
name = "trailer_types"
noun = "trailer type"
resource = "trailer_types"
path = "/trailer_types"
key = ["trailer_type_code"]
list = { name = "trailer_types", filter_type = "TrailerTypeFilterType", key = ["code"], filter = "code" }

[columns.trailer_type_code]
attribute = "code"
kind = "code"
longest = 10
required = true

[columns.trailer_type_name]
attribute = "name"
kind = "text"
required = true
"""
TRAILERS = """\
document = "1.0.0"
name = "trailers"
noun = "trailer"
resource = "trailers"
path = "/trailers"
key = ["trailer_code"]
list = { name = "trailers", filter_type = "TrailerFilterType", key = ["code"], filter = "code" }

[columns.trailer_code]
attribute = "code"
kind = "code"
required = true

[columns.trailer_type_code]
attribute = "trailer_type_id"
lookup = { list = "trailer_types", filter_type = "TrailerTypeFilterType", key = "code", noun = "trailer type" }
required = true

[columns.active]
attribute = "active"
kind = "flag"

[columns.length]
attribute = "dimensions.length"
kind = "number"
above = 0
"""
SITES = """\
document = "1.0.0"
name = "sites"
noun = "site"
resource = "sites"
path = "/sites"
key = ["site_code"]
list = "none"

[columns.site_code]
attribute = "code"
kind = "code"
required = true
"""
SERVED = [
    Declared(
        "trailer_types",
        "/trailer_types",
        {"code": Attribute("text", True, longest=10), "name": Attribute("text", True)},
        [DeclaredList("trailer_types", "TrailerTypeFilterType", ("code",))],
        ("code",),
    ),
    Declared(
        "trailers",
        "/trailers",
        {
            "code": Attribute("text", True),
            "trailer_type_id": Attribute("integer", True, names="trailer_types"),
            "active": Attribute("flag"),
            "dimensions.length": Attribute("number", above=0),
        },
        [DeclaredList("trailers", "TrailerFilterType", ("code",))],
    ),
    Declared("sites", "/sites", {"code": Attribute("text", True)}),
]
TYPE_FILE = "trailer_type_code,trailer_type_name\nRIGID,Rigid\nBOX,Box\n"
TRAILER_FILE = (
    "trailer_code,trailer_type_code,active,length\n"
    "T-1,RIGID,yes,13.6\nT-2,BOX,no,\nT-3,NOSUCH,no,\nT-4,BOX,perhaps,\nT-5,RIGID,,7\n"
)


@pytest.fixture
def yard(operator: Any) -> Iterator[Any]:
    """Somebody whose Clarus has trailers, and who has declared them."""
    (operator.folder / "records").mkdir()
    for name, text in {"trailers": TRAILERS, "trailer_types": TYPES, "sites": SITES}.items():
        (operator.folder / "records" / f"{name}.toml").write_text(text, encoding="utf-8")
    with Sandbox(declared=SERVED) as clarus:
        somebody = type(operator)(operator.folder, clarus)
        somebody.configure()
        yield somebody
    declare(())


def test_a_declared_type_goes_through_the_whole_line(yard: Any) -> None:
    """Recognised, checked, loaded after what it names, posted once, told row by row."""
    yard.drop("a_trailers.csv", TRAILER_FILE)
    yard.drop("b_types.csv", TYPE_FILE)

    called = yard.call("run")

    assert called.exit_code == 1, called.output
    rows = yard.results("a_trailers.results.csv")
    assert [row["clarus_status"] for row in rows] == ["created", "created", "invalid", "invalid", "created"]
    assert "trailer type NOSUCH is not in Clarus" in rows[2]["clarus_error"]
    assert "perhaps is neither true nor false" in rows[3]["clarus_error"]
    types = {record.attributes["code"]: record.id for record in yard.clarus.records("trailer_types")}
    assert [record.attributes for record in yard.clarus.records("trailers")] == [
        {"code": "T-1", "trailer_type_id": types["RIGID"], "active": True, "dimensions": {"length": 13.6}},
        {"code": "T-2", "trailer_type_id": types["BOX"], "active": False},
        {"code": "T-5", "trailer_type_id": types["RIGID"], "dimensions": {"length": 7}},
    ]
    sent = yard.posts()

    yard.drop("a_trailers.csv", TRAILER_FILE)
    yard.drop("b_types.csv", TYPE_FILE)
    yard.call("run")

    assert yard.posts() == sent
    assert yard.statuses("a_trailers.results.csv") == ["exists", "exists", "invalid", "invalid", "exists"]


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.LOST_5XX, What.CUT_BEFORE, What.FOREIGN], ids=str)
def test_a_declared_type_is_made_once_whatever_is_lost(yard: Any, what: What) -> None:
    """Found again in the list that its file names; without a list it stays unknown."""
    yard.drop("types.csv", "trailer_type_code,trailer_type_name\n" + "".join(f"TT-{n},N\n" for n in range(20)))
    yard.drop("sites.csv", "site_code\n" + "".join(f"S-{n}\n" for n in range(6)))
    faults = [Fault(what=what, path=f"/api/{name}", every=3, times=4) for name in ("trailer_types", "sites")]
    yard.clarus.faults.replace(faults)

    yard.call("run")
    statuses = yard.statuses("types.results.csv"), yard.statuses("sites.results.csv")

    codes = Counter(record.attributes["code"] for record in yard.clarus.records("trailer_types"))
    assert len(codes) == 20
    assert set(codes.values()) == {1}
    assert set(statuses[0]) == {"created"}
    assert set(statuses[1]) == {"created", "unknown"}
    assert len(yard.clarus.records("sites")) <= 6


def test_the_other_commands_know_it(yard: Any) -> None:
    """`fields`, `template`, `check`, a rehearsal, the configuration, and the sandbox that comes with the program."""
    fields = json.loads(yard.call("fields", "trailers", "--json").stdout)
    assert [(f["heading"], f["attribute"], f["kind"], f["required"]) for f in fields] == [
        ("trailer_code", "code", "code", True),
        ("trailer_type_code", "trailer_type_id", "code", True),
        ("active", "active", "flag", False),
        ("length", "dimensions.length", "number", False),
    ]
    assert yard.call("template", "trailer-types").exit_code == 0
    assert Path("trailer_types.csv").read_text(encoding="utf-8-sig") == "trailer_type_code,trailer_type_name\n"

    yard.configure(
        sections='[defaults.trailers]\ntrailer_type_code = "BOX"\n[columns.trailers]\nPlate = "trailer_code"\n'
    )
    file = yard.drop("t.csv", "Plate,active,length\nT-9,yes,3\n")
    assert yard.call("check", file).exit_code == 0
    yard.drop("types.csv", TYPE_FILE)
    rehearsed = yard.call("run", "--dry-run")
    assert rehearsed.exit_code == 0, rehearsed.output
    assert yard.posts() == 0

    assert yard.call("run", "--sandbox").exit_code == 0
    assert yard.statuses("t.results.csv") == ["created"]


def test_a_declared_record_is_changed_where_that_is_allowed(yard: Any) -> None:
    """What differs goes, with what the API wants in every change; a second run sends nothing."""
    path = yard.folder / "records" / "trailer_types.toml"
    changeable = 'changeable = true\nchange_needs = ["name"]\n'
    path.write_text(TYPES.replace("\n[columns", f"{changeable}\n[columns", 1), encoding="utf-8")
    yard.drop("types.csv", TYPE_FILE)
    yard.call("run")
    changed = TYPE_FILE.replace("Box", "Box body")

    yard.drop("types.csv", changed)
    yard.call("run")
    assert yard.statuses("types.results.csv") == ["exists", "differs"]

    yard.configure(sections='[existing]\ntrailer_types = "update"\n')
    yard.drop("types.csv", changed)
    called = yard.call("run")

    assert called.exit_code == 0, called.output
    assert yard.statuses("types.results.csv") == ["exists", "updated"]
    assert [record.attributes["name"] for record in yard.clarus.records("trailer_types")] == ["Rigid", "Box body"]
    patches = sum(n for name, n in yard.clarus.requests.counts.items() if name.startswith("PATCH"))
    yard.drop("types.csv", changed)
    yard.call("run")
    assert sum(n for name, n in yard.clarus.requests.counts.items() if name.startswith("PATCH")) == patches == 1


def test_nothing_of_it_is_left_without_its_file(yard: Any) -> None:
    """Whoever calls the program beside another folder finds the built-in types only."""
    yard.call("fields", "trailers")
    assert "trailers" in RECORD_TYPES

    for path in (yard.folder / "records").iterdir():
        path.unlink()

    assert yard.call("fields", "trailers").exit_code == 2
    assert "trailers" not in RECORD_TYPES


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("longest", "lonest"), "unknown key 'columns.trailer_type_code.lonest' (did you mean 'longest'?)"),
        (('noun = "trailer type"', 'nuon = "x"'), "unknown key 'nuon' (did you mean 'noun'?)"),
        (
            ('kind = "text"', 'kind = "txt"'),
            "columns.trailer_type_name.kind: unknown kind 'txt' (did you mean 'text'?)",
        ),
        (('kind = "text"', 'kind = "array"'), "a list of values cannot stand in a cell"),
        (('key = ["trailer_type_code"]', 'key = ["code"]'), "key: unknown column 'code'"),
        (('attribute = "name"', 'attribute = "code"'), "are both the attribute code"),
        (('attribute = "name"', 'attribute = ["name", "title"]'), "columns.trailer_type_name is 2 attributes"),
        (("columns.trailer_type_name", 'columns."Trailer-Type-Code"'), "are one heading, and would be two attributes"),
        (('attribute = "name"', 'attribute = "a.b.c"'), "only one level of them"),
        (('kind = "text"', 'lookup = { key = "code" }'), "names no list"),
        (('kind = "text"', 'lookup = "trailers"'), "must say in which list"),
        (('filter = "code"', 'filtre = "code"'), "unknown key 'list.filtre' (did you mean 'filter'?)"),
        (('document = "1.0.0"', 'document = "2.1.0"'), "document is 2.1.0: this program understands"),
        (('noun = "trailer type"', 'noun = "trailer type'), "is not valid TOML"),
        (('path = "/trailer_types"', ""), "path is missing"),
        (('name = "trailer_types"\nnoun', 'name = "trailers"\nnoun'), "trailers is declared by"),
        (('name = "trailer_types"\nnoun', 'name = "orders"\nnoun'), "orders is declared by the program too"),
        (('key = ["trailer_type_code"]', 'key = ["trailer_type_code"]\nafter = ["trailers"]'), "is a circle"),
        (
            ('key = ["trailer_type_code"]', 'key = ["trailer_type_code"]\nafter = ["trialers"]'),
            "did you mean 'trailers'?",
        ),
    ],
    ids=lambda value: value[1][:40] if isinstance(value, tuple) else "",
)
def test_a_wrong_file_stops_everything_in_one_sentence(yard: Any, change: tuple[str, str], sentence: str) -> None:
    """Exit code 2, with the file, before anything is read or taken."""
    path = yard.folder / "records" / "trailer_types.toml"
    assert change[0] in TYPES
    path.write_text(TYPES.replace(*change), encoding="utf-8")
    yard.drop("types.csv", TYPE_FILE)

    called = yard.call("run")

    assert called.exit_code == 2, called.output
    assert sentence in called.output
    assert "records/" in called.output
    assert called.output.count("\n") == 1
    assert (yard.inbox / "types.csv").exists()
    assert not yard.outbox.exists()
