"""Debt: interest and repayment of what is drawn today: as the facilities tell it, else as the bank's past shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.simulation.facilities import DEFAULTS as BY_FACILITY
from solvent.simulation.facilities import Facilities, interest, newest, runs_on
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.outflows.drawing import binned_days
from solvent.simulation.outflows.paydays import AFTER, Paydays, month_number, nth_of
from solvent.simulation.outflows.recurring import Stream


@dataclass(frozen=True)
class Debt(Terms, key="simulation.outflows.debt"):
    """When interest is paid, and when two sources mean the same debt."""

    interest_day: int = term(
        21, unit="day of the month, where history shows none", source="own choice: banks in China charge on the 21st"
    )
    alike_share: float = term(
        0.3, unit="difference of monthly interest up to which it is of the same debt", source="own choice: rates move"
    )
    old_days: int = term(100, unit="days since a facility was last told, after which this is told", source="own choice")


DEFAULTS = Debt()


@dataclass(frozen=True)
class Owed:
    """What today's debt costs; frozen.

    flows: interest and loan_repaid, [bins], negative: what the facilities tell. replaced: keys of the recurring streams
    that mean the same debt and are left out. kept: key of a stream of repayments to the share of the places in its
    ``ahead`` at which there is not all of it left to repay.
    """

    flows: Mapping[str, Floats]
    replaced: frozenset[str]
    kept: Mapping[str, Mapping[int, float]]
    problems: Sequence[Problem]


def owed(
    books: Books,
    horizon: Horizon,
    streams: Sequence[Stream],
    calendar: Paydays,
    terms: Debt = DEFAULTS,
    facilities: Facilities = BY_FACILITY,
) -> Owed:
    """Interest of drawn facilities month by month, and what falls due at their ends.

    Facilities count before the bank's past where each that is drawn has a rate: the recurring interest of their lenders
    is left out then. Repayments in a rhythm go on as the bank shows them until the debt of their lender is repaid; what
    then still stands at its end is repaid on the day, unless the line runs on.
    """
    rows, left_out = newest(books)
    problems = list(left_out)
    drawn = rows.filter(pl.col("drawn") > 0)
    alive = [one for one in streams if not one.ended]
    paying = [one for one in alive if one.category == "interest" and one.sign < 0]
    if drawn.is_empty():
        if any(one.category in ("interest", "loan_repaid") for one in alive):
            problems.append(Problem("outflows.debt_from_bank"))
        return Owed({}, frozenset(), {}, tuple(problems))
    old = drawn.filter(pl.col("told_on") < horizon.as_of - timedelta(days=terms.old_days))
    if old.height:
        problems.append(
            Problem("outflows.debt_old", "", {"lines": ", ".join(old["facility_id"]), "days": terms.old_days})
        )
    repaying = [one for one in alive if one.category == "loan_repaid" and one.sign < 0]
    moves, kept = _repayments(drawn, repaying)
    ends, told = _ends(drawn, horizon, calendar, facilities)
    problems += told
    balances = {name: _Balance(name, start, moves.get(name, []), ends.get(name)) for name, start in
                drawn.select("facility_id", "drawn").iter_rows()}  # fmt: skip
    flows = {"loan_repaid": np.zeros(len(horizon))}
    for balance in balances.values():
        if balance.end is not None:
            rest = np.array([-balance.at(balance.end - 1)])
            flows["loan_repaid"] += binned_days(np.array([balance.end]), rest, horizon)
    unpriced = drawn.filter(pl.col("yearly_rate").is_null())
    if unpriced.height and paying:
        problems.append(Problem("outflows.debt_unpriced_bank", "", {"lines": ", ".join(unpriced["facility_id"])}))
        return Owed(flows, frozenset(), kept, tuple(problems))
    if unpriced.height:
        problems.append(Problem("outflows.debt_unpriced", "", {"lines": ", ".join(unpriced["facility_id"])}))
    same = _same_debt(drawn, paying, terms)
    flows["interest"] = _interest(drawn, balances, same, horizon, calendar, terms, facilities)
    if same:
        problems.append(Problem("outflows.debt_from_facilities", "", {"streams": len(same)}))
    return Owed(flows, frozenset(one.key for one in same), kept, tuple(problems))


@dataclass(frozen=True)
class _Balance:
    """What one facility owes: at the start, less moves (day, amount) in order, nothing from its end on."""

    name: str
    start: float
    moves: Sequence[tuple[int, float]]
    end: int | None

    def at(self, day: int) -> float:
        """At the end of a day."""
        if self.end is not None and day >= self.end:
            return 0.0
        return max(self.start - sum(amount for on, amount in self.moves if on <= day), 0.0)

    def cost(self, since: int, until: int, rate: float, facilities: Facilities) -> float:
        """Interest for the days after the first up to the second."""
        steps = sorted({since, until, *(day for day, _ in self.moves if since < day < until)})
        if self.end is not None and since < self.end < until:
            steps = sorted({*steps, self.end})
        return sum(
            float(interest(np.array(self.at(begin)), np.array(rate), np.array(end - begin), facilities))
            for begin, end in pairwise(steps)
        )


def _repayments(
    drawn: pl.DataFrame, repaying: Sequence[Stream]
) -> tuple[dict[str, list[tuple[int, float]]], dict[str, dict[int, float]]]:
    """What recurring repayments take off each facility, until nothing is left; and the shares that are still paid.

    A stream repays the debts of its lender; of one that no facility names, all of them, earliest end first.
    """
    left = {str(name): float(amount) for name, amount in drawn.select("facility_id", "drawn").iter_rows()}
    order = drawn.sort(pl.col("ends_on").fill_null(date(9999, 1, 1)), "facility_id")
    moves: dict[str, list[tuple[int, float]]] = {name: [] for name in left}
    kept: dict[str, dict[int, float]] = {}
    for stream in repaying:
        own = [name for name, lender in order.select("facility_id", "lender").iter_rows() if _alike(lender, stream)]
        names = own or order["facility_id"].to_list()
        for place, day in enumerate(stream.ahead.tolist()):
            amount = float(stream.amount.levels[min(place, len(stream.amount.levels) - 1)])
            due = amount
            for name in names:
                part = min(due, left[name])
                if part > 0:
                    left[name] -= part
                    due -= part
                    moves[name].append((int(day), part))
            if due > 0:
                kept.setdefault(stream.key, {})[place] = 1.0 - due / amount
    return moves, kept


def _ends(
    drawn: pl.DataFrame, horizon: Horizon, calendar: Paydays, facilities: Facilities
) -> tuple[dict[str, int], Sequence[Problem]]:
    """Facility to the day (ordinal) on which it is repaid whole, within the horizon; and what is to be known."""
    ends: dict[str, int] = {}
    problems = []
    for name, kind, day, renewals in drawn.select("facility_id", "kind", "ends_on", "renewals").iter_rows():
        if day is None or day > horizon.ends[-1]:
            continue
        facts = {"line": name, "ends_on": day.isoformat()}
        if runs_on(kind, renewals, facilities):
            problems.append(Problem("outflows.debt_runs_on", "", {**facts, "times": renewals}))
            continue
        due = max(day.toordinal(), horizon.as_of.toordinal() + 1)
        ends[name] = int(calendar.moved(np.array([due]), AFTER)[0])
        if day <= horizon.as_of:
            problems.append(Problem("outflows.debt_over", "", facts))
        else:
            problems.append(Problem("outflows.debt_due", "", facts))
    return ends, problems


def _same_debt(drawn: pl.DataFrame, paying: Sequence[Stream], terms: Debt) -> Sequence[Stream]:
    """The streams of interest that the facilities tell too: of their lenders, of no named one, or of about the size."""
    named = drawn["lender"].to_list()
    size = float((drawn["drawn"] * drawn["yearly_rate"].fill_null(0.0)).sum())
    same = []
    for one in paying:
        yearly = float(one.amount.levels[0]) * one.rhythm.a_year
        near = abs(yearly - size) <= terms.alike_share * size
        if not one.counterparty or None in named or near or any(_alike(lender, one) for lender in named):
            same.append(one)
    return same


def _alike(lender: str | None, stream: Stream) -> bool:
    told = (lender or "").strip().upper()
    return bool(told and stream.counterparty) and (told in stream.counterparty or stream.counterparty in told)


def _interest(
    drawn: pl.DataFrame,
    balances: Mapping[str, _Balance],
    same: Sequence[Stream],
    horizon: Horizon,
    calendar: Paydays,
    terms: Debt,
    facilities: Facilities,
) -> Floats:
    """[bins], negative: interest paid on the days on which it was paid before, else once a month."""
    today, last = horizon.as_of.toordinal(), horizon.ends[-1].toordinal()
    if same and len(same[0].ahead):
        days, before = same[0].ahead.tolist(), same[0].last_on.toordinal()
    else:
        months = range(month_number(horizon.as_of) - 1, month_number(horizon.ends[-1]) + 1)
        own = np.array([nth_of(month, terms.interest_day) for month in months], dtype=np.int64)
        every = calendar.moved(own, AFTER)
        days = [day for day in every.tolist() if today < day <= last]
        before = max((day for day in every.tolist() if day <= today), default=today)
    amounts = np.zeros(len(days))
    for name, rate in (
        drawn.filter(pl.col("yearly_rate").is_not_null()).select("facility_id", "yearly_rate").iter_rows()
    ):
        since = before
        for place, day in enumerate(days):
            amounts[place] -= balances[name].cost(since, int(day), float(rate), facilities)
            since = int(day)
    return binned_days(np.array(days, dtype=np.int64), amounts, horizon)
