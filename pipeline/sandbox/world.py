"""Everything a sandbox knows and obeys, apart from the socket it answers on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipeline.sandbox.declared import Extras, extras
from pipeline.sandbox.faults import Faults
from pipeline.sandbox.records import Line, Record, Tenant
from pipeline.sandbox.resources import Resource
from pipeline.sandbox.tokens import Tokens
from pipeline.sandbox.traffic import Traffic


@dataclass(slots=True)
class Conditions:
    """What a server can be like; any thread may change it while requests come in."""

    latency_seconds: float = 0.0  # before every answer
    max_concurrent: int | None = None  # more requests at once are answered 429
    rate_limit: float | None = None  # more requests a second are answered 429
    read_lag_seconds: float = 0.0  # GraphQL does not see records younger than this
    upper_case: bool = False  # references and codes are kept in upper case, with single blanks
    outage: bool = False  # everything is answered 503


@dataclass(frozen=True, slots=True)
class World:
    tenants: Mapping[str, Tenant]
    tokens: Tokens
    traffic: Traffic
    conditions: Conditions
    clock: Callable[[], float]  # seconds since the epoch
    page_cap: int  # most nodes in a page of GraphQL
    storage_unit_field: str
    extras: Extras = field(default_factory=lambda: extras(()))  # what is declared beside the sandbox's own
    faults: Faults = field(default_factory=Faults)

    def records(self, resource: str, tenant: str | None = None) -> list[Record]:
        """Every record of a list, the seeded ones included: of one tenant, or of all.

        Raises:
            KeyError: no such tenant, or no such list.
        """
        names = self.tenants if tenant is None else [tenant]
        return [record for name in names for record in self.tenants[name].all(resource)]

    def move(self, record: Record, status: str, picked: Mapping[int, float] | None = None) -> Record:
        """Give an order or receipt another status, as the warehouse does.

        Lines of an order are allocated, picked or dispatched with it: whole, but for those of which `picked` says less.
        """
        tenant = self.tenants[record.tenant]
        now = tenant.get(record.resource, record.id)
        if now is None or not now.status:
            raise KeyError(f"{record.resource} {record.id} has no status")
        if record.resource is Resource.GOODS_OUTS:
            lines = tuple(_moved(line, status.upper(), (picked or {}).get(line.id)) for line in now.lines)
            return tenant.change(now, {}, status=status, lines=lines)
        arrived = {"actual_date_of_arrival": _moment(self.clock())} if status.lower() == "completed" else {}
        return tenant.change(now, arrived, status=status)


_SHOWN_IN = {
    "allocated_quantity": {"ALLOCATED", "PICK", "COMPLETED"},
    "pick_quantity": {"PICK", "COMPLETED"},
    "dispatch_quantity": {"COMPLETED"},
}


def _moved(line: Line, status: str, picked: float | None) -> Line:
    ordered = line.attributes.get("order_quantity") or 0
    there = ordered if picked is None else picked
    quantities = {name: (there if status in statuses else 0) for name, statuses in _SHOWN_IN.items()}
    short = "SHORT" if there < ordered and status in _SHOWN_IN["pick_quantity"] else ""
    return replace(line, attributes={**line.attributes, **quantities, "short_status": short})


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
