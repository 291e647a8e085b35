"""Journal store: the journal of a Parquet ledger, kept beside it with its month-end snapshots, rebuilt when stale.

``journal/customers.parquet`` numbers the customers, ``journal/events/`` holds the events sorted by day in small row
groups, so that a month is read and not a decade, ``journal/snapshots/DAY.parquet`` what stood open at month ends.
The stamp names the files that the journal was built from; when one of them changes the journal is built anew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from solvent.base.calendar import month_end
from solvent.base.table import Table
from solvent.books.books import TABLES, Ledger
from solvent.books.journal import Journal, build, number_customers, with_snapshots
from solvent.files.folder import parquet_paths

RECEIVABLES = ("open_items", "receipts", "credit_notes", "allocations")
ROW_GROUP = 32_768
Progress = Callable[[int, int], object]


def stored_journal(folder: Path, ledger: Ledger, progress: Progress = lambda done, total: None) -> Journal | None:
    """The journal kept in the folder, built first where it is missing or stale.

    Args:
        folder: a ledger folder in Parquet.
        ledger: its tables.
        progress: told ``(parts done, parts in all)`` while building.

    Returns:
        The journal, or None where the folder cannot be written to: then it is built in memory.
    """
    home = folder / "journal"
    stamp = _stamp(folder)
    if _read_stamp(home) != stamp:
        try:
            _rebuild(folder, ledger, home, stamp, progress)
        except PermissionError:
            return None
    days = sorted(home.joinpath("snapshots").glob("*.parquet"))
    snapshots = tuple((date.fromisoformat(path.stem), pl.scan_parquet(path)) for path in days)
    events = pl.scan_parquet(sorted(home.joinpath("events").glob("*.parquet")))
    return Journal(pl.read_parquet(home / "customers.parquet"), events, snapshots)


def _rebuild(folder: Path, ledger: Ledger, home: Path, stamp: str, progress: Progress) -> None:
    shutil.rmtree(home, ignore_errors=True)
    work = home / "work"
    for place in (home / "events", home / "snapshots", work):
        place.mkdir(parents=True)
    parts = list(_parts(folder, ledger))
    customers = number_customers(parts)
    customers.write_parquet(home / "customers.parquet")
    steps = 2 * len(parts)
    for number, tables in enumerate(parts):
        events = build(tables, customers).events.collect(engine="streaming")
        events.write_parquet(home / "events" / f"part-{number:03d}.parquet", row_group_size=ROW_GROUP)
        progress(number + 1, steps)
    written = sorted(home.joinpath("events").glob("*.parquet"))
    days = _month_ends(pl.scan_parquet(written))
    for number, path in enumerate(written):
        for day, frame in with_snapshots(Journal(customers, pl.scan_parquet(path)), days).snapshots:
            frame.sink_parquet(work / f"{day.isoformat()}.{number:03d}.parquet")
        progress(len(parts) + number + 1, steps)
    for day in days:
        pieces = sorted(work.glob(f"{day.isoformat()}.*.parquet"))
        pl.scan_parquet(pieces).sink_parquet(
            home / "snapshots" / f"{day.isoformat()}.parquet", row_group_size=4 * ROW_GROUP
        )
    shutil.rmtree(work)
    (home / "stamp.json").write_text(stamp, "utf-8")


def _month_ends(events: pl.LazyFrame) -> list[date]:
    """Every month end from the first event to the last."""
    span = events.select(pl.col("event_on").min().alias("first"), pl.col("event_on").max().alias("last")).collect()
    first, last = span.item(0, "first"), span.item(0, "last")
    days: list[date] = []
    if first is None:
        return days
    day = month_end(first)
    while day <= last:
        days.append(day)
        day = month_end(day + timedelta(days=1))
    return days


def _parts(folder: Path, ledger: Ledger) -> Iterator[dict[str, pl.LazyFrame]]:
    """The receivables tables, part by part where every table lies in parts of the same names, else in one piece."""
    paths = {name: parquet_paths(folder, name) for name in RECEIVABLES}
    names = {name: [path.name for path in found] for name, found in paths.items() if found}
    whole = names.get("open_items", [])
    if len(whole) > 1 and all(found == whole for found in names.values()) and _apart(folder):
        for place in range(len(whole)):
            yield {name: _part(TABLES[name], paths[name][place : place + 1]) for name in RECEIVABLES}
    else:
        yield {name: ledger.table(name) for name in RECEIVABLES}


def _part(table: Table, paths: list[Path]) -> pl.LazyFrame:
    return table.conform(pl.scan_parquet(paths)) if paths else table.empty().lazy()


def _apart(folder: Path) -> bool:
    """True where ``ledger.toml`` says that the parts are cut by customer: only then does each stand by itself."""
    text = (folder / "ledger.toml").read_text("utf-8") if (folder / "ledger.toml").is_file() else ""
    return 'parts = "customer"' in text


def _stamp(folder: Path) -> str:
    seen = [
        [str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns]
        for name in RECEIVABLES
        for path in parquet_paths(folder, name)
    ]
    return json.dumps({"version": 1, "files": seen})


def _read_stamp(home: Path) -> str:
    path = home / "stamp.json"
    return path.read_text("utf-8") if path.is_file() else ""
