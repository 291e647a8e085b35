"""Start: what can be said with an open-items list alone, what is missing, and what to get next at no cost (CR-17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Basis, Books
from solvent.books.customers import OWN
from solvent.credit.credit import Credit
from solvent.credit.file.file import PARTS
from solvent.credit.file.registers import COURTS, REGISTERS, STEPS
from solvent.credit.grading.admission import Admission, admission_days
from solvent.documents.content import (
    Block,
    Document,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Points,
    Row,
    Table,
    Value,
    count,
    country,
    day,
    days,
    flag,
    money,
    share,
    text,
    word,
)
from solvent.documents.policy_book.changes import Changing
from solvent.measures.aging import UNAPPLIED, aging, overdue_share
from solvent.measures.dso import Dso, family
from solvent.measures.trade.behaviour import first_year_bad_debt

CAN: Mapping[str, tuple[str, ...]] = {
    "aging": ("open_items",),
    "dso": ("open_items",),
    "behaviour": ("open_items", "receipts"),
    "grade": ("open_items", "receipts"),
    "warnings": ("open_items", "receipts"),
    "limit": ("open_items", "customers"),
    "exposure": ("open_items", "orders"),
    "cash": ("open_items", "receipts", "balances"),
    "contracts": ("contracts",),
    "events": ("events",),
    "cover": ("buyer_limits",),
    "grade_whole": ("open_items", "receipts", "statements"),
}
"""What can be said, the least demanding first, and which tables of the books each thing needs."""
FIRST = 10


def start_page(books: Books, credit: Credit, policy: Policy) -> Document:
    """The first page for a firm that keeps little: what can be said today, whom to look at, what to get next."""
    blocks: list[Block] = [Paragraph("start.intro"), _figures(books, policy)]
    blocks += _can(books)
    blocks += _first(books)
    blocks += _next(credit, books)
    blocks += _results(books, policy)
    return Document("start", "start.title", {"day": day(books.as_of)}, books.as_of, tuple(blocks))


def _figures(books: Books, policy: Policy) -> Figures:
    mixed = books.basis is Basis.MIXED
    total = None if mixed else aging(books).item(0, "total")
    simple = None if mixed else family(books, terms=policy.terms(Dso))["simple"].value
    late = None if mixed else overdue_share(books)
    return Figures(
        [
            Figure("customers_known", count(books.journal.customers.height), "customers_known.base", books.as_of),
            Figure("open_total", money(total, books.currency), "open_total.base", books.as_of),
            Figure("overdue_share", share(late), "overdue_share.base", books.as_of),
            Figure("dso", days(None if simple is None else round(simple, 1)), "dso.base", books.as_of),
        ]
    )


def _can(books: Books) -> list[Block]:
    """Each thing that can be said, what it needs, and what of that is not there."""
    there = {name for name in books.tables if books.has(name)}
    if not books.table("statements").filter(pl.col("entity_id") != OWN).head(1).collect().height:
        there.discard("statements")
    if "deliveries" in there:
        there.add("orders")
    rows: list[Row] = []
    for name, needs in CAN.items():
        lacking = tuple(need for need in needs if need not in there)
        rows.append((word("can", name), _needs(needs), flag(not lacking), _needs(lacking)))
    return [Heading("start.can"), Table("start.can.table", ("about", "needs", "there", "lacks"), rows)]


def _needs(names: Sequence[str]) -> Value:
    return Value("word", tuple(f"needs.{name}" for name in names) or None)


def _first(books: Books) -> list[Block]:
    """Who owes most that is overdue, and how old its oldest item is."""
    told: list[Block] = [Heading("start.first")]
    if books.basis is Basis.MIXED:
        return []
    spread = aging(books, "customer")
    buckets = [name for name in spread.columns if name not in ("customer_id", "current", UNAPPLIED, "total")]
    late = spread.with_columns(pl.sum_horizontal(buckets, ignore_nulls=False).alias("late")).filter(pl.col("late") > 0)
    if late.is_empty():
        return [*told, Paragraph("start.first.none", tone="good")]
    names = books.table("customers").select("customer_id", "name").unique("customer_id", keep="first").collect()
    oldest = (
        books.journal.open_items(books.as_of)
        .filter((pl.col("due_on") < books.as_of) & (pl.col("amount") > 0))
        .join(books.journal.customers.lazy(), on="customer_no")
        .group_by("customer_id")
        .agg(pl.col("due_on").min())
        .collect()
    )
    shown = late.sort("late", "customer_id", descending=[True, False]).head(FIRST)
    shown = shown.join(names, on="customer_id", how="left", maintain_order="left")
    shown = shown.join(oldest, on="customer_id", how="left", maintain_order="left")
    rows = [
        (text(row["customer_id"]), text(row["name"]), money(row["late"], books.currency),
         money(row["total"], books.currency),
         days(None if row["due_on"] is None else (books.as_of - row["due_on"]).days))
        for row in shown.iter_rows(named=True)
    ]  # fmt: skip
    heads = ("customer", "name", "overdue_amount", "open_amount", "oldest_days")
    return [*told, Table("start.first.table", heads, rows)]


def _next(credit: Credit, books: Books) -> list[Block]:
    """Which parts how many files lack, and where registers cost nothing."""
    lacking = credit.files.parts.filter(pl.col("state") != "fresh").group_by("part").agg(pl.len().alias("customers"))
    counts = dict(lacking.iter_rows())
    rows = [
        (word("part", part), word("step", step), count(counts[part]))
        for part, step in STEPS.items()
        if counts.get(part)
    ]
    told: list[Block] = [Heading("start.next")]
    if rows:
        told.append(Table("start.next.table", ("part", "step", "customers"), rows))
    codes = books.table("customers").select(pl.col("country").str.to_uppercase().unique()).collect().to_series()
    known = [code for code in sorted(codes.drop_nulls()) if code in REGISTERS]
    points = [("start.register.line", {"country": country(code), "link": text(REGISTERS[code])}) for code in known]
    points += [
        ("start.register.line", {"country": country(code), "link": text(COURTS[code])})
        for code in known
        if code in COURTS
    ]
    if points:
        told += [Heading("start.register", level=3), Points(points)]
    return told


def _results(books: Books, policy: Policy) -> list[Block]:
    """First-year bad debt and admission days, beside their aims (AR-05, CR-02, GO-06)."""
    line, aim = policy.terms(Changing).first_year_line, policy.terms(Admission).target_change
    young = first_year_bad_debt(books).value
    took = admission_days(books, policy.terms(Admission))
    change = took.inputs.get("change")
    figures = [
        Figure("first_year_bad_debt", share(young), "first_year_bad_debt.base", books.as_of, {"line": share(line)}),
        Figure(
            "admission_days",
            days(None if took.value is None else round(took.value, 1)),
            "admission_days.base",
            books.as_of,
        ),
        Figure(
            "admission_change",
            share(change if isinstance(change, float) else None),
            "admission_change.base",
            books.as_of,
            {"line": share(aim)},
        ),
    ]
    return [Heading("start.results"), Figures(figures), Paragraph("start.results.how")]


assert set(STEPS) == set(PARTS)
