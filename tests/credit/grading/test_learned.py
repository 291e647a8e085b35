"""Learned: a kept card says what it said when it was trained, and is refused where it may not be used."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from solvent.base.problem import SolventError
from solvent.credit.grading.learned import Blending, applied, blended, card_of, kept, learned_chances
from solvent.credit.scorecard.report import report
from solvent.credit.scorecard.sheet.sheet import Asked, Sheet, sheet_of
from solvent.credit.scorecard.train import Plan, Trained, Training, train
from solvent.files import cli


def firms(rows: int = 1500, seed: int = 1, shift: float = 0.0) -> pl.DataFrame:
    """Firms of which the weak fail, with numbers, amounts, words and days, and gaps in them."""
    draw = np.random.default_rng(seed)
    share, debt = draw.normal(0.3 + shift, 0.2, rows), draw.gamma(2.0, 0.5, rows)
    sales = draw.lognormal(3.0, 1.0, rows)
    trade = draw.choice(["steel", "toys", "tea", "rare"], rows, p=[0.5, 0.3, 0.19, 0.01])
    founded = draw.integers(0, 9000, rows)
    odds = -2.5 - 4.0 * (share - 0.3) + 1.0 * debt + np.where(trade == "toys", 1.0, 0.0) - founded / 4000
    failed = draw.random(rows) < 1 / (1 + np.exp(-odds))
    gaps = pl.Series(draw.random(rows) < np.where(failed, 0.3, 0.1))
    born = pl.select(pl.lit(date(2000, 1, 1)) - pl.duration(days=pl.Series(founded))).to_series()
    return pl.DataFrame({
        "customer_id": [f"c{at:05d}" for at in range(rows)],
        "period_end": [date(2025, 12, 31)] * rows,
        "equity_share": pl.Series(share).set(gaps, None),
        "leverage": debt,
        "profit": sales * (share - 0.2) + draw.normal(0, 0.5, rows),
        "sales": sales,
        "founded": born,
        "told": pl.Series([date(2020, 1, 1)] * rows).set(gaps, None),
        "trade": trade,
        "outcome": failed.astype(int),
    })  # fmt: skip


@cache
def trained() -> tuple[Sheet, Trained]:
    made = sheet_of(firms(), Asked("outcome", leave_out=("customer_id", "period_end")))
    return made, train(made, Plan(boosted=False), Training(repetitions=1))


@cache
def text() -> str:
    made, found = trained()
    return json.dumps(kept(made, found, report(made, found)))


def told(**changes: Any) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(text())
    return card | changes


def test_a_kept_card_says_what_the_trained_one_says() -> None:
    made, found = trained()
    card, frame = card_of(told()), firms()
    now = applied(card, frame)
    fitted, curve = found.fitted, found.calibrations["scorecard"]
    points = fitted.card.points(fitted.places(fitted.columns(made.values)))
    assert (now.points == points).all()
    assert (now.chance == curve.chance(fitted.card.risk(points))).all()
    assert now.shift == pytest.approx(0.0, abs=1e-12)
    assert not now.problems
    used = {name for part in card.columns for of in part.of for name in of}
    assert {"equity_share", "leverage", "trade", "told", "founded"} <= used


def test_other_rows_in_another_order_as_text_say_the_same() -> None:
    frame = firms(300, seed=5)
    card = card_of(told())
    plain = applied(card, frame)
    spoken = applied(card, frame.reverse().with_columns(pl.all().cast(pl.String)))
    assert (spoken.points[::-1] == plain.points).all()


def test_a_word_that_was_never_seen_is_rare_and_a_column_that_is_not_there_is_missing() -> None:
    card, frame = card_of(told()), firms(200, seed=3)
    new, rare, gone = (
        applied(card, changed)
        for changed in (
            frame.with_columns(trade=pl.lit("whale oil")),
            frame.with_columns(trade=pl.lit("rare")),
            frame.drop("trade"),
        )
    )
    assert (new.points == rare.points).all()
    assert gone.problems[0].code == "credit.grading.card_column_missing"
    assert gone.problems[0].place == "trade"
    empty = applied(card, frame.with_columns(trade=pl.lit(None, dtype=pl.String)))
    assert (gone.points == empty.points).all()


def test_a_file_without_any_of_its_columns_is_refused() -> None:
    with pytest.raises(SolventError, match="card_columns"):
        applied(card_of(told()), pl.DataFrame({"x": [1.0]}))


def test_scores_that_have_shifted_are_told_and_not_used() -> None:
    card = card_of(told())
    sound, problems = learned_chances(card, firms(400, seed=9))
    assert sound.height == 400
    assert not problems
    assert sound["customer_id"].is_sorted()
    other, problems = learned_chances(card, firms(400, seed=9, shift=0.6))
    assert other.is_empty()
    assert [problem.code for problem in problems] == ["credit.grading.card_shift"]
    few = applied(card, firms(49, seed=9, shift=0.6))
    assert few.shift is None
    assert applied(card, firms(50, seed=9, shift=0.6)).shift is not None


def test_a_card_that_failed_its_gate_may_not_be_used() -> None:
    card = card_of(told(for_use=False, gate=[{"name": "auc", "holds": False}, {"name": "stability", "holds": True}]))
    with pytest.raises(SolventError, match="card_gate") as refused:
        learned_chances(card, firms(100))
    assert refused.value.problem.facts["checks"] == "auc"


def test_the_newest_row_of_a_customer_counts() -> None:
    card, frame = card_of(told()), firms(60, seed=2)
    older = frame.with_columns(pl.lit(date(2024, 12, 31)).alias("period_end"), pl.col("leverage") + 5.0)
    both, _ = learned_chances(card, pl.concat([frame, older]))
    alone, _ = learned_chances(card, frame)
    assert both.equals(alone)


@pytest.mark.parametrize(
    "broken",
    [
        [], "card", 7, {}, {"form": "solvent.scorecard.2"}, {"form": "solvent.scorecard.1"},
    ],
)  # fmt: skip
def test_what_is_no_card_is_refused(broken: object) -> None:
    with pytest.raises(SolventError, match=r"credit\.grading\.(no_card|card_broken)"):
        card_of(broken)


@pytest.mark.parametrize("key", ["group", "points", "cuts", "of", "how", "words", "evidence"])
@pytest.mark.parametrize("value", [None, [], [1e999], "?", [-1], [[1]], {"a": 1}])
def test_a_card_with_a_broken_table_is_refused_or_still_fits(key: str, value: object) -> None:
    """Whatever stands there: never another error, never a card that then fails on rows."""
    card = told()
    card["parts"][0][key] = value
    try:
        found = card_of(card)
        applied(found, firms(60))
    except SolventError as refused:
        assert refused.problem.code in ("credit.grading.card_broken", "credit.grading.card_columns")  # noqa: PT017


def test_blending_keeps_to_the_expert_where_nothing_was_learned_and_lies_between() -> None:
    frame = pl.DataFrame({"e": [0.02, 0.02, 0.02, 0.4], "l": [None, 0.02, 0.2, 0.0]})
    found = frame.select(blended(pl.col("e"), pl.col("l"))).to_series().to_list()
    assert found[0] == 0.02
    assert found[1] == pytest.approx(0.02)
    assert 0.02 < found[2] < 0.2
    assert 0.0 < found[3] < 0.4
    all_learned = frame.select(blended(pl.col("e"), pl.col("l"), Blending(weight=1.0))).to_series().to_list()
    assert all_learned[2] == pytest.approx(0.2)


def test_the_commands_keep_a_card_and_apply_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    learn, new, card = tmp_path / "past.csv", tmp_path / "now.csv", tmp_path / "card.json"
    firms(900).drop("customer_id", "period_end").write_csv(learn)
    firms(120, seed=4).drop("outcome").write_csv(new)
    told = ["scorecard", "train", str(learn), "--target", "outcome", "--no-boosted", "--repetitions", "1"]
    assert cli.main([*told, "--save", str(card), "--json", str(tmp_path / "report.json")]) == 0
    found = card_of(json.loads(card.read_text("utf-8")))
    expected = applied(found, firms(120, seed=4))
    capsys.readouterr()
    assert cli.main(["scorecard", "apply", str(card), str(new), "--json", "-"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [row["points"] for row in shown["rows"]] == expected.points.tolist()
    assert [row["chance"] for row in shown["rows"]] == pytest.approx(expected.chance.tolist())
    assert shown["for_use"] is True
    assert cli.main(["--lang", "zh", "scorecard", "apply", str(card), str(new)]) == 0
    assert "稳定性指数" in capsys.readouterr().out
    assert cli.main(["scorecard", "apply", str(new), str(new)]) != 0
    assert cli.main(["scorecard", "apply", str(tmp_path / "none.json"), str(new)]) != 0
