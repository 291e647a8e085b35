"""Reputation: what others say of a customer, of its country and of its industry."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import ITEM_CURRENCY, KNOWN

VOICES = ("good", "fair", "poor")

TRADE_REFERENCES = Table(
    "trade_references",
    "What another supplier says of a customer's paying.",
    key=("reference_id",),
    columns={
        "reference_id": Column(pl.String, "our number for it"),
        "customer_id": Column(pl.String, "who is spoken of"),
        "told_by": Column(pl.String, "who speaks"),
        "told_on": Column(pl.Date, "day it was told"),
        "currency": ITEM_CURRENCY,
        "high_credit": Column(pl.Int64, "most that was ever owed there", unit="minor units", empty=True),
        "limit": Column(pl.Int64, "credit limit there", unit="minor units", empty=True),
        "terms_days": Column(pl.Int64, "terms there", unit="days", empty=True),
        "beyond_terms_days": Column(pl.Float64, "days beyond terms, on average", unit="days", empty=True),
        "known_years": Column(pl.Float64, "how long they have traded", unit="years", empty=True),
        "opinion": Column(pl.String, f"one of {', '.join(VOICES)}", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "opinion_unknown": Law(pl.col("opinion").is_in(VOICES), "the opinion is one of those named"),
        "high_credit_negative": Law(pl.col("high_credit") >= 0, "what was owed is told without a sign"),
        "limit_negative": Law(pl.col("limit") >= 0, "a limit is of some amount, or of nothing"),
    },
)

OPINIONS = Table(
    "opinions",
    "What an agency, a bank or an insurer thinks of a customer.",
    key=("opinion_id",),
    columns={
        "opinion_id": Column(pl.String, "our number for it"),
        "customer_id": Column(pl.String, "who is rated"),
        "agency": Column(pl.String, "who rates"),
        "told_on": Column(pl.Date, "day of the opinion"),
        "rating": Column(pl.String, "the rating, in the agency's own scale", empty=True),
        "yearly_default_chance": Column(pl.Float64, "chance to fail within a year", unit="share", empty=True),
        "currency": ITEM_CURRENCY,
        "amount": Column(pl.Int64, "credit it would give", unit="minor units", empty=True),
        "valid_until": Column(pl.Date, "last day it is good for", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "chance_out_of_range": Law(pl.col("yearly_default_chance").is_between(0, 1), "a chance is a share: 0.02"),
        "amount_negative": Law(pl.col("amount") >= 0, "a limit is of some amount, or of nothing"),
    },
)

RISK_KINDS = ("country", "region", "industry")
OUTLOOKS = ("better", "steady", "worse")

RISK_LEVELS = Table(
    "risk_levels",
    "How risky a country, a region or an industry is: the newest day counts.",
    key=("kind", "code", "told_on"),
    columns={
        "kind": Column(pl.String, f"one of {', '.join(RISK_KINDS)}"),
        "code": Column(pl.String, "the country, region or industry as the customers table names it"),
        "told_on": Column(pl.Date, "day of the reading"),
        "level": Column(pl.Int64, "1 the safest to 5 the riskiest"),
        "outlook": Column(pl.String, f"one of {', '.join(OUTLOOKS)}", empty=True),
        "source": Column(pl.String, "who says so", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "kind_unknown": Law(pl.col("kind").is_in(RISK_KINDS), "the kind is one of those named"),
        "level_out_of_range": Law(pl.col("level").is_between(1, 5), "a level lies between 1 and 5"),
        "outlook_unknown": Law(pl.col("outlook").is_in(OUTLOOKS), "the outlook is one of those named"),
    },
)

INDICES = Table(
    "indices",
    "One reading of a public index: of an industry's prosperity, of purchasing managers, of prices.",
    key=("series", "day_on"),
    columns={
        "series": Column(pl.String, "name of the index"),
        "day_on": Column(pl.Date, "last day of what it measures"),
        "kind": Column(pl.String, f"one of {', '.join(RISK_KINDS)}; empty: the whole economy", empty=True),
        "code": Column(pl.String, "which country, region or industry", empty=True),
        "value": Column(pl.Float64, "the reading"),
        "neutral": Column(pl.Float64, "reading at which nothing grows or shrinks: 50 or 100", empty=True),
        "source": Column(pl.String, "who publishes it", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"kind_unknown": Law(pl.col("kind").is_in(RISK_KINDS), "the kind is one of those named")},
)
