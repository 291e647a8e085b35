"""Health fall: a customer's newest statements are worse than those before (REQUIREMENTS RD-06)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.customers import OWN
from solvent.decisions.warnings.evidence.rows import days_since, key, reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View

_LINES = (
    "current_assets", "total_assets", "current_liabilities", "total_liabilities", "equity", "sales", "cash",
    "net_profit", "trade_receivables",
)  # fmt: skip


@dataclass(frozen=True)
class HealthFall(Terms, key="warnings.health_fall"):
    """For how long statements are news, which changes are signs, and how many of them are too many."""

    days: int = term(180, unit="days since the newest statement became known", source="own choice: half a year")
    equity_fall: float = term(0.05, unit="fall of equity over assets, a sign over it", source="own choice")
    current_fall: float = term(0.20, unit="fall of the current ratio as a share, a sign over it", source="own choice")
    sales_fall: float = term(0.15, unit="fall of sales as a share, a sign over it", source="own choice")
    cash_fall: float = term(0.40, unit="fall of cash over assets as a share, a sign over it", source="own choice")
    margin_fall: float = term(0.03, unit="fall of net profit over sales, a sign over it", source="own choice")
    turnover_rise: float = term(
        0.25, unit="rise of receivables over sales as a share, a sign over it", source="own choice: paid later itself"
    )
    yellow: float = term(4.0, unit="signs, from it", source="own choice: the larger part of them")
    orange: float = term(5.0, unit="signs, from it", source="own choice: hardly one held")


def read(view: View, terms: HealthFall) -> pl.DataFrame | None:
    """How many of seven signs the newest statement of each customer shows against the one a year before.

    The signs: equity over assets, current ratio, cash over assets, sales and margin fell, receivables rose over sales,
    a profit turned into a loss or equity was used up. A line that either statement lacks is no sign.
    """
    books = view.books
    rows = books.table("statements").filter((pl.col("entity_id") != OWN) & pl.col("line").is_in(_LINES))
    wide = rows.group_by("entity_id", "period_end", "months").agg(
        *(pl.col("amount").filter(pl.col("line") == line).first().cast(pl.Float64).alias(line) for line in _LINES),
        key("statements", "entity_id", "period_end", "line").sort().alias("keys"),
        pl.col("recorded_on").max(),
    )
    by_length = ("entity_id", "months")
    last = wide.sort("period_end").group_by(*by_length, maintain_order=True).last()
    last = last.sort("period_end", "months").group_by("entity_id", maintain_order=True).last()
    fresh = last.filter(days_since(books, "recorded_on") < terms.days)
    before = wide.select("entity_id", "months", "period_end", pl.col(_LINES).name.prefix("old_"))
    year = pl.col("period_end").dt.offset_by("-12mo").dt.month_end()
    pairs = fresh.with_columns(year.alias("before_on")).join(
        before.rename({"period_end": "before_on"}), on=[*by_length, "before_on"]
    )
    signs = [sign.fill_null(False).cast(pl.Int64) for sign in _signs(terms)]
    told = (
        pairs.with_columns(pl.sum_horizontal(signs).alias("signs"))
        .rename({"entity_id": "customer_id"})
        .join(view.owed.lazy().select("customer_id", "open_amount"), on="customer_id", how="left")
        .with_columns(pl.col("keys").list.head(10).alias("evidence"), pl.col("open_amount").fill_null(0))
    )
    ratio = {"equity": ("equity", "total_assets"), "current": ("current_assets", "current_liabilities")}
    facts = [
        (pl.col(f"{age}{top}") / pl.col(f"{age}{under}")).alias(f"{name}_{said}_share")
        for name, (top, under) in ratio.items()
        for age, said in (("old_", "before"), ("", "now"))
    ]
    sales = (pl.col("sales") / pl.col("old_sales") - 1).alias("sales_change_share")
    return reading(
        told,
        "customer_id",
        pl.col("signs"),
        "signs",
        pl.col("period_end").alias("period_on"),
        *facts,
        sales,
        "open_amount",
    )


def _signs(terms: HealthFall) -> list[pl.Expr]:
    def share(top: str, under: str, age: str = "") -> pl.Expr:
        return pl.when(pl.col(f"{age}{under}") > 0).then(pl.col(f"{age}{top}") / pl.col(f"{age}{under}"))

    def fell(top: str, under: str) -> pl.Expr:
        before = share(top, under, "old_")
        return pl.when(before > 0).then(1 - share(top, under) / before)

    def lost(top: str, under: str) -> pl.Expr:
        return share(top, under, "old_") - share(top, under)

    sales = pl.when(pl.col("old_sales") > 0).then(1 - pl.col("sales") / pl.col("old_sales"))
    loss = (pl.col("net_profit") < 0) & (pl.col("old_net_profit") >= 0)
    used_up = (pl.col("equity") <= 0) & (pl.col("old_equity") > 0)
    return [
        lost("equity", "total_assets").round(9) > terms.equity_fall,
        fell("current_assets", "current_liabilities").round(9) > terms.current_fall,
        fell("cash", "total_assets").round(9) > terms.cash_fall,
        sales.round(9) > terms.sales_fall,
        lost("net_profit", "sales").round(9) > terms.margin_fall,
        -fell("trade_receivables", "sales").round(9) > terms.turnover_rise,
        loss.fill_null(False) | used_up.fill_null(False),
    ]


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="points",
    owner="credit",
    terms=HealthFall,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit", "ask_security"),
)
