"""Expansion: a plan of phases with gates laid over the same paths, and whether it eats into core-business cash.

A phase is begun on a path only if its gate is open there on its day: enough cash above the floor, after the phases
before it. The reserve that was set apart pays first; what a phase takes beyond it is operating cash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.problem import SolventError
from solvent.base.terms import Policy, Terms, term
from solvent.decisions.liquidity.gap import Gaps
from solvent.decisions.liquidity.stress.answers import Answers, answers
from solvent.decisions.liquidity.stress.what_if import months_after
from solvent.simulation.horizon import Bools, Floats
from solvent.simulation.noise import normals
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Expanding(Terms, key="liquidity.expansion"):
    """When an expansion is too much."""

    more_chance: float = term(
        0.02, unit="chance of a breach that a plan may add", most=1, source="own choice: one in fifty for growing"
    )
    eaten_share: float = term(
        0.10, unit="share of paths on which operating cash may be used", most=1, source="own choice: as for the floor"
    )
    latest_weeks: int = term(13, unit="weeks by which a start is put off at most", source="own choice: a quarter")


@dataclass(frozen=True)
class Phase:
    """One step of an expansion; amounts are positive minor units of the books' currency.

    spend falls on ``on``. receipts come every month from ``receipts_from`` on, ``receipts_months`` times, uncertain by
    ``spread`` (share of it, one standard deviation, the same luck for all months of a path). gate: so much cash must
    stand above the line after the spend, or the phase is not begun; None: it is begun whatever happens.
    """

    name: str
    on: date
    spend: int
    receipts: int = 0
    receipts_from: date | None = None
    receipts_months: int = 0
    spread: float = 0.3
    gate: int | None = 0


@dataclass(frozen=True)
class Expansion:
    """What a plan does.

    before, after: the figures against the line. phases: name, on (Date), spend (Int64), open_share (Float64: of paths
    on which the gate was open), median_room (Int64: cash above the line on its day, before the spend). eaten_share: of
    paths on which the plan used more than the reserve and its own receipts; eaten: how much at most on those, mean.
    core_kept: whether that and the added chance stay within the terms. first_safe_on: the earliest day to which the
    first phase can be put off so that core cash is kept; None: no start within the term's weeks does, as far as the
    horizon shows: a phase that would be put off past it is not called safe.
    """

    before: Answers
    after: Answers
    phases: pl.DataFrame
    eaten_share: float
    eaten: int
    core_kept: bool
    first_safe_on: date | None
    paths: CashPaths


def expansion(paths: CashPaths, phases: Sequence[Phase], line: float, policy: Policy, *, reserve: int = 0) -> Expansion:
    """Lay a plan over the paths.

    Args:
        line: the floor without the reserve. reserve: what was set apart for expansion, part of the opening balance.

    Raises:
        SolventError: the plan has no phases, or one before the day of the paths.
    """
    if not phases:
        raise SolventError("expansion.no_phases")
    early = [phase for phase in phases if phase.on <= paths.horizon.as_of]
    if early:
        raise SolventError("expansion.too_early", early[0].name, on=early[0].on.isoformat())
    phases = sorted(phases, key=lambda phase: phase.on)
    terms, breach = policy.terms(Expanding), policy.terms(Gaps)
    before = answers(paths, line + reserve, breach)
    told = _laid(paths, phases, line, reserve=reserve, breach=breach, before=before, terms=terms)
    last = paths.horizon.ends[-1]
    seen = sum(phase.on <= last for phase in phases)
    safe = phases[0].on if told.core_kept and seen else None
    week = 1
    while safe is None and week <= terms.latest_weeks:
        later = [_put_off(phase, week) for phase in phases]
        if sum(phase.on <= last for phase in later) < max(seen, 1):
            break
        if _laid(paths, later, line, reserve=reserve, breach=breach, before=before, terms=terms).core_kept:
            safe = later[0].on
        week += 1
    return replace(told, first_safe_on=safe)


def _laid(
    paths: CashPaths,
    phases: Sequence[Phase],
    line: float,
    *,
    reserve: int,
    breach: Gaps,
    before: Answers,
    terms: Expanding,
) -> Expansion:
    plan = np.zeros(paths.net.shape)
    rows: list[tuple[str, date, int, float | None, int | None]] = []
    for place, phase in enumerate(phases):
        at = paths.horizon.bin_of(phase.on)
        if at >= len(paths.horizon):
            rows.append((phase.name, phase.on, phase.spend, None, None))
            continue
        room = paths.balance[:, at] + np.cumsum(plan, axis=1)[:, at] - line
        begun = np.ones(paths.count, bool) if phase.gate is None else room - phase.spend >= phase.gate
        rows.append((phase.name, phase.on, phase.spend, float(begun.mean()), round(float(np.median(room)))))
        plan += _flows(phase, place, paths, begun, at)
    after_paths = paths.laid_over({"planned": plan})
    after = answers(after_paths, line, breach)
    own = reserve + np.cumsum(plan, axis=1).min(axis=1)
    eaten = own < 0
    share = float(eaten.mean())
    kept = share <= terms.eaten_share and after.chance <= before.chance + terms.more_chance + 1e-12
    schema = {"name": pl.String, "on": pl.Date, "spend": pl.Int64, "open_share": pl.Float64, "median_room": pl.Int64}
    frame = pl.DataFrame(rows, schema, orient="row")
    return Expansion(
        before, after, frame, share, round(float(-own[eaten].mean())) if share else 0, kept, None, after_paths
    )


def _flows(phase: Phase, place: int, paths: CashPaths, begun: Bools, at: int) -> Floats:
    """[paths, bins]: what a phase spends and brings where it was begun."""
    told = np.zeros(paths.net.shape)
    told[begun, at] -= phase.spend
    if phase.receipts and phase.receipts_from is not None:
        luck = normals(paths.seed, "expansion", place, paths.count, 1)[:, 0]
        each = phase.receipts * np.exp(phase.spread * luck - phase.spread**2 / 2.0) * begun
        for month in range(phase.receipts_months):
            bin_ = paths.horizon.bin_of(months_after(phase.receipts_from, month))
            if bin_ < len(paths.horizon):
                told[:, bin_] += each
    return told


def _put_off(phase: Phase, weeks: int) -> Phase:
    later = timedelta(days=7 * weeks)
    begins = None if phase.receipts_from is None else phase.receipts_from + later
    return replace(phase, on=phase.on + later, receipts_from=begins)
