"""The GraphQL side: a real schema over the lists, executed by graphql-core.

Importing this module imports graphql-core, which takes a quarter of a second: import it when it is needed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from pipeline.sandbox.filters import UnreadableFilter, matching, shown_as, value_of
from pipeline.sandbox.listings import OWN, Listing, Listings, Shown
from pipeline.sandbox.records import Record, Tenant


@dataclass(frozen=True, slots=True)
class View:
    """What a query gets to see."""

    tenant: Tenant
    made_until: float  # seconds since the epoch; records made later are not seen yet
    page_cap: int  # nodes in a page, whatever `first` asks for
    listings: Listings = OWN


def answer(query: Any, variables: Any, view: View) -> dict[str, Any]:
    """The body of an answer. What is wrong with the query is told in `errors`, never by an exception."""
    if not isinstance(query, str) or not isinstance(variables, dict | None):
        return {"errors": [{"message": "a query (text) is required; variables are an object"}]}
    document = _read(query, view.listings)
    if not isinstance(document, DocumentNode):
        return {"errors": [error.formatted for error in document]}
    result = execute_sync(_schema(view.listings), document, context_value=view, variable_values=variables)
    return dict(result.formatted)


# Reading and checking a query takes longer than running it, and a client has a handful of them.
@lru_cache(maxsize=256)
def _read(query: str, listings: Listings) -> DocumentNode | list[GraphQLError]:
    try:
        document = parse(query)
    except GraphQLError as error:
        return [error]
    return validate(_schema(listings), document) or document


_OPERATORS = """
    scalar ISO8601DateTime
    type Status { code: String name: String }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    input StringInputType { eq: String ilike: String like: String in: [String!] between: [String!] }
    input IdInputType { eq: ID in: [ID!] gt: ID gteq: ID lt: ID lteq: ID filled: Boolean }
    input IntegerInputType { eq: Int gt: Int gteq: Int lt: Int lteq: Int between: [Int!] }
    input BooleanInputType { eq: Boolean }
    input DatetimeInputType {
        eq: ISO8601DateTime from: ISO8601DateTime to: ISO8601DateTime between: [ISO8601DateTime!]
    }
"""

_FILTER_INPUT = {
    Shown.ID: "IdInputType",
    Shown.TEXT: "StringInputType",
    Shown.INTEGER: "IntegerInputType",
    Shown.FLAG: "BooleanInputType",
    Shown.DATETIME: "DatetimeInputType",
}


@cache
def _schema(listings: Listings) -> GraphQLSchema:
    lists = " ".join(f"{listing.resource}: {_title(listing)}" for listing in listings.all)
    definitions = [_OPERATORS, f"type Query {{ {lists} }}", *map(_definition, listings.all)]
    schema = build_schema("\n".join(definitions))
    for listing in listings.all:
        _bind(schema, listing)
    return schema


def _title(listing: Listing) -> str:
    return _titled(listing.resource)


def _titled(resource: str) -> str:
    return str(resource).title().replace("_", "")


def _definition(listing: Listing) -> str:
    title = _title(listing)
    fields = " ".join(f"{name}: {shown}" for name, shown in listing.fields.items())
    links = " ".join(f"{name}: {_titled(other)}Node" for name, other in listing.links.items())
    links += f" {listing.status}: Status" if listing.status else ""
    filters = " ".join(f"{name}: {_FILTER_INPUT[shown_as(listing, name)]}" for name in listing.filters)
    return f"""
        input {listing.filter_type} {{ {filters} }}
        type {title} {{
            all(filter: {listing.filter_type}, first: Int, after: String): {title}Connection!
        }}
        type {title}Connection {{ pageInfo: PageInfo! edges: [{title}Edge!]! }}
        type {title}Edge {{ cursor: String! node: {title}Node! }}
        type {title}Node {{ id: ID! {fields} {links} }}
    """


def _bind(schema: GraphQLSchema, listing: Listing) -> None:
    """Let the fields of a list find their values in records."""
    title = _title(listing)
    _type(schema, "Query").fields[listing.resource].resolve = lambda source, info: listing
    _type(schema, title).fields["all"].resolve = _page
    node = _type(schema, f"{title}Node")
    node.fields["id"].resolve = lambda record, info: str(record.id)
    for name in listing.fields:
        node.fields[name].resolve = _attribute(listing.attributes.get(name, name))
    for name, other in listing.links.items():
        node.fields[name].resolve = _linked(f"{name}_id", other)
    if listing.status:
        node.fields[listing.status].resolve = lambda record, info: {
            "code": record.status,
            "name": record.status.replace("_", " ").title(),
        }


def _type(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    found = schema.get_type(name)
    assert isinstance(found, GraphQLObjectType), name
    return found


def _attribute(name: str) -> Any:
    return lambda record, info: value_of(record, name)


def _linked(name: str, other: Any) -> Any:
    def resolve(record: Record, info: "GraphQLResolveInfo[Any]") -> Record | None:
        view: View = info.context
        return view.tenant.get(other, record.attributes.get(name) or 0)

    return resolve


def _page(
    listing: Listing,
    info: "GraphQLResolveInfo[Any]",
    filter: dict[str, Any] | None = None,  # noqa: A002 - graphql-core passes arguments by their GraphQL name
    first: int | None = None,
    after: str | None = None,
) -> dict[str, Any]:
    view: View = info.context
    if first is not None and first < 0:
        raise GraphQLError("first must not be negative")
    size = view.page_cap if first is None else min(first, view.page_cap)
    try:
        found = matching(view.tenant, listing, filter or {}, _position(after))
    except UnreadableFilter as error:
        raise GraphQLError(str(error)) from error
    page = list(islice((record for record in found if record.made_at <= view.made_until), size + 1))
    edges = [{"cursor": _cursor(record), "node": record} for record in page[:size]]
    return {
        "pageInfo": {
            "hasNextPage": len(page) > size,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
        "edges": edges,
    }


# A cursor holds the id of the last record seen, so it stays good while records are added.
def _cursor(record: Record) -> str:
    return urlsafe_b64encode(b"record:%d" % record.id).decode()


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(urlsafe_b64decode(cursor).removeprefix(b"record:"))
    except (NoBase64, ValueError) as error:
        raise GraphQLError(f"{cursor!r} is no cursor of this list") from error
