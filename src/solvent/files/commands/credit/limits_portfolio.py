"""Limits on paths: what the portfolio bears of each debtor, and the largest safe order of one, out of a simulation."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from typing import Any

import polars as pl

from solvent.assessment import assess
from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.decisions.limits.bearable import Bearable, SafeOrder, bearable, safe_order
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.order.cash import OrderCash, cash_look, laid
from solvent.decisions.limits.states import Exposed
from solvent.files.asking import Asked
from solvent.files.command import OK
from solvent.files.commands.cash.asked import threads, with_paths
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.sums import int_of, sales, sums
from solvent.snapshot import Snapshot

YEAR = 365
MONEY = ("exposure", "tail_part", "bearable")


def portfolio(asked: Asked, args: Namespace, screen: Screen) -> int:
    """Simulate, and say what is bearable; of one customer also the safe order."""
    books = asked.books
    with screen.working("Simulating"):
        policy = with_paths(asked.policy, args.paths)
        run = assess(books, policy, seed=args.seed, workers=threads(args.workers))
    company, terms = run.snapshot.company, policy.terms(Bearable)
    if company is None:
        raise SolventError("simulation.nothing")
    sold = sales(books).filter(pl.col("sold_on") > books.as_of - timedelta(days=YEAR))
    table = bearable(company, int_of(sums(sold, books)) or 0, terms)
    safe = None
    if args.customer is not None:
        table = table.filter(pl.col("customer_id") == args.customer)
        safe = _safe(run.snapshot, args.customer, run.outlook.lines.line)
    ordered = table.sort("tail_part", "customer_id", descending=[True, False])
    if args.json is not None:
        write_json(_plain(asked, ordered, safe), args.json)
    if args.csv is not None:
        write_csv(
            ordered.columns, (list(_cells(row, books.currency).values()) for row in ordered.rows(named=True)), args.csv
        )
    if args.json is None and args.csv is None:
        _show(asked, ordered, safe, args.top, screen)
    return OK


def _safe(snapshot: Snapshot, customer: str, line: int | None) -> SafeOrder:
    """The safe transaction threshold of an order that is delivered tomorrow, on the customer's own terms."""
    books, policy = snapshot.books, snapshot.policy
    told = exposures(books, terms=policy.terms(Exposed)).table.filter(pl.col("customer_id") == customer)
    if told.is_empty():
        raise SolventError("limits.customer_unknown", customer)
    row = told.row(0, named=True)
    agreed = books.table("customers").filter(pl.col("customer_id") == customer).select("terms_days").collect()
    days = row["limit_terms_days"]
    if days is None and agreed.height:
        days = agreed.item(0, "terms_days")
    on = books.as_of + timedelta(days=1)
    look = cash_look(snapshot, customer, line)
    over = None if look is None else laid(look, on, int(days or 0), policy.terms(OrderCash))
    most = max(int(row["limit"] or 0), int(row["exposure"] or 0), 1) * 10
    return safe_order(int(row["exposure"] or 0), row["limit"], over, on=on, most=most, terms=policy.terms(Bearable))


def _cells(row: dict[str, Any], currency: str) -> dict[str, Any]:
    return {name: _money(value, currency) if name in MONEY else value for name, value in row.items()}


def _money(value: int | None, currency: str) -> str | None:
    return None if value is None else str(decimal(value, currency))


def _plain(asked: Asked, table: pl.DataFrame, safe: SafeOrder | None) -> dict[str, Any]:
    currency = asked.books.currency
    told: dict[str, Any] = {
        "schema": "solvent.limits-portfolio/1", "as_of": asked.books.as_of.isoformat(), "currency": currency,
        "rows": [_cells(row, currency) for row in table.iter_rows(named=True)],
    }  # fmt: skip
    if safe is not None:
        told["safe_order"] = {
            "amount": _money(safe.amount, currency), "limit_room": _money(safe.limit_room, currency),
            "cash_room": _money(safe.cash_room, currency), "bound": safe.bound, "chance_before": safe.chance_before,
            "chance_after": safe.chance_after, "on": safe.on.isoformat(),
        }  # fmt: skip
    return told


def _show(asked: Asked, table: pl.DataFrame, safe: SafeOrder | None, most: int, screen: Screen) -> None:
    language, currency = screen.language, asked.books.currency
    title = "What the portfolio bears, {currency}"
    screen.heading(language.say(title, currency=language.currency(currency)))
    rows = [
        [
            row["customer_id"], language.money(row["exposure"], currency), language.share(row["chance"]),
            language.money(row["tail_part"], currency), language.share(row["tail_share"]),
            language.money(row["bearable"], currency), language.say("yes") if row["over"] else language.say("no"),
        ]
        for row in table.head(most).iter_rows(named=True)
    ]  # fmt: skip
    heads = ("customer", "owes", "chance to fail", "part of the tail loss", "share of it", "bearable", "over it")
    screen.table(heads, rows)
    if safe is not None:
        _show_safe(safe, currency, screen, language)


def _show_safe(safe: SafeOrder, currency: str, screen: Screen, language: Language) -> None:
    if safe.amount is None:
        screen.line(language.say("No limit was decided, and cash bears any order that was looked at."), style="yellow")
        return
    amount = language.money(safe.amount, currency)
    if safe.bound == "cash":
        text = "The largest safe order is {amount}; what cash bears sets it."
    elif safe.bound == "limit":
        text = "The largest safe order is {amount}; what the limit leaves sets it."
    else:
        text = "The largest safe order is {amount}."
    screen.line(language.say(text, amount=amount), style="bold")
    if safe.chance_after is not None:
        told = "The chance to fall under the floor is {before} without it and {after} with it."
        before, after = language.share(safe.chance_before), language.share(safe.chance_after)
        screen.line(language.say(told, before=before, after=after))
