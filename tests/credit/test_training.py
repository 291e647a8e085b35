"""Training: end to end on small made-up firms; no leak, the same for any number of workers, the card adds up."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from solvent.base.plugs import usable
from solvent.base.problem import SolventError
from solvent.credit.scorecard import boosted
from solvent.credit.scorecard.card import Learning, candidates, learn
from solvent.credit.scorecard.quality import auc
from solvent.credit.scorecard.report import predictions, report
from solvent.credit.scorecard.sheet.sheet import Asked, Sheet, sheet_of
from solvent.credit.scorecard.train import Plan, Trained, Training, train
from solvent.files import cli
from solvent.files.commands.scorecard import COMMAND

needs_trees = pytest.mark.skipif(not usable("lightgbm"), reason="LightGBM cannot be loaded here")

BRIEF = Training(repetitions=1)


def firms(rows: int = 900, seed: int = 1, *, told: bool = True) -> pl.DataFrame:
    """Firms of which the weak and the indebted fail; ``told`` False: the columns know nothing of it."""
    draw = np.random.default_rng(seed)
    margin, debt = draw.normal(size=rows), draw.gamma(2.0, 0.5, rows)
    trade = draw.choice(["steel", "toys", "tea"], rows, p=[0.5, 0.3, 0.2])
    odds = -3.0 - 1.5 * margin + 1.0 * debt + np.where(trade == "toys", 0.8, 0.0)
    failed = draw.random(rows) < 1 / (1 + np.exp(-odds))
    if not told:
        failed = draw.random(rows) < 0.2
    gaps = draw.random(rows) < (np.where(failed, 0.4, 0.1) if told else 0.2)
    return pl.DataFrame({
        "firm": [f"Firm {no}" for no in range(rows)],
        "year": 2010 + draw.integers(0, 8, rows),
        "margin": pl.Series(margin).set(pl.Series(gaps), None),
        "debt": debt,
        "noise": draw.normal(size=rows),
        "trade": trade,
        "outcome": pl.Series(np.where(failed, "failed", "alive")),
    })  # fmt: skip


def sheet(frame: pl.DataFrame, **more: Any) -> Sheet:
    return sheet_of(frame, Asked("outcome", **more))


@cache
def small(workers: int = 1) -> tuple[Sheet, Trained]:
    made = sheet(firms(), leave_out=("year",))
    return made, train(made, Plan(workers=workers), BRIEF)


@needs_trees
def test_both_models_rank_and_are_true_out_of_fold() -> None:
    made, trained = small()
    told = report(made, trained)
    true = 0.86  # what the odds behind the rows reach themselves
    for model in ("scorecard", "boosted"):
        assert told[model]["auc"] > true - 0.06
        assert told[model]["calibration_error"] < 0.01 + 1.5 * told[model]["calibration_error_by_chance"]
        assert told[model]["stability"]["band"] == "stable"
    json.dumps(told, allow_nan=False)
    assert [column["column"] for column in told["scorecard"]["card"]["columns"]][:2] in (
        ["margin", "debt"],
        ["debt", "margin"],
    )
    assert "noise" not in [column["column"] for column in told["scorecard"]["card"]["columns"]]


def test_the_same_for_any_number_of_workers() -> None:
    one, two = predictions(*small(1)), predictions(*small(2))
    assert one.equals(two)


@needs_trees
def test_predictions_are_those_that_were_judged() -> None:
    made, trained = small()
    rows, told = predictions(made, trained), report(made, trained)
    assert rows.columns == ["row", "target", "scorecard", "boosted", "fold_1", "scorecard_1", "boosted_1"]
    assert rows.height == len(made.failed)
    failed = rows.get_column("target").to_numpy() == 1
    fold = rows.get_column("fold_1").to_numpy()
    for model in ("scorecard", "boosted"):
        chance = rows.get_column(f"{model}_1").to_numpy()
        assert ((chance > 0) & (chance < 1)).all()
        areas = [auc(failed[fold == one], chance[fold == one]) for one in range(1, 6)]
        assert told[model]["auc"] == pytest.approx(np.mean([one for one in areas if one is not None]))


@pytest.mark.parametrize("seed", [1, 2])
def test_columns_that_know_nothing_give_no_model_for_use(seed: int) -> None:
    made = sheet(firms(600, seed, told=False), leave_out=("year",))
    told = report(made, train(made, Plan(boosted=seed == 1), BRIEF))
    for model in ("scorecard", "boosted"):
        if told[model] is not None:
            assert abs(told[model]["auc"] - 0.5) < 0.1
            assert not told[model]["for_use"]


@needs_trees
def test_copies_do_not_help() -> None:
    """Every row four times: a model that had seen a copy would rank noise well."""
    one = firms(150, 5, told=False)
    made = sheet(pl.concat([one] * 4), leave_out=("year", "firm"))
    trained = train(made, Plan(), BRIEF)
    fold = trained.cuts[0].fold
    assert all(len(np.unique(fold[made.cluster == number])) == 1 for number in np.unique(made.cluster))
    assert report(made, trained)["boosted"]["auc"] < 0.65


@needs_trees
def test_a_calibration_never_sees_the_fold_that_it_tells() -> None:
    """Turning round the answers of one fold leaves the chances of that very fold as they were."""
    made, trained = small()
    fold = trained.cuts[0].fold
    mine = fold == 0
    order = np.flatnonzero(mine)
    pairs = np.random.default_rng(0).permutation(order)
    mixed = made.failed.copy()
    mixed[order] = made.failed[pairs]
    other = Sheet(**{**made.__dict__, "failed": mixed})
    again = _with_folds(other, trained)
    for model in ("scorecard", "boosted"):
        assert (again.chance[model][mine] == trained.cuts[0].chance[model][mine]).all()
        assert (again.chance[model][~mine] != trained.cuts[0].chance[model][~mine]).any()


def _with_folds(made: Sheet, trained: Trained) -> Any:
    """One repetition over the very folds of another training."""
    from solvent.credit.scorecard import train as room  # noqa: PLC0415

    base, fold = trained.learned_from, trained.cuts[0].fold
    jobs = room._jobs(base, fold, 5, BRIEF.seed, split=None)
    results = room._run(made, jobs, BRIEF, with_trees=True, workers=2, progress=None)
    return room._cut(made, base, fold, results, None)[0]


def test_what_is_printed_is_what_is_added_up() -> None:
    made, trained = small()
    fitted = trained.fitted
    columns = fitted.columns(made.values)
    places = fitted.places(columns)
    points = fitted.card.points(places)
    card = report(made, trained)["scorecard"]["card"]
    for row in range(5):
        told = [column["bins"][places[row, part]]["points"] for part, column in enumerate(card["columns"])]
        assert points[row] == card["base_points"] + sum(told)
        best = [max(one["points"] for one in column["bins"]) for column in card["columns"]]
        lost = sorted((most - own for most, own in zip(best, told) if most > own), reverse=True)
        assert [reason[2] for reason in fitted.card.reasons(places[row])] == lost[:4]
    chances = [step["chance"] for step in card["chance_by_points"]]
    assert chances == sorted(chances, reverse=True)
    for column in card["columns"]:
        assert all(
            (one["points"] >= 0) == (one["weight_of_evidence"] >= 0) or abs(one["points"]) <= 1
            for one in column["bins"]
        )


def test_twenty_points_more_double_the_odds() -> None:
    made, _ = small()
    part = np.arange(len(made.failed)) % 3
    offered = candidates(made.values, made.words, made.failed, part)
    single, _ = learn(offered, made.names, made.words, made.failed, given=made.values.shape[1])
    double, _ = learn(
        offered, made.names, made.words, made.failed, given=made.values.shape[1], terms=Learning(double_points=40)
    )
    for one, two in zip(single.parts, double.parts, strict=True):
        assert np.abs(two.points - 2 * one.points).max() <= 1
    points = np.array([500, 520])
    assert np.diff(single.risk(points))[0] == pytest.approx(-np.log(2))


def test_a_split_in_time_learns_before_and_tests_after() -> None:
    made = sheet(firms(1200, 3), time="year")
    plan = Plan(made.moment <= 2013, made.moment >= 2015, boosted=False)
    trained = train(made, plan, BRIEF)
    assert (made.moment[trained.learned_from] <= 2013).all()
    assert (made.moment[trained.cuts[0].rows] >= 2015).all()
    assert report(made, trained)["scorecard"]["auc"] > 0.75


def test_without_lightgbm_there_is_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosted, "at_hand", lambda: False)
    made = sheet(firms(400), leave_out=("year",))
    trained = train(made, Plan(), BRIEF)
    told = report(made, trained)
    assert told["boosted"] is None
    assert told["scorecard"]["auc"] > 0.7
    assert [problem.code for problem in trained.problems] == ["credit.scorecard.no_lightgbm"]
    with pytest.raises(SolventError, match="no_lightgbm"):
        boosted.learn(made.values, [False] * 4, made.failed, np.zeros(400, dtype=np.int64), seed=1)


def test_too_few_failures() -> None:
    few = firms(300).with_columns(
        pl.when(pl.int_range(pl.len()) < 9).then(pl.lit("failed")).otherwise(pl.lit("alive")).alias("outcome")
    )
    with pytest.raises(SolventError, match="few_failures"):
        train(sheet(few), Plan(), BRIEF)


def _main(arguments: tuple[str, ...]) -> int:
    language = cli.chosen("en")
    args = cli.build({"scorecard": COMMAND}, language).parse_args(["scorecard", *arguments])
    return COMMAND.run(args, cli.Screen(language))


@pytest.mark.parametrize("kind", ["csv", "gbk", "parquet", "xlsx"])
def test_the_command(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    frame = firms(300).rename({"trade": "行业"})
    file = tmp_path / f"firms.{'csv' if kind == 'gbk' else kind}"
    if kind == "parquet":
        frame.write_parquet(file)
    elif kind == "xlsx":
        frame.write_excel(file)
    elif kind == "gbk":
        file.write_bytes(frame.write_csv(separator=";").encode("gb18030"))
    else:
        frame.write_csv(file)
    told, rows = tmp_path / "told" / "a.json", tmp_path / "rows.csv"
    asked = ["train", str(file), "--target", "outcome", "--repetitions", "1", "--no-boosted", "--leave-out", "year"]
    assert _main((*asked, "--json", str(told), "--predictions", str(rows))) == 0
    found = json.loads(told.read_text("utf-8"))
    assert found["n"] == 300
    assert found["failure"] == "failed"
    assert {"auc", "average_precision", "calibration_error"} <= set(found["scorecard"])
    assert pl.read_csv(rows).height == 300
    shown = capsys.readouterr()
    assert "Scorecard" in shown.out
    assert "firm" in shown.err


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--time", "year"], "split_incomplete"),
        (["--time", "year", "--train-to", "2015", "--test-from", "2015"], "split_order"),
        (["--time", "year", "--train-to", "2015", "--test-from", "2050"], "nothing_to_test"),
        (["--time", "trade", "--train-to", "2015", "--test-from", "2016"], "time_words"),
    ],
)
def test_questions_that_cannot_be_asked(tmp_path: Path, more: list[str], code: str) -> None:
    file = tmp_path / "firms.csv"
    firms(100).write_csv(file)
    with pytest.raises(SolventError, match=code):
        _main(("train", str(file), "--target", "outcome", *more))


def test_files_that_are_no_table(tmp_path: Path) -> None:
    for name, data in (("a.csv", b""), ("b.pdf", b"%PDF-1.7 x"), ("c.gz", b"\x1f\x8bbroken"), ("d.csv", b"one\n1\n")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SolventError):
            _main(("train", str(tmp_path / name), "--target", "one"))
    with pytest.raises(SolventError, match="nothing_there"):
        _main(("train", str(tmp_path / "none.csv"), "--target", "one"))
