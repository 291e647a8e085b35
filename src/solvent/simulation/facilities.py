"""Facilities: credit lines by their rules on each path: drawn before cash falls under its floor, repaid when it can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import polars as pl

from solvent.base.problem import PolicyError, Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.simulation.horizon import Floats, Horizon, Ints
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Facilities(Terms, key="simulation.facilities"):
    """Which lines are drawn, and how."""

    kinds: tuple[str, ...] = term(
        ("overdraft", "revolving", "working_capital", "other"),
        unit="kinds of facility that are drawn and repaid at will",
        source="own choice: the others need receivables, or are drawn once",
    )
    running: tuple[str, ...] = term(
        ("overdraft", "revolving", "working_capital", "export_bill_purchase", "bill_discount", "factoring"),
        unit="kinds of facility that banks renew",
        source="own choice: a term loan ends",
    )
    committed_only: bool = term(
        True, unit="yes: lines that the lender may cancel at will are not counted on", source="own choice"
    )
    renewals: int = term(
        1,
        unit="times that its end was moved before, from which a line is taken to run on",
        source="own choice: it was done once",
    )
    buffer_share: float = term(
        0.05,
        unit="share of the floor that stays above it before a line is repaid",
        most=1,
        source="own choice: no to and fro",
    )
    year_days: float = term(
        360.0, unit="days of a year of interest", source="own choice: money-market convention of banks"
    )
    unknown_rate: float = term(
        0.06,
        unit="share a year, where a line names no rate",
        most=10,
        source="own choice: dearer than those that do, drawn last",
    )

    def __post_init__(self) -> None:
        """Refuse a year of no days."""
        if self.year_days <= 0:
            raise PolicyError("facilities.year_days", f"{self.key}.year_days", value=f"{self.year_days:g}")


DEFAULTS = Facilities()

NEWEST = {
    "facility_id": pl.String, "told_on": pl.Date, "lender": pl.String, "kind": pl.String, "amount": pl.Float64,
    "drawn": pl.Float64, "yearly_rate": pl.Float64, "unused_rate": pl.Float64, "committed": pl.Boolean,
    "starts_on": pl.Date, "ends_on": pl.Date, "renewals": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Lines that can be drawn, cheapest first; frozen.

    names: [lines]. limit: [lines, bins], how much more may be drawn than is drawn today, minor units of the books'
    currency; 0 before a line starts and after it ends. rate, unused_rate: [lines], a year.
    """

    names: Sequence[str]
    limit: Floats
    rate: Floats
    unused_rate: Floats
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Drawn:
    """What the lines did on each path; frozen.

    flows: facility_drawn (in), facility_repaid and facility_cost (out), each [paths, bins]. outstanding: [paths, bins],
    drawn by the simulation and not repaid at the end of each bin. accrued: [paths], interest and fees of the last
    month that are not yet paid. short: [paths, bins], how much cash stays under the floor with all lines drawn.
    """

    flows: Mapping[str, Floats]
    outstanding: Floats
    accrued: Floats
    short: Floats


def newest(books: Books) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """Each facility as it was last told, NEWEST, in the books' currency, by id; and what is left out.

    renewals: how many times its end was moved to a later day, as far as the books tell.
    """
    moved = (
        books.table("facilities")
        .sort("told_on")
        .group_by("facility_id")
        .agg((pl.col("ends_on").drop_nulls().diff().dt.total_days() > 0).sum().cast(pl.Int64).alias("renewals"))
    )
    last = books.table("facilities").sort("told_on").unique("facility_id", keep="last", maintain_order=True)
    rows = last.join(moved, on="facility_id").collect()
    rated = rows.join(books.rates, on="currency", how="left", maintain_order="left")
    unrated = rated.filter(pl.col("factor").is_null())
    problems = []
    if unrated.height:
        currencies = ", ".join(sorted(unrated["currency"].unique()))
        problems.append(Problem("facilities.no_rate", "", {"currencies": currencies, "lines": unrated.height}))
    told = rated.filter(pl.col("factor").is_not_null()).with_columns(
        pl.col("amount", "drawn") * pl.col("factor"), pl.col("facility_id").cast(pl.String)
    )
    return told.select(pl.col(name).cast(kind) for name, kind in NEWEST.items()).sort("facility_id"), problems


def runs_on(kind: str, renewals: int, terms: Facilities = DEFAULTS) -> bool:
    """Whether a facility is taken to be renewed at its end, as it was before."""
    return kind in terms.running and renewals >= terms.renewals


def lines(books: Books, horizon: Horizon, terms: Facilities = DEFAULTS) -> Lines:
    """The lines that stand ready within the horizon."""
    rows, problems = newest(books)
    told = list(problems)
    asked = rows.filter(pl.col("kind").is_in(terms.kinds))
    if terms.committed_only:
        loose = asked.filter(~pl.col("committed").fill_null(False))
        if loose.height:
            told.append(Problem("facilities.not_committed", "", {"lines": ", ".join(loose["facility_id"])}))
        asked = asked.filter(pl.col("committed").fill_null(False))
    unpriced = asked.filter(pl.col("yearly_rate").is_null())
    if unpriced.height:
        facts = {"lines": ", ".join(unpriced["facility_id"]), "rate": f"{terms.unknown_rate:.1%}"}
        told.append(Problem("facilities.unpriced", "", facts))
    asked = asked.with_columns(
        pl.col("yearly_rate").fill_null(terms.unknown_rate), pl.col("unused_rate").fill_null(0.0)
    ).sort("yearly_rate", "facility_id")
    limit = np.zeros((asked.height, len(horizon)))
    for place, row in enumerate(asked.iter_rows(named=True)):
        free = max(row["amount"] - row["drawn"], 0.0)
        for bin_, (begins, ends) in enumerate(zip(horizon.starts, horizon.ends)):
            begun = row["starts_on"] is None or row["starts_on"] <= begins
            over = (
                row["ends_on"] is not None
                and row["ends_on"] < ends
                and not runs_on(row["kind"], row["renewals"], terms)
            )
            limit[place, bin_] = free if begun and not over else 0.0
    names = asked["facility_id"].to_list()
    rates = asked["yearly_rate"].to_numpy(), asked["unused_rate"].to_numpy()
    return Lines(names, limit, np.ascontiguousarray(rates[0]), np.ascontiguousarray(rates[1]), tuple(told))


def drawn(paths: CashPaths, ready: Lines, floor: float, terms: Facilities = DEFAULTS) -> Drawn:
    """Draw on the lines where cash would fall under ``floor``, the cheapest first; repay, the dearest first.

    Money drawn in a bin is there from its first day, and bears interest from it; what is repaid goes at its end. The
    interest and fees of a calendar month are paid in the first bin of the next. A line whose end has come is repaid out
    of cash or out of the other lines.

    Lay the flows over the paths: ``paths.replaced(drawn(...).flows)``. Flows of facilities that the paths have already
    are not counted.
    """
    own = paths.net.copy()
    for kind in ("facility_drawn", "facility_repaid", "facility_cost"):
        own -= paths.flow(kind)
    count, bins = own.shape
    share = paths.horizon.lengths / terms.year_days
    month = paths.horizon.month_of
    turns = np.concatenate([[False], month[1:] != month[:-1]])
    flows = np.zeros((3, count, bins))
    outstanding, short, accrued = np.zeros((count, bins)), np.zeros((count, bins)), np.zeros(count)
    _run(
        own,
        float(paths.opening or 0),
        float(floor),
        float(floor) * (1.0 + terms.buffer_share) if floor > 0 else float(floor),
        ready.limit,
        ready.rate,
        ready.unused_rate,
        share,
        turns,
        flows[0],
        flows[1],
        flows[2],
        outstanding,
        accrued,
        short,
    )
    named = {"facility_drawn": flows[0], "facility_repaid": flows[1], "facility_cost": flows[2]}
    return Drawn(named, outstanding, accrued, short)


@numba.njit(nogil=True, cache=True)
def _run(
    own: Any,
    opening: float,
    floor: float,
    enough: float,
    limit: Any,
    rate: Any,
    fee: Any,
    share: Any,
    turns: Any,
    came: Any,
    went: Any,
    cost: Any,
    outstanding: Any,
    accrued: Any,
    short: Any,
) -> None:
    """Every path by itself. share: [bins], of a year of interest. turns: [bins], true: a new month begins."""
    count, bins = own.shape
    lines = len(rate)
    owed = np.zeros(lines)
    for path in range(count):
        owed[:] = 0.0
        level, due = opening, 0.0
        for bin_ in range(bins):
            level += own[path, bin_]
            if turns[bin_]:
                level -= due
                cost[path, bin_] = -due
                due = 0.0
            for line in range(lines):
                over = owed[line] - limit[line, bin_]
                if over > 0.0:
                    owed[line] -= over
                    level -= over
                    went[path, bin_] -= over
            for line in range(lines):
                need = min(floor - level, limit[line, bin_] - owed[line])
                if need > 0.0:
                    owed[line] += need
                    level += need
                    came[path, bin_] += need
            total = 0.0
            for line in range(lines):
                due += (owed[line] * rate[line] + (limit[line, bin_] - owed[line]) * fee[line]) * share[bin_]
            for line in range(lines - 1, -1, -1):
                back = min(level - enough, owed[line])
                if back > 0.0:
                    owed[line] -= back
                    level -= back
                    went[path, bin_] -= back
                total += owed[line]
            outstanding[path, bin_] = total
            short[path, bin_] = max(floor - level, 0.0)
        accrued[path] = due


def interest(outstanding: Floats, rate: Floats, days: Ints, terms: Facilities = DEFAULTS) -> Floats:
    """Simple interest on what stands out over so many days.

    >>> float(interest(np.array(1_000_000.0), np.array(0.036), np.array(92)))
    9200.0
    """
    told: Floats = outstanding * rate * days / terms.year_days
    return told
