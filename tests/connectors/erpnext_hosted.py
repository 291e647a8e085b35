"""ERPNext hosted: its documented protocol, and a made company that it keeps by arithmetic of its own.

Each posting changes the outstanding amount there and then, as the system would. What comes out of our books has to
agree with that.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hosted import KEY, RATES, Hosted, Row, cents

CHILD = {
    "Payment Schedule": "payment_schedule",
    "Payment Entry Reference": "references",
    "Payment Entry Deduction": "deductions",
    "Journal Entry Account": "accounts",
}


class ErpNextServer(Hosted):
    """GET /api/resource/<doctype> with fields, filters, order_by, limit_start, limit_page_length; and one document."""

    def __init__(self, made: ErpNextCompany) -> None:
        self.made = made
        self.most = 1000
        self.no_children = False
        self.unknown: set[str] = set()
        self.forbidden: set[str] = set()
        super().__init__()

    def respond(self, handler: Any, body: bytes | None) -> tuple[int, bytes, str]:
        address = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append((unquote(address.path), query))
        if handler.headers.get("Authorization") != f"token {KEY}":
            return self.told(401, {"exc_type": "AuthenticationError"})
        _, api, resource, doctype, *name = unquote(address.path).split("/")
        if (api, resource) != ("api", "resource") or doctype not in (*self.made.documents, *CHILD):
            return self.told(404, {"exc_type": "DoesNotExistError"})
        if doctype in self.forbidden:
            return self.told(403, {"exc_type": "PermissionError"})
        if name:
            return self.told(200, {"data": next(row for row in self.made.documents[doctype] if row["name"] == name[0])})
        if doctype in CHILD and (self.no_children or not query.get("parent")):
            return self.told(403, {"exc_type": "PermissionError"})
        fields = json.loads(query.get("fields", '["name"]'))
        if self.unknown & set(fields):
            return self.told(417, {"exc_type": "DataError"})
        rows = [row for row in self.rows(doctype) if self.passes(row, doctype, json.loads(query.get("filters", "[]")))]
        rows.sort(key=lambda row: row["name"])
        start, length = int(query.get("limit_start", 0)), int(query.get("limit_page_length", 20))
        page = rows[start : start + min(length, self.most)]
        return self.told(200, {"data": [{field: row.get(field) for field in fields} for row in page]})

    def rows(self, doctype: str) -> list[Row]:
        if doctype not in CHILD:
            return self.made.documents[doctype]
        return [
            {
                **child,
                "parent": row["name"],
                "parenttype": kind,
                "docstatus": row["docstatus"],
                "modified": row["modified"],
            }
            for kind, rows in self.made.documents.items()
            for row in rows
            for child in row.get(CHILD[doctype], [])
        ]

    def passes(self, row: Row, doctype: str, filters: list[list[Any]]) -> bool:
        return all(self.one(row, doctype, *told) for told in filters)

    def one(self, row: Row, doctype: str, *told: Any) -> bool:
        *of, field, operator, value = told
        if of and of[0] != doctype:
            return any(self.one(child, of[0], field, operator, value) for child in row.get(CHILD[of[0]], []))
        have = row.get(field)
        if operator == "=":
            return have == value
        if operator == "in":
            return have in value
        if operator == ">":
            return have is not None and str(have) > str(value)
        raise AssertionError(operator)

    def told(self, status: int, answer: Any) -> tuple[int, bytes, str]:
        return status, json.dumps(answer).encode(), "application/json"


class ErpNextCompany:
    """A company kept as ERPNext keeps it. ``outstanding``: by sales invoice; ``account``: by customer and currency."""

    def __init__(self, seed: int = 3, invoices: int = 300) -> None:
        self.random = Random(seed)
        self.day = date(2025, 1, 1)
        self.documents: dict[str, list[Row]] = {
            "Company": [{"name": "Solvent Trading", "default_currency": "CNY"}],
            "Customer": [],
            "Sales Invoice": [],
            "Purchase Invoice": [],
            "Payment Entry": [],
            "Journal Entry": [],
        }
        self.outstanding: dict[str, Decimal] = {}
        self.account: dict[tuple[str, str], Decimal] = {}
        self.supplier_open: dict[str, Decimal] = {}
        self.clock = datetime.fromisoformat("2025-01-01 08:00")
        for number in range(12):
            self.documents["Customer"].append(
                self.stamped(
                    {"name": f"CUST-{number:03}", "customer_name": f"灯笼贸易{number}有限公司", "territory": "East"}
                )
            )
        for _ in range(invoices):
            self.step()

    def stamped(self, row: Row) -> Row:
        self.clock += timedelta(seconds=61)
        stamp = self.clock.isoformat(" ") + ".123456"
        return {"company": "Solvent Trading", "creation": stamp, "docstatus": 1, **row, "modified": stamp}

    def money(self, low: int, high: int, currency: str = "CNY") -> Decimal:
        places = Decimal(1) if currency == "JPY" else Decimal("0.01")
        return Decimal(self.random.randint(low * 100, high * 100)).scaleb(-2).quantize(places)

    def step(self) -> None:
        """A day's work: an invoice, and one or two other things."""
        self.day += timedelta(days=self.random.randint(0, 2))
        invoice = self.invoice()
        turn = self.random.random()
        if turn < 0.55:
            self.pay(invoice)
        elif turn < 0.62:
            self.give_back(invoice)
        elif turn < 0.68:
            self.cancel(invoice)
        elif turn < 0.74:
            self.journal(invoice)
        if self.random.random() < 0.3:
            self.buy()

    def due(self, currency: str, amount: Decimal) -> list[Row]:
        count = self.random.choice([1, 1, 2, 3])
        places = Decimal(1) if currency == "JPY" else Decimal("0.01")
        part = (amount / count).quantize(places)
        parts = [part] * (count - 1) + [amount - part * (count - 1)]
        return [
            {
                "name": f"ps{self.random.getrandbits(40):010x}",
                "idx": place + 1,
                "due_date": str(self.day + timedelta(days=30 * (place + 1))),
                "payment_amount": cents(value),
                "base_payment_amount": cents((value * RATES[currency]).quantize(Decimal("0.01"))),
            }
            for place, value in enumerate(parts)
        ]

    def invoice(self, *, buying: bool = False) -> Row:
        kind = "Purchase Invoice" if buying else "Sales Invoice"
        currency = self.random.choice(["CNY", "CNY", "CNY", "USD", "JPY"])
        own_account = currency == "JPY" or self.random.random() < 0.3
        account = "CNY" if own_account else currency
        amount = self.money(10, 5000, currency)
        base = (amount * RATES[currency]).quantize(Decimal("0.01"))
        party = f"CUST-{self.random.randrange(12):03}" if not buying else f"SUPP-{self.random.randrange(4)}"
        if account != "CNY" or currency != "CNY":
            party += f"-{account}-{currency}"
        name = f"{'PINV' if buying else 'SINV'}-{len(self.documents[kind]) + 1:05}"
        row = self.stamped(
            {
                "name": name,
                ("supplier" if buying else "customer"): party,
                ("supplier_name" if buying else "customer_name"): party.title(),
                "posting_date": str(self.day),
                "due_date": str(self.day + timedelta(days=30)),
                "currency": currency,
                "party_account_currency": account,
                "grand_total": cents(amount),
                "rounded_total": 0.0,
                "base_grand_total": cents(base),
                "base_rounded_total": 0.0,
                "is_return": 0,
                "return_against": None,
                "is_pos": 0,
                "payment_schedule": self.due(currency, amount),
            }
        )
        owed = base if account == "CNY" else amount
        self.documents[kind].append(row)
        row["outstanding_amount"] = cents(owed)
        if buying:
            self.supplier_open[name] = owed
        else:
            self.outstanding[name] = owed
            self.post(row, owed)
        return row

    def post(self, row: Row, amount: Decimal) -> None:
        key = (row["customer"], row["party_account_currency"])
        self.account[key] = self.account.get(key, Decimal(0)) + amount

    def settle(self, row: Row, amount: Decimal) -> None:
        """Lower an invoice's outstanding amount, there and then."""
        self.outstanding[row["name"]] -= amount
        row["outstanding_amount"] = cents(self.outstanding[row["name"]])

    def pay(self, newest: Row) -> None:
        """One payment on one to three invoices of the customer, in part or with a deduction, or too much."""
        same = [
            row
            for row in self.documents["Sales Invoice"]
            if row["customer"] == newest["customer"]
            and row["docstatus"] == 1
            and self.outstanding.get(row["name"], 0) > 0
        ]
        chosen = same[-self.random.randint(1, 3) :]
        account = newest["party_account_currency"]
        rate = RATES[account] * Decimal("1.01") if account != "CNY" else Decimal(1)
        references, total = [], Decimal(0)
        for row in chosen:
            amount = self.outstanding[row["name"]]
            if self.random.random() < 0.25:
                amount = (amount / 2).quantize(Decimal("0.01")) or amount
            references.append((row, amount))
            total += amount
        short = total * Decimal("0.01") if self.random.random() < 0.2 and account == "CNY" else Decimal(0)
        short = short.quantize(Decimal("0.01"))
        over = self.money(1, 50) if self.random.random() < 0.1 else Decimal(0)
        self.day += timedelta(days=1)
        paid = total + over - short
        entry = self.stamped(
            {
                "name": f"PE-{len(self.documents['Payment Entry']) + 1:05}",
                "payment_type": "Receive",
                "party_type": "Customer",
                "party": newest["customer"],
                "posting_date": str(self.day),
                "paid_from_account_currency": account,
                "paid_to_account_currency": "CNY",
                "paid_amount": cents(paid),
                "base_paid_amount": cents((paid * rate).quantize(Decimal("0.01"))),
                "received_amount": cents((paid * rate).quantize(Decimal("0.01"))),
                "base_received_amount": cents((paid * rate).quantize(Decimal("0.01"))),
                "unallocated_amount": cents(over),
                "reference_no": "BANK-1",
                "references": [
                    {
                        "name": f"ref{self.random.getrandbits(40):010x}",
                        "idx": place + 1,
                        "reference_doctype": "Sales Invoice",
                        "reference_name": row["name"],
                        "allocated_amount": cents(amount),
                    }
                    for place, (row, amount) in enumerate(references)
                ],
                "deductions": [
                    {"name": f"d{self.clock:%H%M%S}", "idx": 1, "account": "Bank Charges - ST", "amount": cents(short)}
                ]
                if short
                else [],
            }
        )
        self.documents["Payment Entry"].append(entry)
        for row, amount in references:
            self.settle(row, amount)
            self.post(row, -amount)
        self.post(newest, -over)
        if self.random.random() < 0.06:
            self.cancel_payment(entry, references, over, newest)

    def cancel_payment(self, entry: Row, references: list[tuple[Row, Decimal]], over: Decimal, newest: Row) -> None:
        entry |= {"docstatus": 2, "modified": self.stamped({})["modified"]}
        for row, amount in references:
            self.settle(row, -amount)
            self.post(row, amount)
        self.post(newest, over)

    def give_back(self, row: Row) -> None:
        """A return against an invoice: it lowers the invoice at once."""
        share = Decimal("0.25")
        amount = (Decimal(str(row["grand_total"])) * share).quantize(
            Decimal(1) if row["currency"] == "JPY" else Decimal("0.01")
        )
        base = (amount * RATES[row["currency"]]).quantize(Decimal("0.01"))
        note = self.stamped(
            {
                **row,
                "name": f"{row['name']}-RET",
                "posting_date": str(self.day),
                "grand_total": cents(-amount),
                "base_grand_total": cents(-base),
                "is_return": 1,
                "return_against": row["name"],
                "outstanding_amount": 0.0,
                "payment_schedule": [],
            }
        )
        self.documents["Sales Invoice"].append(note)
        owed = base if row["party_account_currency"] == "CNY" else amount
        self.settle(row, owed)
        self.post(row, -owed)

    def cancel(self, row: Row) -> None:
        """Cancelled invoices keep their rows and owe nothing."""
        row |= {"docstatus": 2, "modified": self.stamped({})["modified"], "outstanding_amount": 0.0}
        self.post(row, -self.outstanding.pop(row["name"]))

    def journal(self, row: Row) -> None:
        """A write-off, bank money, or a correction booked by hand against an invoice; or an opening balance."""
        kind = self.random.choice(["Write Off Entry", "Bank Entry", "Journal Entry", "Opening Entry"])
        account = row["party_account_currency"]
        amount = (self.outstanding[row["name"]] / 4).quantize(Decimal("0.01"))
        opening = kind == "Opening Entry"
        line = {
            "name": f"ja{self.random.getrandbits(40):010x}",
            "idx": 1,
            "party_type": "Customer",
            "party": row["customer"],
            "account_currency": account,
            "debit_in_account_currency": cents(amount) if opening else 0.0,
            "credit_in_account_currency": 0.0 if opening else cents(amount),
            "debit": cents((amount * RATES[account]).quantize(Decimal("0.01"))) if opening else 0.0,
            "credit": 0.0 if opening else cents((amount * RATES[account]).quantize(Decimal("0.01"))),
            "reference_type": None if opening else "Sales Invoice",
            "reference_name": None if opening else row["name"],
        }
        other = {"name": f"jb{self.random.getrandbits(40):010x}", "idx": 2, "party_type": None, "party": None}
        number = len(self.documents["Journal Entry"]) + 1
        entry = {
            "name": f"JV-{number:05}",
            "voucher_type": kind,
            "posting_date": str(self.day),
            "accounts": [line, other],
        }
        self.documents["Journal Entry"].append(self.stamped(entry))
        if opening:
            self.post(row, amount)
        else:
            self.settle(row, amount)
            self.post(row, -amount)

    def buy(self) -> None:
        """A bill, mostly paid."""
        row = self.invoice(buying=True)
        if self.random.random() < 0.7:
            account, name = row["party_account_currency"], row["name"]
            amount = self.supplier_open[name] if self.random.random() < 0.6 else self.money(1, 9, account)
            entry = {
                "name": f"PE-{len(self.documents['Payment Entry']) + 1:05}",
                "payment_type": "Pay",
                "party_type": "Supplier",
                "party": row["supplier"],
                "posting_date": str(self.day),
                "paid_from_account_currency": "CNY",
                "paid_to_account_currency": account,
                "received_amount": cents(amount),
                "base_received_amount": cents((amount * RATES[account]).quantize(Decimal("0.01"))),
                "paid_amount": cents((amount * RATES[account]).quantize(Decimal("0.01"))),
                "base_paid_amount": cents((amount * RATES[account]).quantize(Decimal("0.01"))),
                "unallocated_amount": 0.0,
                "references": [
                    {
                        "name": f"ref{self.random.getrandbits(40):010x}",
                        "idx": 1,
                        "reference_doctype": "Purchase Invoice",
                        "reference_name": name,
                        "allocated_amount": cents(amount),
                    }
                ],
                "deductions": [],
            }
            self.documents["Payment Entry"].append(self.stamped(entry))
            self.supplier_open[name] -= amount
