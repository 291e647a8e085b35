"""Statements: the company's own quarters, as its books have them, and two years of its larger customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import quarter_ends
from solvent.base.draws import normal
from solvent.base.money import half_up
from solvent.books.customers import OWN, STATEMENTS
from solvent.books.journal import build
from solvent.files.sample.company import CURRENCY, PRICE_RATES, Plan
from solvent.files.sample.purchases import VAT
from solvent.files.sample.rates import rate_on

FACTORY_SHARE = 0.6
"""So much of the payroll is for making things."""
FIXED_ASSETS, PREPAYMENTS, PAID_IN = 0.3, 0.02, 0.35
"""At the beginning: machines and deposits as shares of a year's sales; capital paid in as a share of equity."""
WEAR = 0.02
"""A quarter's wear, of what machines have cost."""
LARGER = 0.3
"""Statements are there of this share of the customers, the largest."""


def own_statements(
    plan: Plan, tables: Mapping[str, pl.DataFrame], lines: pl.DataFrame, loan: int, daily: pl.DataFrame
) -> pl.DataFrame:
    """Every quarter that is over, from the first of the books; sheets balance, and profit is what equity gained.

    Args:
        tables: the finished tables.
        lines: all lines of the bank's LINE, also those owed but not yet paid at the end.
        loan: the loan on the day before the books begin.
    """
    before = plan.start_on - timedelta(days=1)
    days = [day for day in quarter_ends(plan.end_on, 4 * plan.years + 1) if day > before]
    year = sum(_sold(tables, day - timedelta(days=364), day) for day in days[3:4] or days[-1:])
    owing = receivable(tables, [before, *days])
    sheets = {
        day: _sheet(plan, tables, lines, daily, day, loan=loan, year=year, owing=owing[day]) for day in [before, *days]
    }
    paid_in = round(PAID_IN * sheets[before]["equity"])
    rows = []
    for last, day in zip([before, *days], days):
        sheet, first = sheets[day], last + timedelta(days=1)
        bought = _between(tables["bills"], "issued_on", first, day)
        wages = -_between(lines.filter(pl.col("category") == "payroll"), "earned_on", first, day)
        interest = -_between(lines.filter(pl.col("category") == "interest"), "booked_on", first, day)
        tax = -_between(lines.filter(pl.col("line_id").str.starts_with("TI")), "earned_on", first, day)
        paid_out = -_between(lines.filter(pl.col("category") == "dividend"), "booked_on", first, day)
        purchases = round(bought / (1 + VAT))
        profit = sheet["equity"] - sheets[last]["equity"] + paid_out
        flows = {
            "sales": _sold(tables, first, day),
            "purchases": purchases,
            "cogs": purchases - sheet["inventory"] + sheets[last]["inventory"] + round(FACTORY_SHARE * wages),
            "ebit": profit + interest + tax,
            "net_profit": profit,
            "retained_earnings": sheet["equity"] - paid_in,
        }
        rows += [
            (OWN, day, 3, line, CURRENCY, amount, day + timedelta(days=20)) for line, amount in (sheet | flows).items()
        ]
    frame = pl.DataFrame(rows, list(STATEMENTS.columns), orient="row", schema_overrides=STATEMENTS.schema)
    return STATEMENTS.conform(frame.lazy()).collect().sort("period_end", "line")


def receivable(tables: Mapping[str, pl.DataFrame], days: list[date]) -> dict[date, int]:
    """What customers owed by the ledger's own journal at the end of each day, in our own currency."""
    lazy = {name: tables[name].lazy() for name in ("open_items", "receipts", "credit_notes", "allocations")}
    events = build(lazy).events.select("event_on", "currency", "amount", "booked").collect()
    worth = pl.when(pl.col("currency") == CURRENCY).then("amount").otherwise(pl.col("booked").fill_null(0))
    return {day: int(events.filter(pl.col("event_on") <= day).select(worth.sum()).item()) for day in days}


def customer_statements(plan: Plan, rows: pl.DataFrame, failing: int | None) -> pl.DataFrame:
    """The last two whole years of the larger customers, in their own currency.

    Args:
        rows: the customers, of ``market``.
        failing: the buyer that fails, whose second year shows it; None: nobody's does.
    """
    sales = (pl.col("orders") * pl.col("ticket")).round().cast(pl.Int64)
    larger = (
        rows.filter((pl.col("no") <= plan.scale.customers) & (pl.col("since_on") < plan.start_on))
        .with_columns(sales.alias("bought"))
        .sort("bought", "no", descending=[True, False])
        .head(max(1, round(plan.scale.customers * LARGER)))
        .sort("no")
    )
    last = plan.end_on.year - 1 if (plan.end_on.month, plan.end_on.day) != (12, 31) else plan.end_on.year
    price = pl.col("currency").replace_strict(PRICE_RATES, return_dtype=pl.Float64)
    years = (plan.past_on - plan.first_on).days / 365
    frames = []
    for year in (last - 1, last):
        worse = (pl.col("no") == (failing or 0)) & (year == last)
        drawn = larger.with_columns(
            half_up(
                pl.col("bought")
                * 100
                / years
                / price
                * (6 + 30 * plan.draw("statement.size", "no"))
                * (1.05 if year == last else 1)
            ).alias("sales"),
            pl.lit(year, dtype=pl.Int64).alias("year"),
        )
        margin, debt, cash = (
            _part(plan, *told) for told in (("margin", 0.05, 0.5), ("debt", 0.52, 0.2), ("cash", 0.09, 0.4))
        )
        frames.append(_customer_lines(drawn, margin, debt, cash, worse))
    frame = _rolled(pl.concat(frames)).with_columns((pl.col("period_end") + pl.duration(days=118)).alias("recorded_on"))
    return STATEMENTS.conform(frame.lazy()).collect().sort("entity_id", "period_end", "line")


def _rolled(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with retained earnings that grow by what was earned, less a dividend of a third of any profit."""
    year, own = pl.col("period_end").dt.year(), ("entity_id", "line")
    earned = lines.filter(pl.col("line") == "net_profit").select(
        "entity_id", "period_end", pl.col("amount").alias("earned"), pl.lit("retained_earnings").alias("line")
    )
    kept = pl.when(pl.col("earned") > 0).then(pl.col("earned") - pl.col("earned") // 3).otherwise("earned")
    rolled = pl.col("amount").first().over(own, order_by="period_end") + kept
    later = (pl.col("line") == "retained_earnings") & (year > year.min().over(own))
    return (
        lines.join(earned, on=["entity_id", "period_end", "line"], how="left", maintain_order="left")
        .with_columns(pl.when(later).then(rolled).otherwise("amount").alias("amount"))
        .drop("earned")
    )


def _part(plan: Plan, name: str, middle: float, spread: float) -> pl.Expr:
    return (normal(plan.draw(f"statement.{name}", "no", "year")) * spread + 1).clip(0.3, 1.7) * middle


def _customer_lines(drawn: pl.DataFrame, margin: pl.Expr, debt: pl.Expr, cash: pl.Expr, worse: pl.Expr) -> pl.DataFrame:
    """One customer's year as lines: shares of its sales; a failing one has less cash, more debt and a loss."""
    share = {
        "total_assets": pl.lit(0.7),
        "cash": cash * pl.when(worse).then(0.25).otherwise(1.0),
        "trade_receivables": pl.lit(0.16),
        "inventory": pl.when(worse).then(0.21).otherwise(0.13),
        "prepayments": pl.lit(0.02),
        "cogs": pl.lit(0.78),
        "purchases": pl.lit(0.8),
        "ebit": pl.when(worse).then(-0.02).otherwise(margin + 0.015),
        "net_profit": pl.when(worse).then(-0.045).otherwise(margin * 0.75),
        "trade_payables": pl.when(worse).then(0.24).otherwise(0.15),
        "total_liabilities": pl.when(worse).then(0.6).otherwise(debt * 0.7),
    }
    wide = drawn.with_columns(half_up(pl.col("sales") * part).alias(line) for line, part in share.items()).with_columns(
        (pl.col("cash") + pl.col("trade_receivables") + pl.col("inventory") + pl.col("prepayments")).alias(
            "current_assets"
        ),
        pl.max_horizontal(half_up(pl.col("total_liabilities") * 0.75), "trade_payables").alias("current_liabilities"),
        (pl.col("total_assets") - pl.col("total_liabilities")).alias("equity"),
    )
    wide = wide.with_columns(half_up(pl.col("equity") * 0.55).alias("retained_earnings"))
    lines = [*share, "current_assets", "current_liabilities", "equity", "retained_earnings", "sales"]
    return wide.select(
        pl.col("customer_id").alias("entity_id"),
        pl.date(pl.col("year"), 12, 31).alias("period_end"),
        pl.lit(12, dtype=pl.Int64).alias("months"),
        "currency",
        *lines,
    ).unpivot(index=["entity_id", "period_end", "months", "currency"], variable_name="line", value_name="amount")


def _sheet(
    plan: Plan,
    tables: Mapping[str, pl.DataFrame],
    lines: pl.DataFrame,
    daily: pl.DataFrame,
    day: date,
    *,
    loan: int,
    year: int,
    owing: int,
) -> dict[str, int]:
    """The balance sheet of one day, out of the tables."""
    balances = tables["balances"].filter(pl.col("day_on") == day)
    cash = sum(
        round(amount * rate_on(daily, currency, day))
        for currency, amount in balances.select("currency", "amount").sort("currency", "amount").iter_rows()
    )
    inventory = int(tables["stock"].filter(pl.col("counted_on") == day).get_column("value").sum())
    payments = tables["bill_payments"].filter(pl.col("paid_on") <= day)
    billed = int(tables["bills"].filter(pl.col("issued_on") <= day).get_column("amount").sum())
    payable = billed - int(payments.get_column("amount").sum())
    owed = lines.filter((pl.col("earned_on") <= day) & (pl.col("booked_on") > day)).get_column("amount")
    due, back = -int(owed.filter(owed < 0).sum()), int(owed.filter(owed > 0).sum())
    moved = lines.filter(pl.col("booked_on") <= day)
    borrowed = loan + int(
        moved.filter(pl.col("category").is_in(["loan_drawn", "loan_repaid"])).get_column("amount").sum()
    )
    machines = round(FIXED_ASSETS * year) - int(moved.filter(pl.col("category") == "capex").get_column("amount").sum())
    quarters = sum(1 for end in quarter_ends(day, 4 * plan.years + 1) if end >= plan.start_on)
    deposits = round(PREPAYMENTS * year)
    current = cash + owing + inventory + deposits + back
    total = current + machines - round(WEAR * machines) * quarters
    short = payable + due + borrowed
    return {
        "cash": cash,
        "trade_receivables": owing,
        "inventory": inventory,
        "prepayments": deposits,
        "current_assets": current,
        "total_assets": total,
        "trade_payables": payable,
        "current_liabilities": short,
        "total_liabilities": short,
        "equity": total - short,
    }


def _sold(tables: Mapping[str, pl.DataFrame], first: date, last: date) -> int:
    """Invoiced less credited, without tax, in our own currency."""
    amounts = []
    for name in ("open_items", "credit_notes"):
        inside = tables[name].filter(pl.col("issued_on").is_between(first, last))
        home = pl.col("currency") == CURRENCY
        net = half_up(pl.col("booked_amount") / pl.when(home).then(1 + VAT).otherwise(1.0))
        amounts.append(int(inside.select(net.sum()).item()))
    return amounts[0] - amounts[1]


def _between(frame: pl.DataFrame, column: str, first: date, last: date) -> int:
    return int(frame.filter(pl.col(column).is_between(first, last)).get_column("amount").sum())
