"""Consistency: what cannot be right in financial statements: sheets, parts, signs, profits, gaps and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.intake.credit.sheets import sheets


@dataclass(frozen=True)
class Consistency(Terms, key="intake.statements"):
    """From where a difference in somebody's statements is told."""

    rounding_share: float = term(
        0.001,
        unit="share of total assets, told strictly over it",
        most=1,
        source="own choice: sheets in ten thousands round",
    )
    unit_jump: float = term(
        300.0,
        unit="times the year before, told at or over it",
        source="own choice: no company grows so; 1,000 and 10,000 are what a wrong unit makes",
    )


DEFAULTS = Consistency()
PARTS: Mapping[str, tuple[str, ...]] = {
    "current_assets": ("cash", "trade_receivables", "inventory", "prepayments"),
    "total_assets": ("current_assets",),
    "current_liabilities": ("trade_payables",),
    "total_liabilities": ("current_liabilities",),
}
"""Each whole and the lines that are parts of it."""
UNSIGNED = (
    "cash", "trade_receivables", "inventory", "prepayments", "current_assets", "total_assets", "trade_payables",
    "current_liabilities", "total_liabilities", "sales", "cogs", "purchases",
)  # fmt: skip
"""Lines that are never less than nothing."""
FINDINGS: Mapping[str, type[pl.DataType]] = {
    "entity_id": pl.String,
    "period_end": pl.Date,
    "kind": pl.String,
    "line": pl.String,
    "other": pl.String,
    "currency": pl.String,
    "amount": pl.Int64,
    "beside": pl.Int64,
    "factor": pl.Int64,
    "before_on": pl.Date,
}
"""A row for each thing that cannot be right.

kind: ``unbalanced`` (amount: assets, beside: liabilities and equity), ``beyond`` (line and amount of the part, other
and beside of its whole), ``negative``, ``rise`` (amount: by how much retained earnings rose, beside: the profit),
``fall`` (amount: retained earnings, beside: what they would be without a payout), ``gap`` (before_on: the period
before), ``unit`` (amount, beside: now and then, factor: what the unit is probably wrong by).
"""


def inconsistencies(rows: pl.LazyFrame, terms: Consistency = DEFAULTS) -> pl.DataFrame:
    """What cannot be right in these statements, as FINDINGS says, by entity, day and kind.

    Args:
        rows: of the table ``statements``, of any number of entities.
    """
    wide = sheets(rows)
    beside = _with_period_before(wide)
    found = [*_balance(wide, terms), *_parts(wide, terms), *_signs(wide), *_profits(beside, terms)]
    found += [_gaps(wide), _units(beside, terms)]
    return pl.concat([pl.DataFrame(schema=FINDINGS), *found]).sort("entity_id", "period_end", "kind", "line")


def told(findings: pl.DataFrame, place: str = "") -> list[Problem]:
    """Findings as problems, in their order; amounts in main units.

    Args:
        place: of all of them; empty: each is in the statements of its own customer.
    """
    return [_told(row, place or f"statements:{row['entity_id']}") for row in findings.iter_rows(named=True)]


def _told(row: Mapping[str, Any], place: str) -> Problem:
    amount, beside = (
        None if row[name] is None else f"{decimal(row[name], row['currency']):,f}" for name in ("amount", "beside")
    )
    facts: dict[str, Fact] = {"day": row["period_end"].isoformat(), "currency": row["currency"]}
    kind = row["kind"]
    if kind == "unbalanced":
        return Problem("credit.statement.unbalanced", place, {**facts, "assets": amount, "rest": beside})
    if kind == "beyond":
        parts = {"part": row["line"], "amount": amount, "whole": row["other"], "most": beside}
        return Problem("credit.statement.part_beyond_whole", place, {**facts, **parts})
    if kind == "negative":
        return Problem("credit.statement.negative", place, {**facts, "line": row["line"], "amount": amount})
    if kind == "rise":
        return Problem("credit.statement.retained_rise", place, {**facts, "rise": amount, "profit": beside})
    if kind == "fall":
        return Problem("credit.statement.retained_fall", place, {**facts, "amount": amount, "without": beside})
    if kind == "gap":
        days = {"before": row["before_on"].isoformat(), "day": facts["day"]}
        return Problem("credit.statement.gap", place, days)
    jump = {"line": row["line"], "amount": amount, "before": beside, "factor": row["factor"]}
    return Problem("credit.statement.unit", place, {**facts, **jump})


def _finding(frame: pl.DataFrame, broken: pl.Expr, kind: str, **values: pl.Expr) -> pl.DataFrame:
    """The rows of a mask as FINDINGS."""
    given = {"kind": pl.lit(kind), **values}
    own = ("entity_id", "period_end", "currency")
    return frame.filter(broken.fill_null(False)).select(
        (given[name] if name in given else pl.col(name) if name in own else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in FINDINGS.items()
    )


def _slack(terms: Consistency) -> pl.Expr:
    """What rounding may make of a difference: a share of the assets, where they are told."""
    return (pl.col("total_assets").abs().fill_null(0) * terms.rounding_share).cast(pl.Int64)


def _balance(wide: pl.DataFrame, terms: Consistency) -> list[pl.DataFrame]:
    rest = pl.col("total_liabilities") + pl.col("equity")
    broken = (pl.col("total_assets") - rest).abs() > _slack(terms)
    return [_finding(wide, broken, "unbalanced", amount=pl.col("total_assets"), beside=rest)]


def _parts(wide: pl.DataFrame, terms: Consistency) -> list[pl.DataFrame]:
    """Parts beyond their whole; several that are so only together are told by the name ``parts``."""
    found = []
    for whole, parts in PARTS.items():
        most = pl.col(whole) + _slack(terms)
        alone = [(pl.col(part) > most).fill_null(False) for part in parts]
        values = {"other": pl.lit(whole), "beside": pl.col(whole)}
        found += [
            _finding(wide, broken, "beyond", line=pl.lit(part), amount=pl.col(part), **values)
            for part, broken in zip(parts, alone, strict=True)
        ]
        if len(parts) > 1:
            together = pl.sum_horizontal(parts)
            broken = (together > most) & ~pl.any_horizontal(alone)
            found.append(_finding(wide, broken, "beyond", line=pl.lit("parts"), amount=together, **values))
    return found


def _signs(wide: pl.DataFrame) -> list[pl.DataFrame]:
    return [_finding(wide, pl.col(line) < 0, "negative", line=pl.lit(line), amount=pl.col(line)) for line in UNSIGNED]


def _with_period_before(wide: pl.DataFrame) -> pl.DataFrame:
    """Each period with what stood on the day before it began, and with the period of its length a year before.

    before_on and before_retained_earnings: of the period of any length that ended there, empty where there is none.
    """
    month = pl.col("period_end").dt.year().cast(pl.Int64) * 12 + pl.col("period_end").dt.month()
    now = wide.with_columns(month.alias("month"))
    start, length = ["entity_id", "currency", "month"], ["entity_id", "currency", "months", "month"]
    before = now.select(
        *start,
        pl.col("period_end").alias("before_on"),
        pl.col("retained_earnings").alias("before_retained_earnings"),
    ).unique(start, keep="last", maintain_order=True)
    year = now.select(*length[:3], pl.col("month") + 12, pl.col("total_assets", "sales").name.prefix("year_")).unique(
        length, keep="last", maintain_order=True
    )
    began = now.with_columns((pl.col("month") - pl.col("months")).alias("began"))
    return began.join(before, left_on=[*start[:2], "began"], right_on=start, how="left").join(
        year, on=length, how="left"
    )


def _profits(beside: pl.DataFrame, terms: Consistency) -> list[pl.DataFrame]:
    """Retained earnings move by the profit less what is paid out, so they never rise by more."""
    rise = pl.col("retained_earnings") - pl.col("before_retained_earnings")
    profit, before = pl.col("net_profit"), pl.col("before_retained_earnings")
    more = rise > profit + _slack(terms)
    without = before + profit
    overpaid = (without >= 0) & (pl.col("retained_earnings") < -_slack(terms))
    return [
        _finding(beside, more, "rise", line=pl.lit("retained_earnings"), amount=rise, beside=profit),
        _finding(
            beside, overpaid, "fall", line=pl.lit("retained_earnings"), amount=pl.col("retained_earnings"),
            beside=without,
        ),
    ]  # fmt: skip


def _gaps(wide: pl.DataFrame) -> pl.DataFrame:
    """Periods of one length that do not follow each other as the entity's others do, or by more than a year."""
    keys = ("entity_id", "months")
    month = pl.col("period_end").dt.year().cast(pl.Int64) * 12 + pl.col("period_end").dt.month()
    apart = wide.sort(*keys, "period_end").with_columns(
        pl.col("period_end").shift(1).over(keys).alias("before_on"), (month - month.shift(1).over(keys)).alias("step")
    )
    usual = pl.col("step").min().over(keys).clip(1, 12)
    return _finding(apart, pl.col("step") > usual, "gap", before_on=pl.col("before_on"))


def _units(beside: pl.DataFrame, terms: Consistency) -> pl.DataFrame:
    """Total assets (sales where there are none) that are hundreds of times those of a year before, or as much less."""
    by_assets = pl.col("total_assets").is_not_null() & pl.col("year_total_assets").is_not_null()
    now = pl.when(by_assets).then(pl.col("total_assets")).otherwise(pl.col("sales")).abs()
    then = pl.when(by_assets).then(pl.col("year_total_assets")).otherwise(pl.col("year_sales")).abs()
    both = (now > 0) & (then > 0)
    times = pl.when(both).then(pl.max_horizontal(now / then, then / now))
    power = times.log10().round(0).clip(3, 12).cast(pl.Int64)
    factor = pl.lit(10, dtype=pl.Int64).pow(power)
    line = pl.when(by_assets).then(pl.lit("total_assets")).otherwise(pl.lit("sales"))
    return _finding(beside, times >= terms.unit_jump, "unit", line=line, amount=now, beside=then, factor=factor)
