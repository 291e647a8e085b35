"""Counting: which of the limits and covers that were ever decided count on the day of the books."""

from __future__ import annotations

import polars as pl

from solvent.base.money import converted
from solvent.books.books import Books
from solvent.credit.limits.standing import limits_on

OWNER = ("customer_id", "group_id")


def limits_today(books: Books) -> pl.DataFrame:
    """For each customer or group and kind of limit the one that counts today: of those that count, the newest.

    Returns: customer_id or group_id (String, the other empty), kind, amount (Int64, minor units of the books' currency;
    empty where no limit counts, or its currency has no rate), limit_id, valid_until, terms_days, deposit_share of the
    one that counts; expired_on (Date): where none counts, the last day on which one did. A row where any was decided.
    """
    decided = books.table("limits")
    running = pl.col("valid_until").is_null() | (pl.col("valid_until") >= books.as_of)
    keys = (*OWNER, "kind")
    columns = (*keys, "currency", "amount", "limit_id", "valid_until", "terms_days", "deposit_share")
    newest = limits_on(decided, books.as_of).select(columns)
    ended = decided.filter(~running).group_by(keys).agg(pl.col("valid_until").max().alias("expired_on"))
    told = newest.join(ended, on=keys, how="full", coalesce=True, nulls_equal=True)
    told = told.with_columns(pl.when(pl.col("limit_id").is_null()).then("expired_on").alias("expired_on"))
    # A limit of nothing is nothing in any currency.
    zero = pl.when(pl.col("nothing")).then(0).otherwise("amount").alias("amount")
    one = converted(told.with_columns((pl.col("amount") == 0).alias("nothing")), books.rates, "amount")
    return one.with_columns(zero).drop("nothing").sort(keys, nulls_last=True).collect()


def cover_today(books: Books) -> pl.DataFrame:
    """What the insurer covers of each buyer today: the newest decision that counts, under a policy in force.

    Returns: customer_id, cover_id, cover_amount (Int64, minor units of the books' currency; 0: refused, withdrawn, or
    the policy is over; empty: no rate), cover_since (Date: first day of the decision), cover_until, insured_share,
    longest_terms_days, extension_days, policy_starts_on. A row where the insurer ever decided and the decision counts.
    """
    day = books.as_of
    running = pl.col("valid_until").is_null() | (pl.col("valid_until") >= day)
    newest = (
        books.table("buyer_limits")
        .filter(running)
        .sort("valid_from", "recorded_on", "limit_id")
        .unique("customer_id", keep="last", maintain_order=True)
    )
    policies = books.table("insurance_policies").select(
        "policy_id", "starts_on", "ends_on", "insured_share", "longest_terms_days", "extension_days"
    )
    in_force = pl.col("starts_on").is_not_null() & (pl.col("ends_on").is_null() | (pl.col("ends_on") >= day))
    granted = pl.col("decision").is_in(["granted", "reduced"]) & in_force
    told = newest.join(policies, on="policy_id", how="left").with_columns(
        pl.when(granted).then("amount").otherwise(0).alias("amount")
    )
    none = pl.col("amount") == 0
    one = converted(told.with_columns(none.alias("nothing")), books.rates, "amount")
    return (
        one.select(
            "customer_id",
            pl.col("limit_id").alias("cover_id"),
            pl.when("nothing").then(0).otherwise("amount").alias("cover_amount"),
            pl.col("valid_from").alias("cover_since"),
            pl.col("valid_until").alias("cover_until"),
            "insured_share",
            "longest_terms_days",
            "extension_days",
            pl.col("starts_on").alias("policy_starts_on"),
        )
        .sort("customer_id")
        .collect()
    )
