"""Servers that speak the documented protocols of ERPNext and Odoo, on this machine, with a made company in each.

The companies are kept by arithmetic of their own: each posting changes the outstanding amount there and then, as the
system would. What comes out of our books has to agree with that.
"""

from __future__ import annotations

import json
import socket
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

Row = dict[str, Any]
KEY = "key:secret"
RATES = {"CNY": Decimal(1), "USD": Decimal("7.1234"), "JPY": Decimal("0.0487")}
CODES = {"CNY": 7, "USD": 2, "JPY": 25}
CHILD = {
    "Payment Schedule": "payment_schedule",
    "Payment Entry Reference": "references",
    "Payment Entry Deduction": "deductions",
    "Journal Entry Account": "accounts",
}


def cents(amount: Decimal) -> float:
    """How these systems hand out money: as binary floats."""
    return float(amount)


class Hosted:
    """A server in a thread. ``faults``: what goes wrong with the next questions, first in first out."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.asked: list[tuple[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self.answer(None)

            def do_POST(self) -> None:
                self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def answer(self, body: bytes | None) -> None:
                fault = outer.faults.pop(0) if outer.faults else ""
                if fault and outer.fails(self, fault):
                    return
                status, told, kind = outer.respond(self, body)
                self.give(status, told, kind)

            def give(self, status: int, data: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def fails(self, handler: Any, fault: str) -> bool:
        """Do what goes wrong; True where that was the whole answer."""
        if fault.isdigit():
            headers = {"Retry-After": "3"} if fault == "429" else {}
            handler.give(int(fault), b'{"exc_type": "Trouble"}', "application/json", headers)
        elif fault == "slow":
            time.sleep(0.5)
            handler.close_connection = True
        elif fault == "drip":
            handler.send_response(200)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            for _ in range(40):
                try:
                    handler.wfile.write(b" ")
                except OSError:
                    break
                time.sleep(0.02)
            handler.close_connection = True
        elif fault == "cut":
            handler.send_response(200)
            handler.send_header("Content-Length", "5000")
            handler.end_headers()
            handler.wfile.write(b'{"data": [{"name": "half')
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif fault == "page":
            handler.give(200, b"<html><body>Please sign in</body></html>", "text/html")
        elif fault == "shape":
            handler.give(200, b'{"message": "pong"}', "application/json")
        elif fault == "away":
            handler.give(302, b"", "text/html", {"Location": "http://127.0.0.2:9/api"})
        elif fault == "huge":
            handler.give(200, b'{"data": [' + b" " * 3_000_000 + b"]}", "application/json")
        else:
            return False
        return True

    def respond(self, handler: Any, body: bytes | None) -> tuple[int, bytes, str]:
        raise NotImplementedError


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


class OdooServer(Hosted):
    """POST /json/2/<model>/<method>, and XML-RPC for a server of before 19 (``older``)."""

    LOGIN = "books@example.com"

    def __init__(self, made: OdooCompany, *, older: bool = False) -> None:
        self.made = made
        self.older = older
        self.forbidden: set[str] = set()
        super().__init__()

    def respond(self, handler: Any, body: bytes | None) -> tuple[int, bytes, str]:
        path = urlsplit(handler.path).path
        if path.startswith("/xmlrpc/2/"):
            return self.remote(path, body or b"")
        if self.older or not path.startswith("/json/2/"):
            return 404, b"<!doctype html><title>404 Not Found</title>", "text/html"
        told = json.loads(body or b"{}")
        self.asked.append((path, told))
        if handler.headers.get("Authorization") != f"bearer {KEY}":
            return 401, b'"Invalid apikey"', "application/json"
        if handler.headers.get("X-Odoo-Database") != "trading":
            return 404, b'"no database"', "application/json"
        model, method = path.split("/")[3:5]
        if model in self.forbidden:
            return 403, b'"You are not allowed to access"', "application/json"
        if model not in self.made.records:
            return 404, b'"the model does not exist"', "application/json"
        return 200, json.dumps(self.call(model, method, told)).encode(), "application/json; charset=utf-8"

    def remote(self, path: str, body: bytes) -> tuple[int, bytes, str]:
        arguments, method = xmlrpc.client.loads(body)
        self.asked.append((f"{path} {method}", arguments))
        if method == "authenticate":
            answer: Any = 7 if arguments[:3] == ("trading", self.LOGIN, KEY) else False
        else:
            _, user, key, model, named, _, told = arguments
            if (user, key) != (7, KEY):
                return 200, xmlrpc.client.dumps(xmlrpc.client.Fault(3, "Access Denied")).encode(), "text/xml"
            if model in self.forbidden:
                return 200, xmlrpc.client.dumps(xmlrpc.client.Fault(4, "no right")).encode(), "text/xml"
            answer = self.call(str(model), str(named), dict(told))
        return 200, xmlrpc.client.dumps((answer,), methodresponse=True, allow_none=True).encode(), "text/xml"

    def call(self, model: str, method: str, told: Row) -> Any:
        rows = self.made.records[model]
        if method == "search_count":
            return len(rows)
        have = {field for row in rows for field in row} - (
            {"account_type"} if self.older else {"account_internal_type"}
        )
        if method == "fields_get":
            return {field: {"type": "char"} for field in told["allfields"] if field in have}
        assert method == "search_read"
        assert set(told["fields"]) <= have, set(told["fields"]) - have
        found = sorted((row for row in rows if self.passes(row, told["domain"])), key=lambda row: row["id"])
        page = found[: told["limit"]]
        return [{"id": row["id"], **{field: row.get(field, False) for field in told["fields"]}} for row in page]

    def passes(self, row: Row, domain: list[Any]) -> bool:
        """A domain in prefix notation; leaves that nothing joins are all asked for."""
        stack: list[bool] = []
        for token in reversed(domain):
            if token in ("|", "&"):
                first, second = stack.pop(), stack.pop()
                stack.append(first or second if token == "|" else first and second)
            else:
                stack.append(self.leaf(row, *token))
        return all(stack)

    def leaf(self, row: Row, field: str, operator: str, value: Any) -> bool:
        if field == "account_id.account_type" and not self.older:
            have = row["account_type"]
        elif field == "account_id.internal_type" and self.older:
            have = row["account_internal_type"]
        else:
            have = row[field]
        if isinstance(have, list):
            have = have[0]
        if operator == "in":
            return have in value
        return have == value if operator == "=" else have is not False and have > value


class OdooCompany:
    """A company kept as Odoo keeps it: lines with residuals, lowered by each reconciliation there and then."""

    def __init__(self, seed: int = 5, invoices: int = 300) -> None:
        self.random = Random(seed)
        self.day = date(2025, 1, 1)
        self.clock = datetime.fromisoformat("2025-01-01 08:00")
        self.number = 0
        self.records: dict[str, list[Row]] = {
            "res.company": [{"id": 1, "name": "Solvent Trading", "currency_id": [7, "CNY"]}],
            "account.journal": [
                {"id": 1, "type": "sale", "company_id": [1, "S"]},
                {"id": 2, "type": "bank", "company_id": [1, "S"]},
                {"id": 3, "type": "general", "company_id": [1, "S"]},
                {"id": 4, "type": "purchase", "company_id": [1, "S"]},
            ],
            "res.partner": [],
            "account.move": [],
            "account.move.line": [],
            "account.partial.reconcile": [],
            "account.payment": [],
        }
        for _ in range(10):
            self.partner()
        for _ in range(invoices):
            self.step()

    def stamp(self) -> str:
        self.clock += timedelta(seconds=59)
        return self.clock.strftime("%Y-%m-%d %H:%M:%S")

    def next(self) -> int:
        self.number += 1
        return self.number

    def partner(self) -> None:
        number = self.next()
        name = f"灯笼贸易{number}有限公司"
        row = {"id": number, "name": name, "vat": False, "commercial_partner_id": [number, name], "parent_id": False}
        row |= {"country_id": [48, "China"], "state_id": False, "user_id": [2, "Li Wei"], "customer_rank": 1}
        self.records["res.partner"].append({**row, "create_date": self.stamp(), "write_date": self.stamp()})

    def money(self, low: int, high: int, currency: str) -> Decimal:
        places = Decimal(1) if currency == "JPY" else Decimal("0.01")
        return Decimal(self.random.randint(low * 100, high * 100)).scaleb(-2).quantize(places)

    def base(self, amount: Decimal, currency: str, late: bool = False) -> Decimal:
        rate = RATES[currency] * (Decimal("1.013") if late and self.random.random() < 0.5 else Decimal(1))
        if late and currency != "CNY" and self.random.random() < 0.5:
            rate *= Decimal("0.98")
        return (amount * (rate if currency != "CNY" else Decimal(1))).quantize(Decimal("0.01"))

    def move(self, kind: str, partner: Row, journal: int, **more: Any) -> Row:
        number = self.next()
        prefix = {"out_invoice": "INV", "out_refund": "RINV", "in_invoice": "BILL", "entry": "MISC"}[kind]
        prefix = "PBNK1" if journal == 2 else prefix
        row = {
            "id": number,
            "name": f"{prefix}/2025/{number:05}",
            "move_type": kind,
            "state": "posted",
            "journal_id": [journal, "J"],
            "commercial_partner_id": [partner["id"], partner["name"]],
            "invoice_date": str(self.day) if kind != "entry" else False,
            "date": str(self.day),
            "invoice_user_id": [2, "Li Wei"] if kind != "entry" else False,
            "posted_before": True,
            "company_id": [1, "S"],
            "create_date": self.stamp(),
            "write_date": self.stamp(),
            **more,
        }
        self.records["account.move"].append(row)
        return row

    def line(
        self, move: Row, currency: str, amount: Decimal, base: Decimal, *, buying: bool = False, days: int = 30
    ) -> Row:
        row = {
            "id": self.next(),
            "move_id": [move["id"], move["name"]],
            "partner_id": move["commercial_partner_id"],
            "date": move["date"],
            "date_maturity": str(date.fromisoformat(move["date"]) + timedelta(days=days)),
            "balance": cents(base),
            "amount_currency": cents(amount),
            "currency_id": [CODES[currency], currency],
            "amount_residual": cents(base),
            "amount_residual_currency": cents(amount),
            "account_type": "liability_payable" if buying else "asset_receivable",
            "account_internal_type": "payable" if buying else "receivable",
            "parent_state": "posted",
            "ref": False,
            "company_id": [1, "S"],
            "create_date": move["create_date"],
            "write_date": move["write_date"],
            "_open": amount,
            "_base": base,
        }
        self.records["account.move.line"].append(row)
        return row

    def lower(self, row: Row, amount: Decimal, base: Decimal) -> None:
        row["_open"] -= amount
        row["_base"] -= base
        row |= {"amount_residual": cents(row["_base"]), "amount_residual_currency": cents(row["_open"])}

    def reconcile(self, debit: Row, credit: Row) -> None:
        """Two lines of one currency against each other, with the exchange entry that the rates ask for."""
        amount = min(debit["_open"], -credit["_open"])
        if amount <= 0:
            return
        here = (
            debit["_base"]
            if amount == debit["_open"]
            else (debit["_base"] * amount / debit["_open"]).quantize(Decimal("0.01"))
        )
        there = (
            -credit["_base"]
            if amount == -credit["_open"]
            else (credit["_base"] * amount / credit["_open"]).quantize(Decimal("0.01"))
        )
        there = abs(there)
        small = min(here, there)
        partial = self.partial(debit, credit, small, amount)
        self.lower(debit, amount, small)
        self.lower(credit, -amount, -small)
        if here == there:
            return
        partner = {"id": debit["partner_id"][0], "name": debit["partner_id"][1]}
        move = self.move("entry", partner, 3)
        partial["exchange_move_id"] = [move["id"], move["name"]]
        buying = debit["account_type"] == "liability_payable"
        currency = debit["currency_id"][1]
        gap = abs(here - there)
        if here > there:
            extra = self.line(move, currency, Decimal(0), -gap, buying=buying)
            self.partial(debit, extra, gap, Decimal(0))
            self.lower(debit, Decimal(0), gap)
            self.lower(extra, Decimal(0), -gap)
        else:
            extra = self.line(move, currency, Decimal(0), gap, buying=buying)
            self.partial(extra, credit, gap, Decimal(0))
            self.lower(credit, Decimal(0), -gap)
            self.lower(extra, Decimal(0), gap)

    def partial(self, debit: Row, credit: Row, base: Decimal, amount: Decimal) -> Row:
        row = {
            "id": self.next(),
            "debit_move_id": [debit["id"], "d"],
            "credit_move_id": [credit["id"], "c"],
            "amount": cents(base),
            "debit_amount_currency": cents(amount),
            "credit_amount_currency": cents(amount),
            "max_date": max(debit["date"], credit["date"]),
            "exchange_move_id": False,
            "company_id": [1, "S"],
            "create_date": self.stamp(),
            "write_date": self.clock.strftime("%Y-%m-%d %H:%M:%S"),
        }
        self.records["account.partial.reconcile"].append(row)
        for line in (debit, credit):
            line["write_date"] = row["write_date"]
        return row

    def step(self) -> None:
        self.day += timedelta(days=self.random.randint(0, 2))
        partner = self.random.choice(self.records["res.partner"])
        currency = self.random.choice(["CNY", "CNY", "USD", "JPY"])
        move, lines = self.invoice(partner, currency)
        turn = self.random.random()
        if turn < 0.6:
            self.pay(partner, currency)
        elif turn < 0.68:
            self.refund(partner, currency, lines)
        elif turn < 0.74:
            self.cancel(move, lines)
        elif turn < 0.8:
            self.write_off(partner, lines)
        if self.random.random() < 0.25:
            self.buy(partner, currency)

    def invoice(self, partner: Row, currency: str) -> tuple[Row, list[Row]]:
        amount = self.money(10, 5000, currency)
        move = self.move("out_invoice", partner, 1)
        count = self.random.choice([1, 1, 2, 3])
        part = (amount / count).quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"))
        parts = [part] * (count - 1) + [amount - part * (count - 1)]
        return move, [
            self.line(move, currency, value, self.base(value, currency), days=30 * (place + 1))
            for place, value in enumerate(parts)
        ]

    def open_lines(self, partner: Row, currency: str, kind: str = "asset_receivable") -> list[Row]:
        return [
            row
            for row in self.records["account.move.line"]
            if row["partner_id"][0] == partner["id"]
            and row["currency_id"][1] == currency
            and row["account_type"] == kind
            and row["parent_state"] == "posted"
            and row["_open"] * (1 if kind == "asset_receivable" else -1) > 0
        ]

    def pay(self, partner: Row, currency: str) -> None:
        lines = self.open_lines(partner, currency)[-self.random.randint(1, 4) :]
        total = sum((row["_open"] for row in lines), Decimal(0))
        if self.random.random() < 0.3:
            total = (total / 2).quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"))
        if self.random.random() < 0.1:
            total += 7
        if total <= 0:
            return
        short = self.random.random() < 0.15
        paid = total - (total / 50).quantize(Decimal(1) if currency == "JPY" else Decimal("0.01")) if short else total
        self.day += timedelta(days=1)
        move = self.move("entry", partner, 2)
        credit = self.line(move, currency, -total, -self.base(total, currency, late=True))
        payment = {
            "id": self.next(),
            "move_id": [move["id"], move["name"]],
            "payment_type": "inbound",
            "partner_type": "customer",
        }
        payment |= {"amount": cents(paid), "currency_id": [CODES[currency], currency], "date": str(self.day)}
        payment |= {"state": "paid", "memo": "BANK 1", "company_id": [1, "S"], "write_date": self.stamp()}
        self.records["account.payment"].append(payment)
        for row in lines:
            self.reconcile(row, credit)

    def refund(self, partner: Row, currency: str, lines: list[Row]) -> None:
        amount = self.money(1, 9, currency)
        move = self.move("out_refund", partner, 1)
        credit = self.line(move, currency, -amount, -self.base(amount, currency))
        for row in lines:
            self.reconcile(row, credit)

    def cancel(self, move: Row, lines: list[Row]) -> None:
        move |= {"state": "cancel", "write_date": self.stamp()}
        for row in lines:
            row |= {
                "parent_state": "cancel",
                "write_date": move["write_date"],
                "_open": Decimal(0),
                "_base": Decimal(0),
            }

    def write_off(self, partner: Row, lines: list[Row]) -> None:
        currency = lines[0]["currency_id"][1]
        amount = (lines[0]["_open"] / 3).quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"))
        if amount > 0:
            move = self.move("entry", partner, 3)
            self.reconcile(lines[0], self.line(move, currency, -amount, -self.base(amount, currency)))

    def buy(self, partner: Row, currency: str) -> None:
        amount = self.money(10, 900, currency)
        move = self.move("in_invoice", partner, 4)
        credit = self.line(move, currency, -amount, -self.base(amount, currency), buying=True)
        if self.random.random() < 0.6:
            paid = self.random.choice(
                [amount, (amount / 2).quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"))]
            )
            entry = self.move("entry", partner, 2)
            debit = self.line(entry, currency, paid, self.base(paid, currency, late=True), buying=True)
            self.reconcile(debit, credit)


@pytest.fixture
def erpnext() -> Iterator[ErpNextServer]:
    server = ErpNextServer(ErpNextCompany())
    yield server
    server.close()


@pytest.fixture
def small_erpnext() -> Iterator[ErpNextServer]:
    server = ErpNextServer(ErpNextCompany(invoices=24))
    yield server
    server.close()


@pytest.fixture
def odoo() -> Iterator[OdooServer]:
    server = OdooServer(OdooCompany())
    yield server
    server.close()


@pytest.fixture
def odoo_of() -> Iterator[Callable[..., OdooServer]]:
    made: list[OdooServer] = []

    def make(*, invoices: int = 24, older: bool = False) -> OdooServer:
        made.append(OdooServer(OdooCompany(invoices=invoices), older=older))
        return made[-1]

    yield make
    for server in made:
        server.close()
