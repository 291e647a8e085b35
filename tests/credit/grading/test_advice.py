"""Advice: every change told does what it says, nothing smaller does, and only what a customer can change is told."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.credit.grading.advice import Advising, advice, advice_for
from solvent.credit.grading.caps import CAPS
from solvent.credit.grading.chances import GRADES, Grading, bands, chance, rank
from solvent.credit.grading.grade import Grades, axes, factors, reasons

DAY = date(2026, 10, 31)
POLICY = Policy(DAY)
EVERY = factors(POLICY)
TERMS = Grading()
CHANGEABLE = {factor.name for factor in EVERY if factor.shape.changeable}
WAYS = {factor.name: factor.shape.better for factor in EVERY}


def graded(rows: list[dict[str, float]], caps: dict[str, int] | None = None) -> Grades:
    """Grades of customers c0, c1, … with these values; all others are not known."""
    cells = {factor.name: [row.get(factor.name) for row in rows] for factor in EVERY}
    values = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.Float64))
    ids = pl.Series("customer_id", [f"c{at}" for at in range(len(rows))], dtype=pl.String)
    names = [f"cap_{name}" for name in (*CAPS, "group")]
    capped = [pl.lit((caps or {}).get(name.removeprefix("cap_")), dtype=pl.Int64).alias(name) for name in names]
    scored = axes(values.select(ids, pl.all()), EVERY, TERMS).with_columns(capped)
    own = rank(pl.col("ability"), pl.col("willingness"), TERMS)
    scored = scored.with_columns(pl.max_horizontal(own, *names).alias("place"))
    table = scored.select(
        "customer_id",
        "ability",
        "willingness",
        "points",
        pl.col("place").replace_strict(dict(enumerate(GRADES)), return_dtype=pl.String).alias("grade"),
        chance(pl.col("place"), pl.col("points"), TERMS).alias("yearly_default_chance"),
    )
    card = scored.select("customer_id", *cells, *names)
    return Grades(table, reasons(card, EVERY, TERMS), (), card)


def grade_of(row: dict[str, float]) -> str:
    return str(graded([row]).table.item(0, "grade"))


def drawn(seed: int, rows: int = 12) -> list[dict[str, float]]:
    draw = np.random.default_rng(seed)
    told = []
    for _ in range(rows):
        row = {}
        for factor in EVERY:
            edges = (factor.edges[0] - 1.0, *factor.edges, factor.edges[-1] + 1.0)
            if draw.random() < 0.7:
                at = int(draw.integers(0, len(edges) - 1))
                row[factor.name] = float((edges[at] + edges[at + 1]) / 2)
        told.append(row)
    return told


def test_every_change_does_what_it_says() -> None:
    rows = drawn(1)
    told = advice(graded(rows), POLICY)
    assert set(told["factor"]) <= CHANGEABLE
    assert told.height > 40
    before = graded(rows).table
    for change in told.iter_rows(named=True):
        at = int(change["customer_id"][1:])
        after = graded([{**rows[at], change["factor"]: change["to_value"]}]).table.row(0, named=True)
        assert after["grade"] == change["grade_after"]
        if before.item(at, change["axis"]) is not None:
            assert after["points"] == pytest.approx(change["points_after"])
            assert after["points"] - before.item(at, "points") == pytest.approx(change["points_gain"] / 2)
        if change["known"]:
            step = 1e-6 if WAYS[change["factor"]] == "less" else -1e-6
            short = graded([{**rows[at], change["factor"]: change["to_value"] + step}]).table.row(0, named=True)
            assert short["points"] == pytest.approx(before.item(at, "points"))


@pytest.mark.parametrize("seed", range(4))
def test_the_ways_are_the_smallest_there_are(seed: int) -> None:
    """Beside every set of better bins, tried one by one."""
    steps = {factor.name: factor.steps() for factor in EVERY if factor.shape.changeable}
    few = Policy(DAY, {"credit.grading.advice": [(DAY, {"most_factors": 40, "most_together": 2, "most_sets": 500})]})
    for row in drawn(seed + 10, 4):
        now = grade_of(row)
        told = advice_for(graded([row]), "c0", few)
        best = {name: lines[-1][0] for name, lines in steps.items()}
        sets: list[tuple[str, ...]] = []
        for size in (1, 2):
            pairs = list(combinations(sorted(best), size))
            tried = graded([{**row, **{name: best[name] for name in pair}} for pair in pairs]).table["grade"]
            sets = [pair for pair, grade in zip(pairs, tried, strict=True) if grade < now]
            if sets:
                break
        found = {tuple(sorted(change.factor for change in way)) for way in told.ways}
        assert found == set(sets)
        for way in told.ways:
            assert grade_of({**row, **{change.factor: change.to_value for change in way}}) < now


def test_a_cap_is_told_and_no_way_is_promised() -> None:
    row = {"payment_index": 65.0, "equity_share": 0.5, "altman_z": 3.0}
    held = advice_for(graded([row], {"country": 3}), "c0", POLICY)
    assert (held.grade, held.held_by, held.ways) == ("D", ["country"], ())
    free = advice_for(graded([row]), "c0", POLICY)
    assert free.held_by == []
    told = advice(graded([row], {"country": 3}), POLICY)
    assert set(told["grade_after"]) == {"D"}


def test_a_deposit_brings_what_is_risked_down_to_the_next_grade() -> None:
    row = {"payment_index": 30.0, "recent_delay_days": 70.0, "delay_rise_days": 30.0, "on_time_share": 0.0,
           "oldest_overdue_days": 80.0, "default_share": 0.5}  # fmt: skip
    sheet = advice_for(graded([row]), "c0", POLICY)
    assert (sheet.grade, sheet.next_grade) == ("D", "C")
    assert sheet.deposit_share is not None
    low, high = bands(TERMS)[GRADES.index("C")]
    assert ((1.0 - sheet.deposit_share) * sheet.chance) ** 2 == pytest.approx(low * high)
    none = Policy(DAY, {"credit.grading.advice": [(DAY, {"most_deposit": 0.1})]})
    assert advice_for(graded([row]), "c0", none).deposit_share is None
    failed = advice_for(graded([row], {"overdue": 4}), "c0", POLICY)
    assert (failed.grade, failed.deposit_share) == ("E", None)


def test_the_best_has_nothing_to_reach() -> None:
    best = {factor.name: factor.steps()[-1][0] for factor in EVERY}
    sheet = advice_for(graded([best]), "c0", POLICY)
    assert (sheet.grade, sheet.changes, sheet.ways, sheet.next_grade, sheet.deposit_share) == ("A", [], (), None, None)
    assert advice(graded([best]), POLICY).is_empty()


def test_nobody_of_that_name() -> None:
    with pytest.raises(SolventError, match="no_customer"):
        advice_for(graded([{"payment_index": 70.0}]), "nobody", POLICY)


def test_as_many_ways_as_the_policy_wants() -> None:
    row: dict[str, Any] = {"payment_index": 72.0, "recent_delay_days": 20.0, "oldest_overdue_days": 40.0}
    told = advice_for(graded([row]), "c0", POLICY)
    assert 0 < len(told.ways) <= Advising().most_sets
