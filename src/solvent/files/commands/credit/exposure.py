"""``solvent exposure``: what customers owe and will owe against their limits and cover; by country, industry, grade…"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import Problem
from solvent.credit.credit import credit
from solvent.decisions.limits.by_dimension import CUTS, Cut, by_dimension
from solvent.decisions.limits.exposure import PARTS, Exposures, exposures
from solvent.decisions.limits.states import Exposed, documents
from solvent.decisions.limits.to_come import LATER
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.commands.credit.order_names import COLUMN, PART
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.trade.behaviour import Behaviour, behaviour

MOST = 40
MONEY = (
    *PARTS, LATER, "exposure", "limit", "limit_not_due", "limit_overdue", "limit_deliveries", "limit_orders",
    "eligible", "insured", "uninsured", "cover_amount", "group_exposure", "group_limit", "overdue", "insured_amount",
    "uninsured_amount", "expected_loss", "provision",
)  # fmt: skip
SHOWN = ("customer_id", "exposure", "overdue", "limit", "used_share", "insured_amount", "uninsured_amount")
GROUPED = ("group_id", "customers", "exposure", "limit", "used_share", "insured_amount", "uninsured_amount")
CUT = (
    "customers", "exposure", "exposure_share", "overdue_share", "uninsured_amount", "expected_loss", "provision",
    "default_share", "default_change", "top_id", "top_share",
)  # fmt: skip


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument("--by", choices=("group", *CUTS), help=language.say("a row for each of these"))
    parser.add_argument("--customer", metavar="ID", help=language.say("one customer, with every document that counts"))
    parser.add_argument(
        "--top", type=int, default=MOST, metavar="N", help=language.say("how many rows are shown; the largest first")
    )
    add_outputs(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    books, policy = asked.books, asked.policy
    with screen.working("Computing"):
        exposed = exposures(books, terms=policy.terms(Exposed))
        problems = list(exposed.problems)
        if args.by in CUTS:
            cut = _cut(asked, exposed, args.by)
            frame, problems = cut.table, [*problems, *cut.problems]
        elif args.by == "group":
            frame = exposed.groups.sort("exposure", descending=True, nulls_last=True)
        else:
            frame = exposed.table.sort("exposure", descending=True, nulls_last=True)
        evidence = None
        if args.customer is not None:
            evidence = documents(books, [args.customer], policy.terms(Exposed))
            if args.by is None:
                frame = frame.filter(pl.col("customer_id") == args.customer)
    if args.customer is not None and frame.is_empty():
        problems.append(Problem("orders.customer_unknown", "", {"customer": args.customer}))
    if args.json is not None:
        write_json(_figures(asked, args.by, frame, evidence, problems), args.json)
    if args.csv is not None:
        rows = [list(row.values()) for row in _in_main_units(frame, books.currency)]
        write_csv(frame.columns, rows, args.csv)
    if args.json is None and args.csv is None:
        screen.problems(problems)
        _show(asked, frame, evidence, args, screen)
    return OK


def _cut(asked: Asked, exposed: Exposures, by: str) -> Cut:
    books, policy = asked.books, asked.policy
    known = credit(books, behaviour(books, policy.terms(Behaviour)), policy)
    return by_dimension(books, exposed, by, policy, known.grades)


def _figures(
    asked: Asked, by: str | None, frame: pl.DataFrame, evidence: pl.DataFrame | None, problems: Sequence[Problem]
) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "schema": "solvent.exposure/1",
        "as_of": asked.books.as_of.isoformat(),
        "currency": asked.books.currency,
        "by": by or "customer",
        "rows": _in_main_units(frame, asked.books.currency),
        "problems": [{"code": problem.code, "facts": dict(problem.facts)} for problem in problems],
    }
    if evidence is not None:
        told["documents"] = [
            {**_plain(row), "amount": str(decimal(row["amount"], row["currency"]))}
            for row in evidence.iter_rows(named=True)
        ]
    return told


def _in_main_units(frame: pl.DataFrame, currency: str) -> Sequence[Mapping[str, Any]]:
    """The rows as they leave us: money as decimal text in main units, days as ISO text."""
    return [
        {
            name: str(decimal(value, currency))
            if name in MONEY and isinstance(value, int) and not isinstance(value, bool)
            else value
            for name, value in _plain(row).items()
        }
        for row in frame.iter_rows(named=True)
    ]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def _show(asked: Asked, frame: pl.DataFrame, evidence: pl.DataFrame | None, args: Namespace, screen: Screen) -> None:
    language, books = screen.language, asked.books
    text = "Exposure at the end of {day}, {currency}"
    screen.heading(language.say(text, day=language.day(books.as_of), currency=language.currency(books.currency)))
    if evidence is not None and frame.height == 1 and args.by is None:
        _show_one(frame.row(0, named=True), evidence, screen, books.currency)
        return
    columns = {None: SHOWN, "group": GROUPED}.get(args.by, (args.by, *CUT))
    renamed = frame if args.by in CUTS else frame.rename({"insured": "insured_amount", "uninsured": "uninsured_amount"})
    rows = [
        [_text(name, row[name], language, books.currency) for name in columns]
        for row in renamed.head(args.top).iter_rows(named=True)
    ]
    screen.table([COLUMN[name] for name in columns], rows)
    if frame.height > args.top:
        screen.line(
            language.say("{count} more rows; --top or --csv shows them.", count=frame.height - args.top), style="dim"
        )


def _text(name: str, value: Any, language: Language, currency: str) -> str:
    if value is None:
        return language.say("(none)") if name in (*CUTS, "group_id") else "-"
    if isinstance(value, bool):
        return language.say("yes") if value else language.say("no")
    if name in MONEY:
        return language.brief_money(value, currency)
    if isinstance(value, float):
        return language.share(value)
    return language.count(value) if isinstance(value, int) else str(value)


def _show_one(row: Mapping[str, Any], evidence: pl.DataFrame, screen: Screen, currency: str) -> None:
    """One customer: what exposure is made of, and every document with its one state."""
    language = screen.language
    parts = [(language.say(PART[name]), language.money(row[name], currency)) for name in (*PARTS, "exposure", LATER)]
    parts += [
        (language.say("limit"), language.money(row["limit"], currency)),
        (language.say("of it insured"), language.money(row["insured"], currency)),
    ]
    screen.table(("exposure", "amount"), parts)
    shown = [
        (
            language.say(PART[line["state"]]),
            line["document"],
            "-" if line["due_on"] is None else language.day(line["due_on"]),
            language.money(line["amount"], line["currency"]),
            line["currency"],
        )
        for line in evidence.iter_rows(named=True)
    ]
    screen.table(("state", "document", "due or wanted", "amount", "currency"), shown, left=2)


COMMAND = Command("what customers owe and will owe, against limits and cover", _add, _run)
