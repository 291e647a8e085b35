"""Bills: when we pay what we owe: by our own habit of delay, read from what was paid and from what still waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.company.payables import open_bills
from solvent.simulation.horizon import Bools, Floats, Horizon, Ints
from solvent.simulation.items.kernel import simulate, thresholds
from solvent.simulation.noise import keys_of, start
from solvent.simulation.outflows.paydays import Paydays, on_run, pay_run


@dataclass(frozen=True)
class Habit(Terms, key="simulation.outflows.bills"):
    """How our own way of paying is read."""

    window_days: int = term(
        90, unit="days back from which the habit is read", source="own choice: habits change in a squeeze"
    )
    longest_days: int = term(365, unit="days back where those hold too few payments", source="own choice: a year")
    payments: int = term(20, unit="payments that a window must hold", source="own choice")
    believed: float = term(
        3.0,
        unit="bills at risk, or fortnights, that what is assumed of a habit is worth",
        source="own choice: soon outweighed",
    )
    of_supplier: float = term(
        0.4,
        unit="share of the rest of variance by which one supplier's bills wait",
        most=1,
        source="own choice: paid in one go",
    )
    tail_share: float = term(
        0.02,
        unit="chance a day to be paid, beyond what was ever seen",
        most=1,
        source="own choice: seven weeks on average",
    )
    together: float = term(
        0.3,
        unit="share of variance by which bills wait together, where it cannot be measured",
        most=1,
        source="own choice",
    )
    old_days: int = term(
        180,
        unit="days past due after which a bill is not expected to be paid",
        source="own choice: it is disputed, or an error",
    )


DEFAULTS = Habit()

EARLIEST, LATEST = -120, 400
"""Days of lateness that are told apart."""


@dataclass(frozen=True)
class Paying:
    """Our habit; frozen.

    late: [days], chance of being paid by each day of lateness from EARLIEST to LATEST. age: [days], chance of being
    paid by each day after the bill, from 0. together: share of variance that all bills have in common. run: weekday of
    the pay run; None: any working day. payments: how many it was read from. since: first day it was read from.
    """

    late: Floats
    age: Floats
    together: float
    run: int | None
    payments: int
    since: date

    @property
    def delay(self) -> float:
        """Mean days from due day to payment by the habit."""
        return float(EARLIEST + (1.0 - self.late).sum())


def rows_of(books: Books) -> pl.DataFrame:
    """Bills: bill_id, supplier_id, issued, due (ordinals), ended (ordinal of the payment that closed it, empty: open),
    currency, face, open (Int64, minor units of the bill)."""
    last = books.table("bill_payments").group_by("bill_id").agg(pl.col("paid_on").max())
    base = date(1970, 1, 1).toordinal()
    return (
        open_bills(books)
        .join(last, on="bill_id", how="left")
        .select(
            "bill_id",
            "supplier_id",
            (pl.col("issued_on").cast(pl.Int64) + base).alias("issued"),
            (pl.col("due_on").cast(pl.Int64) + base).alias("due"),
            pl.when(pl.col("amount") <= 0).then(pl.col("paid_on").cast(pl.Int64) + base).alias("ended"),
            "currency",
            "face",
            pl.col("amount").alias("open"),
        )
        .sort("due", "bill_id")
        .collect()
    )


def paying(rows: pl.DataFrame, as_of: date, terms: Habit = DEFAULTS) -> Paying:
    """The habit of the last weeks: of the bills that waited on a day at some lateness, how many were paid that day.

    Counting who waited beside who was paid lets bills that still wait speak too: who now pays later than before is seen
    to at once, and young bills that happen to be paid are not taken for the whole.
    """
    today = as_of.toordinal()
    ended = rows["ended"].drop_nulls().to_numpy()
    window = terms.window_days
    while window < terms.longest_days and (ended > today - window).sum() < terms.payments:
        window = min(2 * window, terms.longest_days)
    since = today - window
    told = rows.filter((pl.col("ended").is_null() | (pl.col("ended") > since)) & (pl.col("issued") <= today))
    told = told.filter(pl.col("ended").is_not_null() | (pl.col("due") > today - terms.old_days))
    issued, due = told["issued"].to_numpy(), told["due"].to_numpy()
    paid = told["ended"].is_not_null().to_numpy()
    until = np.where(paid, told["ended"].fill_null(today).to_numpy(), today)
    begins = np.maximum(issued - 1, since)
    late = _by(begins - due, until - due, paid, EARLIEST, LATEST, _prior_late(terms), terms)
    wait = int(np.median(due - issued)) if len(due) else 30
    age = _by(begins - issued, until - issued, paid, 0, LATEST, _prior_age(terms, wait), terms)
    together = _together(until[paid], due[paid], terms)
    return Paying(late, age, together, pay_run(until[paid]), int(paid.sum()), date.fromordinal(since + 1))


def _by(begins: Ints, ends: Ints, paid: Bools, low: int, high: int, prior: Floats, terms: Habit) -> Floats:
    """[days]: chance to be paid by each day from ``low`` to ``high``: the life table of a period.

    Args:
        begins, ends: the bill waits on the days after the first up to the second. prior: [days], hazards believed.
    """
    size = high - low + 1
    first = np.clip(begins + 1 - low, 0, size - 1)
    last = np.clip(ends - low, 0, size - 1)
    waited = np.bincount(first, minlength=size + 1) - np.bincount(last + 1, minlength=size + 1)
    at_risk = np.cumsum(waited)[:size].astype(np.float64)
    events = np.bincount(last[paid], minlength=size)[:size].astype(np.float64)
    # Where few wait on a day, those of the week before speak for it; where none did, what is believed.
    near_events, near_risk = _weekly(events), _weekly(at_risk)
    local = (near_events + terms.believed * prior) / (near_risk + terms.believed)
    hazard = (events + local) / (at_risk + 1.0)
    return np.asarray(1.0 - np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0)), dtype=np.float64)


def _weekly(values: Floats) -> Floats:
    """[days]: sums of each day and the seven before it."""
    running = np.concatenate([np.zeros(8), np.cumsum(values)])
    told: Floats = running[8:] - running[:-8]
    return told


def _prior_late(terms: Habit) -> Floats:
    hazard = np.full(LATEST - EARLIEST + 1, terms.tail_share)
    hazard[:-EARLIEST] = 0.0
    hazard[-EARLIEST : -EARLIEST + 4] = 0.5
    return hazard


def _prior_age(terms: Habit, wait: int) -> Floats:
    hazard = np.full(LATEST + 1, terms.tail_share)
    hazard[:wait] = 0.0
    hazard[wait : wait + 4] = 0.5
    return hazard


def _together(paid: Ints, due: Ints, terms: Habit) -> float:
    """How much of the variance of lateness lies between the weeks of payment: by analysis of variance."""
    late, week = np.clip(paid - due, -30, 90).astype(np.float64), paid // 14
    if len(late) < terms.payments:
        return terms.together
    _, place, counts = np.unique(week, return_inverse=True, return_counts=True)
    groups = len(counts)
    if groups < 3:
        return terms.together
    means = np.bincount(place, late) / counts
    within = float(((late - means[place]) ** 2).sum()) / max(len(late) - groups, 1)
    between = float((counts * (means - late.mean()) ** 2).sum()) / (groups - 1)
    size = (len(late) - float((counts**2).sum()) / len(late)) / (groups - 1)
    spread = max((between - within) / size, 0.0)
    share = spread / (spread + within) if spread + within > 0 else terms.together
    return (groups * share + terms.believed * terms.together) / (groups + terms.believed)


def last_days(habit: Paying, horizon: Horizon, calendar: Paydays) -> Ints:
    """[bins]: the last day (ordinal) whose payments are made by the end of each bin: pay days gather what is near."""
    first, last = horizon.as_of.toordinal() + 1, horizon.ends[-1].toordinal() + 10
    days = np.arange(first, last + 1, dtype=np.int64)
    made = np.maximum.accumulate(on_run(calendar, days, habit.run))
    ends = np.array([end.toordinal() for end in horizon.ends])
    told: Ints = first + np.searchsorted(made, ends, side="right") - 1
    return told


def law_of(habit: Paying, due: Ints, today: int, days: Ints) -> Floats:
    """[bills, days]: chance that a bill still open after ``today`` is paid by each day (ordinals)."""
    size = len(habit.late) - 1
    now = habit.late[np.clip(today - due - EARLIEST, 0, size)]
    by = habit.late[np.clip(days[None, :] - due[:, None] - EARLIEST, 0, size)]
    left = np.maximum(1.0 - now, 1e-12)[:, None]
    told: Floats = np.clip((by - now[:, None]) / left, 0.0, 1.0)
    return told


def paid_bills(
    books: Books,
    rows: pl.DataFrame,
    habit: Paying,
    horizon: Horizon,
    calendar: Paydays,
    factor: Floats,
    seed: int,
    terms: Habit = DEFAULTS,
) -> tuple[Floats, Sequence[Problem]]:
    """[paths, bins]: what is paid on the bills open today, negative; and what of them is not expected to be paid.

    Args:
        factor: [paths], the standard normal by which all bills wait longer.
    """
    today = horizon.as_of.toordinal()
    owed = rows.filter(pl.col("open") > 0).join(books.rates, on="currency", how="left", maintain_order="left")
    problems: list[Problem] = []
    unrated = owed.filter(pl.col("factor").is_null())
    if unrated.height:
        currencies = ", ".join(sorted(unrated["currency"].unique()))
        problems.append(Problem("outflows.no_rate", "", {"currencies": currencies, "rows": unrated.height}))
    owed = owed.filter(pl.col("factor").is_not_null())
    old = owed.filter(pl.col("due") < today - terms.old_days)
    if old.height:
        facts = {"bills": old.height, "days": terms.old_days}
        problems.append(Problem("outflows.bills_old", "", facts))
    owed = owed.filter(pl.col("due") >= today - terms.old_days)
    paths = len(factor)
    if owed.is_empty():
        return np.zeros((paths, len(horizon))), problems
    owed = owed.sort("supplier_id", "due", "bill_id")
    worth = np.rint((owed["open"] * owed["factor"]).to_numpy())
    law = law_of(habit, owed["due"].to_numpy(), today, last_days(habit, horizon, calendar))
    return -_drawn(law, worth, owed, factor, _loads(habit.together, terms), seed), problems


def _loads(together: float, terms: Habit) -> Floats:
    """What a bill's delay takes of all bills', of its supplier's and of its own draw, as the kernel wants it."""
    row = np.zeros(10)
    row[0] = sqrt(together)
    row[3] = sqrt((1.0 - together) * terms.of_supplier)
    row[7] = 1.0
    row[8] = sqrt((1.0 - together) * (1.0 - terms.of_supplier))
    return row


def _drawn(law: Floats, worth: Floats, owed: pl.DataFrame, factor: Floats, loads: Floats, seed: int) -> Floats:
    """The kernel of open items, with suppliers in place of customers, none of which fails; [paths, bins]."""
    paths, bins = len(factor), law.shape[1]
    out, lost = np.zeros((paths, bins + 1)), np.zeros(paths)
    counts = owed.group_by("supplier_id", maintain_order=True).len()
    names = counts["supplier_id"].fill_null("").to_list()
    suppliers = len(names)
    nothing = np.zeros((1, paths))
    simulate(
        0,
        paths,
        np.ascontiguousarray(factor),
        nothing,
        nothing[0],
        nothing,
        nothing,
        np.zeros(suppliers, dtype=np.int64),
        np.full(suppliers, -1, dtype=np.int64),
        np.tile(loads, (suppliers, 1)),
        keys_of([f"supplier/{name}" for name in names]),
        np.concatenate([[0], np.cumsum(counts["len"].to_numpy())]).astype(np.int64),
        np.full((suppliers, bins), np.inf),
        keys_of([f"bill/{name}" for name in owed["bill_id"]]),
        np.ascontiguousarray(worth),
        thresholds(law),
        start(seed, "outflows.bills"),
        out,
        lost,
    )
    return out[:, :bins]
