"""``solvent scorecard``: learn a scorecard and a boosted model from past customers, judge both, keep and apply one."""

from __future__ import annotations

import os
from argparse import SUPPRESS, ArgumentParser, Namespace
from pathlib import Path

import numpy as np

from solvent.base.problem import SolventError
from solvent.credit.grading.learned import kept
from solvent.credit.scorecard.report import predictions, report
from solvent.credit.scorecard.sheet.sheet import Asked, Sheet, moment_of, sheet_of
from solvent.credit.scorecard.train import DEFAULTS, Plan, Training, train
from solvent.files.command import OK, USAGE, Command
from solvent.files.commands.scorecard import applying
from solvent.files.commands.scorecard.reading import read_frame
from solvent.files.commands.scorecard.shown import show
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json


def _add(parser: ArgumentParser, language: Language) -> None:
    inside = parser.add_subparsers(dest="scorecard", metavar=language.say("COMMAND"), required=True)
    says = language.say("learn from a file: a row for each case, a column that says which of them failed")
    own = inside.add_parser("train", help=says, description=says)
    own.add_argument("file", type=Path, metavar="FILE", help=language.say("CSV (packed or not), Parquet or workbook"))
    own.add_argument(
        "--lang",
        choices=("en", "zh"),
        default=SUPPRESS,
        help=language.say("language of what is shown; by default that of the locale"),
    )
    own.add_argument("--target", required=True, metavar="COL", help=language.say("the column that says who failed"))
    own.add_argument(
        "--failure", metavar="VALUE", help=language.say("what that column says of a failure, where it is not plain")
    )
    own.add_argument("--group", metavar="COL", help=language.say("rows with the same value stay in one fold"))
    own.add_argument("--folds", type=_whole, metavar="N", help=language.say("into how many folds the rows are cut"))
    own.add_argument("--repetitions", type=_whole, metavar="N", help=language.say("how often they are cut anew"))
    own.add_argument("--time", metavar="COL", help=language.say("split in time by this column, not into folds"))
    own.add_argument("--train-to", metavar="WHEN", help=language.say("learn from rows up to this year, day or number"))
    own.add_argument("--test-from", metavar="WHEN", help=language.say("test on rows from this year, day or number on"))
    own.add_argument(
        "--leave-out", action="append", default=[], metavar="COL", help=language.say("do not learn from this column")
    )
    own.add_argument("--no-boosted", action="store_true", help=language.say("learn the scorecard only"))
    own.add_argument("--predictions", metavar="FILE", help=language.say("write each row's chance out of fold as CSV"))
    own.add_argument("--save", type=Path, metavar="FILE", help=language.say("keep the scorecard as JSON, to apply it"))
    own.add_argument(
        "--json",
        metavar="FILE",
        nargs="?",
        const="-",
        help=language.say("write it as {form} to this file, - for standard output").format(form="JSON"),
    )
    says = language.say("tell the chance of every row of a file by a kept scorecard")
    applying.add(inside.add_parser("apply", help=says, description=says), language)


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _run(args: Namespace, screen: Screen) -> int:
    return applying.run(args, screen) if args.scorecard == "apply" else _train(args, screen)


def _train(args: Namespace, screen: Screen) -> int:
    split = (args.time, args.train_to, args.test_from)
    if any(split) and not all(split):
        raise SolventError("credit.scorecard.split_incomplete")
    if args.folds is not None and not 3 <= args.folds <= 20:
        screen.problems([SolventError("credit.scorecard.folds", "", value=args.folds).problem])
        return USAGE
    with screen.working("Reading the file"):
        frame = read_frame(args.file)
        sheet = sheet_of(frame, Asked(args.target, args.failure, args.group, args.time, tuple(args.leave_out)))
    terms = Training(
        folds=args.folds or DEFAULTS.folds,
        repetitions=args.repetitions or DEFAULTS.repetitions,
        once_from_rows=DEFAULTS.once_from_rows if args.repetitions is None else len(sheet.failed) + 1,
    )
    with screen.progress("Learning") as told:
        trained = train(sheet, _plan(args, sheet), terms, told)
    found = report(sheet, trained)
    problems = [*sheet.problems, *trained.problems]
    for name in ("scorecard", "boosted"):
        if found[name] is not None and not found[name]["for_use"]:
            failing = ", ".join(check["name"] for check in found[name]["gate"] if not check["holds"])
            problems.append(SolventError("credit.scorecard.not_for_use", "", model=name, checks=failing).problem)
    if args.save is not None:
        _room_for(str(args.save))
        write_json(kept(sheet, trained, found), str(args.save))
    if args.predictions is not None:
        rows = predictions(sheet, trained)
        _room_for(args.predictions)
        write_csv(rows.columns, rows.iter_rows(), args.predictions)
    if args.json is not None:
        spoken = [
            {"code": one.code, "place": one.place, "facts": dict(one.facts), "says": screen.language.problem(one)}
            for one in problems
        ]
        _room_for(args.json)
        write_json({**found, "problems": spoken}, args.json)
    if args.json != "-" and args.predictions != "-":
        show(found, screen)
    screen.problems(problems)
    return OK


def _plan(args: Namespace, sheet: Sheet) -> Plan:
    workers = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)
    if args.time is None:
        return Plan(workers=workers, boosted=not args.no_boosted)
    last = moment_of(args.train_to, days=sheet.in_days, end=True)
    first = moment_of(args.test_from, days=sheet.in_days, end=False)
    if first <= last:
        raise SolventError("credit.scorecard.split_order", "", last=args.train_to, first=args.test_from)
    with np.errstate(invalid="ignore"):
        learn, test = sheet.moment <= last, sheet.moment >= first
    failures = int(sheet.failed[test].sum())
    if not failures or failures == int(test.sum()):
        raise SolventError("credit.scorecard.nothing_to_test", args.time, rows=int(test.sum()), failures=failures)
    return Plan(learn, test, workers, not args.no_boosted)


def _room_for(name: str) -> None:
    if name != "-":
        Path(name).parent.mkdir(parents=True, exist_ok=True)


COMMAND = Command("learn a scorecard from past failures, and judge it out of fold", _add, _run)
