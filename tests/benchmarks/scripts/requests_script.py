"""The script that everybody writes first: pandas and requests, one order after the other, or by so many threads.

python requests_script.py URL FILE [THREADS]
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from orders_of import HEADERS, body_of, orders_of

_own = threading.local()


def _post(url: str, rows: list[dict[str, Any]]) -> int:
    if not hasattr(_own, "session"):
        _own.session = requests.Session()
        _own.session.headers.update(HEADERS)
    answer = _own.session.post(f"{url}/api/goods_outs", json=body_of(rows), timeout=30)
    answer.raise_for_status()
    return int(answer.json()["data"]["id"])


if __name__ == "__main__":
    _, url, path, *threads = sys.argv
    with ThreadPoolExecutor(int(threads[0]) if threads else 1) as pool:
        list(pool.map(lambda rows: _post(url, rows), orders_of(path)))
