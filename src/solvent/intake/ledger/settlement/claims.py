"""Claims: what rows say of themselves: so much is paid, so much is still open, settled on that day.

What an invoice's row calls settled is first laid against the receipts and credit notes that the source shows: those
that name the invoice, those that call themselves used, and those of a list of receipts of its own. Only what is left
was paid by money that no row shows; for that a receipt is made. So no money is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.intake.ledger.settlement.piles import Settlement, laid_against, rest_of

_WHO = pl.concat_str("customer_id", pl.lit("|"), "currency").alias("who")
_ALL = pl.lit(True)


@dataclass
class _Told:
    """What is still to be explained of items (``claims``) and still to be used of sources (``gifts``)."""

    state: Settlement
    claims: pl.DataFrame
    gifts: pl.DataFrame

    def explain(self, which: pl.Expr, by: pl.Expr, named: pl.DataFrame | None = None) -> None:
        """Lay claims against gifts, invoice by invoice where ``named`` says which, else customer by customer."""
        owed = self.claims.filter(which & (pl.col("size") > 0))
        given = self.gifts.filter(by & (pl.col("size") > 0)).sort("issued_on", "source_id", "source")
        if owed.is_empty() or given.is_empty():
            return
        if named is not None:
            owed = owed.sort("due_on", "item_id")
            given = given.join(named, on=["source", "source_id"], how="inner", maintain_order="left")
        else:
            owed = owed.sort("settled_on", "due_on", "item_id", nulls_last=True).with_columns(_WHO.alias("group"))
            given = given.with_columns(_WHO.alias("group"))
        found = laid_against(
            owed.select("group", "item_id", "size"), given.select("group", "source", "source_id", "size")
        )
        if found.is_empty():
            return
        days = given.select("source", "source_id", pl.col("issued_on").alias("allocated_on")).unique()
        self.state.settle(found.join(days, on=["source", "source_id"], how="left"))
        self.claims = rest_of(self.claims, found, ["item_id"])
        self.claims = rest_of(self.claims, found.filter(pl.col("source") == "credit_note"), ["item_id"], "cashless")
        self.gifts = rest_of(self.gifts, found, ["source", "source_id"])


def by_their_own_rows(state: Settlement, named: pl.DataFrame) -> None:
    """Settle items by what their rows say.

    Args:
        named: which invoices the sources name, as ``references.named_invoices`` gives it.
    """
    _believe_open_amounts(state)
    claims = _claims(state)
    told = _Told(state, claims, _gifts(state, claims))
    open_, receipt = pl.col("open").is_not_null(), pl.col("source") == "receipt"
    for turn in sorted(named["turn"].unique()):
        here = named.filter(pl.col("turn") == turn).drop("turn")
        told.explain(open_, _ALL, here)
        told.explain(~open_, receipt, here)
    told.explain(_ALL, pl.col("known"))
    told.explain(_ALL, receipt & ~pl.col("known") & pl.col("elsewhere") & pl.col("applies_to").is_null())
    _paid_by_nothing_shown(state, told.claims)
    spent = told.gifts.filter(pl.col("known") & (pl.col("size") > 0))
    give_back(state, spent, pl.coalesce("settled_on", "issued_on"))
    state.note("intake.credit_used_elsewhere", spent)


def _believe_open_amounts(state: Settlement) -> None:
    """An item of which more is open than was invoiced is as large as what is open."""
    grown = pl.col("clearing_id").is_null() & (pl.col("open") > pl.col("amount")).fill_null(False)
    state.note("intake.open_beyond_amount", state.items.filter(grown))
    amount = pl.when(grown).then("open").otherwise("amount")
    state.items = state.items.with_columns(amount.alias("amount"), amount.alias("size"))


def _claims(state: Settlement) -> pl.DataFrame:
    """The items whose rows call some of them settled. ``size`` is how much, ``over`` what was paid beyond the amount,
    ``cashless`` what is closed and was not paid, where the row tells both.
    """
    open_, paid, amount = pl.col("open"), pl.col("paid").abs(), pl.col("amount")
    whole = pl.when(pl.col("settled_on").is_not_null()).then(amount).otherwise(0)
    settled = pl.when(open_.is_not_null()).then(amount - open_).when(paid.is_not_null()).then(paid).otherwise(whole)
    told = state.items.filter(pl.col("clearing_id").is_null()).with_columns(settled.alias("settled"))
    state.note("intake.amounts_disagree", told.filter(open_.is_not_null() & (paid > pl.col("settled"))))
    closed = pl.when(open_.is_not_null() & paid.is_not_null()).then(pl.col("settled") - paid).otherwise(0)
    return told.filter(pl.col("settled") > 0).with_columns(
        pl.min_horizontal("settled", "amount").alias("size"),
        pl.min_horizontal("settled", "amount").alias("whole"),
        (pl.col("settled") - amount).clip(0).alias("over"),
        closed.clip(0).alias("cashless"),
    )


def _gifts(state: Settlement, claims: pl.DataFrame) -> pl.DataFrame:
    """The receipts and credit notes that may explain claims. ``known``: the row says how much of it is used, ``size``.

    ``elsewhere``: it stands in another sheet than the claims, in a list of receipts beside a list of invoices.
    """
    open_ = pl.col("open").abs()
    spent = (pl.col("source") == "credit_note") & pl.col("settled_on").is_not_null() & pl.col("applies_to").is_null()
    here = claims.select("source_file", "sheet").unique().with_columns(pl.lit(False).alias("elsewhere"))
    free = state.sources.filter(pl.col("clearing_id").is_null() & (pl.col("face") > 0))
    return free.join(here, on=["source_file", "sheet"], how="left", maintain_order="left").with_columns(
        pl.col("elsewhere").fill_null(True),
        (open_.is_not_null() | spent.fill_null(False)).alias("known"),
        pl.when(open_.is_not_null()).then((pl.col("face") - open_).clip(0)).otherwise("face").alias("size"),
    )


def _paid_by_nothing_shown(state: Settlement, claims: pl.DataFrame) -> None:
    """Receipts for what is settled and nothing explains, on the day that the row tells, else on that of the invoice."""
    rest = claims.filter(pl.col("size") > 0)
    closed = pl.min_horizontal("cashless", "size").clip(0)
    untouched = pl.col("size") == pl.col("whole")
    rest = rest.with_columns(
        closed.alias("closed"),
        (pl.col("size") - closed).alias("size"),
        pl.when(untouched).then("over").otherwise(0).alias("over"),
        pl.coalesce("settled_on", "issued_on").alias("on"),
    )
    undated = rest.filter(pl.col("settled_on").is_null() & (pl.col("size") > 0))
    state.note("intake.paid_without_date", undated)
    prefix = pl.coalesce("receipt_id", pl.lit("paid"))
    imply(state, rest.filter((pl.col("size") > 0) | (pl.col("over") > 0)), pl.col("on"), prefix)
    state.settle(
        rest.filter(pl.col("closed") > 0).select(
            "item_id",
            pl.lit("discount").alias("source"),
            pl.lit(None, dtype=pl.String).alias("source_id"),
            pl.col("on").alias("allocated_on"),
            pl.col("closed").alias("amount"),
        )
    )


def imply(state: Settlement, items: pl.DataFrame, on: pl.Expr, prefix: pl.Expr) -> None:
    """A receipt for each of the items, of its ``size`` (and ``over``, where it has that column), allocated to it."""
    if items.is_empty():
        return
    over = pl.col("over") if "over" in items.columns else pl.lit(0, dtype=pl.Int64)
    made = items.with_columns(
        pl.lit("receipt").alias("source"),
        pl.concat_str(prefix, pl.lit(":"), "item_id").alias("source_id"),
        (pl.col("size") + over).alias("face"),
        _share(pl.col("size") + over).alias("booked"),
        on.alias("issued_on"),
        pl.lit("receipt").alias("kind"),
        pl.lit(None, dtype=pl.String).alias("applies_to"),
        on.alias("allocated_on"),
        pl.col("size").alias("taken"),
    ).with_columns(pl.col("face").alias("size"))
    state.add(made)
    state.settle(made.drop("amount").rename({"taken": "amount"}).filter(pl.col("amount") > 0))


def give_back(state: Settlement, sources: pl.DataFrame, on: pl.Expr) -> None:
    """A refund of its ``size`` for each of the sources: it was used in a way that no row shows."""
    if sources.is_empty():
        return
    made = sources.with_columns(
        pl.lit("receipt").alias("source"),
        # A receipt and a credit note may have one number.
        pl.concat_str(
            pl.when(pl.col("source") == "receipt").then(pl.lit("refund:")).otherwise(pl.lit("refund:credit_note:")),
            "source_id",
        ).alias("source_id"),
        (-pl.col("size")).alias("face"),
        (-pl.col("size")).alias("size"),
        (-_share(pl.col("size"))).alias("booked"),
        on.alias("issued_on"),
        pl.lit("refund").alias("kind"),
        pl.lit(None, dtype=pl.String).alias("applies_to"),
    )
    used = sources.select("source", "source_id", pl.col("size").alias("amount"))
    state.sources = rest_of(state.sources, used, ["source", "source_id"])
    state.add(made)


def _share(size: pl.Expr) -> pl.Expr:
    """So much of what the row was booked at as ``size`` is of its amount."""
    whole = pl.col("amount").abs()
    part = (pl.col("booked").cast(pl.Float64) * size / whole).round(0).cast(pl.Int64)
    return pl.when(size == whole).then("booked").otherwise(part)
