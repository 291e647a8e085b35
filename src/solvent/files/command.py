"""Command: the shape of a command of ``solvent``, and the exit codes they share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from solvent.files.language import Language
from solvent.files.screen import Screen

OK, FOUND, USAGE, LACKING, UNREADABLE = 0, 1, 2, 3, 4
"""Exit codes: done; a check found something wrong; the command line is wrong; the machine lacks something; the ledger
or policy cannot be read."""


@dataclass(frozen=True)
class Command:
    """One command, found by the entry-point group ``solvent.commands`` under its own name.

    says: what it does, in one English sentence (translated where it is shown).
    add: adds its arguments to a parser.
    run: does it, and gives an exit code; raises SolventError for what cannot be read.
    """

    says: str
    add: Callable[[ArgumentParser, Language], None]
    run: Callable[[Namespace, Screen], int]
