"""Bankruptcies of Polish and American firms: what both models reach out of fold, against published aims."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from solvent.credit.scorecard.report import report
from solvent.credit.scorecard.sheet.sheet import Asked, sheet_of
from solvent.credit.scorecard.train import Plan, Training, train

pytestmark = pytest.mark.long


@pytest.mark.parametrize(("year", "card", "trees"), [(5, 0.90, 0.953), (1, 0.83, 0.945), (3, 0.83, 0.935)])
def test_polish_firms(reference: Path, year: int, card: float, trees: float) -> None:
    """One cut into five folds; the command makes five of them."""
    frame = pl.read_csv(reference / "bankruptcy-polish" / f"year{year}.csv.gz", infer_schema=False)
    sheet = sheet_of(frame, Asked("class"))
    told = report(sheet, train(sheet, Plan(workers=2), Training(repetitions=1)))
    assert told["duplicate_rows"] == {1: 82, 3: 87, 5: 60}[year]
    assert told["scorecard"]["auc"] >= card
    assert told["boosted"]["auc"] >= trees
    for model in ("scorecard", "boosted"):
        assert told[model]["calibration_error"] <= 0.01
        assert told[model]["for_use"]


def test_american_firms_in_their_last_year(reference: Path) -> None:
    frame = pl.read_csv(reference / "bankruptcy-us" / "american_bankruptcy_98pct.csv.gz", infer_schema_length=None)
    last = pl.col("year") == pl.col("year").max().over("company_name")
    kept = frame.filter((pl.col("status_label") == "alive") | last)
    sheet = sheet_of(kept, Asked("status_label", group="company_name", time="year"))
    told = report(sheet, train(sheet, Plan(sheet.moment <= 2011, sheet.moment >= 2015, workers=2)))
    assert told["boosted"]["auc"] >= 0.905
    assert told["boosted"]["calibration_error"] <= 0.01
    assert told["scorecard"]["auc"] >= 0.88
