"""Settings: dated changes of policy and of roles by two people, first passwords, connections to other systems."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from solvent_server.store.models.company import Company
from solvent_server.store.models.desk import ALONE, APPROVED, PROPOSED, REFUSED, WAITING, WITHDRAWN

STATES_OF_POLICY = (WAITING, APPROVED, REFUSED, WITHDRAWN)
SYSTEMS = ("erpnext", "odoo")


class PolicyChange(models.Model):
    """One term of the policy from a day on: proposed by one person, decided by another.

    family, term: as in policy files; a family that is empty, with the term ``preset``: from this day on this preset.
    value: as in policy files; None: no own value any more, what the preset or the code says holds again. before: what
    held when it was proposed. answer: why it was refused or taken back.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    family = models.TextField(default="", blank=True)
    term = models.TextField()
    value = models.JSONField(null=True)
    before = models.JSONField(null=True)
    valid_from = models.DateField()
    reason = models.TextField()
    state = models.CharField(max_length=16, default=WAITING)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    decided_by = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True)

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["company", "state", "valid_from"], name="policy_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES_OF_POLICY), name="policy_state"),
            models.CheckConstraint(
                condition=~Q(state=APPROVED) | (~Q(decided_by="") & ~Q(decided_by=F("asked_by"))),
                name="policy_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=WAITING, decided_at__isnull=True) | (~Q(state=WAITING) & Q(decided_at__isnull=False)),
                name="policy_decided",
            ),
        ]


class RoleChange(models.Model):
    """A person's role in a company, asked for by one who may and approved by another, where there is another.

    role, before: a role; ``none``: sees nothing of the company. state ``alone``: there was nobody else to ask.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    person = models.TextField()
    role = models.CharField(max_length=32)
    before = models.CharField(max_length=32)
    reason = models.TextField(default="", blank=True)
    state = models.CharField(max_length=16, default=WAITING)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    decided_by = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True)

    class Meta:
        app_label = "store"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PROPOSED), name="role_state"),
            models.CheckConstraint(
                condition=~Q(state=APPROVED)
                | (~Q(decided_by="") & ~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("person"))),
                name="role_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(WAITING, APPROVED, REFUSED, WITHDRAWN))
                | (Q(state=ALONE) & ~Q(person=F("asked_by"))),
                name="role_not_ones_own",
            ),
            models.UniqueConstraint(fields=["company", "person"], condition=Q(state=WAITING), name="role_asked_once"),
        ]


class FirstPassword(models.Model):
    """Somebody else has set this person's password: until the person has changed it, no page answers."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    given_by = models.TextField()
    given_at = models.DateTimeField()

    class Meta:
        app_label = "store"


class Connection(models.Model):
    """A live system that records are fetched from. sealed: its key, as ``keeping.vault`` sealed it."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    name = models.TextField()
    system = models.CharField(max_length=16)
    url = models.TextField()
    there = models.TextField(default="", blank=True)
    database = models.TextField(default="", blank=True)
    login = models.TextField(default="", blank=True)
    sealed = models.TextField()
    made_by = models.TextField()
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "store"
        constraints = [
            models.CheckConstraint(condition=Q(system__in=SYSTEMS), name="connection_system"),
            models.UniqueConstraint(fields=["company", "name"], name="connection_once"),
        ]
