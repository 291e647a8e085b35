"""Back-test: each rule over the company's own past: how long ahead it would have spoken, and how often for nothing.

Each past day's books are opened with what was known that day. What then became of a customer is known today: for the
first time sixty days late, or written off. A rule on the company itself is held against the days on which cash fell
under its floor. Nothing of the day is left to the rule but what it could have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.problem import Problem
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import DAY_OF, Books, Ledger, open_books
from solvent.books.journal import Journal
from solvent.decisions.liquidity.accounts import daily
from solvent.decisions.warnings.casebook import Handling
from solvent.decisions.warnings.engine import READINGS, warn
from solvent.decisions.warnings.rule import Rule, rules
from solvent.decisions.warnings.troubles import Trouble, troubles
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class Testing(Terms, key="warnings.backtest"):
    """Which past is played again, and what a warning must be ahead of."""

    months: int = term(24, unit="month ends of the past", source="own choice: two years")
    within_days: int = term(
        120, unit="days after a warning in which trouble proves it right", source="own choice: twice the aim of RD-01"
    )
    early_days: int = term(30, unit="days ahead that the aim begins at", source="REQUIREMENTS RD-01")
    ahead_days: int = term(60, unit="days ahead that the aim ends at", source="REQUIREMENTS RD-01")


DEFAULTS = Testing()

TESTED: Mapping[str, Any] = {
    "rule": pl.String,
    "about": pl.String,
    "days": pl.Int64,
    "warnings": pl.Int64,
    "decided": pl.Int64,
    "hits": pl.Int64,
    "false_alarm_share": pl.Float64,
    "in_trouble": pl.Int64,
    "troubles": pl.Int64,
    "found": pl.Int64,
    "median_lead_days": pl.Float64,
    "found_early_share": pl.Float64,
    "found_ahead_share": pl.Float64,
    "missed_share": pl.Float64,
    "never_troubled": pl.Int64,
    "quiet_share": pl.Float64,
}
"""A row a rule. days: past days on which it could say something. warnings: times it began to speak of a subject; hits:
those after which, or while, trouble came in time; decided: those of which that is known; false_alarm_share: of these
the share without. in_trouble: times it spoke of a subject only after its first trouble, told apart. troubles: first
troubles that could have been found ``ahead_days`` ahead; found: those of which the rule spoke in the ``within_days``
before; median_lead_days: of these, from its first word in that time; found_early_share, found_ahead_share: of all
troubles, spoken of at least so many days before; missed_share. never_troubled: subjects known that never came into
trouble; quiet_share: of these, never warned of. What holds for subjects of which no trouble is told (industries, …) is
empty."""


def opener(ledger: Ledger) -> Callable[[date], Books]:
    """Opens the books of any past day as they were known that day, the ledger read once.

    Where nothing was ever recorded later than it happened, all days share one journal; else each has its own.
    """
    tables = {name: frame.collect().lazy() for name, frame in ledger.tables.items()}
    known = replace(ledger, tables=tables, journal=None)
    prompt = not any(_late(known, name) for name in ("open_items", "receipts", "credit_notes", "allocations"))
    whole = _gathered(open_books(known, date.max)).journal if prompt else None

    def opened(day: date) -> Books:
        books = open_books(known, day, known_on=day)
        return _gathered(books) if whole is None else replace(books, journal=_seen(whole, day))

    return opened


def past_days(last: date, terms: Testing = DEFAULTS) -> Sequence[date]:
    """The month ends that are played again, oldest first."""
    return month_ends(last, terms.months)


def backtest_rules(
    open_on: Callable[[date], Books],
    today: Books,
    policy: Policy,
    days: Sequence[date],
    known: Mapping[str, Rule] | None = None,
) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """Every rule that can be run over the past, held against what then happened.

    Args:
        open_on: the books of a past day with what was known that day, as ``opener`` gives them; a day on which there
            was nothing yet is passed over.
        today: the books that know what happened.
        policy: its terms as of each past day hold on that day.
        days: oldest first.
        known: rules by name; None: every rule there is.

    Returns: TESTED, by rule; and what went wrong in a rule, each thing once.
    """
    tried = {name: rule for name, rule in (rules() if known is None else known).items() if rule.past}
    seen = [pl.DataFrame(schema={**READINGS, "day_on": pl.Date})]
    problems: list[Problem] = []
    floors: dict[date, int | None] = {}
    for day in days:
        books = open_on(day)
        if books.events().head(1).collect().is_empty():
            continue
        view = View(books, replace(policy, as_of=day))
        told = warn(view, tried)
        seen.append(told.readings.with_columns(pl.lit(day).alias("day_on")))
        problems += told.problems
        if any(rule.about == "company" for rule in tried.values()):
            floors[day] = view.cash_lines.line
    readings = pl.concat(seen)
    played = sorted(readings.get_column("day_on").unique())
    terms, handling = policy.terms(Testing), policy.terms(Handling)
    if not played:
        return pl.DataFrame(schema=TESTED), _once(problems)
    came = {
        "customer": _of_customers(today, policy),
        "group": _of_groups(today, policy),
        "company": _of_the_company(today, floors, policy),
    }
    rows = [
        _tested(
            name, rule, readings.filter(pl.col("rule") == name), came.get(rule.about), (terms, handling, today.as_of)
        )
        for name, rule in sorted(tried.items())
        if name in readings.get_column("rule").unique()
    ]
    return pl.DataFrame(rows, TESTED, orient="row"), _once(problems)


def _late(ledger: Ledger, name: str) -> bool:
    rows = ledger.table(name).filter(pl.col("recorded_on") > pl.col(DAY_OF[name]))
    return not rows.head(1).collect().is_empty()


def _gathered(books: Books) -> Books:
    """The books with their journal computed, so that no rule computes it again."""
    made = Journal(books.journal.customers, books.journal.events.collect(engine="streaming").lazy())
    return replace(books, journal=made)


def _seen(whole: Journal, day: date) -> Journal:
    """The journal with the customers that had been heard of by a day."""
    events = whole.events.filter(pl.col("event_on") <= day)
    heard = events.select("customer_no").unique().collect().get_column("customer_no")
    return Journal(whole.customers.filter(pl.col("customer_no").is_in(heard.implode())), events)


def _of_customers(today: Books, policy: Policy) -> pl.DataFrame:
    """subject, trouble_on: each customer's first trouble."""
    found = troubles(today, policy.terms(Trouble)).filter("first")
    return found.select(pl.col("customer_id").alias("subject"), "trouble_on")


def _of_groups(today: Books, policy: Policy) -> pl.DataFrame:
    """The same of groups: that of the first member that comes into trouble; who stands alone is its own group."""
    groups = today.table("customers").unique("customer_id").select("customer_id", "group_id").collect()
    first = troubles(today, policy.terms(Trouble)).filter("first").join(groups, on="customer_id", how="left")
    subject = pl.coalesce("group_id", "customer_id").alias("subject")
    return first.group_by(subject).agg(pl.col("trouble_on").min())


def _of_the_company(today: Books, floors: Mapping[date, int | None], policy: Policy) -> pl.DataFrame | None:
    """subject, trouble_on: the days on which cash fell under the floor of the newest day before; None: not known."""
    lines = [(day, line) for day, line in floors.items() if line is not None]
    if not lines:
        return None
    known = pl.DataFrame(lines, {"day_on": pl.Date, "floor": pl.Int64}, orient="row").sort("day_on")
    rows = daily(today, lines[0][0]).join_asof(known, on="day_on").drop_nulls("cash")
    under = rows.filter(pl.col("cash") < pl.col("floor")).sort("day_on")
    gap = (pl.col("day_on") - pl.col("day_on").shift(1)).dt.total_days()
    fell = under.filter(gap.is_null() | (gap > policy.terms(Trouble).clear_days))
    return fell.select(pl.lit("own").alias("subject"), pl.col("day_on").alias("trouble_on"))


def _tested(
    name: str, rule: Rule, read: pl.DataFrame, came: pl.DataFrame | None, asked: tuple[Testing, Handling, date]
) -> dict[str, Any]:
    """The row of one rule."""
    terms, handling, known_to = asked
    played = read.get_column("day_on").unique().sort()
    spoken = _runs(read, played.to_list(), handling.cool_down_days)
    row: dict[str, Any] = dict.fromkeys(TESTED) | {"rule": name, "about": rule.about, "days": len(played)}
    row["warnings"] = spoken.height
    if came is None:
        return row
    subjects = read.get_column("subject").unique()
    come = came.filter(pl.col("subject").is_in(subjects.implode())).sort("trouble_on")
    return row | _warnings(spoken, come, terms, known_to) | _troubles(read, come, played[0], terms) | _quiet(read, come)


def _runs(read: pl.DataFrame, played: Sequence[date], cool_down_days: int) -> pl.DataFrame:
    """Each time the rule began to speak of a subject: subject, from_on, until_on (last day it spoke).

    Silence of one played day, or of the cool-down, does not end it: the case would be the same.
    """
    places = pl.DataFrame({"day_on": played, "place": range(len(played))}, {"day_on": pl.Date, "place": pl.Int64})
    said = read.filter(pl.col("tier") > 0).join(places, on="day_on").sort("subject", "day_on")
    before = pl.col("day_on").shift(1).over("subject")
    away = (pl.col("day_on") - before).dt.total_days()
    step = pl.col("place") - pl.col("place").shift(1).over("subject")
    begins = away.is_null() | ((step > 1) & (away > cool_down_days))
    return (
        said.with_columns(begins.cum_sum().over("subject").alias("run"))
        .group_by("subject", "run", maintain_order=True)
        .agg(pl.col("day_on").min().alias("from_on"), pl.col("day_on").max().alias("until_on"))
        .sort("from_on", "subject")
    )


def _warnings(spoken: pl.DataFrame, come: pl.DataFrame, terms: Testing, known_to: date) -> dict[str, Any]:
    """What came after each warning."""
    rows = spoken.sort("from_on").join_asof(
        come, left_on="from_on", right_on="trouble_on", by="subject", strategy="forward", allow_exact_matches=False,
        check_sortedness=False,
    )  # fmt: skip
    first = come.group_by("subject").agg(pl.col("trouble_on").min().alias("first_on"))
    rows = rows.join(first, on="subject", how="left")
    until = pl.col("until_on").dt.offset_by(f"{terms.within_days}d")
    hit = (pl.col("trouble_on") <= until).fill_null(False)
    # Of a customer only the first trouble is waited for: what is said of it afterwards is no news, right or wrong.
    late = pl.col("trouble_on").is_null() & (pl.col("first_on") <= pl.col("from_on")).fill_null(False)
    rows = rows.with_columns(hit.alias("hit"), late.alias("late"), (hit | (until <= known_to)).alias("decided"))
    judged = rows.filter("decided", ~pl.col("late"))
    hits = judged.filter("hit").height
    return {
        "decided": judged.height,
        "hits": hits,
        "in_trouble": rows.filter("late").height,
        "false_alarm_share": 1 - hits / judged.height if judged.height else None,
    }


def _troubles(read: pl.DataFrame, come: pl.DataFrame, first: date, terms: Testing) -> dict[str, Any]:
    """How long before each trouble the rule spoke, of those that it had the time to find."""
    fair = come.filter((pl.col("trouble_on") - pl.lit(first)).dt.total_days() >= terms.ahead_days)
    lead = (pl.col("trouble_on") - pl.col("day_on")).dt.total_days()
    said = read.filter(pl.col("tier") > 0).select("subject", "day_on")
    leads = (
        fair.join(said, on="subject")
        .filter((lead > 0) & (lead <= terms.within_days))
        .group_by("subject", "trouble_on")
        .agg(lead.max().alias("lead"))
        .get_column("lead")
    )
    count = fair.height
    shares = {
        "found_early_share": int((leads >= terms.early_days).sum()),
        "found_ahead_share": int((leads >= terms.ahead_days).sum()),
        "missed_share": count - len(leads),
    }
    told: dict[str, Any] = {key: value / count if count else None for key, value in shares.items()}
    return told | {"troubles": count, "found": len(leads), "median_lead_days": leads.median()}


def _quiet(read: pl.DataFrame, come: pl.DataFrame) -> dict[str, Any]:
    """Subjects that never came into trouble, and how many of them were never warned of."""
    every = read.group_by("subject").agg((pl.col("tier") == 0).all().alias("quiet"))
    never = every.join(come, on="subject", how="anti")
    share = float(never.get_column("quiet").sum()) / never.height if never.height else None
    return {"never_troubled": never.height, "quiet_share": share}


def _once(told: Sequence[Problem]) -> Sequence[Problem]:
    """Each problem once, in order."""
    return tuple({f"{problem.code}{sorted(problem.facts.items())}": problem for problem in told}.values())
