"""``solvent stress``: every scenario on the same paths, the smallest shock that breaks the floor, the crisis plan."""

from __future__ import annotations

import json
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.decisions.liquidity.stress.crisis import CrisisPlan
from solvent.decisions.liquidity.stress.reverse import Broken, reverse, week_of
from solvent.decisions.liquidity.stress.stress import Stressed, stress
from solvent.documents.stress import crisis_figures, reverse_figures, stress_figures
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import Paths, add_paths, paths_asked
from solvent.files.commands.cash.names import FLOW, SCENARIO, STEP
from solvent.files.commands.cash.show import named, names_of
from solvent.files.language import Language
from solvent.files.screen import Screen, write_json
from solvent.simulation.bending.library import Combined, combined

MOST = 15


def _add(parser: ArgumentParser, language: Language) -> None:
    add_paths(parser, language)
    parser.add_argument(
        "--scenario",
        action="append",
        metavar="NAME",
        default=[],
        help=language.say("only this scenario; may be repeated"),
    )
    parser.add_argument(
        "--own",
        action="append",
        type=Path,
        metavar="FILE",
        default=[],
        help=language.say("a scenario of your own (TOML: name, and [[parts]] with scenario and values)"),
    )
    parser.add_argument(
        "--record", type=Path, metavar="DIR", help=language.say("keep the result in this folder, a file for each day")
    )


def _run(args: Namespace, screen: Screen) -> int:
    own = [read_own(path) for path in args.own]
    asked = paths_asked(args, screen)
    if asked.paths.opening is None:
        raise SolventError("stress.no_balance")
    with screen.working("Computing"):
        tested = stress(asked.paths, asked.world, asked.line, asked.policy, own=own, names=args.scenario)
        if args.scenario and tested.rows.is_empty():
            raise SolventError(
                "scenario.unknown", args.scenario[0], scenario=args.scenario[0], known=", ".join(SCENARIO)
            )
        broken = () if args.scenario else reverse(asked.paths, asked.world, asked.line, asked.policy)
    plan = None if asked.assessment is None else asked.assessment.crisis
    told = stress_json(asked, tested, broken, plan)
    if args.record is not None:
        args.record.mkdir(parents=True, exist_ok=True)
        name = f"stress-{tested.as_of.isoformat()}-seed{tested.seed}.json"
        (args.record / name).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if args.json is not None:
        write_json(told, args.json)
        return OK
    _show(asked, tested, broken, screen)
    if plan is not None and asked.assessment is not None:
        show_crisis(plan, screen, asked.paths.currency, names_of(asked.assessment.snapshot.books))
    if asked.assessment is not None:
        screen.problems(asked.assessment.problems)
    return OK


def read_own(path: Path) -> Combined:
    """A scenario file.

    Raises:
        SolventError: it is no TOML, or says what no scenario knows.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SolventError("scenario.unreadable", str(path), error=str(error)) from error
    return combined(path.stem, told)


def stress_json(asked: Paths, tested: Stressed, broken: Sequence[Broken], plan: CrisisPlan | None) -> dict[str, Any]:
    """The stress test for machines, and for the record."""
    currency = asked.paths.currency
    return {
        "schema": "solvent.stress/1",
        "floor_known": asked.floor_known,
        **stress_figures(tested, currency),
        "reverse": reverse_figures(broken, currency),
        "crisis_plan": None if plan is None else crisis_figures(plan, currency),
    }


def _show(asked: Paths, tested: Stressed, broken: Sequence[Broken], screen: Screen) -> None:
    language, currency = screen.language, asked.paths.currency
    screen.line(language.say("As of the end of {day}", day=language.day(tested.as_of)), style="bold")
    screen.heading(language.say("Stress test, {currency}", currency=language.currency(currency)))
    if not asked.floor_known:
        screen.line(language.say("No floor is known: the chance told is that of running out of cash."), style="yellow")
    base = tested.base
    rows = [
        _row(
            language.say("as it stands"),
            base.chance,
            base.lowest,
            base.gap_on,
            base.deep,
            language=language,
            currency=currency,
        )
    ]
    still = []
    for row in tested.rows.iter_rows(named=True):
        name = language.say(SCENARIO.get(row["scenario"], row["scenario"]))
        if row["changed"]:
            rows.append(
                _row(
                    name, row["chance"], row["lowest"], row["gap_on"], row["deep"], language=language, currency=currency
                )
            )
        else:
            still.append(name)
    heads = ("scenario", "under the floor", "lowest, median", "gap in the week to", "deepest, one of twenty")
    screen.table(heads, rows)
    if still:
        screen.line(
            language.say("Nothing here that these could touch: {names}", names=language.listed(still)), style="dim"
        )
    screen.line(language.say("The next test is due on {day}.", day=language.day(tested.next_on)), style="dim")
    if broken:
        screen.heading("The smallest shock that breaks the floor")
        if all(one.length == 0.0 for one in broken):
            screen.line(language.say("The floor is broken already, without any shock."), style="red")
        else:
            for one in broken:
                screen.line(reverse_sentence(one, asked, language))


def _row(
    name: str, chance: float, lowest: int, gap_on: Any, deep: int, *, language: Language, currency: str
) -> tuple[str, ...]:
    return (
        name,
        language.share(chance),
        language.money(lowest, currency),
        "-" if gap_on is None else language.day(gap_on),
        language.money(deep, currency) if deep else "-",
    )


def reverse_sentence(broken: Broken, asked: Paths, language: Language) -> str:
    """A smallest shock in a sentence."""
    axes = [language.say(_AXIS[name][0]) for name in broken.direction]
    if broken.loses_largest:
        axes.insert(0, language.say("the largest debtor fails"))
    if broken.length is None:
        return language.say("Not broken even by three times a severe shock: {axes}.", axes=language.listed(axes))
    if broken.length == 0.0:
        return language.say("Broken at once: {axes}.", axes=language.listed(axes))
    sizes = [language.say(_AXIS[name][1], size=_size(name, size, language)) for name, size in broken.sizes.items()]
    if broken.loses_largest:
        sizes.insert(0, language.say("the largest debtor fails"))
    assert broken.told is not None
    assert broken.told.gap_on is not None
    return language.say(
        "If {sizes}, cash breaks the floor in week {week}, to {day}.",
        sizes=language.listed(sizes),
        week=week_of(asked.paths, broken.told.gap_on),
        day=language.day(broken.told.gap_on),
    )


_AXIS = {
    "delay_days": ("all customers pay later", "all customers pay {size} days later"),
    "sales_share": ("sales fall", "sales fall by {size}"),
    "currency_share": ("foreign currencies fall", "foreign currencies fall by {size}"),
    "called_share": ("banks call their lines", "banks call {size} of what is drawn"),
    "supplier_days": ("suppliers shorten their terms", "suppliers want their money {size} days earlier"),
}


def _size(name: str, size: float, language: Language) -> str:
    return language.number(size, 1) if name.endswith("_days") else language.share(size)


def show_crisis(plan: CrisisPlan, screen: Screen, currency: str, names: Mapping[str, str]) -> None:
    """The crisis plan, as far as it is needed, and what it leaves open."""
    language = screen.language
    screen.heading(language.say("Crisis plan until {day}", day=language.day(plan.day)))
    if not plan.need:
        screen.line(language.say("Not needed today; made ready."), style="dim")
    needed = plan.rows.filter(pl.col("needed")) if plan.need else plan.rows
    rows = [
        (
            language.count(row["rank"]),
            language.say(STEP[row["step"]]),
            language.say(FLOW[row["subject"]]) if row["subject"] in FLOW else named(row["subject"], names),
            language.money(row["amount"], currency),
            language.money(row["gain"], currency),
            language.day(row["by_on"]),
            language.money(row["cumulative"], currency),
        )
        for row in needed.head(MOST).iter_rows(named=True)
    ]
    if not rows:
        screen.line(language.say("Nothing that can be done shows in the books."))
        return
    screen.table(("", "what to do", "who or what", "about", "brings", "do it by", "together"), rows, left=3)
    if needed.height > MOST:
        screen.line(language.say("… and {count} more; --json tells all.", count=needed.height - MOST), style="dim")
    if plan.open:
        screen.line(
            language.say("Left open after every step: {amount}", amount=language.money(plan.open, currency)),
            style="red",
        )


COMMAND = Command(
    "stress tests on the same paths, the smallest shock that breaks the floor, the crisis plan", _add, _run
)
