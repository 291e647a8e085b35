"""Views of working capital: the cycle, bills, suppliers, stock, liquidity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.http import HttpResponse

from solvent.base.money import decimal, minor
from solvent.base.problem import SolventError
from solvent.measures.company.payables import discount_rate
from solvent_server.web.cash.sheets import asked_file, offered
from solvent_server.web.cash.told import NONE, Told
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file
from solvent_server.web.working import cycle, liquidity

TABS = (
    ("working_capital", "Cycle", "see"),
    ("working_bills", "Bills to pay", "see"),
    ("working_suppliers", "Suppliers", "see"),
    ("working_stock", "Stock", "see"),
    ("working_liquidity", "Liquidity", "see_cash"),
)
DUE = {
    "overdue": "overdue",
    "0-7": "in 7 days",
    "8-30": "in 8 to 30 days",
    "31-60": "in 31 to 60 days",
    "later": "after 60 days",
}
"""When a bill is to be paid."""
SLOW = {"true": "slow", "false": "moving"}
BILLS = (
    Column("name", "Supplier", link="bills_of", link_by="supplier_id"),
    Column("bill_id", "Bill"),
    Column("issued_on", "Issued on", "day"),
    Column("due_on", "Due on", "day"),
    Column("days_past_due", "Days past due", "count"),
    Column("due", "To be paid", "code", choose=True, words=DUE),
    Column("currency", "Currency", choose=True),
    Column("face", "Bill amount", "money"),
    Column("open", "Open", "money"),
)
SUPPLIERS = (
    Column("name", "Supplier", link="bills_of", link_by="supplier_id"),
    Column("supplier_id", "Number"),
    Column("bills", "Bills", "count"),
    Column("terms_days", "Days agreed", "days"),
    Column("paid_days", "Days taken", "days"),
    Column("beyond_days", "Beyond terms, days", "days"),
    Column("currency", "Currency", choose=True),
    Column("open", "Open", "money"),
    Column("overdue", "Overdue", "money"),
)
STOCK = (
    Column("name", "Article"),
    Column("sku", "Number"),
    Column("family", "Family", choose=True),
    Column("slow", "Movement", "code", choose=True, words=SLOW),
    Column("idle_days", "Days without movement", "count"),
    Column("moved_on", "Last out", "day"),
    Column("received_on", "Last in", "day"),
    Column("quantity", "Quantity", "number"),
    Column("currency", "Currency"),
    Column("value", "Value at cost", "money"),
)


def _frame(look: Look, name: str) -> pl.DataFrame | None:
    """A list of the assessment; None where it was made before there was one."""
    assert look.kept is not None
    try:
        return look.kept.frame(name).collect()
    except SolventError:
        return None


def _page(look: Look, name: str, template: str, **context: Any) -> HttpResponse:
    assert look.kept is not None
    tabs = [(look.say(says), look.address(tab), tab == name) for tab, says, act in TABS if look.may(act)]
    told = Told(look.language, look.kept.currency)
    file = asked_file(look.request, context, f"{name.replace('_', '-')}-{look.kept.as_of.isoformat()}")
    if file is not None:
        return file
    held = offered(look.request, context)
    return look.render(f"working/{template}.html", here="working_capital", tabs=tabs, told=told, **held)


def _with_due(bills: pl.DataFrame) -> pl.DataFrame:
    left = -pl.col("days_past_due")
    due = (
        pl.when(left < 0)
        .then(pl.lit("overdue"))
        .when(left <= 7)
        .then(pl.lit("0-7"))
        .when(left <= 30)
        .then(pl.lit("8-30"))
        .when(left <= 60)
        .then(pl.lit("31-60"))
        .otherwise(pl.lit("later"))
    )
    return bills.with_columns(due.alias("due"))


@page("see")
def working_capital(look: Look) -> HttpResponse:
    """The cash conversion cycle, its parts, what is due to suppliers, and what lies still."""
    assert look.kept is not None
    told = Told(look.language, look.kept.currency)
    bills, suppliers, stock = (_frame(look, name) for name in ("bills", "suppliers", "stock"))
    if bills is None or suppliers is None or stock is None:
        return _page(look, "working_capital", "older")
    agreed = cycle.agreed_days(suppliers)
    made = cycle.parts(look, told, agreed, (_main(stock, told), _main(stock.filter("slow"), told)))
    return _page(
        look,
        "working_capital",
        "cycle",
        whole=cycle.cycle(look, told, made),
        parts=made,
        months=cycle.months_of(look, told),
        variants=cycle.variants(look, told),
        due=_due(look, told, _with_due(bills)),
        slow=_slow(look, told, stock),
        requirement=(look.kept.report["liquidity"] or [None])[-1],
        offer=_offer(look, told, bills),
    )


def _main(rows: pl.DataFrame, told: Told) -> float | None:
    """The worth of some rows in main units; None where a part has no rate or there is no row."""
    worth = rows.get_column("worth")
    if worth.null_count() or rows.is_empty():
        return None if worth.null_count() else 0.0
    return float(decimal(int(worth.sum()), told.currency))


def _due(look: Look, told: Told, bills: pl.DataFrame) -> Sequence[tuple[str, str, str, str]]:
    """When money is to go out to suppliers: when, how many bills, how much, where its rows are."""
    rows = []
    for code, says in DUE.items():
        part = bills.filter(pl.col("due") == code)
        if part.height or code == "overdue":
            to = f"{look.address('working_bills')}?due={code}"
            rows.append((look.say(says), look.language.count(part.height), _money(part, told), to))
    return rows


def _money(rows: pl.DataFrame, told: Told) -> str:
    worth = rows.get_column("worth")
    return NONE if worth.null_count() else told.language.money(int(worth.sum()), told.currency)


def _slow(look: Look, told: Told, stock: pl.DataFrame) -> Sequence[tuple[str, str, str, str, str]]:
    """Families of articles with stock that does not move: family, articles, value, share, where the rows are."""
    assert look.kept is not None
    rows = []
    for row in look.kept.report["slow_by_family"]:
        if not row["slow_articles"]:
            continue
        family = row["family"] or ""
        to = f"{look.address('working_stock')}?slow=true" + (f"&family={family}" if family else "")
        rows.append(
            (family or look.say("not known"), look.language.count(row["slow_articles"]), told.money(row["slow_value"]),
             told.share(row["slow_share"]), to)
        )  # fmt: skip
    return rows


def _offer(look: Look, told: Told, bills: pl.DataFrame) -> dict[str, Any]:
    """A supplier's discount: what the address asks, its yearly rate, and what it would save on open bills."""
    asked = look.request.GET
    share = min(_number(asked.get("discount", ""), 2.0), 50.0)
    within, due = int(_number(asked.get("within", ""), 10)), int(_number(asked.get("due_days", ""), 30))
    cost = _number(asked.get("cost", ""), 6.0)
    rate = discount_rate(share / 100, within, due)
    able = bills.filter((pl.col("open") > 0) & (-pl.col("days_past_due") >= max(due - within, 1)))
    worth = able.get_column("worth")
    saved = None if worth.null_count() else minor(decimal(int(worth.sum()), told.currency) * int(share * 100) / 10_000,
                                                  told.currency)  # fmt: skip
    return {
        "discount": f"{share:g}", "within": within, "due_days": due, "cost": f"{cost:g}", "rate": told.share(rate),
        "worth_it": rate is not None and rate > cost / 100, "known": rate is not None,
        "bills": look.language.count(able.height),
        "saved": NONE if saved is None else look.language.money(saved, told.currency),
    }  # fmt: skip


def _number(text: str, otherwise: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return otherwise
    return value if 0 <= value < 10_000 else otherwise


def _to(look: Look) -> Callable[[str, str], str]:
    """The address that a cell of a list leads to: of a supplier its bills."""
    return lambda _, key: look.address("working_bills") + "?" + urlencode({"q": key})


def _list(look: Look, name: str, frame: pl.DataFrame | None, lister: Lister, **said: str) -> HttpResponse:
    if frame is None:
        return _page(look, name, "older")
    if wants_file(look.request):
        return exported(frame.lazy(), lister, look.request, look.language, said["file"])
    return _page(look, name, "list", table=listed(frame.lazy(), lister, look.request, look.language), **said)


@page("see")
def bills(look: Look) -> HttpResponse:
    """What we owe, bill by bill."""
    frame = _frame(look, "bills")
    rows = None if frame is None else _with_due(frame)
    lister = Lister(BILLS, "-days_past_due", "", ("name", "bill_id", "supplier_id"), _to(look), pick=True)
    return _list(
        look, "working_bills", rows, lister, file="bills", title=look.say("Bills to pay"),
        why=look.say("Every bill of a supplier on which something is open, the longest overdue first."),
        empty=look.say("No bill is open. Import bills of suppliers to see what is to be paid and when."),
    )  # fmt: skip


@page("see")
def suppliers(look: Look) -> HttpResponse:
    """Suppliers, with the days that they give and that we take."""
    lister = Lister(SUPPLIERS, "-open", "", ("name", "supplier_id"), _to(look))
    return _list(
        look, "working_suppliers", _frame(look, "suppliers"), lister, file="suppliers", title=look.say("Suppliers"),
        why=look.say(
            "Days agreed and days taken: who is paid early gives a free loan, who is paid late may stop supply."
        ),
        empty=look.say("No bill is known. Import bills of suppliers and what was paid on them."),
    )  # fmt: skip


@page("see")
def stock(look: Look) -> HttpResponse:
    """What lies in stock, and for how long without movement."""
    frame = _frame(look, "stock")
    rows = None if frame is None else frame.with_columns(pl.col("slow").cast(pl.String))
    lister = Lister(STOCK, "-value", "", ("name", "sku"), look.address, pick=True)
    return _list(
        look, "working_stock", rows, lister, file="stock", title=look.say("Stock"),
        why=look.say("As of the newest count. What has not moved for over 90 days counts as slow."),
        empty=look.say("No stock was counted. Import a table of stock with article, day, quantity and value."),
    )  # fmt: skip


@page("see_cash")
def of_liquidity(look: Look) -> HttpResponse:
    """The ratios and operating cash flow by the direct method."""
    assert look.kept is not None
    told = Told(look.language, look.kept.currency)
    flows = _frame(look, "flows")
    return _page(
        look,
        "working_liquidity",
        "liquidity",
        ratios=liquidity.ratios(look),
        history=liquidity.history(look, told),
        direct=None if flows is None else liquidity.direct(look, told, flows),
        negative=(look.kept.report["cash_flow"] or [{"negative_months": 0}])[-1]["negative_months"],
    )
