"""Joint simulation of an open book, side by side with the NumPy program that a good analyst would write.

    .venv/bin/python bench/simulation.py [--items 100000] [--customers 10000] [--paths 10000] [--weeks 26]

Both draw the same model (systemic, sector, customer and own part of every delay; failure of customers by one systemic
and one sector factor) and have to agree on what comes in each week. The analyst works in chunks of paths, with
single-precision draws and a table of weeks by uniform for each item. Exit 1 where the line of 15 times is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from solvent.payment.laws import fit
from solvent.simulation.horizon import weekly
from solvent.simulation.items.failure import survival, until_failure
from solvent.simulation.items.kernel import thresholds
from solvent.simulation.items.receipts import OpenBook, receipts
from solvent.simulation.items.together import Joint, moves
from solvent.simulation.noise import keys_of, quantiles

SYSTEMIC, SECTOR, CUSTOMER = 0.12, 0.04, 0.30
FAIL_SYSTEMIC, FAIL_SECTOR = 0.10, 0.10
OWN = 1.0 - SYSTEMIC - SECTOR - CUSTOMER
TIMES = 15.0


def made(items: int, customers: int, weeks: int, seed: int = 7) -> dict[str, Any]:
    """A book: who owes what, and each item's chance to be paid by the end of each week."""
    draw = np.random.default_rng(seed)
    size = draw.pareto(1.2, customers) + 0.2
    customer = np.sort(
        np.concatenate([np.arange(customers), draw.choice(customers, items - customers, p=size / size.sum())])
    )
    middle = draw.integers(-8, 13, items) + draw.gamma(2.0, 1.5, customers)[customer]
    spread = 0.6 + 0.3 * draw.gamma(2.0, 1.0, customers)[customer]
    week = np.arange(1, weeks + 1)[None, :]
    risen = 1.0 / (1.0 + np.exp(-1.7 * (week - middle[:, None]) / spread[:, None]))
    now = 1.0 / (1.0 + np.exp(1.7 * middle / spread))[:, None]
    return {
        "customer": customer,
        "worth": np.round(np.exp(draw.normal(9, 1.3, customers)[customer] + draw.normal(0, 0.7, items))),
        "chance": np.clip((risen - now) / (1.0 - now), 0.0, 1.0) * 0.99,
        "hazard": np.exp(draw.normal(np.log(0.02), 0.8, customers)).clip(1e-4, 0.5),
        "sector": draw.integers(0, 12, customers),
    }


def ours(book: dict[str, Any], paths: int, weeks: int, workers: int) -> tuple[float, np.ndarray[Any, Any]]:
    """Seconds and the flows by path and week, thresholds and factors included."""
    start = time.perf_counter()
    horizon, customers = weekly(date(2026, 1, 1), weeks), len(book["hazard"])
    surviving = survival(book["hazard"], horizon.end_days)
    row = [sqrt(SYSTEMIC), sqrt(SECTOR), 0, sqrt(CUSTOMER), sqrt(FAIL_SYSTEMIC), sqrt(FAIL_SECTOR), 0,
           sqrt(1 - FAIL_SYSTEMIC - FAIL_SECTOR), sqrt(OWN), 0.0]  # fmt: skip
    names = [f"C{place}" for place in range(customers)]
    sectors = [f"S{place}" for place in range(12)]
    frame = pl.DataFrame({"worth": book["worth"]}).cast({"worth": pl.Int64})
    whole = OpenBook(
        horizon=horizon,
        items=frame,
        names=names,
        sectors=sectors,
        groups=[],
        sector=book["sector"],
        group=np.full(customers, -1, dtype=np.int64),
        starts=np.searchsorted(book["customer"], np.arange(customers + 1)).astype(np.int64),
        loads=np.tile(np.array(row, dtype=np.float64), (customers, 1)),
        chance=book["chance"],
        laws=thresholds(until_failure(book["chance"], surviving[book["customer"]])),
        hazard=book["hazard"],
        fails=-quantiles(1.0 - surviving),
        customer_words=keys_of(names),
        item_words=keys_of([f"I{place}" for place in range(frame.height)]),
    )
    told = receipts(whole, moves(1, paths, sectors, [], Joint(delay_with_failure=0.0)), 1, workers=workers)
    return time.perf_counter() - start, told.flows


def analyst(book: dict[str, Any], paths: int, weeks: int, chunk: int = 50) -> tuple[float, np.ndarray[Any, Any]]:
    """The same in plain NumPy: draws in chunks of paths, weeks looked up by a table of 256 uniforms an item."""
    start = time.perf_counter()
    draw = np.random.Generator(np.random.SFC64(1))
    customer, worth = book["customer"], book["worth"].astype(np.float64)
    items, customers = len(customer), len(book["hazard"])
    ends = np.arange(1, weeks + 1) * 7
    surviving = np.exp(-book["hazard"][:, None] * ends / 365.0)
    law = np.minimum(np.cumsum(np.diff(book["chance"], axis=1, prepend=0) / surviving[customer], axis=1), 1.0)
    table = np.empty((items, 256), dtype=np.uint8)
    for place in range(256):
        table[:, place] = (law <= (place + 0.5) / 256).sum(axis=1)
    level = ndtri(1.0 - surviving)
    flat = np.arange(items, dtype=np.int64) * 256
    out = np.empty((paths, weeks))
    for first in range(0, paths, chunk):
        count = min(chunk, paths - first)
        shared = draw.standard_normal((2, count, 1), dtype=np.float32)
        by_sector = draw.standard_normal((count, 12), dtype=np.float32)[:, book["sector"]]
        mood = draw.standard_normal((count, customers), dtype=np.float32)
        fate = sqrt(FAIL_SYSTEMIC) * shared[1] + sqrt(FAIL_SECTOR) * by_sector
        fate += sqrt(1 - FAIL_SYSTEMIC - FAIL_SECTOR) * draw.standard_normal((count, customers), dtype=np.float32)
        fails = np.full((count, customers), weeks, dtype=np.int64)
        who = np.nonzero(fate <= level[:, -1])
        fails[who] = (level[who[1]] < fate[who][:, None]).sum(axis=1)
        lot = sqrt(SYSTEMIC) * shared[0] + sqrt(SECTOR) * by_sector + sqrt(CUSTOMER) * mood
        late = lot[:, customer] + np.float32(sqrt(OWN)) * draw.standard_normal((count, items), dtype=np.float32)
        place = np.minimum((ndtr(late) * 256).astype(np.int64), 255)
        week = table.ravel()[flat + place].astype(np.int64)
        paid = (week < weeks) & (week < fails[:, customer])
        where = np.arange(count)[:, None] * (weeks + 1) + np.where(paid, week, weeks)
        added = np.bincount(where.ravel(), np.broadcast_to(worth, where.shape).ravel(), count * (weeks + 1))
        out[first : first + count] = added.reshape(count, weeks + 1)[:, :weeks]
    return time.perf_counter() - start, out


def laws(rows: int) -> float:
    """Seconds to fit the laws of all customers on so many past invoices."""
    draw = np.random.default_rng(3)
    customer = draw.integers(0, rows // 50, rows)
    issued = np.datetime64("2023-01-01") + draw.integers(0, 1000, rows).astype("timedelta64[D]")
    due = issued + draw.choice([30, 60, 90], rows).astype("timedelta64[D]")
    ended = due + np.round(draw.normal(5, 12, rows)).astype("timedelta64[D]")
    ended = np.maximum(ended, issued)
    day = date(2026, 1, 1)
    frame = pl.DataFrame(
        {"customer_no": customer, "issued_on": issued, "due_on": due, "ended_on": ended},
        {"customer_no": pl.UInt32, "issued_on": pl.Date, "due_on": pl.Date, "ended_on": pl.Date},
    ).with_columns(
        pl.when(pl.col("ended_on") <= day).then(pl.lit("paid")).alias("end"),
        pl.when(pl.col("ended_on") <= day).then("ended_on").alias("ended_on"),
    )
    start = time.perf_counter()
    fit(frame, day, rows // 50)
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--paths", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=26)
    args = parser.parse_args()
    workers = len(os.sched_getaffinity(0))
    book = made(args.items, args.customers, args.weeks)
    ours(book, 128, args.weeks, workers)
    runs = [ours(book, args.paths, args.weeks, workers) for _ in range(3)]
    seconds, flows = min(runs, key=lambda run: run[0])
    theirs, plain = analyst(book, args.paths, args.weeks)
    near = float(np.abs(flows.mean(0) / plain.mean(0) - 1.0)[: args.weeks // 2].max())
    spread = float(np.abs(flows.std(0) / plain.std(0) - 1.0)[: args.weeks // 2].max())
    fitted = laws(1_000_000)
    told = {
        "ours_seconds": round(seconds, 2),
        "numpy_seconds": round(theirs, 2),
        "times": round(theirs / seconds, 1),
        "workers": workers,
        "largest_difference_of_weekly_means": round(near, 4),
        "largest_difference_of_weekly_deviations": round(spread, 4),
        "fit_of_a_million_invoices_seconds": round(fitted, 2),
    }
    print(json.dumps(told, indent=1))
    return int(theirs / seconds < TIMES or near > 0.02 or spread > 0.08 or fitted > 2.0)


if __name__ == "__main__":
    sys.exit(main())
