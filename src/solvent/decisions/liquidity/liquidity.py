"""Liquidity: all that is said about cash, as one bundle: start here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from solvent.base.problem import Problem
from solvent.decisions.liquidity.accounts import Accounts, accounts, by_currency
from solvent.decisions.liquidity.attribution import Attribution
from solvent.decisions.liquidity.baseline import Baseline, Bridge, Compared, change, compare
from solvent.decisions.liquidity.floor import Floor, Lines, lines, recent, under
from solvent.decisions.liquidity.gap import Gap, Gaps, gap
from solvent.decisions.liquidity.pools import Pool, Pools, free_lines, pools
from solvent.decisions.liquidity.spending import Plan, Spending, plan
from solvent.decisions.liquidity.table import Table, fan, fan_months, rolling
from solvent.decisions.liquidity.watch.causes import Caused, Causes, causes
from solvent.decisions.liquidity.watch.health import Finding, Seen, health
from solvent.decisions.liquidity.watch.indicators import Indicators, indicators, late_shares
from solvent.decisions.liquidity.watch.insolvency import altman, chance_of_nothing
from solvent.decisions.liquidity.watch.movements import Moved, Movements, movements
from solvent.decisions.liquidity.watch.signs import Sign, Signs, signs
from solvent.measures.company.statements import Statements
from solvent.simulation.outflows.outflows import Fixed
from solvent.simulation.paths import CashPaths
from solvent.snapshot import Snapshot


@dataclass(frozen=True)
class Outlook:
    """The answers about cash; each frame and bundle is described where it is made. Money is in minor units.

    no_gap: why gap is None. What needs a forecast is None without one; compared and bridge are None without a baseline.
    """

    accounts: pl.DataFrame
    currencies: pl.DataFrame
    lines: Lines
    recent: pl.DataFrame
    under: pl.DataFrame | None
    table: pl.DataFrame | None
    fan: pl.DataFrame | None
    fan_months: pl.DataFrame | None
    gap: Gap | None
    no_gap: Problem | None
    pools: Pools
    signs: Sequence[Sign]
    causes: Caused
    spending: Plan
    indicators: pl.DataFrame
    movements: Moved
    health: Sequence[Finding]
    compared: Compared | None
    bridge: Bridge | None
    problems: Sequence[Problem]


def outlook(snapshot: Snapshot, baseline: CashPaths | None = None) -> Outlook:
    """Everything about cash that the snapshot holds the answer to.

    Args:
        baseline: an earlier run's paths, to be held against what happened since and against today's.
    """
    books, policy, measures, paths = snapshot.books, snapshot.policy, snapshot.measures, snapshot.paths
    told = lines(books, measures.monthly_spend, policy.terms(Floor), policy.terms(Fixed))
    view = accounts(books, policy.terms(Accounts))
    no_gap: Problem | None = Problem("liquidity.health.no_forecast")
    hole = None
    if paths is not None:
        hole, no_gap = gap(paths, told.line, policy.terms(Gaps), policy.terms(Attribution))
    curves = snapshot.payment.open if snapshot.payment is not None else None
    emergency = pools(books, measures.cash, told, hole, paths=paths, curves=curves, terms=policy.terms(Pool))
    caused = causes(books, measures, policy.terms(Causes))
    page = policy.terms(Indicators)
    late = late_shares(books, page.months)
    five = signs(books, measures, told, caused, late=late, terms=policy.terms(Signs))
    compared = compare(baseline, books) if baseline is not None else None
    moved = movements(books, told, measures.monthly_spend, compared, policy.terms(Movements))
    spent = plan(books, paths, told.line, policy.terms(Spending))
    last = books.as_of if paths is None else paths.horizon.ends[-1]
    free = int(free_lines(books, hole, paths, last)[0]["free"].sum())
    nothing, score = chance_of_nothing(paths, free), altman(books, policy.terms(Statements))
    weeks = policy.terms(Table)
    found = health(Seen(measures, policy, told, hole, no_gap, five, caused, nothing, score))
    bridge = (
        change(baseline, paths, books, policy.terms(Baseline)) if baseline is not None and paths is not None else None
    )
    made = Outlook(
        accounts=view,
        currencies=by_currency(view),
        lines=told,
        recent=recent(books, told, policy.terms(Floor)),
        under=None if paths is None else under(paths, told, policy.terms(Floor)),
        table=None if paths is None else rolling(paths, weeks),
        fan=None if paths is None else fan(paths, weeks),
        fan_months=None if paths is None else fan_months(paths, weeks),
        gap=hole,
        no_gap=no_gap,
        pools=emergency,
        signs=five,
        causes=caused,
        spending=spent,
        indicators=indicators(books, measures, policy, late, page),
        movements=moved,
        health=found,
        compared=compared,
        bridge=bridge,
        problems=(),
    )
    return replace(made, problems=tuple(_once(_said(made))))


def _said(made: Outlook) -> Iterator[Problem | None]:
    """What the parts have to say, in their order."""
    for figure in (made.lines.floor, made.lines.orange):
        yield figure.why
        yield from figure.notices
    stale = made.accounts.filter("stale")
    if stale.height:
        names = ", ".join(stale["account_id"])
        yield Problem("liquidity.accounts.stale", "", {"accounts": names, "days": max(stale["age_days"].to_list())})
    unrated = made.accounts.filter(pl.col("balance").is_not_null() & pl.col("in_base").is_null())
    if unrated.height:
        yield Problem("liquidity.accounts.no_rate", "", {"accounts": ", ".join(unrated["account_id"])})
    yield made.no_gap
    yield from made.pools.problems
    yield made.causes.why
    yield from (sign.why for sign in made.signs)
    yield from made.spending.problems
    yield from made.movements.problems
    if made.compared is not None:
        yield from made.compared.problems
    if made.bridge is not None:
        yield made.bridge.why


def _once(problems: Iterator[Problem | None]) -> Iterator[Problem]:
    seen: set[str] = set()
    for problem in problems:
        if problem is not None and (key := f"{problem.code}{sorted(problem.facts.items())}") not in seen:
            seen.add(key)
            yield problem
