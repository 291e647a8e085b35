"""Features: what is known at the end of a day of each customer and of each item, as the columns that trees split on.

Nothing that grows with time alone is among them (counts, days since): a tree that met them in last year's range would
read them as another kind of customer today. Nor is the month of the year, of which a short history shows one each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from solvent.payment.boosted.paydays import Paydays, paydays
from solvent.payment.grid import Floats, Ints
from solvent.payment.laws import Fitted

OF_CUSTOMER = (
    "mean_days", "spread_days", "late_share", "last_days", "last_five_days", "trend_days", "median_days", "low_days",
    "high_days", "overdue_share", "usual_worth", "place_days",
)  # fmt: skip
"""Of the customer: mean, spread, median and both tenths of its delays, the last and the last five, how far these are
from the mean, the share paid late, the share of what runs that is overdue, the mean log of its amounts, and the place
of its law. Empty (NaN) where nothing is known."""

OF_ITEM = ("terms_days", "log_worth", "relative_worth", "due_weekday", "due_day", "days_to_month_end", "age_days")
"""Of the item: days from issue to due, the log of its amount, that less the customer's usual, when it is due, and its
age, empty while it is not issued."""

NAMES = tuple(name for name in OF_CUSTOMER if name != "usual_worth") + OF_ITEM
Singles = npt.NDArray[np.float32]
_EARLIEST, _LATEST = -120.0, 180.0


@dataclass(frozen=True)
class Facts:
    """What is known of every customer at the end of a day; frozen.

    customers: [customers + 1, OF_CUSTOMER]; the last row is of one never seen. paydays: on which days they pay.
    """

    customers: Floats
    paydays: Paydays


def facts(known: pl.DataFrame, as_of: date, fitted: Fitted) -> Facts:
    """The facts out of a history as known at ``as_of``."""
    count = len(fitted.place)
    days = known.select(
        pl.col("customer_no").cast(pl.Int64).alias("who"),
        (pl.col("end") == "paid").fill_null(False).alias("paid"),
        pl.col("end").is_null().alias("running"),
        (pl.lit(as_of) - pl.col("due_on")).dt.total_days().alias("age"),
        (pl.col("ended_on") - pl.col("due_on")).dt.total_days().fill_null(0).cast(pl.Float64).alias("delay"),
        (pl.col("ended_on") - pl.lit(as_of)).dt.total_days().fill_null(0).alias("ended"),
        _log_worth(known).alias("worth"),
    )
    told = {name: days.get_column(name).to_numpy() for name in days.columns}
    who, paid, running = (told[name] for name in ("who", "paid", "running"))
    delay = np.clip(told["delay"], _EARLIEST, _LATEST)
    columns = np.full((count + 1, len(OF_CUSTOMER)), np.nan)
    columns[:count, :9] = _habits(who[paid], delay[paid], told["ended"][paid], count)
    open_items = np.bincount(who[running], None, count)
    overdue = np.bincount(who[running], told["age"][running] > 0, count)
    worth = told["worth"]
    valued = np.isfinite(worth)
    columns[:count, 9] = _ratio(overdue, open_items)
    columns[:count, 10] = _ratio(np.bincount(who[valued], worth[valued], count), np.bincount(who[valued], None, count))
    columns[:count, 11] = fitted.place
    return Facts(columns, paydays(known, count))


def of_items(told: Facts, items: pl.DataFrame, as_of: date) -> Singles:
    """[items, NAMES]: the features of each item."""
    days = items.select(
        pl.col("customer_no").cast(pl.Int64).fill_null(-1).alias("who"),
        (pl.col("due_on") - pl.col("issued_on")).dt.total_days().cast(pl.Float64).alias("terms_days"),
        _log_worth(items).alias("log_worth"),
        pl.col("due_on").dt.weekday().cast(pl.Float64).alias("due_weekday"),
        pl.col("due_on").dt.day().cast(pl.Float64).alias("due_day"),
        (pl.col("due_on").dt.month_end() - pl.col("due_on")).dt.total_days().cast(pl.Float64).alias("to_end"),
        pl.when(pl.col("issued_on") <= as_of)
        .then((pl.lit(as_of) - pl.col("due_on")).dt.total_days())
        .cast(pl.Float64)
        .fill_null(np.nan)
        .alias("age"),
    )
    rows = row_of(days.get_column("who").to_numpy(), len(told.customers) - 1)
    own = told.customers[rows]
    usual = OF_CUSTOMER.index("usual_worth")
    worth = days.get_column("log_worth").to_numpy()
    item = [days.get_column(name).to_numpy() for name in ("terms_days", "log_worth")]
    item += [worth - own[:, usual]]
    item += [days.get_column(name).to_numpy() for name in ("due_weekday", "due_day", "to_end", "age")]
    return np.column_stack([np.delete(own, usual, axis=1), *item]).astype(np.float32)


def row_of(customers: Ints, count: int) -> Ints:
    """The row of each customer in ``Facts.customers``; one never seen has the last."""
    return np.where((customers >= 0) & (customers < count), customers, count)


def _habits(who: Ints, delay: Floats, ended: Ints, count: int) -> Floats:
    """The first nine of OF_CUSTOMER out of paid items."""
    if not len(who):
        return np.full((count, 9), np.nan)
    items = np.bincount(who, None, count)
    mean = _ratio(np.bincount(who, delay, count), items)
    square = _ratio(np.bincount(who, delay * delay, count), items)
    late = _ratio(np.bincount(who, delay > 0, count), items)
    ends = np.cumsum(items)
    starts = ends - items
    order = np.lexsort((delay, ended, who))
    running = np.concatenate([[0.0], np.cumsum(delay[order])])

    def last(most: int) -> Floats:
        start = np.maximum(starts, ends - most)
        return _ratio(running[ends] - running[start], ends - start)

    ranked = delay[np.lexsort((delay, who))]

    def quantile(share: float) -> Floats:
        place = starts + np.floor((items - 1) * share).astype(np.int64)
        return np.where(items > 0, ranked[np.clip(place, 0, len(ranked) - 1)], np.nan)

    spread = np.sqrt(np.maximum(square - mean * mean, 0.0))
    five = last(5)
    columns = [mean, spread, late, last(1), five, five - mean, quantile(0.5), quantile(0.1), quantile(0.9)]
    return np.column_stack(columns)


def _log_worth(items: pl.DataFrame) -> pl.Expr:
    """The log of one and the worth in the books' currency, the face where no worth is told; NaN without a rate."""
    worth = pl.col("worth" if "worth" in items.columns else "face")
    return pl.when(worth > 0).then(worth).cast(pl.Float64).log1p().fill_null(np.nan)


def _ratio(total: Floats | Ints, count: Floats | Ints) -> Floats:
    """Total over count; NaN where there is none."""
    told: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return told
