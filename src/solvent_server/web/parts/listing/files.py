"""Files: a list as CSV or as an Excel workbook: exact figures, safe cells, the reader's own headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote

import polars as pl
from django.http import HttpResponse
from xlsxwriter import Workbook

from solvent.base.money import UNKNOWN, decimal, digits
from solvent.files.language import Language
from solvent_server.web.parts.listing.columns import Column, Lister

KINDS = ("csv", "xlsx")
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 50_000
"""Rows of a workbook at most; a list that is longer is told so in it, and the CSV has all."""
EXACT = 10**15
"""From here on a spreadsheet, which keeps 15 digits, would change a figure: it goes out as text."""
LONGEST = 32_767
"""Characters that one cell of a workbook may hold."""
FORMS = {"share": "0.0%", "days": "#,##0.0", "count": "#,##0", "number": "#,##0.00", "day": "yyyy-mm-dd"}
About = Sequence[tuple[str, str]]


def file_of(
    kind: str, rows: pl.DataFrame, lister: Lister, language: Language, *, name: str, about: About
) -> HttpResponse:
    """The list as a file.

    Args:
        kind: one of KINDS. rows: what is in it, in order. about: whose list it is, of which day and with which filter;
            the second sheet of a workbook.
    """
    if kind == "xlsx":
        return _response(_workbook(rows, lister, language, about), XLSX, f"{name}.xlsx")
    return _response(_csv(rows, lister, language), CSV, f"{name}.csv")


def _response(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    plain = name.encode("ascii", "ignore").decode().replace('"', "")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response


def _csv(rows: pl.DataFrame, lister: Lister, language: Language) -> bytes:
    """Columns are told as a whole, so that a million rows take seconds."""
    told = rows.select(
        _text(column, rows, lister, language).alias(str(place)) for place, column in enumerate(lister.columns)
    )
    heads = pl.DataFrame([pl.Series(str(place), [language.say(column.head)]) for place, column in
                          enumerate(lister.columns)])  # fmt: skip
    page = pl.concat([heads, told]).write_csv(include_header=False, line_terminator="\r\n")
    return b"\xef\xbb\xbf" + page.encode("utf-8")


def _text(column: Column, rows: pl.DataFrame, lister: Lister, language: Language) -> pl.Expr:
    """A column as text for a spreadsheet: exact, ungrouped, and nothing that it would run."""
    value = pl.col(column.name)
    if column.kind == "money":
        return _decimals(column.name, rows, lister).fill_null("")
    if column.kind == "day":
        return value.cast(pl.Date).dt.strftime("%Y-%m-%d").fill_null("")
    text = value.cast(pl.String)
    if column.kind in ("code", "grade", "tier"):
        there = rows.get_column(column.name).cast(pl.String).drop_nulls().unique().to_list()
        words = {one: language.say(column.words.get(one, one)) for one in there}
        text = text.replace_strict(words, default=None, return_dtype=pl.String) if words else text
    if column.kind in RUN_KINDS:
        text = pl.when(_runs(text)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)
    return text.fill_null("")


RUN_KINDS = frozenset({"text", "code", "grade", "tier"})


def _runs(text: pl.Expr) -> pl.Expr:
    """What a spreadsheet would run, blanks before it or not."""
    return text.str.strip_chars_start(" ").str.contains(r"^[=+\-@\t\r]").fill_null(value=False)


def _decimals(name: str, rows: pl.DataFrame, lister: Lister) -> pl.Expr:
    """Minor units as decimal text, each row with the decimals of its own currency."""
    amount = pl.col(name).cast(pl.Int64)
    if lister.currency:
        return _decimal(amount, digits(lister.currency))
    if "currency" not in rows.columns:
        return _decimal(amount, digits(UNKNOWN))
    used = rows.get_column("currency").cast(pl.String).drop_nulls().unique().to_list()
    by_places: dict[int, list[str]] = {}
    for currency in used:
        by_places.setdefault(digits(currency), []).append(currency)
    told = _decimal(amount, digits(UNKNOWN))
    for places, currencies in by_places.items():
        told = pl.when(pl.col("currency").cast(pl.String).is_in(currencies)).then(_decimal(amount, places)).otherwise(
            told
        )  # fmt: skip
    return told


def _decimal(amount: pl.Expr, places: int) -> pl.Expr:
    if not places:
        return amount.cast(pl.String)
    size = 10**places
    whole, rest = amount.abs() // size, amount.abs() % size
    sign = pl.when(amount < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, whole.cast(pl.String), pl.lit("."), rest.cast(pl.String).str.zfill(places))


@dataclass(frozen=True)
class _Sheet:
    """One sheet that is being written, in whose words, and the forms of figures that its book knows so far."""

    book: Any
    sheet: Any
    lister: Lister
    language: Language
    forms: dict[str, Any] = field(default_factory=dict)

    def form(self, form: str) -> Any:
        """A form of figures, made once."""
        if form not in self.forms:
            self.forms[form] = self.book.add_format({"num_format": form})
        return self.forms[form]

    def cell(self, at: tuple[int, int], column: Column, row: Mapping[str, Any]) -> None:
        """One cell by its kind: figures as figures with their form, texts as texts whatever they look like."""
        value = row[column.name]
        if value is None:
            return
        if column.kind == "money":
            self.money(at, int(value), self.lister.currency or str(row.get("currency") or UNKNOWN))
        elif column.kind == "day":
            self.sheet.write_datetime(*at, value, self.form(FORMS["day"]))
        elif column.kind in FORMS and abs(value) < EXACT:
            self.sheet.write_number(*at, value, self.form(FORMS[column.kind]))
        else:
            words = column.kind in ("code", "grade", "tier")
            text = self.language.say(column.words.get(str(value), str(value))) if words else str(value)
            self.sheet.write_string(*at, text[:LONGEST])

    def money(self, at: tuple[int, int], value: int, currency: str) -> None:
        """An amount with the decimals of its currency."""
        places = digits(currency)
        if abs(value) < EXACT:
            form = "#,##0" + ("." + "0" * places if places else "")
            self.sheet.write_number(*at, float(decimal(value, currency)), self.form(form))
        else:
            self.sheet.write_string(*at, str(decimal(value, currency)))


def _workbook(rows: pl.DataFrame, lister: Lister, language: Language, about: About) -> bytes:
    """Two sheets: the list, with headings that stay in sight and can be filtered, and what it is a list of."""
    say, place = language.say, BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(place, {**safe, "constant_memory": True, "default_date_format": FORMS["day"]})
    sheet, told = book.add_worksheet(say("List")), book.add_worksheet(say("About this list"))
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 1)
    for number, column in enumerate(lister.columns):
        sheet.set_column(number, number, 26 if column.kind == "text" else 16)
        sheet.write_string(0, number, say(column.head), bold)
    part, written = rows.head(MOST), _Sheet(book, sheet, lister, language)
    for line, row in enumerate(part.iter_rows(named=True), start=1):
        for number, column in enumerate(lister.columns):
            written.cell((line, number), column, row)
    sheet.autofilter(0, 0, part.height, max(len(lister.columns) - 1, 0))
    lines = [*about, (say("Rows"), language.count(rows.height))]
    if part.height < rows.height:
        short = say(
            "Only the first {count} rows are here. The CSV has all of them.", count=language.count(MOST)
        )  # fmt: skip
        lines.append((say("Not all"), short))
        told.activate()
    told.set_column(0, 0, 24)
    told.set_column(1, 1, 70)
    for line, (head, text) in enumerate(lines):
        told.write_string(line, 0, head, bold)
        told.write_string(line, 1, text[:LONGEST])
    book.close()
    return place.getvalue()
