"""Assessment: the whole run on one page. Books in, everything that is said about them out; nothing else happens here.

measures     arithmetic on the books
credit       how good each customer is
payment      when each open item will be paid
simulation   all money in and out on joint paths
snapshot     all that a decision may look at
liquidity    what the paths say about cash
warnings     every rule over the same snapshot
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Basis, Books
from solvent.credit.credit import credit
from solvent.decisions.liquidity.gap import Gaps
from solvent.decisions.liquidity.liquidity import Outlook, outlook
from solvent.decisions.liquidity.stress.answers import Answers, answers
from solvent.decisions.liquidity.stress.crisis import Crisis, CrisisPlan, crisis
from solvent.decisions.liquidity.stress.reverse import Broken, Reverse, reverse
from solvent.decisions.liquidity.stress.stress import Stressed, stress
from solvent.decisions.warnings.engine import Findings, warn
from solvent.decisions.warnings.view import View
from solvent.measures.measures import measure
from solvent.payment.payment import learn
from solvent.simulation.company import simulate_company, world_of
from solvent.simulation.facilities import Facilities, drawn, lines
from solvent.simulation.paths import CashPaths
from solvent.snapshot import Snapshot


@dataclass(frozen=True)
class Assessment:
    """What one run gives, and what it was made of: the same books, policy and seed give the same assessment.

    with_lines: the same paths with free committed lines drawn wherever cash would fall under the floor; None where no
    floor or no free line is known. stressed: None, and broken empty, where there is nothing to simulate or no balance
    to begin from.
    """

    snapshot: Snapshot
    outlook: Outlook
    with_lines: Answers | None
    stressed: Stressed | None
    broken: Sequence[Broken]
    crisis: CrisisPlan
    findings: Findings
    seed: int

    @property
    def policy(self) -> Policy:
        """The policy of the day."""
        return self.snapshot.policy

    @property
    def problems(self) -> Sequence[Problem]:
        """What a reader of the figures has to know: about the source first, then about each floor's."""
        snapshot = self.snapshot
        graded = () if snapshot.credit is None else snapshot.credit.problems
        learned = () if snapshot.payment is None else snapshot.payment.problems
        simulated = () if snapshot.paths is None else snapshot.paths.problems
        told = (
            *snapshot.books.problems,
            *snapshot.measures.problems,
            *graded,
            *learned,
            *simulated,
            *self.outlook.problems,
        )
        return _once(told)


def assess(
    books: Books, policy: Policy, *, seed: int, workers: int = 1, baseline: CashPaths | None = None
) -> Assessment:
    """A pure function: the same books, policy and seed give the same assessment, on any machine.

    Args:
        workers: threads of the simulation; no figure depends on it.
        baseline: the paths of an earlier run, to hold against what happened since.
    """
    measures = measure(books, policy)
    known = Snapshot(books, policy, measures, credit=credit(books, measures.behaviour, policy))
    snapshot = look_ahead(known, seed=seed, workers=workers)
    told = outlook(snapshot, baseline)
    ready = crisis(snapshot, told.pools, told.pools.day, told.pools.need_median or 0, policy.terms(Crisis))
    stressed, broken = _stress(snapshot, told.lines.line)
    found = warn(View(books, policy, snapshot))
    return Assessment(snapshot, told, _with_lines(snapshot, told.lines.line), stressed, broken, ready, found, seed)


def _with_lines(snapshot: Snapshot, line: int | None) -> Answers | None:
    """What lines can do for the floor on each path."""
    paths, policy = snapshot.paths, snapshot.policy
    if paths is None or paths.opening is None or line is None:
        return None
    terms = policy.terms(Facilities)
    ready = lines(snapshot.books, paths.horizon, terms)
    if not ready.names:
        return None
    helped = paths.replaced(drawn(paths, ready, float(line), terms).flows)
    # Lines are drawn up to the floor: what is a cent under it for rounding is not under it.
    return answers(helped, float(line) - 1.0, policy.terms(Gaps))


def _stress(snapshot: Snapshot, line: int | None) -> tuple[Stressed | None, Sequence[Broken]]:
    """Every scenario on the same paths, held against the floor, or where none is known against nothing left."""
    if snapshot.company is None or snapshot.paths is None or snapshot.paths.opening is None:
        return None, ()
    world, against, policy = world_of(snapshot.company, snapshot.books), float(line or 0), snapshot.policy
    tested = stress(snapshot.paths, world, against, policy)
    return tested, reverse(snapshot.paths, world, against, policy, policy.terms(Reverse))


def look_ahead(snapshot: Snapshot, *, seed: int, workers: int = 1) -> Snapshot:
    """The snapshot with what the past teaches and the paths of cash; as it is where currencies cannot be added."""
    books, policy = snapshot.books, snapshot.policy
    if books.basis is Basis.MIXED:
        return snapshot
    payment = learn(books, policy)
    graded = None if snapshot.credit is None else snapshot.credit.grades.table
    company = simulate_company(books, payment, policy, seed=seed, workers=workers, graded=graded)
    return Snapshot(books, policy, snapshot.measures, payment, company.paths, company, snapshot.credit)


def _once(told: Sequence[Problem]) -> Sequence[Problem]:
    """Each problem once, in order."""
    seen: set[str] = set()
    kept = []
    for problem in told:
        key = f"{problem.code} {problem.place} {sorted(problem.facts.items())}"
        if key not in seen:
            seen.add(key)
            kept.append(problem)
    return tuple(kept)
