"""Assessment: the whole run on one page: books and policy in, all that the company needs to know out.

Start reading here. Each line of ``assess`` is one floor of the house, from the ground up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.measures.measures import measure
from solvent.snapshot import Snapshot


@dataclass(frozen=True)
class Assessment:
    """What one run gives, and what it was made of: the same books, policy and seed give the same assessment."""

    snapshot: Snapshot
    policy: Policy
    seed: int

    @property
    def problems(self) -> Sequence[Problem]:
        """What a reader of the figures has to know: about the source first, then about each measure."""
        return (*self.snapshot.books.problems, *self.snapshot.measures.problems)


def assess(books: Books, policy: Policy, *, seed: int) -> Assessment:
    """A pure function: the same books, policy and seed give the same assessment, on any machine."""
    measures = measure(books, policy)
    snapshot = Snapshot(books, policy, measures)
    return Assessment(snapshot, policy, seed)
