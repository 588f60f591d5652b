"""A hundred changes of orders, receipts and products, killed at random moments and run again until they are done.

`CLARUS_BATCH_KILLS` sets how many kills at random moments are tried.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from nursery import Nursery

from pipeline.sandbox import Fault, What

KILLS = max(1, int(os.environ.get("CLARUS_BATCH_KILLS", "60")) // 10)
COUNT = 34  # orders; and as many receipts and products
SECONDS = 1.5  # about as long as such a run takes
SHORT = "timeout_seconds = 1\ndoubt_seconds = 1\nconcurrency = 4\n"


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery")) as nursery:
        yield nursery


def drop(clerk: Any, changed: bool) -> None:
    """A hundred documents, as they are made and as they are changed."""
    more = int(changed)
    orders, receipts = [], []
    for n in range(COUNT):
        orders.append({"ref": f"O-{n}", "product": "P-1", "quantity": n + 1 + more, "priority": 1 + more})
        orders.append({"ref": f"O-{n}", "product": "DEMO-002" if changed else "P-2", "quantity": 9})
        receipts.append({"ref": f"R-{n}", "product": "P-1", "quantity": n + 1 + more, "notes": f"note {more}"})
        receipts += [] if changed else [{"ref": f"R-{n}", "product": "P-2", "quantity": 9}]
    clerk.operator.drop("orders.csv", clerk.file("orders", *orders))
    clerk.operator.drop("receipts.csv", clerk.file("receipts", *receipts))
    products = "".join(f"Q-{n},Product {n} {'new' if changed else 'old'},EACH\n" for n in range(COUNT))
    clerk.operator.drop("products.csv", f"Code,Description,Unit Stock Unit Type Code\n{products}")


def check(clerk: Any) -> None:
    """Clarus has what the files say, each line once."""
    for n in range(COUNT):
        assert [line[1:] for line in clerk.lines("orders", f"O-{n}")] == [("P-1", n + 2), ("DEMO-002", 9)]
        assert [line[1:] for line in clerk.lines("receipts", f"R-{n}")] == [("P-1", n + 2)]
        assert clerk.record("orders", f"O-{n}").attributes["priority"] == 2
        assert clerk.record("receipts", f"R-{n}").attributes["notes"] == "note 1"
    products = clerk.operator.clarus.records("products")
    named = [record.attributes["description"] for record in products if record.attributes["code"].startswith("Q-")]
    assert sorted(named) == sorted(f"Product {n} new" for n in range(COUNT))


@pytest.mark.slow(keep_each=3)
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_hundred_changes_with_kills(clerk: Any, nursery: Nursery, seed: int) -> None:
    """No line is there twice, nothing is half told, and a second run of the same files sends nothing."""
    chance = random.Random(seed)
    clerk.operator.configure(sections=SHORT)
    drop(clerk, changed=False)
    assert clerk.operator.call("run").exit_code == 0
    clerk.allow("orders", "receipts", "products", top="remove_missing_lines = true", sections=SHORT)
    clerk.operator.clarus.conditions.latency_seconds = 0.02
    lost = Fault(what=What.CUT_AFTER, method="PATCH", every=17, times=None)
    clerk.operator.clarus.faults.add(lost, Fault(what=What.CUT_BEFORE, method="PATCH", every=23, times=None))
    drop(clerk, changed=True)

    folder = clerk.operator.folder
    words = ["run", "--config", f"{folder / 'clarus.toml'}"]
    words += ["--inbox", f"{clerk.operator.inbox}", "--outbox", f"{clerk.operator.outbox}"]
    environment = {f"CLARUS_{name}": "sandbox" for name in ("SUBDOMAIN", "CLIENT_ID", "CLIENT_SECRET")}
    for _ in range(3):
        child = nursery.start(words, environment)
        time.sleep(chance.uniform(0.2, SECONDS))
        child.kill()
    clerk.operator.clarus.faults.replace()
    called = clerk.operator.call("run")

    assert called.exit_code == 0, called.output
    check(clerk)
    before = clerk.writes()
    drop(clerk, changed=True)
    called = clerk.operator.call("run")
    assert called.exit_code == 0, called.output
    assert clerk.writes() == before
