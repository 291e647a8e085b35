"""Floor: the lines that cash is held against, floor, orange line and first reserve, and how near the weeks come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.money import minor
from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.decisions.liquidity.accounts import daily, known_until
from solvent.measures.sums import Figure, sums
from solvent.simulation.horizon import Floats
from solvent.simulation.outflows.outflows import Fixed
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Floor(Terms, key="liquidity.floor"):
    """What the lines are made of, and what counts as near; what fixed cost is stands with the outflows."""

    months: float = term(3.0, unit="months of fixed cost that the floor holds", source="REQUIREMENTS CA-04")
    unknown_share: float = term(
        0.10,
        unit="share of outgoings without a category, a notice strictly over it",
        most=1,
        source="own choice: one in ten",
    )
    orange_months: float = term(1.5, unit="months of spend that the orange line holds", source="REQUIREMENTS EW-04")
    reserve_months: float = term(1.0, unit="months of fixed cost in the first reserve", source="REQUIREMENTS CA-06")
    ring_fenced: float = term(
        0.0, unit="main units of the books' currency set apart for expansion", source="REQUIREMENTS CA-07; nothing yet"
    )
    near_times: float = term(1.10, unit="times the floor, near at or under it", source="FORMULAS 4.6.4")
    near_chance: float = term(
        0.10, unit="chance of falling under the floor, near from it", most=1, source="FORMULAS 4.6.4"
    )
    recent_weeks: int = term(5, unit="full weeks of the past that are told", source="own choice: a month of them")


DEFAULTS, FIXED = Floor(), Fixed()


@dataclass(frozen=True)
class Lines:
    """The lines of the chart, each a figure in minor units of the books' currency with its base named in ``inputs``.

    fixed: monthly fixed cost. floor, orange, reserve: 4.6.1, 4.6.2 and 4.6.9. ring_fenced: what is set apart for
    expansion and is no operating cash. by_category: month_end, category, amount (what fixed cost is the mean of).
    """

    fixed: Figure
    floor: Figure
    orange: Figure
    reserve: Figure
    ring_fenced: int
    by_category: pl.DataFrame

    @property
    def line(self) -> int | None:
        """What the balance of all accounts must not fall under: the floor and what is set apart; None: not known."""
        return None if self.floor.value is None else round(self.floor.value) + self.ring_fenced


def lines(books: Books, monthly_spend: int | None, terms: Floor = DEFAULTS, paid: Fixed = FIXED) -> Lines:
    """The lines of one day.

    Args:
        monthly_spend: as ``measures.company.liquidity.monthly_spend`` gives it; None: not known.
    """
    fixed, parts = fixed_cost(books, terms, paid)
    apart = minor_of(terms.ring_fenced, books.currency)
    why = None if monthly_spend is not None else Problem("liquidity.floor.no_spend")
    spend: dict[str, Fact] = {"monthly_spend": monthly_spend, "times": terms.orange_months}
    orange = None if monthly_spend is None else float(round(terms.orange_months * monthly_spend))
    return Lines(
        fixed,
        _times(fixed, terms.months, "floor"),
        Figure(orange, "orange_line", {**spend, "base": "bank_lines, operating outgoings"}, why),
        _times(fixed, terms.reserve_months, "first_reserve"),
        apart,
        parts,
    )


def minor_of(amount: float, currency: str) -> int:
    """A decided amount of main units as minor units."""
    return minor(Decimal(str(amount)), currency)


def fixed_cost(books: Books, terms: Floor = DEFAULTS, paid: Fixed = FIXED) -> tuple[Figure, pl.DataFrame]:
    """Monthly fixed cost: outgoings of the fixed categories, the mean of the last full months (FORMULAS 4.6.1).

    A month is full where bank lines reach from before it, or from its first days, to its end. ``inputs`` names the
    base: months, categories and the share of outgoings without a category, by which the figure may be too small.

    Returns: the figure (minor units of the books' currency), and its parts: month_end, category (String), amount
    (Int64, positive is spent).
    """
    ends = month_ends(books.as_of, paid.months)
    first = books.table("bank_lines").select(pl.col("booked_on").min()).collect().item()
    none = pl.DataFrame(schema={"month_end": pl.Date, "category": pl.String, "amount": pl.Int64})
    if first is None:
        return Figure(None, "monthly_fixed_cost", {}, Problem("liquidity.floor.no_bank_lines")), none
    told_to = known_until(books) or first
    begins, ended = ends[0].replace(day=1), ends[-1]
    slack = timedelta(days=paid.margin_days)
    if first > begins + slack or told_to < ended - slack:
        facts: dict[str, Fact] = {
            "months": paid.months, "from": begins.isoformat(), "to": ended.isoformat(),
            "first_on": first.isoformat(), "last_on": told_to.isoformat(),
        }  # fmt: skip
        return Figure(None, "monthly_fixed_cost", facts, Problem("liquidity.floor.months_missing", "", facts)), none
    rows = books.table("bank_lines").filter(pl.col("booked_on").is_between(begins, ended))
    rows = rows.with_columns(pl.col("booked_on").dt.month_end().alias("month_end"), -pl.col("amount"))
    parts = sums(rows.filter(pl.col("category").is_in(paid.categories)), books, "month_end", "category").collect()
    parts = parts.select("month_end", "category", "amount").sort("month_end", "category")
    unknown = _unknown_share(books, rows)
    inputs: dict[str, Fact] = {
        "base": "bank_lines",
        "categories": ", ".join(paid.categories),
        "months": ", ".join(f"{end:%Y-%m}" for end in ends),
        "unknown_share": unknown,
    }
    if parts.is_empty():
        return Figure(
            None,
            "monthly_fixed_cost",
            inputs,
            Problem("liquidity.floor.no_fixed_lines", "", {"categories": inputs["categories"]}),
        ), none
    if parts["amount"].null_count():
        return Figure(None, "monthly_fixed_cost", inputs, Problem("liquidity.floor.no_rate")), parts
    notices = []
    if unknown is not None and unknown > terms.unknown_share:
        notices.append(Problem("liquidity.floor.uncategorised", "", {"share": f"{unknown:.0%}"}))
    value = round(max(0, int(parts["amount"].sum())) / paid.months)
    return Figure(float(value), "monthly_fixed_cost", inputs, None, tuple(notices)), parts


def recent(books: Books, told: Lines, terms: Floor = DEFAULTS) -> pl.DataFrame:
    """The mean daily balance of each of the last full weeks against the lines: what has happened, not a forecast.

    Returns: week_end (Date, a Sunday), cash (Int64, mean of its days; empty where a day is not known), times (Float64,
    cash over the line), near (Boolean: at or under ``near_times``; empty where either is not known), under_orange
    (Boolean).
    """
    last = books.as_of - timedelta(days=(books.as_of.weekday() + 1) % 7)
    first = last - timedelta(days=7 * terms.recent_weeks - 1)
    until = known_until(books)
    if until is None:
        return pl.DataFrame(schema=_RECENT)
    days = daily(books, first).filter((pl.col("day_on") <= last) & (pl.col("day_on") <= until + _WEEKEND))
    weekly = days.group_by(
        (pl.col("day_on") + pl.duration(days=6) - pl.duration(days=pl.col("day_on").dt.weekday() - 1)).alias("week_end")
    ).agg(
        pl.when((pl.len() == 7) & pl.col("cash").is_not_null().all())
        .then(pl.col("cash").mean().round(0).cast(pl.Int64))
        .alias("cash")
    )
    floor, orange = told.floor.value, told.orange.value
    own = pl.col("cash") - told.ring_fenced
    times = own / floor if floor else pl.lit(None, dtype=pl.Float64)
    near = own <= terms.near_times * floor + _A_HAIR if floor is not None else pl.lit(None, dtype=pl.Boolean)
    under = own < orange if orange is not None else pl.lit(None, dtype=pl.Boolean)
    return weekly.sort("week_end").select(
        "week_end", "cash", times.alias("times"), near.alias("near"), under.alias("under_orange")
    )


_WEEKEND = timedelta(days=2)
"""Banks are closed: what stood on Friday stands on Sunday. Later nothing is known."""
_A_HAIR = 1e-6
"""Of a minor unit: 1.1 in binary is not quite 1.1."""

_RECENT = {"week_end": pl.Date, "cash": pl.Int64, "times": pl.Float64, "near": pl.Boolean, "under_orange": pl.Boolean}


def under(paths: CashPaths, told: Lines, terms: Floor = DEFAULTS) -> pl.DataFrame | None:
    """Each week ahead against the floor: the chance of falling under it, and whether it comes near (FORMULAS 4.6.4).

    Within a bin money moves evenly from one end to the other: finer than a bin nothing is simulated.

    Returns: week (Int64, 0 the current one), week_end (Date), chance (Float64: that the lowest balance of the week is
    under the line), lowest_p05, lowest_p50 (Int64, minor units), mean_p50 (Int64, median of the weekly mean balance),
    times (Float64, that over the line), near (Boolean). None where the floor or the opening balance is not known.
    """
    line = told.line
    if line is None or paths.opening is None:
        return None
    low, mean = lowest(paths), weekly_mean(paths)
    chance = (low < line).mean(axis=0)
    middle = np.median(mean, axis=0)
    near = (middle - told.ring_fenced <= terms.near_times * (line - told.ring_fenced) + _A_HAIR) | (
        chance >= terms.near_chance - 1e-12
    )
    p05, p50 = np.quantile(low, [0.05, 0.5], axis=0)
    ends = paths.horizon.week_ends
    floor = line - told.ring_fenced
    return pl.DataFrame(
        {
            "week": range(len(ends)),
            "week_end": list(ends),
            "chance": chance,
            "lowest_p05": np.rint(p05).astype(np.int64),
            "lowest_p50": np.rint(p50).astype(np.int64),
            "mean_p50": np.rint(middle).astype(np.int64),
            "times": ((middle - told.ring_fenced) / floor).tolist() if floor else [None] * len(ends),
            "near": near,
        },
        schema_overrides={"week": pl.Int64, "times": pl.Float64},
    )


def lowest(paths: CashPaths) -> Floats:
    """[paths, weeks]: the lowest balance at the end of any bin of each week."""
    starts = np.flatnonzero(np.diff(paths.horizon.week_of, prepend=-1))
    low: Floats = np.minimum.reduceat(paths.balance, starts, axis=1)
    return low


def weekly_mean(paths: CashPaths) -> Floats:
    """[paths, weeks]: mean daily balance of each week; within a bin the balance moves in a straight line."""
    end = paths.balance
    start = np.concatenate([np.full((paths.count, 1), float(paths.opening or 0)), end[:, :-1]], axis=1)
    lengths = paths.horizon.lengths
    # Day k of a bin of n days ends k / n of the way: the mean of the days' ends is a little past the middle.
    past = (lengths + 1) / (2 * lengths)
    money_days = (start + (end - start) * past) * lengths
    days = paths.horizon.by_week(lengths.astype(np.float64))
    mean: Floats = paths.horizon.by_week(money_days) / days
    return mean


def _times(fixed: Figure, months: float, variant: str) -> Figure:
    inputs = {"monthly_fixed_cost": None if fixed.value is None else int(fixed.value), "times": months, **fixed.inputs}
    value = None if fixed.value is None else float(round(months * fixed.value))
    return Figure(value, variant, inputs, fixed.why, fixed.notices)


def _unknown_share(books: Books, spent: pl.LazyFrame) -> float | None:
    """Of all that went out, the share without a category; None where nothing went out or a part has no rate."""
    out = spent.filter(pl.col("amount") > 0).with_columns(pl.col("category").is_null().alias("unknown"))
    told = sums(out, books, "unknown").collect()
    total = told["amount"].sum()
    if told.is_empty() or told["amount"].null_count() or not total:
        return None
    return int(told.filter("unknown")["amount"].sum()) / int(total)
