"""Books: every fact as it stood at the end of one day, as far as it was known on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import polars as pl

from solvent.base.money import UNKNOWN, digits
from solvent.base.problem import LedgerError, Problem
from solvent.base.table import Table
from solvent.books.cash import BALANCES, BANK_ACCOUNTS, BANK_LINES, BANK_MATCHES, FX_RATES, PLANNED_FLOWS
from solvent.books.credit.cover import BUYER_LIMITS, INSURANCE_POLICIES
from solvent.books.credit.events import EVENTS
from solvent.books.credit.granted import APPROVALS, CONTRACTS, LIMITS
from solvent.books.credit.registry import ADMISSIONS, REGISTRATIONS, REVIEWS, SCREENINGS
from solvent.books.credit.reputation import INDICES, OPINIONS, RISK_LEVELS, TRADE_REFERENCES
from solvent.books.customers import CUSTOMERS, GROUPS, PAYERS, STATEMENTS
from solvent.books.facilities import FACILITIES
from solvent.books.journal import Journal, built_once
from solvent.books.orders import DELIVERIES, ORDERS
from solvent.books.payables import BILL_PAYMENTS, BILLS
from solvent.books.receivables import ALLOCATIONS, CREDIT_NOTES, DISPUTES, OPEN_ITEMS, PROMISES, RECEIPTS
from solvent.books.stock import STOCK

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        CUSTOMERS,
        GROUPS,
        PAYERS,
        OPEN_ITEMS,
        RECEIPTS,
        CREDIT_NOTES,
        ALLOCATIONS,
        DISPUTES,
        PROMISES,
        ORDERS,
        DELIVERIES,
        BILLS,
        BILL_PAYMENTS,
        BANK_ACCOUNTS,
        BANK_LINES,
        BALANCES,
        PLANNED_FLOWS,
        BANK_MATCHES,
        FACILITIES,
        FX_RATES,
        STATEMENTS,
        STOCK,
        REGISTRATIONS,
        EVENTS,
        TRADE_REFERENCES,
        OPINIONS,
        RISK_LEVELS,
        INDICES,
        SCREENINGS,
        ADMISSIONS,
        REVIEWS,
        LIMITS,
        APPROVALS,
        CONTRACTS,
        INSURANCE_POLICIES,
        BUYER_LIMITS,
    )
}
"""Every table of the books, by name."""

DAY_OF: Mapping[str, str] = {
    "open_items": "issued_on",
    "receipts": "received_on",
    "credit_notes": "issued_on",
    "allocations": "allocated_on",
    "orders": "ordered_on",
    "deliveries": "delivered_on",
    "bills": "issued_on",
    "bill_payments": "paid_on",
    "bank_lines": "booked_on",
    "bank_matches": "matched_on",
    "balances": "day_on",
    "facilities": "told_on",
    "promises": "made_on",
    "fx_rates": "day_on",
    "statements": "period_end",
    "stock": "counted_on",
    "registrations": "told_on",
    "events": "happened_on",
    "trade_references": "told_on",
    "opinions": "told_on",
    "risk_levels": "told_on",
    "indices": "day_on",
    "screenings": "told_on",
    "admissions": "asked_on",
    "reviews": "done_on",
    "limits": "valid_from",
    "approvals": "approved_on",
    "contracts": "signed_on",
    "insurance_policies": "starts_on",
    "buyer_limits": "valid_from",
}
"""For each table with a day of its own, the column from which a row is true."""

_DATED = {
    "open_items": "issued_on",
    "credit_notes": "issued_on",
    "deliveries": "delivered_on",
    "receipts": "received_on",
}


class Basis(Enum):
    """How amounts of several currencies become one figure."""

    SINGLE = "single"
    """There is one currency: nothing is converted."""
    BOOKED = "booked"
    """Every foreign amount carries what it was booked at in the company's own currency."""
    RATES = "rates"
    """Sums are converted at the newest rate of ``fx_rates`` on or before ``as_of``."""
    MIXED = "mixed"
    """Several currencies, and neither bookings nor rates for all of them: no figure across currencies is given."""


@dataclass(frozen=True)
class Ledger:
    """All facts that a source gave, before a day is chosen: what intake makes and ``open_books`` opens.

    tables: conformed frames by name; a table that the source does not have is absent or empty.
    currency: the company's own currency; UNKNOWN where the source names none.
    control_total: what the source itself says stands open on its last day, in minor units; None where it says nothing.
    problems: what a reader of any figure has to know about the source.
    journal: a journal already built from these very tables; None: build it.
    """

    tables: Mapping[str, pl.LazyFrame]
    currency: str = UNKNOWN
    control_total: int | None = None
    problems: Sequence[Problem] = ()
    journal: Journal | None = None

    def table(self, name: str) -> pl.LazyFrame:
        """The table, empty where the source has none."""
        return self.tables[name] if name in self.tables else TABLES[name].empty().lazy()

    def has(self, name: str) -> bool:
        """True where the table has any row."""
        return name in self.tables and self.tables[name].head(1).collect().height > 0

    def last_day(self) -> date:
        """The latest issue, delivery or receipt date: the day of the assessment where none is asked for."""
        days: list[date | None] = [
            self.table(name).select(pl.col(column).max()).collect().item() for name, column in _DATED.items()
        ]
        known = [day for day in days if day is not None]
        if not known:
            raise LedgerError("books.empty")
        return max(known)


@dataclass(frozen=True, eq=False)
class Books:
    """A frozen bundle of tables, the same as none but itself.

    Nothing above this floor may ask what day it is: it asks ``as_of``.

    as_of: end of this day; receipts dated on it count as paid, what is due on it is not overdue.
    known_on: facts recorded later are left out; None: all that is known today counts.
    currency: in which sums across customers are told.
    rates: ``currency``, ``factor``: base minor units for one minor unit, as ``base.money.converted`` wants them.
    """

    as_of: date
    known_on: date | None
    currency: str
    basis: Basis
    tables: Mapping[str, pl.LazyFrame]
    journal: Journal
    rates: pl.DataFrame
    control_total: int | None = None
    problems: Sequence[Problem] = field(default=())

    def table(self, name: str) -> pl.LazyFrame:
        """The rows of one table that were true by ``as_of`` and known by ``known_on``."""
        return self.tables[name]

    def has(self, name: str) -> bool:
        """True where the table has any row."""
        return self.tables[name].head(1).collect().height > 0

    def standing(self, as_of: date | None = None) -> pl.LazyFrame:
        """``journal.standing`` of a day, by default the books' own, in the money that ``rates`` convert."""
        return self.in_money(self.journal.standing(as_of or self.as_of))

    def events(self) -> pl.LazyFrame:
        """The journal's events up to ``as_of``, in the money that ``rates`` convert."""
        return self.in_money(self.journal.events.filter(pl.col("event_on") <= self.as_of))

    def in_money(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Journal rows whose ``amount`` and ``currency`` are as booked where the basis is BOOKED, else untouched."""
        if self.basis is not Basis.BOOKED:
            return rows.drop("booked")
        own = pl.col("currency") == self.currency
        worth = pl.when(own).then(pl.col("amount")).otherwise(pl.col("booked").fill_null(0))
        return rows.with_columns(worth.alias("amount"), pl.lit(self.currency).alias("currency")).drop("booked")


def open_books(ledger: Ledger, as_of: date | None = None, known_on: date | None = None) -> Books:
    """The books of one day out of a ledger.

    Args:
        as_of: None: the ledger's last day.
        known_on: None: all that the ledger knows.
    """
    day = as_of or ledger.last_day()
    whole = {name: ledger.table(name) for name in TABLES}
    if known_on is not None:
        whole = {name: frame.filter(pl.col("recorded_on") <= known_on) for name, frame in whole.items()}
    journal = ledger.journal if ledger.journal is not None and known_on is None else built_once(whole)
    seen = {
        name: frame.filter(pl.col(DAY_OF[name]) <= day) if name in DAY_OF else frame for name, frame in whole.items()
    }
    basis, rates = _basis(whole, ledger.currency, day)
    currency = ledger.currency if basis is not Basis.SINGLE or rates.is_empty() else str(rates.item(0, "currency"))
    told = ledger.control_total is not None and known_on is None and day >= ledger.last_day()
    control = ledger.control_total if told else None
    return Books(day, known_on, currency, basis, seen, journal, rates, control, tuple(ledger.problems))


def _basis(tables: Mapping[str, pl.LazyFrame], own: str, as_of: date) -> tuple[Basis, pl.DataFrame]:
    """Which basis the tables allow, and the factors that go with it."""
    used = pl.concat(
        [
            tables[name].group_by("currency").agg(pl.col("booked_amount").is_null().any().alias("unbooked"))
            for name in ("open_items", "receipts", "credit_notes")
        ]
    )
    frame = used.group_by("currency").agg(pl.col("unbooked").any()).sort("currency").collect()
    one = pl.DataFrame({"currency": [own], "factor": [1.0]})
    factors = _factors(tables["fx_rates"], own, as_of)
    if frame.height == 0:
        return Basis.SINGLE, pl.concat([one, factors])
    if frame.height == 1 and (own == UNKNOWN or frame.item(0, "currency") in (own, UNKNOWN)):
        single = frame.select("currency", pl.lit(1.0).alias("factor"))
        return Basis.SINGLE, pl.concat([single, factors.filter(pl.col("currency") != single.item(0, "currency"))])
    foreign = frame.filter(pl.col("currency") != own)
    if own != UNKNOWN and not foreign.get_column("unbooked").any():
        return Basis.BOOKED, pl.concat([one, factors])
    rates = pl.concat([one, factors])
    if set(foreign.get_column("currency")) <= set(rates.get_column("currency")):
        return Basis.RATES, rates
    return Basis.MIXED, rates


def _factors(fx_rates: pl.LazyFrame, own: str, as_of: date) -> pl.DataFrame:
    """The newest factor of each currency on or before ``as_of``: rate scaled from main to minor units."""

    newest = (
        fx_rates.filter((pl.col("quote") == own) & (pl.col("day_on") <= as_of) & (pl.col("currency") != own))
        .sort("day_on")
        .group_by("currency")
        .agg(pl.col("rate").last())
        .sort("currency")
        .collect()
    )
    scales = [10.0 ** (digits(own) - digits(currency)) for currency in newest.get_column("currency")]
    return newest.select("currency", (pl.col("rate") * pl.Series(scales, dtype=pl.Float64)).alias("factor"))
