"""Sheets: files to fill in where a system exports none, with the columns that are needed and what goes into each."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from xlsxwriter import Workbook

from solvent.files.language import Language

KINDS = ("xlsx", "csv")


@dataclass(frozen=True)
class Cell:
    """One column: its English heading, what goes into it, an example, and whether a row may do without."""

    head: str
    hint: str
    example: str
    needed: bool = True


@dataclass(frozen=True)
class Sheet:
    """One file. says: what it is of. above: lines before the table, each a name and an example to put beside it."""

    says: str
    columns: Sequence[Cell]
    above: Sequence[Cell] = ()


_DAY = "as 2026-10-31, or as your spreadsheet shows days"
_ISO = "three letters, like CNY, EUR or USD"
SHEETS: Mapping[str, Sheet] = {
    "open-items": Sheet(
        "Open items: every invoice that is not paid yet, one a row",
        (
            Cell("Customer number", "as your system numbers the customer", "C001"),
            Cell("Customer name", "as registered; it joins bank lines to customers", "Lantern Ltd"),
            Cell("Invoice number", "each once", "F1001"),
            Cell("Invoice date", _DAY, "2026-01-05"),
            Cell("Due date", _DAY, "2026-02-04"),
            Cell("Currency", _ISO, "CNY"),
            Cell("Amount", "what is still open, with tax; credit notes with a minus", "1200.00"),
        ),
    ),
    "receipts": Sheet(
        "Receipts: money that came from customers, one a row; a year or more teaches when each pays",
        (
            Cell("Customer number", "as in the open items", "C001"),
            Cell("Customer name", "as registered; it joins bank lines to customers", "Lantern Ltd"),
            Cell("Receipt number", "each once", "R1001"),
            Cell("Receipt date", _DAY, "2026-02-03"),
            Cell("Currency", _ISO, "CNY"),
            Cell("Amount", "what came", "1200.00"),
            Cell("Invoice number", "which invoice it paid, where you know it", "F1001", needed=False),
        ),
    ),
    "bank-statement": Sheet(
        "Bank statement of one account, one movement a row; the balance after each makes the cash line",
        (
            Cell("Booking date", _DAY, "2026-02-03"),
            Cell("Money in", "what came; empty where money went", "2000.00", needed=False),
            Cell("Money out", "what went, without a minus", "", needed=False),
            Cell("Balance", "of the account after this movement", "3000.00"),
            Cell("Counterparty", "who paid or was paid", "Lantern Ltd", needed=False),
            Cell("Description", "as the bank prints it; invoice numbers in it are found", "F1001", needed=False),
        ),
        above=(
            Cell("Account number:", "of your account, beside this word", "6222000011112222"),
            Cell("Currency:", _ISO, "CNY"),
        ),
    ),
}
"""The files by name, in the order in which they are worth filling in."""


def filled(sheet: Sheet, language: Language, kind: str, rows: Sequence[Sequence[str]] = ()) -> bytes:
    """The file with its headings in the reader's language.

    Args:
        kind: ``xlsx``, with a hint on each heading, or ``csv``.
        rows: what to put into it; none: it is to be filled in. The first cells go beside the lines above the table.
    """
    beside = list(rows[0]) if rows and sheet.above else [""] * len(sheet.above)
    body = rows[1:] if rows and sheet.above else rows
    above = [(language.say(cell.head), told) for cell, told in zip(sheet.above, beside)]
    heads = [language.say(cell.head) for cell in sheet.columns]
    if kind == "csv":
        page = io.StringIO()
        csv.writer(page).writerows([*above, heads, *body])
        return ("\ufeff" + page.getvalue()).encode()
    memory = BytesIO()
    with Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, text, page = book.add_format({"bold": True}), book.add_format({"num_format": "@"}), book.add_worksheet()
        for place, (name, told) in enumerate(above):
            page.write_string(place, 0, name, bold)
            page.write_string(place, 1, told, text)
            page.write_comment(place, 0, language.say(sheet.above[place].hint))
        for column, head in enumerate(heads):
            page.write_string(len(above), column, head, bold)
            page.write_comment(len(above), column, language.say(sheet.columns[column].hint))
            for place, row in enumerate(body):
                page.write_string(len(above) + 1 + place, column, row[column])
        page.set_column(0, len(heads) - 1, 18)
        page.freeze_panes(len(above) + 1, 0)
    return memory.getvalue()
