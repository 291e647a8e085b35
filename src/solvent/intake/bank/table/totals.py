"""Totals: what a bank's table adds up to by its own word, against its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from solvent.base.money import decimal, digits
from solvent.base.problem import Fact, Problem
from solvent.intake.bank.table.layout.about import About, label_of
from solvent.intake.bank.table.layout.columns import Columns
from solvent.intake.intake import Reading
from solvent.intake.ledger.cells.amounts import amounts
from solvent.intake.ledger.cells.currency import currency_of
from solvent.intake.ledger.reading.raw import folded


def totals_wrong(
    lines: pl.DataFrame, *, footers: pl.DataFrame, columns: Columns, about: About, reading: Reading, place: str
) -> list[Problem]:
    """A problem for each total that its lines do not give.

    Args:
        lines: ``row``, ``amount``, ``currency`` of the whole table.
        footers: rows of totals, in the table's columns.

    A row of totals may stand for all lines, those above it, or those since the total before it. Where the table says
    itself that its totals may differ (payment services count what they leave out), a difference is told only.
    """
    money = {name: header for name in ("out", "in", "amount") if (header := columns.one(name))}
    problems = []
    before = 0
    for row in footers.sort("_row").iter_rows(named=True):
        texts = [str(cell) for name, cell in row.items() if name not in ("_row", *money.values()) and cell]
        if sum(bool(label_of(folded(str(cell)))) for cell in row.values() if cell) > 1:
            continue
        named = next((code for text in texts if (code := currency_of(text))), None)
        here = lines.filter(pl.col("currency") == named) if named and (lines["currency"] == named).any() else lines
        if here.is_empty() or here["currency"].n_unique() > 1:
            continue
        code = str(here["currency"][0])
        told = {name: _value(row[header], reading, code) for name, header in money.items()}
        if all(value is None for value in told.values()):
            continue
        above = here.filter(pl.col("row") < row["_row"])
        since = above.filter(pl.col("row") > before)
        before = row["_row"]
        for name, value in told.items():
            if value is not None and not any(_fits(name, value, part) for part in (here, above, since)):
                problems.append(
                    _differs(about, place, header=money[name], value=value, found=_sum(name, here), currency=code)
                )
    if lines["currency"].n_unique() == 1:
        problems += _labelled(lines, about, reading, place)
    return problems


def _value(cell: str | None, reading: Reading, currency: str) -> int | None:
    cells = pl.Series([cell], dtype=pl.String)
    value = amounts(cells, mark=reading.mark, digits=digits(currency), unit=reading.unit, typed=True)["value"][0]
    return None if value is None else int(value)


def _sum(name: str, lines: pl.DataFrame) -> int:
    amount = lines["amount"].cast(pl.Int128)
    if name == "amount":
        return int(amount.sum())
    return int(-amount.filter(amount < 0).sum() if name == "out" else amount.filter(amount > 0).sum())


def _fits(name: str, value: int, lines: pl.DataFrame) -> bool:
    """True where the lines give the total: of one column, as a sum, or as sums of the two sides net of reversals."""
    if name == "amount":
        return abs(value) in (abs(_sum("amount", lines)), int(lines["amount"].cast(pl.Int128).abs().sum()))
    return abs(value) == _sum(name, lines)


def _labelled(lines: pl.DataFrame, about: About, reading: Reading, place: str) -> list[Problem]:
    """Totals and counts told beside a label, above or beneath the table."""
    code = str(lines["currency"][0])
    found = []
    for name in ("out", "in"):
        value = about.money(f"total_{name}", mark=reading.mark, digits=digits(code))
        if value is not None and abs(value) != _sum(name, lines):
            told = about.texts[f"total_{name}"]
            found.append(_differs(about, place, header=told, value=value, found=_sum(name, lines), currency=code))
        count = about.count(name)
        have = lines.filter(pl.col("amount") < 0 if name == "out" else pl.col("amount") > 0).height
        if count is not None and count != have:
            facts: Mapping[str, Fact] = {"told": count, "found": have}
            found.append(
                Problem("bank.table.count_may_differ", place, facts)
                if about.loose
                else Problem("bank.table.count_differs", place, facts)
            )
    return found


def _differs(about: About, place: str, *, header: str, value: int, found: int, currency: str) -> Problem:
    facts: Mapping[str, Fact] = {
        "total": header,
        "told": str(decimal(value, currency)),
        "found": str(decimal(found, currency)),
        "currency": currency,
    }
    if about.loose:
        return Problem("bank.table.total_may_differ", place, facts)
    return Problem("bank.table.total_differs", place, facts)


BLOCKING: Sequence[str] = (
    "bank.table.total_differs",
    "bank.table.count_differs",
    "bank.table.balance_breaks",
    "bank.table.opening_differs",
    "bank.table.closing_differs",
    "bank.table.above_header",
)
"""Codes for which a statement has to go into quarantine: by its own word it is not whole."""
