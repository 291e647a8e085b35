"""Apps: the one Django app that has tables."""

from __future__ import annotations

from django.apps import AppConfig


class Store(AppConfig):
    """One app label, so that foreign keys tie no apps into knots."""

    name = "solvent_server.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
