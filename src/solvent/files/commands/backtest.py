"""``solvent backtest``: what the payment model would have said in the past, beside what then happened."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from solvent.files.asking import add_day, add_ledger, add_policy, ask, day
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.payment.backtest import BackTest, back_test
from solvent.payment.books import items_of
from solvent.payment.boosted.trees import installed
from solvent.payment.champion import Champion
from solvent.payment.laws import Laws

_SHOWN = ("mae_days", "crps", "late_auc", "band80_coverage", "cash_wape_4w", "cash_wape_8w")
_HEADS = ("predicted by", "mean error, days", "CRPS, days", "late or not (AUC)", "in the 80 % band", "cash of 4 weeks",
          "cash of 8 weeks")  # fmt: skip
_NAMES = {
    "due_date": "the due date",
    "customer_mean": "due date and the customer's mean delay",
    "conditional": "the customer's longer delays",
}
_PROTOCOLS = {
    "new_items": "New items, predicted on the day before the cut-off",
    "open_book": "The open book, predicted every Monday",
}


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument(
        "--test-from",
        type=day,
        required=True,
        metavar="DAY",
        help=language.say("the cut-off: what was known before it is learned from, what follows is predicted"),
    )
    parser.add_argument(
        "--predictions", metavar="FILE", help=language.say("write a row for each prediction as CSV, - for the screen")
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        nargs="?",
        const="-",
        help=language.say("write it as {form} to this file, - for standard output").format(form="JSON"),
    )


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    books = asked.books
    with screen.working("Computing"):
        tested = back_test(
            items_of(books),
            books.journal.customers.height,
            args.test_from,
            books.as_of,
            terms=asked.policy.terms(Laws),
            compete=replace(asked.policy.terms(Champion), boosted=installed()),
        )
    if args.predictions is not None:
        write_csv(tested.predictions.columns, tested.predictions.iter_rows(), args.predictions)
    if args.json is not None:
        Path(args.json).parent.mkdir(parents=True, exist_ok=True)
        write_json(told(tested, args), args.json)
    elif args.predictions != "-":
        _show(tested, screen)
        screen.problems(books.problems)
    return OK


def told(tested: BackTest, args: Namespace) -> dict[str, Any]:
    """The back-test for machines: both protocols, and how the model was chosen."""
    choice = tested.choice
    return {
        "test_from": args.test_from.isoformat(),
        **tested.scores,
        "model": {"chosen": choice.name, "scored_items": choice.items, "crps_by_candidate": dict(choice.scores)},
    }


def _show(tested: BackTest, screen: Screen) -> None:
    language = screen.language
    for protocol, score in tested.scores.items():
        screen.heading(_PROTOCOLS[protocol])
        rows = [(language.say("Solvent"), *_figures(score, language))]
        rows += [(language.say(_NAMES[name]), *_figures(own, language)) for name, own in score["baselines"].items()]
        screen.table(_HEADS, rows)
        screen.line(
            language.say(
                "{items} predictions scored; {open} items are not yet paid and are left out.",
                items=language.count(score["items"]),
                open=language.count(score["not_yet_paid"]),
            ),
            style="dim",
        )
    screen.line(language.say("Way to fit, chosen on what came before: {name}.", name=language.say(tested.choice.name)))


def _figures(score: Mapping[str, Any], language: Language) -> list[str]:
    shares = ("band80_coverage", "cash_wape_4w", "cash_wape_8w")
    return [
        "-" if score.get(name) is None else language.share(score[name]) if name in shares else f"{score[name]:.2f}"
        for name in _SHOWN
    ]


COMMAND = Command("score the payment model on the ledger's own past, beside three plain ways", _add, _run)
