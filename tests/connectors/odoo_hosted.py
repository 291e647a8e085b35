"""Odoo hosted: both of its documented protocols, and a made company that it keeps by arithmetic of its own.

Each reconciliation lowers what is left of its lines there and then, as the system would. What comes out of our books
has to agree with that.
"""

from __future__ import annotations

import json
import xmlrpc.client
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlsplit

from hosted import KEY, RATES, Hosted, Row, cents

CODES = {"CNY": 7, "USD": 2, "JPY": 25}


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
