"""Record: what a customer's statements, its paying, and what others tell of it say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.books.customers import LINES
from solvent.credit.credit import Credit
from solvent.documents.content import (
    Block,
    Figure,
    Figures,
    Heading,
    Kind,
    Paragraph,
    Row,
    Table,
    Value,
    count,
    country,
    day,
    days,
    money,
    number,
    share,
    text,
    word,
)
from solvent.documents.credit.identity import newest, of_customer
from solvent.intake.credit.sheets import sheets
from solvent.measures.aging import Aging, aging, bucket_names
from solvent.measures.timeliness import Timeliness, timeliness

PERIODS = 2
MONTHS = 12
RATIOS: Mapping[str, Kind] = {
    "current_ratio": "number", "quick_ratio": "number", "cash_ratio": "number", "leverage": "share",
    "equity_share": "share", "ebit_margin": "share", "net_margin": "share", "return_on_assets": "share",
    "asset_turnover": "number", "receivable_days": "days", "inventory_days": "days", "payable_days": "days",
    "sales_growth": "share", "altman_z": "number",
}  # fmt: skip
"""The ratios of a report, and how each is told."""
SHOWN_EVENTS = 20


def statements(books: Books, credit: Credit, customer: str) -> Iterator[Block]:
    """The last two years' statements side by side with their ratios, and what cannot be right in them."""
    yield Heading("report.statements")
    wide = sheets(books.table("statements").filter(pl.col("entity_id") == customer)).tail(PERIODS)
    if wide.is_empty():
        yield Paragraph("report.statements.none", tone="watch")
        return
    periods = wide.to_dicts()
    ends = tuple(day(period["period_end"]) for period in periods)
    lines = [
        (word("line", line), *(money(period[line], period["currency"]) for period in periods))
        for line in LINES
        if any(period[line] is not None for period in periods)
    ]
    lengths = [(word("line", "months"), *(count(period["months"]) for period in periods))]
    kept = [(word("line", "currency"), *(text(period["currency"]) for period in periods))]
    yield Table("report.statements.lines", ("line", *ends), [*kept, *lengths, *lines])
    if len(periods) < PERIODS:
        yield Paragraph("report.statements.one", tone="watch")
    yield from _ratios(credit, customer)
    findings = credit.files.statements
    if findings.width and "entity_id" in findings.columns:
        wrong = findings.filter(pl.col("entity_id") == customer).height
        if wrong:
            yield Paragraph("report.statements.inconsistent", {"count": count(wrong)}, "watch")


def _ratios(credit: Credit, customer: str) -> Iterator[Block]:
    told = credit.ratios.filter(pl.col("customer_id") == customer).tail(PERIODS)
    if told.is_empty():
        return
    periods = told.to_dicts()
    ends = tuple(day(period["period_end"]) for period in periods)
    rows: list[Row] = [
        (word("ratio", name), *(Value(kind, period.get(name)) for period in periods))
        for name, kind in RATIOS.items()
        if any(period.get(name) is not None for period in periods)
    ]
    zones = [period.get("altman_zone") for period in periods]
    if any(zones):
        rows.append((word("ratio", "altman_zone"), *(word("zone", zone) for zone in zones)))
    yield Table("report.ratios", ("ratio", *ends), rows)


def payment(books: Books, behaviour: pl.DataFrame, customer: str, policy: Policy) -> Iterator[Block]:
    """How it pays us: delays, what stands open by age, and month by month how much came in time."""
    yield Heading("report.payment")
    mine = behaviour.filter(pl.col("customer_id") == customer)
    if mine.is_empty():
        yield Paragraph("report.payment.none", tone="watch")
        return
    row = mine.row(0, named=True)
    as_of = books.as_of
    yield Figures(
        [
            Figure("payment_index", number(row["payment_index"]), "payment_index.base", as_of),
            Figure("delay_days", days(row["delay_days"]), "delay_days.base", as_of),
            Figure("late_share", share(row["late_share"]), "late_share.base", as_of),
            Figure("oldest_overdue_days", days(row["oldest_overdue_days"]), "oldest_overdue_days.base", as_of),
        ]
    )
    facts: dict[str, Value] = {
        "payments": count(row["payments"]), "recent_delay_days": days(row["recent_delay_days"]),
        "earlier_delay_days": days(row["earlier_delay_days"]), "worst_delay_days": days(row["worst_delay_days"]),
        "trend_days_per_year": days(row["trend_days_per_year"]), "first_on": day(row["first_on"]),
        "usual_purchases": money(row["usual_purchases"], books.currency),
        "last_month_purchases": money(row["last_month_purchases"], books.currency),
        "jump_share": share(row["jump_share"]),
    }  # fmt: skip
    rows = [(word("record", name), value) for name, value in facts.items() if value.value is not None]
    yield Table("report.payment.facts", ("about", "told"), rows)
    yield from _aging(books, customer, policy)
    yield from _months(books, customer, policy)


def _aging(books: Books, customer: str, policy: Policy) -> Iterator[Block]:
    terms = policy.terms(Aging)
    mine = aging(books, "customer", terms=terms).filter(pl.col("customer_id") == customer)
    if mine.is_empty():
        yield Paragraph("report.payment.nothing_open")
        return
    row = mine.row(0, named=True)
    names = (*bucket_names(terms), "total")
    rows = [(word("bucket", name), money(row[name], books.currency)) for name in names if row[name] != 0]
    yield Table("report.aging", ("bucket", "open_amount"), rows)


def _months(books: Books, customer: str, policy: Policy) -> Iterator[Block]:
    told = timeliness(books, "customer", terms=policy.terms(Timeliness))
    mine = told.filter(pl.col("customer_id") == customer).tail(MONTHS)
    if mine.is_empty():
        return
    rows = [
        (day(row["month_end"]), count(row["due_count"]), money(row["due_amount"], books.currency),
         share(row["on_time_share"]), share(row["default_share"]))
        for row in mine.iter_rows(named=True)
    ]  # fmt: skip
    yield Table("report.timeliness", ("month_end", "items", "due_amount", "on_time_share", "default_share"), rows)


def events(books: Books, customer: str) -> Iterator[Block]:
    """What happened to it, the newest first."""
    yield Heading("report.events")
    mine = of_customer(books, "events", customer).sort("happened_on", "event_id", descending=[True, False])
    if mine.is_empty():
        yield Paragraph("report.events.none")
        return
    rows = [
        (day(row["happened_on"]), word("event", row["kind"]), word("severity", _severity(row["severity"])),
         text(row["detail"]), money(row["amount"], row["currency"]), text(row["source"]), day(row["recorded_on"]))
        for row in mine.head(SHOWN_EVENTS).iter_rows(named=True)
    ]  # fmt: skip
    heads = ("happened_on", "event", "severity", "detail", "amount", "source", "known_on")
    yield Table("report.events.table", heads, rows)
    if mine.height > SHOWN_EVENTS:
        yield Paragraph("report.more", {"count": count(mine.height - SHOWN_EVENTS)})


def _severity(told: int | None) -> str:
    return "by_kind" if told is None else str(told)


def reputation(books: Books, customer: str, ours: Mapping[str, Any]) -> Iterator[Block]:
    """References of other suppliers, opinions of agencies, banks and insurers, and the risk of where it works."""
    yield Heading("report.reputation")
    references = of_customer(books, "trade_references", customer).sort("told_on", descending=True)
    opinions = of_customer(books, "opinions", customer).sort("told_on", descending=True)
    if references.is_empty() and opinions.is_empty():
        yield Paragraph("report.reputation.none", tone="watch")
    if references.height:
        rows = [
            (text(row["told_by"]), day(row["told_on"]), money(row["high_credit"], row["currency"]),
             days(row["terms_days"]), days(row["beyond_terms_days"]), word("opinion", row["opinion"]))
            for row in references.iter_rows(named=True)
        ]  # fmt: skip
        heads = ("told_by", "told_on", "high_credit", "terms_days", "beyond_terms_days", "opinion")
        yield Table("report.references", heads, rows)
    if opinions.height:
        rows = [
            (text(row["agency"]), day(row["told_on"]), text(row["rating"]), share(row["yearly_default_chance"]),
             money(row["amount"], row["currency"]), day(row["valid_until"]))
            for row in opinions.iter_rows(named=True)
        ]  # fmt: skip
        heads = ("agency", "told_on", "rating", "yearly_default_chance", "amount", "valid_until")
        yield Table("report.opinions", heads, rows)
    yield from _risks(books, ours)


def _risks(books: Books, ours: Mapping[str, Any]) -> Iterator[Block]:
    table = books.table("risk_levels").collect()
    rows: list[Row] = []
    for kind in ("country", "region", "industry"):
        code = ours.get(kind)
        named = country if kind == "country" else text
        told = newest(table.filter((pl.col("kind") == kind) & (pl.col("code") == (code or ""))), "told_on")
        if told:
            rows.append(
                (word("field", kind), named(code), count(told["level"]), word("outlook", told["outlook"]),
                 day(told["told_on"]), text(told["source"]))
            )  # fmt: skip
    if rows:
        yield Table("report.risks", ("about", "name", "level", "outlook", "told_on", "source"), rows)


def sources(books: Books, customer: str) -> Iterator[Block]:
    """Who told what: each source once, with the newest day."""
    told = {
        "registrations": "source", "events": "source", "trade_references": "told_by", "opinions": "agency",
        "screenings": "reviewer",
    }  # fmt: skip
    parts = [
        books.table(name)
        .filter(pl.col("customer_id") == customer)
        .group_by(pl.col(column).alias("who"))
        .agg(pl.len().alias("rows"), pl.col("recorded_on").max().alias("newest"))
        .select(pl.lit(name).alias("table"), "who", "rows", "newest")
        for name, column in told.items()
    ]
    statements = books.table("statements").filter(pl.col("entity_id") == customer)
    newest_statement = statements.select(
        pl.lit("statements").alias("table"),
        pl.lit(None, dtype=pl.String).alias("who"),
        pl.col("period_end").n_unique().cast(pl.UInt32).alias("rows"),
        pl.col("recorded_on").max().alias("newest"),
    ).filter(pl.col("rows") > 0)
    found = pl.concat([*parts, newest_statement], how="vertical_relaxed").sort("table", "who", nulls_last=True)
    yield Heading("report.sources")
    rows = [
        (word("table", row["table"]), text(row["who"]), count(row["rows"]), day(row["newest"]))
        for row in found.collect().iter_rows(named=True)
    ]
    ledger = (word("table", "open_items"), text(None), count(None), day(books.as_of))
    yield Table("report.sources.table", ("table", "who", "rows", "newest_on"), [ledger, *rows])
