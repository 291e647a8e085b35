"""Behaviour: each customer's way of paying and buying: delay and its trend, index, order jumps, volatility."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import polars as pl

from solvent.base.calendar import month_ends, months_before
from solvent.base.money import digits
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Basis, Books
from solvent.books.journal import marked
from solvent.measures.sums import Figure, int_of, sums


@dataclass(frozen=True)
class Behaviour(Terms, key="measures.behaviour"):
    """From where a customer's paying and buying are worth a look."""

    delay_days: int = term(15, unit="days late on average, signal strictly over it", source="REQUIREMENTS RD-02")
    recent_days: int = term(90, unit="days that count as recent", source="own choice: one quarter")
    trend_payments: int = term(5, unit="payments that a trend needs", source="own choice: fewer make any line")
    jump_share: float = term(
        0.30, unit="share over normal purchases, signal strictly over it", most=10, source="REQUIREMENTS RD-03"
    )
    jump_months: int = term(6, unit="months that normal purchases are the mean of", source="FORMULAS Appendix B")
    jump_least: float = term(
        0.0, unit="main units below which no jump counts", source="FORMULAS Appendix B, min_amount"
    )
    volatility_months: int = term(12, unit="months of purchases", source="FORMULAS 4.2.16")


DEFAULTS = Behaviour()
INDEX = (
    (-30.0, 100.0),
    (0.0, 80.0),
    (15.0, 70.0),
    (22.0, 60.0),
    (30.0, 50.0),
    (60.0, 40.0),
    (90.0, 30.0),
    (120.0, 20.0),
)
"""Days beyond terms and index points (FORMULAS 4.2.9): 30 days early 100, prompt 80, 120 days late 20."""


def behaviour(books: Books, terms: Behaviour = DEFAULTS) -> pl.DataFrame:
    """How each customer pays and buys, as far as the books know at the end of their day.

    Returns one row a customer, sorted by ``customer_id``:
        payments (Int64): pieces of receipts on items, less what a later reversal took back;
        paid_delay_days (Float64): pay day less due day, weighted by amount, early is negative (FORMULAS 4.2.7 without
        open items); delay_days: the same with the open overdue counted at ``as_of``; delay_spread_days: weighted
        standard deviation of the paid; worst_delay_days (Int64); late_share: share of the money that came late;
        trend_days_per_year: slope of delay over due days, least squares (over pay days the line would rise by
        itself: late payments come later), the pieces paid on one item on one day being one point, empty under
        ``trend_payments`` points or where all were due on one day; recent_delay_days, earlier_delay_days: within
        ``recent_days`` and before; oldest_overdue_days (Int64, 0 where nothing is overdue); payment_index (FORMULAS
        4.2.9: mean points of payments and of what is overdue, by amount); slow (Boolean): delay over the line;
        last_month_purchases, usual_purchases (Int64, minor units of the books' currency, 0 where nothing was bought);
        jump_share: empty until the customer is known for ``jump_months`` before the last full one; jumped (Boolean);
        volatility (FORMULAS 4.2.16, population standard deviation / mean of the months): empty until the customer is
        known for all of them; first_on (Date). What rests on an amount without a rate is empty.
    """
    paid = _paid(books, terms)
    overdue = _overdue(books)
    bought = _bought(books, terms)
    invoices = books.events().filter(pl.col("kind") == "invoice")
    first = invoices.group_by("customer_no").agg(pl.col("event_on").min().alias("first_on"))
    every = books.journal.customers.lazy()
    for part in (paid, overdue, bought, first):
        every = every.join(part, on="customer_no", how="left")
    known = _whole_months(books, terms)
    paid_none, owed_none = pl.col("payments").is_null(), pl.col("oldest_overdue_days").is_null()
    of_paid, of_owed = ("paid_weight", "paid_days", "paid_points"), ("overdue_weight", "overdue_days", "overdue_points")
    parts = {name: pl.when(paid_none).then(0.0).otherwise(name) for name in of_paid}
    parts |= {name: pl.when(owed_none).then(0.0).otherwise(name) for name in of_owed}
    weight = parts["paid_weight"] + parts["overdue_weight"]
    delay = ((parts["paid_days"] + parts["overdue_days"]) / weight).round(9)
    points = ((parts["paid_points"] + parts["overdue_points"]) / weight).round(9)
    bought_none = pl.col("months").is_null()
    told = every.with_columns(
        pl.when(weight > 0).then(delay).alias("delay_days"),
        pl.when(weight > 0).then(points).alias("payment_index"),
        pl.col("oldest_overdue_days").fill_null(0),
        pl.col("payments").fill_null(0),
        *(pl.when(bought_none).then(0).otherwise(name).alias(name) for name in _BOUGHT),
        pl.when(known >= terms.jump_months + 1).then("jump_share").alias("jump_share"),
        (pl.col("jumped").fill_null(False) & (known >= terms.jump_months + 1)).fill_null(False).alias("jumped"),
        pl.when(known >= terms.volatility_months).then("volatility").alias("volatility"),
    ).with_columns(
        (pl.col("delay_days").fill_null(0.0) > terms.delay_days).alias("slow"),
    )
    columns = (
        "customer_id", "payments", "paid_delay_days", "delay_days", "delay_spread_days",
        "worst_delay_days",
        "late_share",
        "trend_days_per_year",
        "recent_delay_days", "earlier_delay_days", "oldest_overdue_days", "payment_index", "slow",
        "last_month_purchases", "usual_purchases", "jump_share", "jumped", "volatility", "first_on",
    )  # fmt: skip
    return told.select(columns).sort("customer_id").collect(engine="streaming")


def payment_index(days: float) -> float:
    """Index points of one payment so many days late (FORMULAS 4.2.9): straight lines between the points of INDEX.

    >>> payment_index(0), payment_index(15), payment_index(18.5), payment_index(500), payment_index(-15)
    (80.0, 70.0, 65.0, 20.0, 90.0)
    """
    return float(pl.select(_index(pl.lit(float(days)))).item())


def first_year_bad_debt(books: Books) -> Figure:
    """Bad-debt ratio of customers' first years (FORMULAS 4.2.14): written off of first-year invoices / those invoices.

    Invoices issued within 12 months of a customer's first, over all customers, less what credit notes took off them,
    and less what credit notes of those months have not been used on yet. Where the customers table says that the
    relation began before the first invoice of the books, it began then: the books may not reach back so far.
    """
    events, kind = books.events(), pl.col("kind")
    items = events.filter(pl.col("due_on").is_not_null(), kind.is_in(["invoice", "credit_note", "write_off"]))
    begun = books.table("customers").group_by("customer_id").agg(pl.col("since_on").min())
    first = (
        items.group_by("customer_no")
        .agg(pl.col("issued_on").min())
        .join(books.journal.customers.lazy().join(begun, on="customer_id", how="left"), on="customer_no")
        .select("customer_no", pl.min_horizontal("issued_on", "since_on").dt.offset_by("12mo").alias("until"))
    )
    # What is left of a credit note is a sum of events; it is dated by the note, not by the days on which it was used.
    unused = events.filter(pl.col("due_on").is_null() & (kind == "credit_note"))
    unused = unused.with_columns(pl.col("event_on").min().over("item_id").alias("issued_on"))
    young = pl.concat([items, unused]).join(first, on="customer_no").filter(pl.col("issued_on") < pl.col("until"))
    sold = int_of(sums(young.filter(kind != "write_off"), books))
    lost = int_of(sums(young.filter(kind == "write_off"), books))
    inputs = {"sales": sold, "written_off": None if lost is None else -lost}
    if sold is None or lost is None:
        return Figure(None, "first_year", inputs, Problem("measures.behaviour.no_rate"))
    if sold <= 0:
        return Figure(None, "first_year", inputs, Problem("measures.behaviour.no_invoices"))
    return Figure(-lost / sold, "first_year", inputs)


def _index(days: pl.Expr) -> pl.Expr:
    points = pl.lit(INDEX[0][1])
    for (low, upper), (high, lower) in pairwise(INDEX):
        points = points + (days.clip(low, high) - low) * ((lower - upper) / (high - low))
    return points


_BOUGHT = ("last_month_purchases", "usual_purchases")


def _whole_months(books: Books, terms: Behaviour) -> pl.Expr:
    """Full calendar months since ``first_on``, counting the month of it, up to the last full one."""
    last, first = month_ends(books.as_of, 1)[0], pl.col("first_on")
    return (last.year * 12 + last.month + 1) - (first.dt.year().cast(pl.Int64) * 12 + first.dt.month().cast(pl.Int64))


def _weight(books: Books) -> pl.Expr:
    """An amount as a weight in the books' currency; a currency without a rate has none."""
    factors = dict(books.rates.iter_rows())
    return pl.col("amount").abs().cast(pl.Float64) * pl.col("currency").replace_strict(
        factors, default=None, return_dtype=pl.Float64
    )


def _paid(books: Books, terms: Behaviour) -> pl.LazyFrame:
    """One pass over what was paid on items and stayed; empty sums where a part has no rate."""
    late = (pl.col("event_on") - pl.col("due_on")).dt.total_days()
    # Whole days sum exactly, so the slope is the same in whatever order the points come.
    day = (pl.col("due_on") - pl.lit(books.as_of)).dt.total_days().cast(pl.Float64)
    recent = pl.col("event_on") > books.as_of - timedelta(days=terms.recent_days)
    w, y, x = pl.col("w"), pl.col("y"), pl.col("x")
    events = books.journal.events.filter(pl.col("event_on") <= books.as_of)
    kept = books.in_money(_kept(marked(events.filter((pl.col("kind") == "receipt") & pl.col("due_on").is_not_null()))))
    cells = (_weight(books).alias("w"), late.alias("y"), day.alias("x"), recent.alias("recent"))
    points = _points(kept).select("customer_no", "pieces", *cells)
    gathered = points.group_by("customer_no").agg(
        pl.col("pieces").sum().alias("payments"),
        pl.len().cast(pl.Int64).alias("points"),
        w.sum().alias("paid_weight"),
        (w * y).sum().alias("paid_days"),
        (w * y * y).sum().alias("squares"),
        (w * _index(y)).sum().alias("paid_points"),
        y.max().alias("worst_delay_days"),
        (w * (y > 0)).sum().alias("late"),
        (w * pl.col("recent")).sum().alias("recent_weight"),
        (w * y * pl.col("recent")).sum().alias("recent_days"),
        x.sum().alias("sx"),
        y.sum().alias("sy"),
        (x * y).sum().alias("sxy"),
        (x * x).sum().alias("sxx"),
        (x.min() < x.max()).alias("days_differ"),
        w.is_not_null().all().alias("rated"),
    )
    of_money = ("paid_weight", "paid_days", "paid_points", "squares", "late", "recent_weight", "recent_days")
    gathered = gathered.with_columns(pl.when("rated").then(name).alias(name) for name in of_money)
    total, mean = pl.col("paid_weight"), pl.col("paid_days") / pl.col("paid_weight")
    count = pl.col("points")
    spread = count * pl.col("sxx") - pl.col("sx") ** 2
    slope = (count * pl.col("sxy") - pl.col("sx") * pl.col("sy")) / spread * 365
    before = total - pl.col("recent_weight")
    return gathered.with_columns(
        mean.alias("paid_delay_days"),
        (pl.col("squares") / total - mean**2).clip(0).sqrt().alias("delay_spread_days"),
        (pl.col("late") / total).alias("late_share"),
        pl.when((count >= terms.trend_payments) & pl.col("days_differ")).then(slope).alias("trend_days_per_year"),
        pl.when(pl.col("recent_weight") > 0)
        .then(pl.col("recent_days") / pl.col("recent_weight"))
        .alias("recent_delay_days"),
        pl.when(before > 0).then((pl.col("paid_days") - pl.col("recent_days")) / before).alias("earlier_delay_days"),
    )


def _kept(receipts: pl.LazyFrame) -> pl.LazyFrame:
    """What was paid on items less what a later reversal took back of it, the last payment first.

    Of an item with a reversal only so much of each payment stays as the sum paid never falls under again, and as much
    of what the payment was booked at. That is seen in the item's own currency: rates make no payment and undo none.
    """
    back = receipts.filter(pl.col("amount") > 0).select("item_id").unique().collect(engine="streaming")
    if back.is_empty():
        return receipts.filter(pl.col("amount") < 0)
    touched = back.lazy()
    plain = receipts.join(touched, on="item_id", how="anti")
    stays = (-pl.col("amount")).cum_sum().reverse().cum_min().reverse().clip(0)
    again = receipts.join(touched, on="item_id", how="semi").sort("item_id", "event_on", "amount")
    level = again.with_columns(stays.over("item_id").alias("level"))
    step = pl.col("level") - pl.col("level").shift(1).over("item_id").fill_null(0)
    share = (pl.col("booked").cast(pl.Float64) * step / -pl.col("amount")).round(0).cast(pl.Int64)
    booked = pl.when(step == -pl.col("amount")).then("booked").otherwise(share)
    kept = level.with_columns((-step).alias("amount"), booked.alias("booked"), pl.lit(False).alias("alone")).drop(
        "level"
    )
    return pl.concat([plain, kept]).filter(pl.col("amount") < 0)


def _points(paid: pl.LazyFrame) -> pl.LazyFrame:
    """The pieces paid on one item on one day as one payment, so that no figure hangs on how it was cut up."""
    keys = ("customer_no", "item_id", "event_on", "due_on", "currency")
    single = paid.filter("alone").select(*keys, "amount", pl.lit(1, dtype=pl.Int64).alias("pieces"))
    others = paid.filter(~pl.col("alone")).group_by(keys)
    return pl.concat([single, others.agg(pl.col("amount").sum(), pl.len().cast(pl.Int64).alias("pieces"))])


def _overdue(books: Books) -> pl.LazyFrame:
    """What is overdue now, as delay that has already happened. An item settled in full sums to nothing and is none.

    It is settled in its own currency: what an exchange rate leaves on a paid item is nobody's delay.
    """
    owed = (
        books.journal.standing(books.as_of)
        .filter(pl.col("due_on") < books.as_of)
        .group_by("customer_no", "item_id", "due_on", "currency")
        .agg(pl.col("amount", "booked").sum())
        .filter(pl.col("amount") > 0)
    )
    # Rates may book more off an item than it was booked at while a rest of it is still owed.
    open_items = books.in_money(owed).with_columns(pl.col("amount").clip(0))
    days = (pl.lit(books.as_of) - pl.col("due_on")).dt.total_days()
    rated = _weight(books).is_not_null().all()
    return open_items.group_by("customer_no").agg(
        pl.when(rated).then(_weight(books).sum()).alias("overdue_weight"),
        pl.when(rated).then((_weight(books) * days).sum()).alias("overdue_days"),
        pl.when(rated).then((_weight(books) * _index(days)).sum()).alias("overdue_points"),
        days.max().alias("oldest_overdue_days"),
    )


def _bought(books: Books, terms: Behaviour) -> pl.LazyFrame:
    """Purchases of the last full month against the months before it; orders where there are any, else invoices."""
    months = max(terms.volatility_months, terms.jump_months + 1)
    last = month_ends(books.as_of, 1)[0]
    begin = months_before(last.replace(day=1), months - 1)
    rows = _purchases(books).filter(pl.col("on").is_between(begin, last))
    place = ((last.year * 12 + last.month) - (pl.col("on").dt.year() * 12 + pl.col("on").dt.month())).cast(pl.Int32)
    monthly = sums(rows.with_columns(place.alias("back")), books, "customer_no", "back")
    value, back = pl.col("amount"), pl.col("back")
    base = back.is_between(1, terms.jump_months)
    recent = back < terms.volatility_months
    # A month without purchases has no row and counts as nothing.
    mean = value.filter(recent).sum() / terms.volatility_months
    square = (value.filter(recent).cast(pl.Float64) ** 2).sum() / terms.volatility_months
    least = terms.jump_least * 10 ** digits(books.currency)
    rated = value.is_not_null()
    told = monthly.group_by("customer_no").agg(
        pl.len().alias("months"),
        pl.when(rated.filter(back == 0).all()).then(value.filter(back == 0).sum()).alias("last_month_purchases"),
        pl.when(rated.filter(base).all())
        .then((value.filter(base).sum() / terms.jump_months).round(0).cast(pl.Int64))
        .alias("usual_purchases"),
        pl.when((mean > 0) & rated.filter(recent).all())
        .then((square - mean**2).clip(0).sqrt() / mean)
        .alias("volatility"),
    )
    usual, now = pl.col("usual_purchases"), pl.col("last_month_purchases")
    share = pl.when(usual > 0).then((now / usual - 1).round(9))
    return told.with_columns(
        share.alias("jump_share"),
        (share.fill_null(0.0).gt(terms.jump_share) & (now >= least)).alias("jumped"),
    )


def _purchases(books: Books) -> pl.LazyFrame:
    if books.basis in (Basis.SINGLE, Basis.RATES) and books.has("orders"):
        orders = books.table("orders").join(books.journal.customers.lazy(), on="customer_id")
        return orders.select("customer_no", pl.col("ordered_on").alias("on"), "currency", "amount")
    invoices = books.events().filter(pl.col("kind") == "invoice")
    return invoices.select("customer_no", pl.col("event_on").alias("on"), "currency", "amount")
