"""Work: what came in and when, the originals, bank statements seen, and the trail of every write."""

from __future__ import annotations

from django.db import models

from solvent_server.store.models.company import Company

KINDS = ("ledger", "bank", "einvoice", "source", "match", "person", "undo")
STATES = ("staged", "committed", "undone")


class Original(models.Model):
    """One file as it came; its bytes lie in the data folder under its hash."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.TextField()
    size = models.BigIntegerField()

    class Meta:
        app_label = "store"


class Batch(models.Model):
    """One transaction of facts: a file, a person's decision, matches, or the undoing of an earlier batch.

    committed_at rises strictly, so that "known at" names one state of the store. counts: per table rows in, new,
    already there, changed, rejected. digests: per table of what was inserted, so that later tampering shows.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    kind = models.CharField(max_length=16)
    name = models.TextField(default="")
    original = models.ForeignKey(Original, null=True, on_delete=models.PROTECT)
    account_id = models.TextField(default="", blank=True)
    state = models.CharField(max_length=16)
    actor = models.TextField()
    reason = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True, unique=True)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    counts = models.JSONField(default=dict)
    digests = models.JSONField(default=dict)

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["company", "original", "state"], name="batch_by_file")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="batch_kind"),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="batch_state"),
        ]


class StatementRecord(models.Model):
    """A bank statement or e-invoice that a batch brought, accepted or in quarantine."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT)
    part = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    format = models.TextField()
    number = models.TextField(default="")
    account_id = models.TextField(default="")
    currency = models.CharField(max_length=3, default="")
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    opening = models.BigIntegerField(null=True)
    closing = models.BigIntegerField(null=True)
    rows = models.BigIntegerField(default=0)
    code = models.TextField(default="")
    facts = models.TextField(default="")

    class Meta:
        app_label = "store"


class AuditLine(models.Model):
    """One write, told and chained: each line holds the hash of the one before."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.TextField()
    actor = models.TextField()
    company = models.TextField()
    action = models.TextField()
    subject = models.TextField()
    facts = models.TextField()
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "store"
