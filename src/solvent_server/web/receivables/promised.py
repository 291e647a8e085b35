"""Promised: what customers said by when they pay: what is to come, what came, and what did not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
from django.http import HttpResponse

from solvent.books.books import TABLES
from solvent_server.store import facts
from solvent_server.store.desk.claims import MARK
from solvent_server.store.desk.ledgers import rows_by
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file

STATES = {"ahead": "not yet due", "over": "over and not paid", "paid": "paid in full", "withdrawn": "taken back"}
COLUMNS = (
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("promised_on", "Promised day", "day"),
    Column("amount", "Promised", "money"),
    Column("currency", "Currency"),
    Column("state", "State", "code", choose=True, words=STATES),
    Column("open", "Open", "money"),
    Column("item_id", "Item", link="invoice"),
    Column("made_on", "Said on", "day"),
)


@page("see", assessed=False)
def promised(look: Look) -> HttpResponse:
    """Every promise that is no instalment of a plan, the newest promised day first."""
    today = look.kept.as_of if look.kept is not None else datetime.now(UTC).date()
    frame = promises(look, today)
    lister = Lister(COLUMNS, "-promised_on", "", ("name", "item_id"), look.address)
    if wants_file(look.request):
        return exported(frame.lazy(), lister, look.request, look.language, "promises")
    table = listed(frame.lazy(), lister, look.request, look.language)
    none = look.say("No promise fits these filters.")
    told = {
        "title": look.say("Promises to pay"),
        "why": look.say("What customers said by when they pay. Enter a promise on the page of its invoice."),
        "empty": none
        if table.filtered
        else look.say(
            "No customer promised anything yet. When one does, on the phone say, enter it on the page of its invoice: "
            "it goes into the cash forecast, and whether it was kept counts in the grade."
        ),
    }
    return look.render("receivables/list.html", here="receivables", tab="receivable_promises", table=table, said=told)


def promises(look: Look, today: date) -> pl.DataFrame:
    """Promises with what is open of their items now and what became of them.

    Returns:
        customer_id, name, item_id (empty: the whole account), made_on, promised_on (Date), currency, amount (Int64;
        empty: all that is open), open (Int64; empty: the account), state: a key of STATES.
    """
    said = facts.standing("promises", look.company.pk, TABLES["promises"].schema).filter(
        ~pl.col("promise_id").str.starts_with(MARK)
    )
    items = rows_by("open_items", look.company, "key", said.get_column("item_id").drop_nulls().unique())
    applied = rows_by("allocations", look.company, "item_id", items.get_column("item_id"))
    paid = applied.group_by("item_id").agg(pl.col("amount").sum().alias("paid"))
    left = items.join(paid, on="item_id", how="left").select(
        "item_id",
        pl.col("currency").alias("of"),
        (pl.col("amount") - pl.col("paid").fill_null(0)).clip(0).alias("open"),
    )
    account = said.filter(pl.col("item_id").is_null())
    money = rows_by("receipts", look.company, "customer_id", account.get_column("customer_id").unique())
    came = (
        account.join(money, on="customer_id", suffix="_of")
        .filter(pl.col("received_on").is_between("made_on", "promised_on"))
        .filter(pl.col("currency").is_null() | (pl.col("currency") == pl.col("currency_of")))
        .group_by("promise_id")
        .agg(pl.col("amount_of").sum().alias("came"))
    )
    names = rows_by("customers", look.company, "key", said.get_column("customer_id").unique()).select(
        "customer_id", "name"
    )
    gone = pl.col("withdrawn_on").is_not_null() & (pl.col("withdrawn_on") <= pl.col("promised_on"))
    enough = (pl.col("open") == 0) | (pl.col("came") >= pl.col("amount").fill_null(1))
    state = pl.when(gone).then(pl.lit("withdrawn")).when(enough.fill_null(value=False)).then(pl.lit("paid"))
    return (
        said.join(left, on="item_id", how="left")
        .join(came, on="promise_id", how="left")
        .join(names, on="customer_id", how="left")
        .select(
            "customer_id", pl.coalesce("name", "customer_id").alias("name"), "item_id", "made_on", "promised_on",
            pl.coalesce("currency", "of", pl.lit(look.company.currency)).alias("currency"), "amount", "open",
            state.when(pl.col("promised_on") >= today).then(pl.lit("ahead")).otherwise(pl.lit("over")).alias("state"),
        )
    )  # fmt: skip
