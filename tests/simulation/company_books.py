"""Books of a made-up company, out of a few rows, for tests that know the answer."""

from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import days_off
from solvent.books.books import TABLES, Ledger, open_books

BY_NAME = {
    "bank_lines": "line_id",
    "bills": "bill_id",
    "bill_payments": "payment_id",
    "planned_flows": "flow_id",
    "bank_matches": "match_id",
    "open_items": "item_id",
}
OF_ALL = {"currency": "CNY"}
OF_TABLE = {
    "bank_lines": {"account_id": "A"},
    "bills": {"supplier_id": "S"},
    "open_items": {"customer_id": "C"},
    "balances": {"account_id": "A"},
}


def books_of(as_of, currency="CNY", **tables):
    """Books out of lists of dicts by table; numbers and the currency may be left out."""
    frames = {}
    for name, rows in tables.items():
        table = TABLES[name]
        key = BY_NAME.get(name)
        made = [
            {**({key: f"{name[:2]}{place}"} if key else {}), **OF_ALL, **OF_TABLE.get(name, {}), **row}
            for place, row in enumerate(rows)
        ]
        made = [{column: row.get(column) for column in table.columns} for row in made]
        frames[name] = table.conform(pl.DataFrame(made, schema=table.schema).lazy())
    return open_books(Ledger(frames, currency), as_of)


def line(day, amount, category, who=None, reference=None, **more):
    """One bank line."""
    return {
        "booked_on": day, "amount": amount, "category": category, "counterparty": who, "reference": reference, **more,
    }  # fmt: skip


def works(day):
    return day not in days_off("CN", day.year, day.year)


def moved(day, rule):
    """A day by the rule for days off, one step at a time."""
    step = {"after": 1, "before": -1, "same": 0}[rule]
    while step and not works(day):
        day += timedelta(days=step)
    return day


def nth(year, month, day):
    """A day of a month told by running number, at most its last."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day, last))


def monthly(start, count, day, rule="after"):
    """The days on which something monthly was paid, from a month on."""
    return [moved(nth(start.year, start.month + step, day), rule) for step in range(count)]
