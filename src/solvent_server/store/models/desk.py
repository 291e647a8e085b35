"""Desk: what people at the credit desk do beside the books: what waits for a second person, limits held, cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import models
from django.db.models import F, Q

from solvent.decisions.warnings.casebook import CASES, HISTORY
from solvent_server.store.models.company import Company
from solvent_server.store.models.work import Batch

WAITING, APPROVED, ALONE, REFUSED, WITHDRAWN = "waiting", "approved", "alone", "refused", "withdrawn"
PROPOSED = (WAITING, APPROVED, ALONE, REFUSED, WITHDRAWN)
HELD, ORDERED, RELEASED, EXPIRED = "held", "ordered", "released", "expired"
RESERVED = (HELD, ORDERED, RELEASED, EXPIRED)
NEVER_ALONE = ("approvals",)
"""Tables into which nobody writes alone, however small the amount."""


class Authority(models.Model):
    """Up to how much a person decides alone, in one currency, from when somebody else said so until the next such line.

    amount: minor units; 0: nothing any more.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    person = models.TextField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    given_by = models.TextField()
    given_at = models.DateTimeField()

    class Meta:
        app_label = "store"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="authority_amount"),
            models.CheckConstraint(condition=~Q(person=F("given_by")), name="authority_two_people"),
        ]


class Proposal(models.Model):
    """A row for the books that somebody decided: what waits for a second person, and what became of it.

    row: the cells of the table's row as they will go in; money in minor units, days as ISO text. batch: the one that
    put it into the books.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    table = models.CharField(max_length=32)
    row = models.JSONField(default=dict)
    state = models.CharField(max_length=16)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    decided_by = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", blank=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["company", "state"], name="proposal_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PROPOSED), name="proposal_state"),
            models.CheckConstraint(
                condition=~Q(state=APPROVED) | (~Q(decided_by="") & ~Q(decided_by=F("asked_by"))),
                name="proposal_two_people",
            ),
            models.CheckConstraint(condition=~Q(state=ALONE, table__in=NEVER_ALONE), name="proposal_never_alone"),
            models.CheckConstraint(
                condition=Q(state__in=(APPROVED, ALONE), batch__isnull=False)
                | Q(state__in=(WAITING, REFUSED, WITHDRAWN), batch__isnull=True),
                name="proposal_in_books",
            ),
        ]


class Reservation(models.Model):
    """So much of a customer's limit that is promised to one order, until it is in the books, released or too late.

    amount: minor units of the company's own currency. key: what the asker names the request by; asked again with the
    same one it is the same reservation.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer_id = models.TextField()
    order_id = models.TextField(default="", blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=16)
    key = models.TextField()
    asked_by = models.TextField()
    held_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_by = models.TextField(default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", blank=True)

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["company", "state", "expires_at"], name="reservation_in_force")]
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], name="reservation_asked_once"),
            models.UniqueConstraint(
                fields=["company", "order_id"],
                condition=Q(state__in=(HELD, ORDERED)) & ~Q(order_id=""),
                name="reservation_one_an_order",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reservation_amount"),
            models.CheckConstraint(condition=Q(state__in=RESERVED), name="reservation_state"),
            models.CheckConstraint(condition=~Q(state=ORDERED) | ~Q(order_id=""), name="reservation_names_order"),
        ]


def _field(dtype: Any) -> Any:
    if dtype == pl.Int64:
        return models.BigIntegerField(null=True)
    if dtype == pl.Float64:
        return models.FloatField(null=True)
    if dtype == pl.Date:
        return models.DateField(null=True)
    return models.TextField(null=True)  # a list is kept as JSON


def _model(name: str, says: str, columns: Mapping[str, Any], key: str) -> Any:
    meta = {
        "app_label": "store",
        "constraints": [models.UniqueConstraint(fields=["company", key], name=f"{name.lower()}_once")],
    }
    body = {column: _field(dtype) for column, dtype in columns.items()}
    own = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    return type(
        name,
        (models.Model,),
        {"__module__": __name__, "__doc__": says, "Meta": type("Meta", (), meta), "company": own, **body},
    )


Case = _model("Case", "A finding and what became of it, as ``warnings.casebook.CASES`` says.", CASES, "case_id")
CaseStep = _model("CaseStep", "What happened to a case, as ``warnings.casebook.HISTORY`` says.", HISTORY, "step")
