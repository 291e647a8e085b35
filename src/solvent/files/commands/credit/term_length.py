"""``solvent term-length``: what each further day of terms costs a customer's or an industry's sales, against margin."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.credit.credit import credit
from solvent.credit.limits.basis import Basis, basis
from solvent.decisions.limits.length import FARTHEST, Compared, Deal, Length, bought, compared, deals
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.corrections import report_intake
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.trade.behaviour import Behaviour, behaviour

MONEY = ("sales", "funding", "expected_loss", "insurance", "next_day", "profit")
MOST = 40


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: 0.02") from error
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"{text!r}: 0-1")
    return value


def _days(text: str) -> tuple[int, ...]:
    try:
        told = tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: 0,30,60") from error
    if not all(0 <= day <= FARTHEST for day in told):
        raise ArgumentTypeError(f"{text!r}: 0-{FARTHEST}")
    return told


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--customer", metavar="ID", help=language.say("the terms of this customer"))
    which.add_argument("--industry", metavar="NAME", help=language.say("the terms of this industry"))
    parser.add_argument(
        "--margin", type=_share, metavar="SHARE", help=language.say("contribution margin over price: 0.3")
    )
    parser.add_argument(
        "--lost-share",
        type=_share,
        metavar="SHARE",
        help=language.say("share of sales lost for each ten days that terms are shorter: 0.02"),
    )
    parser.add_argument(
        "--gained-share",
        type=_share,
        metavar="SHARE",
        help=language.say("share of sales gained for each ten days that terms are longer: 0.01"),
    )
    parser.add_argument("--days", type=_days, metavar="N,N", help=language.say("terms that are compared: 0,30,60"))
    parser.add_argument(
        "--top", type=int, default=MOST, metavar="N", help=language.say("how many rows are shown; the largest first")
    )
    add_outputs(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    with screen.working("Computing"):
        found = _deals(asked, args)
    key = args.customer or args.industry
    if key is not None and key not in found:
        raise SolventError("limits.length_unknown", key)
    days = args.days or asked.policy.terms(Length).candidates
    told = {name: compared(deal, days) for name, deal in found.items() if key in (None, name)}
    ordered = dict(sorted(told.items(), key=lambda pair: (-pair[1].deal.sales, pair[0])))
    currency = asked.books.currency
    if args.json is not None:
        head = {"schema": "solvent.term-length/1", "as_of": asked.books.as_of.isoformat(), "currency": currency}
        write_json({**head, "rows": [_plain(name, one, currency) for name, one in ordered.items()]}, args.json)
    if args.csv is not None:
        heads = ["key", *next(iter(ordered.values())).table.columns] if ordered else ["key"]
        cells = (
            [name, *_row(row, currency).values()]
            for name, one in ordered.items()
            for row in one.table.iter_rows(named=True)
        )
        write_csv(heads, cells, args.csv)
    if args.json is None and args.csv is None:
        report_intake(asked.loaded.intake, screen)
        if key is None:
            _show_all(ordered, args.top, currency, screen)
        else:
            _show_one(key, ordered[key], currency, screen)
    return OK


def _deals(asked: Asked, args: Namespace) -> dict[str, Deal]:
    books, policy = asked.books, asked.policy
    paying = behaviour(books, policy.terms(Behaviour))
    found = credit(books, paying, policy)
    known = basis(books, paying, found.ratios, found.grades, policy.terms(Basis))
    rows = bought(books, known, "customer_id" if args.customer is not None else "industry")
    return deals(
        rows, policy.terms(Length), lost_share=args.lost_share, gained_share=args.gained_share, margin_share=args.margin
    )


def _row(row: dict[str, Any], currency: str) -> dict[str, Any]:
    return {name: str(decimal(value, currency)) if name in MONEY else value for name, value in row.items()}


def _plain(name: str, one: Compared, currency: str) -> dict[str, Any]:
    deal = one.deal
    return {
        "key": name,
        "sales": str(decimal(deal.sales, currency)),
        "terms_days": deal.terms_days,
        "delay_days": deal.delay_days,
        "default_chance": deal.default_chance,
        "margin_share": deal.margin_share,
        "funding_rate": deal.funding_rate,
        "insured_share": deal.insured_share,
        "best_days": one.best_days,
        "break_even_days": one.break_even_days,
        "table": [_row(row, currency) for row in one.table.iter_rows(named=True)],
    }


def _show_all(told: dict[str, Compared], most: int, currency: str, screen: Screen) -> None:
    language = screen.language
    title = "What a day of terms costs, by industry, {currency} a year"
    screen.heading(language.say(title, currency=language.currency(currency)))
    rows = []
    for name, one in list(told.items())[:most]:
        now = one.table.row(by_predicate=pl.col("terms_days") == one.deal.terms_days, named=True)
        rows.append(
            [
                name, language.money(one.deal.sales, currency), language.count(one.deal.terms_days),
                language.days(one.deal.delay_days), language.share(one.deal.default_chance),
                language.money(now["next_day"], currency), language.share(now["cost_share"]),
                _break_even(one, language), "-" if one.best_days is None else language.count(one.best_days),
            ]
        )  # fmt: skip
    heads = (
        "industry", "sales", "terms", "delay", "chance to fail", "one day more", "cost of terms", "break-even", "best",
    )  # fmt: skip
    screen.table(heads, rows)
    _unsaid(list(told.values()), screen)


def _show_one(name: str, one: Compared, currency: str, screen: Screen) -> None:
    language, deal = screen.language, one.deal
    title = "Terms of {name}: {days} days today, {currency} a year"
    facts = {"name": name, "days": deal.terms_days, "currency": language.currency(currency)}
    screen.heading(language.say(title, **facts))
    rows = [
        [
            language.count(row["terms_days"]), language.brief_money(row["sales"], currency),
            language.brief_money(row["funding"], currency), language.brief_money(row["expected_loss"], currency),
            language.brief_money(row["insurance"], currency), language.share(row["cost_share"]),
            language.brief_money(row["next_day"], currency), language.brief_money(row["profit"], currency),
            language.share(row["may_lose_share"]),
        ]
        for row in one.table.iter_rows(named=True)
    ]  # fmt: skip
    heads = (
        "terms", "sales", "funding", "expected loss", "insurance", "cost of terms", "one day more", "profit",
        "sales it may lose",
    )  # fmt: skip
    screen.table(heads, rows, left=0)
    screen.line(language.say("A sale loses nothing up to {days} days.", days=_break_even(one, language)))
    if one.best_days is not None:
        screen.line(language.say("Most is earned at {days} days.", days=one.best_days), style="bold")
    _unsaid([one], screen)


def _break_even(one: Compared, language: Language) -> str:
    if one.break_even_days is None:
        return "-"
    return f"≥ {FARTHEST}" if one.break_even_days >= FARTHEST else language.count(one.break_even_days)


def _unsaid(told: list[Compared], screen: Screen) -> None:
    if any(one.best_days is None for one in told):
        text = "How many sales shorter terms lose is not known: say it with --lost-share to see the best terms."
        screen.line(screen.language.say(text), style="yellow")


COMMAND = Command("what each further day of terms costs, against margin and sales", _add, _run)
