"""Store: a million invoices in and out, beside the ORM and beside pandas with SQLAlchemy.

python bench/store.py [ROWS] [DATABASE_URL]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import pandas as pd
import polars as pl
import sqlalchemy

from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, REJECTED, Intake, Source
from solvent_server.store import database


def timed(what: str, run: Callable[[], Any]) -> float:
    started = perf_counter()
    run()
    seconds = perf_counter() - started
    print(f"{what:48} {seconds:8.2f} s")
    return seconds


def invoices(count: int) -> pl.DataFrame:
    number = pl.int_range(count, eager=True).alias("n").to_frame()
    first = pl.lit(date(2024, 1, 1))
    issued = (first + pl.duration(days=pl.col("n") % 700)).cast(pl.Date)
    frame = number.select(
        pl.format("INV-{}-1", "n").alias("item_id"),
        pl.format("INV-{}", "n").alias("invoice_id"),
        pl.format("C{}", pl.col("n") % 20_000).alias("customer_id"),
        issued.alias("issued_on"),
        (issued + pl.duration(days=30)).alias("due_on"),
        pl.lit("CNY").alias("currency"),
        (pl.col("n") * 37 % 1_000_000 + 1).alias("amount"),
        issued.alias("recorded_on"),
    )
    return TABLES["open_items"].conform(frame.lazy()).collect()


def main(rows: int, url: str) -> None:
    frame = invoices(rows)
    with TemporaryDirectory() as place:
        database.connect(Path(place), url)
        database.migrate()
        from solvent_server.store import batches, books, work  # noqa: PLC0415 (needs the connection)
        from solvent_server.store.models import FACTS  # noqa: PLC0415

        company = work.set_company("bench", "bench", currency="CNY")
        read = Intake(
            Ledger({"open_items": frame.lazy()}, "CNY"), pl.DataFrame(schema=COUNTS), pl.DataFrame(schema=REJECTED)
        )
        staged: list[Any] = []
        print(f"{rows:,} open items, {database.connection.vendor}")
        total = timed(
            "stage (laws, keys, digests)",
            lambda: staged.append(
                batches.stage(company, read, original=Source("b", b"b"), kind="ledger", actor="bench")
            ),
        )
        total += timed("preview", lambda: batches.preview(company, staged[0].batch))
        total += timed("commit", lambda: batches.commit(company, staged[0].batch, "bench"))
        print(f"{'in, all told (limit 600 s for a million)':48} {total:8.2f} s")
        timed("one more row", lambda: batches.record(company, _one(frame), kind="person", actor="bench"))
        ours = timed("out: books.ledger", lambda: books.ledger(company).table("open_items").collect())
        columns = list(TABLES["open_items"].columns)

        def orm() -> None:
            told = FACTS["open_items"].objects.filter(company=company).values_list(*columns)  # type: ignore[attr-defined]
            pl.DataFrame(list(told), schema=TABLES["open_items"].schema, orient="row")

        theirs = timed("out: values_list into a frame", orm)
        print(f"{'ratio (at least 4)':48} {theirs / ours:8.1f} times")
        _pandas(frame.head(min(rows, 100_000)), Path(place), rows)
        database.close()


def _one(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {"open_items": frame.head(1).with_columns(pl.lit("one more").alias("item_id"))}


def _pandas(frame: pl.DataFrame, place: Path, rows: int) -> None:
    """What one would write: no check, no second look, no trail. Scaled up from fewer rows."""
    table = pd.DataFrame(frame.to_dict(as_series=False))
    engine = sqlalchemy.create_engine(f"sqlite:///{place / 'plain.db'}")
    scale = rows / frame.height
    into = timed(f"pandas to_sql, {frame.height:,} rows", lambda: table.to_sql("t", engine, index=False))
    out = timed(f"pandas read_sql, {frame.height:,} rows", lambda: pd.read_sql("SELECT * FROM t", engine))
    print(f"{'scaled to all rows: in, out':48} {into * scale:8.2f} s {out * scale:8.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2] if len(sys.argv) > 2 else "")
