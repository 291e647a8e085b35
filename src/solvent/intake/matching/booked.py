"""Booked: money beside what is known of it already: own transfers, receipts of the ledger, bills, payments, plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from solvent.intake.matching.choice import Matching
from solvent.intake.matching.names import plain_name
from solvent.intake.matching.payer import payers
from solvent.intake.matching.question import Question
from solvent.intake.matching.references import bare, named, numbers

Row = Mapping[str, Any]
Parts = tuple[tuple[str, str, int, int, int, str], ...]


@dataclass(frozen=True)
class Told:
    """One sum of money and what it was found to be. parts: target, target_id, amount, source_amount, residual, code."""

    source: str
    source_id: str
    customer_id: str
    score: float
    reason: str
    payer_reason: str = ""
    alternatives: int = 0
    facts: Mapping[str, int | str] = field(default_factory=dict)
    parts: Parts = ()


def transfers(asked: Question, terms: Matching) -> list[Told]:
    """Money between our own accounts: the same amount out here and in there, a few days apart at most."""
    between = pl.col("payer_account").is_in(list(asked.accounts)) | pl.col("category").is_in(["transfer", "exchange"])
    lines = asked.money.filter((pl.col("source") == "line") & between)
    going = lines.filter(pl.col("amount") < 0).sort("day_on", "source_id").to_dicts()
    coming: dict[tuple[str, int], list[Row]] = {}
    for row in lines.filter(pl.col("amount") > 0).sort("day_on", "source_id").iter_rows(named=True):
        coming.setdefault((row["currency"], row["amount"]), []).append(row)
    told = []
    for row in going:
        fits = [
            other
            for other in coming.get((row["currency"], -row["amount"]), [])
            if other["account_id"] != row["account_id"]
            and abs((other["day_on"] - row["day_on"]).days) <= terms.days_apart
        ]
        if not fits:
            continue
        other = min(fits, key=lambda one: (abs((one["day_on"] - row["day_on"]).days), one["source_id"]))
        coming[(row["currency"], -row["amount"])].remove(other)
        for one, leg in ((row, other), (other, row)):
            parts: Parts = (("transfer", leg["source_id"], one["amount"], one["amount"], 0, ""),)
            told.append(Told("line", one["source_id"], "", 0.98, "transfer", parts=parts))
    return told


def recorded(asked: Question, terms: Matching, done: Sequence[str]) -> list[Told]:
    """Bank lines that the ledger has as receipts already, and money out that it has as bill payments."""
    lines = asked.money.filter(
        (pl.col("source") == "line")
        & ~pl.col("source_id").is_in(list(done))
        & ((pl.col("category").is_in(["customer", "supplier"])) | pl.col("category").is_null())
    )
    customers = (pl.col("amount") > 0) | (pl.col("category") == "customer").fill_null(False)
    told = _receipts(asked, lines.filter(customers), terms)
    return told + _payments(asked, lines.filter(~customers), terms)


def _receipts(asked: Question, lines: pl.DataFrame, terms: Matching) -> list[Told]:
    ready: dict[tuple[str, int], list[Row]] = {}
    for row in asked.recorded.iter_rows(named=True):
        ready.setdefault((row["currency"], row["amount"]), []).append(row)
    who = dict(zip(lines.get_column("source_id"), payers(asked, lines)))
    offers = []
    for row in lines.iter_rows(named=True):
        for one in ready.get((row["currency"], row["amount"]), []):
            apart = abs((one["received_on"] - row["day_on"]).days)
            if apart > terms.days_apart:
                continue
            payer = who[row["source_id"]]
            same = payer.customer_id == one["customer_id"] and bool(payer.customer_id)
            other = bool(payer.customer_id) and not same and payer.score >= 0.9
            text = bool(one["reference"]) and bare(one["reference"]) == bare(row["reference"] or "") != ""
            score = 0.99 if same or text else 0.50 if other else 0.88
            offers.append((-score, apart, row["source_id"], one["receipt_id"], one, row))
    told, lines_used, receipts_used = [], set(), set()
    counts: dict[str, int] = {}
    for offer in offers:
        counts[offer[2]] = counts.get(offer[2], 0) + 1
    for minus, apart, line, receipt, one, row in sorted(offers, key=lambda offer: offer[:4]):
        if line in lines_used or receipt in receipts_used or -minus < terms.proposal_score:
            continue
        lines_used.add(line)
        receipts_used.add(receipt)
        unsure = int(counts[line] > 1 and -minus < terms.automatic_score)
        parts: Parts = (("receipt", receipt, row["amount"], row["amount"], 0, ""),)
        told.append(
            Told("line", line, one["customer_id"], -minus, "receipt.recorded", who[line].reason, unsure,
                 {"days_apart": apart}, parts)
        )  # fmt: skip
    return told


def _payments(asked: Question, lines: pl.DataFrame, terms: Matching) -> list[Told]:
    """Money out that stands in the books as payments of bills: one of them, or a run of one supplier on one day."""
    ready: dict[str, list[tuple[Row, ...]]] = {}
    runs: dict[tuple[str, Any, str], list[Row]] = {}
    for row in asked.paid_bills.iter_rows(named=True):
        ready.setdefault(_sum_of((row,)), []).append((row,))
        runs.setdefault((plain_name(row["supplier_name"]), row["paid_on"], row["currency"]), []).append(row)
    for run in runs.values():
        if len(run) > 1:
            ready.setdefault(_sum_of(run), []).append(tuple(run))
    told: list[Told] = []
    used: set[str] = set()
    for row in lines.sort("day_on", "source_id").iter_rows(named=True):
        offers = []
        for rows in ready.get(f"{row['currency']} {-row['amount']}", []):
            apart = abs((rows[0]["paid_on"] - row["day_on"]).days)
            if apart <= terms.days_apart and not used & {one["payment_id"] for one in rows}:
                offers.append((-_same_supplier(row, rows), apart, rows[0]["payment_id"], rows))
        if not offers:
            continue
        minus, apart, _, rows = min(offers, key=lambda offer: offer[:3])
        rivals = sum(offer[0] == minus for offer in offers) - 1
        used |= {one["payment_id"] for one in rows}
        parts: Parts = tuple(("bill_payment", one["payment_id"], -one["amount"], -one["amount"], 0, "") for one in rows)
        facts = {"days_apart": apart}
        told.append(Told("line", row["source_id"], "", -minus, "payment.recorded", "", rivals, facts, parts))
    return told


def _sum_of(rows: Sequence[Row]) -> str:
    return f"{rows[0]['currency']} {sum(row['amount'] for row in rows)}"


def _same_supplier(line: Row, rows: Sequence[Row]) -> float:
    """How sure it is that a line went to the supplier of these payments."""
    name, payee = plain_name(rows[0]["supplier_name"]), plain_name(line["payer"])
    text = bare(line["reference"] or "")
    if (name and name == payee) or any(len(bare(row["bill_id"])) > 3 and bare(row["bill_id"]) in text for row in rows):
        return 0.97
    return 0.65 if name and payee else 0.90


def plans(asked: Question, terms: Matching, done: Sequence[str]) -> list[Told]:
    """Planned flows come true: same direction and currency, near in day and amount, of the same kind or name."""
    flows = list(asked.flows.iter_rows(named=True))
    lines = asked.money.filter((pl.col("source") == "line") & ~pl.col("source_id").is_in(list(done)))
    offers = []
    for row in lines.iter_rows(named=True) if flows else ():
        for flow in flows:
            score = _alike(row, flow, terms)
            if score:
                offers.append(
                    (-score, abs((flow["due_on"] - row["day_on"]).days), row["source_id"], flow["flow_id"], row)
                )
    told = []
    used: set[str] = set()
    ranked = sorted(offers, key=lambda offer: offer[:4])
    for minus, apart, line, flow_id, row in ranked:
        if line in used or flow_id in used:
            continue
        like = [one for one in ranked if one[0] == minus and (one[2] == line) != (one[3] == flow_id)]
        rivals = sum(not used & {one[2], one[3]} for one in like)
        used |= {line, flow_id}
        parts: Parts = (("planned_flow", flow_id, row["amount"], row["amount"], 0, ""),)
        told.append(Told("line", line, "", -minus, "plan.come_true", "", rivals, {"days_apart": apart}, parts))
    return told


def _alike(row: Row, flow: Row, terms: Matching) -> float:
    """How well a line fits a plan; 0 where it does not."""
    if row["currency"] != flow["currency"] or (row["amount"] > 0) != (flow["amount"] > 0):
        return 0.0
    apart = abs((flow["due_on"] - row["day_on"]).days)
    off = abs(row["amount"] - flow["amount"]) / abs(flow["amount"])
    if apart > terms.plan_days or off > terms.plan_share:
        return 0.0
    name = plain_name(flow["counterparty"])
    by_name = bool(name) and name == plain_name(row["payer"])
    text = bare(flow["reference"] or "")
    by_text = len(text) > 3 and text in bare(row["reference"] or "")
    by_kind = row["category"] == flow["category"]
    if not (by_name or by_text or by_kind):
        return 0.0
    exact = off == 0
    return 0.97 if exact and (by_name or by_text) else 0.95 if exact and by_kind else 0.85


def outgoing(asked: Question, terms: Matching, done: Sequence[str]) -> list[Told]:
    """Money out that pays bills: by number in the text, or by supplier's name and amount."""
    bills = list(asked.bills.iter_rows(named=True))
    index = numbers([bill["bill_id"] for bill in bills])
    by_name: dict[str, list[int]] = {}
    for place, bill in enumerate(bills):
        by_name.setdefault(plain_name(bill["supplier_name"]), []).append(place)
    left = [bill["open"] for bill in bills]
    place_of = {bill["bill_id"]: place for place, bill in enumerate(bills)}
    lines = asked.money.filter(
        (pl.col("source") == "line") & (pl.col("amount") < 0) & ~pl.col("source_id").is_in(list(done))
        & ((pl.col("category") == "supplier") | pl.col("category").is_null())
    )  # fmt: skip
    told = []
    for row in lines.sort("day_on", "source_id").iter_rows(named=True) if bills else ():
        one = _bills(row, bills, left, sorted(named(row["reference"], index).full), by_name)
        if one is not None:
            for part in one.parts:
                left[place_of[part[1]]] -= part[2]
            told.append(one)
    return told


def _bills(
    row: Row, bills: Sequence[Row], left: Sequence[int], hits: Sequence[int], by_name: Mapping[str, Sequence[int]]
) -> Told | None:
    amount = -row["amount"]
    fits = [place for place in hits if bills[place]["currency"] == row["currency"] and left[place] > 0]
    owed = sum(left[place] for place in fits)
    if fits and owed >= amount and (owed == amount or len(fits) == 1):
        rest, parts = amount, []
        for place in fits:
            parts.append(("bill", bills[place]["bill_id"], min(rest, left[place]), min(rest, left[place]), 0, ""))
            rest -= left[place]
        reason, score = ("bills.named", 0.98) if owed == amount else ("bills.named_part", 0.95)
        return Told("line", row["source_id"], "", score, reason, parts=tuple(parts))
    name = plain_name(row["payer"])
    mine = [
        place
        for place in (by_name.get(name, []) if name else [])
        if left[place] == amount and bills[place]["currency"] == row["currency"]
    ]
    if not mine:
        return None
    part = ("bill", bills[mine[0]]["bill_id"], amount, amount, 0, "")
    score = 0.96 if len(mine) == 1 else 0.88
    return Told("line", row["source_id"], "", score, "bills.amount", "", len(mine) - 1, {}, (part,))
