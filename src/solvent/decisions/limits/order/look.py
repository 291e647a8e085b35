"""Look: gathers, for one customer, all that a check of its order may look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from solvent.base.money import converted
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades
from solvent.decisions.limits.exposure import KINDS, PARTS, Exposures
from solvent.decisions.limits.order.cash import CashLook
from solvent.decisions.limits.order.rule import Approval, Checking, Happened, Look
from solvent.decisions.limits.states import Exposed, rows
from solvent.measures.sums import sums


def look_of(
    books: Books,
    policy: Policy,
    customer_id: str,
    exposed: Exposures,
    *,
    behaviour: pl.DataFrame | None = None,
    graded: Grades | None = None,
    cash: CashLook | None = None,
) -> Look:
    """The look at one customer; what is not given is not looked at, and its rules stay silent.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour`` of the same books.
    """
    row = _row(exposed.table, customer_id) or {}
    acts = _row(behaviour, customer_id) or {}
    grade = _row(None if graded is None else graded.table, customer_id) or {}
    terms, checking = policy.terms(Exposed), policy.terms(Checking)
    overdue, owed, orders = _documents(books, customer_id, terms)
    return Look(
        as_of=books.as_of,
        currency=books.currency,
        customer_id=customer_id,
        known=bool(row),
        rates=dict(books.rates.iter_rows()),
        parts={name: row.get(name, 0) for name in PARTS},
        exposure=row.get("exposure", 0),
        limit=row.get("limit"),
        limit_until=row.get("limit_until"),
        expired_on=row.get("expired_on"),
        undecided=bool(row.get("undecided", True)),
        sub_limits={kind: row[f"limit_{kind}"] for kind in KINDS if row.get(f"limit_{kind}") is not None},
        group_id=row.get("group_id"),
        group_exposure=row.get("group_exposure"),
        group_limit=row.get("group_limit"),
        agreed_days=_agreed_days(books, customer_id, row.get("limit_terms_days")),
        cover_id=row.get("cover_id"),
        cover_amount=row.get("cover_amount"),
        eligible=row.get("eligible", 0),
        insured=row.get("insured", 0),
        insured_share=row.get("insured_share"),
        longest_days=row.get("longest_terms_days"),
        extension_days=row.get("extension_days"),
        orders=orders,
        overdue=overdue,
        open=owed,
        last_paid_on=_last_paid(books, customer_id),
        payments_known=books.has("receipts"),
        delay_days=acts.get("delay_days"),
        usual_purchases=acts.get("usual_purchases"),
        grade=grade.get("grade"),
        status=_status(books, customer_id),
        events=_events(books, customer_id),
        approvals=_approvals(books, customer_id),
        watch_share=terms.watch_share,
        usual_days=checking.usual_days,
        cash=cash,
    )


def _agreed_days(books: Books, customer_id: str, by_limit: int | None) -> int | None:
    """The terms that hold: those of the limit, else of the contract, else of the list of customers."""
    known = _row(books.table("customers").filter(pl.col("customer_id") == customer_id).collect(), customer_id)
    agreed = [by_limit, _contract_days(books, customer_id), (known or {}).get("terms_days")]
    return next((days for days in agreed if days is not None), None)


def _row(frame: pl.DataFrame | None, customer_id: str) -> Mapping[str, Any] | None:
    if frame is None:
        return None
    found = frame.filter(pl.col("customer_id") == customer_id)
    return found.row(0, named=True) if found.height else None


def _documents(
    books: Books, customer_id: str, terms: Exposed
) -> tuple[Sequence[tuple[int, int]], int, Mapping[str, int]]:
    """Overdue items (days, amount), all positive open items, and what each running order adds; in the books' money.

    An item in dispute is owed, and is no sign of how the customer pays: it is not among the overdue. Items without a
    rate are left out; the exposure is then not known, and says so.
    """
    mine = rows(books, terms, [customer_id])
    items = books.in_money(mine.filter(pl.col("table") == "open_items"))
    owed = sums(items, books, "document", "due_on").filter(pl.col("amount") > 0).collect()
    disputed = _disputed(books)
    late = owed.filter(pl.col("due_on") < books.as_of).join(disputed, on="document", how="anti")
    late = late.sort("due_on", "document")
    overdue = tuple(((books.as_of - day).days, int(amount)) for day, amount in late.select("due_on", "amount").rows())
    own = books.table("deliveries").filter(pl.col("customer_id") == customer_id)
    names = own.select(pl.col("delivery_id").alias("document"), "order_id")
    running = mine.filter(pl.col("state").is_in(["ordered", "deposit", "delivered"])).drop("booked")
    named = running.join(names, on="document", how="left").with_columns(
        pl.when(pl.col("table") == "orders").then("document").otherwise("order_id").alias("order_id")
    )
    told = sums(named.filter(pl.col("order_id").is_not_null()), books, "order_id").collect()
    orders = told.group_by("order_id").agg(pl.col("amount").sum())
    return overdue, int(owed.get_column("amount").sum()), dict(orders.sort("order_id").iter_rows())


def _disputed(books: Books) -> pl.DataFrame:
    """document: items of which a dispute runs."""
    opened = pl.col("opened_on").is_null() | (pl.col("opened_on") <= books.as_of)
    running = opened & (pl.col("closed_on").is_null() | (pl.col("closed_on") > books.as_of))
    return books.table("disputes").filter(running).select(pl.col("item_id").alias("document")).unique().collect()


def _contract_days(books: Books, customer_id: str) -> int | None:
    """The terms of the newest contract that runs."""
    running = pl.col("ends_on").is_null() | (pl.col("ends_on") >= books.as_of)
    mine = books.table("contracts").filter(pl.col("customer_id") == customer_id, running)
    days = mine.sort("signed_on", "contract_id").select(pl.col("terms_days").drop_nulls().last()).collect().item()
    return None if days is None else int(days)


def _last_paid(books: Books, customer_id: str) -> date | None:
    paid = books.table("receipts").filter(pl.col("customer_id") == customer_id, pl.col("amount") > 0)
    day: date | None = paid.select(pl.col("received_on").max()).collect().item()
    return day


def _status(books: Books, customer_id: str) -> str | None:
    """What the newest extract of the register says that says anything of it."""
    told = books.table("registrations").filter(pl.col("customer_id") == customer_id, pl.col("status").is_not_null())
    last = told.sort("told_on").select(pl.col("status").last()).collect().item()
    return None if last is None else str(last)


def _events(books: Books, customer_id: str) -> Sequence[Happened]:
    mine = books.table("events").filter(pl.col("customer_id") == customer_id).sort("happened_on", "event_id")
    return tuple(
        Happened(*cells) for cells in mine.select("event_id", "kind", "happened_on", "severity").collect().rows()
    )


def _approvals(books: Books, customer_id: str) -> Sequence[Approval]:
    """Approvals that count today; what orders used since is taken from one that names no order."""
    mine = books.table("approvals").filter(pl.col("customer_id") == customer_id, pl.col("until_on") >= books.as_of)
    told = converted(mine, books.rates, "amount").filter(pl.col("amount").is_not_null()).sort("approval_id").collect()
    if told.is_empty():
        return ()
    taken = books.table("orders").filter(pl.col("customer_id") == customer_id)
    placed = converted(taken.select("ordered_on", "currency", "amount"), books.rates, "amount").collect()
    found = []
    for row in told.iter_rows(named=True):
        since = placed.filter(pl.col("ordered_on") > row["approved_on"]).get_column("amount").sum()
        left = row["amount"] - (int(since) if row["order_id"] is None else 0)
        found.append(
            Approval(row["approval_id"], row["order_id"], row["until_on"], left, row["approved_by"], row["reason"])
        )
    return tuple(found)
