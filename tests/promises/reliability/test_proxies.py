"""The faults once more, with a forwarding proxy on the way: httpx's own transport, and once in Clarus all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from forwarding import Mood, Proxy

from pipeline.sandbox import Fault
from tests.promises.reliability.test_faults import FAULTS, POINTS


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with Proxy() as own:
        monkeypatch.setenv("HTTP_PROXY", own.url)
        yield own


@pytest.mark.slow(keep_each=11)  # prime to both numbers
@pytest.mark.parametrize("point", ["first lookup", "product", "order"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_document_is_posted_once_through_a_proxy(site: Any, proxy: Proxy, fault: str, point: str) -> None:
    """Whatever strikes behind it: cut before and after the record was made, silence, errors, half answers."""
    site.drop(products=2, orders=2)
    site.sandbox.faults.add(Fault(**POINTS[point], **FAULTS[fault], times=2))

    exit_code = site.call("run")

    assert exit_code == 0, site.said
    assert any("/api/goods_outs" in line for line in proxy.heard)
    site.check_all_done(products=2, orders=2)


@pytest.mark.parametrize("mood", [Mood.CUTS_BEFORE, Mood.CUTS_AFTER, Mood.REFUSES, Mood.WANTS_A_PASSWORD])
def test_a_proxy_that_goes_bad_in_the_middle_of_a_run_makes_nothing_twice(site: Any, proxy: Proxy, mood: Mood) -> None:
    """The run ends with 3, nothing is rejected; once the proxy is well again, the next run does the rest."""
    site.configure(give_up_seconds=1)
    site.drop(orders=30)
    posts = 0

    def soon_bad(line: str) -> Mood:
        nonlocal posts
        posts += "/api/goods_outs" in line
        return Mood.FORWARDS if posts < 10 else mood

    proxy.mood = soon_bad
    stopped = site.call("run")
    during = site.statuses("orders")
    proxy.mood = lambda line: Mood.FORWARDS
    finished = site.call("run")

    assert stopped == 3, site.said
    assert set(during) <= {"created", "unknown", "pending"}
    assert finished == 0, site.said
    site.check_all_done(orders=30)
