"""Gate: what can be told of an upload at a glance, before any reader sees it: size, first bytes, archive, XML."""

from __future__ import annotations

import re

from solvent.base.problem import Problem
from solvent.files.guard.limits import GuardLimits
from solvent.intake.intake import Source
from solvent.intake.ledger.reading.archive import members
from solvent.intake.ledger.reading.workbook import kind_of
from solvent.intake.limits import LIMITS, Limits, Refused

ADMITTED = ("zip", "compound", "page", "xml", "text", "pdf")
"""Kinds of files, by their first bytes, that any reader takes; every other kind is turned away."""

_PROGRAMS = {
    b"MZ": "program",
    b"\x7fELF": "program",
    b"\xca\xfe\xba\xbe": "program",
    b"\xcf\xfa\xed\xfe": "program",
    b"#!": "program",
    b"BM": "image",
    b"II*\0": "image",
    b"MM\0*": "image",
    b"RIFF": "image",
    b"BZh": "archive",
    b"\xfd7zXZ": "archive",
    b"(\xb5/\xfd": "archive",
    b"ARROW1": "archive",
    b"\x80\x04\x95": "program",
}
_END = b"PK\x05\x06"
_DIRECTORY_BYTES = 4_000_000
"""Bytes of an archive's list of contents beyond which nobody reads the list."""
_PROLOG = 1 << 20
_ENTITIES = re.compile(rb"<!(?:DOCTYPE(?!\s+html)|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']", re.IGNORECASE)
_ENCODINGS = re.compile(
    rb"^(?:utf-?(?:8|16(?:[lb]e)?)|(?:us-)?ascii|iso-?8859-\d+|latin-?1|windows-125\d|cp125\d|gb(?:k|2312|18030)|big5|shift_jis)$",
    re.I,
)


def refused_at_sight(source: Source, guard: GuardLimits, limits: Limits = LIMITS) -> Problem | None:
    """Why an upload is not even handed to a reader; None where nothing speaks against it."""
    name, data = source.name, source.data
    if not data:
        return Problem("intake.file.empty", name)
    if len(data) > guard.file_bytes:
        return Problem("sources.guard.too_large", name, {"megabytes": guard.file_bytes // 1_000_000})
    kind = _kind(data)
    if kind not in ADMITTED:
        return Problem("sources.guard.kind", name, {"kind": kind})
    if kind == "zip":
        return _archive(name, data, limits)
    if kind not in ("text", "xml"):
        return None
    start = data[:_PROLOG].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        return _markup(name, start)
    return None if start.startswith((b"{", b"[")) else _lines(name, data, guard.line_bytes)


def _kind(data: bytes) -> str:
    for magic, kind in _PROGRAMS.items():
        if data.startswith(magic) and not (kind == "image" and _plain(data)):
            return kind
    return kind_of(data)


def _plain(data: bytes) -> bool:
    """True where the start is text: a CSV may begin with BM."""
    return all(byte >= 32 or byte in b"\t\r\n" for byte in data[:64])


def _archive(name: str, data: bytes, limits: Limits) -> Problem | None:
    """The list of contents, if it is short enough to look at."""
    end = data.rfind(_END, max(0, len(data) - 66_000))
    if end >= 0 and int.from_bytes(data[end + 12 : end + 16], "little") > _DIRECTORY_BYTES:
        return Problem("intake.file.unsafe", name, {"fault": "members"})
    try:
        members(name, data, limits)
    except Refused as refused:
        return refused.problem
    return None


def _lines(name: str, data: bytes, most: int) -> Problem | None:
    """Text with a line that no list has; looked for in strides, so that a large file costs next to nothing."""
    at = 0
    while len(data) - at > most:
        end = max(data.rfind(b"\n", at, at + most), data.rfind(b"\r", at, at + most))
        if end < 0:
            return Problem("sources.guard.line", name, {"limit": most})
        at = end + 1
    return None


def _markup(name: str, start: bytes) -> Problem | None:
    """XML that declares entities, or an encoding that hides what stands in it."""
    if _ENTITIES.search(start):
        return Problem("sources.guard.entities", name)
    told = _ENCODING.match(start)
    if told and not _ENCODINGS.match(told[1]):
        return Problem("sources.guard.encoding", name, {"encoding": told[1].decode("ascii", "replace")})
    return None
