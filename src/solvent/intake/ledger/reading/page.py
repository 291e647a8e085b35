"""Page: tables in HTML, which many programs write under a workbook's name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from html.parser import HTMLParser

from solvent.base.problem import Problem
from solvent.intake.ledger.reading.desk import Desk, Table
from solvent.intake.ledger.reading.encoding import encoding_of
from solvent.intake.limits import Limits, Refused

_CHARSET = re.compile(
    rb"""charset\s*=\s*["']?(gb2312|gbk|gb18030|big5|shift_jis|euc-kr|windows-125[0-8]|iso-8859-[1-9])\b""",
    re.IGNORECASE,
)
_WIDEST = 300


def page_tables(name: str, data: bytes, limits: Limits) -> list[Table]:
    """The tables of a page, or of a mail that wraps one; a table of a line or two is the heading of the next one.

    Raises:
        Refused: it cannot be read, or is too large.
    """
    desk = Desk(name, limits)
    reader = _Reader(desk)
    try:
        reader.feed(_text(data))
        reader.close()
        reader.finish()
    except (AssertionError, ValueError, RecursionError) as error:
        raise Refused(Problem("intake.file.unreadable", name, {"kind": "html"})) from error
    joined: list[Table] = []
    heading: list[list[str]] = []
    for table in desk.tables:
        rows = [cells for _, cells in table.rows]
        if len(rows) <= 2 and table is not desk.tables[-1]:
            heading += rows
        else:
            joined.append(Table("", list(enumerate([*heading, *rows], start=1))))
            heading = []
    return joined


def _text(data: bytes) -> str:
    """The characters of a page, out of the mail around it; what it declares counts where its bytes leave a doubt."""
    if data.lstrip()[:13].lower() == b"mime-version:":
        for part in message_from_bytes(data).walk():
            body = part.get_payload(decode=True)
            if part.get_content_type() == "text/html" and isinstance(body, bytes):
                data = body
                break
    codec, skip = encoding_of(data)
    declared = _CHARSET.search(data[:4096])
    label = declared.group(1).decode().lower() if declared else ""
    if codec in ("cp1252", "cp950") and label:
        codec = "gb18030" if label in ("gb2312", "gbk") else label
    return data[skip:].decode(codec, "replace").replace("\0", "")


@dataclass
class _Place:
    """Where in a table we are. ``covered``: for columns under a cell that spans rows, the last row it covers."""

    table: Table
    row: int = 0
    column: int = 0
    wide: int = 1
    inside: bool = False
    texts: list[str] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)

    def start(self, wide: int, high: int) -> None:
        self.row = max(self.row, 1)
        while self.covered.get(self.column, 0) >= self.row:
            self.column += 1
        self.inside, self.wide = True, wide
        if high > 1:
            for column in range(self.column, self.column + wide):
                self.covered[column] = self.row + high - 1


class _Reader(HTMLParser):
    """Rows and cells of every table; a span leaves blank cells behind."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(convert_charrefs=True)
        self.desk = desk
        self.places: list[_Place] = []
        self.muted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self.muted += 1
        elif tag == "table":
            self.places.append(_Place(self.desk.begin()))
        elif self.places and tag == "tr":
            self._end_cell()
            self.places[-1].row, self.places[-1].column = self.places[-1].row + 1, 0
        elif self.places and tag in ("td", "th"):
            self._end_cell()
            spans = dict(attrs)
            self.places[-1].start(_span(spans.get("colspan")), _span(spans.get("rowspan")))
        elif self.places and tag in ("br", "p", "div") and self.places[-1].texts:
            self.places[-1].texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self.muted = max(0, self.muted - 1)
        elif tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self.places:
            self.places.pop()

    def handle_data(self, data: str) -> None:
        if self.places and self.places[-1].inside and not self.muted:
            self.places[-1].texts.append(data)

    def finish(self) -> None:
        """Put down what stands in tables that nobody closed."""
        while self.places:
            self._end_cell()
            self.places.pop()

    def _end_cell(self) -> None:
        place = self.places[-1] if self.places else None
        if place is not None and place.inside:
            self.desk.put(place.table, place.row, place.column, "".join(place.texts))
            place.column += place.wide
            place.inside, place.texts = False, []


def _span(text: str | None) -> int:
    """A number of columns or rows; 1 where it is none."""
    return min(max(int(text), 1), _WIDEST) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1
