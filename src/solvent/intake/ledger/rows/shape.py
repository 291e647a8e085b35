"""Shape: sheets that tell a row's day or customer beside the row, brought into one row, one record.

Account books print the year above the columns 月 and 日; reports put the customer on a line of its own above its rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from solvent.intake.intake import Reading
from solvent.intake.ledger.fields import KINDS, plain
from solvent.intake.ledger.grid import Sheet
from solvent.intake.ledger.header import is_day, is_number
from solvent.intake.ledger.words import meanings

_OF_DOCUMENT = (
    *("invoice_id", "issued_on", "customer_id", "customer_name", "currency", "document_type", "terms", "status"),
    *("salesperson", "region", "industry", "country", "group_id", "order_id", "delivery_id", "applies_to"),
)
CUSTOMER, DAY = "客户", "日期"
"""The header texts of the columns that are added; both are words that we know."""
_LABEL = (
    r"(?:客户|客户名称|客户编[码号]|往来单位|往来单位名称|往来客户|购货单位|付款单位|对方单位|欠款单位|"
    r"customer|customer (?:name|account|no\.?|number)|client|debtor|debitor|kunde|kundennummer)"
)
_NAMED = re.compile(rf"^\W*{_LABEL}(?:\s*:\s*|\s+(?=\d))(.*)$", re.IGNORECASE)
_ONLY_LABEL = re.compile(rf"^\W*{_LABEL}\s*:?$", re.IGNORECASE)
_FEW_CELLS = 6
"""A line above the header with more cells is no label but a header that was passed over."""
_SUBJECT = re.compile(r"应收账款[-_—/\\]+(\S+)")
_LABEL_AFTER = re.compile(r"\s{2,}|\s+\S{1,8}[:：]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|[-./]\d{1,2})")
_MONTH_COLUMN = re.compile(r"^(?:(?:19|20)\d{2}年?)?(?:月份?|month)$")
_DAY_COLUMN = re.compile(r"^(?:(?:19|20)\d{2}年?)?(?:日|day)$")
_YEAR_COLUMN = re.compile(r"^(?:年度?|year)$")


def shaped(sheet: Sheet) -> Sheet:
    """The sheet with a column for the day and one for the customer where they stood elsewhere."""
    return _by_customer(_with_day(sheet))


def _with_day(sheet: Sheet) -> Sheet:
    """One column of days out of columns for year, month and day; the year may stand in the header or above it."""
    year, month, day = (
        next((text for text in sheet.columns if pattern.match(plain(text))), None)
        for pattern in (_YEAR_COLUMN, _MONTH_COLUMN, _DAY_COLUMN)
    )
    if month is None or day is None or DAY in sheet.columns:
        return sheet
    above = (text for line in (sheet.columns, *sheet.preamble) for text in line)
    told = next((match.group(1) for match in map(_YEAR.search, above) if match), None)
    years = pl.col(year).fill_null(strategy="forward") if year else pl.lit(told, dtype=pl.String)
    parts = (_figure(years, 4), _figure(pl.col(month).fill_null(strategy="forward"), 2), _figure(pl.col(day), 2))
    return _with_column(sheet, sheet.rows.with_columns(pl.concat_str(parts, separator="-").alias(DAY)), DAY)


def _figure(cell: pl.Expr, width: int) -> pl.Expr:
    """The number in a cell such as 8, 8.0 or 8月, filled with zeros; another text as it stands."""
    return pl.coalesce(cell.str.extract(r"^(\d{1,4})(?:\.0+)?\s*[年月日]?$").str.zfill(width), cell)


def continued(sheet: Sheet, reading: Reading) -> Sheet:
    """The sheet with further lines of a document under its number, day and customer, where only its first line has
    them: a line has an amount, and all three are empty.
    """
    keys = [reading.header(name) for name in ("invoice_id", "issued_on", "customer_id", "customer_name")]
    known = [header for header in keys if header is not None]
    sums = [text for text, meant in reading.mapping.items() if KINDS[meant] == "amount"]
    if keys[0] is None or keys[1] is None or len(known) < 3 or not sums:
        return sheet
    more = pl.all_horizontal(pl.col(known).is_null()) & pl.any_horizontal(pl.col(sums).is_not_null())
    if not sheet.rows.select(more.any()).item():
        return sheet
    repeated = [text for text, meant in reading.mapping.items() if meant in _OF_DOCUMENT]
    if (due := reading.header("due_on")) and sheet.rows.filter(more)[due].null_count() == sheet.rows.filter(
        more
    ).height:
        repeated.append(due)
    rows = sheet.rows.with_columns(
        pl.when(more).then(pl.col(text).fill_null(strategy="forward")).otherwise(text).alias(text) for text in repeated
    )
    return replace(sheet, rows=rows)


def _by_customer(sheet: Sheet) -> Sheet:
    """Customers that stand on a line of their own above their rows, or above the header, as a column.

    A labelled line (客户:甲公司) counts wherever it stands. A bare one counts where the sheet has no such column, the
    line has nothing but the name, and rows of more cells follow it.
    """
    if any(meant.field in ("customer_id", "customer_name") for text in sheet.columns for meant in meanings(text)):
        return sheet
    first = named_above(sheet.preamble)
    columns = pl.col(sheet.columns)
    filled = pl.sum_horizontal(columns.is_not_null())
    told = sheet.rows.with_columns(filled.alias("_filled"), pl.coalesce(columns).alias("_first"))
    lone = told.filter(pl.col("_filled") <= 2)
    names = {
        row: name
        for row, count, cells in zip(lone["_row"], lone["_filled"], lone.select(sheet.columns).iter_rows(), strict=True)
        if (name := _heading(cells, bare=count == 1)) is not None
    }
    full = told.filter(~pl.col("_row").is_in(list(names)))["_row"]
    last = int(full.max() or 0)  # type: ignore[arg-type]
    names = {row: name for row, name in names.items() if row < last}
    if not names and first is None:
        return sheet
    headings = pl.DataFrame(
        {"_row": list(names), CUSTOMER: list(names.values())}, schema={"_row": pl.Int64, CUSTOMER: pl.String}
    )
    rows = sheet.rows.join(headings, on="_row", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col(CUSTOMER).fill_null(strategy="forward").fill_null(pl.lit(first, dtype=pl.String)))
    return _with_column(sheet, rows.join(headings, on="_row", how="anti", maintain_order="left"), CUSTOMER)


def _heading(cells: Sequence[str | None], *, bare: bool) -> str | None:
    """The customer that a line of one or two cells names; None where it is no heading."""
    texts = [unicodedata.normalize("NFKC", cell).strip() for cell in cells if cell is not None]
    named = _labelled(texts, 0)
    if named is not None:
        return named or None
    if not bare or cells[0] is None or is_number(texts[0]) or is_day(texts[0]):
        return None
    return texts[0]


def _labelled(texts: Sequence[str], place: int) -> str | None:
    """What follows a label such as 客户: in a line, in its own cell or the next one; None where there is no label."""
    found = _NAMED.match(texts[place])
    beside = texts[place + 1] if place + 1 < len(texts) else ""
    if not found and not (_ONLY_LABEL.match(texts[place]) and beside):
        return None
    own = found.group(1).strip() if found else ""
    return _LABEL_AFTER.split(own or beside)[0].strip()


def named_above(preamble: Sequence[Sequence[str]]) -> str | None:
    """The customer that a line above the header names; None where none does.

    >>> named_above([["应收账款明细账"], ["客户:甲公司", "币种:人民币"]]), named_above([["科目:应收账款-乙公司"]])
    ('甲公司', '乙公司')
    """
    for line in preamble:
        texts = [unicodedata.normalize("NFKC", cell).strip() for cell in line]
        for place, text in enumerate(texts):
            subject = _SUBJECT.search(text)
            if subject:
                return subject.group(1)
            named = _labelled(texts, place)
            if named and not named.endswith(":") and len(texts) <= _FEW_CELLS:
                return named
    return None


def _with_column(sheet: Sheet, rows: pl.DataFrame, name: str) -> Sheet:
    """The sheet with these rows, which have one column more."""
    empty = pl.lit(None, dtype=pl.String).alias(name)
    columns = (*sheet.columns, name)
    return replace(
        sheet, columns=columns, rows=rows.select("_row", *columns), footers=sheet.footers.with_columns(empty)
    )
