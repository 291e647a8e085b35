"""Markets for the tests of matching."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _market() -> ModuleType:
    spec = importlib.util.spec_from_file_location("matching_market", Path(__file__).with_name("market.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["matching_market"] = module
    spec.loader.exec_module(module)
    return module


MARKET = _market()


@pytest.fixture(scope="session")
def market() -> ModuleType:
    """The module of made markets: ``market.market(seed, lines, items, customers)``."""
    return MARKET
