"""Tested: how each warning rule would have done over a company's own past, kept until it is tested anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from solvent.decisions.warnings.backtest import TESTED
from solvent_server.store import database

NAME = "backtest.parquet"


@dataclass(frozen=True)
class Kept:
    """A back-test. as_of: the day up to which the past was played. table: ``warnings.backtest.TESTED``."""

    as_of: date
    table: pl.DataFrame


def keep(code: str, as_of: date, table: pl.DataFrame) -> None:
    """Write the newest back-test of a company in place of the one before."""
    place = _place(code)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    table.with_columns(pl.lit(as_of).alias("as_of")).write_parquet(fresh)
    fresh.replace(place)


def latest(code: str) -> Kept | None:
    """The kept back-test of a company; None: there is none, or no rule could be tested."""
    place = _place(code)
    if not place.is_file():
        return None
    told = pl.read_parquet(place)
    if told.is_empty():
        return None
    return Kept(told.item(0, "as_of"), told.select(pl.col(name).cast(kind) for name, kind in TESTED.items()))


def _place(code: str) -> Path:
    return database.folder() / "assessments" / code / NAME
