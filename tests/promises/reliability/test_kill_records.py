"""The process is killed while the records of a warehouse are loaded, and run again: each is there once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.sandbox import Attribute, Declared, DeclaredList, Sandbox

FILES = {
    "carriers": "carrier_code,carrier_name\n" + "".join(f"C-{n},Carrier\n" for n in range(20)),
    "carrier_services": "carrier_code,carrier_service_code,carrier_service_name\n"
    + "".join(f"C-{n},S-{m},Service\n" for n in range(20) for m in range(2)),
    "locations": "Code,Warehouse Code,Location Type\n"
    + "".join(f"L-{n},{warehouse},651\n" for n in range(20) for warehouse in ("WHS01", "WHS02")),
    "account_products": "Product Code,Account Code,Operation\nDEMO-002,ACME,ASSIGN\nDEMO-002,GLOBEX,ASSIGN\n",
    "crossdocks": "crossdock_reference,account_code,expected_date_of_receipt\n"
    + "".join(f"CD-{n},ACME,2026-06-10\n" for n in range(20)),
    "gates": "gate_code\n" + "".join(f"G-{n}\n" for n in range(20)),
}
GATES = """\
document = "1.0.0"
name = "gates"
noun = "gate"
resource = "gates"
path = "/gates"
key = ["gate_code"]
list = { name = "gates", filter_type = "GateFilterType", key = ["code"], filter = "code" }

[columns.gate_code]
attribute = "code"
kind = "code"
required = true
"""
SERVED = Declared(
    "gates", "/gates", {"code": Attribute("text", True)}, [DeclaredList("gates", "GateFilterType", ("code",))]
)
CONFIGURATION = """\
settle_seconds = 0
[clarus]
base_url = "{url}"
subdomain = "sandbox"
client_id = "sandbox"
read_settle_seconds = 0
retry_wait_seconds = 0.01
doubt_seconds = 1
timeout_seconds = 1
concurrency = 4
"""


def call(folder: Path, seconds: float | None) -> int | None:
    """Run, killed after so many seconds; None: it was."""
    program = [sys.executable, "-m", "pipeline", "run", "-q"]
    root = str(Path(__file__).parents[3])
    env = {**os.environ, "CLARUS_CLIENT_SECRET": "sandbox", "PYTHONPATH": root}
    with subprocess.Popen(program, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            return run.wait(seconds)
        except subprocess.TimeoutExpired:
            run.kill()
            return None


@pytest.mark.slow(keep_each=3)
@pytest.mark.parametrize("seed", range(3))
def test_each_record_is_made_once(tmp_path: Path, seed: int) -> None:
    """At random moments, four times over."""
    chance = random.Random(seed)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "gates.toml").write_text(GATES, encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / "inbox" / f"{name}.csv").write_text(text, encoding="utf-8")
    with Sandbox(declared=[SERVED]) as clarus:
        (tmp_path / "clarus.toml").write_text(CONFIGURATION.format(url=clarus.url), encoding="utf-8")
        clarus.conditions.latency_seconds = 0.02
        before = {name: {record.id for record in clarus.records(name)} for name in FILES}

        for _ in range(4):
            call(tmp_path, chance.uniform(0.8, 2.5))
        exit_code = call(tmp_path, None)

        assert exit_code == 0
        for name, text in FILES.items():
            made = [record.attributes for record in clarus.records(name) if record.id not in before[name]]
            assert len(made) == text.count("\n") - 1, name
            assert max(Counter(map(identity, made)).values()) == 1, name


def identity(attributes: Any) -> tuple[Any, ...]:
    """What tells one record from another, whatever it is."""
    names = ("code", "reference", "warehouse_id", "carrier_id", "account_id", "product_id")
    return tuple(attributes.get(name) for name in names)
