"""Asked: paths to put a question to: drawn from a ledger now, or read from a run that was kept."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from solvent.assessment import Assessment, assess
from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.files.asking import add_day, add_ledger, add_policy, ask
from solvent.files.cash.runs import is_run, load_run
from solvent.files.language import Language
from solvent.files.policy_file import read_policy
from solvent.files.screen import Screen
from solvent.simulation.bending.world import World
from solvent.simulation.company import world_of
from solvent.simulation.horizon import Outlooked
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Paths:
    """What a question is put to. line: the floor, 0 where none is known. assessment: None for a run that was kept."""

    paths: CashPaths
    world: World
    line: int
    floor_known: bool
    policy: Policy
    assessment: Assessment | None


def add_simulation(parser: ArgumentParser, language: Language) -> None:
    """Arguments of every command that simulates."""
    parser.add_argument("--seed", type=int, default=1, help=language.say("seed of every random draw"))
    parser.add_argument("--paths", type=int, metavar="N", help=language.say("number of simulated paths"))
    parser.add_argument(
        "--workers", type=int, metavar="N", help=language.say("threads; the figures do not depend on it")
    )


def add_plot(parser: ArgumentParser, language: Language) -> None:
    """A picture of the cash line."""
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help=language.say("draw the cash line into this file, SVG, PNG or PDF")
    )


def threads(asked: int | None = None) -> int:
    """As many workers as asked for, by default one for each processor."""
    return asked or os.cpu_count() or 1


def with_paths(policy: Policy, paths: int | None) -> Policy:
    """The policy with another number of paths, where one was asked for."""
    if paths is None:
        return policy
    own: Mapping[str, Any] = {"paths": paths}
    entries = (*policy.overrides.get(Outlooked.key, ()), (date.min, own), (policy.as_of, own))
    return replace(policy, overrides={**policy.overrides, Outlooked.key: entries})


def add_paths(parser: ArgumentParser, language: Language) -> None:
    """A ledger, or the folder of a run, and how to simulate."""
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    add_simulation(parser, language)
    parser.add_argument(
        "--json",
        metavar="FILE",
        nargs="?",
        const="-",
        help=language.say("write it as {form} to this file, - for standard output").format(form="JSON"),
    )


def paths_asked(args: Namespace, screen: Screen) -> Paths:
    """The paths of a kept run, or of the ledger.

    Raises:
        SolventError: the ledger has nothing to simulate.
    """
    if args.ledger is not None and is_run(args.ledger):
        run = load_run(args.ledger)
        line = run.facts.get("floor_minor")
        policy = read_policy(run.paths.horizon.as_of, args.policy, args.preset)
        return Paths(run.paths, run.world, int(line or 0), line is not None, policy, None)
    asked = ask(args, screen)
    with screen.working("Simulating"):
        assessment = assess(
            asked.books, with_paths(asked.policy, args.paths), seed=args.seed, workers=threads(args.workers)
        )
    company = assessment.snapshot.company
    if company is None:
        raise SolventError("simulation.nothing")
    line = assessment.outlook.lines.line
    world = world_of(company, asked.books)
    return Paths(company.paths, world, int(line or 0), line is not None, asked.policy, assessment)
