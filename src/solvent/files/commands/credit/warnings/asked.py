"""``solvent warnings``: what every rule finds, what became of it, what to do; it tells others, tests rules."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import polars as pl

from solvent.assessment import look_ahead
from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.decisions.warnings.actions import Proposed, propose
from solvent.decisions.warnings.backtest import Testing, backtest_rules, opener, past_days
from solvent.decisions.warnings.cases import Handling, advance, none_yet
from solvent.decisions.warnings.engine import Findings, warn
from solvent.decisions.warnings.handling import ACTIONS, RESULTS, Kept, acknowledged, closed, snoozed, to_tell, told
from solvent.decisions.warnings.rule import rules
from solvent.decisions.warnings.troubles import Trouble, outcomes
from solvent.decisions.warnings.view import View
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask, day
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import add_simulation, threads, with_paths
from solvent.files.commands.credit.warnings.answer import Answer
from solvent.files.commands.credit.warnings.kept import read_kept, write_kept
from solvent.files.commands.credit.warnings.shown import show, show_digests
from solvent.files.commands.credit.warnings.told import as_json, rows_of
from solvent.files.language import Language
from solvent.files.notify.digest import Day
from solvent.files.notify.send import Delivered, deliver, planned, told_cases
from solvent.files.notify.targets import read_notify
from solvent.files.notify.words import names_of
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.measures import measure
from solvent.snapshot import Snapshot

MOST = 30


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    add_simulation(parser, language)
    say = language.say
    parser.add_argument("--no-paths", action="store_true", help=say("without simulated paths: what needs them is left"))
    parser.add_argument("--rule", choices=tuple(rules()), metavar="RULE", help=say("only this rule, with its rows"))
    parser.add_argument("--customer", metavar="ID", help=say("only this customer, with the rows it rests on"))
    parser.add_argument(
        "--top", type=int, default=MOST, metavar="N", help=say("how many rows are shown; the worst first")
    )
    parser.add_argument(
        "--history",
        type=Path,
        metavar="DIR",
        help=say("keep cases and their history in this folder, beside the ledger"),
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--ack", metavar="CASE", help=say("this case has been seen and is looked after"))
    one.add_argument("--snooze", metavar="CASE", help=say("this case is quiet until a day, unless it grows worse"))
    one.add_argument("--close", metavar="CASE", help=say("this case ends, with what was done and what came of it"))
    parser.add_argument("--until", type=day, metavar="DAY", help=say("the last day of the snooze"))
    parser.add_argument("--reason", default="", metavar="TEXT", help=say("why it is snoozed"))
    parser.add_argument("--action", choices=ACTIONS, help=say("what was done"))
    parser.add_argument("--result", choices=RESULTS, help=say("what came of it"))
    parser.add_argument("--by", metavar="NAME", help=say("who does it; by default the name of this account"))
    parser.add_argument("--notify", type=Path, metavar="FILE", help=say("tell others, by the targets of this file"))
    parser.add_argument("--dry-run", action="store_true", help=say("show what would be told, and tell nobody"))
    parser.add_argument(
        "--backtest", action="store_true", help=say("how each rule would have warned over the ledger's own past")
    )
    add_outputs(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    acts = args.ack or args.snooze or args.close
    if (acts or (args.notify and not args.dry_run)) and args.history is None:
        raise SolventError("warnings.needs_history")
    asked = ask(args, screen)
    with screen.working("Computing"):
        view = _view(asked, args)
        findings = warn(view)
        proposed = propose(view, findings)
    kept = _advanced(asked, findings, args)
    if args.history is not None:
        write_kept(kept, args.history)
    delivered: tuple[Delivered, ...] = ()
    if args.notify is not None:
        kept, delivered = _notify(asked, kept, proposed, args, screen)
    tested = None
    if args.backtest:
        with screen.working("Playing the past again"):
            tested, _ = _tested(asked, args)
    answer = Answer(asked, findings, proposed, kept if args.history else None, tested, delivered)
    _out(answer, args, screen)
    return OK


def _view(asked: Asked, args: Namespace) -> View:
    """The view of the day, with its paths unless they are not wanted."""
    policy: Policy = with_paths(asked.policy, args.paths)
    snapshot = Snapshot(asked.books, policy, measure(asked.books, policy))
    if not args.no_paths:
        snapshot = look_ahead(snapshot, seed=args.seed, workers=threads(args.workers))
    return View(asked.books, policy, snapshot)


def _advanced(asked: Asked, findings: Findings, args: Namespace) -> Kept:
    """The cases after this day, and after what was done to one."""
    cases, history = none_yet() if args.history is None else read_kept(args.history)
    books, policy = asked.books, asked.policy
    known = outcomes(books, policy.terms(Trouble))
    kept = advance(cases, findings, books.as_of, policy.terms(Handling), history, outcomes=known)
    on, by = books.as_of, args.by or os.environ.get("USER") or os.environ.get("USERNAME") or "?"
    if args.ack:
        kept = acknowledged(kept, [args.ack], on=on, by=by)
    if args.snooze:
        if args.until is None:
            raise SolventError("warnings.needs_until")
        kept = snoozed(kept, [args.snooze], args.until, args.reason, on=on, by=by)
    if args.close:
        if args.action is None or args.result is None:
            raise SolventError("warnings.needs_result")
        kept = closed(kept, [args.close], args.action, args.result, on=on, by=by)
    return kept


def _notify(
    asked: Asked, kept: Kept, proposed: Proposed, args: Namespace, screen: Screen
) -> tuple[Kept, tuple[Delivered, ...]]:
    """Tell others what is new; a dry run shows it instead."""
    ledger = args.ledger
    notify = read_notify(args.notify, os.environ, ledger, secrets=not args.dry_run)
    actions = proposed.proposals.group_by("customer_id", maintain_order=True).agg("action")
    books = asked.books
    shared = Day(books.as_of, books.currency, names_of(books), dict(actions.iter_rows()))
    news = to_tell(kept)
    if args.dry_run:
        show_digests(list(planned(news, notify, shared)), screen)
        return kept, ()
    done = tuple(deliver(news, notify, shared))
    names = {sent.owner for sent in done}
    kept = told(kept, told_cases(done), books.as_of, ", ".join(sorted(names)))
    write_kept(kept, args.history)
    screen.problems(sent.problem for sent in done if sent.problem is not None)
    return kept, done


def _tested(asked: Asked, args: Namespace) -> tuple[pl.DataFrame, Any]:
    """The back-test of one rule or of all."""
    chosen = {args.rule: rules()[args.rule]} if args.rule else None
    open_on = opener(asked.loaded.intake.ledger)
    days = past_days(asked.books.as_of, asked.policy.terms(Testing))
    return backtest_rules(open_on, asked.books, asked.policy, days, chosen)


def _out(answer: Answer, args: Namespace, screen: Screen) -> None:
    """To the files asked for, or to the screen."""
    only = answer.findings.table
    if args.rule:
        only = only.filter(pl.col("rule") == args.rule)
    if args.customer:
        only = only.filter((pl.col("about") == "customer") & (pl.col("subject") == args.customer))
    if args.json is not None:
        write_json(as_json(answer, only, screen.language), args.json)
    if args.csv is not None:
        frame = only if answer.tested is None else answer.tested
        write_csv(frame.columns, rows_of(frame), args.csv)
    if args.json is None and args.csv is None and not args.dry_run:
        show(answer, only, args, screen)
        screen.problems(answer.findings.problems)


COMMAND = Command("what is getting worse, how bad it is, and what to do about it", _add, _run)
