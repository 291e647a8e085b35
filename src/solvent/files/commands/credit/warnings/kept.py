"""Kept: cases and their history as two Parquet files in a folder, for a company without a store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.decisions.warnings.cases import CASES, HISTORY, none_yet
from solvent.decisions.warnings.handling import Kept

SHEETS: Mapping[str, Mapping[str, Any]] = {"cases": CASES, "history": HISTORY}


def read_kept(folder: Path) -> Kept:
    """The cases of a folder; none where there is nothing yet.

    Raises:
        SolventError: a file is not one of ours.
    """
    paths = [folder / f"{name}.parquet" for name in SHEETS]
    if not any(path.exists() for path in paths):
        return none_yet()
    cases, history = (_read(path, shape) for path, shape in zip(paths, SHEETS.values()))
    return cases, history


def write_kept(kept: Kept, folder: Path) -> None:
    """Both files anew; each is whole at every moment."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, frame in zip(SHEETS, kept):
        path = folder / f".{name}.{os.getpid()}.new"
        frame.write_parquet(path)
        written.append((path, folder / f"{name}.parquet"))
    for path, place in written:
        path.replace(place)


def _read(path: Path, shape: Mapping[str, Any]) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
        return frame.select(pl.col(name).cast(kind) for name, kind in shape.items())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SolventError("warnings.kept_unreadable", str(path), error=type(error).__name__) from error
