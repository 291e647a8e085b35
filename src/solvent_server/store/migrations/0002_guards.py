"""Triggers on every table whose rows are never changed."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from solvent_server.store.guards import guard

GUARDED = ("store_auditline", "store_retraction")


def _on(apps: Any, schema_editor: Any) -> None:
    facts = [model._meta.db_table for model in apps.get_app_config("store").get_models()]
    guard(schema_editor, [*GUARDED, *(table for table in facts if table.startswith("fact_"))])


class Migration(migrations.Migration):
    """Put the guards up."""

    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(_on, migrations.RunPython.noop)]
