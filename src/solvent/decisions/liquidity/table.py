"""Table: the rolling weeks by the direct method, kind by kind, and the fan of balances by week and month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats
from solvent.simulation.paths import CashPaths

GROUPS: Mapping[str, Sequence[str]] = {
    "receipts": ("receipts_open", "receipts_sales"),
    "other_in": ("tax_refund", "other_in"),
    "operating_out": (
        "suppliers_open",
        "suppliers_future",
        "payroll",
        "tax",
        "rent",
        "utilities",
        "freight",
        "other_operating",
    ),
    "investing": ("disposal", "capex"),
    "financing": (
        "loan_drawn",
        "equity",
        "interest",
        "loan_repaid",
        "dividend",
        "facility_drawn",
        "facility_repaid",
        "facility_cost",
    ),
    "planned": ("planned",),
}
"""Groups of the direct method, in the order of the table, and the kinds of flow in each; every kind is in one."""


@dataclass(frozen=True)
class Table(Terms, key="liquidity.table"):
    """How many weeks the table has, and which quantiles it tells."""

    weeks: int = term(13, unit="weeks, the current one first", source="REQUIREMENTS CA-02")
    low: float = term(0.10, unit="quantile told as p10", most=1, source="own choice: four of five weeks lie between")
    high: float = term(0.90, unit="quantile told as p90", most=1, source="own choice: four of five weeks lie between")
    fan: tuple[float, ...] = term(
        (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95), unit="quantiles of the fan", source="own choice: 50, 80 and 90 %"
    )


DEFAULTS = Table()


def rolling(paths: CashPaths, terms: Table = DEFAULTS) -> pl.DataFrame:
    """The rolling table, long: a row a week and line, weeks first, then lines in the order of the table.

    Lines: opening; each kind that the company has, by group, and the group's sum; net; closing. Means are rounded a
    kind at a time and sums are made of the rounded, so every column adds up to the cent. Quantiles are of the line
    itself and do not add up. Money out is negative: its p10 is the largest outgoing.

    Returns: week (Int64, 0 the current one), week_end (Date), group, kind (String; kind empty: the line of a group, or
    opening, net, closing, which stand as groups), mean, p10, p50, p90 (Int64, minor units). Where the opening balance
    is not known, opening is empty and closing is the change since ``as_of``.
    """
    ends = paths.horizon.week_ends[: terms.weeks]
    told: list[Line] = []
    net = np.zeros(len(ends), dtype=np.int64)
    for group, kinds in GROUPS.items():
        there = [kind for kind in kinds if kind in paths.flows]
        whole, total = np.zeros((paths.count, len(ends))), np.zeros(len(ends), dtype=np.int64)
        for kind in there:
            flow = paths.horizon.by_week(paths.flow(kind))[:, : len(ends)]
            mean = np.rint(flow.mean(axis=0)).astype(np.int64)
            told.append((group, kind, mean.tolist(), flow))
            whole, total = whole + flow, total + mean
        if there:
            told.append((group, None, total.tolist(), whole))
            net = net + total
    flows = paths.horizon.by_week(paths.net)[:, : len(ends)]
    level = paths.horizon.at_week_ends(paths.balance)[:, : len(ends)]
    start = 0 if paths.opening is None else paths.opening
    closing = start + np.cumsum(net)
    before = np.concatenate([np.full((paths.count, 1), float(start)), level[:, :-1]], axis=1)
    opening = np.concatenate([[start], closing[:-1]])
    lines: list[Line] = [("opening", None, opening.tolist(), before), *told]
    lines += [("net", None, net.tolist(), flows), ("closing", None, closing.tolist(), level)]
    frame = pl.concat([_line(ends, place, line, terms) for place, line in enumerate(lines)])
    if paths.opening is None:
        empty = pl.col("group") == "opening"
        cells = ("mean", "p10", "p50", "p90")
        frame = frame.with_columns(pl.when(~empty).then(name).alias(name) for name in cells)
    return frame.sort("week", "place").drop("place")


def wide(table: pl.DataFrame, what: str = "mean") -> pl.DataFrame:
    """The rolling table as it is read: a row a line, a column a week (named by its last day), one figure a cell."""
    dated = table.with_columns(pl.col("week_end").cast(pl.String))
    return dated.pivot(on="week_end", index=["group", "kind"], values=what, maintain_order=True)


def fan(paths: CashPaths, terms: Table = DEFAULTS) -> pl.DataFrame:
    """Balances at the end of every week: week_end, mean and a column a quantile, ``p05`` to ``p95`` (Int64, minor
    units); changes since ``as_of`` where the opening balance is not known."""
    return _fan(paths.horizon.week_ends, "week_end", paths.horizon.at_week_ends(paths.balance), terms)


def fan_months(paths: CashPaths, terms: Table = DEFAULTS) -> pl.DataFrame:
    """The same at every month end within the horizon: month_end, mean, ``p05`` to ``p95``."""
    ends = paths.horizon.month_ends
    level = paths.horizon.at_month_ends(paths.balance)
    # The last month may be cut short by the horizon: then its last day is no month end.
    whole = [place for place, end in enumerate(ends) if (end.toordinal() + 1 == _first_after(end))]
    return _fan([ends[place] for place in whole], "month_end", level[:, whole], terms)


def _first_after(day: date) -> int:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1).toordinal()


def _fan(ends: Sequence[date], name: str, level: Floats, terms: Table) -> pl.DataFrame:
    quantiles = np.quantile(level, terms.fan, axis=0)
    columns = {"mean": level.mean(axis=0)} | {f"p{round(100 * q):02d}": row for q, row in zip(terms.fan, quantiles)}
    cells = {column: np.rint(values).astype(np.int64) for column, values in columns.items()}
    return pl.DataFrame({name: pl.Series(ends, dtype=pl.Date), **cells})


def _line(ends: Sequence[date], place: int, line: Line, terms: Table) -> pl.DataFrame:
    group, kind, mean, values = line
    low, middle, high = np.rint(np.quantile(values, [terms.low, 0.5, terms.high], axis=0)).astype(np.int64)
    return pl.DataFrame({"week_end": list(ends), "mean": mean, "p10": low, "p50": middle, "p90": high}).select(
        pl.int_range(pl.len()).alias("week"),
        pl.lit(place).alias("place"),
        "week_end",
        pl.lit(group).alias("group"),
        pl.lit(kind, dtype=pl.String).alias("kind"),
        pl.col("mean", "p10", "p50", "p90").cast(pl.Int64),
    )


Line = tuple[str, "str | None", list[int], Floats]
"""A line of the table before it is told: group, kind, rounded means, and the values on the paths."""
