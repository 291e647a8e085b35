"""Notes: remarks of people on customers, invoices, disputes and plans. A remark stays; what is taken back is struck."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from solvent_server.store.models.company import Company

CUSTOMER, DISPUTE, PLAN = "customer", "dispute", "plan"
ABOUT = (CUSTOMER, DISPUTE, PLAN)
REMARK, OWNER, STRUCK = "remark", "owner", "struck"
KINDS = (REMARK, OWNER, STRUCK)


class Note(models.Model):
    """One remark, or who looks after something from now on, or the taking back of an earlier note.

    subject: number of the customer, dispute or plan. strikes: the note that this one takes back; a note is taken back
    once. Rows are only ever inserted.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    about = models.CharField(max_length=16)
    subject = models.TextField()
    kind = models.CharField(max_length=16)
    text = models.TextField()
    author = models.TextField()
    at = models.DateTimeField()
    strikes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="struck_by")

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["company", "about", "subject"], name="note_by_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(about__in=ABOUT), name="note_about"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="note_kind"),
            models.CheckConstraint(
                condition=Q(kind=STRUCK, strikes__isnull=False) | (~Q(kind=STRUCK) & Q(strikes__isnull=True)),
                name="note_strikes",
            ),
        ]
