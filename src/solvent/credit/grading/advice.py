"""Advice: what lowers a customer's grade and what would raise it, told so that the customer can do something about it.

Only what a customer can change is told: to pay what is overdue, to pay earlier, to show statements, to strengthen its
capital. A factor that is not known counts half; to make it known is a change, too, and is told as what the best
value would bring.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import sqrt

import polars as pl

from solvent.base.problem import SolventError
from solvent.base.terms import Policy, Terms, term
from solvent.credit.grading.caps import CAPS
from solvent.credit.grading.chances import GRADES, Grading, bands, points, rank
from solvent.credit.grading.factors.factor import Factor
from solvent.credit.grading.grade import Grades, axes, factors

_CAPS = tuple(f"cap_{name}" for name in (*CAPS, "group"))
_CHANGE = {"customer_id": pl.String, "axis": pl.String, "factor": pl.String, "from_value": pl.Float64,
           "to_value": pl.Float64, "points_gain": pl.Float64, "points_after": pl.Float64, "grade_after": pl.String,
           "known": pl.Boolean}  # fmt: skip


@dataclass(frozen=True)
class Advising(Terms, key="credit.grading.advice"):
    """What a sheet of advice holds."""

    most_together: int = term(3, unit="changes at once", source="own choice: nobody changes more within a quarter")
    most_sets: int = term(5, unit="sets of changes", source="own choice")
    most_factors: int = term(10, unit="factors tried together, those that gain most", source="own choice: 175 sets")
    most_deposit: float = term(0.8, unit="share of an order", most=1, source="own choice: more is cash before delivery")


DEFAULTS = Advising()


@dataclass(frozen=True)
class Change:
    """One change: a factor from where it is to the line of a better bin; from_value None: to be shown to us at all."""

    factor: str
    from_value: float | None
    to_value: float
    points_gain: float


@dataclass(frozen=True)
class Sheet:
    """What one customer may be told.

    grade, chance: as they are. ways: the smallest sets of changes that reach the next grade, of equally many the one
    with the least points to gain first; empty where none does or none is needed. next_grade: None where there is none
    to reach. deposit_share: which share of an order, paid before delivery, leaves us to lose no more than with a
    customer in the middle of the next grade; None where that needs more than the policy's most, or there is no such
    grade, or it has failed already. held_by: what caps the grade, so that points alone do not help.
    """

    customer_id: str
    grade: str
    chance: float
    changes: Sequence[Change]
    ways: Sequence[Sequence[Change]]
    next_grade: str | None
    deposit_share: float | None
    held_by: Sequence[str]


def advice(graded: Grades, policy: Policy) -> pl.DataFrame:
    """For every customer and factor that it can change, the smallest step to a better bin, and what it would bring.

    Returns:
        customer_id, axis, factor, from_value (Float64, empty: not known to us), to_value (Float64: the line at which
        the better bin is just reached; of a factor that is not known the line of its best bin), points_gain (Float64:
        of the factor), points_after (Float64: of both axes), grade_after (String: with this change alone, under the
        caps as they are), known (Boolean: the factor is known today). Sorted by customer and gain, the largest first.
    """
    terms = policy.terms(Grading)
    every = factors(policy)
    base = graded.card.lazy().join(
        graded.table.lazy().select("customer_id", "ability", "willingness"), on="customer_id", how="left"
    )
    whole = {axis: sum(one.best for one in every if one.axis == axis) for axis in ("ability", "willingness")}
    parts = []
    for factor in every:
        if factor.shape.changeable:
            parts.append(_single(base, factor, whole[factor.axis], terms))
    told = pl.concat(parts).sort(["customer_id", "points_gain", "factor"], descending=[False, True, False])
    return told.select(list(_CHANGE)).collect()


def _single(base: pl.LazyFrame, factor: Factor, whole: float, terms: Grading) -> pl.LazyFrame:
    value = pl.col(factor.name)
    now = factor.counted(value).fill_null(factor.best * terms.neutral_share)
    steps = factor.steps()
    line, gained = pl.lit(None, dtype=pl.Float64), pl.lit(None, dtype=pl.Float64)
    for at, counts in reversed(steps):
        better = pl.lit(counts) > now
        line, gained = pl.when(better).then(at).otherwise(line), pl.when(better).then(counts).otherwise(gained)
    best_line = next(at for at, counts in steps if counts == factor.best)
    line = pl.when(value.is_null()).then(pl.lit(best_line)).otherwise(line)
    gain = pl.when(value.is_null()).then(pl.lit(factor.best)).otherwise(gained) - now
    lifted = {axis: pl.col(axis) for axis in ("ability", "willingness")}
    neutral = 100.0 * terms.neutral_share
    lifted[factor.axis] = (pl.col(factor.axis).fill_null(neutral) + gain * (100.0 / whole)).round(9)
    place = pl.max_horizontal(rank(lifted["ability"], lifted["willingness"], terms), *_CAPS)
    return base.select(
        "customer_id",
        pl.lit(factor.axis).alias("axis"),
        pl.lit(factor.name).alias("factor"),
        value.cast(pl.Float64).alias("from_value"),
        line.alias("to_value"),
        gain.alias("points_gain"),
        points(lifted["ability"], lifted["willingness"], terms).alias("points_after"),
        place.replace_strict(dict(enumerate(GRADES)), return_dtype=pl.String).alias("grade_after"),
        value.is_not_null().alias("known"),
    ).filter(pl.col("points_gain") > 0)


def advice_for(graded: Grades, customer_id: str, policy: Policy) -> Sheet:
    """The sheet of one customer.

    Raises:
        SolventError: there is no such customer.
    """
    card = graded.card.filter(pl.col("customer_id") == customer_id)
    if card.is_empty():
        raise SolventError("credit.grading.no_customer", customer_id)
    terms, wanted = policy.terms(Grading), policy.terms(Advising)
    row = graded.table.row(by_predicate=pl.col("customer_id") == customer_id, named=True)
    place = GRADES.index(row["grade"])
    every = factors(policy)
    options = _options(card.row(0, named=True), every, terms)
    firsts = [steps[0] for steps in options]
    held = [name.removeprefix("cap_") for name in _CAPS if card.item(0, name) == place and place > 0]
    ways: Sequence[Sequence[Change]] = ()
    if place > 0 and not held:
        tried = sorted(options, key=lambda steps: -steps[-1].points_gain)[: wanted.most_factors]
        ways = _ways(card, tried, place, every, (terms, wanted))
    return Sheet(
        customer_id,
        row["grade"],
        row["yearly_default_chance"],
        sorted(firsts, key=lambda change: -change.points_gain),
        ways,
        GRADES[place - 1] if place > 0 else None,
        None if {"event", "overdue"} & set(held) else _deposit(row, place, (terms, wanted), graded.times),
        held,
    )


def _options(row: dict[str, float | None], every: Sequence[Factor], terms: Grading) -> list[list[Change]]:
    """Of each factor that can be changed its better bins, the nearest first."""
    told = []
    for factor in every:
        if not factor.shape.changeable:
            continue
        value = row[factor.name]
        own = pl.select(factor.counted(pl.lit(value, dtype=pl.Float64))).item() if value is not None else None
        now = factor.best * terms.neutral_share if own is None else float(own)
        steps = [Change(factor.name, value, at, counts - now) for at, counts in factor.steps() if counts > now]
        if steps and value is None:
            steps = steps[-1:]
        if steps:
            told.append(steps)
    return told


def _ways(
    card: pl.DataFrame,
    options: Sequence[Sequence[Change]],
    place: int,
    every: Sequence[Factor],
    terms: tuple[Grading, Advising],
) -> Sequence[Sequence[Change]]:
    """Every set of changes of the smallest size that reaches a better grade: all are tried, none is missed."""
    grading, wanted = terms
    for size in range(1, wanted.most_together + 1):
        tried = list(_sets(options, size))
        if not tried:
            return ()
        rows = pl.concat([card] * len(tried))
        names = {change.factor for one in tried for change in one}
        columns = [
            pl.Series(
                name,
                [next((c.to_value for c in one if c.factor == name), card.item(0, name)) for one in tried],
                dtype=pl.Float64,
            )
            for name in sorted(names)
        ]
        scored = axes(rows.with_columns(columns), every, grading)
        after = scored.select(rank(pl.col("ability"), pl.col("willingness"), grading)).to_series().to_list()
        reached = [one for one, at in zip(tried, after, strict=True) if at < place]
        if reached:
            reached.sort(key=lambda one: (sum(c.points_gain for c in one), [c.factor for c in one]))
            return _plain(reached)[: wanted.most_sets]
    return ()


def _sets(options: Sequence[Sequence[Change]], size: int) -> Iterator[tuple[Change, ...]]:
    for chosen in combinations(options, size):
        yield from product(*chosen)


def _plain(reached: Sequence[tuple[Change, ...]]) -> list[tuple[Change, ...]]:
    """Of sets with the same factors the one that asks least."""
    kept: dict[tuple[str, ...], tuple[Change, ...]] = {}
    for one in reached:
        kept.setdefault(tuple(change.factor for change in one), one)
    return list(kept.values())


def _deposit(row: dict[str, float], place: int, terms: tuple[Grading, Advising], times: float) -> float | None:
    """1 - chance in the middle of the next grade / chance now: what is lost in the mean is then the same."""
    if place == 0:
        return None
    low, high = bands(terms[0], times)[place - 1]
    share = 1.0 - sqrt(low * high) / row["yearly_default_chance"]
    return share if 0.0 < share <= terms[1].most_deposit else None
