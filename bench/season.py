"""How good the sales forecast is: monthly series of the M3 competition (FINANCE, INDUSTRY, MICRO), 18 months ahead.

    .venv/bin/python bench/season.py [--every 1]

Side by side with the same month of last year (seasonal naive). MASE: mean absolute error over the mean absolute change
from one year to the next in the known part. sMAPE: symmetric mean absolute percentage error. Both over all 18 months,
and over the first six, which the outlook needs. Bands: share of actual months inside the 50, 80 and 95 % band. The data
lie in ../shared/data/ts-m3 beside the repository (SOLVENT_REFERENCE_DATA names another place). Exit 1 where last year
is better in any group.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from solvent.simulation.sales.forecast import forecast
from solvent.simulation.sales.ways import year_before

ROOT = Path(__file__).parents[1]
BANDS = {"50": 0.6745, "80": 1.2816, "95": 1.9600}


def rows_of(folder: Path, every: int) -> pl.DataFrame:
    """A row a series: type, way, errors of both, share of months inside each band."""
    with gzip.open(folder / "m3_monthly_finance_micro_industry.csv.gz") as file:
        series = pl.read_csv(file.read())
    kinds = dict(pl.read_csv(folder / "m3_meta.csv").select("id", "type").iter_rows())
    rows = []
    for number, ((name,), one) in enumerate(series.sort("id", "t").group_by("id", maintain_order=True)):
        if number % every:
            continue
        known, actual = (
            one.filter(pl.col("is_test") == part).get_column("value").cast(pl.Float64).to_numpy() for part in (0, 1)
        )
        told = forecast(known, 0, len(actual))
        scale = np.abs(known[12:] - known[:-12]).mean()
        row: dict[str, object] = {"type": kinds[str(name)], "way": told.way}
        for who, values in (("ours", told.expected), ("naive", year_before(known, len(known), len(actual)))):
            away = np.abs(values - actual)
            relative = 200.0 * away / (np.abs(values) + np.abs(actual))
            row |= {f"{who}_mase": away.mean() / scale, f"{who}_mase6": away[:6].mean() / scale}
            row |= {f"{who}_smape": relative.mean(), f"{who}_smape6": relative[:6].mean()}
        size = told.spread.deviations(len(actual))
        place = (np.log(np.maximum(actual, 1e-9) / np.maximum(told.expected, 1e-9)) + size * size / 2.0) / size
        row |= {f"in_{band}": float((np.abs(place[:6]) < far).mean()) for band, far in BANDS.items()}
        rows.append(row)
    return pl.DataFrame(rows)


def main() -> int:
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--every", type=int, default=1, help="take every so many series only")
    asked = reader.parse_args()
    folder = Path(os.environ.get("SOLVENT_REFERENCE_DATA") or ROOT.parent / "shared" / "data") / "ts-m3"
    if not folder.is_dir():
        print(f"the M3 series are not at hand: {folder} is missing (set SOLVENT_REFERENCE_DATA)")
        return 2
    start = time.perf_counter()
    rows = rows_of(folder, asked.every)
    spent = time.perf_counter() - start
    figures = [
        f"{who}_{score}{months}" for months in ("", "6") for score in ("mase", "smape") for who in ("ours", "naive")
    ]
    means = [pl.col(name).mean().round(3) for name in (*figures, *(f"in_{band}" for band in BANDS))]
    groups = rows.group_by("type").agg(pl.len().alias("series"), *means).sort("type")
    whole = rows.select(pl.lit("all").alias("type"), pl.len().alias("series"), *means)
    with pl.Config(tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
        print(pl.concat([groups, whole]))
    print("ways:", dict(rows.get_column("way").value_counts(sort=True).iter_rows()))
    print(f"{rows.height} series, {1000 * spent / rows.height:.1f} ms each")
    better = (groups["ours_mase"] < groups["naive_mase"]) & (groups["ours_smape"] < groups["naive_smape"])
    print("better than last year in every group:", bool(better.all()))
    return 0 if better.all() else 1


if __name__ == "__main__":
    sys.exit(main())
