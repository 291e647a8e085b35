"""Views of receivables: the ageing, the items behind it, days of sales, disputes, money not placed, late invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.http import Http404, HttpResponse

from solvent.base.money import minor
from solvent_server.store.keeping.assessments import Kept
from solvent_server.web.parts.listing.held import frame_of, held, values_of
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file
from solvent_server.web.receivables import charted

BY = {
    "customer": "Customer",
    "group": "Group",
    "region": "Region",
    "country": "Country",
    "industry": "Industry",
    "salesperson": "Salesperson",
    "currency": "Currency",
    "insured": "Credit insurance",
}
"""What the ageing is cut by, as a reader knows it."""
COLUMN = {"customer": "customer_id", "group": "group_id"}
"""The column of an item where it is not named like the dimension."""
UNKNOWN = "?"
INSURED = {"true": "insured", "false": "not insured", UNKNOWN: "not known"}
BUCKETS = {"current": "not yet due", "unapplied": "not applied"}
KINDS = {
    "invoice": "invoice",
    "receipt": "receipt not applied",
    "credit_note": "credit note not applied",
    "excess": "paid beyond the invoice",
}
CLOCKS = {"met": "was in time", "late": "late", "waiting": "waiting"}
NOT_KNOWN = {UNKNOWN: "not known"}


@dataclass(frozen=True)
class Bar:
    """One bucket of the ageing: what it is called, its amount and share, and where its items are."""

    name: str
    amount: str
    share: str
    part: float
    to: str
    minus: bool


@page("see")
def receivables(look: Look) -> HttpResponse:
    """The ageing, whole and by whom."""
    kept = _kept(look)
    whole = frame_of(kept, "ageing")
    if whole is None:
        return look.render("receivables/older.html", here="receivables", tab="receivables")
    by = look.request.GET.get("by", "customer")
    by = by if by in BY else "customer"
    buckets = [name for name in whole.columns if name not in ("by", "key", "name", "total")]
    late = [name for name in buckets if name not in BUCKETS]
    overdue = pl.when(pl.col("total").is_not_null()).then(pl.sum_horizontal(late)).alias("overdue")
    rows = whole.filter(pl.col("by") == by).with_columns(overdue)
    if by == "currency":
        rows = rows.with_columns(pl.col("key").alias("currency"))
    lister = _ageing_lister(look, by, buckets)
    if wants_file(look.request):
        return exported(rows.lazy(), lister, look.request, look.language, f"ageing-by-{by}")
    return look.render(
        "receivables/ageing.html",
        here="receivables",
        tab="receivables",
        bars=_bars(look, whole.filter(pl.col("by") == "").row(0, named=True), buckets),
        table=listed(_without_zeros(rows, [*buckets, "overdue"]).lazy(), lister, look.request, look.language),
        chart=charted.ageing(look, rows, by, buckets, words=_words(by), texts=BUCKETS),
        cuts=[(name, look.say(says), f"?by={name}") for name, says in BY.items()],
        by=by,
        report=kept.report,
        figures=_key_figures(look),
        currency=kept.currency,
        missing=whole.filter(pl.col("by") == "").item(0, "total") is None,
    )


def _without_zeros(rows: pl.DataFrame, buckets: Sequence[str]) -> pl.DataFrame:
    """Nothing in a cell where nothing stands: what is there is seen sooner."""
    return rows.with_columns(pl.when(pl.col(name) != 0).then(name).alias(name) for name in buckets)


def _key_figures(look: Look) -> Sequence[tuple[str, str, str, str]]:
    """Heading, figure, what it means, where it leads."""
    report, language = _kept(look).report, look.language
    days, unplaced = report["dso"]["simple_90"], report["unallocated"]["total"]
    return [
        (look.say("Open receivables"), _money(look, report["open_total"]),
         look.say("what customers owe, less money that is not applied"), look.address("receivable_items")),
        (look.say("Overdue"), language.share(report["overdue_share"]), look.say("of what is invoiced and open"),
         look.address("receivable_items") + "?sort=-days_past_due"),
        (look.say("DSO"), language.days(days), look.say("days of sales that stand open"),
         look.address("receivable_days")),
        (look.say("In dispute"), _money(look, report["disputed"]), look.say("that customers say they do not owe"),
         look.address("receivable_disputes")),
        (look.say("Money not placed"), _money(look, unplaced), look.say("that came in and stands against nothing"),
         look.address("receivable_unplaced")),
        (look.say("Late invoicing has cost"), _money(look, report["invoicing"]["late_cost"]),
         look.say("interest on the days between delivery and invoice"), look.address("receivable_invoicing")),
    ]  # fmt: skip


def _money(look: Look, told: str | None) -> str:
    """A decimal text of the report as a reader reads it."""
    currency = _kept(look).currency
    return "–" if told is None else f"{look.language.money(minor(Decimal(told), currency), currency)} {currency}"


def _bars(look: Look, row: Mapping[str, int | None], buckets: Sequence[str]) -> Sequence[Bar]:
    """The buckets of the whole company, each as a share of all that is invoiced and open."""
    told = {name: row[name] or 0 for name in buckets}
    owed = sum(amount for amount in told.values() if amount > 0) or 1
    return [
        Bar(
            look.say(BUCKETS[name]) if name in BUCKETS else look.say("{span} days late", span=name),
            look.language.money(amount, _kept(look).currency),
            look.language.share(amount / owed),
            max(amount / owed, 0.0),
            look.address("receivable_items") + "?" + urlencode({"bucket": name}),
            amount < 0,
        )
        for name, amount in told.items()
    ]


def _words(by: str) -> Mapping[str, str]:
    """What keys of a dimension are called that are no names."""
    return INSURED if by == "insured" else NOT_KNOWN


def _ageing_lister(look: Look, by: str, buckets: Sequence[str]) -> Lister:
    words = _words(by)
    cells = [Column(name, BUCKETS.get(name, name), "money", name, "key") for name in buckets]
    first, whole = Column("name", BY[by], "code", words=words), Column("total", "Total", "money", "all", "key")
    late = Column("overdue", "Overdue", "money", "late", "key")
    order = "-overdue" if look.role == "collector" else "-total"  # whom to call first
    search = ("name", "key") if by in ("customer", "group", "salesperson") else ()

    asked = {"all": "", "late": "", **{name: "?" + urlencode({"bucket": name}) for name in buckets}}

    def link(bucket: str, key: str) -> str:
        return look.address("receivable_items_of", by, key) + asked[bucket]

    return Lister((first, late, whole, *cells), order, "" if by == "currency" else _kept(look).currency, search, link)


@page("see")
def items(look: Look) -> HttpResponse:
    """Every open item and rest of money."""
    return _items(look, "", "")


@page("see")
def items_of(look: Look, by: str, key: str) -> HttpResponse:
    """The items behind one row of the ageing."""
    if by not in BY:
        raise Http404
    return _items(look, by, key)


def _items(look: Look, by: str, key: str) -> HttpResponse:
    kept = _kept(look)
    rows = held(kept)
    if rows is None:
        return look.render("receivables/older.html", here="receivables", tab="receivable_items")
    only = {COLUMN.get(by, by): key} if by else {}
    columns = tuple(column for column in ITEMS if column.name != by)
    values = values_of(kept, "receivables", ("bucket", "kind", "region", "salesperson"))
    lister = Lister(columns, rows.first, "", ("item_id", "name"), look.address, values, pick=True)
    if wants_file(look.request):
        marks = rows.marks(only)
        part = rows.frame if marks is None else rows.frame.filter(pl.Series(marks))
        return exported(part.lazy(), lister, look.request, look.language, "open-items")
    asked: dict[str, str] = {}

    def cut(chosen: Mapping[str, str], word: str, order: str, place: int, size: int) -> tuple[int, int, pl.DataFrame]:
        asked.update(chosen, **only)
        return rows.cut(asked, word, order, place, size)

    table = listed(rows.frame.lazy(), lister, look.request, look.language, cut)
    worth = look.language.money(rows.worth(asked, table.search or ""), kept.currency)
    return look.render(
        "receivables/items.html",
        here="receivables",
        tab="receivable_items",
        table=table,
        title=_title(look, by, key, rows.frame) if by else "",
        by=BY.get(by, ""),
        worth=f"{worth} {kept.currency}",
    )


def _title(look: Look, by: str, key: str, frame: pl.DataFrame) -> str:
    if by == "insured":
        return look.say(INSURED.get(key, key))
    if key == UNKNOWN:
        return look.say("not known")
    if by in COLUMN:
        names = frame.filter(pl.col("customer_id") == key).get_column("name")
        return str(names[0]) if len(names) else key
    return key


@page("see")
def days(look: Look) -> HttpResponse:
    """Days of sales outstanding: the family, and how it went."""
    kept = _kept(look)
    history = list(reversed(kept.report["dso_history"]))
    most = max((row["simple_days"] or 0 for row in history), default=0) or 1
    return look.render(
        "receivables/days.html", here="receivables", tab="receivable_days", report=kept.report, history=history,
        most=most, currency=kept.currency, money=lambda told: _money(look, told), day=_day,
        chart=charted.days(look, history[::-1]),
    )  # fmt: skip


@page("see")
def disputes(look: Look) -> HttpResponse:
    """What customers say they do not owe."""
    lister = Lister(DISPUTES, "-days", "", ("name", "item_id", "dispute_id"), look.address)
    said = {
        "title": "Disputes",
        "empty": "Nobody disputes anything.",
        "why": "What runs today, the oldest first.",
    }
    return _list(look, "disputes", "receivable_disputes", lister, said)


@page("see")
def unplaced(look: Look) -> HttpResponse:
    """Money that came in and stands against no invoice."""
    lister = Lister(UNPLACED, "-days", "", ("name", "source_id"), lambda name, key: _desk_or(look, name, key))
    said = {
        "title": "Money not placed",
        "empty": "All money that came in stands against something.",
        "why": "Receipts and bank lines of which no invoice took all. Match them, and the ageing gets younger.",
    }
    return _list(look, "unplaced", "receivable_unplaced", lister, said)


def _desk_or(look: Look, name: str, key: str) -> str:
    """The page of a row's link: money not placed leads to where it lies on the matching desk."""
    if name != "matching":
        return look.address(name, key)
    return look.address(name) + "?" + urlencode({"what": "all", "line": key}) if look.may("match") else ""


@page("see")
def invoicing(look: Look) -> HttpResponse:
    """Deliveries that were invoiced late, or not yet."""
    lister = Lister(DELIVERIES, "-delivered_on", "", ("name", "delivery_id"), look.address)
    said = {
        "title": "Late invoicing",
        "empty": "Every delivery was invoiced and stated in time.",
        "why": "Deliveries whose invoice or statement came late, or is not there yet.",
    }
    rates = frame_of(_kept(look), "clocks")
    told = [] if rates is None else rates.to_dicts()
    months = [row for row in told if row["by"] == "month"][-13:][::-1]
    people = [row for row in told if row["by"] == "salesperson"]
    return _list(
        look, "deliveries", "receivable_invoicing", lister, said, months=months, people=people, day=_day,
        money=lambda told: _money(look, told), report=_kept(look).report,
    )  # fmt: skip


def _list(look: Look, name: str, tab: str, lister: Lister, said: Mapping[str, str], **more: Any) -> HttpResponse:
    frame = frame_of(_kept(look), name)
    if frame is None:
        return look.render("receivables/older.html", here="receivables", tab=tab)
    if wants_file(look.request):
        return exported(frame.lazy(), lister, look.request, look.language, name)
    table = listed(frame.lazy(), lister, look.request, look.language)
    template = "receivables/invoicing.html" if name == "deliveries" else "receivables/list.html"
    words = {key: look.say(text) for key, text in said.items()}
    return look.render(template, here="receivables", tab=tab, table=table, said=words, **more)


def _day(told: str) -> date:
    return date.fromisoformat(told)


def _kept(look: Look) -> Kept:
    assert look.kept is not None
    return look.kept


ITEMS = (
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("open", "Open", "money"),
    Column("currency", "Currency"),
    Column("days_past_due", "Days past due", "count"),
    Column("item_id", "Item", link="invoice"),
    Column("due_on", "Due on", "day"),
    Column("bucket", "Bucket", "code", choose=True, words=BUCKETS),
    Column("face", "Invoiced", "money"),
    Column("kind", "Kind", "code", choose=True, words=KINDS),
    Column("issued_on", "Issued on", "day"),
    Column("region", "Region", "code", choose=True, words=NOT_KNOWN),
    Column("salesperson", "Salesperson", "code", choose=True, words=NOT_KNOWN),
)
DISPUTES = (
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("item_id", "Item", link="invoice"),
    Column("amount", "In dispute", "money"),
    Column("currency", "Currency"),
    Column("days", "Days", "count"),
    Column("reason", "Reason", choose=True),
    Column("opened_on", "Raised on", "day"),
    Column("open", "Open", "money"),
)
UNPLACED = (
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("amount", "Amount", "money"),
    Column("currency", "Currency", choose=True),
    Column("days", "Days", "count"),
    Column("came_on", "Came on", "day"),
    Column("kind", "Kind", "code", choose=True, words={"receipt": "receipt", "line": "bank line"}),
    Column("source_id", "Number", link="matching"),
)
DELIVERIES = (
    Column("delivery_id", "Delivery"),
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("salesperson", "Salesperson", choose=True),
    Column("delivered_on", "Delivered on", "day"),
    Column("invoiced_on", "Invoiced on", "day"),
    Column("days_late", "Days late", "days"),
    Column("e_invoice", "Electronic invoice", "code", choose=True, words=CLOCKS),
    Column("formal", "Formal invoice", "code", choose=True, words=CLOCKS),
    Column("statement", "Statement", "code", choose=True, words=CLOCKS),
    Column("currency", "Currency"),
    Column("amount", "Amount", "money"),
)
