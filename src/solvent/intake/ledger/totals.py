"""Totals: what a file says about itself: its total rows against its rows, and the balance it closes with."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from solvent.base.money import decimal, digits
from solvent.base.problem import Problem
from solvent.intake.intake import Reading
from solvent.intake.ledger.cells.amounts import amounts
from solvent.intake.ledger.format import LISTS
from solvent.intake.ledger.grid import Sheet
from solvent.intake.ledger.rows.sieve import Sieve

_GRAND = re.compile(r"^(合计|总计|总合计|grand total|totals?|sum|summe|gesamt)", re.IGNORECASE)
_PART = re.compile(r"小计|本页|本月|本年|累计|subtotal|sub total|page", re.IGNORECASE)
COUNTED = ("amount", "open_amount", "paid_amount", "booked_amount", "booked_open_amount")

Told = tuple[Sheet, Reading, Sieve, int | None]


def grand_total(sheet: Sheet, reading: Reading, field: str) -> int | None:
    """The amount that the sheet's own last grand-total row gives for a field; None where it gives none."""
    header = reading.header(field)
    if header is None or sheet.footers.is_empty():
        return None
    words = pl.concat_str(pl.exclude("_row").fill_null(""), separator=" ")
    rows = sheet.footers.with_columns(words.alias("words_of_row"))
    grand = [
        row
        for row in rows.iter_rows(named=True)
        if any(_GRAND.match(str(cell).strip()) for name, cell in row.items() if cell is not None and name != "_row")
        and not _PART.search(row["words_of_row"])
    ]
    if not grand or grand[-1][header] is None:
        return None
    unit = reading.units.get(header, reading.unit)
    places = digits(reading.currencies.get(header, reading.currency))
    told = amounts(pl.Series([grand[-1][header]]), mark=reading.mark, digits=places, unit=unit, typed=sheet.typed)
    value = told["value"][0]
    return None if value is None else int(value)


def footer_problems(sheet: Sheet, reading: Reading, sieve: Sieve) -> list[Problem]:
    """Where a total row is not the sum of the column above it, rejected rows included as far as they can be read."""
    problems: list[Problem] = []
    if reading.role not in LISTS or not _one_currency(sieve):
        return problems
    for field in COUNTED:
        header, total = reading.header(field), grand_total(sheet, reading, field)
        if header is None or total is None:
            continue
        unit = reading.units.get(header, reading.unit)
        places = digits(reading.currencies.get(header, reading.currency))
        cells = amounts(sheet.rows[header], mark=reading.mark, digits=places, unit=unit, typed=sheet.typed)
        added = int(cells["value"].sum())
        if added != total:
            code = reading.currency
            facts = {
                "total": f"{decimal(total, code):,f}",
                "added": f"{decimal(added, code):,f}",
                "difference": f"{decimal(abs(total - added), code):,f}",
            }
            problems.append(Problem("intake.footer_mismatch", f"{reading.place}:{header}", facts))
    return problems


def control_total(told: Sequence[Told], tables: dict[str, pl.DataFrame]) -> int | None:
    """What the source itself says stands open, in minor units; None where it says nothing that can be used.

    Closing balances of accounts, or the total row of the open-amount column, or that of the amounts less that of the
    paid amounts. Only where there is one currency, and every sheet with documents says it.
    """
    used = {
        code
        for name in ("open_items", "receipts", "credit_notes")
        if name in tables
        for code in tables[name].get_column("currency").unique()
    }
    counted = [part for part in told if part[1].role in (*LISTS, "account")]
    if len(used) != 1 or not counted:
        return None
    totals = [_sheet_total(part) for part in counted]
    return None if any(total is None for total in totals) else sum(total for total in totals if total is not None)


def _sheet_total(part: Told) -> int | None:
    _, reading, _, closing = part
    if reading.role == "account":
        return closing
    if reading.role != "documents" or reading.header("clearing_id") or reading.header("sign"):
        return None
    open_ = _less_cancelled(part, "open_amount")
    if open_ is not None:
        return open_
    amount, paid = _less_cancelled(part, "amount"), _less_cancelled(part, "paid_amount")
    plain = reading.header("document_type") is None and reading.header("settled_on") is None
    if amount is None or reading.header("open_amount") or not plain:
        return None
    return None if reading.header("paid_amount") and paid is None else amount - (paid or 0)


def _less_cancelled(part: Told, field: str) -> int | None:
    """The grand total of a field without the cancelled documents, where the file counts them in it."""
    sheet, reading, sieve, _ = part
    total, header = grand_total(sheet, reading, field), reading.header(field)
    void = sieve.rejected().filter(pl.col("code") == "intake.row.cancelled").get_column("_row")
    if total is None or header is None or void.is_empty():
        return total
    unit = reading.units.get(header, reading.unit)
    places = digits(reading.currencies.get(header, reading.currency))
    cells = amounts(sheet.rows[header], mark=reading.mark, digits=places, unit=unit, typed=sheet.typed)["value"]
    cancelled = int(cells.filter(sheet.rows["_row"].is_in(void.implode())).sum())
    return total - cancelled if total == int(cells.sum()) else total


def _one_currency(sieve: Sieve) -> bool:
    header = sieve.reading.header("currency")
    return header is None or sieve.rows[header].drop_nulls().n_unique() <= 1
