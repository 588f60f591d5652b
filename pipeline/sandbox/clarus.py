"""What Clarus makes of one whole request: a function of the request and the world, without a socket."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from pipeline.sandbox import answers, rest
from pipeline.sandbox.answers import Answer
from pipeline.sandbox.endpoints import route
from pipeline.sandbox.records import Tenant
from pipeline.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]  # by lower-case name
    body: bytes


def respond(request: Request, world: World) -> Answer:
    if request.path == "/oauth/token" and request.method == "POST":
        return world.tokens.issue(request.body)
    refusal = _unauthorized(request, world)
    if refusal is not None:
        return refusal
    tenant = world.tenants.get(request.headers.get("x-clarus-subdomain", ""))
    if tenant is None:
        return answers.failed(404, "subdomain_not_found", "X-Clarus-Subdomain names no known tenant")
    if request.path == "/graphql" and request.method == "POST":
        return _of_json(request) or _lookup(request, tenant, world)
    found = route(request.method, request.path, world.extras.endpoints)
    if found is None:
        return answers.failed(404, "not_found", f"{request.method} {request.path} does not exist")
    endpoint, ids = found
    body = _in_upper_case(request.body) if world.conditions.upper_case else request.body
    return _of_json(request) or rest.write(tenant, endpoint, ids, body, world.storage_unit_field)


def name(request: Request, world: World) -> str:
    """Method and path as they are counted: the ids in a path make no difference."""
    found = route(request.method, request.path, world.extras.endpoints)
    return f"{request.method} {found[0].template if found else request.path}"


def _in_upper_case(body: bytes) -> bytes:
    """The record as a server has it that keeps references and codes in upper case, with single blanks."""
    try:
        document = orjson.loads(body)
        attributes = document["data"]["attributes"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return body
    kept = {
        name: " ".join(str(attributes[name]).upper().split()) for name in ("reference", "code") if name in attributes
    }
    return orjson.dumps({**document, "data": {**document["data"], "attributes": {**attributes, **kept}}})


def _unauthorized(request: Request, world: World) -> Answer | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return answers.unauthorized("a Bearer token is required")
    if not world.tokens.accepts(token):
        return answers.unauthorized("the access token is unknown, expired or revoked")
    return None


def _of_json(request: Request) -> Answer | None:
    """The refusal of a body that does not claim to be JSON."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "application/json":
        return None
    return answers.failed(415, "unsupported_media_type", "Content-Type must be application/json")


def _lookup(request: Request, tenant: Tenant, world: World) -> Answer:
    try:
        asked = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        return answers.failed(400, "malformed_json", f"the body is not JSON: {error}")
    if not isinstance(asked, dict):
        return answers.failed(400, "malformed_json", "the body is not an object")
    # Imported with the first lookup, because graphql-core takes a quarter of a second to import.
    from pipeline.sandbox import lookups

    view = lookups.View(
        tenant, world.clock() - world.conditions.read_lag_seconds, world.page_cap, world.extras.listings
    )
    return answers.json(lookups.answer(asked.get("query"), asked.get("variables"), view))
