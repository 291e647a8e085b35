"""Leads: what a customer owed when its case opened, the trouble that came, and how long before it was warned of."""

from __future__ import annotations

import polars as pl

from solvent.decisions.warnings.casebook import Handling, happened, shaped
from solvent.decisions.warnings.troubles import Outcomes


def with_outcomes(every: pl.DataFrame, outcomes: Outcomes, terms: Handling) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cases with what is known of their customers now, and the events of troubles that came since they were told.

    A trouble belongs to a case when it comes on its first day or later, and within ``lead_within_days`` of the last day
    on which it was found.
    """
    of_customers = pl.col("about") == "customer"
    owes = outcomes.owes.select(pl.col("customer_id").alias("subject"), pl.col("owes_amount").alias("owes_now"))
    troubles = outcomes.troubles.select(
        pl.col("customer_id").alias("subject"),
        pl.col("trouble_on").alias("came_on"),
        pl.col("owes_amount").alias("owed_then"),
    ).sort("came_on")
    rows = (
        every.join(owes, on="subject", how="left", maintain_order="left")
        .sort("opened_on", maintain_order=True)
        .join_asof(
            troubles, left_on="opened_on", right_on="came_on", by="subject", strategy="forward", check_sortedness=False
        )
    )
    fresh = pl.col("advanced_on").is_null() & of_customers
    within = (pl.col("came_on") - pl.col("seen_on")).dt.total_days() <= terms.lead_within_days
    came = (of_customers & pl.col("trouble_on").is_null() & within).fill_null(False)
    avoided = (pl.col("owes_amount") - pl.col("owed_then")).clip(0)
    rows = rows.with_columns(
        pl.when(fresh).then(pl.coalesce("owes_amount", "owes_now")).otherwise("owes_amount").alias("owes_amount"),
        came.alias("came"),
    ).with_columns(
        pl.when(came).then("came_on").otherwise("trouble_on").alias("trouble_on"),
        pl.when(came)
        .then((pl.col("came_on") - pl.col("opened_on")).dt.total_days())
        .otherwise("lead_days")
        .alias("lead_days"),
        pl.when(came).then(pl.coalesce("avoided_amount", avoided)).otherwise("avoided_amount").alias("avoided_amount"),
        pl.col("tier").alias("was"),
    )
    told = happened(rows.filter("came"), "trouble")
    return shaped(rows), told
