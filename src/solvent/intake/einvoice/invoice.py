"""Invoice: one e-invoice as its file states it, whatever the format; what every reader gives and every check reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem

INVOICE, CREDIT_NOTE = "invoice", "credit_note"
CREDIT_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""Codes of UNTDID 1001 that name a credit note; every other code of an invoice file names an invoice."""


@dataclass(frozen=True)
class Party:
    """Seller or buyer.

    name: registered name. tax_id: VAT number, else tax number, as printed. country: ISO 3166 code or empty.
    ids: every other number with the scheme that the file gives it: ``("0199", LEI)``, ``("registration", ...)``.
    """

    name: str = ""
    tax_id: str = ""
    country: str = ""
    ids: tuple[tuple[str, str], ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers of the party, the tax number first."""
        return tuple(number for number in (self.tax_id, *(number for _, number in self.ids)) if number)


@dataclass(frozen=True)
class Line:
    """One line: what, how many (None: not told), and its net amount in the main unit, exactly as written."""

    description: str
    quantity: Decimal | None
    net: Decimal


@dataclass(frozen=True)
class Share:
    """One instalment as the payment terms state it: its due day, and an amount in minor units or a percentage."""

    due_on: date
    amount: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True)
class EInvoice:
    """One invoice or credit note.

    source, part: file name, and the invoice's place in it from 1. format: ``ubl``, ``cii``, ``zugferd-1``,
        ``china-xml``, ``china-xbrl``, ``china-flat``, ``ofd``; with ``pdf/`` before it where it came out of a PDF file.
    kind: ``invoice`` or ``credit_note``; a file with a negative total is a credit note.
    number, series: invoice number, and the invoice code (发票代码) that older Chinese numbers repeat under.
    lines_total, allowances, charges, net, tax, total, prepaid, rounding, extra, payable: minor units of currency,
        signed as the file signs them; None: the file does not say. total is with tax. extra: third parties' claims
        that are collected with the invoice. payable: total - prepaid + rounding + extra.
    shares: instalments, where the terms state more than one due day with an amount or a percentage.
    preceding: number of the invoice that a credit note or a correction refers to.
    faults: what makes the invoice unfit for the books, found while reading. problems: what its reader has to know.
    """

    source: str
    part: int
    format: str
    kind: str = INVOICE
    number: str = ""
    series: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    currency: str = UNKNOWN
    seller: Party = Party()
    buyer: Party = Party()
    lines: tuple[Line, ...] = ()
    lines_total: int | None = None
    allowances: int | None = None
    charges: int | None = None
    net: int | None = None
    tax: int | None = None
    total: int | None = None
    prepaid: int | None = None
    rounding: int | None = None
    extra: int | None = None
    payable: int | None = None
    shares: tuple[Share, ...] = ()
    terms: str = ""
    order_id: str = ""
    delivery_id: str = ""
    payment_reference: str = ""
    iban: str = ""
    notes: str = ""
    preceding: str = ""
    faults: Sequence[Problem] = ()
    problems: Sequence[Problem] = ()

    @property
    def place(self) -> str:
        """File, and the invoice in it where there are several."""
        return f"{self.source}#{self.part}" if self.part > 1 else self.source

    @property
    def owed(self) -> int:
        """What is to be paid, minor units, signed as the file signs it; 0 where nothing can be told."""
        if self.payable is not None:
            return self.payable
        parts = (self.total, self.rounding, self.extra)
        return sum(part or 0 for part in parts) - (self.prepaid or 0)
