"""Facts: a table for each table of the books, made from its declaration. Rows are inserted and never touched again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import models
from django.db.models import F, Q

from solvent.base.table import Column, Table
from solvent.books.books import TABLES
from solvent_server.store.models.company import Company
from solvent_server.store.models.work import Batch

CHECKS: Mapping[str, Mapping[str, Q]] = {
    "limits": {
        "two_people": Q(approved_by__isnull=True) | Q(decided_by__isnull=True) | ~Q(decided_by=F("approved_by"))
    },
    "approvals": {
        "two_people": Q(asked_by__isnull=False, approved_by__isnull=False) & ~Q(asked_by=F("approved_by")),
    },
    "screenings": {
        "waived": ~Q(outcome="waived") | Q(outcome__isnull=True) | Q(reason__isnull=False, reviewer__isnull=False)
    },
}
"""What the database itself holds of the tables' laws: where it takes two people, or somebody and a reason."""
FOUND_BY: Mapping[str, tuple[str, ...]] = {
    "open_items": ("customer_id", "invoice_id"),
    "receipts": ("customer_id",),
    "credit_notes": ("customer_id",),
    "allocations": ("item_id", "source_id"),
    "disputes": ("item_id",),
    "promises": ("customer_id",),
    "bank_matches": ("target_id",),
}
"""Columns by which pages about one customer, invoice or receipt find its few rows among millions."""


def _field(column: Column, needed: bool) -> Any:
    empty: dict[str, Any] = {} if needed else {"null": True}
    if column.dtype == pl.Int64:
        return models.BigIntegerField(**empty)
    if column.dtype == pl.Date:
        return models.DateField(**empty)
    if column.dtype == pl.Boolean:
        return models.BooleanField(**empty)
    if column.dtype == pl.Float64:
        return models.FloatField(**empty)
    if isinstance(column.dtype, pl.Datetime):
        return models.DateTimeField(**empty)
    assert column.dtype == pl.String, column.dtype
    return models.TextField(**empty)


def _model(table: Table) -> type[models.Model]:
    meta = type(
        "Meta",
        (),
        {
            "app_label": "store",
            "db_table": f"fact_{table.name}",
            "constraints": [
                models.UniqueConstraint(fields=["company", "key", "version"], name=f"{table.name}_version"),
                *(
                    models.CheckConstraint(condition=condition, name=f"{table.name}_{name}")
                    for name, condition in CHECKS.get(table.name, {}).items()
                ),
            ],
            "indexes": [
                models.Index(fields=["company", column], name=f"{table.name}_{column}"[:30])
                for column in FOUND_BY.get(table.name, ())
            ],
        },
    )
    columns = {name: _field(column, name in table.key) for name, column in table.columns.items()}
    body: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": table.says,
        "Meta": meta,
        "company": models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False, related_name="+"),
        "batch": models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+"),
        "key": models.TextField(),
        "version": models.IntegerField(),
        "digest": models.CharField(max_length=32),
        **columns,
    }
    return type("".join(word.title() for word in f"{table.name}_fact".split("_")), (models.Model,), body)


FACTS: Mapping[str, type[models.Model]] = {name: _model(table) for name, table in TABLES.items()}
"""The model of each table of the books. key: the table's own key as text; version: 0, 1, 2 … of that key; digest: of
all other columns but ``recorded_on``."""


class Retraction(models.Model):
    """A fact that no longer counts from this batch on: it was corrected, or its import was undone."""

    table = models.CharField(max_length=32)
    fact = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT)

    class Meta:
        app_label = "store"
        constraints = [models.UniqueConstraint(fields=["table", "fact"], name="retracted_once")]


class Sighting(models.Model):
    """A fact that a later batch has brought too; it stays when the first of them is undone."""

    table = models.CharField(max_length=32)
    fact = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT)

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["table", "batch"], name="sighting_by_batch")]
