"""Intake: a file through the guard into a staged batch, and on into the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solvent.base.problem import Problem
from solvent.files.guard.read import read_guarded
from solvent.intake.intake import Intake, Source
from solvent.intake.ledger.format import Format
from solvent.intake.sources.take import kind_of
from solvent_server.store import batches, books
from solvent_server.store.models import Company


@dataclass(frozen=True)
class Taken:
    """A file that was read and staged. batch: None where nothing of it could be read."""

    intake: Intake
    kind: str
    staged: batches.Staged | None

    @property
    def problems(self) -> Sequence[Problem]:
        """What a reader of the result has to know."""
        return (*self.intake.ledger.problems, *(self.staged.problems if self.staged else ()))


def take(
    company: Company,
    source: Source,
    *,
    actor: str,
    account_id: str = "",
    formats: Sequence[Format] = (),
    profiles: Sequence[Any] = (),
    currency: str | None = None,
) -> Taken:
    """Read a file as if it were hostile, and stage what is in it.

    Args:
        account_id: our account, where a statement does not name it itself.
        currency: what amounts are in where the file names none; by default the company's own.
    """
    intake = read_guarded(source, books.known_with(company, currency, account_id), formats, profiles)
    kind = kind_of(intake)
    if kind == "nothing" or not (intake.ledger.tables or intake.documents.height):
        return Taken(intake, kind, None)
    staged = batches.stage(company, intake, original=source, kind=kind, account_id=account_id, actor=actor)
    return Taken(intake, kind, staged)
