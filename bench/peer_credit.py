"""What grades rest on as a pandas user would write it, on the same Parquet tables: the peer of ``bench/graded.py``.

Delay of each customer (what is overdue counted to today), what is overdue, share paid on time and in default by
customer and month. Prints one JSON line: seconds for each part, peak memory, and sums that must equal ours.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd
from peer_pandas import rates, read

Rates = dict[str, float]


def opened(items: pd.DataFrame, allocations: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Items with what is left of each."""
    paid = allocations.loc[allocations.allocated_on <= as_of].groupby("item_id").amount.sum().rename("paid")
    left = items.loc[items.issued_on <= as_of].merge(paid, left_on="item_id", right_index=True, how="left")
    left["open"] = left.amount - left.paid.fillna(0).astype("int64")
    return left


def delays(paid: pd.DataFrame, left: pd.DataFrame, fx: Rates, as_of: pd.Timestamp) -> pd.DataFrame:
    """Days late by amount, of what was paid and what is overdue; and the overdue itself."""
    done = paid.loc[paid.source == "receipt"]
    worth = done.amount * done.currency_item.map(fx)
    late = (done.allocated_on - done.due_on).dt.days
    of_paid = pd.DataFrame({"customer_id": done.customer_id, "worth": worth, "days": worth * late})
    over = left.loc[(left.open > 0) & (left.due_on < as_of)]
    worth = over.open * over.currency.map(fx)
    of_open = pd.DataFrame({"customer_id": over.customer_id, "overdue": worth, "late": (as_of - over.due_on).dt.days})
    of_open["days"] = of_open.overdue * of_open.late
    owed = of_open.groupby("customer_id").agg(overdue=("overdue", "sum"), late=("days", "sum"), oldest=("late", "max"))
    both = of_paid.groupby("customer_id")[["worth", "days"]].sum().join(owed, how="outer").fillna(0)
    both["delay"] = (both.days + both.late) / (both.worth + both.overdue)
    return both


def timely(items: pd.DataFrame, paid: pd.DataFrame, fx: Rates, as_of: pd.Timestamp) -> pd.DataFrame:
    """What fell due in each of the last 24 full months, what of it came on time, what not within 90 days."""
    last = as_of if as_of.is_month_end else as_of.to_period("M").start_time - pd.Timedelta(days=1)
    first = (last.to_period("M") - 23).start_time
    due = items.loc[items.due_on.between(first, last), ["item_id", "customer_id", "due_on", "currency", "amount"]]
    late = (paid.allocated_on - paid.due_on).dt.days
    pays = paid.source == "receipt"
    cells = pd.DataFrame(
        {
            "item_id": paid.item_id,
            "in_time": paid.amount.where(pays & (late <= 0), 0),
            "in_the_end": paid.amount.where(pays & (late <= 90), 0),
            "lowered": paid.amount.where(~paid.source.isin(["receipt", "write_off"]), 0),
        }
    )
    of_item = cells.groupby("item_id")[["in_time", "in_the_end", "lowered"]].sum()
    told = due.merge(of_item, left_on="item_id", right_index=True, how="left").fillna(
        {"in_time": 0, "in_the_end": 0, "lowered": 0}
    )
    told["due"] = told.amount - told.lowered
    told = told.loc[told.due > 0]
    told["on_time"] = told.in_time.clip(lower=0).clip(upper=told.due)
    told["default"] = told.due - told.in_the_end.clip(lower=0).clip(upper=told.due)
    told["month"] = told.due_on.dt.to_period("M")
    sums = told.groupby(["customer_id", "currency", "month"])[["due", "on_time", "default"]].sum().reset_index()
    for name in ("due", "on_time", "default"):
        sums[name] = (sums[name] * sums.currency.map(fx)).round()
    return sums.groupby(["customer_id", "month"])[["due", "on_time", "default"]].sum()


def main(folder: Path, day: str) -> None:
    as_of = pd.Timestamp(day)
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal clock
        seconds[name] = round(time.perf_counter() - clock, 3)
        clock = time.perf_counter()

    items = read(folder, "open_items", ["item_id", "customer_id", "issued_on", "due_on", "currency", "amount"])
    allocations = read(folder, "allocations", ["item_id", "source", "allocated_on", "amount", "currency"])
    lap("read")
    fx = rates(folder, as_of)
    left = opened(items, allocations, as_of)
    lap("open")
    paid = allocations.loc[allocations.allocated_on <= as_of]
    paid = paid.merge(items[["item_id", "customer_id", "due_on", "currency"]], on="item_id", suffixes=("", "_item"))
    lap("join")
    paying = delays(paid, left, fx, as_of)
    lap("delays")
    months = timely(items.loc[items.issued_on <= as_of], paid, fx, as_of)
    lap("timely")
    sums = {
        "delay": float(paying.delay.sum()), "oldest": float(paying.oldest.sum()),
        "due": float(months.due.sum()), "on_time": float(months.on_time.sum()),
    }  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"engine": f"pandas {pd.__version__}", "seconds": seconds, "total": round(sum(seconds.values()), 3)}
    print(json.dumps({**told, "peak_mb": peak, "sums": sums}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
