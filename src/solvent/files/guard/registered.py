"""Registered: the importers that stand ready: our own, and those that other packages have registered."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points

from solvent.intake.credit.reports.company_report import CompanyReport
from solvent.intake.credit.statements import Statements
from solvent.intake.erp.erpnext.importer import ErpNext
from solvent.intake.erp.odoo.importer import Odoo
from solvent.intake.sources.importer import GROUP, Importer


def registered() -> Sequence[Importer]:
    """Those of other packages first, by name, so that somebody's own reading of a system goes before ours.

    An entry that cannot be loaded is left out: one broken package stops nobody else's files.
    """
    found: list[Importer] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            loaded = entry.load()
            found.append(loaded() if isinstance(loaded, type) or not hasattr(loaded, "identify") else loaded)
        except MemoryError:
            raise
        except Exception:  # somebody else's package, at import time: whatever it raises, it is not ours to fall over
            continue
    return [*found, ErpNext(), Odoo(), CompanyReport(), Statements()]
