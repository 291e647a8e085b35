"""Grade: ability and willingness to pay into a grade from A to E, a chance to fail within a year, and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.grading.caps import CAPS, Caps, after_caps, capped, event_caps, under_parents
from solvent.credit.grading.chances import GRADES, Grading, bands, chance, checked, own_level, points, rank
from solvent.credit.grading.factors.ability import AbilityPoints, ability
from solvent.credit.grading.factors.factor import AXES, Factor
from solvent.credit.grading.factors.record import own_record
from solvent.credit.grading.factors.register import Register, registered
from solvent.credit.grading.factors.reputation import Reputation, others_say, surroundings
from solvent.credit.grading.factors.statements import Believed, newest_ratios
from solvent.credit.grading.factors.willingness import WillingnessPoints, willingness
from solvent.credit.grading.history import History, failures
from solvent.credit.grading.learned import Blending, blended
from solvent.credit.grading.screening import admitted

TIERS = ("green", "yellow", "orange", "red")


@dataclass(frozen=True)
class Grades:
    """How good each customer is.

    table: a row a customer: customer_id, ability and willingness (Float64, 0 to 100, empty where nothing is known),
    points (Float64, 0 to 100), grade (A to E), yearly_default_chance (Float64), tier (``green``, ``yellow``,
    ``orange``, ``red``; red only by an event or by what is long overdue, never by points), basis (``expert``,
    ``learned``, ``payment``: our own record alone, ``nothing``), capped_by (String, empty: by nothing; ``event``,
    ``overdue``, ``screening``, ``country``, ``region``, ``industry``, ``group``), known_share (Float64: of all points
    those of factors that are known), own_grade (A to E: before any cap).
    reasons: customer_id, axis (``ability``, ``willingness``), factor, value (Float64, empty: not known, counted
    neutral), points, best, lost (Float64), most lost first within a customer; only where any are lost.
    card: a row a customer: customer_id, then each factor's value by its name (empty: not known), then the places that
    the caps leave (``cap_NAME``, ``cap_group``). times: what our own failures moved all odds by; 1.0 with too few.
    """

    table: pl.DataFrame
    reasons: pl.DataFrame
    problems: Sequence[Problem]
    card: pl.DataFrame = field(default_factory=pl.DataFrame)
    times: float = 1.0


def factors(policy: Policy) -> tuple[Factor, ...]:
    """Every factor of the card with the points of the policy: ability first."""
    return (*ability(policy.terms(AbilityPoints)), *willingness(policy.terms(WillingnessPoints)))


def grades(
    books: Books,
    behaviour: pl.DataFrame,
    told: pl.DataFrame,
    policy: Policy,
    *,
    learned: pl.DataFrame | None = None,
) -> Grades:
    """Every customer's grade on the books' day.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour``; told: ``credit.ratios.ratios``; both of the same books.
        learned: ``credit.grading.learned.learned_chances``: chances of a trained card, blended with ours.

    Raises:
        PolicyError: the policy's card does not fit together.
    """
    every, terms, caps = factors(policy), checked(policy.terms(Grading)), policy.terms(Caps)
    scored = axes(gather(books, behaviour, told, policy), every, terms)
    scored = scored.with_columns(rank(pl.col("ability"), pl.col("willingness"), terms).alias("own_place"))
    times = _level(books, scored, terms, policy.terms(History))
    expert = chance(pl.col("own_place"), pl.col("points"), terms, times)
    scored = scored.with_columns(expert.alias("own_chance"), pl.lit(False).alias("from_learned"))
    if learned is not None:
        scored = _with_learned(scored, learned, bands(terms, times), policy.terms(Blending))
    graded = _under_caps(scored, caps)
    graded = _told(graded, terms, caps, times)
    names = [factor.name for factor in every]
    card = graded.select("customer_id", *names, *(f"cap_{name}" for name in (*CAPS, "group")))
    table = graded.select(
        "customer_id", "ability", "willingness", "points", "grade", "yearly_default_chance", "tier", "basis",
        "capped_by", "known_share", "own_grade",
    )  # fmt: skip
    return Grades(table, reasons(card, every, terms), (), card, times)


def _with_learned(
    scored: pl.DataFrame, learned: pl.DataFrame, edges: Sequence[tuple[float, float]], blend: Blending
) -> pl.DataFrame:
    """The chance blended with the learned one, and the grade moved with it by so many steps at most."""
    both = scored.join(learned.select("customer_id", "chance"), on="customer_id", how="left", maintain_order="left")
    known = pl.col("chance").is_not_null()
    chances = blended(pl.col("own_chance"), pl.col("chance"), blend)
    over = [(chances > high).cast(pl.Int64) for _, high in edges[:-1]]
    steps = (pl.sum_horizontal(over) - pl.col("own_place")).clip(-blend.most_steps, blend.most_steps)
    place = pl.when(known).then(pl.col("own_place") + steps).otherwise("own_place")
    basis = pl.when(known).then(pl.lit("learned")).otherwise("basis")
    return both.with_columns(
        chances.alias("own_chance"), place.alias("own_place"), basis.alias("basis"), known.alias("from_learned")
    ).drop("chance")


def _under_caps(scored: pl.DataFrame, caps: Caps) -> pl.DataFrame:
    """The frame with ``place`` after all caps, ``capped_by``, and each cap's own place."""
    graded = capped(scored, caps)
    after, named = after_caps(pl.col("own_place"))
    graded = graded.with_columns(after.alias("place"), named.alias("capped_by"))
    alone = graded.get_column("place")
    if caps.follows_parent:
        graded = under_parents(graded)
    moved = pl.when(pl.col("place") > alone).then("place")
    return graded.with_columns(moved.cast(pl.Int64).alias("cap_group"))


def gather(books: Books, behaviour: pl.DataFrame, told: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The values of all factors and the facts of all caps, a row a customer, sorted by customer_id."""
    gates = admitted(books, policy).rename({"failed": "gate_failed", "in_use": "screening_in_use"})
    parts = (
        own_record(books, behaviour, policy),
        newest_ratios(books, told, policy.terms(Believed)),
        registered(books, policy.terms(Register)),
        others_say(books, policy.terms(Reputation)),
        surroundings(books, policy.terms(Reputation)),
        event_caps(books, policy.terms(Caps)),
    )
    every = gates
    for part in parts:
        every = every.join(part, on="customer_id", how="left")
    times = pl.when(pl.col("yearly_purchases") > 0).then(pl.col("capital") / pl.col("yearly_purchases"))
    return every.with_columns(times.alias("capital_times")).sort("customer_id").collect(engine="streaming")


def axes(gathered: pl.DataFrame, every: Sequence[Factor], terms: Grading) -> pl.DataFrame:
    """The frame with ability and willingness (empty where nothing of the customer itself is known), points,
    known_share, and basis. A factor that is not known counts ``neutral_share`` of its best points."""
    own = {axis: [factor for factor in every if factor.axis == axis] for axis in AXES}
    cells = []
    for axis, mine in own.items():
        whole = sum(factor.best for factor in mine)
        counted = [factor.counted(pl.col(factor.name)).fill_null(factor.best * terms.neutral_share) for factor in mine]
        known = pl.any_horizontal(
            pl.col(factor.name).is_not_null() for factor in mine if factor.shape.look != "surroundings"
        )
        cells.append(pl.when(known).then(pl.sum_horizontal(counted) * (100.0 / whole)).round(9).alias(axis))
    best = sum(factor.best for factor in every)
    there = pl.sum_horizontal(pl.when(pl.col(factor.name).is_not_null()).then(factor.best) for factor in every)
    others = pl.any_horizontal(
        pl.col(factor.name).is_not_null() for factor in every if factor.shape.look not in ("payment", "surroundings")
    )
    basis = (
        pl.when(others)
        .then(pl.lit("expert"))
        .when(pl.col("willingness").is_not_null())
        .then(pl.lit("payment"))
        .otherwise(pl.lit("nothing"))
    )
    return gathered.with_columns(cells).with_columns(
        points(pl.col("ability"), pl.col("willingness"), terms).alias("points"),
        (there / best).alias("known_share"),
        basis.alias("basis"),
    )


def reasons(card: pl.DataFrame, every: Sequence[Factor], terms: Grading) -> pl.DataFrame:
    """What each customer's factors cost it, most lost first; a row only where points are lost.

    Args:
        card: customer_id and the factors' values.
    """
    parts = []
    for at, factor in enumerate(every):
        value = pl.col(factor.name)
        counted = factor.counted(value).fill_null(factor.best * terms.neutral_share)
        row = card.lazy().select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
            pl.lit(at, dtype=pl.UInt8).alias("at"),
            value.cast(pl.Float64).alias("value"),
            counted.alias("points"),
            pl.lit(factor.best).alias("best"),
            (factor.best - counted).alias("lost"),
        )
        parts.append(row.filter(pl.col("lost") > 0))
    order = ("row", "lost", "at")
    told = pl.concat(parts).sort(order, descending=[False, True, False]).collect()
    places = {name: [getattr(factor, name) for factor in every] for name in ("axis", "name")}
    return told.select(
        card.get_column("customer_id").gather(told.get_column("row")).alias("customer_id"),
        pl.Series(places["axis"], dtype=pl.String).gather(told.get_column("at")).alias("axis"),
        pl.Series(places["name"], dtype=pl.String).gather(told.get_column("at")).alias("factor"),
        "value", "points", "best", "lost",
    )  # fmt: skip


def _level(books: Books, scored: pl.DataFrame, terms: Grading, history: History) -> float:
    """What our own failures move the odds by."""
    past = failures(books, history)
    if past.is_empty():
        return 1.0
    prior = chance(pl.col("own_place"), pl.col("points"), terms)
    sound = scored.join(past.filter(~pl.col("failed")), on="customer_id", how="semi", maintain_order="left")
    expected = sound.select(prior.mean()).item()
    if expected is None:
        return 1.0
    return own_level(float(expected), int(past["failed"].sum()), float(past["years"].sum()), terms)


def _told(graded: pl.DataFrame, terms: Grading, caps: Caps, times: float) -> pl.DataFrame:
    """Grade, chance and colour out of the place."""
    last = len(GRADES) - 1
    ended = (pl.col("cap_event") == last).fill_null(False)
    failed = pl.col("failed_us").fill_null(False)
    expert = chance(pl.col("place"), pl.col("points"), terms, times)
    # A learned chance stays within the band of the grade that it led to, so that no better grade has a higher chance.
    low, high = (
        pl.col("place").replace_strict(dict(enumerate(edges)), return_dtype=pl.Float64)
        for edges in zip(*bands(terms, times), strict=True)
    )
    own = pl.when(pl.col("from_learned")).then(pl.col("own_chance").clip(low, high)).otherwise(expert)
    least = pl.when(ended).then(caps.ended_chance).when(failed).then(caps.failed_chance)
    letters = dict(enumerate(GRADES))
    colour = pl.col("place").replace_strict(dict(enumerate((0, 0, 1, 2, 2))), return_dtype=pl.Int64)
    tier = pl.when(ended | failed).then(3).otherwise(colour)
    return graded.with_columns(
        pl.max_horizontal(own, least).alias("yearly_default_chance"),
        pl.col("place").replace_strict(letters, return_dtype=pl.String).alias("grade"),
        pl.col("own_place").replace_strict(letters, return_dtype=pl.String).alias("own_grade"),
        tier.replace_strict(dict(enumerate(TIERS)), return_dtype=pl.String).alias("tier"),
    )
