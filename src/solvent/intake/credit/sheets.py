"""Sheets: financial statements side by side, a row a period and a column a line."""

from __future__ import annotations

import numpy as np
import polars as pl

from solvent.books.customers import LINES

FLOWING = ("sales", "cogs", "purchases", "ebit", "net_profit")
"""Lines that flow over a period; all others stand on its last day."""

_LINE = pl.Enum(LINES)
_KEYS = ("entity_id", "period_end")


def sheets(rows: pl.LazyFrame) -> pl.DataFrame:
    """Statements with a row a period and a column a line.

    Of a line told twice for a day the newest recording counts. Where lines of one day were told for several lengths or
    in several currencies, the row is that of the sales, else of the total assets, else the longest length and the last
    currency of the alphabet; what was told otherwise is left out: lines that flow by length and currency, lines that
    stand by currency alone.

    Args:
        rows: of the table ``statements``.

    Returns: entity_id, period_end, months, currency, then every line of LINES (Int64, minor units; empty: not told),
    recorded_on (the day the last of them became known), oldest first within an entity.
    """
    columns = (*_KEYS, "months", "line", "currency", "amount", "recorded_on")
    told = rows.select(columns).with_columns(pl.col("line").cast(_LINE, strict=False)).collect()
    told = _newest(told.filter(pl.col("line").is_not_null() & pl.col("amount").is_not_null()))
    periods = told.group_by(_KEYS).agg(_lead("months"), _lead("currency"), pl.col("recorded_on").max()).sort(_KEYS)
    lead = periods.select(*_KEYS, pl.col("months", "currency").name.prefix("lead_")).with_row_index("at")
    placed = told.join(lead, on=_KEYS, how="left")
    same_length = pl.col("months") == pl.col("lead_months")
    fits = (pl.col("currency") == pl.col("lead_currency")) & (~pl.col("line").is_in(FLOWING) | same_length)
    return _spread(placed.filter(fits), periods)


def _newest(told: pl.DataFrame) -> pl.DataFrame:
    """One row for each line and day, the one recorded last."""
    key = pl.struct(*_KEYS, "line").hash()
    if not told.select(key.is_duplicated().any()).item():
        return told
    ordered = told.sort("recorded_on", maintain_order=True)
    return ordered.unique([*_KEYS, "line"], keep="last", maintain_order=True)


def _lead(column: str) -> pl.Expr:
    """What the sales say, else the total assets, else the greatest of all."""
    of = [pl.when(pl.col("line") == line).then(pl.col(column)).max() for line in ("sales", "total_assets")]
    return pl.coalesce(*of, pl.col(column).max()).alias(column)


def _spread(placed: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Each amount in the row of its period and the column of its line."""
    at = placed["at"].to_numpy(), placed["line"].to_physical().to_numpy()
    amounts = np.zeros((periods.height, len(LINES)), dtype=np.int64)
    there = np.zeros(amounts.shape, dtype=bool)
    amounts[at] = placed["amount"].to_numpy()
    there[at] = True
    lines = [
        pl.select(pl.when(pl.Series(there[:, place])).then(pl.Series(amounts[:, place]))).to_series().alias(line)
        for place, line in enumerate(LINES)
    ]
    return periods.with_columns(lines).select(*_KEYS, "months", "currency", *LINES, "recorded_on")
