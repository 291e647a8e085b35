"""Exchange: what each currency is worth on each path, relative to today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np
import polars as pl

from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.noise import keys_of, normals

WEEKS_A_YEAR = 365.25 / 7.0
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Exchange(Terms, key="simulation.fx"):
    """How far rates move."""

    yearly_volatility: float = term(
        0.08, unit="standard deviation of a year's log change", source="own choice: floating currencies have 5 to 12 %"
    )
    believed_weeks: float = term(
        26.0, unit="weeks of rates that the usual volatility is worth", source="own choice: half a year"
    )
    window_weeks: int = term(156, unit="last weeks of rates that count", source="own choice: three years")
    half_life_weeks: float = term(52.0, unit="weeks after which a change counts half", source="own choice: a year")
    stale_days: int = term(14, unit="days after which the newest rate is told to be old", source="own choice")
    systemic: float = term(
        0.0,
        unit="correlation of foreign currencies rising with everybody paying later",
        least=-1,
        most=1,
        source="own choice: not measured; a scenario sets it",
    )


@dataclass(frozen=True)
class Walks:
    """How rates have moved; frozen.

    currencies, in the order of their names. volatility: [currencies], of a year's log change. together: [currencies,
    currencies], correlations. weeks: [currencies], weekly changes behind each.
    """

    currencies: tuple[str, ...]
    volatility: Floats
    together: Floats
    weeks: tuple[int, ...]


def rates(
    books: Books, horizon: Horizon, paths: int, seed: int, policy: Policy, *, systemic: Floats | None = None
) -> Mapping[str, Floats]:
    """Each currency's worth in the books' currency at the end of each bin, today being 1.

    Random walks of the logarithm with the volatility and correlation of the past; on average a rate stays where it is.
    A currency without any rate is not in the answer; ``rate_doubts`` tells which.

    Args:
        systemic: [paths], the factor that delays everybody; moves rates where the policy says that it does.

    Returns:
        Currency to [paths, bins]; the books' own is exactly 1.
    """
    terms = policy.terms(Exchange)
    told = walks(books, terms)
    years = horizon.lengths / DAYS_A_YEAR
    rho = terms.systemic if systemic is not None else 0.0
    if abs(rho) >= 1.0:
        raise SolventError("simulation.fx.correlation", value=rho)
    drawn = [normals(seed, "rates", int(key), paths, len(horizon)) for key in keys_of(told.currencies)]
    factor = _cholesky(told.together)
    moved: dict[str, Floats] = {books.currency: np.ones((paths, len(horizon)))}
    whole = max(float(years.sum()), 1e-9)
    for row, currency in enumerate(told.currencies):
        own = np.zeros((paths, len(horizon)))
        for column in range(row + 1):
            own += factor[row, column] * drawn[column]
        step = own * np.sqrt(years) * sqrt(1.0 - rho * rho)
        if rho and systemic is not None:
            # One factor for the whole horizon: its pull is spread evenly over the days, its variance that of the end.
            step = step + rho * systemic[:, None] * (years / sqrt(whole))[None, :]
        size = float(told.volatility[row])
        reached = np.cumsum(years)
        variance = (1.0 - rho * rho) * reached + rho * rho * reached**2 / whole
        moved[currency] = np.exp(size * np.cumsum(step, axis=1) - size * size * variance / 2.0)
    return moved


def walks(books: Books, terms: Exchange) -> Walks:
    """Volatilities and correlations of weekly log changes, recent ones weighing more, shrunk to the usual ones."""
    weekly = _weekly(books, terms)
    currencies = tuple(sorted(weekly))
    count = len(currencies)
    usual = terms.yearly_volatility**2 / WEEKS_A_YEAR
    volatility, weeks = np.zeros(count), []
    for place, currency in enumerate(currencies):
        changes, weight = _changes(weekly[currency], weekly[currency], terms)
        weeks.append(len(changes))
        total = weight.sum()
        variance = float((weight * changes[:, 0] ** 2).sum())
        mean = (variance + terms.believed_weeks * usual) / (total + terms.believed_weeks)
        volatility[place] = sqrt(mean * WEEKS_A_YEAR)
    together = np.eye(count)
    for one in range(count):
        for other in range(one):
            both, weight = _changes(weekly[currencies[one]], weekly[currencies[other]], terms)
            total = weight.sum()
            sizes = (weight[:, None] * both**2).sum(axis=0)
            if total > 0 and (sizes > 0).all():
                seen = float((weight * both[:, 0] * both[:, 1]).sum()) / sqrt(float(sizes[0] * sizes[1]))
                together[one, other] = together[other, one] = seen * total / (total + terms.believed_weeks)
    return Walks(currencies, volatility, together, tuple(weeks))


def rate_doubts(books: Books, policy: Policy) -> Sequence[Problem]:
    """Currencies in use whose rate is missing, old, or too short in history to tell how it moves."""
    terms = policy.terms(Exchange)
    weekly = _weekly(books, terms)
    problems = []
    missing, old, short = [], [], []
    for currency in _used(books):
        if currency == books.currency:
            continue
        if currency not in weekly:
            missing.append(currency)
        elif (books.as_of - _newest(books, currency)).days > terms.stale_days:
            old.append(currency)
        elif len(weekly[currency]) <= terms.believed_weeks:
            short.append(currency)
    if missing:
        problems.append(Problem("sales.fx.no_rate", facts={"currencies": ", ".join(missing)}))
    if old:
        problems.append(Problem("sales.fx.rate_old", facts={"currencies": ", ".join(old), "days": terms.stale_days}))
    if short:
        usual = round(100 * terms.yearly_volatility, 1)
        problems.append(Problem("sales.fx.history_short", facts={"currencies": ", ".join(short), "percent": usual}))
    return problems


def by_currency(books: Books) -> pl.DataFrame:
    """What stands in each currency at the end of ``as_of``, in its own minor units.

    Returns, sorted by currency: currency, receivable (open items less unapplied money), payable (bills less what was
    paid), cash (newest balance of each account), net (receivable - payable + cash); all Int64.
    """
    owed = books.journal.standing(books.as_of).group_by("currency").agg(pl.col("amount").sum().alias("receivable"))
    bills = books.table("bills").group_by("currency").agg(pl.col("amount").sum().alias("payable"))
    paid = books.table("bills").select("bill_id", "currency").unique("bill_id", keep="first")
    paid = books.table("bill_payments").select("bill_id", "amount").join(paid, on="bill_id", how="inner")
    out = paid.group_by("currency").agg(pl.col("amount").sum().alias("paid"))
    newest = books.table("balances").sort("day_on").group_by("account_id", "currency").agg(pl.col("amount").last())
    stands = newest.group_by("currency").agg(pl.col("amount").sum().alias("cash"))
    every = pl.concat([frame.select("currency") for frame in (owed, bills, stands)]).unique()
    for frame in (owed, bills, out, stands):
        every = every.join(frame, on="currency", how="left")
    whole = every.with_columns(pl.col("receivable", "payable", "paid", "cash").fill_null(0))
    net = whole.with_columns(pl.col("payable") - pl.col("paid")).with_columns(
        (pl.col("receivable") - pl.col("payable") + pl.col("cash")).alias("net")
    )
    return net.select("currency", "receivable", "payable", "cash", "net").sort("currency").collect()


def _used(books: Books) -> Sequence[str]:
    """Currencies that anything in the books is told in."""
    names = ("open_items", "receipts", "bills", "balances", "planned_flows", "orders", "facilities")
    every = pl.concat([books.table(name).select("currency") for name in names]).unique()
    return sorted(every.collect().get_column("currency").drop_nulls().to_list())


def _newest(books: Books, currency: str) -> date:
    rows = books.table("fx_rates").filter((pl.col("quote") == books.currency) & (pl.col("currency") == currency))
    newest: date = rows.select(pl.col("day_on").max()).collect().item()
    return newest


def _weekly(books: Books, terms: Exchange) -> Mapping[str, Mapping[int, float]]:
    """Currency to week (counted from some Monday) to the logarithm of the week's last rate, up to ``as_of``."""
    since = books.as_of - timedelta(weeks=terms.window_weeks + 1)
    rows = (
        books.table("fx_rates")
        .filter((pl.col("quote") == books.currency) & (pl.col("currency") != books.currency))
        .filter((pl.col("day_on") <= books.as_of) & (pl.col("rate") > 0))
        .sort("day_on")
        .group_by("currency", (pl.col("day_on").dt.truncate("1w").dt.epoch("d") // 7).alias("week"))
        .agg(pl.col("rate").last().log().alias("rate"), pl.col("day_on").last())
        .sort("currency", "week")
        .collect()
    )
    told: dict[str, dict[int, float]] = {}
    for currency, week, rate, day in rows.select("currency", "week", "rate", "day_on").iter_rows():
        kept = told.setdefault(str(currency), {})
        if day >= since:
            kept[int(week)] = float(rate)
    return told


def _changes(one: Mapping[int, float], other: Mapping[int, float], terms: Exchange) -> tuple[Floats, Floats]:
    """[weeks, 2] log changes over weeks that both have, with the week before; [weeks] their weights."""
    weeks = sorted(week for week in one if week - 1 in one and week in other and week - 1 in other)
    if not weeks:
        return np.zeros((0, 2)), np.zeros(0)
    both = np.array([(one[week] - one[week - 1], other[week] - other[week - 1]) for week in weeks])
    weight = 0.5 ** ((weeks[-1] - np.array(weeks)) / terms.half_life_weeks)
    return both, weight


def _cholesky(matrix: Floats) -> Floats:
    """The lower triangle L with L L' = matrix; a row that others explain entirely keeps no part of its own."""
    size = len(matrix)
    lower = np.zeros((size, size))
    for row in range(size):
        for column in range(row):
            done = sum(lower[row, k] * lower[column, k] for k in range(column))
            part = float(matrix[row, column] - done)
            lower[row, column] = part / lower[column, column] if lower[column, column] > 1e-9 else 0.0
        left = float(matrix[row, row]) - sum(lower[row, k] ** 2 for k in range(row))
        lower[row, row] = sqrt(max(left, 0.0))
    return lower
