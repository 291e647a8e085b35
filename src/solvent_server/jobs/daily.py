"""Daily: the books of a company into its newest assessment; the same function for a night and for a noon."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from solvent.assessment import Assessment, assess
from solvent.base.terms import Policy
from solvent.books.books import open_books
from solvent.decisions.liquidity.watch.movements import Sudden
from solvent.decisions.warnings.backtest import Testing, backtest_rules, opener, past_days
from solvent.decisions.warnings.casebook import Handling
from solvent.decisions.warnings.cases import advance
from solvent.decisions.warnings.troubles import Trouble, outcomes
from solvent.simulation.horizon import Outlooked
from solvent.simulation.paths import CashPaths
from solvent_server.store import audit, books
from solvent_server.store.keeping import assessments, cases, tested
from solvent_server.store.models import Company
from solvent_server.store.policy.standing import policy_of

ACTOR = "solvent daily"
"""Who the trail says has played a day into the cases."""


EARLIER = (7, 35)
"""Days between a forecast and the run that holds it against what came: a whole week at least, and not a season."""


def assess_company(
    company: Company, *, as_of: date | None = None, workers: int = 1, short: bool = False
) -> assessments.Kept:
    """Load, assess, keep, and bring the cases up to the day. The seed belongs to the company and the day, so a run can
    be repeated to the last figure. The paths of an earlier run are held against what happened since.

    Args:
        as_of: None: the last day that the books know of.
        short: the same on few paths, for a first answer after a large movement; nothing else is left out.

    Raises:
        LedgerError: the company has no receivables at all.
    """
    opened = open_books(books.ledger(company), as_of)
    policy = policy_of(company, opened.as_of)
    if short:
        policy = shortened(policy)
    before = None if short else earlier_paths(company, opened.as_of, opened.currency)
    run = assess(opened, policy, seed=seed_of(company.code, opened.as_of), workers=workers, baseline=before)
    kept = assessments.keep(company.code, run, audit.moment().isoformat())
    play(company, run)
    return kept


def shortened(policy: Policy) -> Policy:
    """The policy with as few paths as a short assessment has."""
    few = {"paths": policy.terms(Sudden).paths}
    entries = [*policy.overrides.get(Outlooked.key, ()), (policy.as_of, few)]
    return Policy(policy.as_of, {**policy.overrides, Outlooked.key: entries})


def earlier_paths(company: Company, as_of: date, currency: str) -> CashPaths | None:
    """The oldest forecast kept that is recent enough to be held against what came; None: there is none."""
    for kept in assessments.earlier(company.code):
        if EARLIER[0] <= (as_of - kept.as_of).days <= EARLIER[1] and kept.currency == currency:
            run = kept.run
            if run is not None:
                return run.paths
    return None


def play(company: Company, run: Assessment) -> None:
    """What the rules found on a day into the company's cases; a day before the one they stand at changes nothing."""
    taken, day, policy = run.snapshot.books, run.snapshot.as_of, run.policy
    known, terms = outcomes(taken, policy.terms(Trouble)), policy.terms(Handling)

    def does(now: cases.Kept) -> cases.Kept:
        newest = now[0].get_column("advanced_on").max()
        if isinstance(newest, date) and newest > day:
            return now
        return advance(now[0], run.findings, day, terms, now[1], outcomes=known)

    cases.change(company, does, actor=ACTOR, action="cases.played")


def back_test(company: Company, *, as_of: date | None = None) -> None:
    """Play every rule over the company's past, and keep how good each was.

    Raises:
        LedgerError: the company has no receivables at all.
    """
    ledger = books.ledger(company)
    today = open_books(ledger, as_of)
    policy = policy_of(company, today.as_of)
    days = past_days(today.as_of, policy.terms(Testing))
    table, _ = backtest_rules(opener(ledger), today, policy, days)
    tested.keep(company.code, today.as_of, table)


def seed_of(code: str, as_of: date) -> int:
    """The seed of a company's day.

    >>> seed_of("own", date(2026, 10, 31)) == seed_of("own", date(2026, 10, 31)) != seed_of("own", date(2026, 11, 1))
    True
    """
    return int.from_bytes(sha256(f"{code} {as_of.isoformat()}".encode()).digest()[:4], "big")
