"""The requests of REST that are served, and how a path leads to one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.sandbox.kinds import Kind
from pipeline.sandbox.resources import Resource


class Action(StrEnum):
    """What a request does."""

    MAKE = "make"
    CHANGE = "change"
    DELETE = "delete"
    CANCEL = "cancel"
    REPRIORITISE = "reprioritise"


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    template: str  # as the document writes the path
    resource: str
    parent: str = ""  # the attribute that the first id in the path stands for, where it is another record's
    action: Action = Action.MAKE
    owner: str = Resource.PRODUCTS  # the list of the record that the first id in the path stands for
    # Of what is declared to the sandbox; its own resources have their contract and their rules.
    attributes: Mapping[str, Kind] | None = field(default=None, hash=False)
    names: Mapping[str, str] = field(
        default_factory=dict, hash=False
    )  # attribute -> the list of the record that it names
    unique: tuple[str, ...] = ()  # attributes that no two records have alike

    @property
    def changing(self) -> bool:
        """Whether its body changes a record that is there."""
        return self.action is Action.CHANGE


def _of(resource: Resource, *actions: Action) -> tuple[Endpoint, ...]:
    """The usual requests of a record: made at its list, changed and deleted by its id."""
    methods = {
        Action.MAKE: ("POST", ""),
        Action.CHANGE: ("PATCH", "/{id}"),
        Action.DELETE: ("DELETE", "/{id}"),
        Action.CANCEL: ("POST", "/{id}/cancel"),
        Action.REPRIORITISE: ("PATCH", "/{id}/priority"),
    }
    return tuple(
        Endpoint(method, f"/api/{resource}{rest}", resource, action=action)
        for action in actions
        for method, rest in [methods[action]]
    )


_ALL = (
    *_of(Resource.PRODUCTS, Action.MAKE, Action.CHANGE),
    Endpoint("POST", "/api/products/{product_id}/account_products", Resource.ACCOUNT_PRODUCTS, "product_id"),
    Endpoint("POST", "/api/products/{product_id}/materials", Resource.PRODUCT_MATERIALS, "parent_product_id"),
    Endpoint(
        "PATCH",
        "/api/products/{product_id}/materials/{id}",
        Resource.PRODUCT_MATERIALS,
        "parent_product_id",
        Action.CHANGE,
    ),
    Endpoint(
        "DELETE",
        "/api/products/{product_id}/account_products/{id}",
        Resource.ACCOUNT_PRODUCTS,
        "product_id",
        Action.DELETE,
    ),
    *_of(Resource.LOCATIONS, Action.MAKE, Action.CHANGE, Action.DELETE),
    *_of(Resource.CARRIERS, Action.MAKE, Action.CHANGE, Action.DELETE),
    *_of(Resource.CARRIER_SERVICES, Action.MAKE, Action.CHANGE, Action.DELETE),
    *_of(Resource.COLLECTION_ADDRESSES, Action.MAKE, Action.CHANGE, Action.DELETE),
    *_of(Resource.CROSSDOCKS, Action.MAKE, Action.CHANGE, Action.DELETE),
    *_of(Resource.PRODUCT_STORAGE_UNITS, Action.MAKE, Action.CHANGE, Action.REPRIORITISE),
    *_of(Resource.GOODS_IN_RECEIPTS, Action.MAKE, Action.CHANGE, Action.DELETE),
    *_of(Resource.GOODS_OUTS, Action.MAKE, Action.CHANGE, Action.DELETE, Action.CANCEL),
    *_of(Resource.DELIVERY_ADDRESSES, Action.MAKE, Action.CHANGE),
    *_of(Resource.PICKFACE_PRODUCTS, Action.MAKE),
    *_of(Resource.SUPPLIERS, Action.MAKE, Action.CHANGE),
    *_of(Resource.CUSTOMERS, Action.MAKE, Action.CHANGE),
)
# Those whose body is a record, by a contract.
ENDPOINTS = tuple(endpoint for endpoint in _ALL if endpoint.action in (Action.MAKE, Action.CHANGE))
# Those without a body, or with one of their own.
ACTIONS = tuple(endpoint for endpoint in _ALL if endpoint not in ENDPOINTS)


def _shape(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A path with its ids left out, and the ids: they follow the names of lists."""
    parts = path.split("/")
    ids = tuple(parts[at] for at in (3, 5) if len(parts) > at)
    return tuple("{}" if at in (3, 5) else part for at, part in enumerate(parts)), ids


_BY_SHAPE = {(endpoint.method, _shape(endpoint.template)[0]): endpoint for endpoint in _ALL}


def route(method: str, path: str, more: Sequence[Endpoint] = ()) -> tuple[Endpoint, tuple[str, ...]] | None:
    """The endpoint, one of the sandbox's own or of `more`, and the ids that the path holds for it."""
    shape, ids = _shape(path)
    endpoint = _BY_SHAPE.get((method, shape))
    if endpoint is None:
        fitting = (each for each in more if each.method == method and _shape(each.template)[0] == shape)
        endpoint = next(fitting, None)
    return None if endpoint is None else (endpoint, ids)
