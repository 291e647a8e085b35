"""What every test may ask for: small books told as text, the reference data, and the long tests only on request."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings

from solvent.base.money import minor
from solvent.books.books import DAY_OF, TABLES, Books, Ledger, open_books

ROOT = Path(__file__).parents[1]
LEFT_OUT: list[str] = []


sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the long tests too, and try more cases in the others")


def pytest_configure(config: pytest.Config) -> None:
    every = bool(config.getoption("--all"))
    if every:
        os.environ["SOLVENT_TESTS"] = "all"
    # No draw is too slow on a slow machine, and the same slice is drawn in every run; with --all always others.
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile("solvent", deadline=None, derandomize=not every, suppress_health_check=slow)
    settings.load_profile("solvent")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended from outside ends what tests started


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if LEFT_OUT:
        terminalreporter.write_line(
            f"reference data not found: {len(LEFT_OUT)} cases were left out (set SOLVENT_REFERENCE_DATA)"
        )


def reference_folder() -> Path | None:
    """The folder of real ledgers and published results, or None where it is not at hand."""
    folder = Path(os.environ.get("SOLVENT_REFERENCE_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Path:
    folder = reference_folder()
    if folder is None:
        LEFT_OUT.append(request.node.nodeid)
        pytest.skip("reference data not found")
    return folder


def table_of(text: str, name: str) -> pl.DataFrame:
    """A table of the books out of text: a line of column names, then a row a line; ``-`` is empty.

    Money is in main units of the row's currency (CNY where the table has no such column in the text);
    ``recorded_on`` is the row's own day unless it is given.
    """
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    head, rows = lines[0], lines[1:]
    cells: dict[str, list[object]] = {column: [] for column in head}
    for row in rows:
        told = dict(zip(head, row, strict=True))
        for column, cell in told.items():
            cells[column].append(_value(name, column, cell, told.get("currency", "CNY")))
    declared = TABLES[name]
    frame = pl.DataFrame(cells, schema={column: declared.columns[column].dtype for column in head})
    if "currency" in declared.columns and "currency" not in head:
        frame = frame.with_columns(pl.lit("CNY").alias("currency"))
    if "recorded_on" not in head:
        day = pl.col(DAY_OF[name]) if DAY_OF.get(name) in head else pl.lit(date(2000, 1, 1))
        frame = frame.with_columns(day.alias("recorded_on"))
    if name == "open_items" and "invoice_id" not in head:
        frame = frame.with_columns(pl.col("item_id").alias("invoice_id"))
    return declared.conform(frame.lazy()).collect()


def _value(table: str, column: str, cell: str, currency: str) -> object:
    if cell == "-":
        return None
    declared = TABLES[table].columns[column]
    if declared.unit == "minor units":
        return minor(Decimal(cell), currency if currency != "-" else "CNY")
    if declared.dtype == pl.Date:
        return date.fromisoformat(cell)
    if declared.dtype == pl.Int64:
        return int(cell)
    if declared.dtype == pl.Float64:
        return float(cell)
    if declared.dtype == pl.Boolean:
        return cell == "yes"
    return cell


@pytest.fixture
def books_of() -> Callable[..., Books]:
    """Make books out of text tables: ``books_of("2026-01-31", open_items=..., receipts=...)``."""

    def make(as_of: str, *, currency: str = "CNY", known_on: str | None = None, **tables: str) -> Books:
        frames = {name: table_of(text, name).lazy() for name, text in tables.items()}
        known = date.fromisoformat(known_on) if known_on else None
        return open_books(Ledger(frames, currency=currency), date.fromisoformat(as_of), known)

    return make
