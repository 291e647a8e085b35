"""Shown: one sum of money with what it may pay, in the reader's words; what a search finds; what was done lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from solvent.base.money import decimal, minor
from solvent.base.problem import SolventError
from solvent_server.store.desk.ledgers import rows_by
from solvent_server.store.models import Batch
from solvent_server.web.desk.asked import number
from solvent_server.web.matching.laid import Laid
from solvent_server.web.matching.words import CODES, DECISIONS, KINDS, OTHERS, PAYERS, REASONS, SIGNS, TARGETS
from solvent_server.web.parts.page import Look

ITEMS = 60
"""Open items of a customer that are offered at once; a search finds the others."""
FOUND = 12


def panel(look: Look, desk: Laid, line: str, asked: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The right side of the desk. asked: ``customer``: another one than is proposed; ``item``: put it in first."""
    row = desk.row(line)
    if row is None:
        return None
    language, currency = look.language, row["currency"]
    proposed = row["decision"] != "none"
    parts = desk.parts(line)
    wanted = row["booked_for"] or asked.get("customer", "") or row["customer_id"] or ""
    paid = {one["target_id"]: one for one in parts.iter_rows(named=True) if one["target"] == "open_item"}
    first = [asked.get("item", ""), *(paid if wanted == row["customer_id"] else ())]
    items = [_item(look, row, one, paid.get(one["item_id"]), first[0]) for one in _offered(desk, wanted, row, first)]
    return {
        "row": row,
        "amount": language.money(row["amount"], currency),
        "facts": _facts(look, row),
        "proposed": proposed,
        "mark": desk.mark(line),
        "sign": SIGNS[row["decision"]],
        "decision": look.say(DECISIONS[row["decision"]]),
        "score": language.share(row["score"]),
        "why": look.say(REASONS.get(row["reason"] or "none", "nothing fits")),
        "who": look.say(PAYERS[row["payer_reason"]]) if row["payer_reason"] in PAYERS else "",
        "others": row["alternatives"] or 0,
        "parts": [_part(look, desk, row, one) for one in parts.head(ITEMS).iter_rows(named=True)] if proposed else [],
        "more": max(parts.height - ITEMS, 0),
        "on_account": proposed and parts.is_empty() and row["source"] == "line",
        "acceptable": proposed and (bool(parts.height) or row["source"] == "line"),
        "booked_for": row["booked_for"],
        "customer": wanted,
        "customer_name": name_of(desk, wanted),
        "items": items,
        "offered": desk.items(wanted).filter(pl.col("currency") == currency).height,
        "abroad": desk.items(wanted).filter(pl.col("currency") != currency).height,
        "plain_amount": str(decimal(row["amount"], currency)),
    }


def name_of(desk: Laid, customer_id: str) -> str:
    """What a customer is called."""
    names = desk.asked.customers.filter(pl.col("customer_id") == customer_id).get_column("name")
    return str(names[0] or customer_id) if len(names) else customer_id


def _facts(look: Look, row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    told = [
        ("Kind", look.say(KINDS[row["source"]])),
        ("Number", row["source_id"]),
        ("Day", look.language.day(row["day_on"])),
        ("Payer", row["payer"]),
        ("Payer's account", row["payer_account"]),
        ("Reference", row["reference"]),
        ("Our account", row["account_id"]),
    ]
    return [(look.say(name), str(value)) for name, value in told if value]


def _offered(desk: Laid, customer: str, row: Mapping[str, Any], first: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """The customer's open items in the money's currency, and of anybody those that are asked for, which come first."""
    same = desk.asked.items.filter(pl.col("currency") == row["currency"])
    wanted = pl.col("item_id").is_in(list(first))
    rows = same.filter((pl.col("customer_id") == customer) | wanted).with_columns(wanted.alias("first"))
    return rows.sort("first", "due_on", "item_id", descending=[True, False, False]).head(ITEMS).to_dicts()


def _item(
    look: Look, row: Mapping[str, Any], one: Mapping[str, Any], part: Mapping[str, Any] | None, first: str
) -> Mapping[str, Any]:
    """One open item with what is proposed for it filled in."""
    language, currency = look.language, row["currency"]
    taken = part["amount"] if part else min(one["open"], row["amount"]) if one["item_id"] == first else None
    return {
        "item": one["item_id"],
        "due": language.day(one["due_on"]),
        "late": (row["day_on"] - one["due_on"]).days,
        "open": language.money(one["open"], currency),
        "plain": str(decimal(one["open"], currency)),
        "amount": "" if taken is None else str(decimal(taken, currency)),
        "closed": str(decimal(part["residual"], currency)) if part and part["residual"] else "",
        "code": part["code"] if part else "",
    }


def _part(look: Look, desk: Laid, row: Mapping[str, Any], one: Mapping[str, Any]) -> Mapping[str, str]:
    """One thing that the money would pay."""
    language = look.language
    due, currency, rest = "", row["currency"], ""
    if one["target"] == "open_item":
        item = desk.asked.items.filter(pl.col("item_id") == one["target_id"]).row(0, named=True)
        due, currency = language.day(item["due_on"]), item["currency"]
        left = item["open"] - one["amount"] - one["residual"]
        rest = language.money(left, currency) if left else ""
    return {
        "kind": look.say(TARGETS[one["target"]]),
        "target": one["target"],
        "number": one["target_id"],
        "due": due,
        "amount": language.money(one["amount"], currency),
        "rest": rest,
        "closed": language.money(one["residual"], currency) if one["residual"] else "",
        "code": look.say(CODES.get(one["code"], one["code"])) if one["code"] else "",
    }


def found(look: Look, desk: Laid, line: str, word: str) -> Mapping[str, Any] | None:
    """Customers by number or name, and open items by number or amount; None where nothing was typed."""
    said, row = word.strip().lower(), desk.row(line)
    if not said or row is None:
        return None
    language = look.language
    names = desk.asked.customers.select("customer_id", "name").unique("customer_id", keep="first")
    holds = [pl.col(one).str.to_lowercase().str.contains(said, literal=True) for one in ("customer_id", "name")]
    who = names.filter(pl.any_horizontal(holds).fill_null(value=False)).sort("customer_id").head(FOUND)
    numbers = [pl.col(one).str.to_lowercase().str.contains(said, literal=True) for one in ("item_id", "invoice_id")]
    of_amount = pl.lit(value=False)
    amount = _amount(word, row["currency"])
    if amount is not None:
        of_amount = (pl.col("open") == amount) & (pl.col("currency") == row["currency"])
    hits = desk.asked.items.filter(pl.any_horizontal(*numbers, of_amount).fill_null(value=False))
    told = hits.sort((pl.col("open") == (amount or 0)), "due_on", descending=[True, False]).head(FOUND)
    return {
        "customers": [{"id": one, "name": name or one} for one, name in who.rows()],
        "items": [
            {
                "item": one["item_id"], "customer": one["customer_id"], "name": name_of(desk, one["customer_id"]),
                "due": language.day(one["due_on"]),
                "open": f"{one['currency']} {language.money(one['open'], one['currency'])}",
            }
            for one in told.iter_rows(named=True)
        ],
    }  # fmt: skip


def _amount(word: str, currency: str) -> int | None:
    try:
        told: Decimal = number(word)
    except SolventError:
        return None
    return minor(told, currency)


def called(look: Look, row: Mapping[str, Any]) -> str:
    """A sum of money as a clerk knows it: its number, how much it is, and of whom."""
    of = row.get("payer") or row.get("name") or row.get("customer_id")
    amount = f"{look.language.money(row['amount'], row['currency'])} {row['currency']}"
    return look.say("{number} ({amount}, {who})", number=row["source_id"], amount=amount, who=of) if of else (
        look.say("{number} ({amount})", number=row["source_id"], amount=amount)
    )  # fmt: skip


def told_of(look: Look, batches: Sequence[Batch]) -> Mapping[str, str]:
    """What the sums of money are called that these acts were about, by their numbers."""
    ids = [one.reason.partition(": ")[2] for one in batches]
    lines = rows_by("bank_lines", look.company, "key", ids).select(
        pl.col("line_id").alias("source_id"), "amount", "currency", pl.col("counterparty").alias("payer")
    )
    receipts = rows_by("receipts", look.company, "key", ids).select(
        pl.col("receipt_id").alias("source_id"), "amount", "currency", "customer_id"
    )
    names = rows_by("customers", look.company, "key", receipts.get_column("customer_id")).select("customer_id", "name")
    rows = [*receipts.join(names, on="customer_id", how="left").to_dicts(), *lines.to_dicts()]
    return {row["source_id"]: called(look, row) for row in rows}


def act(look: Look, batch: Batch, names: Mapping[str, str]) -> str:
    """What one act of the desk did, in a sentence. names: as ``told_of`` gives them."""
    counts = batch.counts
    if batch.kind == "person":
        category = batch.reason.partition(":")[0]
        return look.say("no customer's money: {what}", what=look.say(OTHERS.get(category, category)))
    many = {name: int(counts.get(name, {}).get("new", 0)) for name in ("receipts", "allocations", "bank_matches")}
    if batch.reason == "automatic":
        return look.say("all sure matches: {lines} bank lines, {items} invoices",
                        lines=look.language.count(many["bank_matches"]),
                        items=look.language.count(many["allocations"]))  # fmt: skip
    return (
        batch.reason if not batch.reason.startswith(("accepted:", "placed by hand:")) else _placed(look, batch, names)
    )


def _placed(look: Look, batch: Batch, names: Mapping[str, str]) -> str:
    how, _, what = batch.reason.partition(": ")
    said = {"accepted": "{what} accepted", "placed by hand": "{what} placed by hand"}
    return look.say(said[how], what=names.get(what, what))
