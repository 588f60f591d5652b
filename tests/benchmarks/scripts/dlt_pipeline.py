"""dlt with a custom destination and twenty workers.

python dlt_pipeline.py URL FILE
"""

from __future__ import annotations

import os
import sys

os.environ |= {
    "LOAD__WORKERS": "20",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "DATA_WRITER__FILE_MAX_ITEMS": "100",  # a worker takes a file, and a file is loaded in one piece
}

import dlt
import requests
from orders_of import HEADERS, body_of, orders_of

_, URL, PATH = sys.argv


@dlt.destination(batch_size=1, naming_convention="direct", max_table_nesting=0, max_parallel_load_jobs=20)
def clarus(items, table):  # type: ignore[no-untyped-def]
    """Post one order."""
    with requests.Session() as session:
        for item in items:
            answer = session.post(f"{URL}/api/goods_outs", json=item["body"], headers=HEADERS, timeout=30)
            answer.raise_for_status()


@dlt.resource(name="goods_outs", columns={"body": {"data_type": "json"}})
def orders():  # type: ignore[no-untyped-def]
    """The orders of the file."""
    for rows in orders_of(PATH):
        yield {"body": body_of(rows)}


if __name__ == "__main__":
    dlt.pipeline("benchmark", destination=clarus, pipelines_dir="dlt-state", dev_mode=True).run(orders())
