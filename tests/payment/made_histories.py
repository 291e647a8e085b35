"""Made ledgers of many shapes, each a hard case for a payment model; seeded, as histories of items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

FIRST, LAST = date(2023, 1, 2), date(2025, 6, 30)
DAYS = (LAST - FIRST).days
Draws = np.random.Generator


def items(who: np.ndarray, issued: np.ndarray, terms: np.ndarray, delay: np.ndarray, worth: np.ndarray) -> pl.DataFrame:
    """A history as ``books.items_of`` gives it: days since FIRST, delays in days from due (infinite: never paid)."""
    ends = issued + terms + np.where(np.isfinite(delay), np.round(delay), 10**5)
    paid = ends <= DAYS
    day = pl.lit(FIRST)
    return (
        pl.DataFrame(
            {
                "customer_no": who.astype(np.uint32),
                "item_id": [f"i{place:07d}" for place in range(len(who))],
                "issued": issued.astype(np.int64),
                "terms": terms.astype(np.int64),
                "ends": np.where(paid, np.maximum(ends, issued), 0).astype(np.int64),
                "is_paid": paid,
                "face": np.maximum(np.round(worth), 1).astype(np.int64),
            }
        )
        .select(
            "customer_no",
            "item_id",
            (day + pl.duration(days="issued")).alias("issued_on"),
            (day + pl.duration(days=pl.col("issued") + pl.col("terms"))).alias("due_on"),
            pl.lit("EUR").alias("currency"),
            "face",
            pl.when("is_paid").then(0).otherwise("face").alias("open"),
            pl.when("is_paid").then(pl.lit("paid")).alias("end"),
            pl.when("is_paid").then(day + pl.duration(days="ends")).alias("ended_on"),
            pl.lit(1, dtype=pl.Int64).alias("parts"),
            pl.col("face").cast(pl.Float64).alias("worth"),
        )
        .sort("customer_no", "item_id")
    )


def _base(rng: Draws, count: int, customers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    share = rng.pareto(1.5, customers) + 0.3
    who = rng.choice(customers, count, p=share / share.sum())
    terms = rng.choice([14, 30, 30, 60], customers)[who]
    usual = rng.lognormal(10, 1, customers)
    return who, rng.integers(0, DAYS, count), terms, usual[who] * rng.lognormal(0, 0.6, count)


def steady(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """Every customer has a habit and keeps it."""
    who, issued, terms, worth = _base(rng, count, customers)
    habit, spread = rng.normal(6, 10, customers), rng.uniform(2, 9, customers)
    return items(who, issued, terms, rng.normal(habit[who], spread[who]), worth)


def monthly_runs(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """Half of the customers pay once a month, on a day of their own, what is due by then."""
    who, issued, terms, worth = _base(rng, count, customers)
    delay = rng.normal(rng.normal(3, 5, customers)[who], 4)
    run = rng.choice([5, 15, 25, 28], customers)[who]
    ready = issued + terms + np.round(delay)
    month = np.array([(FIRST + timedelta(days=int(day))).replace(day=1).toordinal() for day in ready])
    at = month + run - 1 - FIRST.toordinal()
    later = np.array(
        [(FIRST + timedelta(days=int(day) + 32)).replace(day=1).toordinal() for day in month - FIRST.toordinal()]
    )
    at = np.where(at >= ready, at, later + run - 1 - FIRST.toordinal())
    runs = (np.arange(customers) % 2 == 0)[who]
    return items(who, issued, terms, np.where(runs, at - issued - terms, delay), worth)


def changing(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """Customers change: a third turn slower by weeks at a day of their own, a third drift, all with the season."""
    who, issued, terms, worth = _base(rng, count, customers)
    kind, at = np.arange(customers) % 3, rng.uniform(0.3, 0.9, customers) * DAYS
    slower = np.where((kind[who] == 0) & (issued > at[who]), rng.uniform(8, 30, customers)[who], 0)
    drift = np.where(kind[who] == 1, (issued / DAYS) * rng.normal(0, 15, customers)[who], 0)
    season = 4 * np.sin(2 * np.pi * issued / 365)
    return items(who, issued, terms, rng.normal(rng.normal(4, 6, customers)[who] + slower + drift + season, 6), worth)


def growth(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """Sales grow eightfold, customers join all the time, and new ones pay later than old ones."""
    joined = np.sort(rng.uniform(0, 0.9, customers)) * DAYS
    issued = np.round(DAYS * rng.uniform(0, 1, count) ** 0.4).astype(np.int64)
    there = np.maximum(np.searchsorted(joined, issued), 1)
    who = (rng.uniform(0, 1, count) * there).astype(np.int64)
    delay = rng.normal(rng.normal(2, 7, customers)[who] + 8 * np.exp(-(issued - joined[who]) / 120), 5)
    return items(who, issued, rng.choice([30, 45], customers)[who], delay, rng.lognormal(10, 1, count))


def never_paid(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """A long tail: one item in twelve is never paid, customers fail, and late items come later and later."""
    who, issued, terms, worth = _base(rng, count, customers)
    delay = rng.normal(rng.normal(5, 8, customers)[who], 5)
    tail = rng.uniform(0, 1, count) < 0.15
    delay = np.where(tail, delay + rng.lognormal(3.5, 1, count), delay)
    delay = np.where(rng.uniform(0, 1, count) < rng.beta(0.5, 8, customers)[who], np.inf, delay)
    fails = np.where(rng.uniform(0, 1, customers) < 0.08, rng.uniform(0.3, 1, customers), 2.0) * DAYS
    return items(who, issued, terms, np.where(issued + terms + delay > fails[who], np.inf, delay), worth)


def two_habits(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """Each customer pays some items at once and the others on the second reminder."""
    who, issued, terms, worth = _base(rng, count, customers)
    early, late = rng.normal(-3, 3, customers), rng.normal(28, 6, customers)
    slow = rng.uniform(0, 1, count) < rng.beta(1.5, 2, customers)[who]
    return items(who, issued, terms, rng.normal(np.where(slow, late[who], early[who]), 2.5), worth)


def heavy_amounts(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """A few items are most of the money, and what is large for a customer is paid later."""
    who, issued, terms, _ = _base(rng, count, customers)
    size = rng.pareto(1.3, count) + 0.05
    delay = rng.normal(rng.normal(4, 7, customers)[who] + 5 * np.log(size + 0.3), 5)
    return items(who, issued, terms, delay, size * 1e5)


def one_invoice(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """Two thirds of the items belong to customers who buy once."""
    who, issued, terms, worth = _base(rng, count, customers)
    once = rng.uniform(0, 1, count) < 0.66
    who = np.where(once, customers + np.arange(count), who)
    terms = np.where(once, rng.choice([0, 14, 30], count), terms)
    habit = rng.normal(5, 9, customers + count)
    return items(who, issued, terms, rng.normal(habit[who], 4) + rng.exponential(4, count), worth)


def workdays_only(rng: Draws, count: int, customers: int) -> pl.DataFrame:
    """Money comes from Monday to Friday, and for half of the customers on Fridays only."""
    who, issued, terms, worth = _base(rng, count, customers)
    ready = issued + terms + np.round(rng.normal(rng.normal(2, 4, customers)[who], 2.5))
    weekday = ready % 7
    shift = np.where(weekday >= 5, 7 - weekday, 0)
    friday = (4 - weekday) % 7
    shift = np.where((np.arange(customers) % 2 == 0)[who], friday, shift)
    return items(who, issued, terms, ready + shift - issued - terms, worth)


SHAPES: Mapping[str, Callable[[Draws, int, int], pl.DataFrame]] = {
    shape.__name__: shape
    for shape in (
        steady, monthly_runs, changing, growth, never_paid, two_habits, heavy_amounts, one_invoice, workdays_only,
    )
}  # fmt: skip


def made(name: str, seed: int = 1, count: int = 6000, customers: int = 80) -> pl.DataFrame:
    """The ledger of that shape."""
    return SHAPES[name](np.random.default_rng(seed), count, customers)
