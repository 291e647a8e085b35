"""Show: an assessment on the screen, in the order in which a finance team asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from solvent.assessment import Assessment
from solvent.documents.values import int_or_none
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent.measures.aging import UNAPPLIED
from solvent.measures.company.payables import OVERPAID

Show = Callable[[Assessment, Screen], None]
BAR = 24
TOP = 10
MONTHS = 6


def show(assessment: Assessment, screen: Screen) -> None:
    """Every part that the books have something for."""
    for part in PARTS:
        part(assessment, screen)


def receivables(assessment: Assessment, screen: Screen) -> None:
    """What stands open, how old it is, and whether it ties."""
    language, measures, currency = screen.language, assessment.snapshot.measures, assessment.snapshot.books.currency
    row = measures.aging.row(0, named=True)
    screen.heading(language.say("Receivables, {currency}", currency=language.currency(currency)))
    if row["total"] is None:
        screen.line(language.say("Amounts of several currencies cannot be added here; see below for each."))
        return
    owed = row["total"] - row[UNAPPLIED]
    rows = []
    for name, value in row.items():
        if name == "total":
            continue
        share = value / owed if owed else 0.0
        bar = "█" * round(BAR * max(share, 0.0))
        told = "" if name == UNAPPLIED else language.share(share)
        rows.append((_days(name, language), language.money(value, currency), told, bar))
    rows.append((language.say("total open"), language.money(row["total"], currency), "", ""))
    screen.table(("days past due", "amount", "share of open items", ""), rows, styles=("", "", "", "cyan"), bars=True)
    tie = measures.tie_out
    told = language.money(tie.difference, currency)
    good = tie.difference == 0
    screen.line(
        language.say("Difference to the ledger's control total: {amount}", amount=told),
        style="green" if good else "red",
    )
    if measures.disputed:
        screen.line(language.say("In dispute: {amount}", amount=language.money(measures.disputed, currency)))


def days_figures(assessment: Assessment, screen: Screen) -> None:
    """The DSO family and what belongs to it, each under its own name, against its own mean."""
    language, measures = screen.language, assessment.snapshot.measures
    newest = measures.dso_history.tail(1).to_dicts()[0] if measures.dso_history.height else {}
    rows = []
    for name, label in DSO_LABELS:
        figure = measures.dso[name]
        mean, rise = newest.get(f"{name}_days_mean"), newest.get(f"{name}_days_rise")
        rows.append(
            (
                language.say(label),
                language.days(figure.value),
                language.days(mean) if mean is not None else "",
                _signed(language, rise),
            )
        )
    rows.append((language.say("days to pay, weighted"), language.days(measures.days_to_pay.value), "", ""))
    rows.append((language.say("days to pay, median"), language.days(measures.days_to_pay_median.value), "", ""))
    screen.heading("Days")
    screen.table(("measure", "days", "mean of the months before", "last month end against it"), rows)
    screen.line()
    told = [
        (language.say("turnover, times a year"), language.number(measures.dso["turnover"].value)),
        (language.say("collection effectiveness, last full month, %"), language.number(measures.cei.value, 1)),
        (
            language.say("paid on time, share of what fell due"),
            language.share(_first(measures.on_time, "on_time_share")),
        ),
        (language.say("overdue share of open items"), language.share(measures.overdue_share)),
    ]
    screen.table(("measure", "value"), told)


def customers(assessment: Assessment, screen: Screen) -> None:
    """Who owes most that is overdue."""
    language, snapshot = screen.language, assessment.snapshot
    currency = snapshot.books.currency
    late = list(snapshot.measures.aging_by_customer.columns[2:-2])
    frame = (
        snapshot.measures.aging_by_customer.with_columns(pl.sum_horizontal(late).alias("overdue"))
        .filter(pl.col("overdue") > 0)
        .sort("overdue", "customer_id", descending=[True, False])
        .head(TOP)
        .join(_names(assessment), on="customer_id", how="left", maintain_order="left")
    )
    if frame.is_empty():
        return
    rows = [
        (
            row["name"] or row["customer_id"],
            language.money(row["overdue"], currency),
            language.money(row["total"], currency),
            *(() if late[-1:] == [] else (language.money(row[late[-1]], currency),)),
        )
        for row in frame.iter_rows(named=True)
    ]
    screen.heading("Overdue, the largest")
    screen.table(("customer", "overdue", "open in all", _days(late[-1], language)), rows)


def concentration(assessment: Assessment, screen: Screen) -> None:
    """How much hangs on one name."""
    language, told = screen.language, assessment.snapshot.measures.concentration
    if told.hhi is None:
        return
    screen.heading("Concentration, by connected group")
    rows = [
        (
            language.say("largest share of sales, 12 months"),
            told.top_sales_id or "-",
            language.share(told.top_share_sales),
        ),
        (language.say("largest share of open items"), told.top_open_id or "-", language.share(told.top_share_open)),
        (language.say("HHI"), "", language.number(told.hhi, 4)),
        (language.say("effective number of names"), "", language.number(told.effective_names, 1)),
    ]
    screen.table(("measure", "name", "value"), rows, left=2)
    if told.over:
        screen.line(language.say("Over the line of one name: {names}", names=", ".join(told.over)), style="yellow")


def provision(assessment: Assessment, screen: Screen) -> None:
    """The provision matrix of the company."""
    language, measures, currency = screen.language, assessment.snapshot.measures, assessment.snapshot.books.currency
    frame = measures.provision.filter(pl.col("exposure").is_not_null() & (pl.col("exposure") != 0))
    if frame.is_empty():
        return
    rows = [
        (
            _days(row["bucket"], language),
            language.money(row["exposure"], currency),
            language.share(row["loss_share"]),
            language.money(row["provision"], currency),
            language.say(row["rate_source"]),
        )
        for row in frame.iter_rows(named=True)
    ]
    total = sum(value or 0 for value in frame.get_column("provision"))
    rows.append((language.say("total"), "", "", language.money(total, currency), ""))
    screen.heading("Provision matrix")
    screen.table(("days past due", "exposure", "loss rate", "provision", "rate from"), rows)


def behaviour(assessment: Assessment, screen: Screen) -> None:
    """Customers whose way of paying or buying crosses a line."""
    language, snapshot = screen.language, assessment.snapshot
    frame = (
        snapshot.measures.behaviour.filter(pl.col("slow") | pl.col("jumped").fill_null(False))
        .join(_names(assessment), on="customer_id", how="left", maintain_order="left")
        .sort("delay_days", descending=True, nulls_last=True)
        .head(TOP)
    )
    if frame.is_empty():
        return
    rows = [
        (
            row["name"] or row["customer_id"],
            language.days(row["delay_days"]),
            language.days(row["earlier_delay_days"]),
            language.days(row["recent_delay_days"]),
            language.number(row["payment_index"], 0),
            _signed(language, row["jump_share"]) if row["jumped"] else "",
        )
        for row in frame.iter_rows(named=True)
    ]
    screen.heading("Customers to look at: late on average, or buying much more")
    heads = ("customer", "days late", "paid late before", "paid late, last 90 days", "payment index", "orders")
    screen.table(heads, rows)


def salespeople(assessment: Assessment, screen: Screen) -> None:
    """Collection results of the last full month."""
    language, measures, currency = screen.language, assessment.snapshot.measures, assessment.snapshot.books.currency
    frame = measures.salespeople.filter((pl.col("period") == "month") & pl.col("salesperson").is_not_null())
    if frame.is_empty():
        return
    rows = [
        (
            row["salesperson"],
            language.money(row["due"], currency),
            language.share(row["collection_share"]),
            language.money(row["overdue"], currency),
            language.money(row["sales"], currency),
            language.days(row["delay_days"]),
        )
        for row in frame.sort("overdue", descending=True).head(TOP).iter_rows(named=True)
    ]
    screen.heading("Collection by salesperson, last full month")
    screen.table(("salesperson", "fell due", "of that collected", "overdue now", "sales", "days late"), rows)


def discipline(assessment: Assessment, screen: Screen) -> None:
    """The invoicing clocks, and what lateness has cost."""
    language, measures, currency = screen.language, assessment.snapshot.measures, assessment.snapshot.books.currency
    told = measures.clocks.to_dicts()[0]
    if not told["deliveries"]:
        return
    cost = measures.late_invoicing.value
    rows = [
        (language.say("invoiced within 24 hours of delivery"), language.share(told["e_invoice_share"])),
        (language.say("formal invoice within 3 workdays"), language.share(told["formal_share"])),
        (language.say("statement within 3 days of shipment"), language.share(told["statement_share"])),
        (language.say("late invoicing has cost"), "-" if cost is None else language.money(round(cost), currency)),
    ]
    known = [row for row in rows if row[1] != "-"]
    if not known:
        return
    screen.heading("Invoicing")
    screen.table(("measure", "value"), known)


def payables(assessment: Assessment, screen: Screen) -> None:
    """What we owe by age, and whether suppliers are paid later and later."""
    language, measures, currency = screen.language, assessment.snapshot.measures, assessment.snapshot.books.currency
    row = measures.payables_aging.row(0, named=True)
    owed = [(name, value) for name, value in row.items() if value != 0 and name != "total"]
    if owed:
        named = {name: language.say("overpaid") if name == OVERPAID else _days(name, language) for name, _ in owed}
        rows = [(named[name], language.money(value, currency)) for name, value in owed]
        rows.append((language.say("total open"), language.money(row["total"], currency)))
        screen.heading(language.say("Payables, {currency}", currency=language.currency(currency)))
        screen.table(("days past due", "amount"), rows)
    paid = measures.own_delay_by_month.filter(pl.col("paid").is_null() | (pl.col("paid") != 0)).tail(MONTHS)
    if paid.is_empty():
        return
    told = [
        (
            f"{month['month_end']:%Y-%m}",
            language.money(month["paid"], currency),
            language.share(month["late_share"]),
            language.days(month["delay_days"]),
        )
        for month in paid.iter_rows(named=True)
    ]
    screen.heading("How late we pay")
    screen.table(("month", "paid", "of that late", "days late"), told)


def stock(assessment: Assessment, screen: Screen) -> None:
    """In which families of articles the slow stock lies."""
    language, measures, currency = screen.language, assessment.snapshot.measures, assessment.snapshot.books.currency
    slow = measures.slow_by_family.filter(pl.col("slow_articles") > 0)
    rows = [
        (
            row["family"] or language.say("no family"),
            language.count(row["slow_articles"]),
            language.count(row["articles"]),
            language.money(row["slow_value"], currency),
            language.share(row["slow_share"]),
        )
        for row in slow.head(TOP).iter_rows(named=True)
    ]
    if not rows:
        return
    screen.heading("Slow stock by family")
    screen.table(("family", "slow articles", "articles", "slow value", "share of value"), rows)


def company(assessment: Assessment, screen: Screen) -> None:
    """Working capital, liquidity and cash."""
    language, measures, currency = screen.language, assessment.snapshot.measures, assessment.snapshot.books.currency
    newest = measures.ratios.tail(1).to_dicts()[0] if measures.ratios.height else {}
    flow = measures.cash_flow.tail(3)
    rows = [
        (language.say("cash on all accounts"), _money(language, measures.cash, currency)),
        (
            language.say("cash without an invoice (unallocated)"),
            _money(language, int_or_none(measures.unallocated.value), currency),
        ),
        (language.say("monthly spend, mean of 3 months"), _money(language, measures.monthly_spend, currency)),
        *(
            (
                language.say("operating cash flow, {month}", month=f"{row['month_end']:%Y-%m}"),
                _money(language, row["operating"], currency),
            )
            for row in flow.iter_rows(named=True)
        ),
        (language.say("current ratio"), language.number(newest.get("current_ratio"))),
        (language.say("quick ratio"), language.number(newest.get("quick_ratio"))),
        (language.say("cash ratio"), language.number(newest.get("cash_ratio"))),
        (language.say("days payable (DPO), purchases"), language.days(measures.payables["dpo"].value)),
        (language.say("days we pay late"), language.days(measures.payables["own_delay"].value)),
        (language.say("inventory days (DIO)"), language.days(measures.stock["dio"].value)),
        (language.say("slow stock, share of value"), language.share(measures.stock["slow_share"].value)),
        (language.say("cash conversion cycle, days"), language.days(measures.payables["ccc"].value)),
    ]
    told = [row for row in rows if row[1] != "-"]
    if not told:
        return
    screen.heading("Liquidity and working capital")
    screen.table(("measure", "value"), told)
    if flow.height and flow.tail(1).item(0, "negative_months") >= 2:
        months = flow.tail(1).item(0, "negative_months")
        screen.line(
            language.say("Operating cash flow has been negative for {months} months running.", months=months),
            style="red",
        )


def _money(language: Language, value: int | None, currency: str) -> str:
    return "-" if value is None else language.money(value, currency)


DSO_LABELS = (
    ("simple", "DSO, simple, 90 days"),
    ("countback", "DSO, countback"),
    ("average", "DSO, average of the year"),
    ("best_possible", "DSO, best possible, 90 days"),
    ("delinquent", "days delinquent (ADD)"),
)
PARTS: Sequence[Show] = (
    receivables,
    days_figures,
    customers,
    behaviour,
    salespeople,
    concentration,
    provision,
    discipline,
    company,
    payables,
    stock,
)
"""The parts in their order."""


def _days(bucket: str, language: Language) -> str:
    return language.say(bucket) if bucket in ("current", UNAPPLIED) else bucket


def _signed(language: Language, rise: float | None) -> str:
    return "" if rise is None else ("+" if rise > 0 else "") + language.share(rise)


def _first(frame: pl.DataFrame, column: str) -> Any:
    return None if frame.is_empty() else frame.item(0, column)


def _names(assessment: Assessment) -> pl.DataFrame:
    table = assessment.snapshot.books.table("customers").select("customer_id", "name")
    return table.unique("customer_id", keep="last").collect()
