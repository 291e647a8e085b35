"""The data of bench/web.py: a sample company, assessed, whose lists are made as long as those of a very large one.

    python bench/web_data.py FOLDER ROWS USERS

Prints a session's cookie for each user.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from solvent.assessment import assess
from solvent.base.terms import Policy
from solvent.books.books import Ledger, open_books
from solvent.files.sample import Plan, generate
from solvent_server.store import database

CUSTOMERS = 20_000
BUCKETS = ("current", "1-30", "31-60", "61-90", "91-120", "121+")


def main(folder: Path, rows: int, users: int) -> None:
    """Make the store, the assessment and the people."""
    database.connect(folder, os.environ.get("SOLVENT_DATABASE_URL", ""))
    database.migrate()
    from django.conf import settings  # noqa: PLC0415 (needs the store)
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from solvent_server.store import work  # noqa: PLC0415
    from solvent_server.store.keeping import assessments  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    company = work.set_company("bench", "bench", names=["Bench Works"], currency="CNY")
    sample = generate(Plan(size="medium", seed=4))
    books = open_books(Ledger({name: frame.lazy() for name, frame in sample.tables.items()}, currency=sample.currency))
    kept = assessments.keep("bench", assess(books, Policy(books.as_of), seed=1), "2026-11-01T06:00:00")
    lengthen(kept.folder, rows, books.as_of)
    for number in range(users):
        person = User.objects.create_user(f"user{number}")
        Member.objects.create(user=person, company=company, role="cfo")
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        print(f"{cookie.key}={cookie.value}")
    database.close()


def lengthen(folder: Path, rows: int, day: date) -> None:
    """The lists of customers and open items, with so many rows; those of the sample stay among them."""
    draw = np.random.default_rng(1)
    few = pl.read_parquet(folder / "customers.parquet")
    more = few.sample(CUSTOMERS - few.height, with_replacement=True, seed=1).with_columns(
        pl.format("B{}", pl.int_range(pl.len())).alias("customer_id"),
        pl.format("Customer number {} Trading Co Ltd", pl.int_range(pl.len())).alias("name"),
    )
    customers = pl.concat([few, more]).sort("exposure", descending=True, nulls_last=True)
    customers.write_parquet(folder / "customers.parquet", compression="zstd")
    schema = pl.read_parquet_schema(folder / "receivables.parquet")
    who = draw.integers(0, CUSTOMERS, rows)
    late, amount = draw.integers(-60, 400, rows), draw.integers(100, 5_000_000, rows)
    place = np.searchsorted([0, 30, 60, 90, 120], late, side="left")
    regions, people = draw.integers(0, 13, CUSTOMERS), draw.integers(0, 40, CUSTOMERS)
    frame = pl.DataFrame(
        {
            "customer_id": customers["customer_id"].gather(who),
            "name": customers["name"].gather(who),
            "item_id": [f"INV-{number:07d}" for number in range(rows)],
            "kind": pl.repeat("invoice", rows, eager=True),
            "issued_on": np.datetime64(day) - (late + 45).astype("timedelta64[D]"),
            "due_on": np.datetime64(day) - late.astype("timedelta64[D]"),
            "days_past_due": late,
            "bucket": np.array(BUCKETS)[place],
            "currency": pl.repeat("CNY", rows, eager=True),
            "face": amount + 100,
            "open": amount,
            "worth": amount,
            "disputed": pl.repeat(False, rows, eager=True),
            "salesperson": np.array([f"Person {number}" for number in range(40)])[people[who]],
            "region": np.array([f"R{number:02d}" for number in range(13)])[regions[who]],
        }
    )
    missing = [pl.lit("?").cast(kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    told = frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())
    told.sort("days_past_due", "worth", descending=True).write_parquet(
        folder / "receivables.parquet", compression="zstd"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
