"""Companies, and the people who may see them."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Company(models.Model):
    """One legal entity whose books are kept here."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.TextField(default="")
    currency = models.CharField(max_length=3, default="", blank=True)
    tax_ids = models.JSONField(default=list)
    names = models.JSONField(default=list)

    class Meta:
        app_label = "store"


class Member(models.Model):
    """A person's role in a company. Without a row here a person sees nothing of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    role = models.CharField(max_length=32)

    class Meta:
        app_label = "store"
        constraints = [models.UniqueConstraint(fields=["user", "company"], name="one_role_a_company")]
