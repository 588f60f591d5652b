"""A target of the Singer SDK, which takes one record at a time; the orders come as Singer messages.

python singer_target.py URL FILE
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any, ClassVar

import requests
from orders_of import HEADERS, body_of, orders_of
from singer_sdk import Target
from singer_sdk.sinks import RecordSink

_, URL, PATH = sys.argv


class _Orders(RecordSink):
    session = requests.Session()

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        answer = self.session.post(f"{URL}/api/goods_outs", json=record["body"], headers=HEADERS, timeout=30)
        answer.raise_for_status()


class _Clarus(Target):
    name = "target-clarus"
    config_jsonschema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}}
    default_sink_class = _Orders


def _messages() -> str:
    schema = {"type": "object", "properties": {"body": {"type": "object"}}}
    messages: list[dict[str, Any]] = [
        {"type": "SCHEMA", "stream": "goods_outs", "schema": schema, "key_properties": []}
    ]
    messages += [{"type": "RECORD", "stream": "goods_outs", "record": {"body": body_of(o)}} for o in orders_of(PATH)]
    return "\n".join(map(json.dumps, messages)) + "\n"


if __name__ == "__main__":
    _Clarus(config={}).listen(io.StringIO(_messages()))
