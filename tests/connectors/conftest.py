"""Servers that speak the documented protocols of ERPNext and Odoo, on this machine, with a made company in each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from erpnext_hosted import ErpNextCompany, ErpNextServer
from odoo_hosted import OdooCompany, OdooServer


@pytest.fixture
def erpnext() -> Iterator[ErpNextServer]:
    server = ErpNextServer(ErpNextCompany())
    yield server
    server.close()


@pytest.fixture
def small_erpnext() -> Iterator[ErpNextServer]:
    server = ErpNextServer(ErpNextCompany(invoices=24))
    yield server
    server.close()


@pytest.fixture
def odoo() -> Iterator[OdooServer]:
    server = OdooServer(OdooCompany())
    yield server
    server.close()


@pytest.fixture
def odoo_of() -> Iterator[Callable[..., OdooServer]]:
    made: list[OdooServer] = []

    def make(*, invoices: int = 24, older: bool = False) -> OdooServer:
        made.append(OdooServer(OdooCompany(invoices=invoices), older=older))
        return made[-1]

    yield make
    for server in made:
        server.close()
