"""Archive: a workbook's zip file looked through before a reader may unpack it."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import ascii_uppercase
from xml.parsers import expat

import polars as pl

from solvent.base.problem import Fact, Problem
from solvent.intake.limits import Limits, Refused

Errors = dict[tuple[int, int], str]
"""Cells that hold an error (#N/A, #REF!), by row and column from 1: readers hand them over as empty."""

_PIECE = 1 << 20
_TAIL = 1 << 16
_LARGE = 10_000_000
"""Bytes under which nobody looks at the packing ratio: a few kilobytes of zeros harm nobody."""
_NESTED = (".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".7z", ".rar", ".gz", ".tar", ".jar")
_SHEETS = "xl/worksheets/"
_UNUSUAL = re.compile(rb"<!DOCTYPE|[<:]c[>/\t\n\r]|:c ")
_PLAIN = r'^r="[A-Z]{1,3}[0-9]{1,7}"(?: (?:[a-qs-zA-Z:][a-zA-Z:]*|r[a-zA-Z:]+)="[^"<>&]*")* ?/?>'
_ONE = ("[Content_Types].xml", "content.xml", "OFD.xml", "mimetype")
"""What stands in an archive that is one document by itself; no honest one has another archive in it."""
_ERROR = re.compile(r'^r="([A-Z]+)([0-9]+)"[^<>]* t="e"[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<>]*</f>)?<v>([^<>]*)</v>')
_COUNT = re.compile(rb"uniqueCount\s*=\s*[\"'](\d+)")


@dataclass
class Extent:
    """How far the filled cells of one sheet reach, how many there are, and which of them hold errors."""

    rows: int = 0
    columns: int = 0
    filled: int = 0
    errors: Errors = field(default_factory=dict)

    def reach(self, row: int, column: int, filled: int = 1) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        self.filled += filled

    def check(self, name: str, limits: Limits) -> None:
        """Refuse a rectangle that would not fit into memory, or a large one with hardly anything in it."""
        cells = self.rows * self.columns
        if cells > limits.cells or (cells > limits.sparse_cells and cells > limits.sparsity * self.filled):
            facts: dict[str, Fact] = {"fault": "sparse", "rows": self.rows, "columns": self.columns}
            raise Refused(Problem("intake.file.unsafe", name, facts))


def members(name: str, data: bytes, limits: Limits) -> Mapping[str, zipfile.ZipInfo]:
    """The archive's files by path.

    Raises:
        Refused: the archive is broken, encrypted, too large once unpacked, or tries something.
    """
    try:
        found = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception as error:  # the bytes are anybody's: whatever the reader trips over, the file is broken
        raise Refused(Problem("intake.file.unreadable", name, {"kind": "zip"})) from error
    large = [info for info in found if info.file_size > _LARGE]
    outside = sum(info.file_size for info in found if not info.filename.startswith(_SHEETS))
    faults = {
        "members": len(found) > limits.members,
        "path": any(_astray(info.filename) for info in found),
        "link": any(stat.S_ISLNK(info.external_attr >> 16) for info in found),
        "doubled": len({info.filename.lower() for info in found}) < len(found),
        "ratio": any(info.file_size > limits.ratio * info.compress_size for info in large),
        "unpacked": outside > limits.unpacked_bytes or any(info.file_size > limits.sheet_bytes for info in found),
        "packing": any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in found),
    }
    if any(info.flag_bits & 1 for info in found):
        raise Refused(Problem("intake.file.encrypted", name))
    for fault, there in faults.items():
        if there:
            raise Refused(Problem("intake.file.unsafe", name, {"fault": fault}))
    nested = next((info.filename for info in found if info.filename.lower().endswith(_NESTED)), None)
    if nested is not None and any(info.filename in _ONE for info in found):
        raise Refused(Problem("intake.file.unsafe", name, {"fault": "nested"}))
    if nested is not None:
        raise Refused(Problem("intake.file.nested", name, {"member": nested[-120:]}))
    return {info.filename: info for info in found}


def _astray(path: str) -> bool:
    return path.startswith(("/", "\\")) or ":" in path or ".." in re.split(r"[/\\]", path)


def unpacked(name: str, data: bytes, info: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """A member's bytes, piece by piece; what the archive says of its size is not believed.

    Raises:
        Refused: it is broken, or grows beyond what its kind may hold.
    """
    start = info.header_offset
    head = data[start : start + 30]
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise Refused(Problem("intake.file.unreadable", name, {"kind": "zip"}))
    start += 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = memoryview(data)[start : start + info.compress_size]
    most = limits.sheet_bytes if info.filename.startswith(_SHEETS) else limits.unpacked_bytes
    grown = 0
    for piece in _inflated(packed, info.compress_type == zipfile.ZIP_STORED):
        if piece is None:
            raise Refused(Problem("intake.file.unreadable", name, {"kind": "zip"}))
        grown += len(piece)
        if grown > most or (grown > _LARGE and grown > limits.ratio * info.compress_size):
            raise Refused(Problem("intake.file.unsafe", name, {"fault": "ratio" if grown <= most else "unpacked"}))
        yield piece


def _inflated(packed: memoryview, stored: bool) -> Iterator[bytes | None]:
    """Pieces of at most a megabyte; None where the packing is broken."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), _PIECE):
        waiting: bytes | memoryview = packed[start : start + _PIECE]
        if stored:
            yield bytes(waiting)
            continue
        while len(waiting):
            try:
                yield engine.decompress(waiting, _PIECE)
            except zlib.error:
                yield None
                return
            waiting = engine.unconsumed_tail
    if not stored and not engine.eof:
        yield None


def whole(name: str, data: bytes, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """A member's bytes at once."""
    return b"".join(unpacked(name, data, info, limits))


def extents(name: str, data: bytes, limits: Limits) -> dict[str, Extent]:
    """How far each XML member's cells reach, by path; every member is read once to its end.

    A reader sets aside a full rectangle for the filled cells of a sheet. Two cells in far corners would ask for more
    memory than there is and end the process, so the rectangle is measured here first.

    Raises:
        Refused: as ``members`` and ``unpacked``; or a rectangle beyond the limit, or a false count of texts.
    """
    found: dict[str, Extent] = {}
    for path, info in members(name, data, limits).items():
        binary = path.endswith(".bin") and path.startswith(_SHEETS)
        extent = (
            _records(name, whole(name, data, info, limits)) if binary else _quick(unpacked(name, data, info, limits))
        )
        if extent is None:
            extent = _exact(name, unpacked(name, data, info, limits))
        extent.check(name, limits)
        found[path] = extent
    return found


def _quick(pieces: Iterator[bytes]) -> Extent | None:
    """By pattern, where every cell is written as all common programs write it; None where one is not."""
    extent = Extent()
    carried = b""
    size = texts = 0
    for piece in pieces:
        text = carried + piece
        size += len(piece)
        cut = text.rfind(b"<c ")
        if cut < 0 or len(text) - cut > _TAIL:
            cut = max(text.rfind(b"<"), 0)
        text, carried = text[:cut], text[cut:]
        texts = max([texts, *map(int, _COUNT.findall(text))])
        if len(carried) > 4 * _PIECE or not _measured(extent, text):
            return None
    texts = max([texts, *map(int, _COUNT.findall(carried))])
    return extent if texts <= size and _measured(extent, carried) else None


def _measured(extent: Extent, text: bytes) -> bool:
    """The extent widened by a piece of XML; False where something is written in an unusual way."""
    suspect = b"<!" in text or b":c" in text or text.count(b"<c") != text.count(b"<c ")
    if suspect and _UNUSUAL.search(text):
        return False
    cells = pl.Series("cell", text.decode("latin-1").split("<c ")[1:], dtype=pl.String).to_frame()
    cell = pl.col("cell")
    if not cells.select(cell.str.contains(_PLAIN).all()).item():
        return False
    filled = cells.filter(~cell.str.contains(r"^[^>]*/>"))
    if filled.is_empty():
        return True
    place = cell.str.split_exact('"', 1).struct.field("field_1")
    columns = filled.select(place.str.strip_chars_end("0123456789").unique()).to_series().to_list()
    rows = filled.select(place.str.strip_chars_start(ascii_uppercase).cast(pl.Int64).max()).item()
    extent.reach(rows, max(map(_column, columns)), filled.height)
    for text_of_cell in filled.filter(cell.str.contains(' t="e"', literal=True)).to_series().to_list():
        found = _ERROR.match(text_of_cell)
        if found:
            extent.errors[int(found[2]), _column(found[1])] = found[3]
    return True


def _column(letters: str) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class _Walk:
    """The XML of one member walked element by element: slow, and right however it is written."""

    def __init__(self) -> None:
        self.extent = Extent()
        self.row = 0
        self.at = (0, 0)
        self.inside = False
        self.texts = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "row":
            self.row, self.at = int(attributes.get("r", self.row + 1)), (0, 0)
        elif local == "c":
            place = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", attributes.get("r", ""))
            following = (self.row, self.at[1] + 1)
            self.at = (int(place[2]), _column(place[1])) if place else following
            self.inside = True
        elif self.inside:
            self.inside = False
            self.extent.reach(*self.at)
        elif "uniqueCount" in attributes:
            self.texts = max(self.texts, int(attributes["uniqueCount"]))

    def end(self, tag: str) -> None:
        self.inside = False


def _exact(name: str, pieces: Iterator[bytes]) -> Extent:
    """By a parser of XML.

    Raises:
        Refused: it is no well-formed XML, declares entities, or promises more texts than it has bytes.
    """
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            if b"<!DOCTYPE" in piece:
                raise ValueError("document type")
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused(Problem("intake.file.unreadable", name, {"kind": "xml"})) from error
    if walk.texts > size:
        raise Refused(Problem("intake.file.unsafe", name, {"fault": "count"}))
    return walk.extent


def _records(name: str, sheet: bytes) -> Extent:
    """By the records of a sheet in a binary workbook (.xlsb).

    Raises:
        Refused: a record runs beyond the end.
    """
    extent = Extent()
    at = row = 0
    while at < len(sheet):
        kind, at = _number(sheet, at, 2)
        length, at = _number(sheet, at, 4)
        if at + length > len(sheet):
            raise Refused(Problem("intake.file.unreadable", name, {"kind": "xlsb"}))
        if kind == 0:
            row = int.from_bytes(sheet[at : at + 4], "little") + 1
        elif 2 <= kind <= 11:
            column = int.from_bytes(sheet[at : at + 4], "little") + 1
            extent.reach(row, column)
            if kind in (3, 11):
                extent.errors[row, column] = "#N/A"
        at += length
    return extent


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of at most so many bytes, seven bits in each, and where it ends."""
    number = 0
    for place in range(most):
        byte = data[at] if at < len(data) else 0
        number |= (byte & 0x7F) << 7 * place
        at += 1
        if byte < 0x80:
            break
    return number, at
