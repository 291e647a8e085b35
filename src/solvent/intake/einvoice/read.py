"""Read: a file with e-invoices into open items, credit notes, bills and customers, every invoice accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from solvent.base.money import UNKNOWN, decimal
from solvent.base.problem import Problem
from solvent.books.books import TABLES, Ledger
from solvent.intake.einvoice.checks import CHECKING, Checking, faults, remarks
from solvent.intake.einvoice.formats.china import ROOTS, is_china, read_china, read_fields
from solvent.intake.einvoice.formats.cii import is_cii, read_cii
from solvent.intake.einvoice.formats.markup import MARKUP, Node, decoded, first_tag, parsed
from solvent.intake.einvoice.formats.ofd import is_ofd, read_ofd
from solvent.intake.einvoice.formats.pdf import attached, is_order, is_pdf
from solvent.intake.einvoice.formats.ubl import SPACE, is_ubl, read_ubl
from solvent.intake.einvoice.invoice import CREDIT_NOTE, INVOICE, EInvoice
from solvent.intake.einvoice.items import Row, Rows, allocation, is_credit, key_of, payable, receivable
from solvent.intake.einvoice.sides import Own, Side, made_id
from solvent.intake.intake import COUNTS, DOCUMENTS, REJECTED, Intake, Known, Source
from solvent.intake.limits import LIMITS, Refused

_CERTAIN = ("CrossIndustryInvoice", "CrossIndustryDocument", *ROOTS)


def is_einvoice(source: Source) -> bool:
    """True for a file that this room is the one to read, by its content and never by its name.

    PDF, OFD, and XML whose root is an invoice's. A broken or unsafe file of these kinds is claimed too, so that it is
    refused with the reason. An order, an EDIFACT message, a bank statement or a schema is not claimed.
    """
    data = source.data
    if is_pdf(data) or is_ofd(data):
        return True
    if not data[:400].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<") or len(data) > LIMITS.file_bytes:
        return False
    try:
        text = decoded(source.name, data[: MARKUP.bytes])
        name, head = first_tag(text)
        if name in ("Invoice", "CreditNote") and SPACE + name in head:
            return True
        if name in _CERTAIN:
            return True
        return any(word in text for word in ("发票号码", "InvoiceN", "Fphm")) and is_china(parsed(source.name, data))
    except Refused:
        return False


def invoices_in(source: Source) -> list[EInvoice]:
    """Every invoice of a file as it states them, unchecked.

    Raises:
        Refused: nothing can be read from the file; the problem says why.
    """
    if not source.data.strip():
        raise Refused(Problem("intake.file.empty", source.name))
    if len(source.data) > LIMITS.file_bytes:
        raise Refused(Problem("einvoice.file.too_large", source.name, {"megabytes": LIMITS.file_bytes // 1_000_000}))
    if is_ofd(source.data):
        return read_ofd(source)
    if not is_pdf(source.data):
        return _in_xml(source.name, source.data)
    found = attached(source)
    if not isinstance(found, tuple):
        return [read_fields(source.name, 1, "pdf/china-flat", found)]
    name, data = found
    if is_order(name):
        raise Refused(Problem("einvoice.order", source.name))
    return [
        replace(invoice, source=source.name, format=f"pdf/{invoice.format}")
        for invoice in _in_xml(f"{source.name}!{name}", data)
    ]


def _in_xml(name: str, data: bytes) -> list[EInvoice]:
    if not data[:400].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<"):
        raise Refused(Problem("einvoice.file.kind", name))
    root = parsed(name, data)
    if is_ubl(root):
        return [read_ubl(name, 1, root)]
    if is_cii(root):
        return [read_cii(name, 1, root)]
    several = _wrapped(root)
    if several:
        return [
            read_ubl(name, part, node) if is_ubl(node) else read_cii(name, part, node)
            for part, node in enumerate(several, 1)
        ]
    if is_china(root):
        return read_china(name, root)
    if "Order" in root.name or root.name == "SCRDMCCBDACIOMessageStructure":
        raise Refused(Problem("einvoice.order", name))
    raise Refused(Problem("einvoice.not_an_invoice", name, {"root": root.name[:60]}))


def _wrapped(root: Node) -> list[Node]:
    """Invoices one or two levels below a root that is none itself: an envelope around them."""
    below = [*root.children, *(node for child in root.children for node in child.children)]
    return [node for node in below if is_ubl(node) or is_cii(node)]


@dataclass
class _Desk:
    """What becomes of a file, invoice by invoice."""

    source: Source
    own: Own
    terms: Checking
    tables: dict[str, list[Row]] = field(default_factory=dict)
    documents: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    credits: list[tuple[Row, EInvoice]] = field(default_factory=list)

    def take(self, found: EInvoice) -> None:
        """One invoice: checked, put on its side, and turned into rows, or into quarantine with the first reason."""
        invoice = replace(found, number=" ".join(found.number.split()))
        side = self.own.side(invoice)
        reasons = faults(invoice, self.terms) or self._unfit(invoice, side)
        if reasons:
            self.refuse(reasons[0], invoice)
            return
        rows = Rows()
        if side is Side.BUYER:
            payable(invoice, rows)
        else:
            receivable(invoice, self.own, rows)
        self._decided(invoice, side)
        self.problems += [*remarks(invoice), *rows.problems]
        for name, made in rows.tables.items():
            self.tables.setdefault(name, []).extend(made)
        for credit in rows.tables.get("credit_notes", ()):
            self.credits.append((credit, invoice))
        count = sum(len(made) for name, made in rows.tables.items() if name != "customers")
        self.documents.append(_document(self.source.name, invoice, count))

    def refuse(self, reason: Problem, invoice: EInvoice) -> None:
        """An invoice, or what stands for a whole file, into quarantine."""
        facts = json.dumps(dict(reason.facts), ensure_ascii=False)
        told = {"code": reason.code, "facts": facts}
        self.documents.append({**_document(self.source.name, invoice, 1), **told})
        cells = [
            invoice.number,
            str(invoice.issued_on or ""),
            invoice.seller.name,
            invoice.buyer.name,
            "" if invoice.total is None else str(decimal(invoice.total, invoice.currency)),
            invoice.currency,
        ]
        place = {"source": self.source.name, "sheet": "", "row": invoice.part, "column": "", "value": invoice.number}
        self.rejected.append({**place, **told, "cells": cells})
        self.problems.append(reason)

    def _unfit(self, invoice: EInvoice, side: Side) -> list[Problem]:
        """What keeps an invoice out that adds up: it is doubled, of nobody, or of a kind the books have no row for."""
        key = (made_id(invoice.seller), key_of(invoice))
        if key in self.seen:
            return [
                Problem("einvoice.doubled", invoice.place, {"number": invoice.number, "seller": invoice.seller.name})
            ]
        other = invoice.seller if side is Side.BUYER else invoice.buyer
        if side is Side.BOTH:
            return [Problem("einvoice.both_ours", invoice.place, {"number": invoice.number})]
        if not made_id(other):
            return [Problem("einvoice.party_missing", invoice.place, {"number": invoice.number})]
        if side is Side.NEITHER and not self.own.empty and not self.terms.take_strangers:
            return [_stranger(invoice)]
        if side is Side.BUYER and is_credit(invoice):
            facts = {"number": invoice.number, "seller": invoice.seller.name, "preceding": invoice.preceding}
            return [Problem("einvoice.supplier_credit", invoice.place, facts)]
        self.seen.add(key)
        return []

    def _decided(self, invoice: EInvoice, side: Side) -> None:
        """Says so where nothing proves on which side of an invoice we stand."""
        if side is Side.NEITHER and self.own.empty:
            told = {"number": invoice.number, "seller": invoice.seller.name}
            self.problems.append(Problem("einvoice.own_unknown", invoice.place, told))
        elif side is Side.NEITHER:
            self.problems.append(_stranger(invoice))
        us = invoice.buyer if side is Side.BUYER else invoice.seller
        if side is not Side.NEITHER and self.own.under_another_number(us):
            facts = {"number": invoice.number, "name": us.name, "value": us.tax_id[:40]}
            self.problems.append(Problem("einvoice.own_number_differs", invoice.place, facts))

    def settle(self) -> None:
        """Credit notes allocated to the invoice they name, where that is no guess; the others are told."""
        items = self.tables.get("open_items", [])
        for credit, invoice in self.credits:
            row = allocation(credit, invoice.preceding, items) if invoice.preceding else None
            if row is not None and all(
                row["item_id"] != made["item_id"] for made in self.tables.get("allocations", [])
            ):
                self.tables.setdefault("allocations", []).append(row)
            else:
                facts = {"number": invoice.number, "preceding": invoice.preceding}
                code = Problem("einvoice.credit_unlinked", invoice.place, facts)
                bare = Problem("einvoice.credit_without_invoice", invoice.place, {"number": invoice.number})
                self.problems.append(code if invoice.preceding else bare)


def _stranger(invoice: EInvoice) -> Problem:
    facts = {"number": invoice.number, "seller": invoice.seller.name, "buyer": invoice.buyer.name}
    return Problem("einvoice.stranger", invoice.place, facts)


def _document(source: str, invoice: EInvoice, rows: int) -> Row:
    return {
        "source": source,
        "part": invoice.part,
        "kind": CREDIT_NOTE if is_credit(invoice) else INVOICE,
        "format": invoice.format,
        "number": invoice.number,
        "account_id": "",
        "currency": invoice.currency,
        "from_on": invoice.issued_on,
        "to_on": invoice.due_on,
        "opening": None,
        "closing": invoice.total,
        "rows": rows,
        "code": "",
        "facts": "{}",
    }


def read_einvoices(source: Source, known: Known, terms: Checking = CHECKING) -> Intake:
    """The books' rows out of a file with one or more e-invoices. Nothing is raised for what the file holds.

    An invoice whose seller we are gives open items (one for each instalment), or a credit note, and the buyer as a
    customer where ``known.customers`` has it under none of its numbers and names; one whose buyer we are gives bills.
    Where nothing says who we are, it is taken as ours to collect, and a problem says so. The amount is what is still
    to be paid: the total less what the invoice itself says was prepaid.

    Returns:
        counts: for each table but customers, its rows; an invoice in quarantine is one row of ``open_items``.
        rejected: one row for each invoice in quarantine: number, day, seller, buyer, total, currency as cells.
        documents: one row for each invoice; ``from_on`` is its day, ``to_on`` the due day it states, ``closing`` its
        total with tax as signed in the file, ``rows`` what it gives to the books. A file of which nothing could be
        read is one document in quarantine.
    """
    desk = _Desk(source, Own.of(known), terms)
    try:
        found: Sequence[EInvoice] = invoices_in(source)
    except Refused as refusal:
        desk.refuse(refusal.problem, EInvoice(source.name, 1, ""))
        found = ()
    for invoice in found:
        desk.take(invoice)
    desk.settle()
    tables = dict(_tables(desk))
    used = {invoice.currency for invoice in found}
    currency = known.currency or (used.pop() if len(used) == 1 else UNKNOWN)
    return Intake(
        Ledger({name: frame.lazy() for name, frame in tables.items()}, currency, None, tuple(desk.problems)),
        _counts(source.name, tables, len(desk.rejected)),
        pl.DataFrame(desk.rejected, schema=REJECTED, orient="row"),
        (),
        pl.DataFrame(desk.documents, schema=DOCUMENTS, orient="row"),
    )


def located(source: Source, known: Known, table: str, key: str) -> tuple[list[EInvoice], list[int]]:
    """Where one row of a table stands: every invoice of the file, and the places of those that gave the row, from 1.

    Args:
        key: the row's key in the table.
    """
    try:
        found: Sequence[EInvoice] = invoices_in(source)
    except Refused:
        return [], []
    parts = []
    for invoice in found:
        desk = _Desk(source, Own.of(known), CHECKING)
        desk.take(invoice)
        gave = {name: {str(row[TABLES[name].key[0]]) for row in rows} for name, rows in desk.tables.items()}
        keys = key.split(":") if table == "allocations" else [key]
        names = ("open_items", "credit_notes") if table == "allocations" else (table,)
        if any(one in gave.get(name, ()) for one in keys for name in names):
            parts.append(invoice.part)
    return list(found), parts


def _tables(desk: _Desk) -> Iterator[tuple[str, pl.DataFrame]]:
    """Conformed frames; a customer that several invoices name is one row, the latest name and number winning."""
    for name, rows in desk.tables.items():
        table = TABLES[name]
        had = {column: dtype for column, dtype in table.schema.items() if column in rows[0]}
        frame = table.conform(pl.LazyFrame(rows, schema=had)).collect()
        if name == "customers":
            first = frame.group_by("customer_id").agg(pl.col("recorded_on").min())
            newest = frame.sort("recorded_on", maintain_order=True).unique(
                "customer_id", keep="last", maintain_order=True
            )
            frame = table.conform(newest.drop("recorded_on").join(first, on="customer_id").lazy()).collect()
        yield name, frame


def _counts(source: str, tables: dict[str, pl.DataFrame], rejected: int) -> pl.DataFrame:
    rows = []
    for name in ("open_items", "credit_notes", "bills", "allocations"):
        loaded = tables[name].height if name in tables else 0
        refused = rejected if name == "open_items" else 0
        if loaded or refused:
            rows.append((source, "", name, loaded + refused, loaded, refused))
    return pl.DataFrame(rows, schema=COUNTS, orient="row")
