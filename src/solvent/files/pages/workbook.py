"""Workbook: a document as an Excel file: what it says on the first sheet, and each of its tables on one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from solvent.base.money import decimal, digits
from solvent.documents.content import Document, Table, Value
from solvent.files.language import Language
from solvent.files.pages.told import head_of, sentence, shown, told

FORMS = {"share": "0.0%", "rate": "0.0000%", "days": "#,##0.0", "count": "#,##0", "number": "#,##0.00"}
EXACT = 10**15
"""From here on a spreadsheet would change a figure: it goes out as text."""
LONGEST, NAME = 32_767, 31
"""Characters of a cell, and of a sheet's name."""


def workbook(document: Document, language: Language) -> bytes:
    """The document as a workbook; figures are figures, with the currency beside them where a table has several."""
    place = BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = Workbook(place, safe)
    forms: dict[str, Any] = {"bold": book.add_format({"bold": True, "bottom": 1})}
    _text(book.add_worksheet(language.say("Report")), document, language, forms)
    names: set[str] = {language.say("Report").casefold()}
    for block in document.blocks:
        if isinstance(block, Table):
            caption = sentence(block.caption, block.facts, language) if block.caption else language.say("Table")
            sheet = book.add_worksheet(_name(caption, names))
            _table(_Put(book, sheet, language, forms), block)
    book.close()
    return place.getvalue()


def _text(sheet: Any, document: Document, language: Language, forms: dict[str, Any]) -> None:
    """Title, day and every line of text and figure, one below the other."""
    page = told(document, language)
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 2, 32)
    sheet.write_string(0, 0, page.title, forms["bold"])
    sheet.write_string(1, 0, page.day)
    line = 3
    for part in page.parts:
        if part.kind == "figures":
            for name, cell, base in part.figures:
                for column, text in enumerate((name, cell.text, base)):
                    sheet.write_string(line, column, text[:LONGEST])
                line += 1
        elif part.kind == "heading":
            sheet.write_string(line + 1, 0, part.text[:LONGEST], forms["bold"])
            line += 2
        else:
            for text in part.lines or ([f"{part.mark} {part.text}".strip()] if part.kind == "paragraph" else []):
                sheet.write_string(line, 0, text[:LONGEST])
                line += 1


@dataclass(frozen=True)
class _Put:
    """A sheet that is being written, and the forms of figures that its book knows."""

    book: Any
    sheet: Any
    language: Language
    forms: dict[str, Any]

    def form(self, form: str) -> Any:
        """A form of figures, made once."""
        if form not in self.forms:
            self.forms[form] = self.book.add_format({"num_format": form})
        return self.forms[form]

    def cell(self, at: tuple[int, int], cell: Value, *, plain: bool) -> None:
        """One cell; plain: the currency stands in the heading, so an amount is a figure alone."""
        value = cell.value
        if value is None:
            return
        if cell.kind == "money" and plain and isinstance(value, int) and abs(value) < EXACT:
            places = digits(cell.currency)
            form = "#,##0" + ("." + "0" * places if places else "")
            self.sheet.write_number(*at, float(decimal(value, cell.currency)), self.form(form))
        elif isinstance(value, date):
            self.sheet.write_datetime(*at, value, self.form("yyyy-mm-dd"))
        elif cell.kind in FORMS and isinstance(value, (int, float)) and abs(value) < EXACT:
            self.sheet.write_number(*at, value, self.form(FORMS[cell.kind]))
        else:
            self.sheet.write_string(*at, shown(cell, self.language)[:LONGEST])


def _table(put: _Put, table: Table) -> None:
    sheet, language, bold = put.sheet, put.language, put.forms["bold"]
    currencies = {
        cell.currency for row in table.rows for cell in row if cell.kind == "money" and cell.value is not None
    }
    one = currencies.pop() if len(currencies) == 1 else ""
    sheet.freeze_panes(1, 1)
    for number, head in enumerate(table.columns):
        text = head_of(head, language)
        money = one and any(row[number].kind == "money" for row in table.rows)
        sheet.write_string(0, number, f"{text}, {language.currency(one)}" if money else text, bold)
        sheet.set_column(number, number, 32 if number == 0 else 18)
    for line, row in enumerate(table.rows, start=1):
        for number, cell in enumerate(row):
            put.cell((line, number), cell, plain=bool(one))
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _name(caption: str, taken: set[str]) -> str:
    """A name that a sheet may have and no other has."""
    plain = "".join(" " if one in "[]:*?/\\" else one for one in caption).strip().strip("'")[:NAME] or "-"
    name, number = plain, 2
    while name.casefold() in taken:
        tail = f" {number}"
        name, number = plain[: NAME - len(tail)] + tail, number + 1
    taken.add(name.casefold())
    return name
