"""Loss laws in closed form, against the published examples of CreditRisk+ and Vasicek's quantiles."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from solvent.base.problem import SolventError
from solvent.simulation.items.portfolio import credit_risk_plus, large_pool

DATA = Path(__file__).parents[2].parent / "shared" / "data"
PLUS, IRB = DATA / "creditriskplus", DATA / "vasicek-irb"
has_plus = pytest.mark.skipif(not PLUS.is_dir(), reason=f"no {PLUS}")
has_irb = pytest.mark.skipif(not IRB.is_dir(), reason=f"no {IRB}")


def _debtors(path):
    rows = list(csv.DictReader(path.read_text().splitlines()))
    sectors = [name for name in rows[0] if name.startswith("w_")]
    take = lambda *names: np.array([[float(row[name]) for name in names] for row in rows])  # noqa: E731
    exposure, rate, deviation = take("exposure", "mean_default_rate", "std_dev").T
    return exposure, rate, deviation, take(*sectors)


@has_plus
@pytest.mark.parametrize("example", ["1a", "1b", "2"])
def test_the_published_examples(example):
    law = credit_risk_plus(*_debtors(PLUS / f"example{example}_obligors.csv"))
    told = json.loads((PLUS / "expected.json").read_text())[f"Example{example.upper()}"]
    assert law.unit == told["loss_unit"]
    assert law.mean == pytest.approx(told["mean"], abs=1.0)
    for share, loss in told["percentiles"].items():
        assert law.quantile(float(share) / 100) == pytest.approx(loss, abs=1.0), share
    rows = list(csv.DictReader((PLUS / f"example{example}_loss_distribution.csv").read_text().splitlines()))
    for row in rows:
        place = round(float(row["loss"]) / law.unit)
        assert law.chances[place] == pytest.approx(float(row["probability"]), abs=1e-6)
    if "standard_deviation_manual_B3.4" in told:
        assert law.deviation == pytest.approx(told["standard_deviation_manual_B3.4"], rel=1e-5)


@has_irb
def test_vasicek_quantiles():
    for row in csv.DictReader((IRB / "vasicek_quantiles.csv").read_text().splitlines()):
        told = large_pool(float(row["pd"]), float(row["rho"]), float(row["alpha"]))
        assert told == pytest.approx(float(row["loss_quantile"]), abs=1e-7)


def test_without_sectors_failures_are_poisson():
    law = credit_risk_plus(np.full(50, 7.0), np.full(50, 0.04), np.zeros(50), np.zeros((50, 1)), unit=7.0)
    expected, term = [], np.exp(-2.0)
    for count in range(12):
        expected.append(term)
        term *= 2.0 / (count + 1)
    assert law.chances[:12] == pytest.approx(expected, abs=1e-12)
    assert law.mean == pytest.approx(14.0)


def test_one_sector_is_negative_binomial():
    law = credit_risk_plus(np.full(100, 1.0), np.full(100, 0.02), np.full(100, 0.015), np.ones((100, 1)), unit=1.0)
    alpha = (2.0 / 1.5) ** 2
    p = 1.5**2 / 2.0 / (1.0 + 1.5**2 / 2.0)
    chance = (1.0 - p) ** alpha
    for count in range(10):
        assert law.chances[count] == pytest.approx(chance, abs=1e-12)
        chance *= (alpha + count) / (count + 1) * p
    assert law.chances.sum() == pytest.approx(1.0)


def test_a_grid_that_is_too_fine_is_refused():
    with pytest.raises(SolventError, match="losses_too_fine"):
        credit_risk_plus([1e9], [0.3], [0.1], [[1.0]], unit=1.0)
