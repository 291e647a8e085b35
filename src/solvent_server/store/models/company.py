"""Companies, and the people who may see them."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import models

_CHINESE = re.compile("[\u3400-\u9fff]")


class Company(models.Model):
    """One legal entity whose books are kept here."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.TextField(default="")
    currency = models.CharField(max_length=3, default="", blank=True)
    tax_ids = models.JSONField(default=list)
    names = models.JSONField(default=list)

    class Meta:
        app_label = "store"

    def called(self, language: str) -> str:
        """Its name for a reader of ``zh`` or ``en``: the first of its names in that script, else the first, else its
        code."""
        fits = [name for name in self.names if bool(_CHINESE.search(name)) == (language == "zh")]
        return str((fits or [self.name or self.code])[0])


class Member(models.Model):
    """A person's role in a company. Without a row here a person sees nothing of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    role = models.CharField(max_length=32)

    class Meta:
        app_label = "store"
        constraints = [models.UniqueConstraint(fields=["user", "company"], name="one_role_a_company")]
