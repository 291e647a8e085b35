"""Frames: one customer's rows out of the lists that a kept assessment holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent_server.store.keeping.assessments import Kept


def table_of(kept: Kept, name: str) -> pl.LazyFrame | None:
    """A list of the assessment; None where it was made by a version that had none such."""
    try:
        return kept.frame(name)
    except SolventError:
        return None


def rows_of(kept: Kept, name: str, customer_id: str, column: str = "customer_id") -> Sequence[Mapping[str, Any]]:
    """The customer's rows of a list, in its order; none where there is no such list."""
    frame = table_of(kept, name)
    return [] if frame is None else frame.filter(pl.col(column) == customer_id).collect().to_dicts()
