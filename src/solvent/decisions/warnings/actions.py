"""Actions: what to do about a customer that worsens, by stated rules, and the money that is at stake if it fails.

What is proposed hangs on what kind of sign was found, how bad it is, and on what there is to act on: something overdue,
a limit, goods still to go out, a cover (REQUIREMENTS RD-05). The money at stake is read off the simulated paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Basis
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.states import Exposed
from solvent.decisions.liquidity.floor import lowest
from solvent.decisions.warnings.engine import Findings
from solvent.decisions.warnings.rule import Rule, Tier, rules
from solvent.decisions.warnings.view import View
from solvent.simulation.company import Company
from solvent.simulation.items.receipts import receipts


@dataclass(frozen=True)
class Acting(Terms, key="warnings.actions"):
    """From where an action is worth proposing, and how far money at stake is told."""

    large_share: float = term(
        0.05, unit="share of all exposure, security is asked for from it", most=1, source="own choice: one in twenty"
    )
    bad_grades: str = term("DE", unit="grades that count as bad", source="FORMULAS 4.1: D sells against cash")
    weeks: int = term(13, unit="weeks in which money is missing", source="REQUIREMENTS CA-02")
    drawn: int = term(50, unit="customers whose money is drawn again", source="own choice: a screen or two")


DEFAULTS = Acting()

SIGNS: Mapping[str, str] = {
    "adverse_news": "weakens",
    "agency_warning": "weakens",
    "balance_rise": "buys_more",
    "balance_too_high": "owes_much",
    "broken_promises": "pays_late",
    "bust_out": "fails",
    "default_trend": "pays_late",
    "delay_rise": "pays_late",
    "file_overdue": "unknown",
    "grade_fall": "weakens",
    "health_fall": "weakens",
    "insolvency": "fails",
    "limit_withdrawn": "uncovered",
    "litigation": "weakens",
    "oldest_overdue": "pays_late",
    "order_jump": "buys_more",
    "order_volatility": "buys_more",
    "payment_delay": "pays_late",
    "registry_change": "weakens",
    "related_party": "weakens",
    "suppliers_buyers_lost": "weakens",
    "timeliness": "pays_late",
}
"""What kind of sign each rule on customers finds; a rule that is not named here proposes what it says itself."""


@dataclass(frozen=True)
class Ground:
    """What an action needs to act on, and the money that it is about."""

    where: pl.Expr
    about: pl.Expr


_COMING = pl.col("delivered") + pl.col("ordered")
_EXPOSED = pl.col("exposure") > 0

GROUNDS: Mapping[str, Ground] = {
    "collect_first": Ground(_EXPOSED, pl.max_horizontal("overdue", pl.lit(0))),
    "hold_supply": Ground(pl.lit(True), _COMING),
    "lower_limit": Ground(
        pl.col("limit").is_null() | (pl.col("limit") > 0), (pl.col("limit") - pl.col("exposure")).clip(0)
    ),
    "stricter_terms": Ground(_EXPOSED | (_COMING > 0), pl.col("exposure")),
    "report_to_insurer": Ground(pl.col("insured") > 0, pl.col("insured")),
    "ask_security": Ground(pl.col("large"), pl.col("uninsured")),
}
"""What each action hangs on: something owed, a limit that is not nothing already (or none yet), something insured, an
uninsured part that is a large share of all exposure. Supply can always be held."""


@dataclass(frozen=True)
class Stated:
    """One stated rule: this action for these kinds of sign, from this tier on."""

    action: str
    signs: Sequence[str]
    tier: Tier
    where: pl.Expr = field(default_factory=lambda: pl.lit(True))


_OVERDUE, _BAD = pl.col("overdue") > 0, pl.col("bad")

STATED: Sequence[Stated] = (
    Stated("collect_first", ("pays_late", "owes_much"), Tier.YELLOW, _OVERDUE),
    Stated("collect_first", ("fails", "weakens", "uncovered"), Tier.ORANGE),
    Stated("hold_supply", ("fails",), Tier.YELLOW),
    Stated("hold_supply", ("pays_late", "weakens"), Tier.RED),
    Stated("hold_supply", ("pays_late", "weakens", "buys_more", "owes_much"), Tier.ORANGE, _BAD),
    Stated("lower_limit", ("pays_late", "weakens", "uncovered", "fails"), Tier.ORANGE),
    Stated("stricter_terms", ("pays_late", "weakens", "buys_more", "owes_much"), Tier.ORANGE),
    Stated("stricter_terms", ("pays_late", "weakens"), Tier.YELLOW, _BAD),
    Stated("report_to_insurer", ("pays_late", "fails", "weakens"), Tier.ORANGE),
    Stated("ask_security", ("pays_late", "fails", "weakens", "uncovered", "owes_much"), Tier.ORANGE),
)
"""Every stated rule. ``bad``: a grade among the bad ones. Each action needs its ground as well."""

PROPOSALS: Mapping[str, Any] = {
    "customer_id": pl.String,
    "action": pl.String,
    "tier": pl.Int64,
    "rules": pl.List(pl.String),
    "about_amount": pl.Int64,
}
"""A row for each customer and action. tier: the worst of the findings that call for it; rules: these. about_amount: the
money it is about: what is overdue, what the limit leaves free, what is still to go out, what is insured or is not."""

STAKES: Mapping[str, Any] = {
    "customer_id": pl.String,
    "tier": pl.Int64,
    "grade": pl.String,
    "exposure_amount": pl.Int64,
    "overdue_amount": pl.Int64,
    "limit_amount": pl.Int64,
    "insured_amount": pl.Int64,
    "uninsured_amount": pl.Int64,
    "expected_loss_amount": pl.Int64,
    "missing_amount": pl.Int64,
    "chance": pl.Float64,
    "chance_if_failed": pl.Float64,
}
"""A row for each customer with a finding. expected_loss_amount: what it is expected to owe when it fails within the
horizon of the paths, insured or not; missing_amount: what its open items are expected to bring in the next weeks, and
do not if it fails today; chance: of falling under the floor in these weeks, chance_if_failed: the same without its
money. Empty where there are no paths, no floor or no balance, and for customers beyond the ``drawn`` most telling."""


@dataclass(frozen=True)
class Proposed:
    """proposals: PROPOSALS, worst first. stakes: STAKES, worst and largest first. Money: minor units of the books'
    currency."""

    proposals: pl.DataFrame
    stakes: pl.DataFrame
    problems: Sequence[Problem] = ()


def propose(view: View, findings: Findings, known: Mapping[str, Rule] | None = None) -> Proposed:
    """What to do about each customer with a finding of the day, and what is at stake."""
    terms, every = view.policy.terms(Acting), rules() if known is None else known
    found = findings.table.filter(pl.col("about") == "customer")
    if found.is_empty():
        return Proposed(pl.DataFrame(schema=PROPOSALS), pl.DataFrame(schema=STAKES))
    if view.books.basis is Basis.MIXED:
        return Proposed(
            pl.DataFrame(schema=PROPOSALS), pl.DataFrame(schema=STAKES), (Problem("warnings.actions_no_rate"),)
        )
    standing = _standing(view, terms)
    rows = found.select(pl.col("subject").alias("customer_id"), "rule", "tier").join(
        standing, on="customer_id", how="left"
    )
    sign = pl.col("rule").replace_strict(SIGNS, default="", return_dtype=pl.String)
    rows = rows.with_columns(sign.alias("sign"))
    called = [_called_for(rows, stated) for stated in STATED]
    called += [
        _called_for(rows.filter(pl.col("rule") == name), Stated(action, ("*",), Tier.ORANGE))
        for name, rule in every.items()
        for action in rule.proposes
    ]
    proposals = (
        pl.concat(called)
        .group_by("customer_id", "action")
        .agg(pl.col("tier").max(), pl.col("rule").unique().sort().alias("rules"), pl.col("about_amount").max())
        .sort("tier", "about_amount", "customer_id", "action", descending=[True, True, False, False], nulls_last=True)
    )
    worst = rows.group_by("customer_id").agg(pl.col("tier").max())
    stakes = worst.join(standing, on="customer_id", how="left").sort(
        "tier", "exposure", "customer_id", descending=[True, True, False], nulls_last=True
    )
    told = _at_stake(view, stakes.get_column("customer_id").to_list()[: terms.drawn], terms)
    stakes = stakes.join(told, on="customer_id", how="left", maintain_order="left")
    amounts = ("exposure", "overdue", "limit", "insured", "uninsured")
    stakes = stakes.rename({name: f"{name}_amount" for name in amounts})
    return Proposed(
        proposals.select(pl.col(name).cast(kind) for name, kind in PROPOSALS.items()),
        stakes.select(pl.col(name).cast(kind) for name, kind in STAKES.items()),
    )


def _standing(view: View, terms: Acting) -> pl.DataFrame:
    """customer_id, the money of its exposure, its grade, and whether that is bad or the exposure large."""
    told = exposures(view.books, terms=view.policy.terms(Exposed)).table
    grades = view.credit.grades.table.select("customer_id", "grade")
    total = pl.col("exposure").clip(0).sum()
    columns = ("customer_id", "exposure", "overdue", "delivered", "ordered", "limit", "insured", "uninsured", "grade")
    return (
        told.join(grades, on="customer_id", how="left")
        .select(columns)
        .with_columns(
            pl.col("grade").is_in(list(terms.bad_grades)).fill_null(False).alias("bad"),
            ((pl.col("uninsured") > 0) & (pl.col("uninsured") >= terms.large_share * total))
            .fill_null(False)
            .alias("large"),
        )
    )


def _called_for(rows: pl.DataFrame, stated: Stated) -> pl.DataFrame:
    """The findings that call for an action, where there is ground for it."""
    ground = GROUNDS[stated.action]
    signs = pl.lit(True) if "*" in stated.signs else pl.col("sign").is_in(list(stated.signs))
    here = (stated.where & ground.where).fill_null(False)
    return rows.filter(signs & (pl.col("tier") >= int(stated.tier)) & here).select(
        "customer_id", "rule", "tier", pl.lit(stated.action).alias("action"), ground.about.alias("about_amount")
    )


def _at_stake(view: View, customers: Sequence[str], terms: Acting) -> pl.DataFrame:
    """What the paths say of some customers, each drawn again alone on the same paths."""
    told = ("expected_loss_amount", "missing_amount", "chance", "chance_if_failed")
    shape = {"customer_id": pl.String, **{name: STAKES[name] for name in told}}
    company = None if view.snapshot is None else view.snapshot.company
    if company is None:
        return pl.DataFrame(schema=shape)
    places = {name: place for place, name in enumerate(company.book.names)}
    before = _chance(company, None, view.cash_lines.line, terms)
    rows = []
    for name in customers:
        if name not in places:
            rows.append((name, 0, 0, before, before))
            continue
        drawn = receipts(company.book.of([places[name]]), company.moves, company.paths.seed)
        soon = company.paths.horizon.week_of < terms.weeks
        missing = round(float(drawn.flows[:, soon].sum(axis=1).mean()))
        after = _chance(company, drawn.flows, view.cash_lines.line, terms)
        rows.append((name, round(float(drawn.lost.mean())), missing, before, after))
    return pl.DataFrame(rows, shape, orient="row")


def _chance(company: Company, without: Any, line: int | None, terms: Acting) -> float | None:
    """The chance that cash falls under the line within the weeks, without some receipts of open items."""
    paths = company.paths
    if line is None or paths.opening is None:
        return None
    bent = paths if without is None else paths.laid_over({"receipts_open": -without})
    return float((np.min(lowest(bent)[:, : terms.weeks], axis=1) < line).mean())
