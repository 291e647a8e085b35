"""Views of lists that people put by: which filters, order and columns, under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from solvent_server.store.models.company import Company


class SavedView(models.Model):
    """A list as somebody wants to see it again.

    page: address of the list within its company. query: what its address asks for. shared: everybody of the company
    may open it. standing: its owner sees the list so at first. deleted_at: taken away, and can be brought back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    page = models.TextField()
    name = models.TextField()
    query = models.TextField(default="", blank=True)
    shared = models.BooleanField(default=False)
    standing = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["company", "page"], name="view_by_page")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company", "page", "name"],
                condition=models.Q(deleted_at__isnull=True),
                name="one_view_a_name",
            ),
            models.UniqueConstraint(
                fields=["user", "company", "page"],
                condition=models.Q(deleted_at__isnull=True, standing=True),
                name="one_standing_view",
            ),
        ]
