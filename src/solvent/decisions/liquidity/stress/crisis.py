"""Crisis: one ranked plan for when cash breaks, with money and dates: what to do first, what it brings, until when.

Receivables come first, the most that chasing can still bring before the danger day on top; then suppliers, spending
that can wait, credit lines, insured receivables turned into cash, last the talk about debt. No euro counts twice: an
item that is chased and assigned counts for the assignment only with what chasing leaves of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.problem import Problem, SolventError
from solvent.base.table import DType
from solvent.base.terms import Terms, term
from solvent.decisions.liquidity.pools import Pool, Pools
from solvent.measures.company.payables import open_bills
from solvent.measures.sums import sums
from solvent.snapshot import Snapshot


@dataclass(frozen=True)
class Crisis(Terms, key="liquidity.crisis"):
    """What each step is believed to bring."""

    chased_share: float = term(
        0.35,
        unit="share of money due but unpaid by the day that chasing brings in",
        most=1,
        source="own choice: until measured",
    )
    chase_days: int = term(
        14, unit="days before the danger day by which to have called", source="own choice: two weeks"
    )
    agreed_share: float = term(
        0.5, unit="share of suppliers' bills that may be put off", most=1, source="own choice: every second"
    )
    ask_days: int = term(7, unit="days before a bill is due by which to have asked", source="own choice: a week")
    extension_cost: float = term(
        0.08, unit="share a year that waiting costs", most=10, source="own choice: a supplier's own loan"
    )
    extension_days: int = term(30, unit="days that suppliers wait longer", source="own choice: one month")
    cut_kinds: tuple[str, ...] = term(
        ("capex", "dividend", "other_operating"), unit="kinds of payment that can be cut", source="own choice"
    )
    cut_shares: tuple[float, ...] = term(
        (0.8, 1.0, 0.2), unit="share of each that can be cut", most=1, source="own choice: what is not contracted"
    )
    debt_share: float = term(
        0.5, unit="share of debt service that a bank may defer", most=1, source="own choice: principal only"
    )
    least: int = term(100_000, unit="minor units; smaller steps are not told", source="own choice: no list of crumbs")


DEFAULTS = Crisis()

STEPS = ("chase", "extend", "cut", "draw", "assign", "defer_debt")
"""In the order of REQUIREMENTS CA-08."""

_ROWS: dict[str, DType] = {
    "step": pl.String, "subject": pl.String, "amount": pl.Int64, "gain": pl.Int64, "by_on": pl.Date, "cost": pl.Int64,
    "confidence": pl.Float64, "risk": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class CrisisPlan:
    """The plan; minor units of the books' currency.

    day: the danger day. need: what is missing then. rows, in order: rank (Int64), step (one of STEPS), subject
    (customer, supplier, facility or kind of payment), amount (what it is about), gain (cash more by the day), by_on
    (Date), cost, confidence (Float64: share that is believed to come), risk (Float64, of chased money never to come),
    cumulative (Int64), needed (Boolean: the steps before it do not cover the need). open: what all steps leave open.
    """

    day: date
    need: int
    rows: pl.DataFrame
    open: int
    problems: tuple[Problem, ...] = ()


def crisis(snapshot: Snapshot, pools: Pools, day: date, need: int, terms: Crisis = DEFAULTS) -> CrisisPlan:
    """Rank what can be done until ``day``.

    Args:
        pools: the emergency pools; what they hold by the day is used here.
        need: what is missing on the day, minor units; 0: the plan is made ready all the same.
    """
    frames = [
        *_chase(snapshot, day, terms),
        *_extend(snapshot, day, terms),
        *_cut(snapshot, day, terms),
        *_draw(snapshot, pools, day),
        *_assign(snapshot, pools, day, terms),
        *_debt(snapshot, day, terms),
    ]
    frame = pl.concat(
        [
            pl.DataFrame(schema=_ROWS),
            *(each.select(pl.col(name).cast(kind) for name, kind in _ROWS.items()) for each in frames),
        ]
    )
    kept = frame.filter(pl.col("gain") >= terms.least)
    running = pl.col("gain").cum_sum()
    rows = kept.with_row_index("rank", offset=1).with_columns(
        pl.col("rank").cast(pl.Int64),
        running.alias("cumulative"),
        ((running - pl.col("gain")) < need).alias("needed"),
    )
    gained = int(rows["gain"].sum())
    problems = () if snapshot.payment is not None else (Problem("crisis.no_receivables"),)
    return CrisisPlan(day, need, rows, max(need - gained, 0), problems)


def _chase(snapshot: Snapshot, day: date, terms: Crisis) -> Iterator[pl.DataFrame]:
    """Customers by what chasing brings before the day: money due but unpaid by then, less what never comes anyway."""
    company = snapshot.company
    if company is None or not company.book.names:
        return
    book = company.book
    at = min(book.horizon.bin_of(day), len(book.horizon) - 1)
    paid = book.chance[:, at]
    due = (book.items.get_column("due_on") <= day).to_numpy()
    ever = np.clip(book.chance[:, -1], 0.0, 1.0)
    gain = book.worth * np.clip(ever - paid, 0.0, None) * due * terms.chased_share
    owner = np.repeat(np.arange(len(book.names)), np.diff(book.starts))
    count = len(book.names)
    frame = pl.DataFrame(
        {
            "subject": book.names,
            "amount": np.rint(np.bincount(owner, book.worth * due, count)).astype(np.int64),
            "gain": np.rint(np.bincount(owner, gain, count)).astype(np.int64),
            "risk": np.bincount(owner, book.worth * (1.0 - ever), count) / np.maximum(book.exposure, 1.0),
        }
    )
    by = max(snapshot.as_of + timedelta(days=1), day - timedelta(days=terms.chase_days))
    yield frame.sort("gain", "risk", "subject", descending=[True, True, False]).with_columns(
        pl.lit("chase").alias("step"),
        pl.lit(by).alias("by_on"),
        pl.lit(0).alias("cost"),
        pl.lit(terms.chased_share).alias("confidence"),
    )


def _extend(snapshot: Snapshot, day: date, terms: Crisis) -> Iterator[pl.DataFrame]:
    """Suppliers whose bills fall due before the day and would, put off, be paid after it."""
    bills = open_bills(snapshot.books).filter((pl.col("due_on") <= day) & (pl.col("amount") > 0))
    if bills.head(1).collect().is_empty():
        return
    late = (pl.col("due_on") + pl.duration(days=terms.extension_days)) > day
    told = sums(bills.filter(late), snapshot.books, "supplier_id").collect().drop_nulls()
    first = bills.filter(late).group_by("supplier_id").agg(pl.col("due_on").min()).collect()
    earliest = snapshot.as_of + timedelta(days=1)
    by = pl.max_horizontal(pl.lit(earliest), pl.col("due_on") - pl.duration(days=terms.ask_days))
    gain = (pl.col("amount") * terms.agreed_share).round(0).cast(pl.Int64)
    cost = (gain * terms.extension_cost * terms.extension_days / 365.0).round(0).cast(pl.Int64)
    yield (
        told.join(first, on="supplier_id")
        .with_columns(
            pl.lit("extend").alias("step"),
            pl.col("supplier_id").alias("subject"),
            gain.alias("gain"),
            by.alias("by_on"),
            cost.alias("cost"),
            pl.lit(terms.agreed_share).alias("confidence"),
            pl.lit(None, dtype=pl.Float64).alias("risk"),
        )
        .sort("gain", "subject", descending=[True, False])
    )


def _cut(snapshot: Snapshot, day: date, terms: Crisis) -> Iterator[pl.DataFrame]:
    """Payments to come that can wait or be left."""
    yield from _flows(snapshot, day, "cut", _shares(terms))


def _shares(terms: Crisis) -> dict[str, float]:
    """What can be cut of each kind of payment."""
    if len(terms.cut_kinds) != len(terms.cut_shares):
        raise SolventError("crisis.cut_shares", kinds=len(terms.cut_kinds), shares=len(terms.cut_shares))
    return dict(zip(terms.cut_kinds, terms.cut_shares))


def _debt(snapshot: Snapshot, day: date, terms: Crisis) -> Iterator[pl.DataFrame]:
    """Debt service before the day, as far as a bank may defer it."""
    yield from _flows(snapshot, day, "defer_debt", {"loan_repaid": terms.debt_share})


def _flows(snapshot: Snapshot, day: date, step: str, shares: dict[str, float]) -> Iterator[pl.DataFrame]:
    paths = snapshot.paths
    if paths is None:
        return
    upto = min(paths.horizon.bin_of(day), len(paths.horizon) - 1) + 1
    for kind, share in shares.items():
        if kind not in paths.flows:
            continue
        out = -float(paths.flow(kind)[:, :upto].sum(axis=1).mean())
        yield pl.DataFrame(
            {
                "step": [step], "subject": [kind], "amount": [round(out)], "gain": [round(out * share)],
                "by_on": [snapshot.as_of + timedelta(days=1)], "cost": [0], "confidence": [share], "risk": [None],
            }
        )  # fmt: skip


def _draw(snapshot: Snapshot, pools: Pools, day: date) -> Iterator[pl.DataFrame]:
    """Free committed lines that run beyond the day."""
    lines = pools.lines.filter(pl.col("free") > 0)
    if lines.is_empty():
        return
    yield lines.with_columns(
        pl.lit("draw").alias("step"),
        pl.col("facility_id").alias("subject"),
        pl.col("free").alias("amount"),
        pl.col("free").alias("gain"),
        pl.lit(max(snapshot.as_of + timedelta(days=1), day - timedelta(days=7))).alias("by_on"),
        pl.lit(0).alias("cost"),
        pl.lit(1.0).alias("confidence"),
        pl.lit(None, dtype=pl.Float64).alias("risk"),
    )


def _assign(snapshot: Snapshot, pools: Pools, day: date, terms: Crisis) -> Iterator[pl.DataFrame]:
    """Insured receivables sold or pledged, with what chasing leaves of them; assigned in time for the money to be here.

    The cost is the fee: the haircut comes back when the customer pays.
    """
    tier = pools.rows.filter(pl.col("pool") == "receivables")
    if tier.is_empty() or not tier["by_gap"].sum():
        return
    gain = round(int(tier["by_gap"].sum()) * (1.0 - terms.chased_share))
    ready = tier["ready_on"].item()
    by = max(snapshot.as_of, day - (ready - snapshot.as_of))
    fee = snapshot.policy.terms(Pool).fee
    cost = round(int(tier["net"].sum()) * fee / (1.0 - fee))
    yield pl.DataFrame(
        {
            "step": ["assign"], "subject": ["receivables"], "amount": [int(tier["gross"].sum())], "gain": [gain],
            "by_on": [by], "cost": [cost], "confidence": [1.0], "risk": [None],
        }
    )  # fmt: skip
