"""Settle: postings of all sheets into items, receipts, credit notes and what settles what.

Three things settle an item: what its own row says (paid, open, settled on a day), a clearing document that it shares
with what paid it, and a receipt or credit note that names its invoice. Instalments are filled in the order of their
due days. What names nothing stays unapplied.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from solvent.base.problem import Problem
from solvent.intake.ledger.rows.piles import laid_against, rest_of


@dataclass
class Settlement:
    """The receivables tables while they are made: items and sources with what is left of them, and allocations."""

    items: pl.DataFrame
    receipts: pl.DataFrame
    credits: pl.DataFrame
    allocations: list[pl.DataFrame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def allocate(self, found: pl.DataFrame) -> None:
        """Note allocations: item_id, source, source_id, allocated_on, amount."""
        self.allocations.append(found.select("item_id", "source", "source_id", "allocated_on", "amount"))

    def used(self) -> pl.DataFrame:
        """All allocations so far."""
        schema = {"item_id": pl.String, "source": pl.String, "source_id": pl.String, "allocated_on": pl.Date}
        return pl.concat(self.allocations) if self.allocations else pl.DataFrame(schema={**schema, "amount": pl.Int64})


def settle(postings: pl.DataFrame) -> Settlement:
    """Postings that were accepted, into what they are and what settles what."""
    state = _parted(postings)
    _by_their_own_row(state)
    _by_clearing(state)
    _by_reference(state)
    return state


def _parted(postings: pl.DataFrame) -> Settlement:
    """Items, receipts and credit notes, each with an id of its own and its amount without a sign."""
    made = pl.concat_str("source", pl.lit(":"), "sheet", pl.lit(":"), "_row").str.replace("::", ":", literal=True)
    items = postings.filter(pl.col("kind") == "invoice").with_columns(pl.col("invoice_id").fill_null(made))
    items = items.with_columns(_item_ids(items), pl.col("amount").alias("size"))
    numbers = items.select("invoice_id").unique().with_columns(pl.lit(True).alias("is_invoice"))
    others = postings.filter(pl.col("kind") != "invoice").join(
        numbers, on="invoice_id", how="left", maintain_order="left"
    )
    # A receipt or credit note under the number of an invoice is about that invoice.
    others = others.with_columns(
        pl.coalesce("applies_to", pl.when("is_invoice").then("invoice_id")).alias("applies_to"),
        pl.when("is_invoice").then(None).otherwise("invoice_id").alias("invoice_id"),
    )
    credits = others.filter(pl.col("kind") == "credit_note").with_columns(
        pl.coalesce("invoice_id", made).alias("source_id"), (-pl.col("amount")).alias("size"), -pl.col("booked")
    )
    receipts = others.filter(pl.col("kind").is_in(["receipt", "refund"])).with_columns(
        pl.coalesce("receipt_id", "invoice_id", made).alias("source_id"),
        (-pl.col("amount")).alias("size"),
        -pl.col("booked"),
    )
    return Settlement(items, receipts.with_columns(_unique("source_id")), credits.with_columns(_unique("source_id")))


def _item_ids(items: pl.DataFrame) -> pl.Series:
    """Invoice numbers made unique: ``#n`` for instalments by due day, ``@customer`` where shared."""
    told = items.with_row_index("place").select("place", "invoice_id", "customer_id", "due_on", "_row")
    owners = told.group_by("invoice_id").agg(pl.col("customer_id").n_unique().alias("owners"))
    shared = owners.filter(pl.col("owners") > 1).get_column("invoice_id")
    base = (
        pl.when(pl.col("invoice_id").is_in(shared.implode()))
        .then(pl.concat_str("invoice_id", pl.lit("@"), "customer_id"))
        .otherwise("invoice_id")
    )
    ordered = told.with_columns(base.alias("base")).sort("base", "due_on", "place")
    count, turn = pl.len().over("base"), pl.int_range(1, pl.len() + 1).over("base")
    named = pl.when(count > 1).then(pl.concat_str("base", pl.lit("#"), turn)).otherwise("base")
    ids = ordered.with_columns(named.alias("item_id")).sort("place").get_column("item_id")
    return ids.to_frame().select(_unique("item_id")).to_series()


def _unique(name: str) -> pl.Expr:
    """Ids with ``~n`` behind the second and later of the same."""
    turn = pl.int_range(1, pl.len() + 1).over(name)
    return pl.when(turn > 1).then(pl.concat_str(name, pl.lit("~"), turn)).otherwise(name).alias(name)


def _by_their_own_row(state: Settlement) -> None:
    """What a row says of itself: an open amount goes before a paid one, a day alone means paid in full."""
    cleared = pl.col("clearing_id").is_not_null()
    open_, paid, amount = pl.col("open"), pl.col("paid").abs(), pl.col("amount")
    grown = state.items.filter(~cleared & (open_ > amount))
    if grown.height:
        state.problems.append(Problem("intake.open_beyond_amount", _place(grown), {"count": grown.height}))
        more = ~cleared & (open_ > amount)
        state.items = state.items.with_columns(pl.when(more).then(open_).otherwise(amount).alias("amount"))
        state.items = state.items.with_columns(pl.col("amount").alias("size"))
    whole = pl.when(pl.col("settled_on").is_not_null()).then(amount).otherwise(0)
    settled = pl.when(open_.is_not_null()).then(amount - open_).when(paid.is_not_null()).then(paid).otherwise(whole)
    told = state.items.filter(~cleared).with_columns(settled.alias("settled"))
    told = told.filter(pl.col("settled") > 0).with_columns(
        pl.when(open_.is_not_null() & paid.is_not_null())
        .then(pl.min_horizontal(paid, "settled"))
        .otherwise("settled")
        .alias("received"),
        pl.coalesce("settled_on", "issued_on").alias("on"),
    )
    differing = told.filter(open_.is_not_null() & paid.is_not_null() & (paid > pl.col("settled")))
    if differing.height:
        state.problems.append(Problem("intake.amounts_disagree", _place(differing), {"count": differing.height}))
    undated = told.filter(pl.col("settled_on").is_null())
    if undated.height:
        state.problems.append(Problem("intake.paid_without_date", "", {"count": undated.height}))
    _flat_receipts(state, told)
    _flat_credits(state)


def _flat_receipts(state: Settlement, told: pl.DataFrame) -> None:
    share = (pl.col("booked").cast(pl.Float64) * pl.col("received") / pl.col("amount")).round(0).cast(pl.Int64)
    receipts = told.filter(pl.col("received") > 0).with_columns(
        pl.concat_str(pl.coalesce("receipt_id", pl.lit("paid")), pl.lit(":"), "item_id").alias("source_id"),
        pl.when(pl.col("received") == pl.col("amount")).then("booked").otherwise(share).alias("booked"),
        pl.col("received").alias("size"),
        pl.col("on").alias("issued_on"),
        pl.lit("receipt").alias("kind"),
        pl.lit(None, dtype=pl.String).alias("applies_to"),
        pl.min_horizontal("received", "amount").alias("taken"),
    )
    direct = receipts.select(
        "item_id", pl.lit("receipt").alias("source"), "source_id", pl.col("on").alias("allocated_on"), "taken"
    )
    state.allocate(direct.rename({"taken": "amount"}))
    rest = pl.min_horizontal("settled", "amount") - pl.min_horizontal("received", "amount")
    closed = told.with_columns(rest.alias("rest")).filter(pl.col("rest") > 0)
    state.allocate(
        closed.select(
            "item_id",
            pl.lit("discount").alias("source"),
            pl.lit(None, dtype=pl.String).alias("source_id"),
            pl.col("on").alias("allocated_on"),
            pl.col("rest").alias("amount"),
        )
    )
    state.receipts = pl.concat([state.receipts, _like(receipts, state.receipts)])
    state.items = rest_of(state.items, state.used(), "item_id")


def _flat_credits(state: Settlement) -> None:
    """A credit note that its own row calls used, and that names no invoice, was paid out: a refund of that amount."""
    used = pl.when(pl.col("open").is_not_null()).then(pl.col("size") + pl.col("open"))
    spent_share = used.when(pl.col("settled_on").is_not_null()).then(pl.col("size")).otherwise(0)
    spent = state.credits.filter(pl.col("applies_to").is_null() & pl.col("clearing_id").is_null())
    spent = spent.with_columns(spent_share.alias("used")).filter(pl.col("used") > 0)
    if spent.is_empty():
        return
    refunds = spent.with_columns(
        pl.concat_str(pl.lit("refund:"), "source_id").alias("source_id"),
        (-pl.col("used")).alias("size"),
        (-pl.col("booked")).alias("booked"),
        pl.coalesce("settled_on", "issued_on").alias("issued_on"),
        pl.lit("refund").alias("kind"),
    )
    state.receipts = pl.concat([state.receipts, _like(refunds, state.receipts)])
    state.problems.append(Problem("intake.credit_used_elsewhere", _place(spent), {"count": spent.height}))


def _by_clearing(state: Settlement) -> None:
    """Within a clearing document what is owed is laid against what was given; a side that is missing is implied."""
    cleared = pl.col("clearing_id").is_not_null()
    group = pl.concat_str("clearing_id", pl.lit("|"), "currency").alias("group")
    owed = state.items.filter(cleared).with_columns(group).sort("due_on", "item_id")
    back = state.receipts.filter(cleared & (pl.col("size") < 0)).with_columns(group, -pl.col("size"))
    given = pl.concat(
        [
            frame.filter(cleared & (pl.col("size") > 0)).with_columns(group, pl.lit(kind).alias("source_kind"))
            for frame, kind in ((state.receipts, "receipt"), (state.credits, "credit_note"))
        ]
    ).sort("issued_on", "source_id")
    if owed.is_empty() and given.is_empty():
        return
    every = pl.concat([frame.select("group", "settled_on", "issued_on") for frame in (owed, given, back)])
    days = every.group_by("group").agg(pl.coalesce(pl.col("settled_on").max(), pl.col("issued_on").max()).alias("on"))
    named = given.with_columns(pl.concat_str("source_kind", pl.lit("|"), "source_id").alias("source_id"))
    pile = pl.concat(
        [owed.select("group", "item_id", "size"), back.select("group", pl.col("source_id").alias("item_id"), "size")]
    )
    found = laid_against(pile, named.select("group", "source_id", "size"))
    kinds = pl.col("source_id").str.split_exact("|", 1)
    direct = found.join(owed.select("item_id"), on="item_id", how="semi").join(days, on="group")
    state.allocate(
        direct.select(
            "item_id",
            kinds.struct.field("field_0").alias("source"),
            pl.col("source_id").str.replace(r"^[a-z_]+\|", "").alias("source_id"),
            pl.col("on").alias("allocated_on"),
            "amount",
        )
    )
    _implied(state, rest_of(owed, found, "item_id").join(days, on="group"), 1)
    _implied(state, rest_of(named, found, "source_id").join(days, on="group"), -1)
    state.items = rest_of(state.items, found, "item_id")


def _implied(state: Settlement, rest: pl.DataFrame, sign: int) -> None:
    """A receipt (or refund) on the clearing day for what the file clears without showing the other side."""
    left = rest.filter(pl.col("size") > 0)
    if left.is_empty():
        return
    key = "item_id" if sign > 0 else "source_id"
    share = (pl.col("booked").cast(pl.Float64) * pl.col("size") / pl.col("amount").abs()).round(0).cast(pl.Int64)
    made = left.with_columns(
        pl.concat_str(pl.lit("cleared:"), pl.col(key).str.replace("|", ":", literal=True)).alias("source_id"),
        (sign * pl.col("size")).alias("size"),
        (sign * share).alias("booked"),
        pl.col("on").alias("issued_on"),
        pl.lit(None, dtype=pl.String).alias("applies_to"),
    )
    state.receipts = pl.concat([state.receipts, _like(made, state.receipts)])
    if sign > 0:
        state.allocate(
            made.select(
                "item_id",
                pl.lit("receipt").alias("source"),
                "source_id",
                pl.col("on").alias("allocated_on"),
                pl.col("size").alias("amount"),
            )
        )
    code = "intake.clearing_implied"
    state.problems.append(Problem(code, "", {"count": left.height, "side": "receipts" if sign > 0 else "refunds"}))


def _by_reference(state: Settlement) -> None:
    """Receipts and credit notes that name an invoice fill what is left of its items, in the order of due days."""
    named = pl.concat([_naming(state, state.receipts, "receipt"), _naming(state, state.credits, "credit_note")])
    free = named.filter(pl.col("applies_to").is_null()).height
    if free:
        state.problems.append(Problem("intake.unapplied", "", {"count": free}))
    named = named.filter(pl.col("applies_to").is_not_null())
    if named.is_empty():
        return
    wanted = state.items.join(named.select("applies_to"), left_on="invoice_id", right_on="applies_to", how="semi")
    shared = pl.col("customer_id").n_unique().over("invoice_id") > 1
    key = pl.when(shared).then(pl.concat_str("invoice_id", pl.lit("@"), "customer_id")).otherwise("invoice_id")
    owed = wanted.with_columns(key.alias("group")).sort("due_on", "item_id")
    known = owed.select("group").unique()
    own = pl.concat_str("applies_to", pl.lit("@"), "customer_id")
    grouped = named.join(known.with_columns(pl.lit(True).alias("own")), left_on=own, right_on="group", how="left")
    grouped = grouped.with_columns(pl.when("own").then(own).otherwise("applies_to").alias("group"))
    given = grouped.join(known, on="group", how="semi").sort(
        "issued_on", "kind", "source_id", descending=[False, True, False]
    )
    lost = named.height - given.height
    if lost:
        state.problems.append(Problem("intake.reference_unknown", "", {"count": lost}))
    tagged = given.with_columns(pl.concat_str("kind", pl.lit("|"), "source_id").alias("source_id"))
    found = laid_against(owed.select("group", "item_id", "size"), tagged.select("group", "source_id", "size"))
    dated = found.join(tagged.select("source_id", "issued_on"), on="source_id", how="left")
    state.allocate(
        dated.select(
            "item_id",
            pl.col("source_id").str.extract(r"^([a-z_]+)\|", 1).alias("source"),
            pl.col("source_id").str.replace(r"^[a-z_]+\|", "").alias("source_id"),
            pl.col("issued_on").alias("allocated_on"),
            "amount",
        )
    )
    state.items = rest_of(state.items, found, "item_id")


def _naming(state: Settlement, frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Sources that no allocation has used yet: kind, source_id, customer_id, applies_to, issued_on, size."""
    free = frame.filter(pl.col("clearing_id").is_null() & (pl.col("size") > 0))
    free = free.join(state.used().filter(pl.col("source") == kind), on="source_id", how="anti")
    return free.select(pl.lit(kind).alias("kind"), "source_id", "customer_id", "applies_to", "issued_on", "size")


def _like(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The frame with the columns of another; what it lacks is empty."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in other.schema.items()
    )


def _place(frame: pl.DataFrame) -> str:
    """File, sheet and row of the first row of a frame."""
    source, sheet, row = frame.select("source", "sheet", "_row").row(0)
    return f"{source}!{sheet}:{row}" if sheet else f"{source}:{row}"
