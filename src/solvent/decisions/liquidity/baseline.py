"""Baseline: an earlier forecast against what then happened, and against the forecast of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.table import DType
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.cash import INTERNAL
from solvent.decisions.liquidity.accounts import known_until
from solvent.decisions.liquidity.attribution import rounded
from solvent.measures.sums import sums
from solvent.simulation.horizon import Floats
from solvent.simulation.paths import FLOWS, CashPaths

COMPARED: Mapping[str, Sequence[str]] = {
    "customer": ("receipts_open", "receipts_sales"),
    "supplier": ("suppliers_open", "suppliers_future"),
    "tax_refund": ("tax_refund",),
    "other_in": ("other_in",),
    "payroll": ("payroll",),
    "tax": ("tax",),
    "rent": ("rent",),
    "utilities": ("utilities",),
    "freight": ("freight",),
    "other_operating": ("other_operating",),
    "disposal": ("disposal",),
    "capex": ("capex",),
    "loan_drawn": ("loan_drawn", "facility_drawn"),
    "loan_repaid": ("loan_repaid", "facility_repaid"),
    "interest": ("interest", "facility_cost"),
    "equity": ("equity",),
    "dividend": ("dividend",),
    "planned": ("planned",),
    "uncategorised": (),
}
"""What a forecast and a bank file can be compared by, and the kinds of flow in each.

A bank line cannot tell today's items from later sales, nor bills on hand from later ones. Money that comes in under
``other_operating`` is ``other_in``; what has no category was forecast by nobody.
"""

_ROWS: dict[str, DType] = {
    "week_end": pl.Date, "what": pl.String, "forecast": pl.Int64, "p10": pl.Int64, "p90": pl.Int64, "actual": pl.Int64,
    "difference": pl.Int64, "rank": pl.Float64, "inside50": pl.Boolean, "inside80": pl.Boolean, "inside90": pl.Boolean,
    "inside95": pl.Boolean,
}  # fmt: skip
_WHATS: dict[str, DType] = {
    "what": pl.String, "weeks": pl.Int64, "forecast": pl.Int64, "actual": pl.Int64, "difference": pl.Int64,
    "shifted": pl.Int64, "share": pl.Float64, "wape": pl.Float64, "inside50_share": pl.Float64,
    "inside80_share": pl.Float64, "inside95_share": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Baseline(Terms, key="liquidity.baseline"):
    """Which day an earlier and a later forecast are compared at."""

    ahead_days: int = term(
        91, unit="days after the later forecast, the last week end within", source="REQUIREMENTS CA-02"
    )


DEFAULTS = Baseline()


@dataclass(frozen=True)
class Compared:
    """Forecast against actual since a baseline.

    rows: a row a full week and thing: week_end, what (one of COMPARED, or ``net``), forecast (mean), p10, p90, actual,
    difference (actual less forecast), rank (share of paths below the actual, half of those equal), inside50, inside80,
    inside90, inside95. whats: over all weeks: what, weeks, forecast, actual, difference, shifted (money that only came
    in another week), share (of the whole difference of net), wape, inside50_share, inside80_share, inside95_share.
    """

    rows: pl.DataFrame
    whats: pl.DataFrame
    problems: Sequence[Problem]


@dataclass(frozen=True)
class Bridge:
    """Why the expected balance of one day is not what it was.

    day: the day. old, new: the mean balance then expected and now; change: new less old. parts: step (``past``: what
    happened in place of what was expected; ``ahead``: what is expected now in place of what was), what (one of
    COMPARED, for the past also ``other``; empty: all of it) and amount (Int64, minor units). What were sales to come
    are items today, so both are ``customer``. The amounts add up to the change exactly. All but ``why`` are None or
    empty where nothing can be told.
    """

    day: date | None
    old: int | None
    new: int | None
    change: int | None
    parts: pl.DataFrame
    why: Problem | None = None


def compare(baseline: CashPaths, books: Books) -> Compared:
    """What was forecast for each week since, and what the bank lines say (REQUIREMENTS CA-02).

    Only weeks are compared of which the bank has told every day, and that lie wholly after the baseline's day.
    Transfers between our own accounts are left out. Foreign money is told at the rate of the books' day.
    """
    until = known_until(books)
    if until is None:
        return _nothing(Problem("liquidity.compare.no_bank_lines"))
    first = baseline.horizon.as_of
    weeks = [
        (place, end)
        for place, end in enumerate(baseline.horizon.week_ends)
        if end <= until and (place > 0 or end - timedelta(days=7) >= first)
    ]
    if not weeks:
        facts = {"baseline_on": first.isoformat(), "last_on": until.isoformat()}
        return _nothing(Problem("liquidity.compare.no_full_week", "", facts))
    told = actuals(books, weeks[0][1] - timedelta(days=7), weeks[-1][1])
    if told["amount"].null_count():
        return _nothing(Problem("liquidity.compare.no_rate"))
    weekly = told.group_by(week_of("booked_on").alias("week_end"), "what").agg(pl.col("amount").sum())
    happened = {(end, what): amount for end, what, amount in weekly.iter_rows()}
    places = [place for place, _ in weeks]
    rows: list[tuple[object, ...]] = []
    for what, kinds in {**COMPARED, "net": tuple(baseline.flows)}.items():
        flow = np.zeros((baseline.count, len(baseline.horizon)))
        for kind in kinds:
            flow = flow + baseline.flow(kind)
        binned = baseline.horizon.by_week(flow)[:, places]
        for column, (_, end) in enumerate(weeks):
            every = [amount for (on, _), amount in happened.items() if on == end]
            actual = sum(every) if what == "net" else happened.get((end, what), 0)
            if actual or binned[:, column].any():
                rows.append((end, what, *_against(binned[:, column], actual)))
    frame = pl.DataFrame(rows, _ROWS, orient="row").sort("week_end", maintain_order=True)
    return Compared(frame, explained(frame), ())


def actuals(books: Books, after: date, until: date) -> pl.DataFrame:
    """Bank lines booked after one day up to another: booked_on, what (one of COMPARED), amount (Int64, books' currency;
    empty where there is no rate)."""
    lines = books.table("bank_lines").filter((pl.col("booked_on") > after) & (pl.col("booked_on") <= until))
    return sums(compared_by(lines), books, "booked_on", "what").select(
        "booked_on", "what", "amount"
    ).collect()  # fmt: skip


def compared_by(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Bank lines with ``what`` they are compared by; without those between our own accounts."""
    category = pl.col("category")
    what = (
        pl.when((category == "other_operating") & (pl.col("amount") > 0))
        .then(pl.lit("other_in"))
        .otherwise(category.fill_null("uncategorised"))
    )
    return lines.filter(~category.fill_null("").is_in(INTERNAL)).with_columns(what.alias("what"))


def week_of(day: str) -> pl.Expr:
    """The Sunday that ends the week of a day."""
    return pl.col(day) + pl.duration(days=7 - pl.col(day).dt.weekday())


def explained(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``compare`` over all their weeks: how much of the whole difference each thing explains.

    ``shifted`` is what merely came in another week: half of what the weekly differences add up to without their signs
    beyond their sum. ``wape``: sum of |actual - forecast| / sum of |actual|, empty where nothing came.
    """
    off, total = pl.col("difference"), rows.filter(pl.col("what") == "net")["difference"].sum()
    spread, net = off.abs().sum(), off.sum()
    real = pl.col("actual").abs().sum()
    share = net / total if total else pl.lit(None, dtype=pl.Float64)
    order = {what: place for place, what in enumerate((*COMPARED, "net"))}
    return (
        rows.group_by("what")
        .agg(
            pl.len().cast(pl.Int64).alias("weeks"),
            pl.col("forecast").sum(),
            pl.col("actual").sum(),
            net.alias("difference"),
            ((spread - net.abs()) // 2).alias("shifted"),
            share.alias("share"),
            pl.when(real > 0).then(spread / real).alias("wape"),
            *(pl.col(name).mean().alias(f"{name}_share") for name in ("inside50", "inside80", "inside95")),
        )
        .sort(pl.col("what").replace_strict(order, return_dtype=pl.Int64))
        .select(list(_WHATS))
        .cast(pl.Schema(_WHATS))
    )


def change(old: CashPaths, new: CashPaths, books: Books | None = None, terms: Baseline = DEFAULTS) -> Bridge:
    """Why the mean balance of a day to come differs between two forecasts (REQUIREMENTS CA-02).

    The day is the last week end that both reach and that lies at most ``ahead_days`` after the later one. A bin of the
    old forecast that is half over counts by its days.

    Args:
        books: those of the later forecast; with them the past is told thing by thing, the rest as ``other`` (rates,
            our own transfers under way, what the bank has not told).
    """
    if old.currency != new.currency:
        return _no_bridge(Problem("liquidity.change.currencies", "", {"old": old.currency, "new": new.currency}))
    if old.opening is None or new.opening is None:
        return _no_bridge(Problem("liquidity.change.no_opening"))
    limit = new.horizon.as_of + timedelta(days=terms.ahead_days)
    common = [end for end in set(old.horizon.week_ends) & set(new.horizon.week_ends) if end <= limit]
    if not common or old.horizon.as_of > new.horizon.as_of:
        facts = {"old": old.horizon.as_of.isoformat(), "new": new.horizon.as_of.isoformat()}
        return _no_bridge(Problem("liquidity.change.no_common_day", "", facts))
    day = max(common)
    gone, ahead = _parted(old, new.horizon.as_of, day)
    _, now = _parted(new, new.horizon.as_of, day)
    before = float(old.opening) + sum(gone.values()) + sum(ahead.values())
    after = float(new.opening) + sum(now.values())
    steps: list[tuple[str, str | None, float]] = []
    happened = float(new.opening - old.opening) - sum(gone.values())
    if books is None:
        steps.append(("past", None, happened))
    else:
        steps += _past(old, new, books, gone, happened)
    for what, kinds in COMPARED.items():
        if any(kind in now or kind in ahead for kind in kinds):
            moved = sum(now.get(kind, 0.0) - ahead.get(kind, 0.0) for kind in kinds)
            steps.append(("ahead", what, moved))
    total = round(after) - round(before)
    amounts = rounded([amount for _, _, amount in steps], total)
    frame = pl.DataFrame(
        [(step, what, amount) for (step, what, _), amount in zip(steps, amounts)],
        {"step": pl.String, "what": pl.String, "amount": pl.Int64},
        orient="row",
    )
    return Bridge(
        day, round(before), round(after), total, frame.filter((pl.col("amount") != 0) | (pl.col("step") == "past"))
    )


def _past(
    old: CashPaths, new: CashPaths, books: Books, gone: Mapping[str, float], happened: float
) -> list[tuple[str, str | None, float]]:
    """The past thing by thing: actual less forecast, and what remains."""
    told = actuals(books, old.horizon.as_of, new.horizon.as_of)
    real = (
        dict(told.group_by("what").agg(pl.col("amount").sum()).iter_rows()) if not told["amount"].null_count() else {}
    )
    steps: list[tuple[str, str | None, float]] = []
    for what, kinds in COMPARED.items():
        forecast = sum(gone.get(kind, 0.0) for kind in kinds)
        if real.get(what, 0) or forecast:
            steps.append(("past", what, float(real.get(what, 0)) - forecast))
    return [*steps, ("past", "other", happened - sum(amount for _, _, amount in steps))]


def _parted(paths: CashPaths, split: date, day: date) -> tuple[dict[str, float], dict[str, float]]:
    """Mean flow of each kind up to ``split``, and after it up to ``day``."""
    horizon = paths.horizon
    ends, lengths = horizon.end_days.astype(np.float64), horizon.lengths.astype(np.float64)
    cut, last = float((split - horizon.as_of).days), float((day - horizon.as_of).days)
    gone = np.clip((cut - (ends - lengths)) / lengths, 0.0, 1.0)
    upto = np.clip((last - (ends - lengths)) / lengths, 0.0, 1.0)
    means = {kind: paths.flow(kind).mean(axis=0) for kind in FLOWS if kind in paths.flows}
    return (
        {kind: float(mean @ gone) for kind, mean in means.items()},
        {kind: float(mean @ (upto - gone)) for kind, mean in means.items()},
    )


def _against(flow: Floats, actual: int) -> tuple[object, ...]:
    points = np.quantile(flow, [0.025, 0.05, 0.10, 0.25, 0.75, 0.90, 0.95, 0.975])
    mean = round(float(flow.mean()))
    # A band of one value holds that value to the minor unit: paths are floats, bank lines are not.
    inside = [bool(points[low] - 0.5 <= actual <= points[-1 - low] + 0.5) for low in (3, 2, 1, 0)]
    rank = float((flow < actual - 0.5).mean() + 0.5 * (np.abs(flow - actual) <= 0.5).mean())
    return mean, round(float(points[2])), round(float(points[5])), actual, actual - mean, rank, *inside


def _nothing(problem: Problem) -> Compared:
    return Compared(pl.DataFrame(schema=_ROWS), pl.DataFrame(schema=_WHATS), (problem,))


def _no_bridge(why: Problem) -> Bridge:
    none = pl.DataFrame(schema={"step": pl.String, "what": pl.String, "amount": pl.Int64})
    return Bridge(None, None, None, None, none, why)
