"""Customers: who they are, their grade, limit, exposure and terms; what they owe, and when it is likely to be paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import polars as pl
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from solvent.base.problem import SolventError
from solvent_server.api.parts.door import Caller, Door
from solvent_server.api.parts.pages import Cursor, Limit, after, cursor, place
from solvent_server.api.parts.shapes import HOME, Money, Share, money, of
from solvent_server.api.parts.trouble import Trouble
from solvent_server.store.keeping import assessments
from solvent_server.store.keeping.assessments import Kept
from solvent_server.store.models import Company

router = Router(tags=["customers"])
ID = Path(..., min_length=1, max_length=200)
AMOUNTS = ("exposure", "not_due", "overdue", "delivered", "ordered", "unallocated", "insured", "limit", "cover_amount",
           "group_exposure", "group_limit")  # fmt: skip
FILTERS = ("grade", "tier", "country", "region", "industry", "salesperson")
Filter = Annotated[str | None, Query(None, max_length=200)]
Words = Annotated[str | None, Query(None, max_length=200, description="part of the number or the name")]
YesNo = Annotated[bool | None, Query(None)]


class CustomerOut(Schema):
    """A customer as of the newest assessment. tier: the gravest sign; null fields: not known, or none."""

    customer_id: str
    name: str | None
    country: str | None
    region: str | None
    industry: str | None
    salesperson: str | None
    grade: str | None
    tier: str | None
    yearly_default_chance: Share | None = Field(description="chance to fail within a year")
    terms_days: int | None = Field(description="agreed days from invoice to due day")
    exposure: Money | None
    not_due: Money | None
    overdue: Money | None
    delivered: Money | None = Field(description="delivered and not invoiced")
    ordered: Money | None = Field(description="ordered and not delivered")
    unallocated: Money | None
    insured: Money | None
    limit: Money | None
    limit_until: date | None
    limit_terms_days: int | None
    used_share: Share | None
    cover_amount: Money | None = Field(description="the insurer's limit")
    group_exposure: Money | None
    group_limit: Money | None
    delay_days: float | None = Field(description="how late it pays, weighted mean")
    late_share: Share | None
    oldest_overdue_days: int | None


class CustomersOut(Schema):
    """A page of customers, by their number."""

    as_of: date
    rows: list[CustomerOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class ItemOut(Schema):
    """An open item, and the days by which one of ten, half and nine of ten like it are paid."""

    item_id: str
    customer_id: str
    issued_on: date | None
    due_on: date | None
    days_past_due: int | None
    open: Money | None
    likely_from_on: date | None
    likely_on: date | None
    likely_until_on: date | None
    late_share: Share | None = Field(description="chance to be late")


class ItemsOut(Schema):
    """A page of open items, by their number."""

    as_of: date
    rows: list[ItemOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


def kept_of(company: Company, name: str | None = None) -> Kept:
    """The assessment of a name, or the newest one.

    Raises:
        Trouble: nothing was assessed yet, or there is none of that name.
    """
    newest = assessments.latest(company.code)
    if newest is None:
        raise Trouble("api.no_assessment")
    if name is None or name == "latest":
        return newest
    found = [kept for kept in assessments.earlier(company.code) if kept.folder.name == name]
    if not found:
        raise Trouble("api.gone")
    return found[0]


def page_of_customers(
    company: Company, filters: Mapping[str, str | None], words: str | None, last: str | None, limit: int
) -> tuple[Kept, list[CustomerOut], str | None]:
    """Customers that fit, by their number, after the last that was seen."""
    kept = kept_of(company)
    frame = kept.frame("customers")
    have = frame.collect_schema().names()
    for name, wanted in filters.items():
        if wanted is not None:
            frame = frame.filter(pl.col(name).cast(pl.String) == wanted) if name in have else frame.clear()
    if words:
        said = words.lower()
        found = [pl.col(name).str.to_lowercase().str.contains(said, literal=True) for name in ("customer_id", "name")]
        frame = frame.filter(pl.any_horizontal(found))
    rows, more = after(frame, "customer_id", last, limit)
    return kept, [_customer(row, kept.currency) for row in rows], more


def one_customer(company: Company, customer_id: str) -> CustomerOut:
    """One customer.

    Raises:
        Trouble: the newest assessment knows no such customer.
    """
    kept = kept_of(company)
    rows = kept.frame("customers").filter(pl.col("customer_id") == customer_id).head(1).collect().to_dicts()
    if not rows:
        raise Trouble("api.gone")
    return _customer(rows[0], kept.currency)


def _customer(row: Mapping[str, Any], currency: str) -> CustomerOut:
    told: dict[str, Any] = {name: row.get(name) for name in CustomerOut.model_fields}
    told |= {name: money(row.get(name), currency) for name in AMOUNTS}
    return CustomerOut(**told)


def page_of_items(
    company: Company, customer_id: str | None, *, overdue: bool | None, last: str | None, limit: int
) -> tuple[Kept, Sequence[ItemOut], str | None]:
    """Open items that fit, by their number, after the last that was seen."""
    kept = kept_of(company)
    try:
        frame = kept.frame("items")
    except SolventError:  # without a payment model there is no list of them
        return kept, [], None
    if customer_id is not None:
        frame = frame.filter(pl.col("customer_id") == customer_id)
    if overdue is not None:
        late = pl.col("days_past_due") > 0
        frame = frame.filter(late if overdue else ~late)
    rows, more = after(frame, "item_id", last, limit)
    return kept, [_item(row, kept.currency) for row in rows], more


def _item(row: Mapping[str, Any], currency: str) -> ItemOut:
    told: dict[str, Any] = {name: row.get(name) for name in ItemOut.model_fields}
    told["open"] = money(row["open"], row.get("currency") or currency)
    return ItemOut(**told)


@router.get(HOME + "/customers", auth=Door("read"), response=of(CustomersOut), operation_id="list_customers")
def customers(
    request: HttpRequest, company: str, *, limit: Limit, cursor_: Cursor, grade: Filter, tier: Filter, country: Filter,
    region: Filter, industry: Filter, salesperson: Filter, words: Words,
) -> CustomersOut:  # fmt: skip
    """Customers of the newest assessment, by their number."""
    caller: Caller = request.auth
    last = place(cursor_, str)
    asked = dict(zip(FILTERS, (grade, tier, country, region, industry, salesperson)))
    kept, rows, more = page_of_customers(caller.company, asked, words, last[0] if last else None, limit)
    return CustomersOut(as_of=kept.as_of, rows=rows, next=None if more is None else cursor(more))


@router.get(
    HOME + "/customers/{path:customer_id}", auth=Door("read"), response=of(CustomerOut),
    operation_id="read_customer",
)  # fmt: skip
def customer(request: HttpRequest, company: str, customer_id: str = ID) -> CustomerOut:
    """One customer: grade, limit, exposure, terms, how it pays."""
    caller: Caller = request.auth
    return one_customer(caller.company, customer_id)


@router.get(HOME + "/open-items", auth=Door("read"), response=of(ItemsOut), operation_id="list_open_items")
def items(
    request: HttpRequest, company: str, *, limit: Limit, cursor_: Cursor, customer_id: Filter, overdue: YesNo
) -> ItemsOut:  # fmt: skip
    """What is open, and when it is likely to be paid."""
    caller: Caller = request.auth
    last = place(cursor_, str)
    kept, rows, more = page_of_items(
        caller.company, customer_id, overdue=overdue, last=last[0] if last else None, limit=limit
    )
    return ItemsOut(as_of=kept.as_of, rows=list(rows), next=None if more is None else cursor(more))
