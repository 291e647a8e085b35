"""Views of customers."""

from __future__ import annotations

import polars as pl
from django.http import Http404, HttpResponse

from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed

TIERS = {"green": "no sign", "yellow": "to watch", "orange": "serious", "red": "grave"}
COLUMNS = (
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("grade", "Grade", "grade", choose=True),
    Column("tier", "Signs", "tier", choose=True, words=TIERS),
    Column("exposure", "Exposure", "money"),
    Column("overdue", "Overdue", "money"),
    Column("limit", "Limit", "money"),
    Column("used_share", "Limit used", "share"),
    Column("delay_days", "Delay, days", "days"),
    Column("yearly_default_chance", "Chance to fail in a year", "share"),
    Column("country", "Country", choose=True),
    Column("industry", "Industry", choose=True),
    Column("salesperson", "Salesperson", choose=True),
)


@page("see")
def customers(look: Look) -> HttpResponse:
    """The list of customers."""
    assert look.kept is not None
    frame = look.kept.frame("customers")
    lister = Lister(COLUMNS, "-exposure", look.kept.currency, ("name", "customer_id"), look.address)
    if look.request.GET.get("format") == "csv":
        return exported(frame, lister, look.request, look.language, "customers")
    table = listed(frame, lister, look.request, look.language)
    return look.render("customers/list.html", here="customers", table=table)


@page("see")
def customer(look: Look, customer_id: str) -> HttpResponse:
    """Everything about one customer."""
    assert look.kept is not None
    found = look.kept.frame("customers").filter(pl.col("customer_id") == customer_id).collect()
    if found.is_empty():
        raise Http404
    items = look.kept.frame("items").filter(pl.col("customer_id") == customer_id)
    lister = Lister(ITEMS, "due_on", "", ("item_id",), look.address)
    table = listed(items, lister, look.request, look.language)
    row = found.row(0, named=True)
    return look.render("customers/one.html", here="customers", row=row, table=table, currency=look.kept.currency)


ITEMS = (
    Column("item_id", "Item"),
    Column("due_on", "Due on", "day"),
    Column("days_past_due", "Days past due", "count"),
    Column("currency", "Currency"),
    Column("open", "Open", "money"),
    Column("likely_on", "Likely paid on", "day"),
    Column("likely_from_on", "Early case", "day"),
    Column("likely_until_on", "Late case", "day"),
    Column("late_share", "Chance to be late", "share"),
)
