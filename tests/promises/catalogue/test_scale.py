"""A catalogue loaded by the command itself, in a process that is killed on the way."""

from __future__ import annotations

import importlib.util
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

_BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "catalogue.py"
_PRODUCTS = 2_000


@pytest.fixture
def benchmark() -> ModuleType:
    """The benchmark of a whole catalogue, which is a program and not a module of this suite."""
    spec = importlib.util.spec_from_file_location("catalogue_benchmark", _BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look for the module of their class there
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_killed_catalogue_is_continued_and_nothing_is_there_twice(tmp_path: Path, benchmark: ModuleType) -> None:
    """Every product, account and storage unit once, with hardly more requests than records."""
    measured = benchmark.load_catalogue(tmp_path / "job", _PRODUCTS, ((signal.SIGKILL, 0.5),))

    seeded = 1  # the sandbox begins with one product, which has a storage unit
    assert measured.records == {
        "products": _PRODUCTS + seeded,
        "account_products": _PRODUCTS,
        "product_storage_units": _PRODUCTS + seeded,
    }
    assert measured.requests < 1.05 * 3 * _PRODUCTS
    results = next((tmp_path / "job" / "outbox").glob("*/products.results.csv")).read_text(encoding="utf-8-sig")
    assert results.count(",created,") == _PRODUCTS
