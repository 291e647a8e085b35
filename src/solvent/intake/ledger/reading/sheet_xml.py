"""Sheets in XML: a workbook written as one XML file (SpreadsheetML 2003), and the content of open-document sheets."""

from __future__ import annotations

import re
from xml.parsers import expat

from solvent.base.problem import Problem
from solvent.intake.ledger.reading.desk import Desk, Table
from solvent.intake.limits import Limits, Refused

_MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?Z?$")


def single_file(name: str, data: bytes, limits: Limits) -> list[Table]:
    """The worksheets of a workbook in one XML file.

    Raises:
        Refused: it is no well-formed XML, declares entities, or is too large.
    """
    desk = Desk(name, limits)
    _walk(name, data, _SingleFile(desk))
    return desk.tables


def open_document(name: str, content: bytes, limits: Limits) -> list[Table]:
    """The tables in the ``content.xml`` of an open-document spreadsheet.

    Raises:
        Refused: as ``single_file``.
    """
    desk = Desk(name, limits)
    _walk(name, content, _OpenDocument(desk))
    return desk.tables


class _SingleFile:
    """Worksheet, Row, Cell, Data; Index skips ahead, MergeAcross leaves blanks."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.table = Table("")
        self.row = self.column = self.wide = 0
        self.texts: list[str] = []
        self.inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Worksheet":
            self.table, self.row = self.desk.begin(attributes.get("Name", "")), 0
        elif tag == "Row":
            self.row, self.column, self.wide = max(int(attributes.get("Index", 0)), self.row + 1), 0, 0
        elif tag == "Cell":
            self.column = max(int(attributes.get("Index", 0)), self.column + self.wide + 1)
            self.wide = max(int(attributes.get("MergeAcross", 0)), 0)
        elif tag == "Data":
            self.inside, self.texts = True, []

    def data(self, text: str) -> None:
        if self.inside:
            self.texts.append(text)

    def end(self, tag: str) -> None:
        if tag == "Data" and self.inside and self.desk.tables:
            self.desk.put(self.table, max(self.row, 1), max(self.column, 1) - 1, _MIDNIGHT.sub("", "".join(self.texts)))
        self.inside = self.inside and tag != "Data"


class _OpenDocument:
    """Tables, rows and cells; repeats are written out for filled cells only, as long as there is room."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.table = Table("")
        self.row = 0
        self.high = 1
        self.column = 0
        self.cells: list[tuple[int, int, str]] = []
        self.wide = 1
        self.value = ""
        self.texts: list[str] = []
        self.inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            self.table, self.row = self.desk.begin(attributes.get("name", "")), 0
        elif tag == "table-row":
            self.high, self.column, self.cells = max(int(attributes.get("number-rows-repeated", 1)), 1), 0, []
        elif tag in ("table-cell", "covered-table-cell"):
            self.wide = max(int(attributes.get("number-columns-repeated", 1)), 1)
            self.value, self.texts, self.inside = _value(attributes), [], True
        elif tag == "p" and self.texts:
            self.texts.append("\n")
        elif tag == "annotation":
            self.inside = False

    def data(self, text: str) -> None:
        if self.inside:
            self.texts.append(text)

    def end(self, tag: str) -> None:
        if tag in ("table-cell", "covered-table-cell"):
            text = self.value or "".join(self.texts)
            if text.strip():
                self.cells.append((self.column, self.wide, text))
            self.column += self.wide
            self.inside = False
        elif tag == "annotation":
            self.inside = True
        elif tag == "table-row":
            self.desk.need(self.high * sum(wide for _, wide, _ in self.cells))
            for row in range(self.row + 1, self.row + self.high + 1 if self.cells else 0):
                for column, wide, text in self.cells:
                    for place in range(column, column + wide):
                        self.desk.put(self.table, row, place, text)
            self.row += self.high


def _value(attributes: dict[str, str]) -> str:
    """What a cell holds beside its shown text; a text cell holds nothing else."""
    kind = attributes.get("value-type", "string")
    if kind == "date":
        return _MIDNIGHT.sub("", attributes.get("date-value", ""))
    if kind in ("float", "currency", "percentage"):
        return attributes.get("value", "")
    return attributes.get("boolean-value", "").upper() if kind == "boolean" else ""


def _walk(name: str, data: bytes, sheets: _SingleFile | _OpenDocument) -> None:
    """One pass over the XML; prefixes of names are left out."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: sheets.start(
        tag.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: sheets.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = sheets.data
    try:
        if b"<!DOCTYPE" in data:
            raise ValueError("document type")
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused(Problem("intake.file.unreadable", name, {"kind": "xml"})) from error
