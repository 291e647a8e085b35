"""Items: rows of the books out of one invoice: open items by instalment, a credit note, bills, a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from solvent.base.money import decimal
from solvent.base.problem import Problem
from solvent.intake.einvoice.invoice import CREDIT_NOTE, EInvoice
from solvent.intake.einvoice.sides import Own, made_id

Row = dict[str, Any]


@dataclass
class Rows:
    """Rows by table, and what their reader has to know."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, table: str, row: Row) -> None:
        self.tables.setdefault(table, []).append(row)


def is_credit(invoice: EInvoice) -> bool:
    """True for a credit note by its code, by a red mark, or by a negative total."""
    return invoice.kind == CREDIT_NOTE or (invoice.total or 0) < 0


def key_of(invoice: EInvoice) -> str:
    """What names an invoice among those of its seller: older Chinese numbers repeat under another invoice code."""
    return f"{invoice.series}{invoice.number}"


def divided(whole: int, weights: Sequence[Fraction]) -> list[int]:
    """A whole in whole parts by weight, largest remainder first; the parts always add up to the whole.

    >>> divided(100, [Fraction(1)] * 3), divided(0, [Fraction(2), Fraction(1)])
    ([34, 33, 33], [0, 0])
    """
    every = sum(weights)
    exact = [whole * weight / every for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in order[: whole - sum(parts)]:
        parts[place] += 1
    return parts


def instalments(invoice: EInvoice, rows: Rows) -> list[tuple[date, int]]:
    """Due day and amount of each instalment, adding up to what is owed.

    A due day that is missing, or lies before the invoice, is the day of the invoice, and a problem says so.
    """
    issued = invoice.issued_on
    assert issued is not None, "checked before"
    if invoice.shares:
        whole = [share.amount if share.amount is not None else share.percent for share in invoice.shares]
        weights = [Fraction(Decimal(weight or 0)) for weight in whole]
        days = [share.due_on for share in invoice.shares]
        parts = list(zip(days, divided(invoice.owed, weights)))
    else:
        if invoice.due_on is None:
            rows.problems.append(Problem("einvoice.due_missing", invoice.place, {"number": invoice.number}))
        parts = [(invoice.due_on or issued, invoice.owed)]
    early = [day for day, _ in parts if day < issued]
    if early:
        facts = {"number": invoice.number, "due": str(early[0]), "issued": str(issued)}
        rows.problems.append(Problem("einvoice.due_before_issue", invoice.place, facts))
    return [(max(day, issued), amount) for day, amount in parts if amount]


def receivable(invoice: EInvoice, own: Own, rows: Rows) -> None:
    """Open items, or a credit note, for the buyer, who becomes a customer where the books do not know it yet."""
    customer, known = own.customer(invoice.buyer)
    if is_credit(invoice):
        _credit(invoice, customer, rows)
    else:
        _items(invoice, customer, rows)
    if not known and rows.tables:
        buyer = invoice.buyer
        row = {"customer_id": customer, "name": buyer.name or None, "tax_id": buyer.tax_id or None}
        rows.put("customers", {**row, "country": buyer.country or None, "recorded_on": invoice.issued_on})


def _items(invoice: EInvoice, customer: str, rows: Rows) -> None:
    if not _something_to_pay(invoice, rows):
        return
    parts = instalments(invoice, rows)
    for place, (due, amount) in enumerate(parts, 1):
        rows.put(
            "open_items",
            {
                "item_id": key_of(invoice) if len(parts) == 1 else f"{key_of(invoice)}/{place}",
                "invoice_id": invoice.number,
                "customer_id": customer,
                "issued_on": invoice.issued_on,
                "due_on": due,
                "currency": invoice.currency,
                "amount": amount,
                "order_id": invoice.order_id or None,
                "delivery_id": invoice.delivery_id or None,
                "recorded_on": invoice.issued_on,
            },
        )


def _something_to_pay(invoice: EInvoice, rows: Rows) -> bool:
    """False, with the reason, for an invoice on which nothing is left to pay; a prepaid part is told."""
    total, owed = decimal(invoice.total or 0, invoice.currency), decimal(invoice.owed, invoice.currency)
    facts = {"number": invoice.number, "total": str(total), "owed": str(owed), "currency": invoice.currency}
    if invoice.owed == 0:
        rows.problems.append(Problem("einvoice.nothing_to_pay", invoice.place, facts))
    elif invoice.owed < 0:
        rows.problems.append(Problem("einvoice.overpaid", invoice.place, facts))
    elif invoice.prepaid:
        rows.problems.append(Problem("einvoice.prepaid", invoice.place, facts))
    return invoice.owed > 0


def _credit(invoice: EInvoice, customer: str, rows: Rows) -> None:
    """One credit note, told without a sign."""
    amount = -invoice.owed if (invoice.total or 0) < 0 else invoice.owed
    if amount <= 0:
        facts = {"number": invoice.number, "total": str(decimal(invoice.total or 0, invoice.currency))}
        rows.problems.append(Problem("einvoice.nothing_to_credit", invoice.place, facts))
        return
    rows.put(
        "credit_notes",
        {
            "credit_note_id": key_of(invoice),
            "customer_id": customer,
            "issued_on": invoice.issued_on,
            "currency": invoice.currency,
            "amount": amount,
            "reason": invoice.notes[:200] or None,
            "recorded_on": invoice.issued_on,
        },
    )


def payable(invoice: EInvoice, rows: Rows) -> None:
    """Bills of the seller, one for each instalment. A supplier's numbers are its own, so its number stands first."""
    if not _something_to_pay(invoice, rows):
        return
    supplier = made_id(invoice.seller)
    parts = instalments(invoice, rows)
    for place, (due, amount) in enumerate(parts, 1):
        name = f"{supplier}:{key_of(invoice)}"
        rows.put(
            "bills",
            {
                "bill_id": name if len(parts) == 1 else f"{name}/{place}",
                "supplier_id": supplier,
                "supplier_name": invoice.seller.name or None,
                "issued_on": invoice.issued_on,
                "due_on": due,
                "currency": invoice.currency,
                "amount": amount,
                "recorded_on": invoice.issued_on,
            },
        )


def allocation(credit: Row, preceding: str, items: Sequence[Row]) -> Row | None:
    """The allocation of a credit note to the invoice it names; None where that would be a guess.

    It is safe only where the invoice stands in the same file as one single item, of the same customer and currency,
    issued no later, and at least as large. Which items of the books are still open, a file cannot know.
    """
    named = [item for item in items if item["invoice_id"] == preceding]
    if len(named) != 1:
        return None
    item = named[0]
    alike = item["customer_id"] == credit["customer_id"] and item["currency"] == credit["currency"]
    if not alike or item["issued_on"] > credit["issued_on"] or item["amount"] < credit["amount"]:
        return None
    return {
        "allocation_id": f"{credit['credit_note_id']}:{item['item_id']}",
        "item_id": item["item_id"],
        "source": "credit_note",
        "source_id": credit["credit_note_id"],
        "allocated_on": credit["issued_on"],
        "amount": credit["amount"],
        "recorded_on": credit["issued_on"],
    }
