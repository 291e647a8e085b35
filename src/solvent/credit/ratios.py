"""Ratios: what customers' financial statements say, period by period."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.money import converted
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.customers import OWN
from solvent.credit.altman import DEFAULTS as ALTMAN
from solvent.credit.altman import Altman, general
from solvent.credit.altman import Ratios as Five
from solvent.intake.credit.sheets import sheets


@dataclass(frozen=True)
class Ratios(Terms, key="credit.ratios"):
    """How customers' ratios are told."""

    less_prepayments: bool = term(
        True, unit="yes: prepayments are not quick", source="FORMULAS 4.2.21, as with our own quick ratio"
    )


DEFAULTS = Ratios()
_UNIT = general(Five(1.0, 1.0, 1.0, 1.0))
assert _UNIT is not None
_WEIGHTS = tuple(_UNIT.parts.values())
"""The coefficients of the general variant: what each ratio brings where it is 1."""


def ratios(books: Books, terms: Ratios = DEFAULTS, altman: Altman = ALTMAN) -> pl.DataFrame:
    """A row for each customer and statement day, oldest first within a customer.

    Flows are brought to a year by the length of their period before they are set against what stands on a day.
    Customers' receivables hold VAT and their sales do not, so the days are for comparison over time. A statement that
    tells no prepayments has none for the quick ratio; any other line that is missing leaves its ratio empty, and so
    does a denominator that is not positive.

    Returns: customer_id, period_end, months, currency, recorded_on; Float64: current_ratio, quick_ratio (FORMULAS
    4.2.21), cash_ratio, leverage (total liabilities / total assets), equity_share, ebit_margin, net_margin,
    return_on_assets, asset_turnover (yearly), receivable_days, inventory_days and payable_days (on cost of goods sold),
    sales_growth (share over the period of the same length a year before), altman_z (Z" of FORMULAS 4.7.1) and
    altman_change (less that of a year before), altman_zone (safe, grey, distress); Int64 in minor units of the books'
    currency, empty without a rate: net_worth, working_capital, sales_year.
    """
    told = sheets(books.table("statements").filter(pl.col("entity_id") != OWN)).lazy()
    told = told.rename({"entity_id": "customer_id"}).with_columns(_completed())
    told = told.with_columns(_shares(terms)).with_columns(_altman(altman)).with_columns(_money())
    grown = _with_year_before(told)
    worth = ("net_worth", "working_capital", "sales_year")
    counted = converted(grown.with_columns(pl.col("currency").alias("told_in")), books.rates, *worth)
    return (
        counted.rename({"told_in": "currency"})
        .select("customer_id", "period_end", "months", "currency", "recorded_on", *_SHARES, "altman_zone", *worth)
        .sort("customer_id", "period_end")
        .collect()
    )


_SHARES = (
    "current_ratio", "quick_ratio", "cash_ratio", "leverage", "equity_share", "ebit_margin", "net_margin",
    "return_on_assets", "asset_turnover", "receivable_days", "inventory_days", "payable_days", "sales_growth",
    "altman_z", "altman_change",
)  # fmt: skip


def _completed() -> list[pl.Expr]:
    """Liabilities and equity are each the rest of the assets where only the other one is told."""
    assets, owed, own = pl.col("total_assets"), pl.col("total_liabilities"), pl.col("equity")
    return [pl.coalesce(owed, assets - own).alias("total_liabilities"), pl.coalesce(own, assets - owed).alias("equity")]


def _over(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def _shares(terms: Ratios) -> list[pl.Expr]:
    yearly = 12 / pl.col("months")
    assets, due, sales, cost = (pl.col(n) for n in ("total_assets", "current_liabilities", "sales", "cogs"))
    slow = pl.col("inventory")
    if terms.less_prepayments:
        slow = slow + pl.col("prepayments").fill_null(0)
    days = pl.col("months") * (365 / 12)
    return [
        _over(pl.col("current_assets"), due).alias("current_ratio"),
        _over(pl.col("current_assets") - slow, due).alias("quick_ratio"),
        _over(pl.col("cash"), due).alias("cash_ratio"),
        _over(pl.col("total_liabilities"), assets).alias("leverage"),
        _over(pl.col("equity"), assets).alias("equity_share"),
        _over(pl.col("ebit"), sales).alias("ebit_margin"),
        _over(pl.col("net_profit"), sales).alias("net_margin"),
        (_over(pl.col("net_profit"), assets) * yearly).alias("return_on_assets"),
        (_over(sales, assets) * yearly).alias("asset_turnover"),
        (_over(pl.col("trade_receivables"), sales) * days).alias("receivable_days"),
        (_over(pl.col("inventory"), cost) * days).alias("inventory_days"),
        (_over(pl.col("trade_payables"), cost) * days).alias("payable_days"),
    ]


def _altman(altman: Altman) -> list[pl.Expr]:
    """Z" column by column: the scalar variant's own coefficients and zones; earnings are brought to a year."""
    assets = pl.col("total_assets")
    five = (
        _over(pl.col("current_assets") - pl.col("current_liabilities"), assets),
        _over(pl.col("retained_earnings"), assets),
        _over(pl.col("ebit"), assets) * 12 / pl.col("months"),
        _over(pl.col("equity"), pl.col("total_liabilities")),
    )
    score = pl.sum_horizontal(
        *(weight * ratio for weight, ratio in zip(_WEIGHTS, five, strict=True)), ignore_nulls=False
    )
    zone = (
        pl.when(score >= altman.general_safe)
        .then(pl.lit("safe"))
        .when(score < altman.general_distress)
        .then(pl.lit("distress"))
        .when(score.is_not_null())
        .then(pl.lit("grey"))
    )
    return [score.alias("altman_z"), zone.alias("altman_zone")]


def _money() -> list[pl.Expr]:
    year = (pl.col("sales") * (12 / pl.col("months"))).round(0).cast(pl.Int64)
    return [
        pl.col("equity").alias("net_worth"),
        (pl.col("current_assets") - pl.col("current_liabilities")).alias("working_capital"),
        pl.when(pl.col("months") == 12).then(pl.col("sales")).otherwise(year).alias("sales_year"),
    ]


def _with_year_before(told: pl.LazyFrame) -> pl.LazyFrame:
    """Growth of sales and change of the score against the period of the same length and currency a year before."""
    month = pl.col("period_end").dt.year().cast(pl.Int32) * 12 + pl.col("period_end").dt.month()
    keys = ["customer_id", "months", "currency", "month"]
    now = told.with_columns(month.alias("month"))
    then = (
        now.select(*keys[:3], pl.col("month") + 12, pl.col("sales").alias("sold"), pl.col("altman_z").alias("was"))
        .unique(keys, keep="last", maintain_order=True)
    )  # fmt: skip
    return now.join(then, on=keys, how="left").with_columns(
        (_over(pl.col("sales"), pl.col("sold")) - 1).alias("sales_growth"),
        (pl.col("altman_z") - pl.col("was")).alias("altman_change"),
    )
