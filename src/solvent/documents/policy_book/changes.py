"""Changes: what of the policy ought to change because customers' paying or the world around them moved.

Every proposal comes of one stated rule, names the decided number, what it is and what it would become, and the figures
of the books that say so. Nothing is proposed that the books do not show; nothing changes before somebody decides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Basis, Books
from solvent.credit.credit import Credit
from solvent.credit.grading.caps import Caps
from solvent.credit.grading.chances import GRADES
from solvent.credit.limits.granting import Granting
from solvent.credit.limits.methods import Methods
from solvent.credit.limits.terms_of_payment import PaymentTerms, at
from solvent.documents.content import Facts, Value, count, day, days, grade, number, share, text, word
from solvent.measures.aging import aging
from solvent.measures.sums import DIMENSIONS
from solvent.measures.timeliness import Timeliness, timeliness, trend
from solvent.measures.trade.behaviour import first_year_bad_debt


@dataclass(frozen=True)
class Changing(Terms, key="documents.policy_changes"):
    """From where a movement is worth a change of policy, and how far a proposal goes."""

    first_year_line: float = term(
        0.008, unit="share of first-year sales, strictly over it", most=1, source="REQUIREMENTS AR-05"
    )
    first_share_least: float = term(0.1, unit="least share of a first limit", source="own choice: none is no start")
    default_rise: float = term(
        0.005, unit="rise of the default share, strictly over it", source="REQUIREMENTS CR-14, RD-04; line ours"
    )
    segment_rise: float = term(
        0.02,
        unit="rise of a segment's default share, strictly over it",
        source="own choice: few items make any share jump",
    )
    appetite_least: float = term(0.5, unit="least factor on the appetite for risk", source="own choice: half at once")
    delay_days: float = term(15.0, unit="days late on average, strictly over it", source="REQUIREMENTS RD-02")
    delay_customers: int = term(5, unit="customers of a grade", source="own choice: fewer are persons, not a grade")
    days_step: int = term(5, unit="days to which terms are rounded", most=36_525, source="own choice")
    segment_share: float = term(
        0.03, unit="share of what is open, from it", most=1, source="own choice: what is worth a rule"
    )
    level_months: int = term(12, unit="months within which a level rose", source="own choice: a year")
    index_readings: int = term(3, unit="readings under neutral in a row", source="own choice: one is weather")
    step_factor: float = term(0.5, unit="factor on a step up while the economy shrinks", source="own choice: half")


DEFAULTS = Changing()
SEGMENTS = ("industry", "region", "country")


@dataclass(frozen=True)
class Change:
    """One proposal.

    rule: which of the rules proposes it. term: the decided number, ``family.name``; for the level of a country, region
    or industry ``risk_levels``. segment: of what it holds; empty: of everybody. facts: what the rule's sentence needs.
    """

    rule: str
    term: str
    present: Value
    proposed: Value
    segment: Value = field(default_factory=lambda: text(None))
    facts: Facts = field(default_factory=dict)


def policy_changes(books: Books, credit: Credit, behaviour: pl.DataFrame, policy: Policy) -> Sequence[Change]:
    """Every change that the books of the day call for, in the order of the rules; none where sums cannot be told."""
    if books.basis is Basis.MIXED:
        return ()
    terms = policy.terms(Changing)
    return tuple(
        change
        for rule in (
            _first_year(books, policy, terms),
            _default_rose(books, policy, terms),
            _segments(books, policy, terms),
            _levels(books, policy, terms),
            _late_grades(credit, behaviour, policy, terms),
            _economy(books, policy, terms),
        )
        for change in rule
    )


def _first_year(books: Books, policy: Policy, terms: Changing) -> Iterator[Change]:
    """New customers cost more than the line: the first limit shrinks in that measure; far over it they pay before."""
    told = first_year_bad_debt(books).value
    if told is None or round(told, 12) <= terms.first_year_line:
        return
    granting = policy.terms(Granting)
    proposed = max(round(granting.first_share * terms.first_year_line / told, 2), terms.first_share_least)
    facts = {"rate": share(told), "line": share(terms.first_year_line)}
    if proposed < granting.first_share:
        yield Change(
            "first_year",
            "credit.limits.granting.first_share",
            share(granting.first_share),
            share(proposed),
            facts=facts,
        )
    if told > 2 * terms.first_year_line and granting.newcomers == "soundness":
        present, wanted = word("newcomers", "soundness"), word("newcomers", "deposit")
        yield Change("first_year_far", "credit.limits.granting.newcomers", present, wanted, facts=facts)


def _default_rose(books: Books, policy: Policy, terms: Changing) -> Iterator[Change]:
    """More is not paid in the end than half a year before: the appetite for risk shrinks in the same measure."""
    own = policy.terms(Timeliness)
    row = trend(timeliness(books, terms=own), None, own).row(0, named=True)
    now, before, rose = row["default_share"], row["default_before"], row["default_change"]
    if rose is None or round(rose, 12) <= terms.default_rise:
        return
    factor = max(terms.appetite_least, before / now)
    present = policy.terms(Methods).own_risk_share
    wanted = tuple(round(one * factor, 4) for one in present)
    facts = {"now": share(now), "before": share(before)}
    if wanted != tuple(present):
        named = "credit.limits.methods.own_risk_share"
        yield Change("default_rose", named, Value("rate", tuple(present)), Value("rate", wanted), facts=facts)


def _segments(books: Books, policy: Policy, terms: Changing) -> Iterator[Change]:
    """A segment that pays less in the end than before, and in which enough is open: its own level goes up by one."""
    own = policy.terms(Timeliness)
    levels = _newest_levels(books)
    for by in SEGMENTS:
        column = DIMENSIONS[by]
        told = trend(timeliness(books, by, terms=own), by, own).filter(pl.col(column).is_not_null())
        rising = told.filter(pl.col("default_change").round(12) > terms.segment_rise)
        held = _open_shares(books, by)
        for row in rising.sort("default_change", descending=True).iter_rows(named=True):
            part, level = held.get(row[column], 0.0), levels.get((by, row[column]))
            if part < terms.segment_share or level == 5:
                continue
            facts = {"now": share(row["default_share"]), "before": share(row["default_before"]), "open": share(part)}
            yield Change(
                "segment_rose", "risk_levels", count(level), count(3 if level is None else level + 1),
                _segment(by, row[column]), facts,
            )  # fmt: skip


def _segment(by: str, name: str) -> Value:
    return Value("country", name) if by == "country" else text(name)


def _levels(books: Books, policy: Policy, terms: Changing) -> Iterator[Change]:
    """Somebody outside calls a country or industry riskier: at its level the best grade goes down by one."""
    since = months_before(books.as_of, terms.level_months)
    rows = books.table("risk_levels").sort("told_on", "recorded_on", maintain_order=True)
    then = rows.filter(pl.col("told_on") <= since).group_by("kind", "code").agg(pl.col("level").last().alias("was"))
    now = rows.group_by("kind", "code").agg(pl.col("level").last(), pl.col("told_on").last(), pl.col("source").last())
    rose = now.join(then, on=["kind", "code"]).filter(pl.col("level") > pl.col("was")).sort("kind", "code").collect()
    caps = policy.terms(Caps)
    tables = {"country": caps.country_grades, "region": caps.region_grades, "industry": caps.industry_grades}
    for row in rose.iter_rows(named=True):
        part = _open_shares(books, row["kind"]).get(row["code"], 0.0)
        present = tables[row["kind"]][min(row["level"], len(tables[row["kind"]])) - 1]
        place = GRADES.index(present) if present in GRADES else len(GRADES)
        if part < terms.segment_share or place + 1 >= len(GRADES):
            continue
        facts = {
            "level": count(row["level"]), "was": count(row["was"]), "day": day(row["told_on"]),
            "source": text(row["source"]), "open": share(part),
        }  # fmt: skip
        yield Change(
            "level_rose", f"credit.grading.caps.{row['kind']}_grades", grade(present), grade(GRADES[place + 1]),
            _segment(row["kind"], row["code"]), facts,
        )  # fmt: skip


def _late_grades(credit: Credit, behaviour: pl.DataFrame, policy: Policy, terms: Changing) -> Iterator[Change]:
    """Customers of a grade pay late as a habit: its terms shrink by what they take anyway, at most to a half."""
    rows = behaviour.join(credit.grades.table.select("customer_id", "grade"), on="customer_id")
    weight = pl.col("usual_purchases").fill_null(0).clip(0).cast(pl.Float64)
    known = rows.filter(pl.col("delay_days").is_not_null() & (weight > 0))
    told = known.group_by("grade").agg(
        ((pl.col("delay_days") * weight).sum() / weight.sum()).round(9).alias("delay"), pl.len().alias("customers")
    )
    agreed = policy.terms(PaymentTerms).days
    for row in told.sort("grade").iter_rows(named=True):
        present = int(at(agreed, GRADES.index(row["grade"])))
        if row["customers"] < terms.delay_customers or row["delay"] <= terms.delay_days or present == 0:
            continue
        shorter = max(present - row["delay"], present / 2)
        wanted = int(shorter // terms.days_step * terms.days_step)
        if wanted < present:
            facts = {"grade": grade(row["grade"]), "delay": days(row["delay"]), "customers": count(row["customers"])}
            named = "credit.limits.terms.days"
            yield Change("grade_pays_late", named, days(present), days(wanted), grade(row["grade"]), facts)


def _economy(books: Books, policy: Policy, terms: Changing) -> Iterator[Change]:
    """An index of the whole economy stays under neutral: limits grow more slowly until it is over it again."""
    whole = books.table("indices").filter(pl.col("kind").is_null() & pl.col("neutral").is_not_null())
    last = whole.sort("series", "day_on").group_by("series", maintain_order=True).tail(terms.index_readings).collect()
    told = last.group_by("series", maintain_order=True).agg(
        (pl.col("value") < pl.col("neutral")).all().alias("under"), pl.len().alias("readings"),
        pl.col("value").last(), pl.col("neutral").last(), pl.col("day_on").last(),
    )  # fmt: skip
    shrinking = told.filter(pl.col("under") & (pl.col("readings") >= terms.index_readings))
    present = policy.terms(Granting).step_up_share
    for row in shrinking.head(1).iter_rows(named=True):
        facts = {
            "series": word("series", row["series"]), "value": number(row["value"]), "neutral": number(row["neutral"]),
            "readings": count(row["readings"]), "day": day(row["day_on"]),
        }  # fmt: skip
        wanted = round(present * terms.step_factor, 4)
        yield Change(
            "economy_shrinks", "credit.limits.granting.step_up_share", share(present), share(wanted), facts=facts
        )


def _newest_levels(books: Books) -> Mapping[tuple[str, str], int]:
    rows = books.table("risk_levels").sort("told_on", "recorded_on", maintain_order=True)
    newest = rows.group_by("kind", "code").agg(pl.col("level").last()).collect()
    return {(kind, code): level for kind, code, level in newest.select("kind", "code", "level").iter_rows()}


def _open_shares(books: Books, by: str) -> Mapping[str, float]:
    """What share of all that is open each segment owes."""
    told = aging(books, by).select(DIMENSIONS[by], pl.col("total").clip(0)).drop_nulls()
    whole = told.get_column("total").sum()
    return {name: amount / whole for name, amount in told.iter_rows()} if whole else {}
