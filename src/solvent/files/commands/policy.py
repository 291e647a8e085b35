"""``solvent policy``: every decided number as one complete policy file, ready to be changed and given back."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import date

from solvent.files.asking import add_policy, day
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.policy_file import complete, read_policy
from solvent.files.screen import Screen


def _add(parser: ArgumentParser, language: Language) -> None:
    add_policy(parser, language)
    parser.add_argument(
        "--as-of", type=day, metavar="DAY", help=language.say("the policy of this day; by default all overrides count")
    )


def _run(args: Namespace, screen: Screen) -> int:
    sys.stdout.write(complete(read_policy(args.as_of or date.max, args.policy, args.preset)))
    return OK


COMMAND = Command("print every decided number as one policy file", _add, _run)
