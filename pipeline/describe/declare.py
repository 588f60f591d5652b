"""A resource of Clarus's OpenAPI document as a record type: the text of the file that declares it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pipeline.describe.official import OfficialDocument, OfficialList, OfficialResource, Schema
from pipeline.errors import UsageError
from schemas import RECORD_TYPES

_NAMES = ("code", "reference", "name")  # by which records are told apart, the best first
_OTHER_NAMES = ("username", "email", "external_system_reference1")
_SECRETS = ("password", "secret", "token")
# What may stand before the name of a list in an id: `to_location_id`.
_BEFORE = ("to", "from", "default", "parent", "child", "goods_in", "goods_out", "original")


@dataclass(slots=True)
class _Column:
    heading: str
    attribute: str
    kind: dict[str, Any]
    required: bool
    why_not: str = ""  # why it is left out


@dataclass(slots=True)
class _Declaration:
    resource: OfficialResource
    name: str
    noun: str
    columns: list[_Column] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    list_: dict[str, Any] | None = None


def declaration(document: OfficialDocument, wanted: str) -> tuple[str, str]:
    """The name of the record type, and the text of its file.

    Raises:
        UsageError: the document has no such resource, or one that a row of a file cannot hold.
    """
    resource = _resource(document, wanted)
    name = _name(resource)
    found = _Declaration(resource, name, _one(name).replace("_", " "))
    for attribute in _in_path(resource):
        found.columns.append(_of_id(document, attribute, True))
    for attribute, schema in resource.attributes.items():
        if attribute not in _in_path(resource):
            found.columns += _columns(document, resource, attribute, schema, found.noun)
    _refuse_what_is_required(found)
    found.columns = _with_different_headings(found)
    _find_key(document, found)
    return found.name, "\n".join(_text(document, found))


def _resource(document: OfficialDocument, wanted: str) -> OfficialResource:
    plain = wanted.strip().strip("/").removeprefix("api/").replace("-", "_").lower()
    records = [each for each in document.resources if "{id}" not in each.path]
    fitting = [each for each in records if plain in (each.path.strip("/"), each.name)]
    fitting = fitting or [each for each in records if each.path.rpartition("/")[2] == plain]
    if fitting:
        return min(fitting, key=lambda each: each.path.count("{"))
    names = sorted({each.name for each in records})
    near = get_close_matches(plain, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    raise UsageError(f"the document has no resource {wanted} that can be created: {hint}")


def _name(resource: OfficialResource) -> str:
    """The name of the record type; what is built in under it stays as it is."""
    built_in = resource.name in RECORD_TYPES and not RECORD_TYPES[resource.name].is_declared
    return f"api_{resource.name}" if built_in else resource.name


def _one(many: str) -> str:
    if many.endswith("ies"):
        return f"{many[:-3]}y"
    if many.endswith(("sses", "xes", "ches", "shes")):
        return many[:-2]
    return many.removesuffix("s")


def _in_path(resource: OfficialResource) -> list[str]:
    return [part[1:-1] for part in resource.path.split("/") if part.startswith("{")]


def _columns(
    document: OfficialDocument, resource: OfficialResource, attribute: str, schema: Schema, noun: str
) -> Iterator[_Column]:
    required = attribute in resource.required
    inner = schema.get("properties")
    if schema.get("type") == "object" and inner:
        for name, own in inner.items():
            is_needed = required and name in schema.get("required", ())
            yield from _plain(document, f"{attribute}.{name}", own, is_needed, noun)
        return
    yield from _plain(document, attribute, schema, required, noun)


def _plain(document: OfficialDocument, attribute: str, schema: Schema, required: bool, noun: str) -> Iterator[_Column]:
    own = attribute.rpartition(".")[2]
    heading = attribute.replace(".", "_")
    if "." not in attribute and own in _NAMES:  # every record has them: the heading says whose
        whose = noun.replace(" ", "_")
        heading = whose if whose.endswith(f"_{own}") else f"{whose}_{own}"
    if any(word in own for word in _SECRETS):
        yield _Column(heading, attribute, {}, required, "a secret, which does not belong in a file")
    elif schema.get("type") == "integer" and own.endswith("_id"):
        yield _of_id(document, attribute, required)
    elif (kind := _kind(own, schema)) is not None:
        yield _Column(heading, attribute, kind, required)
    else:
        what = "a list of values" if schema.get("type") == "array" else "an object within an object"
        yield _Column(heading, attribute, {}, required, f"{what}, which a cell cannot hold")


def _kind(name: str, schema: Schema) -> dict[str, Any] | None:
    """The kind of an attribute with its limits; None where a cell cannot hold it."""
    longest = {"longest": schema["maxLength"]} if "maxLength" in schema else {}
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    match schema.get("type"):
        case "boolean":
            return {"kind": "flag"}
        case "integer":
            limits = {"lowest": lowest, "highest": highest}
            return {"kind": "integer", **{limit: int(value) for limit, value in limits.items() if value is not None}}
        case "number":
            limit = "above" if schema.get("exclusiveMinimum") else "lowest"
            return {"kind": "number", **({} if lowest is None else {limit: int(lowest)})}
        case "string" if schema.get("enum"):
            return {"kind": "choice", "words": [word for word in schema["enum"] if word is not None]}
        case "string" if schema.get("format") == "date-time":
            return {"kind": "datetime"}
        case "string" if schema.get("format") == "email":
            return {"kind": "email", **longest}
        case "string" if name == "country_code":
            return {"kind": "country", **longest}
        case "string":
            is_code = name.endswith(("code", "reference", "barcode", "number")) or name == "code"
            return {"kind": "code" if is_code else "text", **longest}
    return None


def _of_id(document: OfficialDocument, attribute: str, required: bool) -> _Column:
    """A column for the id of another record: its code, where a list has one, else the id itself."""
    own = attribute.rpartition(".")[2].removesuffix("_id")
    flat = attribute.replace(".", "_").removesuffix("_id")
    if (listed := _list_of(document, own)) is not None:
        by = next(name for name in _NAMES if listed.shows(name))
        lookup = {"list": listed.name, "filter_type": listed.filter_type, "key": by, "noun": own.replace("_", " ")}
        return _Column(f"{flat}_{by}", attribute, {"lookup": lookup}, required)
    return _Column(f"{flat}_id", attribute, {"kind": "id"}, required)


def _list_of(document: OfficialDocument, one: str) -> OfficialList | None:
    """The list that has the records of an id, by its name alone; of several words before it, known ones only."""
    names = [one, *(one.removeprefix(f"{before}_") for before in _BEFORE if one.startswith(f"{before}_"))]
    for name in names:
        many = f"{name[:-1]}ies" if name.endswith("y") else f"{name}{'es' if name[-1] in 'sxh' else 's'}"
        if (found := document.lists.get(many)) and any(map(found.shows, _NAMES)):
            return found
    return None


def _refuse_what_is_required(found: _Declaration) -> None:
    for column in found.columns:
        if column.required and column.why_not:
            name = found.resource.name
            raise UsageError(
                f"{name} cannot be declared: its required attribute {column.attribute} is {column.why_not}"
            )


def _with_different_headings(found: _Declaration) -> list[_Column]:
    """Two attributes never share a heading: the second keeps the name that the API has for it."""
    taken: set[str] = set()
    for column in found.columns:
        if column.heading in taken:
            column.heading = column.attribute.replace(".", "_")
        taken.add(column.heading)
    return found.columns


def _find_key(document: OfficialDocument, found: _Declaration) -> None:
    """What tells one record from another, and the list in which it is found again."""
    listed = document.lists.get(found.resource.name)
    usable = {column.attribute: column for column in found.columns if not column.why_not}
    for name in _NAMES:
        if listed is not None and listed.shows(name) and name in usable:
            narrow, fields = _narrowing(found, usable)
            _key_is(found, listed, [*narrow, usable[name]], [*fields, name], name)
            return
    ids = [column for column in usable.values() if column.required and "lookup" in column.kind]
    fields = [column.attribute.replace("_id", ".id") for column in ids]
    is_link = len(ids) > 1 and {column.attribute for column in usable.values() if column.required} == {
        column.attribute for column in ids
    }
    if listed is not None and is_link and all(field in listed.fields for field in fields):
        by = next((column.attribute for column in ids if column.attribute in listed.filters), "")
        if by:
            _key_is(found, listed, ids, fields, by)
            return
    named = sorted((usable[name] for name in (*_NAMES, *_OTHER_NAMES) if name in usable), key=lambda c: not c.required)
    named += [c for c in usable.values() if c.required and c.kind.get("kind") == "code"]
    named = named[:1] or [column for column in usable.values() if column.required]
    if not named or (len(named) == 1 and "lookup" in named[0].kind):
        raise UsageError(f"{found.resource.name} cannot be declared: nothing in it tells one record from another")
    _key_is(found, None, named, [], "")


def _narrowing(found: _Declaration, usable: Mapping[str, _Column]) -> tuple[list[_Column], list[str]]:
    """What narrows the code of a record that the program knows: a location is known by its warehouse as well."""
    known = RECORD_TYPES.get(found.resource.name)
    fields = known.listed.key[:-1] if known is not None and known.listed is not None and not known.listed.by_ids else ()
    columns = [usable.get(field.replace(".code", "_id")) for field in fields]
    named = [column for column in columns if column is not None and "lookup" in column.kind]
    return (named, list(fields)) if len(named) == len(fields) else ([], [])


def _key_is(
    found: _Declaration, listed: OfficialList | None, columns: list[_Column], fields: list[str], by: str
) -> None:
    found.key = [column.heading for column in columns]
    for column in columns:
        column.required = True
        if column.kind.get("kind") == "text":
            column.kind["kind"] = "code"
    if listed is not None:
        found.list_ = {"name": listed.name, "filter_type": listed.filter_type, "key": fields, "filter": by}


def _text(document: OfficialDocument, found: _Declaration) -> Iterator[str]:
    resource = found.resource
    yield f"# {found.name}: declared from version {document.version} of Clarus's API by `clarus-batch declare`."
    yield "# Headings (the names of the columns), noun and key may be changed; attributes are those of the API."
    if found.name != resource.name:
        yield f"# {resource.name} is built in: this one has the columns of the API."
    elif built_in := next(
        (r.name for r in RECORD_TYPES.values() if r.resource == resource.name and not r.is_declared), ""
    ):
        yield f"# {built_in} is built in and makes these as well, with all that belongs to them."
    yield f"document = {_toml(document.version)}"
    yield f"name = {_toml(found.name)}"
    yield f"noun = {_toml(found.noun)}"
    yield f"resource = {_toml(resource.name)}"
    yield f"path = {_toml(resource.path)}"
    if both := [name for name in _in_path(resource) if name in resource.attributes]:
        yield f"in_body = {_toml(both)}  # attributes that stand in the path and in the body"
    yield f"key = {_toml(found.key)}  # what tells one {found.noun} from another"
    if found.list_ is None:
        yield 'list = "none"  # Clarus does not list them: one whose answer is lost stays unknown until somebody looks'
    else:
        yield f"list = {_toml(found.list_)}"
    yield "after = []  # record types that are loaded before, beside those whose codes it names"
    if resource.changeable:
        needs = [column.attribute for column in found.columns if column.attribute in resource.needed_in_changes]
        yield f'changeable = true  # where a row says allow_update, or [existing] {found.name} = "update"'
        yield from [f"change_needs = {_toml(needs)}  # attributes that the API wants in every change"] if needs else []
    for column in found.columns:
        yield ""
        if column.why_not:
            yield f"# {column.attribute} is left out: it is {column.why_not}."
            continue
        yield f"[columns.{column.heading}]"
        yield f"attribute = {_toml(column.attribute)}"
        for name, value in column.kind.items():
            yield f"{name} = {_toml(value)}"
        if column.kind.get("kind") == "id":
            yield "# Clarus does not list them: an id in digits, or a word that [values] maps to one."
        if column.required:
            yield "required = true"
    yield ""


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
