"""``solvent dictionary``: the data dictionary, or the list of decided numbers, as Markdown."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from solvent.documents.dictionary import data_dictionary, term_list
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.policy_file import families
from solvent.files.screen import Screen


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("--terms", action="store_true", help=language.say("the decided numbers instead"))


def _run(args: Namespace, screen: Screen) -> int:
    families()
    sys.stdout.write(term_list() if args.terms else data_dictionary())
    return OK


COMMAND = Command("print the data dictionary", _add, _run)
