"""Laid: what lies on the matching desk: money not placed, what it may pay, and what the matcher thinks of it.

The books are read once for each commit. What is placed at this desk is taken off what lies there without reading them
again, so that the next receipt is there at once however large the ledger is; ``placed`` says exactly what the books
would say, which a test holds it to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import open_books
from solvent.intake.matching.match import DECISIONS, PARTS, Matched, match
from solvent.intake.matching.question import MONEY, Question, question
from solvent_server.store import books as stored
from solvent_server.store import database
from solvent_server.store.models import Company

MANY = 2_000
"""Sums of money up to which all of them are matched anew after each act; of more only those that it touches."""
LEDGER_ROWS = 60_000
"""Rows in the books from which the desk says that it is reading, instead of letting one wait before an empty page."""
Rows = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Laid:
    """The desk at one commit. commit: the moment of it; None: the company has no books.

    last: the import of what was done here last, and the desk as it lay before.
    """

    commit: datetime | None
    asked: Question
    matched: Matched
    last: tuple[int, Laid] | None = None

    @cached_property
    def money(self) -> pl.DataFrame:
        """Money in that may be a customer's, with what the matcher thinks: MONEY, DECISIONS, ``name``, ``pays``."""
        ours = (pl.col("category") == "customer") | pl.col("category").is_null()
        pays = self.matched.parts.group_by("source", "source_id").agg(pl.len().alias("pays"))
        names = self.asked.customers.select("customer_id", "name").unique("customer_id", keep="first")
        return (
            self.asked.money.filter((pl.col("amount") > 0) & ours)
            .rename({"customer_id": "booked_for"})
            .join(self.matched.decisions, on=["source", "source_id"], how="left")
            .join(pays, on=["source", "source_id"], how="left")
            .join(names, on="customer_id", how="left")
            .with_columns(
                pl.coalesce("name", "customer_id").alias("name"),
                pl.col("pays").fill_null(0),
                pl.col("decision").fill_null("none"),
                pl.col("score").fill_null(0.0),
            )
        )

    def row(self, source_id: str) -> Mapping[str, Any] | None:
        """One sum of money; None where it is placed already."""
        found = self.money.filter(pl.col("source_id") == source_id)
        return found.row(0, named=True) if found.height else None

    def parts(self, source_id: str) -> pl.DataFrame:
        """What the matcher would pay with it."""
        return self.matched.parts.filter(pl.col("source_id") == source_id)

    def mark(self, source_id: str) -> str:
        """What is proposed for a sum of money as a short word, by which a change of it is seen."""
        row = self.row(source_id)
        told = [
            str(row and (row["amount"], row["customer_id"])),
            *map(str, self.parts(source_id).sort(pl.all()).rows()),
        ]
        return blake2b("\n".join(told).encode(), digest_size=8).hexdigest()

    def items(self, customer_id: str) -> pl.DataFrame:
        """The customer's open items, the oldest first."""
        return self.asked.items.filter(pl.col("customer_id") == customer_id).sort("due_on", "item_id")


_KEPT: dict[str, Laid] = {}
_LOCKS: dict[str, Lock] = {}
_GUARD = Lock()


def at_hand(company: Company) -> bool:
    """True where the desk is laid already, or soon is: a small ledger is read while one waits."""
    kept = _KEPT.get(_place(company))
    if kept is not None and kept.commit == stored.last_commit(company):
        return True
    rows = 0
    for name in ("open_items", "allocations"):
        rows += int(database.rows(f'SELECT COALESCE(MAX(id), 0) - COALESCE(MIN(id), 0) FROM "fact_{name}"', [])[0][0])
    return rows < LEDGER_ROWS


def laid(company: Company) -> Laid:
    """The desk as the newest commit has it."""
    place = _place(company)
    with _GUARD:
        lock = _LOCKS.setdefault(place, Lock())
    with lock:
        commit = stored.last_commit(company)
        kept = _KEPT.get(place)
        if kept is None or kept.commit != commit:
            kept = _read(company, commit)
            _KEPT[place] = kept
        return kept


def keep(company: Company, desk: Laid) -> None:
    """What the desk is after an act, for whoever looks next."""
    _KEPT[_place(company)] = desk


def forget() -> None:
    """Lay no desk by memory."""
    _KEPT.clear()


def _place(company: Company) -> str:
    return f"{database.uri()} {company.pk}"


def _read(company: Company, commit: datetime | None) -> Laid:
    asked = _question(company, commit)
    return Laid(commit, asked, match(asked) if asked.money.height else _nothing())


def _question(company: Company, commit: datetime | None) -> Question:
    """What the books of a commit leave unexplained, on the last day on which anything moved."""
    ledger = stored.ledger(company, commit)
    days = [ledger.table("bank_lines").select(pl.col("booked_on").max()).collect().item()]
    if any(ledger.has(name) for name in ("open_items", "receipts", "credit_notes", "deliveries")):
        days.append(ledger.last_day())
    known = [day for day in days if day is not None]
    if not known:
        raise SolventError("books.empty")
    return question(open_books(ledger, max(known)))


def _nothing() -> Matched:
    return Matched(pl.DataFrame(schema=DECISIONS), pl.DataFrame(schema=PARTS))


def placed(desk: Laid, commit: datetime, chosen: Sequence[str], parts: pl.DataFrame, rows: Rows) -> Laid:
    """The desk after some money was placed.

    Args:
        chosen: the lines and receipts.
        parts: PARTS, what they paid.
        rows: the rows that went into the books for it.
    """
    asked = _lessened(desk.asked, chosen, parts, rows)
    fresh = rows.get("receipts", pl.DataFrame(schema={"receipt_id": pl.String})).get_column("receipt_id").to_list()
    touched = set(parts.get_column("target_id"))
    leaning = desk.matched.parts.filter(pl.col("target_id").is_in(list(touched))).get_column("source_id")
    return _after(desk, commit, asked, {*leaning, *fresh}, {*chosen, *_legs(parts)})


def named_otherwise(desk: Laid, commit: datetime, line: str, category: str) -> Laid:
    """The desk after a bank line was said to be no customer's money."""
    mark = pl.when(pl.col("source_id") == line).then(pl.lit(category)).otherwise("category").alias("category")
    return _after(desk, commit, replace(desk.asked, money=desk.asked.money.with_columns(mark)), {line}, set())


def _after(desk: Laid, commit: datetime, asked: Question, anew: set[str], gone: set[str]) -> Laid:
    """Matched anew: everything where there is little, else what the act touched and what had no match."""
    if asked.money.height <= MANY:
        return Laid(commit, asked, match(asked))
    some = asked.money.filter(pl.col("source_id").is_in(list(anew)))
    again = match(replace(asked, money=some)) if some.height else _nothing()
    out = list(anew | gone)
    kept = [frame.filter(~pl.col("source_id").is_in(out)) for frame in (desk.matched.decisions, desk.matched.parts)]
    return Laid(
        commit, asked, Matched(pl.concat([kept[0], again.decisions]), pl.concat([kept[1], again.parts]))
    )  # fmt: skip


def _legs(parts: pl.DataFrame) -> list[str]:
    """Other bank lines that were explained together with these."""
    return parts.filter(pl.col("target") == "transfer").get_column("target_id").to_list()


def _lessened(asked: Question, chosen: Sequence[str], parts: pl.DataFrame, rows: Rows) -> Question:
    """The question without what was placed."""
    out = [*chosen, *_legs(parts)]
    spent = parts.filter(pl.col("target") == "open_item")
    items = _less(asked.items, "item_id", "open", spent.select(
        pl.col("target_id").alias("item_id"), (pl.col("amount") + pl.col("residual")).alias("taken")
    ))  # fmt: skip
    bills = _less(asked.bills, "bill_id", "open", _of(parts, "bill", "bill_id", "amount"))
    flows = _less(asked.flows, "flow_id", "amount", _of(parts, "planned_flow", "flow_id", "source_amount"))
    seen = {target: parts.filter(pl.col("target") == target).get_column("target_id").to_list()
            for target in ("receipt", "bill_payment")}  # fmt: skip
    rests = _rests(asked, chosen, spent, rows)
    left = asked.money.filter(~pl.col("source_id").is_in(out))
    payers = asked.payers
    if "payers" in rows:
        learned = rows["payers"].select("customer_id", "name", "account")
        payers = pl.concat([payers, learned]).unique().sort(pl.all())
    return replace(
        asked,
        money=pl.concat([left, rests]).sort("day_on", "source", "source_id"),
        items=items,
        bills=bills,
        flows=flows,
        recorded=asked.recorded.filter(~pl.col("receipt_id").is_in(seen["receipt"])),
        paid_bills=asked.paid_bills.filter(~pl.col("payment_id").is_in(seen["bill_payment"])),
        payers=payers,
    )


def _of(parts: pl.DataFrame, target: str, key: str, amount: str) -> pl.DataFrame:
    return parts.filter(pl.col("target") == target).select(
        pl.col("target_id").alias(key), pl.col(amount).alias("taken")
    )


def _less(frame: pl.DataFrame, key: str, amount: str, taken: pl.DataFrame) -> pl.DataFrame:
    """Rows with so much less on them; those of which nothing is left go."""
    if not taken.height:
        return frame
    sums = taken.group_by(key).agg(pl.col("taken").sum())
    told = frame.join(sums, on=key, how="left", maintain_order="left")
    rest = (pl.col(amount) - pl.col("taken").fill_null(0)).alias(amount)
    return told.with_columns(rest).filter(pl.col(amount) != 0).select(frame.columns)


def _rests(asked: Question, chosen: Sequence[str], spent: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """What of the placed money no item took: it stands as a receipt on the customer's account."""
    used = spent.group_by("source_id").agg(pl.col("source_amount").sum().alias("used"))
    old = asked.money.filter((pl.col("source") == "receipt") & pl.col("source_id").is_in(list(chosen)))
    told = [old.join(used, on="source_id", how="left")]
    if "receipts" in rows:
        allocated = rows.get("allocations")
        taken = pl.DataFrame(schema={"source_id": pl.String, "used": pl.Int64})
        if allocated is not None:
            by = allocated.filter(pl.col("source") == "receipt").group_by("source_id")
            taken = by.agg(pl.col("source_amount").fill_null(pl.col("amount")).sum().alias("used"))
        fresh = rows["receipts"].select(
            pl.lit("receipt").alias("source"),
            pl.col("receipt_id").alias("source_id"),
            "customer_id",
            pl.lit(None, dtype=pl.String).alias("account_id"),
            pl.col("received_on").alias("day_on"),
            "currency",
            "amount",
            pl.lit(None, dtype=pl.String).alias("payer"),
            pl.lit(None, dtype=pl.String).alias("payer_account"),
            "reference",
            pl.lit("customer").alias("category"),
        )
        told.append(fresh.join(taken, on="source_id", how="left"))
    rest = (pl.col("amount") - pl.col("used").fill_null(0)).alias("amount")
    both = pl.concat([frame.with_columns(rest) for frame in told])
    return both.filter(pl.col("amount") > 0).select(list(MONEY))
