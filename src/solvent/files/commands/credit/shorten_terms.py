"""``solvent shorten-terms``: with whom to talk of shorter terms, what each step does to cash, what a test has shown."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

import polars as pl

from solvent.assessment import assess
from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.credit import credit
from solvent.credit.limits.basis import Basis, basis
from solvent.credit.limits.terms_of_payment import PaymentTerms, by_grade
from solvent.decisions.limits.shortening import (
    BeforeAfter,
    Shortening,
    Step,
    before_after,
    candidates,
    steps,
    yearly_share,
)
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask, day
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import add_simulation, threads, with_paths
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.trade.behaviour import Behaviour, behaviour

STEP = {
    "new_products": "new products: shorter terms, with a cash discount",
    "by_order_size": "terms by order size: small orders shorter",
    "weekly_settlement": "weekly settlement instead of monthly",
}
"""What each step is called."""

GROUP = {"asked": "those asked", "others": "all others"}
PERIOD = {"before": "before", "after": "after"}


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    add_simulation(parser, language)
    parser.add_argument(
        "--customer",
        action="append",
        metavar="ID",
        help=language.say("only these customers, may be repeated; by default the candidates"),
    )
    parser.add_argument(
        "--test-since",
        type=day,
        metavar="DAY",
        help=language.say("what a test with these customers has shown since this day, instead of a simulation"),
    )
    parser.add_argument(
        "--within", type=int, default=60, metavar="N", help=language.say("days that every invoice of a test is watched")
    )
    add_outputs(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    if args.test_since is not None:
        if not args.customer:
            raise SolventError("limits.test_of_nobody")
        with screen.working("Computing"):
            shown = before_after(asked.books, args.customer, args.test_since, args.within)
        _test(shown, asked.books.currency, args, screen)
        return OK
    policy = with_paths(asked.policy, args.paths)
    with screen.working("Simulating"):
        chosen, every = _chosen(asked.books, policy, args.customer)
        run = assess(asked.books, policy, seed=args.seed, workers=threads(args.workers))
    bought = int(chosen.get_column("purchases_year").sum())
    told: list[Step] = []
    if run.snapshot.paths is not None and bought:
        days = float((chosen["agreed_days"] * chosen["purchases_year"]).sum()) / bought
        line = float(run.outlook.lines.line or 0)
        share = yearly_share(bought, every)
        told = steps(run.snapshot.paths, share, terms_days=days, line=line, terms=policy.terms(Shortening))
    _steps(asked, chosen, told, args, screen)
    return OK


def _chosen(books: Books, policy: Policy, wanted: list[str] | None) -> tuple[pl.DataFrame, int]:
    """The customers to talk with, and what all customers buy in a year."""
    paying = behaviour(books, policy.terms(Behaviour))
    found = credit(books, paying, policy)
    known = basis(books, paying, found.ratios, found.grades, policy.terms(Basis))
    days = by_grade(tuple(policy.terms(PaymentTerms).days)).cast(pl.Int64).alias("grade_days")
    rows = known.select("customer_id", "agreed_days", days, "purchases_year")
    if wanted:
        over = (pl.col("agreed_days") - pl.col("grade_days")).alias("days_over")
        tied = (pl.col("purchases_year") * over / 365).round(0).cast(pl.Int64).alias("tied_up")
        named = rows.filter(pl.col("customer_id").is_in(wanted) & pl.col("agreed_days").is_not_null())
        kept = named.filter(pl.col("purchases_year") > 0).with_columns(over).with_columns(tied)
    else:
        kept = candidates(rows, policy.terms(Shortening))
    return kept, int(known.get_column("purchases_year").sum())


def _money(value: int | None, currency: str) -> str | None:
    return None if value is None else str(decimal(value, currency))


def _plain(step: Step, currency: str) -> dict[str, Any]:
    return {
        "step": step.step, "share": step.share, "days": step.days, "freed": _money(step.freed, currency),
        "discount": _money(step.discount, currency), "lost_margin": _money(step.lost_margin, currency),
        "chance_before": step.before.chance, "chance_after": step.after.chance,
        "lowest_before": _money(step.before.lowest, currency), "lowest_after": _money(step.after.lowest, currency),
    }  # fmt: skip


def _steps(asked: Asked, chosen: pl.DataFrame, told: list[Step], args: Namespace, screen: Screen) -> None:
    language, currency = screen.language, asked.books.currency
    money = ("purchases_year", "tied_up")
    rows = [
        {name: _money(value, currency) if name in money else value for name, value in row.items()}
        for row in chosen.iter_rows(named=True)
    ]
    if args.json is not None:
        head = {"schema": "solvent.shorten-terms/1", "as_of": asked.books.as_of.isoformat(), "currency": currency}
        write_json({**head, "candidates": rows, "steps": [_plain(step, currency) for step in told]}, args.json)
    if args.csv is not None:
        write_csv(chosen.columns, (list(row.values()) for row in rows), args.csv)
    if args.json is not None or args.csv is not None:
        return
    screen.heading(language.say("With whom to talk of shorter terms, {currency}", currency=language.currency(currency)))
    cells = [
        [
            row["customer_id"], language.count(row["agreed_days"]), language.count(row["grade_days"] or 0),
            language.money(row["purchases_year"], currency), language.money(row["tied_up"], currency),
        ]
        for row in chosen.iter_rows(named=True)
    ]  # fmt: skip
    screen.table(("customer", "terms", "terms of its grade", "bought in a year", "money tied up"), cells)
    if not told:
        screen.line(language.say("Nobody to talk with, or nothing to simulate."), style="dim")
        return
    screen.heading("What each step does")
    lines = [
        [
            language.say(STEP[step.step]), language.share(step.share), language.days(step.days),
            language.money(step.freed, currency), language.money(step.discount, currency),
            language.share(step.before.chance), language.share(step.after.chance),
        ]
        for step in told
    ]  # fmt: skip
    heads = ("step", "share of sales", "days earlier", "cash freed", "discount", "chance before", "chance after")
    screen.table(heads, lines)


def _test(shown: BeforeAfter, currency: str, args: Namespace, screen: Screen) -> None:
    language = screen.language
    money = ("paid", "invoiced", "discount", "purchases_month")
    rows = [
        {name: _money(value, currency) if name in money else value for name, value in row.items()}
        for row in shown.table.iter_rows(named=True)
    ]
    if args.json is not None:
        effect = {"effect_days": shown.effect_days, "purchases_effect": shown.purchases_effect}
        write_json({"schema": "solvent.terms-test/1", "currency": currency, **effect, "rows": rows}, args.json)
    if args.csv is not None:
        write_csv(shown.table.columns, (list(row.values()) for row in rows), args.csv)
    if args.json is not None or args.csv is not None:
        return
    screen.heading("What the test has shown")
    cells = [
        [
            language.say(GROUP[row["group"]]), language.say(PERIOD[row["period"]]), language.count(row["invoices"]),
            language.days(row["terms_days"]), language.days(row["days_to_pay"]), language.share(row["discount_share"]),
            language.money(row["purchases_month"], currency),
        ]
        for row in shown.table.iter_rows(named=True)
    ]  # fmt: skip
    heads = ("side", "period", "invoices", "terms", "days to pay", "discount taken", "bought in a month")
    screen.table(heads, cells, left=2)
    if shown.effect_days is None:
        screen.line(language.say("Too few paid invoices yet to compare."), style="yellow")
        return
    told = "Against all others, those asked pay {days} days later or, negative, sooner."
    screen.line(language.say(told, days=language.days(shown.effect_days)), style="bold")


COMMAND = Command("shorter terms step by step: with whom, what it does to cash, what a test has shown", _add, _run)
