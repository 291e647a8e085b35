"""Charted: the charts of the pages about receivables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import polars as pl

from solvent.base.money import decimal
from solvent_server.web.charts import trade
from solvent_server.web.charts.chart import Chart
from solvent_server.web.parts.page import Look

MOST = 10
"""So many rows of the ageing are drawn, those that owe most."""


def ageing(
    look: Look,
    rows: pl.DataFrame,
    by: str,
    buckets: Sequence[str],
    *,
    words: Mapping[str, str],
    texts: Mapping[str, str],
) -> Chart | None:
    """The rows of the ageing that owe most, by bucket.

    Args:
        rows: of one dimension, as ``documents.receivables.ageing`` gives them. words: what keys without a name of their
            own are called. texts: what buckets are called that are no span of days.
    """
    assert look.kept is not None
    if by == "currency":
        return None
    currency = look.kept.currency
    unit = float(decimal(10**9, currency)) / 10**9
    largest = rows.filter(pl.col("total").is_not_null()).sort("total", descending=True).head(MOST)
    asked = {bucket: "?" + urlencode({"bucket": bucket}) for bucket in buckets}
    owing = []
    for row in largest.iter_rows(named=True):
        place = look.address("receivable_items_of", by, row["key"])
        name = words.get(row["name"])
        owing.append(
            trade.Owing(
                look.say(name) if name else row["name"],
                {bucket: round((row[bucket] or 0) * unit, 2) for bucket in buckets},
                {"": place, **{bucket: place + asked[bucket] for bucket in buckets}},
            )
        )
    called = trade.texts_of(buckets, look.language, lambda bucket: texts.get(bucket, ""))
    title = look.say("The largest, by age") if rows.height > MOST else look.say("By age")
    return trade.ageing(title, owing, called, look.language, currency)


def days(look: Look, history: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Days of sales, month by month."""
    return trade.days(history, look.language)
