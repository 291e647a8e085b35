"""Statement: what a customer owed, what moved and what it owes, as the ledger has it to the last unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import Books, Ledger, open_books
from solvent.documents.content import (
    Block,
    Document,
    Facts,
    Heading,
    Paragraph,
    Row,
    Table,
    day,
    days,
    money,
    text,
    word,
)
from solvent.measures.aging import UNAPPLIED, Aging, aging_by_item, bucket_names

MOVEMENTS = {
    "currency": pl.String, "moved_on": pl.Date, "kind": pl.String, "number": pl.String, "about": pl.String,
    "due_on": pl.Date, "amount": pl.Int64,
}  # fmt: skip
"""One change of what a customer owes. kind: ``invoice``, ``receipt``, ``refund``, ``credit_note``, what closed an item
without money (a source of allocations), ``paid_by_another``, ``paid_for_another`` or ``settled``: by a document that
the books do not hold. amount: more owed is positive. about: what the payer wrote, or the item that was closed."""
DEFAULTS = Aging()


@dataclass(frozen=True)
class Account:
    """A customer's account between two days.

    moves: MOVEMENTS of the days, in order. opening, closing: currency to what was owed before the first day and at the
    end of the last. items: what stands open then, unapplied rests included, as ``aging_by_item`` gives it.
    """

    customer_id: str
    name: str
    from_on: date
    until_on: date
    opening: Mapping[str, int]
    moves: pl.DataFrame
    closing: Mapping[str, int]
    items: pl.DataFrame

    @property
    def currencies(self) -> Sequence[str]:
        """Those in which anything moved or stood, sorted."""
        return sorted({*self.opening, *self.closing, *self.moves.get_column("currency")})


def account(ledger: Ledger, customer_id: str, from_on: date, until_on: date, terms: Aging = DEFAULTS) -> Account:
    """What moved on a customer's account from one day to another, both days counted.

    Args:
        ledger: of the customer alone or of everybody; rows of others count only where they settled something with it.

    Raises:
        SolventError: the first day comes after the last.
    """
    if from_on > until_on:
        raise SolventError("documents.statement.reversed", "", first=from_on.isoformat(), last=until_on.isoformat())
    every = movements(ledger, customer_id).filter(pl.col("moved_on") <= until_on)
    earlier = pl.col("moved_on") < from_on
    books = open_books(ledger, until_on)
    return Account(
        customer_id, _name(books, customer_id), from_on, until_on, _sums(every.filter(earlier)),
        every.filter(~earlier), _sums(every),
        aging_by_item(books, terms=terms).filter(pl.col("customer_id") == customer_id),
    )  # fmt: skip


def movements(ledger: Ledger, customer_id: str) -> pl.DataFrame:
    """Every change of what a customer owes, in the currency of its document, in the order of days: MOVEMENTS.

    Their sum up to any day is what the journal has open at its end, currency by currency: a receipt counts whole on
    its day, and what is applied of it to the customer's own items changes nothing.
    """
    mine = pl.col("customer_id") == customer_id
    items, receipts, notes = (ledger.table(name) for name in ("open_items", "receipts", "credit_notes"))
    settled = _settled(ledger)
    own_item, own_source = pl.col("item_customer") == customer_id, pl.col("source_customer") == customer_id
    known = pl.col("source_on").is_not_null()
    within = own_item & own_source & ((pl.col("item_currency") == pl.col("source_currency")) & (
        pl.col("amount") == pl.col("taken")
    ))  # fmt: skip
    off_item = settled.filter(own_item & ~within.fill_null(value=False))
    on_item = off_item.with_columns(
        pl.when(~pl.col("source").is_in(["receipt", "credit_note"]))
        .then("source")
        .when(~known)
        .then(pl.lit("settled"))
        .when(own_source)
        .then(pl.lit("exchange"))
        .otherwise(pl.lit("paid_by_another"))
        .alias("kind")
    )
    off_source = settled.filter((own_source & ~within).fill_null(value=False))
    kind = pl.when(own_item).then(pl.lit("exchange")).otherwise(pl.lit("paid_for_another"))
    plus, minus, receipt = pl.col("amount"), -pl.col("amount"), _either("refund", "receipt")
    told, off = pl.col("kind"), on_item.rename({"item_currency": "currency"})
    taken, gone = pl.col("taken"), off_source.rename({"source_currency": "currency"})
    parts = [
        _as(items.filter(mine), plus, pl.lit("invoice"), on="issued_on", number="item_id", about="invoice_id"),
        _as(receipts.filter(mine), minus, receipt, on="received_on", number="receipt_id", about="reference"),
        _as(notes.filter(mine), minus, pl.lit("credit_note"), on="issued_on", number="credit_note_id", about="reason"),
        _as(off, minus, told, on="event_on", number="number", about="item_id"),
        _as(gone, taken, kind, on="event_on", number="source_id", about="item_id"),
    ]
    return pl.concat([part.collect() for part in parts]).sort("moved_on", "kind", "number", "amount")


def _either(below: str, above: str) -> pl.Expr:
    return pl.when(pl.col("amount") < 0).then(pl.lit(below)).otherwise(pl.lit(above))


def _as(rows: pl.LazyFrame, amount: pl.Expr, kind: pl.Expr, *, on: str, number: str, about: str) -> pl.LazyFrame:
    """Rows of one table as MOVEMENTS; only items have a day on which they are due."""
    due = pl.col("due_on") if number == "item_id" else pl.lit(None, dtype=pl.Date)
    return rows.select(
        "currency", pl.col(on).alias("moved_on"), kind.alias("kind"), pl.col(number).alias("number"),
        pl.col(about).alias("about"), due.alias("due_on"), amount.alias("amount"),
    )  # fmt: skip


def _settled(ledger: Ledger) -> pl.LazyFrame:
    """Each allocation with the customers of both its sides, on the first day on which all of it stands."""
    item = ledger.table("open_items").select(
        "item_id", "issued_on", pl.col("customer_id").alias("item_customer"), pl.col("currency").alias("item_currency")
    )
    sides = [
        ledger.table(name).select(
            pl.lit(source).alias("source"), pl.col(key).alias("source_id"), pl.col(on).alias("source_on"),
            pl.col("customer_id").alias("source_customer"), pl.col("currency").alias("source_currency"),
        )
        for source, name, key, on in (
            ("receipt", "receipts", "receipt_id", "received_on"),
            ("credit_note", "credit_notes", "credit_note_id", "issued_on"),
        )
    ]  # fmt: skip
    return (
        ledger.table("allocations")
        .drop("currency", "source_currency")
        .join(item, on="item_id", how="inner")
        .join(pl.concat(sides), on=["source", "source_id"], how="left")
        .with_columns(
            pl.max_horizontal("allocated_on", "issued_on", "source_on").alias("event_on"),
            pl.col("source_amount").fill_null(pl.col("amount")).alias("taken"),
            pl.coalesce("source_id", "allocation_id").alias("number"),
        )
    )


def _sums(moves: pl.DataFrame) -> dict[str, int]:
    return dict(moves.group_by("currency").agg(pl.col("amount").sum()).sort("currency").iter_rows())


def _name(books: Books, customer_id: str) -> str:
    names = books.table("customers").filter(pl.col("customer_id") == customer_id).select("name").collect()
    return str(names.item(0, 0)) if names.height and names.item(0, 0) else customer_id


def statement(told: Account, from_whom: str | None = None, terms: Aging = DEFAULTS) -> Document:
    """The account as a document to send.

    Args:
        from_whom: who sends it; None: nobody is named.
    """
    facts: Facts = {
        "name": text(told.name), "customer": text(told.customer_id), "from": day(told.from_on),
        "until": day(told.until_on), "us": text(from_whom or ""),
    }  # fmt: skip
    blocks: list[Block] = []
    if from_whom:
        blocks.append(Paragraph("statement.from", facts))
    blocks.append(Paragraph("statement.days", facts))
    if not told.currencies:
        blocks.append(Paragraph("statement.nothing", facts))
    else:
        blocks.append(_balances(told))
    for currency in told.currencies:
        blocks += _currency(told, currency, terms)
    blocks.append(Paragraph("statement.please", facts))
    return Document("statement", "statement.title", facts, told.until_on, blocks)


def _balances(told: Account) -> Table:
    rows = []
    for currency in told.currencies:
        moves = told.moves.filter(pl.col("currency") == currency).get_column("amount")
        more, less = (int(moves.filter(which).sum()) for which in (moves > 0, moves < 0))
        opening, closing = told.opening.get(currency, 0), told.closing.get(currency, 0)
        rows.append([text(currency), *(money(one, currency) for one in (opening, more, -less, closing))])
    return Table("statement.balances", ("currency", "opening", "debit", "credit", "closing"), rows)


def _currency(told: Account, currency: str, terms: Aging) -> list[Block]:
    """Everything in one currency: what moved, what stands open, how old it is, what is not applied."""
    mine = pl.col("currency") == currency
    items = told.items.filter(mine)
    standing, rests = items.filter(pl.col("due_on").is_not_null()), items.filter(pl.col("due_on").is_null())
    facts: Facts = {"currency": text(currency)}
    blocks: list[Block] = []
    if len(told.currencies) > 1:
        blocks.append(Heading("statement.currency", facts))
    blocks.append(_moves(told, currency))
    if standing.height:
        heads = ("item", "issued_on", "due_on", "days_past_due", "face", "open_amount")
        rows: list[Row] = [
            (text(one["item_id"]), day(one["issued_on"]), day(one["due_on"]), days(one["days_past_due"]),
             money(one["face"], currency), money(one["amount"], currency))
            for one in standing.sort("due_on", "item_id").iter_rows(named=True)
        ]  # fmt: skip
        blocks += [Table("statement.open", heads, rows, facts), _ages(items, currency, terms)]
    if rests.height:
        rows = [
            (text(one["item_id"]), word("movement", one["kind"]), money(-one["amount"], currency))
            for one in rests.sort("item_id").iter_rows(named=True)
        ]
        blocks.append(Table("statement.unplaced", ("number", "kind", "open_amount"), rows, facts))
    return blocks


def _moves(told: Account, currency: str) -> Table:
    """The lines of the account with the balance after each."""
    standing = told.opening.get(currency, 0)
    before = told.from_on - timedelta(days=1) if told.from_on > date.min else told.from_on
    nothing = money(None, currency)
    rows: list[Row] = [
        (day(before), word("movement", "opening"), text(None), day(None), nothing, nothing, money(standing, currency))
    ]
    for one in told.moves.filter(pl.col("currency") == currency).iter_rows(named=True):
        amount = one["amount"]
        standing += amount
        rows.append(
            (day(one["moved_on"]), word("movement", one["kind"]), text(one["number"]), day(one["due_on"]),
             money(amount, currency) if amount >= 0 else nothing, money(-amount, currency) if amount < 0 else nothing,
             money(standing, currency))
        )  # fmt: skip
    rows.append(
        (day(told.until_on), word("movement", "closing"), text(None), day(None), nothing, nothing,
         money(standing, currency))
    )  # fmt: skip
    heads = ("happened_on", "kind", "number", "due_on", "debit", "credit", "balance")
    return Table("statement.moves", heads, rows, {"currency": text(currency)})


def _ages(items: pl.DataFrame, currency: str, terms: Aging) -> Table:
    sums = dict(items.group_by("bucket").agg(pl.col("amount").sum()).iter_rows())
    rows: list[Row] = [
        (word("bucket", name) if name in ("current", UNAPPLIED) else text(name), money(sums.get(name, 0), currency))
        for name in bucket_names(terms)
    ]
    rows.append((word("bucket", "total"), money(sum(sums.values()), currency)))
    return Table("statement.ages", ("bucket", "open_amount"), rows, {"currency": text(currency)})
