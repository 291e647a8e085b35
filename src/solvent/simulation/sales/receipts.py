"""Receipts: when invoices to come are paid, by the laws learned of those who will get them.

The sales of a bin go to the customers that bought lately. Those that buy most are told apart, each with its own law and
its own factor; the others are a mix. An invoice of bin ``j`` is paid by the end of bin ``k`` with the chance

    P(T <= t | systemic S, own G, bin's E) = Phi((Phi^-1(F(t)) - a S - g G - h E) / sqrt(1 - a^2 - g^2 - h^2))

where ``E`` stands for the mean luck of the few invoices that a bin holds: as if they were so many invoices of the same
size. Averaged over all paths it is F again, never-paid share included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import erfc, sqrt
from typing import Any

import numba
import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.payment.curves import predict
from solvent.payment.payment import Payment
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.noise import keys_of, normals, quantiles

NODES = 97
"""Places between -5 and 5 standard deviations of the factors at which the chances of payment are tabled."""

FEWEST = 1.25
"""Invoices that a bin holds at least: with a single one the chances would be steps, which no table holds."""

REST = ""
"""The name of all customers that are not told apart."""


@dataclass(frozen=True)
class FutureReceipts(Terms, key="simulation.sales.receipts"):
    """Who will be invoiced, and how their payments move together."""

    named: int = term(10, unit="customers told apart", source="own choice: the rest even out")
    own_laws: int = term(
        500, unit="customers whose own law is in the mix", source="own choice: the others follow their class of terms"
    )
    window_days: int = term(365, unit="days of invoices that tell who will buy", source="own choice: a whole season")
    half_life_days: float = term(180.0, unit="days after which an invoice counts half", source="own choice")


DEFAULTS = FutureReceipts()


@dataclass(frozen=True)
class Mix:
    """Who will be invoiced, and when what they are invoiced is paid; frozen.

    names: [groups], customer_id, or REST. shares: [groups], of sales to come, 1 in all. chances: [groups, bins, bins],
    chance that an invoice of the first bin is paid by the end of the second. never: [groups]. invoices: [groups],
    equally large invoices a day.
    """

    names: tuple[str, ...]
    shares: Floats
    chances: Floats
    never: Floats
    invoices: Floats


def mix(payment: Payment, customers: pl.DataFrame, ahead: Horizon, within: Floats, terms: FutureReceipts) -> Mix | None:
    """The mix of customers and terms of the last year, carried on; None where nothing was ever invoiced.

    Args:
        customers: ``customer_no`` and ``customer_id``, as the journal numbers them.
        within: [days], weight of each day of the horizon within its bin.
    """
    recent = _recent(payment.history, ahead.as_of, terms)
    if recent.is_empty() or payment.fitted is None:
        return None
    by_customer = (
        recent.group_by("customer_no", maintain_order=True)
        .agg(pl.col("weight").sum())
        .sort("weight", "customer_no", descending=[True, False])
    )
    order = by_customer.with_row_index("rank").select("customer_no", pl.col("rank").cast(pl.Int64))
    rows = recent.join(order, on="customer_no", maintain_order="left").with_columns(
        pl.col("rank").clip(0, terms.named).alias("group"),
        pl.when(pl.col("rank") < terms.own_laws).then(pl.col("customer_no").cast(pl.Int64)).alias("law"),
    )
    groups = int(rows.get_column("group").max()) + 1  # type: ignore[arg-type]
    cells = (
        rows.group_by("group", "law", "terms", maintain_order=True)
        .agg(pl.col("weight").sum())
        .sort("group", "law", "terms")
    )
    weights = cells.get_column("weight").to_numpy()
    place = cells.get_column("group").to_numpy()
    issued = ahead.as_of + timedelta(days=1)
    items = cells.select(
        pl.col("law").alias("customer_no"),
        pl.lit(issued).alias("issued_on"),
        (pl.lit(issued) + pl.duration(days=pl.col("terms"))).alias("due_on"),
    )
    curves = predict(payment.fitted, items, ahead.as_of)
    span = int(ahead.end_days[-1])
    paid = curves.paid_within(range(1, span + 1))
    total = np.bincount(place, weights, groups)
    by_lag, never = np.zeros((groups, span)), np.bincount(place, weights * curves.never_share(), groups) / total
    np.add.at(by_lag, place, paid * weights[:, None])
    first = by_customer.head(min(groups, terms.named))
    numbers = first.join(customers, on="customer_no", how="left", maintain_order="left")
    names = [str(name) for name in numbers.get_column("customer_id")]
    return Mix(
        names=tuple([*names, REST][:groups]),
        shares=total / total.sum(),
        chances=_by_bins(by_lag / total[:, None], ahead, within),
        never=never,
        invoices=_invoices(rows, groups),
    )


def _recent(history: pl.DataFrame, as_of: date, terms: FutureReceipts) -> pl.DataFrame:
    """Items of the last year, else all: customer_no, terms (days from invoice to due day), worth, weight, age."""
    age = (pl.lit(as_of) - pl.col("issued_on")).dt.total_days()
    rows = history.filter(pl.col("worth") > 0).select(
        "customer_no",
        (pl.col("due_on") - pl.col("issued_on")).dt.total_days().alias("terms"),
        "worth",
        age.alias("age"),
    )
    late = rows.filter(pl.col("age") < terms.window_days)
    rows = rows if late.is_empty() else late
    newest = rows.get_column("age").min() if rows.height else 0
    decay = (0.5 ** ((pl.col("age") - newest).cast(pl.Float64) / terms.half_life_days)).alias("decay")
    return rows.with_columns((pl.col("worth") * decay).alias("weight"))


def _invoices(rows: pl.DataFrame, groups: int) -> Floats:
    """[groups]: equally large invoices a day: (sum of worth)^2 / sum of squares, over the days they span."""
    place, worth = rows.get_column("group").to_numpy(), rows.get_column("worth").to_numpy()
    age = rows.get_column("age").to_numpy()
    days = max(float(age.max() - age.min()) + 1.0, 30.0)
    even: Floats = np.bincount(place, worth, groups) ** 2 / np.bincount(place, worth * worth, groups) / days
    return even


def _by_bins(by_lag: Floats, ahead: Horizon, within: Floats) -> Floats:
    """[groups, bins, bins]: chances by days since issue as chances by bins; invoices fall on the days of their bin."""
    days = np.arange(1, by_lag.shape[1] + 1)
    lag = ahead.end_days[None, :] - days[:, None]
    paid = np.where(lag >= 0, by_lag[:, np.maximum(lag, 0)], 0.0) * within[None, :, None]
    starts = np.concatenate([[0], ahead.end_days[:-1]]).astype(np.int64)
    binned: Floats = np.add.reduceat(paid, starts, axis=1)
    return np.clip(binned, 0.0, 1.0)


def kernel_of(paying: Mix) -> Floats:
    """[bins, bins]: share of a bin's invoices that is paid in each bin, on average."""
    told = np.zeros(paying.chances.shape[1:])
    for share, chances in zip(paying.shares, paying.chances):
        told += share * np.diff(chances, axis=1, prepend=0.0)
    return told


def receipts(
    paying: Mix,
    invoiced: Floats,
    *,
    lengths: Any,
    systemic: Floats,
    seed: int,
    shares: tuple[float, float],
    own: Mapping[str, Floats],
) -> Floats:
    """[paths, bins]: money that invoices to come bring within the horizon.

    Args:
        invoiced: [paths, bins]; a negative bin (more credit than sales) takes from what is paid.
        lengths: [bins], days in each.
        systemic: [paths], positive: everybody pays later.
        shares: what the systemic factor and a customer's own, its sector's with it, take of the variance of its delays.
        own: customer_id to [paths], the customer's own factor where it is drawn already; the others are drawn here.
    """
    paths, bins = invoiced.shape
    told = np.zeros((paths, bins))
    keys = keys_of(paying.names)
    for group, name in enumerate(paying.names):
        a2, g2 = shares[0], 0.0 if name == REST else shares[1]
        rest = max(1.0 - a2 - g2, 0.01)
        few = rest / np.maximum(paying.invoices[group] * lengths, FEWEST)
        mood = sqrt(a2) * systemic
        if g2 > 0:
            drawn = own[name] if name in own else normals(seed, "sales.customer", int(keys[group]), paths, 1)[:, 0]
            mood = mood + sqrt(g2) * drawn
        luck = normals(seed, "sales.luck", int(keys[group]), paths, bins) * np.sqrt(few)
        reach = 5.0 * sqrt(a2 + g2 + rest / FEWEST)
        table = _table(quantiles(paying.chances[group]), np.sqrt(rest - few), reach)
        _pay(invoiced, paying.shares[group], mood, luck, table, reach, told)
    return told


@numba.njit(nogil=True, cache=True)
def _table(thresholds: Any, deviations: Any, reach: float) -> Any:
    """[NODES, bins, bins]: share paid in each bin, by issue bin and the place of the factors from -reach to reach."""
    bins = thresholds.shape[0]
    table = np.zeros((NODES, bins, bins))
    for node in range(NODES):
        factor = reach * (2.0 * node / (NODES - 1) - 1.0)
        for issue in range(bins):
            before = 0.0
            for paid in range(issue, bins):
                at = (thresholds[issue, paid] - factor) / deviations[issue]
                now = 0.5 * erfc(-at * 0.7071067811865476)
                table[node, issue, paid] = now - before
                before = now
    return table


@numba.njit(nogil=True, cache=True)
def _pay(invoiced: Any, share: float, mood: Any, luck: Any, table: Any, reach: float, told: Any) -> None:
    """Add what one group pays on each path to ``told``; the table is read by straight lines between its nodes."""
    paths, bins = invoiced.shape
    for path in range(paths):
        for issue in range(bins):
            place = ((mood[path] + luck[path, issue]) / reach + 1.0) * 0.5 * (NODES - 1)
            place = min(max(place, 0.0), NODES - 1.000001)
            node = int(place)
            over = (place - node) * invoiced[path, issue] * share
            under = (1.0 - (place - node)) * invoiced[path, issue] * share
            low, high = table[node, issue], table[node + 1, issue]
            for paid in range(issue, bins):
                told[path, paid] += under * low[paid] + over * high[paid]
