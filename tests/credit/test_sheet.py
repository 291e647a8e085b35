"""Sheet: any file's columns, recognised; targets in words of both languages; what gives the target away."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from solvent.base.problem import Problem, SolventError
from solvent.credit.scorecard.sheet.columns import Told, read
from solvent.credit.scorecard.sheet.sheet import Asked, moment_of, sheet_of
from solvent.credit.scorecard.sheet.target import target_of


def test_numbers_as_people_write_them() -> None:
    told = read(pl.Series("x", ["1,234.50", "(12)", "-3", "¥5", "", "n/a", "inf"]))
    assert isinstance(told, Told)
    assert told.kind == "number"
    assert told.values[:4].tolist() == [1234.5, -12.0, -3.0, 5.0]
    assert np.isnan(told.values[4:]).all()
    shares = read(pl.Series("x", ["3%", "12.5 %"]))
    assert isinstance(shares, Told)
    assert shares.values.tolist() == [0.03, 0.125]
    commas = read(pl.Series("x", ["1.234,50", "7,25", "3"]))
    assert isinstance(commas, Told)
    assert commas.values.tolist() == [1234.5, 7.25, 3.0]


@pytest.mark.parametrize(
    "cells", [["2024-01-31", "2024-02-01"], ["31/01/2024", "01/02/2024"], ["2024年1月31日", "2024年2月1日"]]
)
def test_days_in_several_forms(cells: list[str]) -> None:
    told = read(pl.Series("x", cells))
    assert isinstance(told, Told)
    assert told.kind == "day"
    assert told.values.tolist() == [float((date(2024, 1, 31) - date(1970, 1, 1)).days), 19754.0]


def test_words_codes_and_truths() -> None:
    told = read(pl.Series("x", ["b", "a", None, "b"] * 10))
    assert isinstance(told, Told)
    assert (told.kind, told.words) == ("word", ("a", "b"))
    assert told.values[:2].tolist() == [1.0, 0.0]
    coded = read(pl.Series("branch", ["001", "002", "001", "010"] * 5))
    assert isinstance(coded, Told)
    assert coded.kind == "word"
    truth = read(pl.Series("x", [True, False, None]))
    assert isinstance(truth, Told)
    assert truth.kind == "number"


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (pl.Series("x", [None, "", "?"], dtype=pl.String), "credit.scorecard.column_empty"),
        (pl.Series("x", ["a"] * 30), "credit.scorecard.column_constant"),
        (pl.Series("x", list(range(500, 560))), "credit.scorecard.column_id"),
        (pl.Series("customer_no", [v * 977 for v in range(60)]), "credit.scorecard.column_id"),
        (pl.Series("x", [f"Firm {v}" for v in range(60)]), "credit.scorecard.column_names"),
    ],
)
def test_columns_of_no_use_are_told(column: pl.Series, code: str) -> None:
    told = read(column)
    assert isinstance(told, Problem)
    assert told.code == code


def test_an_amount_in_whole_units_is_no_id_and_one_value_beside_gaps_is_kept() -> None:
    assert isinstance(read(pl.Series("assets", [v * 977 + v * v for v in range(60)])), Told)
    assert isinstance(read(pl.Series("rated", ["yes", None] * 20)), Told)


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        (["0", "1", "1"], "1"), (["0.0", "1.0"], "1.0"), (["true", "false"], "true"), (["Yes", "No"], "Yes"),
        (["alive", "failed", "failed"], "failed"), (["good", "bad"], "bad"), (["是", "否"], "是"),
        (["正常", "违约"], "违约"), (["good", "other", "other"], "other"), (["1", "2", "2", "2"], "1"),
    ],
)  # fmt: skip
def test_which_answer_is_the_failure(words: list[str], failure: str) -> None:
    yes, word, _ = target_of(pl.Series("t", words), None)
    assert word == failure
    assert yes.to_list() == [one == failure for one in words]


def test_a_guess_is_told_and_a_word_named_counts() -> None:
    _, word, notes = target_of(pl.Series("t", ["a", "b", "b"]), None)
    assert (word, [note.code for note in notes]) == ("a", ["credit.scorecard.failure_guessed"])
    _, word, notes = target_of(pl.Series("t", ["a", "b", "b"]), "b")
    assert (word, notes) == ("b", [])
    with pytest.raises(SolventError, match="failure_unknown"):
        target_of(pl.Series("t", ["a", "b"]), "c")


@pytest.mark.parametrize(("words", "code"), [(["a"] * 3, "target_constant"), (["a", "b", "c"], "target_not_binary")])
def test_a_target_that_is_no_yes_or_no(words: list[str], code: str) -> None:
    with pytest.raises(SolventError, match=code):
        target_of(pl.Series("t", words), None)


def frame(rows: int = 200) -> pl.DataFrame:
    draw = np.random.default_rng(1)
    return pl.DataFrame({
        "firm": [f"F{no // 4}" for no in range(rows)],
        "year": [2010 + no % 4 for no in range(rows)],
        "a": draw.normal(size=rows),
        "t": [str(int(no % 7 == 0)) for no in range(rows)],
    })  # fmt: skip


def test_copies_and_groups_share_a_cluster() -> None:
    doubled = pl.concat([frame(), frame().head(3)])
    told = sheet_of(doubled, Asked("t", leave_out=("firm", "year")))
    assert told.duplicates == 3
    assert told.cluster[:3].tolist() == told.cluster[-3:].tolist()
    grouped = sheet_of(frame(), Asked("t", group="firm"))
    assert len(np.unique(grouped.cluster)) == 50
    assert "firm" not in grouped.names


def test_rows_without_an_answer_are_left_out_and_keep_their_numbers() -> None:
    holes = frame().with_columns(pl.when(pl.int_range(pl.len()) == 1).then(None).otherwise(pl.col("t")).alias("t"))
    told = sheet_of(holes, Asked("t"))
    assert told.row[:3].tolist() == [1, 3, 4]
    assert "credit.scorecard.target_empty" in [problem.code for problem in told.problems]


def test_a_column_that_gives_the_answer_away() -> None:
    draw = np.random.default_rng(2)
    leak = frame().with_columns(
        (pl.col("t").cast(pl.Float64) + pl.Series(draw.normal(size=200) * 0.05)).alias("written off"),
        pl.when(pl.col("t") == "1").then(pl.lit("court")).otherwise(pl.lit("none of it")).alias("state"),
    )
    told = sheet_of(leak, Asked("t", group="firm"))
    assert list(told.giveaways) == ["written off", "state"]


def test_days_give_the_time_between_them() -> None:
    days = frame().with_columns(
        pl.lit("2024-01-01").alias("x"),
        pl.date(2020, 1, 1).dt.offset_by("0d").alias("founded") + pl.duration(days=pl.int_range(pl.len()) % 90),
        pl.date(2024, 1, 1).alias("told") + pl.duration(days=pl.int_range(pl.len()) % 7),
    )
    assert "told - founded" in sheet_of(days, Asked("t", group="firm")).names


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(SolventError, match="column_unknown"):
        sheet_of(frame(), Asked("nothing"))


def test_moments_on_the_scale_of_the_column() -> None:
    assert moment_of("2011", days=False, end=True) == 2011.0
    assert moment_of("2011-06-30", days=False, end=True) == 2011.0
    first = moment_of("2012", days=True, end=False)
    assert moment_of("2011", days=True, end=True) == first - 1
    assert moment_of("2011-12", days=True, end=True) == first - 1
    assert moment_of("2011-12-31", days=True, end=False) == first - 1
    with pytest.raises(SolventError, match="time_value"):
        moment_of("soon", days=True, end=True)
    with pytest.raises(SolventError, match="time_value"):
        moment_of("soon", days=False, end=True)
