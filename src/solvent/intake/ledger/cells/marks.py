"""Marks: characters that stand for others, and the cells that say "nothing here"."""

from __future__ import annotations

import polars as pl

_WIDE = {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}
_SPACES = dict.fromkeys(
    "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
)
_NOTHING = dict.fromkeys("\u200b\u200e\u200f\u2060\u00ad\ufeff", "")
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\u2500", "-")
_QUOTES = dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'")
_SIGNS = {"\uffe5": "¥", "\uffe1": "£", "\uffe0": "¢"}
_STANDS_FOR = _WIDE | _SPACES | _NOTHING | _DASHES | _QUOTES | _SIGNS

_BLANK = ["", "/", "//", "\\", "\\N", ".", "N/A", "NA", "N.A.", "NULL", "(NULL)", "<NULL>", "NONE", "NIL", "NAN", "NAT"]
_BLANK += ["无", "空", "(空)", "不适用", "暂无", "K.A."]


def plain(text: pl.Expr) -> pl.Expr:
    """A text in ASCII where it has an ASCII form: wide digits and punctuation, all dashes, all blanks; upper case.

    Not the compatibility forms of Unicode: they would turn 10² into 102 and ① into 1.
    """
    return text.str.replace_many(list(_STANDS_FOR), list(_STANDS_FOR.values())).str.to_uppercase().str.strip_chars()


def blank(text: pl.Expr) -> pl.Expr:
    """True for a plain text that means an empty cell: a dash, a slash, N/A, 无."""
    return text.is_in(_BLANK) | text.str.contains(r"^-+$")
