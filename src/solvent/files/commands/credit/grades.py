"""``solvent grades``: every customer's grade, chance and colour with the reasons; one customer with its whole card."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import polars as pl

from solvent.base.problem import Problem
from solvent.credit.grading.admission import Admission, admission_days
from solvent.credit.grading.advice import advice, advice_for
from solvent.credit.grading.chances import GRADES, Grading
from solvent.credit.grading.grade import Grades, factors, grades
from solvent.credit.grading.learned import Blending, learned_chances
from solvent.credit.grading.quick import quick_screen
from solvent.credit.grading.screening import Screened, screened
from solvent.credit.ratios import ratios
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.commands.credit.grade_shown import Full, show_admission, show_all, show_one, show_quick
from solvent.files.commands.scorecard.applying import read_card
from solvent.files.corrections import report_intake
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.trade.behaviour import Behaviour, behaviour

MOST = 30
REASONS = 3


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument("--customer", metavar="ID", help=language.say("one customer in full, with its card and advice"))
    parser.add_argument("--grade", choices=GRADES, action="append", help=language.say("only customers of this grade"))
    parser.add_argument(
        "--top", type=int, default=MOST, metavar="N", help=language.say("how many rows are shown; the worst first")
    )
    parser.add_argument("--quick", action="store_true", help=language.say("the quick screen for small firms instead"))
    parser.add_argument(
        "--card", type=Path, metavar="FILE", help=language.say("a trained scorecard, kept by scorecard train --save")
    )
    add_outputs(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    if args.quick:
        return _quick(asked, args, screen)
    with screen.working("Computing"):
        graded, problems = _graded(asked, args.card)
    every = _named(asked, graded)
    if args.json is None and args.csv is None:
        report_intake(asked.loaded.intake, screen)
    if args.customer is not None:
        _one(asked, graded, args, screen)
    else:
        chosen = every.filter(pl.col("grade").is_in(args.grade)) if args.grade else every
        _all(asked, graded, chosen, args, screen)
    screen.problems([*graded.problems, *problems])
    return OK


def _graded(asked: Asked, card: Path | None) -> tuple[Grades, list[Problem]]:
    books, policy = asked.books, asked.policy
    paying, told = behaviour(books, policy.terms(Behaviour)), ratios(books)
    learned, problems = None, []
    if card is not None:
        learned, found = learned_chances(read_card(card), told, policy.terms(Blending))
        problems = list(found)
    return grades(books, paying, told, policy, learned=learned), problems


def _named(asked: Asked, graded: Grades) -> pl.DataFrame:
    """The table with names, the worst first."""
    names = asked.books.table("customers").unique("customer_id", keep="first").select("customer_id", "name")
    told = graded.table.lazy().join(names, on="customer_id", how="left").collect()
    order = ("grade", "yearly_default_chance", "customer_id")
    return told.sort(order, descending=[True, True, False])


def _all(asked: Asked, graded: Grades, chosen: pl.DataFrame, args: Namespace, screen: Screen) -> None:
    known = graded.reasons.filter(pl.col("value").is_not_null())
    why = known.group_by("customer_id", maintain_order=True).agg(pl.col("factor").head(REASONS).alias("reasons"))
    asked_for = admission_days(asked.books, asked.policy.terms(Admission))
    rows = chosen.join(why, on="customer_id", how="left", maintain_order="left")
    if args.json is not None:
        waited = {"days": asked_for.value, **asked_for.inputs}
        told = {"as_of": asked.books.as_of.isoformat(), "times": graded.times, "admission": waited}
        told["rows"] = rows.to_dicts()
        write_json(told, args.json)
    if args.csv is not None:
        flat = rows.with_columns(pl.col("reasons").list.join("; "))
        write_csv(flat.columns, flat.iter_rows(), args.csv)
    if args.json is None and args.csv is None:
        show_all(asked.books.as_of, rows, args.top, screen)
        show_admission(asked_for, screen)


def _quick(asked: Asked, args: Namespace, screen: Screen) -> int:
    """The quick screen: refused first, then those to look at."""
    books, policy = asked.books, asked.policy
    with screen.working("Computing"):
        found = quick_screen(books, behaviour(books, policy.terms(Behaviour)), ratios(books), policy)
    names = books.table("customers").unique("customer_id", keep="first").select("customer_id", "name").collect()
    order = pl.col("answer").replace_strict(dict(zip(("refuse", "look", "pass"), range(3), strict=True)))
    rows = found.join(names, on="customer_id", how="left").sort(order, "points", "customer_id")
    if args.customer is not None:
        rows = rows.filter(pl.col("customer_id") == args.customer)
    if args.json is not None:
        write_json({"as_of": books.as_of.isoformat(), "rows": rows.to_dicts()}, args.json)
    if args.csv is not None:
        write_csv(rows.columns, rows.iter_rows(), args.csv)
    if args.json is None and args.csv is None:
        show_quick(books.as_of, rows, args.top, screen)
    return OK


def _one(asked: Asked, graded: Grades, args: Namespace, screen: Screen) -> None:
    customer: str = args.customer
    sheet = advice_for(graded, customer, asked.policy)
    walls = screened(asked.books, asked.policy)
    one = pl.col("customer_id") == customer
    row = _named(asked, graded).row(by_predicate=one, named=True)
    card = printed(graded, customer, asked)
    changes = advice(Grades(graded.table.filter(one), graded.reasons, (), graded.card.filter(one)), asked.policy)
    if args.json is not None:
        told = {
            "as_of": asked.books.as_of.isoformat(),
            **row,
            "card": card.to_dicts(),
            "screening": _plain(walls, customer),
            "advice": changes.drop("customer_id").to_dicts(),
            "ways": [[vars(change) for change in way] for way in sheet.ways],
            "next_grade": sheet.next_grade,
            "deposit_share": sheet.deposit_share,
            "held_by": list(sheet.held_by),
        }
        write_json(told, args.json)
    if args.csv is not None:
        write_csv(card.columns, card.iter_rows(), args.csv)
    if args.json is None and args.csv is None:
        show_one(Full(asked.books.as_of, row, card, walls.steps.filter(one), sheet, changes), screen)


def printed(graded: Grades, customer: str, asked: Asked) -> pl.DataFrame:
    """The card of one customer: axis, look, factor, unit, value, points, best, lost, changeable; as on the card."""
    own = graded.card.row(by_predicate=pl.col("customer_id") == customer, named=True)
    neutral = asked.policy.terms(Grading).neutral_share
    rows = []
    for factor in factors(asked.policy):
        value = own[factor.name]
        counted = pl.select(factor.counted(pl.lit(value, dtype=pl.Float64))).item()
        points = factor.best * neutral if counted is None else float(counted)
        rows.append(
            (factor.axis, factor.shape.look, factor.name, factor.shape.unit, value, points, factor.best,
             factor.best - points, factor.shape.changeable)
        )  # fmt: skip
    names = ("axis", "look", "factor", "unit", "value", "points", "best", "lost", "changeable")
    return pl.DataFrame(rows, schema=list(names), orient="row")


def _plain(walls: Screened, customer: str) -> dict[str, Any]:
    one = pl.col("customer_id") == customer
    steps = walls.steps.filter(one).drop("customer_id").with_columns(pl.col("told_on", "expires_on").cast(pl.String))
    table = walls.table.row(by_predicate=one, named=True)
    return {**{name: value for name, value in table.items() if name != "customer_id"}, "steps": steps.to_dicts()}


COMMAND = Command("grade every customer, with the chance to fail and the reasons", _add, _run)
