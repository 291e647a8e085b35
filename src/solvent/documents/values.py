"""Values: frames, amounts and problems as plain values for machines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import Problem

Json = Any

COUNTED = frozenset(
    (
        "week", "tier", "rank", "days", "wait_days", "age_days", "evidence", "rows", "lines", "months", "weeks",
        "accounts", "count", "lead_weeks", "forecasts", "items", "not_yet_paid",
    )
)  # fmt: skip
"""Columns and fields of whole numbers that are not money."""


def int_or_none(value: object) -> int | None:
    """A fact that is a whole number; None for anything else."""
    return value if isinstance(value, int) else None


def amount(minor: int | None, currency: str) -> str | None:
    """An amount as decimal text in the main unit."""
    return None if minor is None else str(decimal(minor, currency))


def problem_of(problem: Problem) -> dict[str, Json]:
    """A problem as code, place and facts."""
    return {"code": problem.code, "place": problem.place, "facts": dict(problem.facts)}


def records(frame: pl.DataFrame, currency: str, money: Sequence[str]) -> list[dict[str, Json]]:
    """A frame as a list of objects; ``money`` names its columns of minor units."""
    return [
        {name: amount(value, currency) if name in money else plain(value) for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]


def plain(value: Json) -> Json:
    """A cell as JSON knows it: days as ISO text."""
    return value.isoformat() if isinstance(value, date) else value


def rows(frame: pl.DataFrame | None, currency: str) -> list[dict[str, Json]] | None:
    """A frame as a list of objects: whole numbers are money unless COUNTED says otherwise."""
    if frame is None:
        return None
    money = {name for name, kind in frame.schema.items() if kind == pl.Int64 and name not in COUNTED}
    return [
        {
            name: amount(value, row.get("currency") or currency) if name in money else plain(value)
            for name, value in row.items()
        }
        for row in frame.iter_rows(named=True)
    ]
