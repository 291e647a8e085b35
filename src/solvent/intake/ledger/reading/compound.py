"""Compound: an old workbook (.xls) looked through, and its one stream of records laid into a fresh container.

What was checked is what the reader gets: chains of sectors that run in circles, lengths beyond the file and
rectangles larger than the memory never reach it.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from solvent.base.problem import Fact, Problem
from solvent.intake.ledger.reading.archive import Errors, Extent
from solvent.intake.limits import Limits, Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _FREE, _FAT, _LAST = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFA
_BOF, _EOF, _BOUND, _PASS, _EXTENT = 0x0809, 0x000A, 0x0085, 0x002F, 0x0200
_CELLS = {0x0203, 0x0204, 0x00D6, 0x0205, 0x027E, 0x00FD, 0x00BD, 0x0006}
_MANY, _FORMULA, _TRUTH = 0x00BD, 0x0006, 0x0205
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class _BrokenError(Exception):
    """The container does not hold together."""


@dataclass
class _Container:
    """A compound file: sectors, and the table that chains them."""

    data: bytes
    size: int
    table: array[int] = field(default_factory=lambda: array("I"))

    def sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if number > _LAST or start >= len(self.data):
            raise _BrokenError
        return self.data[start : start + self.size]

    def chain(self, number: int) -> bytes:
        """The sectors from this one on; a chain that comes back to itself is broken."""
        parts: list[bytes] = []
        while number != _END:
            if number >= len(self.table) or len(parts) > len(self.table):
                raise _BrokenError
            parts.append(self.sector(number))
            number = self.table[number]
        return b"".join(parts)


def plain_workbook(name: str, data: bytes, limits: Limits) -> tuple[bytes, list[Errors]]:
    """A fresh compound file with the workbook's records alone, and each sheet's error cells in the sheets' order.

    Raises:
        Refused: encrypted, broken, no workbook, or its cells span more than may be read.
    """
    try:
        stream = _stream(name, data)
        errors = _checked(name, stream, limits)
    except (_BrokenError, struct.error, IndexError, OverflowError, ValueError) as error:
        raise Refused(Problem("intake.file.unreadable", name, {"kind": "xls"})) from error
    return contained(bytes(stream)), errors


def _stream(name: str, data: bytes) -> bytearray:
    """The records of the workbook."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise _BrokenError
    box = _Container(data, 1 << shift)
    listed = list(struct.unpack_from("<109I", data, 76))
    following, seen = struct.unpack_from("<I", data, 68)[0], 0
    while following < _LAST and seen <= len(data) // box.size:
        more = array("I", box.sector(following))
        listed, following, seen = listed + list(more[:-1]), more[-1], seen + 1
    for number in listed:
        if number < _LAST and len(box.table) * 4 <= len(data):
            box.table.frombytes(box.sector(number))
    first, mini_first = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 60)[0]
    directory = box.chain(first)
    entries: dict[str, tuple[int, int]] = {}
    for start in range(0, len(directory) - 127, 128):
        label = directory[start : start + 64].decode("utf-16-le", "replace").partition("\0")[0]
        entries.setdefault(label, struct.unpack_from("<II", directory, start + 116))
    if "EncryptedPackage" in entries or "EncryptionInfo" in entries:
        raise Refused(Problem("intake.file.encrypted", name))
    found = next((entries[label] for label in ("Workbook", "Book", "WORKBOOK", "BOOK") if label in entries), None)
    if found is None:
        raise Refused(Problem("intake.file.kind", name, {"kind": "document"}))
    begin, length = found
    if length >= 4096:
        return bytearray(box.chain(begin)[:length])
    root = next(iter(entries.values()))
    small = _Container(b"\0" * 64 + box.chain(root[0]), 64, array("I", box.chain(mini_first)))
    return bytearray(small.chain(begin)[:length])


def _records(stream: bytearray, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, start and length of each record from ``start`` to the end of its part."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        if start + 4 + length > len(stream):
            raise _BrokenError
        yield kind, start + 4, length
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            return
        start += 4 + length


def _checked(name: str, stream: bytearray, limits: Limits) -> list[Errors]:
    """The error cells of each sheet; the extent that a sheet claims for itself is overwritten by a harmless one."""
    sheets: list[int] = []
    for kind, start, length in _records(stream, 0):
        if kind == _PASS and stream[start : start + length].strip(b"\0"):
            raise Refused(Problem("intake.file.encrypted", name))
        if kind == _BOUND:
            sheets.append(struct.unpack_from("<I", stream, start)[0])
    if len(sheets) > limits.sheets:
        said: dict[str, Fact] = {"sheets": len(sheets), "limit": limits.sheets}
        raise Refused(Problem("intake.file.too_many_sheets", name, said))
    return [_sheet(name, stream, start, limits) for start in sheets]


def _sheet(name: str, stream: bytearray, begin: int, limits: Limits) -> Errors:
    extent = Extent()
    for kind, start, length in _records(stream, begin):
        if kind == _EXTENT:
            claim = struct.pack("<IIHHH", 0, 1, 0, 1, 0) if length >= 14 else struct.pack("<HHHHH", 0, 1, 0, 1, 0)
            stream[start : start + length] = claim[:length].ljust(length, b"\0")
        if kind not in _CELLS or length < 6:
            continue
        row, column = struct.unpack_from("<HH", stream, start)
        last = struct.unpack_from("<H", stream, start + length - 2)[0] if kind == _MANY else column
        extent.reach(row + 1, max(column, last) + 1, max(column, last) - column + 1)
        fault = _error_in(stream, kind, start, length)
        if fault:
            extent.errors[row + 1, column + 1] = fault
    extent.check(name, limits)
    return extent.errors


def _error_in(stream: bytearray, kind: int, start: int, length: int) -> str:
    """The error that a cell holds, or nothing."""
    if kind == _TRUTH and length >= 8 and stream[start + 7]:
        return _ERRORS.get(stream[start + 6], "#N/A")
    if kind == _FORMULA and length >= 14 and stream[start + 12 : start + 14] == b"\xff\xff" and stream[start + 6] == 2:
        return _ERRORS.get(stream[start + 8], "#N/A")
    return ""


def contained(stream: bytes) -> bytes:
    """A compound file (sectors of 4,096 bytes) that holds this one stream as ``Workbook``."""
    size = 4096
    stream = stream.ljust(size, b"\0")
    body = stream + b"\0" * (-len(stream) % size)
    sectors = len(body) // size
    tables = -(-(sectors + 1) // (size // 4 - 1))
    first = tables + 1
    chain = [_FAT] * tables + [_END] + [first + n + 1 for n in range(sectors - 1)] + [_END]
    table = array("I", chain + [_FREE] * (tables * (size // 4) - len(chain))).tobytes()
    listed = [*range(tables), *(_FREE,) * (109 - tables)]
    head = MAGIC + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 4, 0xFFFE, 12, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 1, tables, tables, 0, size, _END, 0, _END, 0) + struct.pack("<109I", *listed)
    directory = _entry("Root Entry", 5, 0, 0) + _entry("Workbook", 2, first, len(stream))
    return head.ljust(size, b"\0") + table + directory.ljust(size, b"\0") + body


def _entry(label: str, kind: int, start: int, length: int) -> bytes:
    text = label.encode("utf-16-le")
    child = 1 if kind == 5 else _FREE
    shape = struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
    return text.ljust(64, b"\0") + shape + b"\0" * 36 + struct.pack("<IQ", start, length)
