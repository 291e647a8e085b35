"""Outflows: all money out, and what comes in besides customers' money, on joint paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.problem import Problem
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.measures.sums import sales as invoiced_before
from solvent.measures.sums import sums
from solvent.simulation.facilities import Facilities
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.noise import normals
from solvent.simulation.outflows.amounts import Amounts
from solvent.simulation.outflows.bills import Habit, paid_bills, paying, rows_of
from solvent.simulation.outflows.debt import Debt, owed
from solvent.simulation.outflows.drawing import Left, MonthlySales, drawn_rests, drawn_streams
from solvent.simulation.outflows.lines import Lines, Past, past
from solvent.simulation.outflows.paydays import Paydays, month_number, paydays
from solvent.simulation.outflows.planned import Planned, Plans, flows_of, months_planned, plans, stood_for
from solvent.simulation.outflows.purchases import Buying, purchases
from solvent.simulation.outflows.recurring import Recurrence, Recurring, Stream, recurring
from solvent.simulation.outflows.rhythm import IRREGULAR, Rhythms


@dataclass(frozen=True)
class Fixed(Terms, key="simulation.outflows.fixed"):
    """What fixed cost is."""

    categories: tuple[str, ...] = term(
        ("payroll", "rent", "utilities", "interest"),
        unit="categories of bank lines that are fixed cost",
        source="FORMULAS 4.6.1; own choice: what is paid whatever is sold",
    )
    months: int = term(3, unit="full months that monthly fixed cost is the mean of", source="FORMULAS 4.6.1")
    margin_days: int = term(
        10, unit="days that bank data may lack at either end of them", source="own choice: the longest holiday"
    )


FOUND = {
    "kind": pl.String, "category": pl.String, "counterparty": pl.String, "purpose": pl.String, "rhythm": pl.String,
    "next_on": pl.Date, "amount": pl.Float64, "spread": pl.Float64, "way": pl.String, "since": pl.Date,
    "last_on": pl.Date, "lines": pl.Int64, "state": pl.String,
}  # fmt: skip

ALIVE, ENDED, REPLACED, NOT_CARRIED = "alive", "ended", "replaced", "not_carried"
"""States of a recurring flow: carried on; missed too often; told by the facilities; only counted where planned."""


@dataclass(frozen=True)
class Outflows:
    """Money out and other money in; frozen.

    flows: kind (of ``paths.IN`` and ``paths.OUT``) to [paths, bins], minor units of the books' currency, out negative.

    found: the recurring flows, FOUND: kind, category, counterparty, purpose (empty: told by none), rhythm (of
    ``rhythm.RHYTHMS``), next_on (empty: none ahead), amount (mean of the next time, out negative; of a month for
    ``irregular``), spread (standard deviation relative to it), way (of ``amounts``), since, last_on, lines (how many it
    rests on), state.

    fixed_cost: a month's, positive, minor units; None: not known. delay_days: how late we usually pay; None: not known.
    """

    flows: Mapping[str, Floats]
    found: pl.DataFrame
    fixed_cost: int | None
    delay_days: float | None
    problems: Sequence[Problem]


def outflows(
    books: Books, horizon: Horizon, invoiced: Floats | None, systemic: Floats, seed: int, policy: Policy
) -> Outflows:
    """Simulate money out and other money in.

    Args:
        invoiced: [paths, bins], sales to come in the books' currency; None: not known, and nothing follows them.
        systemic: [paths]; its length is the number of paths.
    """
    rhythms = policy.terms(Rhythms)
    calendar = paydays(rhythms.country, books.as_of.year - 4, horizon.ends[-1].year)
    paths = len(systemic)
    sales = _sales(books, horizon, invoiced)
    before = past(books, policy.terms(Lines))
    told = _recurring(books, before, horizon, sales, calendar, policy)
    entered = plans(books, before, calendar, policy.terms(Planned))
    debt = owed(books, horizon, told.streams, calendar, policy.terms(Debt), policy.terms(Facilities))
    kept = {key: dict(shares) for key, shares in debt.kept.items()}
    for key, none in stood_for(entered, told.streams).items():
        kept.setdefault(key, {}).update(none)
    going = [one for one in told.streams if one.key not in debt.replaced]
    flows = drawn_streams(going, kept, horizon, sales, paths, seed)
    rests, thin = drawn_rests(told.rests, before, horizon, paths, seed, policy.terms(Left))
    _add(flows, _unplanned(rests, entered, horizon))
    planned = flows_of(entered, horizon)
    _add(flows, {kind: np.broadcast_to(row, (paths, len(horizon))) for kind, row in planned.items()})
    unspoken = _debt_unplanned(debt.flows, entered, horizon)
    _add(flows, {kind: np.broadcast_to(row, (paths, len(horizon))) for kind, row in unspoken.items()})
    bought, delay, doubts = _suppliers(books, horizon, sales, calendar, paths, seed, policy)
    _add(flows, bought)
    problems = [*before.problems, *told.problems, *thin, *entered.problems, *debt.problems, *doubts]
    return Outflows(
        {kind: flow for kind, flow in sorted(flows.items()) if flow.any()},
        _found(told, before, debt.replaced, sales, horizon),
        fixed_cost(books, before, policy.terms(Fixed)),
        delay,
        _once(problems),
    )


def _recurring(
    books: Books, before: Past, horizon: Horizon, sales: MonthlySales, calendar: Paydays, policy: Policy
) -> Recurring:
    known = sales.known if sales.paths is not None else None
    return recurring(
        before,
        horizon,
        known,
        calendar,
        policy.terms(Recurrence),
        policy.terms(Rhythms),
        policy.terms(Amounts),
        policy.terms(Lines),
    )


def _sales(books: Books, horizon: Horizon, invoiced: Floats | None) -> MonthlySales:
    """Sales by month, known and simulated."""
    first = month_number(horizon.starts[0])
    whole = int(horizon.month_of[-1]) + (1 if horizon.ends[-1] in month_ends(horizon.ends[-1], 1) else 0)
    if invoiced is None:
        return MonthlySales({}, first, None, whole)
    rows = invoiced_before(books).with_columns(pl.col("sold_on").dt.month_start().alias("month"))
    told = sums(rows, books, "month").collect().sort("month")
    known: dict[int, float] = {}
    if told.height:
        begin = month_number(told["month"][0])
        known = dict.fromkeys(range(begin, month_number(books.as_of) + 1), 0.0)
        for day, amount in told.iter_rows():
            known[month_number(day)] = float("nan") if amount is None else float(amount)
    return MonthlySales(known, first, horizon.by_month(invoiced), whole)


def _suppliers(
    books: Books, horizon: Horizon, sales: MonthlySales, calendar: Paydays, paths: int, seed: int, policy: Policy
) -> tuple[Mapping[str, Floats], float | None, Sequence[Problem]]:
    """Bills on hand and to come; nothing where the books have none."""
    if not books.has("bills"):
        return {}, None, (Problem("outflows.no_bills"),)
    terms = policy.terms(Habit)
    rows = rows_of(books)
    habit = paying(rows, books.as_of, terms)
    problems: list[Problem] = []
    if habit.payments < terms.payments:
        problems.append(Problem("outflows.habit_unsure", "", {"payments": habit.payments}))
    waits = normals(seed, "outflows.habit", 0, paths, 1)[:, 0]
    on_hand, doubts = paid_bills(books, rows, habit, horizon, calendar, waits, seed, terms)
    to_come = purchases(
        books, rows, habit, horizon, calendar, sales, waits, seed, policy.terms(Buying), policy.terms(Amounts)
    )
    flows = {"suppliers_open": on_hand, "suppliers_future": to_come.paid}
    return flows, habit.delay if habit.payments else None, (*problems, *doubts, *to_come.problems)


def _add(flows: dict[str, Floats], more: Mapping[str, Floats]) -> None:
    for kind, flow in more.items():
        flows[kind] = flows[kind] + flow if kind in flows else np.array(flow)


def _unplanned(rests: Mapping[str, Floats], entered: Plans, horizon: Horizon) -> Mapping[str, Floats]:
    """What is left of a kind without a rhythm, but in the months that plans stand for."""
    months = months_planned(entered)
    first = month_number(horizon.starts[0])
    of_bin = horizon.month_of + first
    told = {}
    for kind, flow in rests.items():
        kept = ~np.isin(of_bin, sorted(months.get(kind, ())))
        told[kind] = flow * kept[None, :]
    return told


def _debt_unplanned(debt: Mapping[str, Floats], entered: Plans, horizon: Horizon) -> Mapping[str, Floats]:
    """Interest and repayments told by the facilities, but in the months for which they are planned by hand."""
    months = months_planned(entered)
    of_bin = horizon.month_of + month_number(horizon.starts[0])
    return {kind: row * ~np.isin(of_bin, sorted(months.get(kind, ()))) for kind, row in debt.items() if row.any()}


def fixed_cost(books: Books, before: Past, terms: Fixed) -> int | None:
    """Monthly fixed cost (FORMULAS 4.6.1): the mean of the last full months; None where the bank does not tell them."""
    ends = month_ends(books.as_of, terms.months)
    if before.begin is None or before.seen_to is None:
        return None
    begins = ends[0].replace(day=1)
    if (before.begin - begins).days > terms.margin_days or (ends[-1] - before.seen_to).days > terms.margin_days:
        return None
    rows = (
        books.table("bank_lines")
        .filter(pl.col("booked_on").is_between(begins, ends[-1]) & pl.col("category").is_in(terms.categories))
        .with_columns(-pl.col("amount"))
    )
    told = sums(rows, books).collect().item()
    return None if not told else round(max(0, int(told)) / terms.months)


def _found(
    told: Recurring, before: Past, replaced: frozenset[str], sales: MonthlySales, horizon: Horizon
) -> pl.DataFrame:
    rows = []
    for one in told.streams:
        state = ENDED if one.ended else REPLACED if one.key in replaced else ALIVE
        soon = next((int(day) for day in one.ahead.tolist()), None)
        rows.append((
            one.kind, one.category or None, one.counterparty or None, one.purpose or None, one.rhythm.name,
            None if soon is None else date.fromordinal(max(soon, horizon.as_of.toordinal() + 1)),
            one.sign * _next(one, sales, soon), (one.amount.common**2 + one.amount.own**2) ** 0.5, one.amount.way,
            one.since, one.last_on, one.lines, state,
        ))  # fmt: skip
    for rest in told.rests:
        days = rest.rows["day"]
        months = before.days / 30.44
        rows.append((
            rest.kind, rest.category or None, None, None, IRREGULAR, None, float(rest.rows["amount"].sum()) / months,
            None, None, date.fromordinal(int(days.min())), date.fromordinal(int(days.max())),  # type: ignore[arg-type]
            rest.rows.height, ALIVE if rest.carried else NOT_CARRIED,
        ))  # fmt: skip
    frame = pl.DataFrame(rows, FOUND, orient="row")
    return frame.sort("category", "counterparty", "purpose", "rhythm", "since", nulls_last=True)


def _next(one: Stream, sales: MonthlySales, soon: int | None) -> float:
    """The mean of the next amount."""
    if one.amount.way != "sales":
        return float(one.amount.levels[0])
    if soon is None:
        return 0.0
    told = sales.summed(month_number(date.fromordinal(soon)) - one.lag, one.span)
    if told is None:
        return 0.0
    share = 12.0 / one.rhythm.a_year if not one.rhythm.months else 1.0
    return float(np.mean(told)) * float(one.amount.levels[0]) * share


def _once(problems: Sequence[Problem]) -> Sequence[Problem]:
    """Problems without doubles."""
    seen: list[Problem] = []
    for problem in problems:
        if problem not in seen:
            seen.append(problem)
    return tuple(seen)
