"""Boosted: the hazard of the laws, corrected by trees from what was known of each item; censored items count in full.

Learned from origins: month after month in the past the laws are fitted on what was known on that day, as a forecast
would have been made, and the trees learn how each item's hazard, span by span, then differed from what its law said.
Items that still run were not paid in the spans they have lived through. So the trees correct real forecasts, and what
the laws already know they need not learn again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.payment.boosted.features import NAMES, Facts, Singles, facts, of_items
from solvent.payment.boosted.periods import OF_SPAN, Spans, bent, rows, spans
from solvent.payment.boosted.sampled import sampled
from solvent.payment.boosted.trees import Trees, grow, walked
from solvent.payment.curves import Curves, predict
from solvent.payment.grid import Bools, Floats
from solvent.payment.history import as_known
from solvent.payment.laws import Fitted, Laws, fit


@dataclass(frozen=True)
class Boost(Terms, key="payment.boosted"):
    """From what the trees learn, and how they grow."""

    origins: int = term(
        10, unit="days in the past from which forecasts are learned", most=36_525, source="own choice: back-tested"
    )
    origin_days: int = term(
        60, unit="days between them at most", source="own choice: back-tested; 30 days knew too few kinds of times"
    )
    new_days: int = term(30, unit="days after an origin whose new items are predicted too", source="own choice")
    items: int = term(60_000, unit="items learned from, of customers drawn at random", source="own choice: time")
    rows: int = term(150_000, unit="spans learned from", source="own choice: time")
    least_paid: int = term(300, unit="items paid before it, without which the laws stand alone", source="own choice")
    rounds: int = term(50, unit="trees", source="own choice: back-tested 40 to 120")
    learning_rate: float = term(0.12, unit="part of each tree that counts", source="own choice: back-tested")
    leaves: int = term(15, unit="leaves of a tree", source="own choice: back-tested 7 to 31")
    leaf_rows: int = term(100, unit="spans in a leaf at least", source="own choice: back-tested 60 to 200")
    ridge: float = term(30.0, unit="pull of each leaf towards nothing", source="own choice: back-tested 10 to 50")
    seed: int = term(7, unit="seed of the draws", source="own choice")


DEFAULTS = Boost()


@dataclass(frozen=True)
class Boosted:
    """Trees, and what was known at the end of a day to walk through them; frozen. ``corrected`` reads it.

    trees: grown then or earlier. facts, laws: of the day.
    """

    trees: Trees
    facts: Facts
    laws: Fitted


def grown(items: pl.DataFrame, as_of: date, customers: int, laws: Laws, terms: Boost = DEFAULTS) -> Trees | None:
    """The trees that a history teaches; None where too little was paid before it.

    Args:
        items: as known at ``as_of``, with ``worth``.
        customers: how many customers the journal numbers.

    Raises:
        SolventError: LightGBM is not installed.
    """
    some = sampled(items, terms.items, terms.seed, "payment.boosted")
    learned = [
        lesson
        for origin in _origins(some, as_of, terms)
        if (lesson := _lesson(some, (origin, as_of), customers, laws, terms)) is not None
    ]
    if not learned:
        return None
    features, paid, law = (np.concatenate(part) for part in zip(*learned, strict=True))
    growing = {
        "learning_rate": terms.learning_rate,
        "num_leaves": terms.leaves,
        "min_data_in_leaf": terms.leaf_rows,
        "lambda_l2": terms.ridge,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "max_bin": 63,
        "seed": terms.seed,
    }
    return grow(features, paid, law, rounds=terms.rounds, growing=growing)


def boosted(trees: Trees, known: pl.DataFrame, laws: Fitted) -> Boosted:
    """The trees with what is known at the end of the day of ``laws``."""
    return Boosted(trees, facts(known, laws.as_of, laws), laws)


def corrected(model: Boosted, items: pl.DataFrame, as_of: date, share: float = 1.0) -> Curves:
    """The curve of each item, a law of its own for each; arguments as of ``curves.predict``.

    Args:
        items: with ``worth`` (Float64, in the books' currency; 0: without a rate).
        share: of the corrected law in its mean with the law as it was.
    """
    whole = predict(model.laws, items, as_of)
    laws = np.empty((items.height, whole.laws.shape[1]))
    for start in range(0, items.height, 10_000):
        lot = slice(start, start + 10_000)
        curves = whole.part(lot)
        lives = spans(curves)
        item, span, days = rows(model.facts, curves, lives)
        push = walked(model.trees, of_items(model.facts, curves.items, as_of), item, days)
        laws[lot] = bent(curves, lives, (item, span), push, share).laws
    return Curves(as_of, items, whole.age, whole.started, laws, np.arange(items.height))


def _origins(items: pl.DataFrame, as_of: date, terms: Boost) -> list[date]:
    """Days in the past on which enough was known, oldest first."""
    first = items.get_column("issued_on").min()
    if not isinstance(first, date):
        return []
    step = max(7, min(terms.origin_days, (as_of - first).days // (terms.origins + 6)))
    days = [as_of - timedelta(days=step * back) for back in range(terms.origins, 0, -1)]
    paid = items.filter(pl.col("end") == "paid").get_column("ended_on")
    return [day for day in days if int((paid <= day).sum()) >= terms.least_paid]


def _lesson(
    items: pl.DataFrame, days: tuple[date, date], customers: int, laws: Laws, terms: Boost
) -> tuple[Singles, Bools, Floats] | None:
    """The spans of what ran at an origin or was new after it: features, whether paid in it, the logit of its law.

    Args:
        days: the origin, and the last day known.
    """
    origin, as_of = days
    known = as_known(items, origin)
    runs = pl.col("ended_on").is_null() | (pl.col("ended_on") > origin)
    asked = items.filter(runs & (pl.col("issued_on") <= origin + timedelta(days=terms.new_days)))
    if asked.is_empty():
        return None
    # A life has about a dozen spans.
    most = max(1, terms.rows // (12 * terms.origins))
    asked = asked.gather_every(-(-asked.height // most))
    fitted = fit(known, origin, customers, laws)
    told = facts(known, origin, fitted)
    curves = predict(fitted, asked, origin)
    ends = asked.select(
        (pl.lit(as_of) - pl.col("due_on")).dt.total_days().alias("seen"),
        (pl.col("ended_on") - pl.col("due_on")).dt.total_days().fill_null(1 << 20).alias("ended"),
        (pl.col("end") == "paid").fill_null(False).alias("paid"),
        (pl.col("end") == "credited").fill_null(False).alias("credited"),
    )
    ended, paid = ends.get_column("ended").to_numpy(), ends.get_column("paid").to_numpy()
    seen = ends.get_column("seen").to_numpy()
    # What was credited is not known to have run longer; what was lost ran unpaid to this day.
    lives = spans(curves, np.where(ends.get_column("credited").to_numpy(), np.minimum(ended, seen), seen))
    lived = lives.live & ~(paid[:, None] & (ended[:, None] <= lives.after))
    lives = Spans(lives.after, lives.upto, lived, lives.chance)
    item, span, calendar = rows(told, curves, lives)
    features = np.concatenate([of_items(told, asked, origin)[item], calendar], axis=1)
    came = paid[item] & (ended[item] <= lives.upto[item, span])
    return features, came, calendar[:, OF_SPAN.index("law")].astype(np.float64)


COLUMNS = (*NAMES, *OF_SPAN)
"""What the trees split on, in order."""
