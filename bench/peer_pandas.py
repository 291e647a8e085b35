"""The same measures as a pandas user would write them, on the same Parquet tables: the peer of ``bench/ours.py``.

Prints one JSON line: seconds for each part, peak memory, and check sums that must equal ours.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd

EDGES = [-100_000, 0, 30, 60, 90, 120, 100_000]
NAMES = ["current", "1-30", "31-60", "61-90", "91-120", "121+"]


def read(folder: Path, name: str, columns: list[str]) -> pd.DataFrame:
    frame = pd.read_parquet(folder / name, columns=columns)
    for column in columns:
        if column.endswith("_on"):
            frame[column] = pd.to_datetime(frame[column])
    return frame


def rates(folder: Path, as_of: pd.Timestamp) -> dict[str, float]:
    fx = read(folder, "fx_rates", ["currency", "quote", "day_on", "rate"]) if (folder / "fx_rates").exists() else None
    if fx is None:
        fx = pd.read_parquet(folder / "fx_rates.parquet")
        fx["day_on"] = pd.to_datetime(fx["day_on"])
    newest = fx[fx.day_on <= as_of].sort_values("day_on").groupby("currency").rate.last()
    return {"CNY": 1.0, **newest.to_dict()}


def aging(items: pd.DataFrame, allocations: pd.DataFrame, fx: dict[str, float], as_of: pd.Timestamp) -> pd.DataFrame:
    """Open amount by customer and bucket, in the base currency; sums are converted, not documents."""
    paid = allocations.loc[allocations.allocated_on <= as_of].groupby("item_id").amount.sum().rename("paid")
    open_ = items.loc[items.issued_on <= as_of].merge(paid, left_on="item_id", right_index=True, how="left")
    open_["open"] = open_.amount - open_.paid.fillna(0).astype("int64")
    days = (as_of - open_.due_on).dt.days
    open_["bucket"] = pd.cut(days, EDGES, labels=NAMES)
    sums = open_.groupby(["customer_id", "currency", "bucket"], observed=True)["open"].sum().reset_index()
    sums["open"] = (sums.open * sums.currency.map(fx)).round()
    return sums.pivot_table(
        index="customer_id", columns="bucket", values="open", aggfunc="sum", fill_value=0, observed=False
    )


def dso(items: pd.DataFrame, total: pd.Series, fx: dict[str, float], as_of: pd.Timestamp) -> pd.DataFrame:
    """Countback by calendar months and simple DSO of 90 days, by customer."""
    sold = items.loc[items.issued_on <= as_of, ["customer_id", "issued_on", "amount", "currency"]].copy()
    sold["value"] = sold.amount * sold.currency.map(fx)
    sold["back"] = (as_of.year - sold.issued_on.dt.year) * 12 + as_of.month - sold.issued_on.dt.month
    months = sold.groupby(["customer_id", "back"]).value.sum().reset_index()
    months["days"] = [as_of.day] * len(months)
    lengths = {back: (as_of.to_period("M") - back).days_in_month for back in months.back.unique()}
    lengths[0] = as_of.day
    months["days"] = months.back.map(lengths)
    months["total"] = months.customer_id.map(total)
    by = months.groupby("customer_id")
    months["before"] = by.value.cumsum() - months.value
    months["countback"] = months.days * ((months.total - months.before) / months.value).clip(0, 1)
    result = by.agg(total=("total", "first"))
    result["countback"] = months.groupby("customer_id").countback.sum()
    last = sold[sold.issued_on > as_of - pd.Timedelta(days=90)].groupby("customer_id").value.sum()
    result["simple"] = result.total / last * 90
    return result


def behaviour(
    items: pd.DataFrame, allocations: pd.DataFrame, fx: dict[str, float], as_of: pd.Timestamp
) -> pd.DataFrame:
    """Weighted delay, share late, worst and trend of what was paid, by customer."""
    paid = allocations.loc[(allocations.allocated_on <= as_of) & (allocations.source == "receipt")]
    paid = paid.merge(items[["item_id", "customer_id", "due_on", "currency"]], on="item_id", suffixes=("", "_item"))
    paid["late"] = (paid.allocated_on - paid.due_on).dt.days
    paid["when"] = (paid.allocated_on - as_of).dt.days / 365
    paid["worth"] = paid.amount * paid.currency_item.map(fx)
    paid["wl"] = paid.worth * paid.late
    paid["overdue"] = paid.worth.where(paid.late > 0, 0)
    paid["xy"], paid["xx"] = paid.when * paid.late, paid.when**2
    by = paid.groupby("customer_id").agg(
        n=("late", "size"), worst=("late", "max"), worth=("worth", "sum"), wl=("wl", "sum"), overdue=("overdue", "sum"),
        x=("when", "sum"), y=("late", "sum"), xy=("xy", "sum"), xx=("xx", "sum"),
    )  # fmt: skip
    by["delay"] = by.wl / by.worth
    by["share_late"] = by.overdue / by.worth
    by["slope"] = (by.n * by.xy - by.x * by.y) / (by.n * by.xx - by.x**2)
    return by


def main(folder: Path, day: str, parts: str) -> None:
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
    aged = aging(items, allocations, fx, as_of)
    total = aged.sum(axis=1)
    lap("aging")
    sums = {"open_positive": float(total.sum())}
    if parts == "all":
        frame = dso(items, total, fx, as_of)
        lap("dso")
        paid = behaviour(items, allocations, fx, as_of)
        lap("behaviour")
        share = total.nlargest(10).sum() / total.sum()
        lap("concentration")
        sums |= {
            "countback": float(frame.countback.sum()),
            "late": float(paid.wl.sum() / paid.worth.sum()),
            "top": share,
        }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"engine": f"pandas {pd.__version__}", "seconds": seconds, "total": round(sum(seconds.values()), 3)}
    print(json.dumps({**told, "peak_mb": peak, "sums": sums}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
