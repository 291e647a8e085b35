"""``solvent limits``: every customer's limit by each method, what is proposed and why; and the review calendar."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.credit.credit import Credit, credit
from solvent.credit.limits.settlement import Settling, settlement
from solvent.credit.limits.standing import history
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import add_simulation
from solvent.files.commands.credit.limit_names import LACKS, METHOD, MOVE, REVIEW, REVIEW_WHY, SETTLEMENT, WHY
from solvent.files.commands.credit.limits_portfolio import portfolio
from solvent.files.corrections import report_intake
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.trade.behaviour import Behaviour, behaviour

MOST = 40
MONEY = ("amount", "standing_amount", "allowed", "trial_amount", "benchmark", "group_amount")


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument("--customer", metavar="ID", help=language.say("one customer: all methods side by side"))
    parser.add_argument("--reviews", action="store_true", help=language.say("the calendar of reviews instead"))
    parser.add_argument(
        "--portfolio", action="store_true", help=language.say("what the simulated paths bear of each debtor instead")
    )
    parser.add_argument("--moves", action="store_true", help=language.say("only limits that are to change"))
    parser.add_argument(
        "--top", type=int, default=MOST, metavar="N", help=language.say("how many rows are shown; the largest first")
    )
    add_simulation(parser, language)
    add_outputs(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    if args.portfolio:
        return portfolio(asked, args, screen)
    with screen.working("Computing"):
        paying = behaviour(asked.books, asked.policy.terms(Behaviour))
        found = credit(asked.books, paying, asked.policy)
    if args.json is None and args.csv is None:
        report_intake(asked.loaded.intake, screen)
    if args.reviews:
        _reviews(asked, found, args, screen)
    elif args.customer is not None:
        _one(asked, found, args, screen)
    else:
        _all(asked, found, args, screen)
    if args.json is None and args.csv is None and not args.reviews:
        screen.problems(found.limits.problems)
    return OK


def _named(asked: Asked, table: pl.DataFrame) -> pl.DataFrame:
    names = asked.books.table("customers").unique("customer_id", keep="first").select("customer_id", "name")
    return table.lazy().join(names, on="customer_id", how="left", maintain_order="left").collect()


def _all(asked: Asked, found: Credit, args: Namespace, screen: Screen) -> None:
    table = _named(asked, found.limits.table)
    if args.moves:
        table = table.filter(pl.col("move") != "keep")
    change = (pl.col("amount").fill_null(0) - pl.col("standing_amount").fill_null(0)).abs()
    ordered = table.sort(change, "customer_id", descending=[True, False])
    currency = asked.books.currency
    if args.json is not None:
        told = _head(asked) | {"rows": [_plain(row, currency) for row in ordered.iter_rows(named=True)]}
        write_json(told, args.json)
    if args.csv is not None:
        rows = (list(_plain(row, currency).values()) for row in ordered.iter_rows(named=True))
        write_csv(ordered.columns, rows, args.csv)
    if args.json is None and args.csv is None:
        _show_all(asked, ordered, args.top, screen)


def _one(asked: Asked, found: Credit, args: Namespace, screen: Screen) -> None:
    of = pl.col("customer_id") == args.customer
    rows = _named(asked, found.limits.table.filter(of))
    if rows.is_empty():
        raise SolventError("limits.customer_unknown", args.customer)
    methods = found.limits.methods.filter(of)
    row, past = rows.row(0, named=True), history(asked.books, args.customer)
    graded = found.grades.table.filter(of)
    advised = settlement(asked.books, graded, asked.policy.terms(Settling)) if graded.height else None
    row["settlement"] = None if advised is None else advised.item(0, "settlement")
    currency = asked.books.currency
    if args.json is not None:
        told = _head(asked) | _plain(row, currency)
        told["methods"] = [
            {"method": name, "amount": _money(amount, currency), "lacks": lacks}
            for name, amount, lacks in methods.select("method", "amount", "lacks").iter_rows()
        ]
        told["history"] = [_plain(one, one["currency"]) for one in past.iter_rows(named=True)]
        told["reviews"] = [_plain(one, currency) for one in found.reviews.filter(of).iter_rows(named=True)]
        write_json(told, args.json)
    if args.csv is not None:
        cells = (
            (name, _money(amount, currency), lacks)
            for name, amount, lacks in methods.select("method", "amount", "lacks").iter_rows()
        )
        write_csv(("method", "amount", "lacks"), cells, args.csv)
    if args.json is None and args.csv is None:
        _show_one(asked, row, methods, past, screen)


def _reviews(asked: Asked, found: Credit, args: Namespace, screen: Screen) -> None:
    table = found.reviews
    if args.customer is not None:
        table = table.filter(pl.col("customer_id") == args.customer)
    if args.json is not None:
        rows = [_plain(row, asked.books.currency) for row in table.iter_rows(named=True)]
        write_json(_head(asked) | {"rows": rows}, args.json)
    if args.csv is not None:
        write_csv(table.columns, table.iter_rows(), args.csv)
    if args.json is None and args.csv is None:
        _show_reviews(asked, table, args.top, screen)


def _head(asked: Asked) -> dict[str, Any]:
    return {"schema": "solvent.limits/1", "as_of": asked.books.as_of.isoformat(), "currency": asked.books.currency}


def _plain(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A row as it leaves us: money as decimal text in main units, days as ISO text."""
    return {
        name: _money(value, currency) if name in MONEY else value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
    }


def _money(value: int | None, currency: str) -> str | None:
    return None if value is None else str(decimal(value, currency))


def _show_all(asked: Asked, table: pl.DataFrame, most: int, screen: Screen) -> None:
    language, currency = screen.language, asked.books.currency
    title = "Credit limits at the end of {day}, {currency}"
    day = language.day(asked.books.as_of)
    screen.heading(language.say(title, day=day, currency=language.currency(currency)))
    rows = [
        [
            row["customer_id"], row["name"] or "", row["grade"] or "-", language.say(MOVE[row["move"]]),
            language.say(WHY[row["why"]]), _amount(row["standing_amount"], currency, language),
            _amount(row["amount"], currency, language), _days(row["terms_days"], language),
            language.share(row["deposit_share"]),
        ]
        for row in table.head(most).iter_rows(named=True)
    ]  # fmt: skip
    screen.table(
        ("customer", "name", "grade", "move", "why", "stands today", "proposed", "terms", "deposit"), rows, left=5
    )
    _more(table.height - most, screen)


def _show_one(asked: Asked, row: Mapping[str, Any], methods: pl.DataFrame, past: pl.DataFrame, screen: Screen) -> None:
    language, currency = screen.language, asked.books.currency
    screen.heading(f"{row['customer_id']} {row['name'] or ''}".strip())
    cells = [
        [
            language.say(METHOD[name]),
            language.money(amount, currency),
            language.say(LACKS[lacks]) if lacks else "",
        ]
        for name, amount, lacks in methods.select("method", "amount", "lacks").iter_rows()
    ]
    screen.table(("method", "limit", "lacks"), cells)
    facts = (
        ("Stands today", _amount(row["standing_amount"], currency, language)),
        ("The methods allow", _amount(row["allowed"], currency, language)),
        ("Set by", language.say(METHOD[row["decided_by"]]) if row["decided_by"] else "-"),
        ("Proposed", _amount(row["amount"], currency, language)),
        ("Move", f"{language.say(MOVE[row['move']])} · {language.say(WHY[row['why']])}"),
        ("Terms", _days(row["terms_days"], language)),
        ("Deposit", language.share(row["deposit_share"])),
        ("Largest trial order", language.money(row["trial_amount"], currency)),
        ("Credit points", language.number(row["points"], 0)),
        ("Days that the points buy", language.count(row["extra_days"])),
        ("Settlement", language.say(SETTLEMENT[row["settlement"]]) if row["settlement"] else "-"),
        ("A second person must approve", language.say("yes") if row["second_person"] else language.say("no")),
    )
    screen.table(("", ""), [[language.say(name), value] for name, value in facts])
    if past.height:
        screen.heading("What was decided before")
        rows = [
            [
                one["limit_id"], language.day(one["counts_from"]), _day(one["counts_until"], language),
                language.day(one["recorded_on"]), language.money(one["amount"], one["currency"]), one["currency"],
                one["decided_by"] or "-", one["approved_by"] or "-",
            ]
            for one in past.iter_rows(named=True)
        ]  # fmt: skip
        screen.table(
            ("decision", "counts from", "counts until", "recorded", "limit", "currency", "decided by", "approved by"),
            rows,
            left=4,
        )


def _show_reviews(asked: Asked, table: pl.DataFrame, most: int, screen: Screen) -> None:
    language = screen.language
    due = table.filter(pl.col("overdue_days") >= 0)
    screen.heading(language.say("Reviews due on {day}", day=language.day(asked.books.as_of)))
    rows = [
        [
            row["customer_id"] or "-", language.say(REVIEW[row["kind"]]), _day(row["last_on"], language),
            language.day(row["due_on"]), language.say(REVIEW_WHY[row["why"]]), language.count(row["overdue_days"]),
        ]
        for row in due.head(most).iter_rows(named=True)
    ]  # fmt: skip
    screen.table(("customer", "review", "last", "due", "why", "days overdue"), rows, left=5)
    _more(due.height - most, screen)
    ahead = table.height - due.height
    if ahead:
        screen.line(language.say("{count} more are not due yet.", count=language.count(ahead)), style="dim")


def _more(count: int, screen: Screen) -> None:
    if count > 0:
        screen.line(screen.language.say("{count} more rows; --top or --csv shows them.", count=count), style="dim")


def _amount(value: int | None, currency: str, language: Language) -> str:
    """A limit in words where it is none, or nothing."""
    if value is None:
        return language.say("undecided")
    return language.money(value, currency)


def _days(value: int | None, language: Language) -> str:
    return "-" if value is None else language.count(value)


def _day(value: date | None, language: Language) -> str:
    return "-" if value is None else language.day(value)


COMMAND = Command("credit limits by several methods, what is proposed and why, and the review calendar", _add, _run)
