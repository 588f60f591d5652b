"""The endpoints under `/sandbox/`, by which another process steers and inspects a sandbox."""

from collections.abc import Mapping
from dataclasses import fields
from urllib.parse import parse_qs

import orjson

from pipeline.sandbox import answers
from pipeline.sandbox.answers import Answer
from pipeline.sandbox.clarus import Request
from pipeline.sandbox.faults import Fault, What
from pipeline.sandbox.kinds import Json
from pipeline.sandbox.world import Conditions, World

PREFIX = "/sandbox/"


def steer(request: Request, query: str, world: World) -> Answer:
    """Carry out one of

    - `GET /sandbox/records/{resource}?tenant=`: every record, or those of one tenant
    - `PUT /sandbox/records/{resource}/{id}/status?tenant=`: a text, the new status of an order or receipt; or an object
      with `status` and `picked`, which has the picked quantity of lines, by id, of which there was not enough
    - `GET /sandbox/requests`: what has been asked so far
    - `PUT /sandbox/faults`: a list of faults, in place of the ones before
    - `PUT /sandbox/conditions`: an object with the conditions to change
    - `POST /sandbox/revoke_tokens`
    """
    what = request.path.removeprefix(PREFIX)
    try:
        match request.method, what.split("/"):
            case "GET", ["records", resource]:
                tenant = parse_qs(query).get("tenant", [None])[0]
                return answers.json(world.records(resource, tenant))
            case "PUT", ["records", resource, record_id, "status"]:
                tenant = parse_qs(query).get("tenant", [None])[0]
                records = world.records(resource, tenant)
                [record] = [record for record in records if record.id == int(record_id)]
                told = orjson.loads(request.body)
                status, picked = (told["status"], told.get("picked", {})) if isinstance(told, dict) else (told, {})
                short = {int(line): float(quantity) for line, quantity in picked.items()}
                return answers.json(world.move(record, str(status), short))
            case "GET", ["requests"]:
                return answers.json(world.traffic.so_far())
            case "PUT", ["faults"]:
                world.faults.replace(map(_fault, orjson.loads(request.body)))
                return answers.json({})
            case "PUT", ["conditions"]:
                _change(world.conditions, orjson.loads(request.body))
                return answers.json(world.conditions)
            case "POST", ["revoke_tokens"]:
                world.tokens.revoke()
                return answers.json({})
    except (ValueError, TypeError, KeyError) as error:
        return answers.failed(400, "bad_control", str(error))
    return answers.failed(404, "not_found", f"{request.method} {request.path} does not exist")


def _fault(told: Mapping[str, Json]) -> Fault:
    return Fault(**{**told, "what": What(told["what"])})


def _change(conditions: Conditions, told: Mapping[str, Json]) -> None:
    unknown = told.keys() - {condition.name for condition in fields(Conditions)}
    if unknown:
        raise ValueError(f"no such condition: {', '.join(sorted(unknown))}")
    for name, value in told.items():
        setattr(conditions, name, value)
