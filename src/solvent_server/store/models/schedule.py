"""Schedule: what the worker does by the clock, and each time that it did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from solvent_server.store.models.company import Company

ASSESS, BACKTEST, BACKUP, SWEEP = "assess", "backtest", "backup", "sweep"
OF_A_COMPANY = (ASSESS, BACKTEST)
OF_THE_STORE = (BACKUP, SWEEP)
RUNNING, DONE, FAILED = "running", "done", "failed"
EVERY_DAY = 0b111_1111


class Schedule(models.Model):
    """One thing that is done by the clock; company: empty for what concerns the whole store.

    hour, minute: on the server's clock. days: one bit a day of the week, Monday the lowest. day_of_month: on this day
    only, whatever day of the week. keep: how many results stay. since: nothing before this moment is caught up.
    last_for: the moment of the clock for which it was last begun. asked_at, asked_by: somebody wants it now.
    """

    company = models.ForeignKey(Company, null=True, on_delete=models.PROTECT)
    what = models.CharField(max_length=16)
    hour = models.IntegerField()
    minute = models.IntegerField(default=0)
    days = models.IntegerField(default=EVERY_DAY)
    day_of_month = models.IntegerField(null=True)
    on = models.BooleanField(default=True)
    keep = models.IntegerField(null=True)
    since = models.DateTimeField()
    last_for = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.TextField(default="", blank=True)

    class Meta:
        app_label = "store"
        constraints = [
            models.UniqueConstraint(fields=["company", "what"], name="schedule_once_a_company"),
            models.UniqueConstraint(fields=["what"], condition=Q(company__isnull=True), name="schedule_once_a_store"),
            models.CheckConstraint(
                condition=Q(what__in=OF_A_COMPANY, company__isnull=False)
                | Q(what__in=OF_THE_STORE, company__isnull=True),
                name="schedule_what",
            ),
            models.CheckConstraint(
                condition=Q(hour__gte=0, hour__lte=23, minute__gte=0, minute__lte=59, days__gte=1, days__lte=EVERY_DAY),
                name="schedule_clock",
            ),
            models.CheckConstraint(
                condition=Q(day_of_month__isnull=True) | Q(day_of_month__gte=1, day_of_month__lte=28),
                name="schedule_day_of_month",
            ),
            models.CheckConstraint(condition=Q(keep__isnull=True) | Q(keep__gte=1), name="schedule_keep"),
        ]


class ScheduledRun(models.Model):
    """One time that it was done. planned_for: the moment of the clock; empty where somebody asked.

    told: what came of it, or the problem by which nothing did.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="runs")
    planned_for = models.DateTimeField(null=True)
    actor = models.TextField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, default=RUNNING)
    told = models.JSONField(default=dict)

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["schedule", "-id"], name="scheduledrun_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=(RUNNING, DONE, FAILED)), name="scheduledrun_state"),
        ]
