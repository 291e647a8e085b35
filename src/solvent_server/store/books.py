"""Books: the facts of a company as a ledger, now or as they were known at a moment, and what a reader has to know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import polars as pl
from django.db.models import Max

from solvent.base.money import UNKNOWN
from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import Known
from solvent_server.store import database, facts
from solvent_server.store.models import Batch, Company, StatementRecord


@database.told()
def ledger(company: Company, known_at: datetime | None = None) -> Ledger:
    """Every fact that counts, at ``known_at`` or now, as one consistent state."""
    until = known_at or last_commit(company)
    if until is None:
        return Ledger({}, company.currency or UNKNOWN)
    held = tables_with_facts(company)
    tables = {}
    for name in held:
        frame = facts.standing(name, company.pk, TABLES[name].schema, until).select(list(TABLES[name].columns))
        if frame.height:
            tables[name] = frame.lazy()
    return Ledger(tables, company.currency or _only_currency(tables))


def last_commit(company: Company) -> datetime | None:
    """The moment of the newest committed batch; None where there is none."""
    told: datetime | None = Batch.objects.filter(company=company).aggregate(Max("committed_at"))["committed_at__max"]
    return told


def tables_with_facts(company: Company) -> list[str]:
    """Tables into which some batch of the company has put rows."""
    held: set[str] = set()
    for digests in Batch.objects.filter(company=company, committed_at__isnull=False).values_list("digests", flat=True):
        held |= set(digests)
    return [name for name in TABLES if name in held]


def _only_currency(tables: dict[str, pl.LazyFrame]) -> str:
    """The one currency of everything, where the company has not said which is its own."""
    used: set[str] = set()
    for name in ("open_items", "receipts", "credit_notes", "bank_lines", "balances"):
        if name in tables:
            used |= set(tables[name].select("currency").unique().collect().get_column("currency"))
    return used.pop() if len(used) == 1 else UNKNOWN


@database.told()
def known(company: Company, currency: str | None = None) -> Known:
    """What the next file has to agree with.

    Args:
        currency: what amounts are in where the file names none; by default the company's own.
    """
    accounts = facts.standing("bank_accounts", company.pk, {"account_id": pl.String, "currency": pl.String})
    customers = facts.standing(
        "customers", company.pk, {"customer_id": pl.String, "name": pl.String, "tax_id": pl.String}
    )
    told: dict[str, str] = {}
    for column in ("name", "tax_id"):
        for row in customers.filter(pl.col(column).is_not_null()).iter_rows(named=True):
            told[row[column]] = row["customer_id"]
    return Known(
        currency=currency or company.currency or None,
        accounts=dict(zip(accounts["account_id"], accounts["currency"])),
        closings=closings(company),
        tax_ids=frozenset(company.tax_ids),
        names=frozenset(company.names),
        customers=told,
    )


def known_with(company: Company, currency: str | None, account_id: str) -> Known:
    """``known``, for a file of which somebody said the currency or the account of ours that it is about."""
    told = known(company, currency)
    if not account_id:
        return told
    return replace(told, accounts={account_id: told.accounts.get(account_id, told.currency or UNKNOWN)})


def closings(company: Company) -> pl.DataFrame:
    """The newest accepted statement of each account: ``account_id``, ``day_on``, ``amount``."""
    newest: dict[str, tuple[date, int]] = {}
    rows = StatementRecord.objects.filter(
        batch__company=company, batch__state="committed", kind="statement", code="", closing__isnull=False,
        to_on__isnull=False,
    )  # fmt: skip
    for account, day, amount in rows.values_list("account_id", "to_on", "closing"):
        if account not in newest or day >= newest[account][0]:
            newest[account] = (day, amount)
    told = [(account, day, amount) for account, (day, amount) in sorted(newest.items())]
    return pl.DataFrame(told, schema={"account_id": pl.String, "day_on": pl.Date, "amount": pl.Int64}, orient="row")
