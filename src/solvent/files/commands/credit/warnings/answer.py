"""Answer: all that ``solvent warnings`` has to say of a day."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.books.books import Books
from solvent.decisions.warnings.actions import Proposed
from solvent.decisions.warnings.engine import Findings
from solvent.decisions.warnings.handling import Kept
from solvent.files.asking import Asked
from solvent.files.notify.send import Delivered


@dataclass(frozen=True)
class Answer:
    """All that the command has to say. kept: cases and history; None where nobody keeps them. tested: the back-test."""

    asked: Asked
    findings: Findings
    proposed: Proposed
    kept: Kept | None
    tested: pl.DataFrame | None
    delivered: tuple[Delivered, ...]

    @property
    def books(self) -> Books:
        """The books of the day."""
        return self.asked.books
