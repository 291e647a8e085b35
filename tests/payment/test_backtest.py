"""Back-test: scored on real ledgers and by hand, against three plain ways."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solvent.base.problem import SolventError
from solvent.books.books import open_books
from solvent.files.cli import main
from solvent.files.load import load
from solvent.payment.backtest import back_test
from solvent.payment.books import items_of
from solvent.payment.champion import TRANSPARENT, choose
from solvent.payment.curves import Curves
from solvent.payment.grid import COUNT, bin_of
from solvent.payment.scoring.baselines import baseline_delays
from solvent.payment.scoring.scores import auc, crps, wape

CUT = date(2013, 7, 12)
EARLIER = (date(2012, 8, 1), date(2012, 10, 15), date(2012, 12, 20), date(2013, 2, 20), date(2013, 5, 1))


@pytest.fixture
def ibm(reference: Path) -> tuple[pl.DataFrame, int, date]:
    return read(reference / "ar-ibm" / "accounts_receivable.csv")


@cache
def read(path: Path) -> tuple[pl.DataFrame, int, date]:
    books = open_books(load(path).intake.ledger)
    return items_of(books), books.journal.customers.height, books.as_of


def test_the_published_split(ibm: tuple[pl.DataFrame, int, date]) -> None:
    items, customers, last = ibm
    scores = back_test(items, customers, CUT, last).scores
    new = scores["new_items"]
    assert new["items"] == 500
    assert round(new["baselines"]["due_date"]["mae_days"], 2) == 11.21
    assert round(new["baselines"]["customer_mean"]["mae_days"], 2) == 6.72
    assert new["mae_days"] <= 6.1
    assert new["late_auc"] >= 0.85
    assert 0.75 <= new["band80_coverage"] <= 0.85
    book = scores["open_book"]
    for baseline in book["baselines"].values():
        assert book["mae_days"] < baseline["mae_days"]
        assert book["crps"] < baseline["crps"]
        assert book["cash_wape_4w"] < baseline["cash_wape_4w"]


def test_five_earlier_cut_offs(ibm: tuple[pl.DataFrame, int, date]) -> None:
    items, customers, last = ibm
    wins, ours, best = 0, [], []
    for cut in EARLIER:
        new = back_test(items, customers, cut, last, weekly=False).scores["new_items"]
        plain = min(baseline["mae_days"] for baseline in new["baselines"].values())
        wins += new["mae_days"] < plain
        ours.append(new["mae_days"])
        best.append(plain)
    assert wins >= 4
    assert np.mean(ours) < np.mean(best)


def test_the_command_writes_both_protocols(reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = str(reference / "ar-ibm" / "accounts_receivable.csv")
    out, rows = tmp_path / "told.json", tmp_path / "rows.csv"
    assert main(["backtest", ledger, "--test-from", "2013-07-12", "--json", str(out), "--predictions", str(rows)]) == 0
    told = json.loads(out.read_text("utf-8"))
    common = {"mae_days", "late_auc", "band80_coverage", "crps"}
    assert common <= set(told["new_items"])
    assert common | {"cash_wape_4w", "cash_wape_8w"} <= set(told["open_book"])
    assert set(told["open_book"]["baselines"]) == {"due_date", "customer_mean", "conditional"}
    frame = pl.read_csv(rows, try_parse_dates=True).filter(pl.col("protocol") == "new_items")
    error = (frame["median_on"] - frame["actual_on"]).dt.total_days().abs().mean()
    assert error == pytest.approx(told["new_items"]["mae_days"])
    assert main(["--lang", "zh", "backtest", ledger, "--test-from", "2013-07-12"]) == 0
    assert "到期日" in capsys.readouterr().out


def test_a_cut_off_without_a_past_or_a_future_is_refused(ibm: tuple[pl.DataFrame, int, date]) -> None:
    items, customers, last = ibm
    for day in (date(2011, 1, 1), date(2014, 6, 1)):
        with pytest.raises(SolventError):
            back_test(items, customers, day, last)


def past(delays: dict[int, list[int]]) -> pl.DataFrame:
    due = date(2026, 1, 1)
    rows = [(who, due, "paid", due + timedelta(days=delay)) for who, told in delays.items() for delay in told]
    return pl.DataFrame(rows, schema=["customer_no", "due_on", "end", "ended_on"], orient="row")


def test_baselines_by_hand() -> None:
    known = past({0: [0, 10, 20, 30, 40, 50, 60], 1: [5, 5]})
    day = date(2026, 6, 30)
    asked = pl.DataFrame(
        {
            "customer_no": [0, 0, 1, None],
            "issued_on": [date(2026, 5, 1)] * 4,
            "due_on": [day + timedelta(days=5), day - timedelta(days=15), day - timedelta(days=70), day],
        },
        schema_overrides={"customer_no": pl.Int64},
    )
    told = baseline_delays(known, asked, day)
    assert told["due_date"].tolist() == [0, 16, 71, 1]
    assert told["customer_mean"].tolist() == [30, 30, 71, 24]
    assert told["conditional"].tolist() == [30, 40, 71, 25]


def test_auc_is_the_chance_of_the_right_order() -> None:
    rng = np.random.default_rng(3)
    late, score = rng.random(60) < 0.4, rng.integers(0, 6, 60).astype(float)
    pairs = [(a > b) + 0.5 * (a == b) for a in score[late] for b in score[~late]]
    assert auc(late, score) == pytest.approx(np.mean(pairs))
    assert auc(np.array([True]), np.array([1.0])) is None


@given(arrays(np.float64, 5, elements=st.floats(0, 100)))
def test_wape_is_nothing_for_the_truth(actual: np.ndarray) -> None:
    assert wape(actual, actual) == (0.0 if actual.sum() else None)


def test_crps_of_a_sure_prediction_is_its_error(ibm: tuple[pl.DataFrame, int, date]) -> None:
    """A curve that is a step has the absolute error as its score, and being vague costs less than being wrong."""
    items, customers, last = ibm
    step = np.zeros((1, COUNT))
    step[0, int(bin_of([7])[0]) :] = 1.0
    one = items.head(1)
    curves = Curves(last, one, np.array([-10]), np.array([False]), step, np.array([0]))
    assert crps(curves, np.array([7.0])).tolist() == [0.0]
    assert crps(curves, np.array([27.0])).tolist() == [20.0]
    assert crps(curves, np.array([np.inf]), np.array([9.0])).tolist() == [3.0]
    assert customers == 100


def test_the_transparent_law_wins_where_it_is_the_truth() -> None:
    """Little history: nothing is chosen. Pure noise around each customer's mean: nothing beats it by much."""
    rng = np.random.default_rng(5)
    start = date(2024, 1, 1)
    rows = []
    for place in range(4000):
        who = place % 40
        issued = start + timedelta(days=int(place * 720 / 4000))
        delay = round(rng.normal(who % 7, 5))
        rows.append(
            (who, f"i{place}", issued, issued + timedelta(days=30), "paid", issued + timedelta(days=30 + delay))
        )
    items = pl.DataFrame(
        rows, schema=["customer_no", "item_id", "issued_on", "due_on", "end", "ended_on"], orient="row"
    ).with_columns(pl.lit(1).alias("face"), pl.lit(0).alias("open"))
    few = choose(items.head(50), 40, start + timedelta(days=200))
    assert few.scores == {}
    choice = choose(items, 40, start + timedelta(days=790))
    assert min(choice.scores.values()) > choice.scores[TRANSPARENT] * 0.97
