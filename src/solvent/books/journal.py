"""Journal: every change of what a customer owes as one signed row, and month-end snapshots of what stood open.

Open amounts are additive in events, so ageing as of any day is the newest snapshot before it, the events since,
and one group-by: its cost does not grow with the history. Two things are settled when the journal is built, so
that no reader has to think of them again:

* an event with a due date belongs to an open item, and no item is ever settled beyond its face: the excess is an
  event of its own, without a due date;
* an event without a due date is unapplied: receipts and credit notes less what was allocated of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.table import Column, Table

EVENTS = Table(
    "journal",
    "One change, on one day, of what a customer owes.",
    key=(),
    columns={
        "customer_no": Column(pl.UInt32, "the customer's place in the journal's own list of customers"),
        "item_id": Column(pl.String, "the open item, receipt or credit note whose open amount changes"),
        "salesperson": Column(pl.String, "who sold; empty: the customer's own salesperson", empty=True),
        "event_on": Column(pl.Date, "day from which it counts"),
        "issued_on": Column(pl.Date, "day of the invoice; empty: unapplied", empty=True),
        "due_on": Column(pl.Date, "day the money is owed; empty: unapplied", empty=True),
        "currency": Column(pl.String, "ISO 4217 code"),
        "kind": Column(pl.String, "invoice; or what settled it: receipt, credit_note, write_off, …; or excess"),
        "amount": Column(pl.Int64, "change of the open amount", unit="minor units"),
        "booked": Column(pl.Int64, "the same as booked in the company's own currency", unit="minor units", empty=True),
    },
)

_IN_ORDER = ("event_on", "allocation_id")
"""The order in which what is settled runs up."""
_ITEM = ("customer_no", "item_id", "salesperson", "issued_on", "due_on", "currency")


@dataclass(frozen=True)
class Journal:
    """The events of a ledger, the customers that they number, and snapshots at month ends, oldest first.

    Events stand in the order of their days, within a day by customer and item; of a ledger in parts that holds within
    each part. A snapshot has the columns of EVENTS less ``event_on`` and ``kind``: the open items and unapplied rests
    at the end of its day, none of them zero.
    """

    customers: pl.DataFrame
    events: pl.LazyFrame
    snapshots: Sequence[tuple[date, pl.LazyFrame]] = ()

    def standing(self, as_of: date) -> pl.LazyFrame:
        """Rows whose sums are what stood open at the end of ``as_of``: the newest snapshot and the events since.

        Columns: those of EVENTS less ``event_on`` and ``kind``. Sum ``amount`` by any of the others.
        """
        taken = [(day, frame) for day, frame in self.snapshots if day <= as_of]
        since = self.events.filter(pl.col("event_on") <= as_of)
        columns = [name for name in EVENTS.columns if name not in ("event_on", "kind")]
        if not taken:
            return since.select(columns)
        day, frame = taken[-1]
        return pl.concat([frame.select(columns), since.filter(pl.col("event_on") > day).select(columns)])

    def open_items(self, as_of: date) -> pl.LazyFrame:
        """What stood open at the end of ``as_of``, a row an item or unapplied rest; ``amount`` is never zero."""
        return _balances(self.standing(as_of))


def build(tables: Mapping[str, pl.LazyFrame], customers: pl.DataFrame | None = None) -> Journal:
    """The journal of the receivables tables, without snapshots.

    Args:
        tables: ``open_items``, ``receipts``, ``credit_notes`` and ``allocations``, by name.
        customers: ``customer_no`` (UInt32), ``customer_id``; made from the tables when not given. A ledger in parts
            gives the same list to each part.

    Returns:
        A journal whose events sum, for any day, to issued less received less credited less closed without money.
    """
    known = number_customers([tables]) if customers is None else customers
    numbers = known.lazy()
    items = tables["open_items"]
    sources = _sources(tables)
    settled = _settled(tables["allocations"], items, sources)
    invoices = items.select(
        "customer_id",
        "item_id",
        "salesperson",
        pl.col("issued_on").alias("event_on"),
        "issued_on",
        "due_on",
        "currency",
        pl.lit("invoice").alias("kind"),
        "amount",
        pl.col("booked_amount").alias("booked"),
    )
    parts = [invoices, _on_items(settled), _unapplied(sources, settled)]
    events = (
        pl.concat([part.select(invoices.collect_schema().names()) for part in parts])
        .join(numbers, on="customer_id", how="inner")
        .select(list(EVENTS.columns))
        .sort("event_on", "customer_no", "item_id", "kind")
    )
    return Journal(known, events)


def built_once(tables: Mapping[str, pl.LazyFrame]) -> Journal:
    """``build``, its events computed and held: every measure reads them, and none computes them again."""
    journal = build(tables)
    return Journal(journal.customers, journal.events.collect().lazy())


def number_customers(parts: Iterable[Mapping[str, pl.LazyFrame]]) -> pl.DataFrame:
    """Every customer that anything is owed by or received from, numbered in the order of their ids."""
    ids = [part[name].select("customer_id") for part in parts for name in ("open_items", "receipts", "credit_notes")]
    every = pl.concat(ids).unique().sort("customer_id").collect(engine="streaming")
    return every.with_row_index("customer_no").cast({"customer_no": pl.UInt32})


def marked(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Events with ``alone`` (Boolean): no other of the rows is of the same item and day.

    The order of the events puts such rows side by side, so a look at the neighbours tells. Most payments are alone, and
    need not be put together with anything.

    Args:
        rows: events of one kind, filtered and in their order, with ``item_id`` and ``event_on``.
    """

    def beside(step: int) -> pl.Expr:
        same = [pl.col(name) == pl.col(name).shift(step) for name in ("item_id", "event_on")]
        return pl.all_horizontal(same).fill_null(False)

    return rows.with_columns((~(beside(1) | beside(-1))).alias("alone"))


def with_snapshots(journal: Journal, days: Sequence[date]) -> Journal:
    """The journal with a snapshot at each of ``days`` (oldest first), each made from the one before."""
    made = Journal(journal.customers, journal.events)
    for day in days:
        frame = made.open_items(day).collect(engine="streaming")
        made = Journal(made.customers, made.events, (*made.snapshots, (day, frame.lazy())))
    return made


def _balances(rows: pl.LazyFrame) -> pl.LazyFrame:
    sums = rows.group_by(_ITEM).agg(pl.col("amount").sum(), pl.col("booked").sum())
    return sums.filter((pl.col("amount") != 0) | (pl.col("booked") != 0))


def _sources(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Receipts and credit notes under one head: source, source_id, customer_id, source_on, currency, amount, booked."""
    receipts = tables["receipts"].select(
        pl.lit("receipt").alias("source"),
        pl.col("receipt_id").alias("source_id"),
        "customer_id",
        pl.col("received_on").alias("source_on"),
        "currency",
        "amount",
        pl.col("booked_amount").alias("booked"),
    )
    credits = tables["credit_notes"].select(
        pl.lit("credit_note").alias("source"),
        pl.col("credit_note_id").alias("source_id"),
        "customer_id",
        pl.col("issued_on").alias("source_on"),
        "currency",
        "amount",
        pl.col("booked_amount").alias("booked"),
    )
    return pl.concat([receipts, credits])


def _settled(allocations: pl.LazyFrame, items: pl.LazyFrame, sources: pl.LazyFrame) -> pl.LazyFrame:
    """Each allocation beside its item and source, dated on the first day on which all three stand."""
    item = items.select(
        "item_id",
        pl.col("customer_id"),
        "salesperson",
        "issued_on",
        "due_on",
        "currency",
        pl.col("amount").alias("face"),
        pl.col("booked_amount").alias("face_booked"),
    )
    source = sources.select(
        "source",
        "source_id",
        "source_on",
        pl.col("currency").alias("source_currency"),
        pl.col("customer_id").alias("source_customer"),
        pl.col("amount").alias("source_face"),
        pl.col("booked").alias("source_booked"),
    )
    return (
        allocations.drop("currency", "source_currency")
        .join(item, on="item_id", how="inner")
        .join(source, on=["source", "source_id"], how="left")
        .with_columns(
            pl.max_horizontal("allocated_on", "issued_on", "source_on").alias("event_on"),
            pl.col("source_amount").fill_null(pl.col("amount")).alias("taken"),
        )
        .pipe(_booked, "item_id", "amount", ("face", "face_booked"), "own_share")
        .pipe(_booked, "source_id", "taken", ("source_face", "source_booked"), "taken_booked")
        .with_columns(pl.col("booked_amount").fill_null(pl.col("own_share")).alias("booked"))
    )


def _booked(frame: pl.LazyFrame, key: str, part: str, of: tuple[str, str], name: str) -> pl.LazyFrame:
    """With the column ``name``: each part's share of what its whole was booked at.

    Shares are rounded as they run up, so that parts which make the whole also make what it was booked at; a ledger
    without bookings is left as it is.
    """
    whole, booked = of
    plain = frame.filter(pl.col(booked).is_null()).with_columns(pl.lit(None, dtype=pl.Int64).alias(name))
    told = frame.filter(pl.col(booked).is_not_null())
    upto = pl.col(part).cum_sum().over(key, order_by=_IN_ORDER)
    running = (pl.col(booked).cast(pl.Float64) * upto / pl.col(whole)).round(0).cast(pl.Int64)
    exact = pl.when(upto == pl.col(whole)).then(pl.col(booked)).otherwise(running)
    shared = told.with_columns(exact.alias(name)).with_columns(
        pl.col(name) - pl.col(name).shift(1).over(key, order_by=_IN_ORDER).fill_null(0)
    )
    return pl.concat([plain, shared])


def _share(part: str, whole: str, booked: str) -> pl.Expr:
    """So much of what the whole was booked at as ``part`` is of ``whole``; exact where it is all of it."""
    share = (pl.col(booked).cast(pl.Float64) * pl.col(part) / pl.col(whole)).round(0).cast(pl.Int64)
    return pl.when(pl.col(part) == pl.col(whole)).then(pl.col(booked)).otherwise(share)


def _on_items(settled: pl.LazyFrame) -> pl.LazyFrame:
    """The item's side of each allocation; what goes beyond the face stands apart as ``excess``, without a due date."""
    columns = [name for name in EVENTS.columns if name != "customer_no"] + ["customer_id"]
    signed = settled.with_columns(pl.col("source").alias("kind"), -pl.col("amount"), -pl.col("booked"))
    beyond = (
        settled.group_by("item_id")
        .agg((pl.col("amount").clip(0).sum() > pl.col("face").first()).alias("beyond"))
        .filter("beyond")
        .select("item_id")
    )
    within = signed.join(beyond, on="item_id", how="anti").select(columns)
    over = (
        signed.join(beyond, on="item_id", how="semi")
        .with_columns((-pl.col("amount").cum_sum().over("item_id", order_by=_IN_ORDER)).alias("cum"))
        .with_columns(pl.min_horizontal("cum", "face").alias("held"))
        .with_columns((pl.col("cum") - pl.col("held")).alias("extra"))
        .with_columns(
            (-(pl.col("extra") - pl.col("extra").shift(1).over("item_id", order_by=_IN_ORDER).fill_null(0))).alias(
                "step_extra"
            ),
            pl.col("amount").alias("whole"),
            pl.col("booked").alias("whole_booked"),
        )
        .with_columns(_share("step_extra", "whole", "whole_booked").alias("extra_booked"))
    )
    kept = over.with_columns(
        pl.col("amount") - pl.col("step_extra"), pl.col("booked") - pl.col("extra_booked").fill_null(0)
    )
    excess = over.with_columns(
        pl.col("step_extra").alias("amount"),
        pl.col("extra_booked").alias("booked"),
        pl.lit("excess").alias("kind"),
        pl.lit(None, dtype=pl.Date).alias("issued_on"),
        pl.lit(None, dtype=pl.Date).alias("due_on"),
    )
    some = pl.col("amount") != 0
    return pl.concat([within, kept.select(columns).filter(some), excess.select(columns).filter(some)])


def _unapplied(sources: pl.LazyFrame, settled: pl.LazyFrame) -> pl.LazyFrame:
    """Receipts and credit notes less what was allocated of them, day by day, where that is not nothing."""
    columns = ("source", "source_id", "customer_id", "event_on", "currency", "amount", "booked")
    given = sources.with_columns(pl.col("source_on").alias("event_on"), -pl.col("amount"), -pl.col("booked"))
    taken = settled.filter(pl.col("source_on").is_not_null()).select(
        "source",
        "source_id",
        pl.col("source_customer").alias("customer_id"),
        "event_on",
        pl.col("source_currency").alias("currency"),
        pl.col("taken").alias("amount"),
        pl.col("taken_booked").alias("booked"),
    )
    return (
        pl.concat([given.select(columns), taken.select(columns)])
        .group_by("source", "source_id", "customer_id", "event_on", "currency")
        .agg(pl.col("amount").sum(), pl.col("booked").sum())
        .filter((pl.col("amount") != 0) | (pl.col("booked") != 0))
        .select(
            "customer_id",
            pl.col("source_id").alias("item_id"),
            pl.lit(None, dtype=pl.String).alias("salesperson"),
            "event_on",
            pl.lit(None, dtype=pl.Date).alias("issued_on"),
            pl.lit(None, dtype=pl.Date).alias("due_on"),
            "currency",
            pl.col("source").alias("kind"),
            "amount",
            "booked",
        )
    )
