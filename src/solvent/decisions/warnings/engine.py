"""Engine: every rule over one day's view; what was found, what was read and found quiet, and which rule could not say.

A rule gives readings; tiers are told here, the same way for all: values and lines rounded alike, so that 0.7 in binary
does not cross 0.7, and a second tier ``held`` with every line moved to the quiet side, by which cases calm down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Terms, term
from solvent.decisions.warnings.rule import READING, Crossed, Lines, Rule, Tier, rules
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class Engine(Terms, key="warnings.engine"):
    """Which rules run, and how far a value must come back before its tier is left."""

    off: str = term(
        "", unit="names of rules that are switched off, commas between", source="own choice: all are on, DESIGN 2.8"
    )
    margin_share: float = term(
        0.10, unit="share of the line by which a value must be clear of it", most=1, source="own choice: a tenth"
    )
    evidence: int = term(10, unit="rows of evidence kept for a finding", source="own choice: what a person looks at")


DEFAULTS = Engine()
PLACES = 9
"""Decimals to which values and lines are told before they are held against each other."""

FINDINGS: Mapping[str, Any] = {
    "rule": pl.String,
    "layer": pl.String,
    "about": pl.String,
    "subject": pl.String,
    "tier": pl.Int64,
    "value": pl.Float64,
    "line": pl.Float64,
    "unit": pl.String,
    "owner": pl.String,
    "facts": pl.String,
    "evidence": pl.List(pl.String),
}
"""A row for each rule and subject at yellow or worse. line: the one crossed, that of the tier. facts: the rule's
further columns as a JSON object, keys in order; evidence: ``table:key``."""

READINGS: Mapping[str, Any] = {
    "rule": pl.String,
    "subject": pl.String,
    "value": pl.Float64,
    "tier": pl.Int64,
    "held": pl.Int64,
}
"""A row for each rule and subject that was judged. held: the tier with every line moved by the margin to the quiet
side, so at least ``tier``."""


@dataclass(frozen=True)
class Findings:
    """What one day's warnings are; frozen.

    table: FINDINGS, the worst first, then by rule and subject. readings: READINGS, in the order of rule and subject.
    ran: rules that gave readings. off: switched off. silent: rules for which the books hold nothing, or that failed.
    problems: rules that failed, rows that they gave and that cannot be judged.
    """

    as_of: date
    table: pl.DataFrame
    readings: pl.DataFrame
    ran: Sequence[str]
    off: Sequence[str]
    silent: Sequence[str]
    problems: Sequence[Problem]


def warn(view: View, known: Mapping[str, Rule] | None = None) -> Findings:
    """Every rule over one view. No rule can stop another: what one raises becomes a Problem.

    Args:
        known: rules by name; None: every rule there is.
    """
    terms = view.policy.terms(Engine)
    every = rules() if known is None else known
    off = [name.strip() for name in terms.off.split(",") if name.strip()]
    problems = [Problem("warnings.rule_unknown", "", {"rule": name}) for name in off if name not in every]
    tables, readings, ran, silent = [], [], [], []
    for name, rule in sorted(every.items()):
        if name in off:
            continue
        read, told = _read(view, name, rule)
        problems += told
        if read is None:
            silent.append(name)
            continue
        judged = _judged(*read, rule.crossed, terms.margin_share)
        ran.append(name)
        readings.append(judged.select(pl.lit(name).alias("rule"), "subject", "value", "tier", "held"))
        tables.append(_found(judged.filter(pl.col("tier") > 0), name, rule, terms.evidence))
    table = pl.concat([pl.DataFrame(schema=FINDINGS), *tables])
    return Findings(
        view.as_of,
        table.sort("tier", "rule", "subject", descending=[True, False, False]),
        pl.concat([pl.DataFrame(schema=READINGS), *readings]).sort("rule", "subject"),
        tuple(ran),
        tuple(name for name in off if name in every),
        tuple(silent),
        tuple(problems),
    )


def _read(view: View, name: str, rule: Rule) -> tuple[tuple[pl.DataFrame, Lines] | None, Sequence[Problem]]:
    """The readings that can be judged, one for each subject, the lines, and what was wrong with the other readings."""
    try:
        terms = view.policy.terms(rule.terms)
        lines, frame = rule.lines(terms), rule.read(view, terms)
        if frame is None:
            return None, ()
        missing = [column for column in READING if column not in frame.columns]
        if missing:
            return None, (Problem("warnings.rule_shape", "", {"rule": name, "columns": ", ".join(missing)}),)
        frame = frame.with_columns(pl.col(column).cast(kind) for column, kind in READING.items())
    except SolventError as error:
        return None, (_failed(name, error.problem.code), error.problem)
    except Exception as error:  # whatever a rule does wrong is the rule's own trouble
        return None, (_failed(name, f"{type(error).__name__}: {error}"),)
    problems = []
    kept = frame.filter(pl.col("subject").is_not_null() & pl.col("value").is_not_null())
    finite = kept.filter(pl.col("value").is_finite())
    if finite.height < kept.height:
        count = kept.height - finite.height
        problems.append(Problem("warnings.reading_no_number", "", {"rule": name, "count": count}))
    if finite.get_column("subject").is_duplicated().any():
        twice = finite.filter(pl.col("subject").is_duplicated()).get_column("subject").unique().sort()
        problems.append(Problem("warnings.subject_twice", "", {"rule": name, "subject": twice[0], "count": len(twice)}))
        most = rule.crossed in ("over", "from")
        finite = finite.sort("value", descending=most, maintain_order=True).unique(
            "subject", keep="first", maintain_order=True
        )
    return (finite.with_columns(pl.col("value").round(PLACES)), lines), tuple(problems)


def _failed(name: str, error: str) -> Problem:
    return Problem("warnings.rule_failed", "", {"rule": name, "error": error})


def _judged(read: pl.DataFrame, lines: Lines, crossed: Crossed, margin: float) -> pl.DataFrame:
    """The readings with ``tier``, ``held`` and ``line``."""
    drawn = [
        (tier, round(line, PLACES))
        for tier, line in ((Tier.YELLOW, lines.yellow), (Tier.ORANGE, lines.orange), (Tier.RED, lines.red))
        if line is not None
    ]
    value = pl.col("value")
    tier, held = pl.lit(0, dtype=pl.Int64), pl.lit(0, dtype=pl.Int64)
    at = pl.lit(None, dtype=pl.Float64)
    quiet = -1 if crossed in ("over", "from") else 1
    for place, line in drawn:
        here = _crosses(value, line, crossed)
        near = round(line + quiet * abs(line) * margin, PLACES)
        tier = pl.when(here).then(int(place)).otherwise(tier)
        held = pl.when(here | _crosses(value, near, crossed)).then(int(place)).otherwise(held)
        at = pl.when(here).then(line).otherwise(at)
    return read.with_columns(
        tier.cast(pl.Int64).alias("tier"), held.cast(pl.Int64).alias("held"), at.cast(pl.Float64).alias("line")
    )


def _crosses(value: pl.Expr, line: float, crossed: Crossed) -> pl.Expr:
    if crossed == "over":
        return value > line
    if crossed == "from":
        return value >= line
    return value < line if crossed == "under" else value <= line


def _found(judged: pl.DataFrame, name: str, rule: Rule, evidence: int) -> pl.DataFrame:
    """The rows of FINDINGS of one rule."""
    own = sorted(set(judged.columns) - {*READING, "tier", "held", "line"})
    facts = pl.struct(own).struct.json_encode() if own else pl.lit("{}")
    told = {"rule": name, "layer": rule.layer, "about": rule.about, "unit": rule.unit, "owner": rule.owner}
    return judged.with_columns(
        *(pl.lit(value).alias(column) for column, value in told.items()),
        facts.alias("facts"),
        pl.col("evidence").fill_null([]).list.head(evidence),
    ).select(pl.col(column).cast(kind) for column, kind in FINDINGS.items())


rules()  # brings every rule, so that a policy may decide its terms
