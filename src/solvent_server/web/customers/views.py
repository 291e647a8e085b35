"""Views of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.http import Http404, HttpResponse

from solvent.decisions.limits.exposure import PARTS
from solvent.files.commands.credit.grade_words import BASIS
from solvent.files.commands.credit.order_names import PART
from solvent_server.web.customers import sections
from solvent_server.web.customers.dealings import dealings
from solvent_server.web.customers.frames import rows_of
from solvent_server.web.customers.limits import limit_of
from solvent_server.web.customers.paying import expected, paying
from solvent_server.web.parts.listing.held import held_of, values_of
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file

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
    values = values_of(look.kept, "customers", [column.name for column in COLUMNS if column.choose])
    lister = Lister(COLUMNS, "-exposure", look.kept.currency, ("name", "customer_id"), look.address, values, pick=True)
    if wants_file(look.request):
        return exported(frame, lister, look.request, look.language, "customers")
    rows = held_of(look.kept, "customers", "-exposure", "customer_id", "name")
    table = listed(frame, lister, look.request, look.language, None if rows is None else rows.cut)
    return look.render("customers/list.html", here="customers", table=table)


@page("see")
def customer(look: Look, customer_id: str) -> HttpResponse:
    """Everything about one customer."""
    assert look.kept is not None
    found = rows_of(look.kept, "customers", customer_id)
    if not found:
        raise Http404
    items = look.kept.frame("items").filter(pl.col("customer_id") == customer_id)
    lister = Lister(ITEMS, "due_on", "", ("item_id",), look.address, size=25)
    if wants_file(look.request):
        return exported(items, lister, look.request, look.language, "open-items")
    row = {**found[0], "name": found[0]["name"].strip() or customer_id}
    lines, ratios = sections.statements(look, customer_id)
    return look.render(
        "customers/one.html", here="customers", row=row, currency=look.kept.currency,
        table=listed(items, lister, look.request, look.language), reasons=sections.reasons(look, customer_id, row),
        card=sections.card(look, customer_id), limit=limit_of(look, customer_id), tiers=TIERS,
        findings=sections.findings(look, customer_id), timeline=sections.timeline(look, customer_id),
        register=sections.register(look, customer_id), ours=sections.facts(look, row),
        parts=sections.file_parts(look, customer_id), steps=sections.screening(look, customer_id), lines=lines,
        ratios=ratios, clauses=sections.clauses(look, customer_id), members=sections.members(look, customer_id),
        basis=BASIS, paying=paying(look, customer_id), expected=expected(look, customer_id),
        exposed=_exposed(look, row), dealings=dealings(look, customer_id, row),
    )  # fmt: skip


def _exposed(look: Look, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the customer's exposure is made of, part by part; parts of nothing are left out."""
    assert look.kept is not None
    money, currency = look.language.money, look.kept.currency
    return [(look.say(PART[name]), money(row[name], currency)) for name in PARTS if row.get(name)]


ITEMS = (
    Column("item_id", "Item", link="invoice"),
    Column("due_on", "Due on", "day"),
    Column("days_past_due", "Days past due", "count"),
    Column("currency", "Currency"),
    Column("open", "Open", "money"),
    Column("likely_on", "Likely paid on", "day"),
    Column("likely_from_on", "Early case", "day"),
    Column("likely_until_on", "Late case", "day"),
    Column("late_share", "Chance to be late", "share"),
)
