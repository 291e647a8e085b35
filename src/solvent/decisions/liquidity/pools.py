"""Pools: what money there is for an emergency, in tiers, by which day, and how much of the gap it fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.decisions.liquidity.floor import Lines
from solvent.decisions.liquidity.gap import Gap
from solvent.measures.aging import aging_by_item
from solvent.measures.sums import sums
from solvent.payment.curves import Curves
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Pool(Terms, key="liquidity.pools"):
    """What may be turned into cash, at what cost, and how fast."""

    haircut: float = term(
        0.15, unit="share of an insured receivable that is not advanced", most=1, source="FORMULAS 4.5.4: 85 %"
    )
    fee: float = term(
        0.01, unit="share of the advance that it costs", most=1, source="own choice: a few months of factoring interest"
    )
    cash_days: int = term(
        10, unit="days from assigning a receivable to the money", source="own choice: two weeks' paper work"
    )
    overdue_days: int = term(
        30,
        unit="days overdue, a receivable cannot be assigned strictly over it",
        source="own choice: insurers' usual stop",
    )
    draw_days: int = term(
        2, unit="days from drawing a committed line to the money", source="own choice: notice of two workdays"
    )
    weak: float = term(
        0.25, unit="quantile of the balance on which the reserve is still looked for", most=1, source="own choice"
    )


DEFAULTS = Pool()

DRAWABLE = ("overdraft", "revolving", "working_capital", "term_loan", "other")
"""Kinds of facility that give money against nothing else; the others need receivables, which the second tier counts."""

_ROWS = {
    "tier": pl.Int64, "pool": pl.String, "gross": pl.Int64, "cut": pl.Int64, "net": pl.Int64, "ready_on": pl.Date,
    "replaced": pl.Int64, "by_gap": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Pools:
    """The emergency pools (FORMULAS 4.6.9), minor units of the books' currency.

    rows: a row a tier: tier, pool (reserve, receivables, lines), gross (before any cut), cut (haircut and fees, or what
    does not stand ready), net (gross less cut), ready_on (Date, the day the money would be here), replaced (of net,
    what the forecast counts by the gap anyway), by_gap (what it gives by then, 0 where it comes too late).
    items: the receivables of the second tier: item_id, customer_id, due_on, amount, advance, paid_share (chance that
    the item is paid by the gap day), added. lines: the facilities of the third: facility_id, free, ends_on.
    day: the gap's, or the end of the second tier's time to cash without one. need_median, need_deep: how far under the
    line. left_median, left_deep: what the pools leave open of each. ring_fenced: set apart, in no tier.
    """

    rows: pl.DataFrame
    items: pl.DataFrame
    lines: pl.DataFrame
    day: date
    need_median: int | None
    need_deep: int | None
    left_median: int | None
    left_deep: int | None
    ring_fenced: int
    problems: Sequence[Problem]


def pools(
    books: Books,
    cash: int | None,
    told: Lines,
    hole: Gap | None,
    *,
    paths: CashPaths | None = None,
    curves: Curves | None = None,
    terms: Pool = DEFAULTS,
) -> Pools:
    """The pools on the day of the books, and what each gives by the gap.

    No euro counts twice. The reserve is cash that the forecast has already: it adds nothing to the balance and is what
    the floor may be undercut by, as far as it is still there on the day on a weak path. A receivable that would have
    been paid by then anyway only comes earlier: it adds its advance times the chance that it is not paid by then. A
    line counts less what the forecast draws on it already. Factoring and discount lines are no tier of their own.

    Args:
        cash: on all accounts now; None: not known.
        curves: of the open items; None: an item is taken to be paid on its due day.
    """
    day = hole.day if hole is not None and hole.day is not None else books.as_of + timedelta(days=terms.cash_days)
    problems: list[Problem] = []
    first, note = _reserve(books, cash, told, there=_weakest(paths, day, told, terms))
    items, sorrow = receivables(books, curves, day, terms)
    free, grief = free_lines(books, hole, paths, day)
    problems += [*note, *sorrow, *grief]
    second = _tier(2, "receivables", items, books.as_of + timedelta(days=terms.cash_days), day)
    gross = _whole(free, "free")
    ready = books.as_of + timedelta(days=terms.draw_days)
    third = (3, "lines", gross, 0, gross, ready, 0, gross if ready <= day else 0)
    frame = pl.DataFrame([first, second, third], _ROWS, orient="row")
    given = int(frame["by_gap"].sum())
    middle, deep = (hole.median, hole.deep) if hole is not None and hole.day is not None else (None, None)
    left_middle, left_deep = (None if need is None else max(0, need - given) for need in (middle, deep))
    return Pools(frame, items, free, day, middle, deep, left_middle, left_deep, told.ring_fenced, tuple(problems))


def receivables(
    books: Books, curves: Curves | None, day: date, terms: Pool = DEFAULTS
) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """Insured receivables that can be assigned: neither too long overdue nor in dispute.

    Returns: item_id, customer_id, due_on, amount (open, books' currency), advance (less haircut and fee), paid_share
    (chance of payment by ``day`` anyway), added (advance times the rest), the largest first.
    """
    shape = {
        "item_id": pl.String, "customer_id": pl.String, "due_on": pl.Date, "amount": pl.Int64, "advance": pl.Int64,
        "paid_share": pl.Float64, "added": pl.Int64,
    }  # fmt: skip
    insured = books.table("customers").filter("insured").select("customer_id").unique()
    if insured.head(1).collect().is_empty():
        return pl.DataFrame(schema=shape), (Problem("liquidity.pools.none_insured"),)
    running = books.table("disputes").filter(
        (pl.col("opened_on").is_null() | (pl.col("opened_on") <= books.as_of))
        & (pl.col("closed_on").is_null() | (pl.col("closed_on") > books.as_of))
    )
    good = (
        aging_by_item(books)
        .lazy()
        .filter((pl.col("kind") == "invoice") & (pl.col("amount") > 0))
        .filter(pl.col("days_past_due") <= terms.overdue_days)
        .join(insured, on="customer_id", how="semi")
        .join(running, on="item_id", how="anti")
        .select("item_id", "customer_id", "due_on", "currency", "amount")
    )
    problems: list[Problem] = []
    told = sums(good, books, "item_id", "customer_id", "due_on").collect()
    unrated = int(told["amount"].null_count())
    if unrated:
        problems.append(Problem("liquidity.pools.no_rate", "", {"count": unrated}))
    if curves is None:
        problems.append(Problem("liquidity.pools.no_curves"))
        chance = told.select("item_id", (pl.col("due_on") <= day).cast(pl.Float64).alias("paid_share"))
    else:
        by_then = curves.paid_within([(day - books.as_of).days])[:, 0]
        chance = pl.DataFrame({"item_id": curves.items["item_id"], "paid_share": by_then}).unique("item_id")
    advance = (pl.col("amount") * (1 - terms.haircut) * (1 - terms.fee)).floor().cast(pl.Int64)
    frame = (
        told.drop_nulls("amount")
        .join(chance, on="item_id", how="left")
        .with_columns(advance.alias("advance"), pl.col("paid_share").fill_null(1.0))
        .with_columns((pl.col("advance") * (1 - pl.col("paid_share"))).floor().cast(pl.Int64).alias("added"))
    )
    return frame.select(list(shape)).sort("amount", "item_id", descending=[True, False]), tuple(problems)


def free_lines(
    books: Books, hole: Gap | None, paths: CashPaths | None, day: date
) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """Committed lines that can still be drawn on ``day``: facility_id, free (Int64, books' currency), ends_on.

    Less what the forecast draws by then on the paths that fall under the line (on all, without a gap).
    """
    shape = {"facility_id": pl.String, "free": pl.Int64, "ends_on": pl.Date}
    if not books.has("facilities"):
        return pl.DataFrame(schema=shape), (Problem("liquidity.pools.no_facilities"),)
    newest = (
        books.table("facilities")
        .sort("told_on")
        .group_by("facility_id")
        .last()
        .filter(
            pl.col("kind").is_in(DRAWABLE)
            & pl.col("committed").fill_null(False)
            & (pl.col("ends_on").is_null() | (pl.col("ends_on") > day))
            & (pl.col("starts_on").is_null() | (pl.col("starts_on") <= day))
        )
        .with_columns((pl.col("amount") - pl.col("drawn")).clip(0).alias("amount"))
    )
    told = sums(newest.filter(pl.col("amount") > 0), books, "facility_id", "ends_on").collect()
    problems = (
        [Problem("liquidity.pools.line_no_rate", "", {"count": told["amount"].null_count()})]
        if told["amount"].null_count()
        else []
    )
    free = told.drop_nulls("amount").rename({"amount": "free"}).select(list(shape)).sort("facility_id")
    used = _drawn(hole, paths, day)
    if used and free.height:
        total = int(free["free"].sum())
        kept = max(0.0, 1 - used / total) if total else 0.0
        free = free.with_columns((pl.col("free") * kept).floor().cast(pl.Int64))
    return free, tuple(problems)


def _drawn(hole: Gap | None, paths: CashPaths | None, day: date) -> float:
    """What the forecast has drawn on lines by a day: mean of the paths under the line there, else of all."""
    if paths is None or not {"facility_drawn", "facility_repaid"} & set(paths.flows):
        return 0.0
    bin_ = min(paths.horizon.bin_of(day), len(paths.horizon) - 1)
    drawn = (paths.flow("facility_drawn") + paths.flow("facility_repaid"))[:, : bin_ + 1].sum(axis=1)
    under = paths.balance[:, bin_] < hole.line if hole is not None else np.zeros(paths.count, dtype=bool)
    return max(0.0, float(drawn[under].mean() if under.any() else drawn.mean()))


def _weakest(paths: CashPaths | None, day: date, told: Lines, terms: Pool) -> int | None:
    """What is left of cash on the day on a weak path, without what is set apart; None where nothing is forecast."""
    if paths is None or paths.opening is None:
        return None
    bin_ = min(paths.horizon.bin_of(day), len(paths.horizon) - 1)
    return max(0, round(float(np.quantile(paths.balance[:, bin_], terms.weak))) - told.ring_fenced)


def _reserve(
    books: Books, cash: int | None, told: Lines, *, there: int | None
) -> tuple[tuple[object, ...], Sequence[Problem]]:
    """The row of the first tier: one month of fixed cost, as far as it is there now and will be on the day."""
    if told.reserve.value is None or cash is None:
        why = told.reserve.why if told.reserve.value is None else Problem("liquidity.pools.no_cash")
        return (1, "reserve", None, None, None, books.as_of, None, 0), (why,) if why else ()
    wanted = round(told.reserve.value)
    held = min(wanted, max(0, cash - told.ring_fenced))
    notes = () if held == wanted else (Problem("liquidity.pools.reserve_short", "", {"wanted": wanted, "held": held}),)
    by_gap = held if there is None else min(held, there)
    return (1, "reserve", wanted, wanted - held, held, books.as_of, 0, by_gap), notes


def _tier(number: int, name: str, items: pl.DataFrame, ready: date, day: date) -> tuple[object, ...]:
    gross, net, added = _whole(items, "amount"), _whole(items, "advance"), _whole(items, "added")
    return number, name, gross, gross - net, net, ready, net - added, added if ready <= day else 0


def _whole(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum() or 0)
