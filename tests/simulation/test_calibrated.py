"""Calibration: companies drawn from the model itself; what then happened falls evenly over what was foreseen.

Each company has customers of their own ways, a past of invoices, and a present in which everybody's, each sector's and
each customer's factor have moved the open items together. The laws are fitted on what was known, the open book is
simulated, and the cash that came is ranked among the simulated paths. Were the bands too narrow, too wide or out of
place, the ranks of many companies would not be uniform.
"""

from datetime import date, timedelta
from math import erf

import numpy as np
import polars as pl
import pytest
from open_books import book_of, moves_of

from solvent.payment.curves import predict
from solvent.payment.laws import fit
from solvent.simulation.horizon import weekly
from solvent.simulation.items.receipts import receipts
from solvent.simulation.noise import quantiles

AS_OF = date(2026, 6, 30)
SYSTEMIC, SECTOR, CUSTOMER = 0.12, 0.0, 0.30
LOADS = [SYSTEMIC**0.5, 0, 0, CUSTOMER**0.5, 0, 0, 0, 1, (1 - SYSTEMIC - CUSTOMER) ** 0.5, 0]
WEEKS = (2, 4, 8)


def cumulative(values):
    """The standard normal law."""
    return 0.5 * (1 + np.vectorize(erf)(np.asarray(values) / 2**0.5))


def company(seed):
    """Past items as known at AS_OF, and the days from AS_OF on which the open ones were paid."""
    draw = np.random.default_rng(seed)
    customers, past = 25, 60
    who = np.repeat(np.arange(customers), past)
    issued = draw.integers(-540, 0, len(who))
    due = issued + 30
    quarter = (due + 720 - 30) // 91
    everybody = draw.standard_normal(20)
    moods = draw.standard_normal((customers, 20))
    place = draw.normal(6, 8, customers)
    score = SYSTEMIC**0.5 * everybody[quarter] + CUSTOMER**0.5 * moods[who, quarter]
    score += (1 - SYSTEMIC - CUSTOMER) ** 0.5 * draw.standard_normal(len(who))
    paid = np.maximum(due + np.rint(place[who] + 9 * score).astype(int), issued + 1)
    # What stands open is moved by factors of the days to come, from where it stands: so the model has it.
    begun = cumulative((-due + 0.5 - place[who]) / 9)
    ahead = SYSTEMIC**0.5 * draw.standard_normal() + CUSTOMER**0.5 * draw.standard_normal(customers)[who]
    ahead += (1 - SYSTEMIC - CUSTOMER) ** 0.5 * draw.standard_normal(len(who))
    lies = np.clip(begun + (1 - begun) * cumulative(ahead), 1e-12, 1 - 1e-12)
    later = np.maximum(due + np.rint(place[who] + 9 * quantiles(lies)).astype(int), 1)
    paid = np.where(paid <= 0, paid, later)
    day = np.datetime64(AS_OF)
    frame = pl.DataFrame(
        {
            "customer_no": who,
            "item_id": [f"I{n}" for n in range(len(who))],
            "issued_on": day + issued,
            "due_on": day + due,
            "ended_on": day + paid,
            "worth": np.rint(np.exp(draw.normal(9, 0.8, len(who)))).astype(np.int64),
            "paid": paid,
        },
        schema_overrides={"customer_no": pl.UInt32},
    ).sort("customer_no", "due_on", "item_id")
    over = pl.col("paid") <= 0
    known = frame.with_columns(
        pl.when(over).then("ended_on").alias("ended_on"), pl.when(over).then(pl.lit("paid")).alias("end")
    )
    return known, customers


def rank_of(seed, paths=400):
    """Share of simulated paths below what came, after each of WEEKS, ties told by lot."""
    known, customers = company(seed)
    running = known.filter(pl.col("end").is_null())
    curves = predict(fit(known, AS_OF, customers), running, AS_OF)
    ends = weekly(AS_OF, max(WEEKS)).end_days
    _, place = np.unique(running["customer_no"].to_numpy(), return_inverse=True)
    book = book_of(curves.paid_within(ends.tolist()), running["worth"].to_numpy(), place, loads=LOADS)
    flows = receipts(book, moves_of(seed, paths), seed).flows.cumsum(axis=1)
    came = running["paid"].to_numpy()
    told = []
    lot = np.random.default_rng(seed + 10**6).random(len(WEEKS))
    for week, luck in zip(WEEKS, lot):
        actual = running["worth"].to_numpy()[came <= 7 * week].sum()
        below, same = (flows[:, week - 1] < actual).sum(), (flows[:, week - 1] == actual).sum()
        told.append((below + luck * (same + 1)) / (paths + 1))
    return told


def uniform_distance(ranks):
    """Kolmogorov's distance of ranks from the uniform law."""
    ordered = np.sort(ranks)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    return max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max())


@pytest.mark.parametrize("companies", [60, pytest.param(200, marks=pytest.mark.long)])
def test_ranks_of_what_came_are_uniform(companies):
    ranks = np.array([rank_of(seed) for seed in range(companies)])
    print(
        "companies", companies, "mean rank", ranks.mean(axis=0), "in 80 %", ((ranks > 0.1) & (ranks < 0.9)).mean(axis=0)
    )
    for week in range(len(WEEKS)):
        distance = uniform_distance(ranks[:, week])
        assert distance < 1.95 / companies**0.5, (WEEKS[week], distance)
        inside = ((ranks[:, week] > 0.1) & (ranks[:, week] < 0.9)).mean()
        assert abs(inside - 0.8) < 3.3 * (0.16 / companies) ** 0.5, (WEEKS[week], inside)


def test_a_model_without_dependence_would_be_found_out():
    """The same check on bands that take items for independent: far too narrow, and seen to be."""
    alone = [0, 0, 0, 0, 0, 0, 0, 1, 1, 0]
    global LOADS  # noqa: PLW0603 - the one thing that differs
    kept, LOADS = LOADS, alone
    try:
        ranks = np.array([rank_of(seed) for seed in range(60)])
    finally:
        LOADS = kept
    inside = ((ranks > 0.1) & (ranks < 0.9)).mean()
    assert inside < 0.7


def test_the_days_are_as_meant():
    known, _ = company(1)
    assert known.filter(pl.col("end") == "paid")["ended_on"].max() <= AS_OF
    assert known["issued_on"].max() < AS_OF + timedelta(days=1)
