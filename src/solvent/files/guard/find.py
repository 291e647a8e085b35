"""Find: where in an upload a row of the books stands, and its first rows, asked of a child behind the same walls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from solvent.files.guard.carry import CarryError, left_behind
from solvent.files.guard.child import PLACES
from solvent.files.guard.gate import refused_at_sight
from solvent.files.guard.limits import GUARD, GuardLimits
from solvent.files.guard.read import done_of, run_child
from solvent.intake.intake import Known, Source
from solvent.intake.ledger.guess import Glance
from solvent.intake.sources.places import Place, Row
from solvent.intake.sources.take import Desk

_MOST = 20_000_000
"""Bytes of an answer: twenty rows with their neighbours of some sheets have a hundredth."""


def find_guarded(
    source: Source, known: Known, row: tuple[str, str], desk: Desk, limits: GuardLimits = GUARD
) -> list[Place] | None:
    """The places of an upload from which a row came, as ``solvent.intake.sources.places.places_in`` finds them.

    Args:
        known, desk: those with which the upload was read; importers are those that are registered.
        row: its table, and the cells of the table's key as text, with U+001F between.

    Returns:
        None where the upload cannot be read again: turned away, too large for the memory, or too slow. Never raises
        for anything in it.
    """
    told = _asked(source, (known, tuple(desk.formats), tuple(desk.profiles)), row, limits)
    try:
        return None if told is None else [_place(one) for one in told]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def glance_guarded(source: Source, limits: GuardLimits = GUARD) -> list[Glance]:
    """The first rows of each sheet of an upload, as ``solvent.intake.ledger.guess.glances`` has them; none where it
    cannot be read. Never raises for anything in it."""
    told = _asked(source, (Known(), (), ()), (), limits)
    try:
        return [_glance(one) for one in told or ()]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _asked(source: Source, ask: tuple[object, ...], row: tuple[str, ...], limits: GuardLimits) -> list[Any] | None:
    """What a child answers, a list; None where it does not, or nothing that can be believed."""
    if refused_at_sight(source, limits) is not None:
        return None
    with TemporaryDirectory(prefix="solvent-guard-") as place:
        folder = Path(place)
        code, _ = run_child(folder, source, ask, limits, row)
        if code != 0 or done_of(folder).get("outcome") != "read":
            return None
        try:
            told = json.loads(left_behind(folder / PLACES, _MOST))
        except (CarryError, ValueError, RecursionError):
            return None
        return told if isinstance(told, list) else None


def _glance(told: Mapping[str, Any]) -> Glance:
    lines = [(int(number), [str(cell) for cell in cells]) for number, cells in told["lines"]]
    return Glance(str(told["source"]), str(told["sheet"]), lines, int(told["header"]))


def _place(told: Mapping[str, Any]) -> Place:
    """A place that a child told, nothing of it trusted to be what it should be."""
    kind, source, sheet, role = (str(told[name]) for name in ("kind", "source", "sheet", "role"))
    rows = [Row(int(row["number"]), row["here"] is True, [str(cell) for cell in row["cells"]]) for row in told["rows"]]
    mapping = {str(text): str(meant) for text, meant in told["mapping"].items()}
    columns = [str(text) for text in told["columns"]]
    return Place(kind, source, sheet, role, int(told["header_row"]), columns, mapping, rows, int(told["count"]))
