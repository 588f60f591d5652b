"""Resources that are served beside the sandbox's own, by what whoever starts it says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.sandbox.endpoints import ENDPOINTS, Action, Endpoint
from pipeline.sandbox.kinds import Boolean, Choice, Datetime, Integer, Kind, Number, Object, String
from pipeline.sandbox.listings import LISTINGS, Listing, Listings, Shown
from pipeline.sandbox.resources import Resource


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a declared resource; `kind` is text, integer, number, flag, datetime or choice."""

    kind: str
    required: bool = False
    longest: int | None = None
    lowest: float | None = None
    above: float | None = None
    highest: float | None = None
    words: tuple[str, ...] = ()
    names: str = ""  # the list whose record it names by its id


@dataclass(frozen=True, slots=True)
class DeclaredList:
    """A GraphQL list: which texts its nodes show, and which records they name (`account` -> accounts)."""

    name: str
    filter_type: str
    fields: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource that can be made by a POST."""

    resource: str
    path: str  # after /api: "/groups/{group_id}/product_groups"
    attributes: Mapping[str, Attribute]  # "dimensions.length" stands in an object
    lists: Sequence[DeclaredList] = ()  # its own, and those in which its ids are looked up
    unique: tuple[str, ...] = ()  # attributes that no two records have alike


@dataclass(frozen=True, slots=True)
class Extras:
    """What declared resources add to a sandbox."""

    endpoints: tuple[Endpoint, ...]
    listings: Listings
    resources: tuple[str, ...]  # lists of records beside those of `Resource`


def extras(declared: Sequence[Declared]) -> Extras:
    """Make endpoints and lists of what is declared; what the sandbox has itself stays as it is."""
    own = {endpoint.template for endpoint in ENDPOINTS if endpoint.method == "POST"}
    endpoints = tuple(each for one in declared if f"/api{one.path}" not in own for each in _endpoints(one))
    listed = {str(listing.resource) for listing in LISTINGS}
    wanted: dict[str, DeclaredList] = {}
    for each in (each for one in declared for each in one.lists if each.name not in listed):
        known = wanted.get(each.name, each)
        fields, links = (*known.fields, *each.fields), {**known.links, **each.links}
        wanted[each.name] = DeclaredList(each.name, each.filter_type, tuple(dict.fromkeys(fields)), links)
    linked = {**dict.fromkeys(listed), **dict.fromkeys(wanted)}
    listings = tuple(_listing(each, linked) for each in wanted.values())
    resources = dict.fromkeys((*(each.resource for each in declared), *wanted))
    others = tuple(name for name in resources if name not in set(map(str, Resource)))
    return Extras(endpoints, Listings((*LISTINGS, *listings)), others)


def _endpoints(declared: Declared) -> tuple[Endpoint, Endpoint]:
    """The request that makes a record, and the one that changes it."""
    in_path = [part[1:-1] for part in declared.path.split("/") if part.startswith("{")]
    parent = in_path[0] if in_path else ""
    attributes = {
        name: each for name, each in declared.attributes.items() if name not in in_path or each.kind != "path"
    }
    named = {name: each.names for name, each in declared.attributes.items() if each.names}
    made = Endpoint(
        "POST",
        f"/api{declared.path}",
        declared.resource,
        parent,
        owner=named.get(parent, ""),
        attributes=_members(attributes),
        names=named,
        unique=declared.unique,
    )
    optional = {name: replace(each, required=False) for name, each in attributes.items()}
    template, members = f"{made.template}/{{id}}", _members(optional)
    return made, replace(made, method="PATCH", template=template, action=Action.CHANGE, attributes=members)


def _listing(declared: DeclaredList, linked: Mapping[str, Any]) -> Listing:
    links = {name: other for name, other in declared.links.items() if other in linked}
    filters = (*declared.fields, *(f"{name}_id" for name in links))
    return Listing(declared.name, declared.filter_type, dict.fromkeys(declared.fields, Shown.TEXT), links, filters)


def _members(attributes: Mapping[str, Attribute]) -> dict[str, Kind]:
    members: dict[str, Kind] = {}
    inner: dict[str, dict[str, Kind]] = {}
    for name, attribute in attributes.items():
        outer, _, own = name.partition(".")
        if own:
            inner.setdefault(outer, {})[own] = _kind(attribute)
        else:
            members[name] = _kind(attribute)
    return {**members, **{name: Object(own) for name, own in inner.items()}}


def _kind(attribute: Attribute) -> Kind:
    common = {"required": attribute.required}
    match attribute.kind:
        case "integer":
            return Integer(attribute.lowest, None, attribute.highest, **common)
        case "number":
            return Number(attribute.lowest, attribute.above, attribute.highest, **common)
        case "flag":
            return Boolean(**common)
        case "datetime":
            return Datetime(**common)
        case "choice":
            return Choice(attribute.words, **common)
        case _:
            return String(attribute.longest, **common)
