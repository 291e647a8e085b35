"""Workbook: worksheets of every kind as rows of texts, after the file has been looked through."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from solvent.base.problem import Fact, Problem
from solvent.intake.ledger.reading.archive import Errors, extents, members, whole
from solvent.intake.ledger.reading.compound import MAGIC, plain_workbook
from solvent.intake.ledger.reading.desk import Table
from solvent.intake.ledger.reading.page import page_tables
from solvent.intake.ledger.reading.raw import Raw, raw_of
from solvent.intake.ledger.reading.sheet_xml import open_document, single_file
from solvent.intake.limits import Limits, Refused

_LOST = 10**15
"""From here on a double does not hold every whole number: what was typed as one has lost its last digits."""
_SECOND = timedelta(milliseconds=500)


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes: zip, compound, page, xml, text, or the name of something else.

    >>> kind_of(b"PK\\x03\\x04.."), kind_of(b"<html><table>"), kind_of(b"%PDF-1.7"), kind_of(b"a,b")
    ('zip', 'page', 'pdf', 'text')
    """
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    start = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "xml"
    if re.match(rb"<(!doctype\s+html|html|head|meta|body|table|style|div|!--)|mime-version:", start):
        return "page"
    return "text"


_MAGIC = {
    b"PK\x03\x04": "zip",
    MAGIC: "compound",
    b"%PDF": "pdf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"\x1f\x8b": "archive",
    b"Rar!": "archive",
    b"7z\xbc\xaf": "archive",
    b"PAR1": "parquet",
    b"SQLite format 3": "database",
}


def workbook_grids(name: str, data: bytes, kind: str, limits: Limits) -> tuple[list[Raw], list[Problem]]:
    """Every worksheet that has a cell, and what stood in the way of others.

    Args:
        kind: zip, compound, page or xml, as ``kind_of`` says.

    Raises:
        Refused: the file as a whole cannot be read.
    """
    if kind in ("page", "xml"):
        if len(data) > limits.markup_bytes:
            raise Refused(Problem("intake.file.too_large", name, {"limit": limits.markup_bytes, "unit": "bytes"}))
        return list(_in_markup(name, data, kind, limits)), []
    if kind == "compound":
        plain, faults = plain_workbook(name, data, limits)
        return _read(name, plain, faults, limits)
    inside = members(name, data, limits)
    if "content.xml" in inside and "xl/workbook.xml" not in inside:
        content = whole(name, data, inside["content.xml"], limits)
        return _laid(open_document(name, content, limits), limits, typed=True), []
    if "[Content_Types].xml" not in inside:
        raise Refused(Problem("intake.file.kind", name, {"kind": "archive"}))
    measured = extents(name, data, limits)
    order = _sheet_paths(name, data, limits)
    return _read(name, data, [measured[path].errors if path in measured else {} for path in order], limits)


@lru_cache(maxsize=1)  # a file is asked for its tables by everybody who may know what it is; the last one is kept
def _in_markup(name: str, data: bytes, kind: str, limits: Limits) -> tuple[Raw, ...]:
    """Every table of a page or of a workbook in one XML file."""
    tables = page_tables(name, data, limits) if kind == "page" else single_file(name, data, limits)
    return tuple(_laid(tables, limits, typed=kind == "xml"))


def _laid(tables: Sequence[Table], limits: Limits, *, typed: bool) -> list[Raw]:
    """Tables in markup as grids."""
    return [
        raw_of(table.name, rows.__iter__, typed=typed, limits=limits) for table in tables if (rows := table.padded())
    ]


def _sheet_paths(name: str, data: bytes, limits: Limits) -> list[str]:
    """The archive paths of the worksheets in the order of the workbook, as far as they can be told."""
    inside = members(name, data, limits)
    if "xl/workbook.xml" not in inside or "xl/_rels/workbook.xml.rels" not in inside:
        return []
    found: dict[str, list[dict[str, str]]] = {"sheet": [], "Relationship": []}

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local in found:
            found[local].append({key.rpartition(":")[2]: value for key, value in attributes.items()})

    for path in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        try:
            parser.Parse(whole(name, data, inside[path], limits), True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Refused(Problem("intake.file.unreadable", name, {"kind": "xml"})) from error
    targets = {link.get("Id", ""): link.get("Target", "") for link in found["Relationship"]}
    paths = [targets.get(sheet.get("id", ""), "") for sheet in found["sheet"]]
    return [path.removeprefix("/") if path.startswith("/") else f"xl/{path}" for path in paths]


def _read(name: str, data: bytes, faults: Sequence[Errors], limits: Limits) -> tuple[list[Raw], list[Problem]]:
    """The worksheets of a checked workbook. ``faults``: the error cells of each sheet, in the workbook's order."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        listed = book.sheets_metadata
    except PasswordError as error:
        raise Refused(Problem("intake.file.encrypted", name)) from error
    except BaseException as error:
        if not _foreign(error):
            raise
        raise Refused(Problem("intake.file.unreadable", name, {"kind": "workbook"})) from error
    if len(listed) > limits.sheets:
        facts: dict[str, Fact] = {"sheets": len(listed), "limit": limits.sheets}
        raise Refused(Problem("intake.file.too_many_sheets", name, facts))
    grids: list[Raw] = []
    problems: list[Problem] = []
    for position, sheet in enumerate(listed):
        if sheet.typ not in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
            continue
        try:
            page = book.get_sheet_by_index(position)
            if page.height:
                grids.append(_grid(page, faults[position] if position < len(faults) else {}, limits))
        except BaseException as error:
            if not _foreign(error):
                raise
            problems.append(Problem("intake.sheet.unreadable", f"{name}!{sheet.name}"))
    return grids, problems


def _foreign(error: BaseException) -> bool:
    """True for what the workbook reader throws at broken bytes; its panics are no ordinary exceptions."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _grid(page: CalamineSheet, faults: Errors, limits: Limits) -> Raw:
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), said in faults.items():
        by_row.setdefault(row, {})[column] = said
    left = page.start[1] if page.start else 0
    blank = [""] * page.width

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for number, cells in enumerate(page.iter_rows(), start=1):
            if cells == blank and number not in by_row:
                continue
            texts = [_TEXT[type(cell)](cell) for cell in cells]
            for column, said in by_row.get(number, {}).items():
                if 0 <= column - 1 - left < len(texts):
                    texts[column - 1 - left] = said
            yield number, texts

    return raw_of(page.name, rows, typed=True, limits=limits)


def _number(value: float) -> str:
    """A number as text: whole ones without a point, and from 10^15 on with an exponent, for their end is lost."""
    if not isfinite(value):
        return "#NUM!"
    if abs(value) >= _LOST:
        return f"{Decimal(repr(value)).normalize():E}".lower()
    return str(int(value)) if value == int(value) else repr(value)


def _moment(value: datetime) -> str:
    shown = (value + _SECOND).replace(microsecond=0).isoformat(" ")
    return shown.removesuffix(" 00:00:00")


_TEXT: Mapping[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: _number,
    bool: lambda value: "TRUE" if value else "FALSE",
    date: date.isoformat,
    datetime: _moment,
    time: lambda value: value.isoformat("seconds"),
    timedelta: str,
}
