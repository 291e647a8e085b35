"""Encoding: which characters the bytes of a text file are, by trial and by what the trial looks like."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLOCK = 1 << 22
_SAMPLE = 1 << 17
_SURE, _LIKELY = 0.7, 0.5
_BLUNT = "\ufffd"


def encoding_of(data: bytes) -> tuple[str, int]:
    """The codec of a text, and how many bytes before the text its mark takes.

    A byte-order mark decides. Else UTF-8 if nearly all of what is not ASCII is valid (a few damaged bytes do not turn
    a file into another language), else GB18030 or Big5 if most of it is everyday Chinese, else Windows-1252.

    >>> encoding_of("客户,金额".encode("gb18030")), encoding_of("Müller".encode("cp1252"))
    (('gb18030', 0), ('cp1252', 0))
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec, len(mark)
    start = data[:4096]
    if len(start) >= 4 and start[1::2].count(0) > 0.3 * len(start) / 2:
        return "utf-16-le", 0
    if len(start) >= 4 and start[::2].count(0) > 0.3 * len(start) / 2:
        return "utf-16-be", 0
    if data.isascii() or _is_utf8(data):
        return "utf-8", 0
    sample = _sample(data)
    good, bad = _tally(sample.decode("utf-8", "replace"))
    if good >= 2 * bad:
        return "utf-8", 0
    gb, big5 = _chinese(sample, "gb18030", "gb2312", 0xB0, 0xD7), _chinese(sample, "cp950", "big5", 0xA4, 0xC6)
    if gb >= _SURE:
        return "gb18030", 0
    if big5 >= _SURE:
        return "cp950", 0
    return ("gb18030" if gb >= _LIKELY else "cp1252"), 0


def lost(data: bytes, codec: str, skip: int) -> int:
    """How many characters of the text cannot be read in this codec."""
    if codec == "utf-8" and (data.isascii() or _is_utf8(data)):
        return 0
    return sum(text.count(_BLUNT) for text in _decoded(data, codec, skip))


def blocks(data: bytes, codec: str, skip: int) -> Iterator[list[str]]:
    """The lines of a text in blocks of a few megabytes; CR, LF and CR LF end a line; NUL bytes are left out."""
    rest = ""
    for text in _decoded(data, codec, skip):
        whole = rest + text.replace("\0", "")
        held = "\r" if whole.endswith("\r") else ""
        whole = whole.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        lines = whole.split("\n")
        rest = lines.pop() + held
        yield lines
    if rest:
        yield [rest.removesuffix("\r")]


def _aligned(data: bytes, codec: str) -> bytes:
    """UTF-16 in which a lost or added byte harms its own line only: each line starts on a whole character."""
    end = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}.get(codec)
    lines = data.split(end) if end else []
    if end is None or not any(len(line) % 2 for line in lines[:-1]):
        return data
    return end.join(line[: len(line) // 2 * 2] for line in lines)


def _decoded(data: bytes, codec: str, skip: int) -> Iterator[str]:
    data, skip = _aligned(data[skip:], codec) if codec.startswith("utf-16") else data, skip * (codec[:6] != "utf-16")
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for start in range(skip, len(data), _BLOCK):
        yield decoder.decode(data[start : start + _BLOCK], start + _BLOCK >= len(data))


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for start in range(0, len(data), _BLOCK):
            decoder.decode(data[start : start + _BLOCK], start + _BLOCK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _sample(data: bytes) -> bytes:
    """Some hundred kilobytes of the lines that are not plain ASCII, from where the first one stands."""
    found = re.search(rb"[\x80-\xff]", data)
    start = data.rfind(b"\n", 0, found.start()) + 1 if found else 0
    piece = data[start : start + 16 * _SAMPLE]
    return b"\n".join(line for line in piece.split(b"\n") if not line.isascii())[:_SAMPLE]


def _tally(text: str) -> tuple[int, int]:
    """How many characters beyond ASCII were read, and how many could not be."""
    bad = text.count(_BLUNT)
    return sum(not char.isascii() for char in text) - bad, bad


def _chinese(sample: bytes, codec: str, everyday: str, first: int, last: int) -> float:
    """The share of everyday characters and of the national set's signs in what is not ASCII.

    Both national sets put the everyday characters into lead bytes of their own, ``first`` to ``last``, and signs and
    foreign letters before them.
    """
    strange = [char for char in sample.decode(codec, "replace") if not char.isascii()]
    plain = 0
    for char in strange:
        lead = char.encode(everyday, "ignore")[:1]
        plain += bool(lead) and (lead[0] <= last if char < "\u4e00" or char > "\u9fff" else first <= lead[0] <= last)
    return plain / len(strange) if strange else 0.0
