"""Record: what our own books say of a customer's paying: how late, getting later or not, on time, broken promises."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Basis, Books
from solvent.measures.sums import sums
from solvent.measures.timeliness import Timeliness, timeliness


@dataclass(frozen=True)
class Record(Terms, key="credit.grading.record"):
    """How far back our own record is read, and when a customer has failed us."""

    on_time_months: int = term(6, unit="full months", source="own choice: old enough to count, young enough to move")
    default_months: int = term(12, unit="full months whose default is known", source="own choice: one year")
    promise_months: int = term(12, unit="months of promised days", source="own choice: one year")
    promise_tolerance_share: float = term(
        0.01, unit="share of the promised amount that may be missing", most=1, source="FORMULAS 4.3.8: bank fees"
    )
    failed_days: int = term(90, unit="days overdue, failed strictly over it", source="own choice: usual default line")
    failed_share: float = term(
        0.05, unit="share of a year's dues, failed from it on", most=1, source="own choice: a stray item is no failure"
    )
    recent_months: int = term(
        12,
        unit="months of due days that count in any case",
        source="own choice: one year; older ones if it pays nothing",
    )
    lost_months: int = term(24, unit="months a write-off counts", source="own choice: two years")
    small_share: float = term(
        0.1,
        unit="share of a usual invoice, a small rest under it",
        most=1,
        source="own choice: bank fees and cents are no delay",
    )


DEFAULTS = Record()


def own_record(books: Books, behaviour: pl.DataFrame, policy: Policy) -> pl.LazyFrame:
    """What each customer's paying comes to.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour`` of the same books.

    Returns:
        customer_id; payment_index, recent_delay_days, delay_rise_days (recent less earlier delay), on_time_share,
        default_share, oldest_overdue_days, broken_promises, known_years (Float64, empty where nothing is known: nothing
        was ever due, no promise is kept in the books); yearly_purchases (Int64, minor units of the books' currency);
        failed_us (Boolean, as ``overdue`` tells it). oldest_overdue_days is that of items that are neither in dispute
        nor small rests.
    """
    terms = policy.terms(Record)
    told = behaviour.lazy().join(_timely(books, policy, terms), on="customer_id", how="left")
    told = told.join(_broken(books, terms), on="customer_id", how="left")
    told = told.join(overdue(books, terms), on="customer_id", how="left")
    due = (pl.col("payments") > 0) | (pl.col("oldest_overdue_days") > 0) | pl.col("on_time_share").is_not_null()
    years = (pl.lit(books.as_of) - pl.col("first_on")).dt.total_days() / 365.25
    counted = books.has("promises")
    return told.select(
        "customer_id",
        "payment_index",
        pl.col("recent_delay_days").round(9),
        (pl.col("recent_delay_days") - pl.col("earlier_delay_days")).round(9).alias("delay_rise_days"),
        "on_time_share",
        "default_share",
        pl.when(due).then(pl.col("material_days").cast(pl.Float64)).alias("oldest_overdue_days"),
        pl.when(due & counted).then(pl.col("broken_promises").fill_null(0.0)).alias("broken_promises"),
        years.alias("known_years"),
        (pl.col("usual_purchases") * 12).alias("yearly_purchases"),
        pl.col("failed_us").fill_null(False),
    )


def _timely(books: Books, policy: Policy, terms: Record) -> pl.LazyFrame:
    """customer_id, on_time_share, default_share: pooled over the newest months of which each is known."""
    own = policy.terms(Timeliness)
    waits = own.default_days // 28 + 1
    months = max(terms.on_time_months, terms.default_months + waits)
    found = timeliness(books, "customer", terms=replace(own, months=months)).lazy()
    end = pl.col("month_end")
    first = months_before(books.as_of.replace(day=1), terms.on_time_months)
    spans = {"on_time": end >= first, "default": pl.col("default_amount").is_not_null()}
    shares = []
    for name, span in spans.items():
        known = span & pl.col(f"{name}_amount").is_not_null()
        due = pl.col("due_amount").filter(known).sum()
        part = pl.col(f"{name}_amount").filter(known).sum()
        shares.append(pl.when(due > 0).then(part / due).alias(f"{name}_share"))
    return found.group_by("customer_id").agg(shares)


def overdue(books: Books, terms: Record = DEFAULTS) -> pl.LazyFrame:
    """What is overdue or lost of each customer's debt that counts: neither in dispute nor a small rest.

    Returns:
        customer_id; material_days (Int64: days by which the oldest such item is overdue, 0 where none is), failed_us
        (Boolean: what is overdue for more than ``failed_days``, or was written off within ``lost_months``, is at least
        ``failed_share`` of what falls due in a year). An old item past which the customer went on paying is forgotten
        or fought over and no failure. Where currencies cannot be added each is held against itself.
    """
    day = books.as_of
    key = ("customer_no", "currency")
    disputed = books.table("disputes").filter(
        pl.col("opened_on").fill_null(day) <= day, pl.col("closed_on").is_null() | (pl.col("closed_on") > day)
    )
    usual = _usual(books, terms)
    late = (pl.lit(day) - pl.col("due_on")).dt.total_days()
    open_items = (
        books.standing()
        .filter(pl.col("due_on") < day)
        .group_by(*key, "item_id", "due_on")
        .agg(pl.col("amount").sum())
        .join(disputed.select("item_id").unique(), on="item_id", how="anti")
        .join(usual.select(*key, "typical", "paid_on"), on=key, how="inner")
        .filter((pl.col("amount") > 0) & (pl.col("amount") >= terms.small_share * pl.col("typical")))
    )
    silent = pl.col("paid_on").is_null() | (pl.col("paid_on") <= pl.col("due_on") + pl.duration(days=terms.failed_days))
    counts = (late > terms.failed_days) & ((pl.col("due_on") > months_before(day, terms.recent_months)) | silent)
    owed = open_items.group_by(key).agg(
        late.max().alias("material_days"), pl.col("amount").filter(counts).sum().alias("open")
    )
    told = usual.join(owed, on=key, how="left").with_columns(pl.col("long") + pl.col("open").fill_null(0))
    amounts = ("yearly", "long")
    mixed = books.basis is Basis.MIXED
    each = told.select(*key, *amounts)
    money = each if mixed else sums(each, books, key[0], amounts=amounts)
    bad = (pl.col("long") > 0) & (pl.col("long") >= terms.failed_share * pl.col("yearly"))
    judged = money.group_by("customer_no").agg(bad.fill_null(False).any().alias("failed_us"))
    oldest = told.group_by("customer_no").agg(pl.col("material_days").max().fill_null(0))
    both = oldest.join(judged, on="customer_no", how="left")
    return books.journal.customers.lazy().join(both, on="customer_no", how="inner").drop("customer_no")


def _usual(books: Books, terms: Record) -> pl.LazyFrame:
    """By customer_no and currency: yearly (Int64: what falls due in a year), typical (Float64: the mean invoice), long
    (Int64: what was written off within ``lost_months``), paid_on (Date: the last payment on an item)."""
    key, day = ("customer_no", "currency"), books.as_of
    events, kind = books.events().filter(pl.col("due_on").is_not_null()), pl.col("kind")
    lost = (kind == "write_off") & (pl.col("event_on") > months_before(day, terms.lost_months))
    years = ((pl.lit(day) - pl.col("issued_on")).dt.total_days() / 365.25).clip(1.0)
    amount, sold = pl.col("amount"), kind == "invoice"
    # Each cell is told before customers are put together: a condition within a group is looked at group by group.
    cells = events.select(
        *key,
        "issued_on",
        pl.when(sold).then(amount).otherwise(0).alias("sold"),
        sold.cast(pl.Int64).alias("invoices"),
        pl.when(lost).then(-amount).otherwise(0).alias("long"),
        pl.when((kind == "receipt") & (amount < 0)).then("event_on").alias("paid_on"),
    )
    added = cells.group_by(key).agg(
        pl.col("sold", "invoices", "long").sum(), pl.col("paid_on").max(), pl.col("issued_on").min()
    )
    return added.select(
        *key,
        (pl.col("sold") / years).round(0).cast(pl.Int64).alias("yearly"),
        (pl.col("sold") / pl.col("invoices")).alias("typical"),
        "long",
        "paid_on",
    )


def _broken(books: Books, terms: Record) -> pl.LazyFrame:
    """customer_id, broken_promises (Float64): promises of the last months whose day has come without the money.

    Money counts from the day of the promise to the promised day: on an item what settled it, on an account what the
    customer paid at all, in the promise's own currency. Without an amount all that was open is meant, of an account
    what of it was due by the promised day. A promise that was withdrawn before its day is not judged. Promises of
    amounts on the account that were given on one day are instalments: each is kept by money beyond those before it.
    """
    day = books.as_of
    since = months_before(day, terms.promise_months)
    stands = pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > pl.col("promised_on"))
    plan = ("customer_id", "item_id", "made_on", "currency")
    upto = pl.col("amount").cum_sum().over(plan, order_by=("promised_on", "promise_id"))
    judged = (
        books.table("promises")
        .filter(stands)
        .with_columns(pl.when(pl.col("item_id").is_null()).then(upto).otherwise("amount").alias("upto"))
        .filter(pl.col("promised_on").is_between(since, day))
    )
    given = judged.join(books.journal.customers.lazy(), on="customer_id", how="inner").select(
        "promise_id", "customer_id", "customer_no", "item_id", "made_on", "promised_on", "upto",
        pl.col("amount").alias("promised"), pl.col("currency").alias("promised_in"),
    )  # fmt: skip
    same = pl.col("promised_in").is_null() | (pl.col("promised_in") == pl.col("currency"))
    inside = pl.col("event_on").is_between("made_on", "promised_on")
    before = pl.col("event_on") < pl.col("made_on")
    events = books.journal.events.filter(pl.col("event_on") <= day).select(
        "customer_no", "item_id", "event_on", "due_on", "currency", "kind", "amount"
    )
    on_item = given.filter(pl.col("item_id").is_not_null()).join(events.drop("customer_no"), on="item_id", how="inner")
    on_account = given.filter(pl.col("item_id").is_null()).drop("item_id").join(events, on="customer_no", how="inner")
    paid = inside & (pl.col("amount") < 0)
    due = before & (pl.col("due_on") <= pl.col("promised_on"))
    keys = ("promise_id", "customer_id", "promised", "upto")
    parts = [
        rows.filter(same)
        .group_by(keys)
        .agg(
            pl.col("amount").filter(opened).sum().alias("open"),
            (-pl.col("amount").filter(counts).sum()).alias("paid"),
        )
        for rows, opened, counts in (
            (on_item, before, paid & (pl.col("kind") != "invoice")),
            (on_account, due, paid & (pl.col("kind") == "receipt")),
        )
    ]
    asked = pl.coalesce("promised", "open")
    short = (asked > 0) & (pl.col("paid") < pl.coalesce("upto", "open") * (1.0 - terms.promise_tolerance_share))
    return pl.concat(parts).group_by("customer_id").agg(short.sum().cast(pl.Float64).alias("broken_promises"))
