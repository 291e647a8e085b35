"""Errands: work that a page asks for and a worker does."""

from __future__ import annotations

from django.db import models

from solvent_server.store.models.company import Company
from solvent_server.store.models.work import Batch, Original

READ, LOAD, ASSESS = "read", "load", "assess"
FETCH, BACKUP, CHECK, SAMPLE = "fetch", "backup", "check", "sample"
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
WHAT = (READ, LOAD, ASSESS, FETCH, BACKUP, CHECK, SAMPLE)
STATES = (WAITING, RUNNING, DONE, FAILED)


class Errand(models.Model):
    """One thing to do: read a file, load what was read of it, assess the company, fetch, back up, check the store,
    make the sample company.

    asked: what it needs to know; told: what came of it, or why nothing did. original: the file to read. batch: what was
    staged of it, or is to be loaded. Times are for people who wait: the books hang on none of them.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    what = models.CharField(max_length=16)
    state = models.CharField(max_length=16, default=WAITING)
    actor = models.TextField()
    original = models.ForeignKey(Original, null=True, on_delete=models.PROTECT)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT)
    asked = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "store"
        indexes = [
            models.Index(fields=["state", "id"], name="errand_by_state"),
            models.Index(fields=["company", "-id"], name="errand_by_company"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(what__in=WHAT), name="errand_what"),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="errand_state"),
        ]
