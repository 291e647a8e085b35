"""Checks: whether a statement may be believed; each one that may not goes into quarantine with its reason.

A statement is believed when opening and lines give the closing balance, when it goes on from where the account stood,
and when it is in the account's currency. What its format cannot prove is told, and taken.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from solvent.base.money import UNKNOWN, decimal
from solvent.base.problem import Fact, Problem
from solvent.intake.bank.account import as_known
from solvent.intake.bank.statement import Statement
from solvent.intake.bank.table.chain import chain_of
from solvent.intake.bank.table.totals import BLOCKING as OF_TABLES
from solvent.intake.intake import Known

BLOCKING = frozenset(
    {
        *OF_TABLES,
        "bank.mt940.balance_missing",
        "bank.mt940.balance_unreadable",
        "bank.mt940.balance_twice",
        "bank.camt.balance_missing",
        "bank.camt.balance_unreadable",
        "bank.statement.currencies",
    }
)
"""Problems of a reader for which a statement cannot be believed."""
_UNLESS_PROVED = frozenset({"bank.statement.sums_differ"})
"""The same, unless opening and closing balance prove the lines: banks count entries in more than one way."""


@dataclass(frozen=True)
class Judged:
    """A statement after the checks: account and currency as the books name them.

    reason: why it is in quarantine; None where it is accepted. problems: what else a reader has to know.
    new: the account is one that the books do not know yet. turn: its place in the order of the days. series:
    statements of an account share one where each begins where the one before ends, so that no line stands in two.
    """

    statement: Statement
    reason: Problem | None
    problems: tuple[Problem, ...] = ()
    new: bool = False
    turn: int = 0
    series: int = 0


@dataclass
class _Points:
    """Where one account stood: by day, oldest first, its closing balances in the order in which they became known."""

    days: list[date] = field(default_factory=list)
    amounts: dict[date, dict[int, None]] = field(default_factory=dict)

    def add(self, day_on: date, amount: int) -> None:
        if day_on not in self.amounts:
            insort(self.days, day_on)
        told = self.amounts.setdefault(day_on, {})
        told.pop(amount, None)
        told[amount] = None

    def within(self, first: date, last: date) -> list[date]:
        """The days from first to last on which something is known."""
        return self.days[bisect_left(self.days, first) : bisect_right(self.days, last)]

    def before(self, first: date) -> tuple[date, int] | None:
        """The newest balance of an earlier day."""
        place = bisect_left(self.days, first)
        return (self.days[place - 1], self.newest(self.days[place - 1])) if place else None

    def newest(self, day_on: date) -> int:
        """What became known last of a day."""
        return next(reversed(self.amounts[day_on]))


@dataclass
class _Standing:
    """Where accounts stood, as far as it is known: the books, then what this file has brought so far.

    fresh: the newest statement of each account that this file has brought.
    """

    accounts: dict[str, str]
    points: dict[str, _Points] = field(default_factory=dict)
    fresh: dict[str, Statement] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)

    def of(self, account: str) -> _Points:
        return self.points.setdefault(account, _Points())


def judged(statements: Sequence[Statement], known: Known) -> list[Judged]:
    """Every statement with what speaks against it, in the order given; they are checked from the oldest on."""
    standing = _Standing(dict(known.accounts))
    for account, day_on, amount in known.closings.select("account_id", "day_on", "amount").iter_rows():
        standing.of(account).add(day_on, amount)
    taken = as_known(statements, known)
    found: dict[int, Judged] = {}
    order = _oldest_first([statement for statement, _ in taken])
    for turn, place in enumerate(order):
        statement, notes = taken[place]
        result = replace(_judge(statement, notes, standing), turn=turn)
        found[place] = result
        if result.reason is None:
            _remember(statement, standing)
    return [found[place] for place in range(len(taken))]


def _oldest_first(statements: Sequence[Statement]) -> list[int]:
    """Places of statements in the order of their days; those of one day in the order in which they follow each other.

    Files stand in that order or in the opposite one.
    """
    days = [_first(one) or date.max for one in statements]
    groups: dict[tuple[date, str], list[int]] = {}
    for place, one in enumerate(statements):
        groups.setdefault((days[place], one.account_id), []).append(place)
    rank = [0] * len(statements)
    for places in groups.values():
        pairs = [(statements[one], statements[other]) for one, other in pairwise(places)]
        onward = sum(one.closing == other.opening for one, other in pairs)
        back = sum(one.opening == other.closing for one, other in pairs)
        for turn, place in enumerate(reversed(places) if back > onward else places):
            rank[place] = turn
    return sorted(range(len(statements)), key=lambda place: (days[place], rank[place], place))


def proved(statement: Statement) -> bool:
    """True where opening and lines give closing."""
    if statement.opening is None or statement.closing is None:
        return False
    return statement.opening + total(statement.lines) == statement.closing


def total(lines: pl.DataFrame) -> int:
    """The sum of lines in minor units, beyond 64 bits too."""
    return sum(lines["amount"].to_list())


def _remember(statement: Statement, standing: _Standing) -> None:
    account = statement.account_id
    standing.accounts.setdefault(account, statement.currency)
    last = _last(statement)
    if statement.kind == "statement" and statement.closing is not None and last is not None:
        standing.of(account).add(last, statement.closing)
        newest = standing.fresh.get(account)
        if newest is None or (_last(newest) or last) <= last:
            standing.fresh[account] = statement


def _judge(statement: Statement, notes: Sequence[Problem], standing: _Standing) -> Judged:
    place, account = statement.place, statement.account_id
    problems = [*notes, *statement.problems]
    reason = _against(statement, standing)
    if reason is not None:
        return Judged(statement, reason, tuple(problem for problem in problems if problem is not reason))
    new = account not in standing.accounts
    if new:
        problems.append(Problem("bank.account.new", place, {"account": account, "currency": statement.currency}))
    if statement.kind == "statement" and not proved(statement):
        problems.append(Problem("bank.statement.not_proved", place))
    if statement.kind == "interim":
        problems.append(Problem("bank.statement.interim", place))
    if statement.kind == "notice":
        problems.append(Problem("bank.statement.notice", place))
    outside = _outside(statement)
    if outside:
        facts: dict[str, Fact] = {"count": outside, "from": str(statement.from_on), "to": str(statement.to_on)}
        problems.append(Problem("bank.statement.outside_period", place, facts))
    return Judged(statement, None, tuple(problems), new, series=_series(statement, standing))


def _series(statement: Statement, standing: _Standing) -> int:
    """The number of the statement's series in its account; 0 for all that is no statement."""
    if statement.kind != "statement":
        return 0
    account, first = statement.account_id, _first(statement)
    newest = standing.fresh.get(account)
    last = _last(newest) if newest else None
    goes_on = newest is not None and first is not None and last is not None and last <= first
    if newest is None or not goes_on or newest.closing != statement.opening or _repeats(statement, newest):
        standing.series[account] = standing.series.get(account, 0) + 1
    return standing.series.get(account, 1)


def _repeats(statement: Statement, newest: Statement) -> bool:
    """True where a statement begins with the very lines of the one before, and not after them.

    Both look alike where the lines of a day come to nothing: accounts that are swept every evening.
    """
    same = _first(statement) == _first(newest) and statement.opening == newest.opening
    said = ("booked_on", "amount", "reference", "bank_reference")
    return same and statement.lines.select(said).head(newest.lines.height).equals(newest.lines.select(said))


def _against(statement: Statement, standing: _Standing) -> Problem | None:
    """The first thing that speaks against a statement."""
    place = statement.place
    if not statement.account_id:
        return Problem("bank.statement.account_missing", place)
    own = standing.accounts.get(statement.account_id)
    codes = {statement.currency, *statement.lines["currency"].unique().drop_nulls()}
    if own not in (None, UNKNOWN) and codes - {own}:
        facts: dict[str, Fact] = {
            "account": statement.account_id,
            "known": own,
            "told": ", ".join(sorted(codes - {own})),
        }
        return Problem("bank.statement.account_currency", place, facts)
    if len(codes) > 1:
        return Problem("bank.statement.currencies", place, {"currencies": ", ".join(sorted(codes))})
    blocking = next((problem for problem in statement.problems if problem.code in BLOCKING), None)
    if blocking is not None:
        return blocking
    if not proved(statement):
        told = next((problem for problem in statement.problems if problem.code in _UNLESS_PROVED), None)
        told = told or _unreadable(statement) or _does_not_add_up(statement)
        return told or _closing_differs(statement, standing.of(statement.account_id))
    return _breaks(statement) or _chain(statement, standing.of(statement.account_id))


def _unreadable(statement: Statement) -> Problem | None:
    """Rows that cannot be read, in a statement that nothing proves to be whole without them."""
    count = statement.rejected.height
    of_table = statement.reading is not None and (statement.opening is None or statement.closing is None)
    if not count or statement.kind != "statement" or of_table:
        return None
    return Problem("bank.statement.rows_unreadable", statement.place, {"count": count})


def _does_not_add_up(statement: Statement) -> Problem | None:
    if statement.opening is None or statement.closing is None:
        return None
    lines, code = total(statement.lines), statement.currency
    facts: dict[str, Fact] = {
        "opening": _money(statement.opening, code),
        "lines": _money(lines, code),
        "closing": _money(statement.closing, code),
        "difference": _money(statement.closing - statement.opening - lines, code),
        "currency": code,
    }
    return Problem("bank.statement.does_not_add_up", statement.place, facts)


def _breaks(statement: Statement) -> Problem | None:
    """Balances beside the lines that do not follow from them, or not from opening and closing."""
    if statement.lines["balance"].null_count() == statement.lines.height:
        return None
    chain = chain_of(statement.lines)
    if chain is None or (not chain.breaks and chain.opening == statement.opening):
        return None
    row = chain.breaks[0] if chain.breaks else int(statement.lines["row"][0])
    return Problem("bank.statement.balance_breaks", statement.place, {"row": row})


def _chain(statement: Statement, points: _Points) -> Problem | None:
    """Where the account stood before and during the statement, against what the statement says of those days.

    A closing balance within its days has to be one that its own lines lead to on that day. Banks send several
    statements a day: on its first day others may have closed before it begins, on its last day after it ends. Where
    nothing is known of its days, its opening balance has to be the newest one from before.
    """
    first, last, opening = _first(statement), _last(statement), statement.opening
    if first is None or last is None or opening is None:
        return None
    code = statement.currency
    within, before = points.within(first, last), points.before(first)
    for day_on in within:
        known, stood = points.amounts[day_on].keys(), _stood(statement, opening, day_on)
        if known <= stood or (day_on in (first, last) and known & stood):
            continue
        if first == last and before is not None and before[1] == opening:
            continue
        amount = next(amount for amount in reversed(known) if amount not in stood)
        here = opening + total(statement.lines.filter(pl.col("booked_on") <= day_on))
        facts: dict[str, Fact] = {
            "day": str(day_on),
            "known": _money(amount, code),
            "here": _money(here, code),
            "difference": _money(here - amount, code),
            "currency": code,
        }
        return Problem("bank.statement.overlap_differs", statement.place, facts)
    if within or before is None or before[1] == opening:
        return None
    facts = {
        "day": str(before[0]),
        "known": _money(before[1], code),
        "opening": _money(opening, code),
        "difference": _money(opening - before[1], code),
        "from": str(first),
        "currency": code,
    }
    return Problem("bank.statement.gap", statement.place, facts)


def _closing_differs(statement: Statement, points: _Points) -> Problem | None:
    """The closing balance of a statement that tells no opening, against where the account stood and what came since.

    Downloads print the balance of the moment; one that is younger than the last day asked for says nothing.
    """
    first, last, closing, closing_on = _first(statement), statement.to_on, statement.closing, statement.closing_on
    if first is None or last is None or closing is None or closing_on is None or closing_on > last:
        return None
    within = points.within(first - timedelta(days=1), closing_on)
    if statement.opening is not None or not within:
        return None
    day_on, amount = within[-1], points.newest(within[-1])
    since = amount + total(statement.lines.filter(pl.col("booked_on") > day_on))
    today = statement.lines.filter(pl.col("booked_on") == day_on)["amount"].cast(pl.Int128)
    parts = {0, *(int(value) for ordered in (today, today.reverse()) for value in ordered.cum_sum())}
    if closing - since in parts:
        return None
    code = statement.currency
    facts: dict[str, Fact] = {
        "day": str(day_on),
        "known": _money(amount, code),
        "expected": _money(since, code),
        "closing": _money(closing, code),
        "difference": _money(closing - since, code),
        "currency": code,
    }
    return Problem("bank.statement.closing_differs", statement.place, facts)


def _stood(statement: Statement, opening: int, day_on: date) -> set[int]:
    """What the account came to on a day: before its first line, after each, and after its last.

    Banks that send several statements a day close each of them somewhere between the lines of that day.
    """
    lines = statement.lines.filter(pl.col("booked_on") <= day_on)
    before = opening + total(lines.filter(pl.col("booked_on") < day_on))
    today = lines.filter(pl.col("booked_on") == day_on)["amount"]
    found = {before}
    for ordered in (today, today.reverse()):
        found.update(before + int(value) for value in ordered.cast(pl.Int128).cum_sum())
    return found


def _outside(statement: Statement) -> int:
    """How many lines are booked outside the days that the statement says it is about."""
    if statement.from_on is None or statement.to_on is None:
        return 0
    return sum(not statement.from_on <= day <= statement.to_on for day in statement.lines["booked_on"].to_list())


def _first(statement: Statement) -> date | None:
    """The first day that a statement speaks of."""
    days = (statement.from_on, statement.lines["booked_on"].min())
    found = min((day for day in days if isinstance(day, date)), default=None)
    if found is None and statement.opening_on is not None:
        return statement.opening_on + timedelta(days=1)
    return found


def _last(statement: Statement) -> date | None:
    """The day of the closing balance."""
    if statement.closing_on is not None:
        return statement.closing_on
    days = (statement.to_on, statement.lines["booked_on"].max())
    return max((day for day in days if isinstance(day, date)), default=None)


def _money(minor: int, currency: str) -> str:
    return str(decimal(minor, currency))
