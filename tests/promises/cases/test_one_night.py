"""One of everything wrong in one folder, and `run -q` over it: nothing hides behind the trouble of others."""

from __future__ import annotations

import shutil
from typing import Any

from tests.promises.cases.conftest import PRODUCTS, WRITTEN, Case, cases, texts, told


def test_a_night_with_every_case_at_once_tells_each_of_them(operator: Any) -> None:
    """Files of all cases that need no configuration: what must not be posted is not, and each case is told."""
    operator.drop("products.csv", PRODUCTS)
    assert operator.call("run").exit_code == 0
    seeded = {record.id for resource in WRITTEN for record in operator.clarus.records(resource)}
    night = [case for case in cases() if not case.again and not (case.folder / "clarus.toml").exists()]
    for case in night:
        for name in case.files:
            shutil.copy(case.folder / name, operator.inbox / f"{case.name}-{name}")

    done = operator.call("run", "-q")

    issues = (operator.runs()[-1] / "issues.csv").read_text(encoding="utf-8-sig")
    sent = [r for resource in WRITTEN for r in operator.clarus.records(resource) if r.id not in seeded]
    values = [text for record in sent for text in texts([record.attributes, record.address, record.lines])]
    assert done.exit_code == 1
    assert [case.name for case in night if _was_sent_wrong(case, values)] == []
    assert [case.name for case in night if not all(told(word, done.output + issues) for word in case.told)] == []


def _was_sent_wrong(case: Case, values: list[str]) -> bool:
    """Whether a value is there that the case must never send; whole ones only, for others may be right elsewhere."""
    return any(never.partition("#exact")[0] in values for never in case.never)
