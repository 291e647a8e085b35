"""The same list as one writes it with Django alone: a model with indexes, a queryset, a paginator, a Django template.

    python bench/peer_web.py FOLDER    puts the rows into a table; bench/web.py serves the page

No log-in and no languages, which ours has: what is compared is the list.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import django
import polars as pl
from django.conf import settings

from solvent_server.settings import database

FOLDER = Path(os.environ.get("PEER_FOLDER") or sys.argv[1])
COLUMNS = (
    "name", "item_id", "due_on", "days_past_due", "bucket", "currency", "open", "face", "kind", "issued_on", "region",
    "salesperson",
)  # fmt: skip
PAGE = """<!doctype html><html><head><title>Open items</title></head><body><h1>Open items</h1>
<form><input name="q" value="{{ q }}"></form><p>{{ page.paginator.count|intcomma }}</p><table>
<tr>{% for column in columns %}<th><a href="?sort={{ column }}">{{ column }}</a></th>{% endfor %}</tr>
{% for row in page %}<tr><td><a href="/{{ row.item_id }}">{{ row.name }}</a></td><td>{{ row.item_id }}</td>
<td>{{ row.due_on|date }}</td><td>{{ row.days_past_due|intcomma }}</td><td>{{ row.bucket }}</td>
<td>{{ row.currency }}</td><td>{{ row.open|intcomma }}</td><td>{{ row.face|intcomma }}</td><td>{{ row.kind }}</td>
<td>{{ row.issued_on|date }}</td><td>{{ row.region }}</td><td>{{ row.salesperson }}</td></tr>{% endfor %}</table>
{% if page.has_next %}<a href="?page={{ page.next_page_number }}">next</a>{% endif %}</body></html>"""

settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": database(os.environ.get("SOLVENT_DATABASE_URL", ""), FOLDER)},
    INSTALLED_APPS=["django.contrib.humanize"], USE_THOUSAND_SEPARATOR=True,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.cached.Loader",
                             [("django.template.loaders.locmem.Loader",
                               {"list.html": PAGE.replace("<!doctype", "{% load humanize %}<!doctype", 1)})])]
            },
        }
    ],
)  # fmt: skip
django.setup()

from django.core.paginator import Paginator  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Item(models.Model):
    """One open item."""

    name = models.TextField(db_index=True)
    item_id = models.TextField(db_index=True)
    due_on = models.DateField(db_index=True)
    days_past_due = models.IntegerField(db_index=True)
    bucket = models.CharField(max_length=16, db_index=True)
    currency = models.CharField(max_length=3)
    open = models.BigIntegerField(db_index=True)
    face = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    issued_on = models.DateField()
    region = models.CharField(max_length=64, db_index=True)
    salesperson = models.CharField(max_length=64)

    class Meta:
        app_label = "bench"
        db_table = "bench_item"


def items(request: HttpRequest) -> HttpResponse:
    """The list."""
    asked = request.GET
    rows = Item.objects.all()
    for name in ("region", "bucket"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("q"):
        rows = rows.filter(Q(name__icontains=asked["q"]) | Q(item_id__icontains=asked["q"]))
    page = Paginator(rows.order_by(asked.get("sort") or "-days_past_due"), 50).get_page(asked.get("page"))
    return render(request, "list.html", {"page": page, "columns": COLUMNS, "q": asked.get("q", "")})


urlpatterns = [path("", items)]


def load() -> None:
    """The rows of the assessment into the table."""
    frame = pl.read_parquet(next((FOLDER / "assessments" / "bench").glob("*/receivables.parquet"))).select(COLUMNS)
    with connection.schema_editor() as editor:
        editor.create_model(Item)
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY bench_item ({names}) FROM STDIN (FORMAT csv)") as pipe:
                for part in frame.iter_slices(100_000):
                    pipe.write(part.write_csv(include_header=False))
            cursor.execute("ANALYZE bench_item")
            return
        ready = frame.with_columns(pl.col("due_on", "issued_on").cast(pl.String))
        marks = ", ".join("?" for _ in COLUMNS)
        inner: Any = cursor.cursor.connection
        inner.execute("BEGIN") if not inner.in_transaction else None
        inner.executemany(f"INSERT INTO bench_item ({names}) VALUES ({marks})", ready.iter_rows())
        inner.commit()
        inner.execute("ANALYZE")


def application() -> Any:
    """The WSGI application."""
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415

    return WSGIHandler()


if __name__ == "__main__":
    load()
