"""Sample: which company is the sample company, made to look around in, and to be taken away again."""

from __future__ import annotations

from django.db import models

from solvent_server.store.models.company import Company


class SampleCompany(models.Model):
    """A mark on a company that was made as a sample, before anything was loaded. people: made with it, by name."""

    company = models.OneToOneField(Company, on_delete=models.PROTECT, related_name="sample")
    people = models.JSONField(default=list)
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        app_label = "store"
