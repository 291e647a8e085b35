"""Runs: a joint simulation kept in a folder, an array a kind of flow, to be questioned again without drawing it anew.

``run.json`` names what the figures were made of: day, currency, seed, paths, bins, and the fingerprint of books and
policy. Arrays are NumPy files, read where they lie: a what-if touches only the kinds of flow that it changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

import solvent
from solvent.base.problem import SolventError
from solvent.simulation.bending.world import World
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.paths import FLOWS, CashPaths

FORMAT = 1
SHEET = "run.json"


@dataclass(frozen=True)
class Run:
    """What a folder keeps: the paths, what scenarios ask of the company, and plain facts beside them.

    facts: what the command that saved it wanted to keep: the line it was held against, which policy.
    """

    paths: CashPaths
    world: World
    facts: Mapping[str, Any]


def is_run(folder: Path) -> bool:
    """True where a folder keeps a run."""
    return (folder / SHEET).is_file()


def save_run(run: Run, folder: Path) -> None:
    """Write the run; the sheet last, so that a folder half written is none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SHEET).unlink(missing_ok=True)
    paths = run.paths
    for kind, flow in paths.flows.items():
        np.save(folder / f"flow_{kind}.npy", flow)
    np.save(folder / "systemic.npy", paths.systemic)
    for place, flow in enumerate(run.world.customers.values()):
        np.save(folder / f"customer_{place}.npy", flow)
    sheet = {
        "format": FORMAT,
        "solvent": solvent.__version__,
        "as_of": paths.horizon.as_of.isoformat(),
        "ends": [day.isoformat() for day in paths.horizon.ends],
        "currency": paths.currency,
        "seed": paths.seed,
        "paths": paths.count,
        "opening_minor": paths.opening,
        "flows": [kind for kind in FLOWS if kind in paths.flows],
        "customers": list(run.world.customers),
        "sales_shares": dict(run.world.sales_shares),
        "foreign": dict(run.world.foreign),
        "drawn": {
            name: [amount, None if last is None else last.isoformat()]
            for name, (amount, last) in run.world.drawn.items()
        },
        "facts": dict(run.facts),
    }
    (folder / SHEET).write_text(json.dumps(sheet, ensure_ascii=False, indent=1) + "\n", "utf-8")


def load_run(folder: Path) -> Run:
    """Read a run; arrays stay on disk until they are asked for.

    Raises:
        SolventError: the folder keeps no run, one of another format, or an array is missing or of another shape.
    """
    if not is_run(folder):
        raise SolventError("files.no_run", str(folder))
    sheet = json.loads((folder / SHEET).read_text("utf-8"))
    if sheet.get("format") != FORMAT:
        raise SolventError("files.run_format", str(folder), found=str(sheet.get("format")), known=FORMAT)
    ahead = Horizon(date.fromisoformat(sheet["as_of"]), tuple(date.fromisoformat(day) for day in sheet["ends"]))
    shape = (int(sheet["paths"]), len(ahead))
    flows = {kind: _array(folder / f"flow_{kind}.npy", shape) for kind in sheet["flows"]}
    systemic = _array(folder / "systemic.npy", shape[:1])
    names: Sequence[str] = sheet["customers"]
    customers = {name: _array(folder / f"customer_{place}.npy", shape) for place, name in enumerate(names)}
    paths = CashPaths(ahead, sheet["currency"], int(sheet["seed"]), sheet["opening_minor"], flows, systemic)
    drawn = {
        name: (int(amount), None if last is None else date.fromisoformat(last))
        for name, (amount, last) in sheet["drawn"].items()
    }
    return Run(paths, World(customers, sheet["sales_shares"], sheet["foreign"], drawn), sheet["facts"])


def _array(path: Path, shape: tuple[int, ...]) -> Floats:
    try:
        array: Floats = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SolventError("files.run_damaged", path.name) from error
    if array.shape != shape or array.dtype != np.float64:
        raise SolventError("files.run_damaged", path.name)
    return array
