"""Liquidity: the ratios with their bands, and operating cash flow as the bank lines add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from solvent.base.terms import Policy
from solvent.books.cash import CATEGORIES
from solvent.measures.company.liquidity import KINDS, Liquidity
from solvent_server.web.cash.sheets import Sheet, sheet
from solvent_server.web.cash.told import NONE, Told
from solvent_server.web.parts.listing.columns import Cell
from solvent_server.web.parts.page import Look

BANDS: Mapping[str, tuple[str, str]] = {
    "danger": ("red", "short-term debts are not covered"),
    "watch": ("yellow", "covered, with little room"),
    "healthy": ("green", "healthy"),
    "idle": ("yellow", "more than needed: funds may lie idle"),
}
"""Band of the current ratio to its tier and what it means."""
CATEGORY: Mapping[str, str] = {
    "customer": "receipts from customers",
    "supplier": "payments to suppliers",
    "?": "without a category",
}
"""Categories of bank lines that are not called by their own name."""
GROUP: Mapping[str, str] = {
    "operating": "Operating cash flow",
    "investing": "Investing cash flow",
    "financing": "Financing cash flow",
    "internal": "Between own accounts",
    "uncategorised": "Without a category",
}
SHOWN = 6
"""Months of the direct method side by side."""


def ratios(look: Look) -> Sequence[Mapping[str, Any]]:
    """The three ratios of the newest statement: title, figure, what it is held against, tier and its word."""
    assert look.kept is not None
    rows, say = look.kept.report["liquidity"], look.say
    if not rows:
        return []
    last, number = rows[-1], look.language.number
    terms = Policy(look.kept.as_of).terms(Liquidity)
    tier, word = BANDS.get(last["band"] or "", ("", ""))
    low = last["quick_ratio"] is not None and last["quick_ratio"] < terms.quick_line
    return [
        {
            "title": say("Current ratio"),
            "figure": NONE if last["current_ratio"] is None else number(last["current_ratio"]),
            "against": say("healthy from {low} to {high}, danger under {danger}", low=number(terms.healthy[0], 1),
                           high=number(terms.healthy[1], 1), danger=number(terms.danger_below, 1)),
            "tier": tier, "word": say(word) if word else "", "formula": say("current assets over current liabilities"),
        },
        {
            "title": say("Quick ratio"), "figure": NONE if last["quick_ratio"] is None else number(last["quick_ratio"]),
            "against": say("low under {line}", line=number(terms.quick_line, 1)),
            "tier": "red" if last["quick_low"] else "yellow" if low
            else "green" if last["quick_ratio"] is not None else "",
            "word": say("low for {count} quarters running", count=terms.quick_quarters) if last["quick_low"]
            else say("low") if low else say("healthy") if last["quick_ratio"] is not None else "",
            "formula": say("the same without stock and prepayments"),
        },
        {
            "title": say("Cash ratio"), "figure": NONE if last["cash_ratio"] is None else number(last["cash_ratio"]),
            "against": "", "tier": "", "word": "", "formula": say("cash over current liabilities"),
        },
    ]  # fmt: skip


def history(look: Look, told: Told) -> Sheet | None:
    """The ratios at every statement, the newest first."""
    assert look.kept is not None
    rows, say = look.kept.report["liquidity"], look.say
    if not rows:
        return None
    heads = [say("Statement of"), say("Current ratio"), say("Quick ratio"), say("Cash ratio"),
             say("Working capital requirement"), say("Operating requirement"), say("Band")]  # fmt: skip
    made: list[list[str | Cell]] = []
    marks = ["right"] * (len(heads) - 1)
    for row in reversed(rows):
        figures = [NONE if row[name] is None else look.language.number(row[name])
                   for name in ("current_ratio", "quick_ratio", "cash_ratio")]  # fmt: skip
        tier, word = BANDS.get(row["band"] or "", ("", ""))
        band = Cell(say(word) if word else NONE, f"tier tier-{tier}" if tier else "")
        made.append(
            [told.day(row["period_end"]), *figures, told.money(row["wcr"]), told.money(row["operating_wcr"]), band]
        )
    told_of = sheet(say("Liquidity at each statement"), heads, made)
    sides = ["", *marks[:-1], ""]
    return Sheet(told_of.caption, list(zip(heads, sides, strict=True)), told_of.rows)


def direct(look: Look, told: Told, flows: pl.DataFrame) -> Sheet | None:
    """Operating, investing and financing cash flow of the last months, by category, as bank lines add up."""
    assert look.kept is not None
    if flows.is_empty():
        return None
    ends: list[date] = sorted(flows.get_column("month_end").unique().to_list())[-SHOWN:]
    cells = {(row["kind"], row["category"], row["month_end"]): row["amount"] for row in flows.iter_rows(named=True)}
    rows: list[list[str | Cell]] = []
    marks = []
    for kind in (*KINDS, "uncategorised"):
        there = {category for kind_of, category, day in cells if kind_of == kind and day in ends}
        if not there:
            continue
        sums = [_sum([cells.get((kind, one, day), 0) for one in there]) for day in ends]
        rows.append([look.say(GROUP[kind]), *(_money(look, told, amount) for amount in sums)])
        marks.append("sum")
        if kind in ("internal", "uncategorised"):
            continue
        for category in (one for one in CATEGORIES if one in there):
            parts = [_money(look, told, cells.get((kind, category, day), 0)) for day in ends]
            rows.append([Cell(look.say(CATEGORY.get(category, category.replace("_", " "))), "under"), *parts])
            marks.append("")
    totals = [_sum([amount for (_, _, day), amount in cells.items() if day == end]) for end in ends]
    rows.append([look.say("Change of cash"), *(_money(look, told, amount) for amount in totals)])
    marks.append("sum")
    made = sheet(
        look.say("Cash flow by the direct method"), [look.say("Month to"), *(told.day(end) for end in ends)], rows
    )
    return Sheet(made.caption, made.heads, made.rows, marks)


def _sum(amounts: Sequence[int | None]) -> int | None:
    """Empty where a part has no rate."""
    return None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)


def _money(look: Look, told: Told, amount: int | None) -> Cell:
    if amount is None:
        return Cell(NONE, "none")
    return Cell(look.language.money(amount, told.currency), "right minus" if amount < 0 else "right")
