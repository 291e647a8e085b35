"""Grades and warning rules over a large ledger, in one pass: every customer graded, every rule read.

    .venv/bin/python bench/credit.py FOLDER [DAY]

FOLDER: a ledger of millions of invoices (``solvent sample FOLDER --invoices 10000000``); a credit desk is made beside
it: statements of a third of the customers, registers, references, events, limits. Prints one JSON line.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from solvent.base.draws import below, uniform
from solvent.base.terms import Policy
from solvent.books.books import TABLES, Ledger, open_books
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.warnings.engine import warn
from solvent.decisions.warnings.view import View
from solvent.files.load import load


def desk(ledger: Ledger, as_of: date) -> dict[str, pl.LazyFrame]:
    """A credit desk for every customer of the ledger, by keyed draws."""
    names = ledger.table("customers").select("customer_id").collect().with_row_index("no")

    def draw(what: str) -> pl.Expr:
        return uniform(1, what, pl.col("no"))

    def on(what: str, days: int) -> pl.Expr:
        return pl.lit(as_of) - pl.duration(days=below(draw(what), days))

    made = {
        "registrations": names.select(
            "customer_id", on("told", 700).alias("told_on"), on("founded", 9_000).alias("founded_on"),
            pl.lit("active").alias("status"), pl.lit("CNY").alias("currency"),
            (draw("capital") * 1e9).cast(pl.Int64).alias("capital"),
        ),
        "events": names.filter(draw("event") < 0.2).select(
            pl.concat_str(pl.lit("E"), "customer_id").alias("event_id"), "customer_id",
            on("when", 700).alias("happened_on"),
            pl.when(draw("kind") < 0.3).then(pl.lit("lawsuit_as_defendant"))
            .otherwise(pl.lit("capital_reduced")).alias("kind"),
        ),
        "trade_references": names.filter(draw("reference") < 0.4).select(
            pl.concat_str(pl.lit("R"), "customer_id").alias("reference_id"), "customer_id",
            pl.lit("x").alias("told_by"),
            on("referred", 700).alias("told_on"), (draw("beyond") * 30).alias("beyond_terms_days"),
        ),
        "limits": names.select(
            pl.concat_str(pl.lit("L"), "customer_id").alias("limit_id"), "customer_id", pl.lit("total").alias("kind"),
            pl.lit("CNY").alias("currency"), (draw("limit") * 1e8).cast(pl.Int64).alias("amount"),
            on("limited", 700).alias("valid_from"),
        ),
        "statements": _statements(names.filter(draw("sheet") < 0.33), as_of),
    }  # fmt: skip
    return {
        name: TABLES[name].conform(frame.with_columns(pl.lit(as_of - timedelta(days=1)).alias("recorded_on")).lazy())
        for name, frame in made.items()
    }


def _statements(names: pl.DataFrame, as_of: date) -> pl.DataFrame:
    shares = {
        "total_assets": 0.7, "cash": 0.08, "trade_receivables": 0.16, "inventory": 0.13, "current_assets": 0.4,
        "total_liabilities": 0.4, "current_liabilities": 0.3, "equity": 0.3, "retained_earnings": 0.15, "sales": 1.0,
        "cogs": 0.78, "ebit": 0.05, "net_profit": 0.035, "trade_payables": 0.15,
    }  # fmt: skip
    size = (1 + 9 * uniform(1, "size", pl.col("no"))) * 1e9
    frames = [
        names.select(
            pl.col("customer_id").alias("entity_id"),
            pl.lit(date(as_of.year - back, 12, 31)).alias("period_end"),
            pl.lit(12, dtype=pl.Int64).alias("months"),
            pl.lit("CNY").alias("currency"),
            *((size * share * (0.8 + 0.4 * uniform(1, line, pl.col("no"), pl.lit(back)))).cast(pl.Int64).alias(line)
              for line, share in shares.items()),
        )
        for back in (1, 2)
    ]  # fmt: skip
    keys = ["entity_id", "period_end", "months", "currency"]
    return pl.concat(frames).unpivot(index=keys, variable_name="line", value_name="amount")


def main(folder: Path, day: str) -> None:
    as_of = date.fromisoformat(day)
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal clock
        seconds[name] = round(time.perf_counter() - clock, 2)
        clock = time.perf_counter()

    read = load(folder).intake.ledger
    tables = {**read.tables, **desk(read, as_of)}
    books = open_books(Ledger(tables, read.currency, journal=read.journal), as_of)
    lap("open")
    view = View(books, Policy(as_of))
    paying = view.behaviour.height
    lap("behaviour")
    grades = view.credit.grades.table
    lap("grades")
    owing = exposures(books).table.height
    lap("exposure")
    found = warn(view)
    lap("rules")
    told = {
        "customers": paying, "graded": grades.height, "exposures": owing, "rules": len(found.ran),
        "findings": found.table.height, "problems": [problem.code for problem in found.problems][:5],
        "by_grade": dict(grades.group_by("grade").len().sort("grade").iter_rows()),
    }  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "total": round(sum(seconds.values()), 1), "peak_mb": peak, **told}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "2026-10-31")
