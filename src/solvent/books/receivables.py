"""Receivables: what customers owe and what was paid or credited on it, row by row.

Facts are never edited: a wrong receipt is followed by one of the opposite sign, a cancelled invoice by a credit note.
"""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table

KNOWN = Column(pl.Date, "day it became known in the books")
CURRENCY = Column(pl.String, "ISO 4217 code; XXX where the source names none")
ITEM_CURRENCY = Column(pl.String, "ISO 4217 code; empty: that of the item", empty=True)
BOOKED = Column(pl.Int64, "the amount as booked in the company's own currency", unit="minor units", empty=True)

OPEN_ITEMS = Table(
    "open_items",
    "One instalment of one invoice: what is to be paid on one day. It stays in the table when it is paid.",
    key=("item_id",),
    columns={
        "item_id": Column(pl.String, "invoice number and instalment; unique in the company"),
        "invoice_id": Column(pl.String, "number of the invoice it is part of"),
        "customer_id": Column(pl.String, "who owes"),
        "issued_on": Column(pl.Date, "day of the invoice"),
        "issued_at": Column(pl.Datetime("us"), "moment of issue, where the source has one", empty=True),
        "due_on": Column(pl.Date, "day the money is owed"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "face amount, tax included", unit="minor units"),
        "booked_amount": BOOKED,
        "delivery_id": Column(pl.String, "the delivery it bills", empty=True),
        "order_id": Column(pl.String, "the order it bills", empty=True),
        "salesperson": Column(pl.String, "who sold; empty: the customer's own salesperson", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "due_before_issue": Law(pl.col("due_on") >= pl.col("issued_on"), "nothing is due before its invoice"),
        "amount_not_positive": Law(pl.col("amount") > 0, "an item is owed to us; credit stands in credit_notes"),
    },
)

RECEIPTS = Table(
    "receipts",
    "Money that came in from a customer; a refund or a returned payment is negative.",
    key=("receipt_id",),
    columns={
        "receipt_id": Column(pl.String, "our number for the receipt"),
        "customer_id": Column(pl.String, "who paid"),
        "received_on": Column(pl.Date, "day the money was ours"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "money received", unit="minor units"),
        "booked_amount": BOOKED,
        "reference": Column(pl.String, "what the payer wrote", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"amount_zero": Law(pl.col("amount") != 0, "a receipt is of some amount")},
)

CREDIT_NOTES = Table(
    "credit_notes",
    "What we took back from what a customer owes: returns, corrections, rebates, cancelled invoices.",
    key=("credit_note_id",),
    columns={
        "credit_note_id": Column(pl.String, "number of the credit note"),
        "customer_id": Column(pl.String, "who was credited"),
        "issued_on": Column(pl.Date, "day of the credit note"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "amount credited, tax included, positive", unit="minor units"),
        "booked_amount": BOOKED,
        "reason": Column(pl.String, "why, as the source says", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"amount_not_positive": Law(pl.col("amount") > 0, "the amount credited is told without a sign")},
)

SOURCES = ("receipt", "credit_note", "write_off", "discount", "fee", "rounding", "exchange")
"""What can settle an item. The first two point to a row of receipts or credit_notes; the others stand alone."""

ALLOCATIONS = Table(
    "allocations",
    "So much of a receipt or credit note settles so much of an open item; or a rest that is closed without money.",
    key=("allocation_id",),
    columns={
        "allocation_id": Column(pl.String, "our number for the allocation"),
        "item_id": Column(pl.String, "the open item that is settled"),
        "source": Column(pl.String, f"one of {', '.join(SOURCES)}"),
        "source_id": Column(pl.String, "number of the receipt or credit note; empty for the others", empty=True),
        "allocated_on": Column(pl.Date, "day from which it counts"),
        "currency": ITEM_CURRENCY,
        "amount": Column(pl.Int64, "settled, in the item's currency; negative takes back", unit="minor units"),
        "source_currency": Column(pl.String, "currency of source_amount; empty: the same", empty=True),
        "source_amount": Column(
            pl.Int64,
            "taken from the receipt or credit note, in its currency; empty: as much as amount",
            unit="minor units",
            empty=True,
        ),
        "booked_amount": BOOKED,
        "recorded_on": KNOWN,
    },
    laws={
        "source_unknown": Law(pl.col("source").is_in(SOURCES), "the source is one of those named"),
        "source_missing": Law(
            pl.col("source_id").is_not_null() | ~pl.col("source").is_in(SOURCES[:2]),
            "an allocated receipt or credit note is named",
        ),
        "amount_zero": Law(
            (pl.col("amount") != 0) | (pl.col("booked_amount").fill_null(0) != 0),
            "an allocation is of some amount",
        ),
    },
)

DISPUTES = Table(
    "disputes",
    "A customer says that it does not owe, or not so much.",
    key=("dispute_id",),
    columns={
        "dispute_id": Column(pl.String, "our number for the dispute"),
        "item_id": Column(pl.String, "the open item in dispute"),
        "opened_on": Column(pl.Date, "day it was raised; empty: the source has a mark and no day", empty=True),
        "closed_on": Column(pl.Date, "day it was settled; empty: still open", empty=True),
        "reason": Column(pl.String, "why, as the source says", empty=True),
        "currency": ITEM_CURRENCY,
        "amount": Column(pl.Int64, "amount in dispute; empty: the whole item", unit="minor units", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"closed_before_opened": Law(pl.col("closed_on") >= pl.col("opened_on"), "it ends after it begins")},
)

PROMISES = Table(
    "promises",
    "A customer said that it will pay so much by a day: on one item, or on its account.",
    key=("promise_id",),
    columns={
        "promise_id": Column(pl.String, "our number for the promise"),
        "customer_id": Column(pl.String, "who promised"),
        "item_id": Column(pl.String, "the open item it is about; empty: the whole account", empty=True),
        "made_on": Column(pl.Date, "day it was given"),
        "promised_on": Column(pl.Date, "day by which the money is to be here"),
        "currency": ITEM_CURRENCY,
        "amount": Column(pl.Int64, "what was promised; empty: all that is open", unit="minor units", empty=True),
        "withdrawn_on": Column(pl.Date, "day it was taken back or replaced; empty: it stands", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "promised_before_made": Law(pl.col("promised_on") >= pl.col("made_on"), "a promise is about a day to come"),
        "amount_not_positive": Law(pl.col("amount") > 0, "a promise is of some amount"),
    },
)
